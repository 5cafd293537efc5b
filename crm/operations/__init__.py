"""What can be done with customers, orders and tasks: one function a business verb."""

from crm.operations.cancel_refund import cancel_refund
from crm.operations.contacts import add_contact_point, make_primary, remove_contact_point, reveal_contact
from crm.operations.order_states import cancel_order, pay_order
from crm.operations.record_customer import record_customer, record_customers
from crm.operations.record_order import record_order, record_orders
from crm.operations.record_refund import record_refund, record_refunds
from crm.operations.relations import record_consent, record_interaction
from crm.operations.take_customers import owners_of, take_customers
from crm.operations.take_orders import OrdersTaken, take_orders
from crm.operations.tasks import add_task, assign_task, complete_task, drop_task
from crm.operations.undo_lists import plain, undo_customers, undo_orders, undo_products, undo_refunds
from crm.operations.update_customer import set_tags, update_customer, version_of
from crm.reports import CustomerReference, CustomerReport, OrderLineReport, OrderReport, Recorded, RefundReport, Refused

__all__ = [
    "CustomerReference",
    "CustomerReport",
    "OrderLineReport",
    "OrderReport",
    "OrdersTaken",
    "Recorded",
    "RefundReport",
    "Refused",
    "add_contact_point",
    "add_task",
    "assign_task",
    "cancel_order",
    "cancel_refund",
    "complete_task",
    "drop_task",
    "make_primary",
    "owners_of",
    "pay_order",
    "plain",
    "record_consent",
    "record_customer",
    "record_customers",
    "record_interaction",
    "record_order",
    "record_orders",
    "record_refund",
    "record_refunds",
    "remove_contact_point",
    "reveal_contact",
    "set_tags",
    "take_customers",
    "take_orders",
    "undo_customers",
    "undo_orders",
    "undo_products",
    "undo_refunds",
    "update_customer",
    "version_of",
]
