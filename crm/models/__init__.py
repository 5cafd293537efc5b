"""Customers, what they bought, what was said and what is to be done."""

from crm.models.customers import Consent, ContactPoint, Customer, CustomerTag, Interaction, Tag
from crm.models.lists import ListPiece, ListProblem, ListSetting, ListWork, SavedView
from crm.models.purchases import Order, OrderLine, Product, Refund
from crm.models.tasks import Task

__all__ = [
    "Consent",
    "ContactPoint",
    "Customer",
    "CustomerTag",
    "Interaction",
    "ListPiece",
    "ListProblem",
    "ListSetting",
    "ListWork",
    "Order",
    "OrderLine",
    "Product",
    "Refund",
    "SavedView",
    "Tag",
    "Task",
]
