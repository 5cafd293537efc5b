"""What can be done with customers, orders and tasks: one function a business verb."""

from crm.operations.cancel_refund import cancel_refund
from crm.operations.contacts import add_contact_point, make_primary, remove_contact_point
from crm.operations.order_states import cancel_order, pay_order
from crm.operations.record_customer import record_customer, record_customers
from crm.operations.record_order import record_order, record_orders
from crm.operations.record_refund import record_refund, record_refunds
from crm.operations.relations import record_consent
from crm.operations.talk import (
    accept_hand_over,
    add_file,
    decline_hand_over,
    edit_interaction,
    hand_over,
    hand_over_all,
    note_look,
    pin_interaction,
    record_interaction,
    remove_file,
    remove_interaction,
    reveal_contact,
    withdraw_hand_over,
)
from crm.operations.tasks import add_task, assign_task, complete_task, drop_task, snooze_task
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
    "accept_hand_over",
    "add_contact_point",
    "add_file",
    "add_task",
    "assign_task",
    "cancel_order",
    "cancel_refund",
    "complete_task",
    "decline_hand_over",
    "drop_task",
    "edit_interaction",
    "hand_over",
    "hand_over_all",
    "make_primary",
    "note_look",
    "pay_order",
    "pin_interaction",
    "record_consent",
    "record_customer",
    "record_customers",
    "record_interaction",
    "record_order",
    "record_orders",
    "record_refund",
    "record_refunds",
    "remove_contact_point",
    "remove_file",
    "remove_interaction",
    "reveal_contact",
    "set_tags",
    "snooze_task",
    "update_customer",
    "version_of",
    "withdraw_hand_over",
]
