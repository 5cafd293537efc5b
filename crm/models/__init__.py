"""Customers, what they bought, what was said and what is to be done."""

from crm.models.care import CarePolicy
from crm.models.cases import Case, CaseCategory, CaseCounter, CaseMessage, CaseMove, CaseRating
from crm.models.contact_plans import ContactPlan, ContactStep, ContactVisit, Enrolment
from crm.models.custom_fields import CustomField
from crm.models.customers import Consent, ContactPoint, Customer, CustomerTag, Tag
from crm.models.deal_money import Instalment, Receipt, ReceiptRefund
from crm.models.deals import Deal, DealLine, DealMove
from crm.models.lead_forms import FormEntry, LeadForm, LeadFormDay, LeadFormVersion
from crm.models.leads import Lead, LeadMove, LeadPolicy, LeadPool, LeadRule
from crm.models.lists import ListPiece, ListProblem, ListSetting, ListWork, SavedView, TeamOpening
from crm.models.merging import DuplicatePair, Merge, MergeStep
from crm.models.pipelines import DealStage, LossReason, Pipeline
from crm.models.pool import CustomerMove
from crm.models.purchases import Order, OrderLine, Product, Refund
from crm.models.quality import DataStandard, LifecycleRule
from crm.models.segments import Segment, SegmentCount, SegmentMember, SegmentStay
from crm.models.surveys import Survey, SurveyAnswer, SurveyInvitation
from crm.models.talk import CustomerFile, CustomerLook, EarlierText, HandOver, Interaction, Mention
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
    "CustomField",
    "Customer",
    "CustomerFile",
    "CustomerLook",
    "CustomerMove",
    "CustomerTag",
    "DataStandard",
    "Deal",
    "DealLine",
    "DealMove",
    "DealStage",
    "DuplicatePair",
    "EarlierText",
    "Enrolment",
    "FormEntry",
    "HandOver",
    "Instalment",
    "Interaction",
    "Lead",
    "LeadForm",
    "LeadFormDay",
    "LeadFormVersion",
    "LeadMove",
    "LeadPolicy",
    "LeadPool",
    "LeadRule",
    "LifecycleRule",
    "ListPiece",
    "ListProblem",
    "ListSetting",
    "ListWork",
    "LossReason",
    "Mention",
    "Merge",
    "MergeStep",
    "Order",
    "OrderLine",
    "Pipeline",
    "Product",
    "Receipt",
    "ReceiptRefund",
    "Refund",
    "SavedView",
    "Segment",
    "SegmentCount",
    "SegmentMember",
    "SegmentStay",
    "Survey",
    "SurveyAnswer",
    "SurveyInvitation",
    "Tag",
    "Task",
    "TaskComment",
    "TeamOpening",
]
