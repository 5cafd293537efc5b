"""Customers, what they bought, what was said and what is to be done."""

from crm.models.customers import Consent, ContactPoint, Customer, CustomerTag, Interaction, Tag
from crm.models.lead_forms import FormEntry, LeadForm, LeadFormDay, LeadFormVersion
from crm.models.leads import Lead, LeadMove, LeadPolicy, LeadPool, LeadRule
from crm.models.purchases import Order, OrderLine, Product, Refund
from crm.models.tasks import Task

__all__ = [
    "Consent",
    "ContactPoint",
    "Customer",
    "CustomerTag",
    "FormEntry",
    "Interaction",
    "Lead",
    "LeadForm",
    "LeadFormDay",
    "LeadFormVersion",
    "LeadMove",
    "LeadPolicy",
    "LeadPool",
    "LeadRule",
    "Order",
    "OrderLine",
    "Product",
    "Refund",
    "Tag",
    "Task",
]
