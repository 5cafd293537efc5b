"""Customers, what they bought, what was said and what is to be done."""

from crm.models.customers import Consent, ContactPoint, Customer, CustomerTag, Interaction, Tag
from crm.models.deal_money import Instalment, Receipt, ReceiptRefund
from crm.models.deals import Deal, DealLine, DealMove
from crm.models.pipelines import DealStage, LossReason, Pipeline
from crm.models.purchases import Order, OrderLine, Product, Refund
from crm.models.tasks import Task

__all__ = [
    "Consent",
    "ContactPoint",
    "Customer",
    "CustomerTag",
    "Deal",
    "DealLine",
    "DealMove",
    "DealStage",
    "Instalment",
    "Interaction",
    "LossReason",
    "Order",
    "OrderLine",
    "Pipeline",
    "Product",
    "Receipt",
    "ReceiptRefund",
    "Refund",
    "Tag",
    "Task",
]
