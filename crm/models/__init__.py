"""Customers, what they bought, what was said and what is to be done."""

from crm.models.customers import Consent, ContactPoint, Customer, CustomerTag, Interaction, Tag
from crm.models.merging import DuplicatePair, Merge, MergeStep
from crm.models.purchases import Order, OrderLine, Product, Refund
from crm.models.tasks import Task

__all__ = [
    "Consent",
    "ContactPoint",
    "Customer",
    "CustomerTag",
    "DuplicatePair",
    "Interaction",
    "Merge",
    "MergeStep",
    "Order",
    "OrderLine",
    "Product",
    "Refund",
    "Tag",
    "Task",
]
