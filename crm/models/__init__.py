"""Customers, what they bought, what was said and what is to be done."""

from crm.models.customers import Consent, ContactPoint, Customer, CustomerTag, Tag
from crm.models.purchases import Order, OrderLine, Product, Refund
from crm.models.talk import CustomerFile, CustomerLook, EarlierText, HandOver, Interaction, Mention
from crm.models.tasks import Task

__all__ = [
    "Consent",
    "ContactPoint",
    "Customer",
    "CustomerFile",
    "CustomerLook",
    "CustomerTag",
    "EarlierText",
    "HandOver",
    "Interaction",
    "Mention",
    "Order",
    "OrderLine",
    "Product",
    "Refund",
    "Tag",
    "Task",
]
