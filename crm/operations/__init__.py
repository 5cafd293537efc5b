"""What can be done with customers, orders and tasks: one function a business verb."""

from crm.operations.cancel_refund import cancel_refund
from crm.operations.contacts import add_contact_point, make_primary, remove_contact_point, reveal_contact
from crm.operations.custom_fields import (
    archive_custom_field,
    clean_custom,
    create_custom_field,
    move_custom_field,
    restore_custom_field,
    update_custom_field,
)
from crm.operations.lifecycle import apply_rules, create_rule, delete_rule, move_rule, update_rule
from crm.operations.order_states import cancel_order, pay_order
from crm.operations.record_customer import record_customer, record_customers
from crm.operations.record_order import record_order, record_orders
from crm.operations.record_refund import record_refund, record_refunds
from crm.operations.relations import record_consent, record_interaction
from crm.operations.segments import (
    add_members,
    count_segments,
    create_segment,
    delete_segment,
    duplicate_segment,
    freeze_segment,
    remove_members,
    update_segment,
)
from crm.operations.standards import require, require_of, set_standard
from crm.operations.surveys import answer_survey, ask, ask_many, close_survey, open_survey, save_survey
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
    "add_members",
    "add_task",
    "answer_survey",
    "apply_rules",
    "archive_custom_field",
    "ask",
    "ask_many",
    "assign_task",
    "cancel_order",
    "cancel_refund",
    "clean_custom",
    "close_survey",
    "complete_task",
    "count_segments",
    "create_custom_field",
    "create_rule",
    "create_segment",
    "delete_rule",
    "delete_segment",
    "drop_task",
    "duplicate_segment",
    "freeze_segment",
    "make_primary",
    "move_custom_field",
    "move_rule",
    "open_survey",
    "pay_order",
    "record_consent",
    "record_customer",
    "record_customers",
    "record_interaction",
    "record_order",
    "record_orders",
    "record_refund",
    "record_refunds",
    "remove_contact_point",
    "remove_members",
    "require",
    "require_of",
    "restore_custom_field",
    "reveal_contact",
    "save_survey",
    "set_standard",
    "set_tags",
    "update_custom_field",
    "update_customer",
    "update_rule",
    "update_segment",
    "version_of",
]
