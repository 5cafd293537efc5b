"""What the customer room decides without asking anybody."""

from crm.rules.contacts import Contact, contacts_of, phone_prefixes, read_contact
from crm.rules.purchases import (
    CANCELLED,
    LARGEST_MINOR,
    LARGEST_QUANTITY,
    PAID,
    PLACED,
    check_fits,
    check_order,
    check_refund,
    first_and_repeated,
    fit_waiting,
    kept,
    moves_on,
    order_differences,
    order_hash,
    refund_differences,
)

__all__ = [
    "CANCELLED",
    "LARGEST_MINOR",
    "LARGEST_QUANTITY",
    "PAID",
    "PLACED",
    "Contact",
    "check_fits",
    "check_order",
    "check_refund",
    "contacts_of",
    "first_and_repeated",
    "fit_waiting",
    "kept",
    "moves_on",
    "order_differences",
    "order_hash",
    "phone_prefixes",
    "read_contact",
    "refund_differences",
]
