"""What can be done with customers, orders and tasks: one function a business verb."""

from crm.operations.cancel_refund import cancel_refund
from crm.operations.contacts import add_contact_point, make_primary, remove_contact_point, reveal_contact
from crm.operations.duplicates import better_of, dismiss_pair, find_duplicates, merge_exact, reopen_pair
from crm.operations.merging import catch_up, merge_customers, plan_merge, plan_undo, undo_merge
from crm.operations.order_states import cancel_order, pay_order
from crm.operations.record_customer import record_customer, record_customers
from crm.operations.record_order import record_order, record_orders
from crm.operations.record_refund import record_refund, record_refunds
from crm.operations.relations import record_consent, record_interaction
from crm.operations.tasks import add_task, assign_task, complete_task, drop_task
from crm.operations.update_customer import set_tags, update_customer, version_of
from crm.reports import CustomerReference, CustomerReport, OrderLineReport, OrderReport, Recorded, RefundReport, Refused

__all__ = [
    "CustomerReference",
    "CustomerReport",
    "OrderLineReport",
    "OrderReport",
    "Recorded",
    "RefundReport",
    "Refused",
    "add_contact_point",
    "add_task",
    "assign_task",
    "better_of",
    "cancel_order",
    "cancel_refund",
    "catch_up",
    "complete_task",
    "dismiss_pair",
    "drop_task",
    "find_duplicates",
    "make_primary",
    "merge_customers",
    "merge_exact",
    "pay_order",
    "plan_merge",
    "plan_undo",
    "record_consent",
    "record_customer",
    "record_customers",
    "record_interaction",
    "record_order",
    "record_orders",
    "record_refund",
    "record_refunds",
    "remove_contact_point",
    "reopen_pair",
    "reveal_contact",
    "set_tags",
    "undo_merge",
    "update_customer",
    "version_of",
]
