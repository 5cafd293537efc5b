"""Customers, what they bought, what was said, what is to be done and what went wrong."""

from crm.models.care import CarePolicy
from crm.models.cases import Case, CaseCategory, CaseCounter, CaseMessage, CaseMove, CaseRating
from crm.models.contact_plans import ContactPlan, ContactStep, ContactVisit, Enrolment
from crm.models.customers import Consent, ContactPoint, Customer, CustomerTag, Interaction, Tag
from crm.models.purchases import Order, OrderLine, Product, Refund
from crm.models.tasks import CalendarFeed, Task, TaskComment

__all__ = [
    "CalendarFeed",
    "CarePolicy",
    "Case",
    "CaseCategory",
    "CaseCounter",
    "CaseMessage",
    "CaseMove",
    "CaseRating",
    "Consent",
    "ContactPlan",
    "ContactPoint",
    "ContactStep",
    "ContactVisit",
    "Customer",
    "CustomerTag",
    "Enrolment",
    "Interaction",
    "Order",
    "OrderLine",
    "Product",
    "Refund",
    "Tag",
    "Task",
    "TaskComment",
]
