"""What the customer room tells of leads, deals and cases, for conditions; their own fields too."""

from django.db.models import Case as OneOf
from django.db.models import F, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.facts import MOST_CHOICES, currency, members, tags
from crm.models import (
    Case,
    CaseCategory,
    Customer,
    CustomerTag,
    Deal,
    DealStage,
    Lead,
    LeadForm,
    LeadPool,
    Pipeline,
    Product,
)
from crm.queries.cases import late
from crm.queries.custom_fields import custom_facts, in_tongue
from crm.queries.facts import Column, Fact, Facts, Many
from crm.queries.leads import overdue
from crm.rules.conditions import CHOICE, DATE, MEMBER, MOMENT, MONEY, NUMBER, SET, TEXT, YES_NO
from crm.rules.leads import REASONS
from tenancy import door

LEAD = pgettext_lazy("a kind of record", "Lead")
DEAL, CASE = _("Deal"), pgettext_lazy("a kind of record", "Case")
CUSTOMER = _("Customer")


def _named(model, *order: str):
    def choices() -> list[tuple[str, str]]:
        rows = model.objects.order_by(*order).values_list("id", "name")[:MOST_CHOICES]
        return [(str(id), in_tongue(name) if isinstance(name, dict) else name) for id, name in rows]

    return choices


def _topics() -> list[tuple[str, str]]:
    rows = CaseCategory.objects.filter(kind=CaseCategory.Kind.TOPIC).order_by("position", "id")
    return [(str(row.id), row.name) for row in rows]


def _amount():
    """Only amounts of the organisation's money: no other can be compared with it."""
    return OneOf(When(currency=currency(), then=F("amount_minor")))


def _of_customer(records: str) -> tuple[Fact, ...]:
    """What is known of the customer whom a record is about; whoever asks must read customers."""
    return (
        Fact("customer_name", _("Name"), CUSTOMER, TEXT, Column("customer__name")),
        Fact("customer_stage", _("Stage of the customer"), CUSTOMER, CHOICE, Column("customer__stage"),
             Customer.Stage.choices),
        Fact("customer_source", _("Source of the customer"), CUSTOMER, CHOICE, Column("customer__source"),
             Customer.Source.choices),
        Fact("customer_city", _("City of the customer"), CUSTOMER, TEXT, Column("customer__city", empty=("",))),
        Fact("customer_owner", _("Owner of the customer"), CUSTOMER, MEMBER, Column("customer__owner_id"), members),
        Fact("customer_tags", _("Tags of the customer"), CUSTOMER, SET,
             Many(CustomerTag.objects.all, "tag__name", by=f"customer__{records}__id"), tags),
    )  # fmt: skip


_LEADS = (
    Fact("state", pgettext_lazy("of a lead", "State"), LEAD, CHOICE, Column("state"), Lead.State.choices, "leads:read"),
    Fact("source", _("Source"), LEAD, CHOICE, Column("source"), Lead.Source.choices, "leads:read"),
    Fact("owner", pgettext_lazy("of a lead", "Owner"), LEAD, MEMBER, Column("owner_id"), members, "leads:read"),
    Fact("form", _("Form"), LEAD, CHOICE, Column("form_id"), _named(LeadForm, "name", "id"), "leads:read", is_by_id=True),
    Fact("pool", _("Pool"), LEAD, CHOICE, Column("pool_id"), _named(LeadPool, "name", "id"), "leads:read", is_by_id=True),
    Fact("product", _("Interested in"), LEAD, CHOICE, Column("product_id"), _named(Product, "name", "id"), "leads:read",
         is_by_id=True),
    Fact("campaign", _("Campaign"), LEAD, TEXT, Column("campaign", empty=("",)), permission="leads:read"),
    Fact("interest", _("What they are interested in"), LEAD, TEXT, Column("interest", empty=("",)),
         permission="leads:read"),
    Fact("message", _("What they want"), LEAD, TEXT, Column("message", empty=("",)), permission="leads:read"),
    Fact("is_known", _("Was a customer before"), LEAD, YES_NO, Many(lambda: Lead.objects.filter(is_known=True), by="id"),
         permission="leads:read"),
    Fact("is_overdue", _("Answer is overdue"), LEAD, YES_NO,
         Many(lambda: Lead.objects.filter(overdue(door.moment())), by="id"), permission="leads:read"),
    Fact("answered_in", _("Minutes to the first answer"), LEAD, NUMBER, Column("response_minutes"),
         permission="leads:read"),
    Fact("times_recycled", _("Times it went back to the pool"), LEAD, NUMBER, Column("times_recycled"),
         permission="leads:read"),
    Fact("reason", _("Reason"), LEAD, CHOICE, Column("reason", empty=("",)),
         [(key, label) for key, (label, _details) in REASONS.items()], "leads:read"),
    Fact("created_at", pgettext_lazy("of a lead", "Came in"), LEAD, MOMENT, Column("created_at"), permission="leads:read"),
    Fact("response_due_at", _("Answer due"), LEAD, MOMENT, Column("response_due_at"), permission="leads:read"),
    Fact("closed_at", _("Closed on"), LEAD, MOMENT, Column("closed_at"), permission="leads:read"),
)  # fmt: skip

_DEALS = (
    Fact("title", _("Title"), DEAL, TEXT, Column("title"), permission="deals:read"),
    Fact("state", _("State"), DEAL, CHOICE, Column("state"), Deal.State.choices, "deals:read"),
    Fact("pipeline", _("Pipeline"), DEAL, CHOICE, Column("pipeline_id"), _named(Pipeline, "id"), "deals:read",
         is_by_id=True),
    Fact("stage", _("Stage"), DEAL, CHOICE, Column("stage_id"), _named(DealStage, "pipeline_id", "position", "id"),
         "deals:read", is_by_id=True),
    Fact("owner", pgettext_lazy("of a deal", "Owner"), DEAL, MEMBER, Column("owner_id"), members, "deals:read"),
    Fact("amount", _("Amount"), DEAL, MONEY, Column(_amount), permission="deals:read"),
    Fact("source", _("Source"), DEAL, CHOICE, Column("source"), Deal.Source.choices, "deals:read"),
    Fact("competitor", _("Competitor"), DEAL, TEXT, Column("competitor", empty=("",)), permission="deals:read"),
    Fact("next_step", _("Next step"), DEAL, TEXT, Column("next_step", empty=("",)), permission="deals:read"),
    Fact("expected_close", _("Expected close"), DEAL, DATE, Column("expected_close"), permission="deals:read"),
    Fact("created_at", _("Created on"), DEAL, MOMENT, Column("created_at"), permission="deals:read"),
    Fact("closed_at", _("Closed on"), DEAL, MOMENT, Column("closed_at"), permission="deals:read"),
)  # fmt: skip

_CASES = (
    Fact("subject", _("Subject"), CASE, TEXT, Column("subject"), permission="cases:read"),
    Fact("status", _("Status"), CASE, CHOICE, Column("status"), Case.Status.choices, "cases:read"),
    Fact("priority", _("Priority"), CASE, CHOICE, Column("priority"),
         [(str(value), label) for value, label in Case.Priority.choices], "cases:read"),
    Fact("category", _("Category"), CASE, CHOICE, Column("category_id"), _topics, "cases:read", is_by_id=True),
    Fact("channel", _("Channel"), CASE, CHOICE, Column("channel"), Case.Channel.choices, "cases:read"),
    Fact("owner", _("Responsible"), CASE, MEMBER, Column("owner_id"), members, "cases:read"),
    Fact("is_late", _("Is late"), CASE, YES_NO, Many(lambda: Case.objects.filter(late(door.moment())), by="id"),
         permission="cases:read", phrases={"yes": _("that are late"), "no": _("that are not late")}),
    Fact("rating", _("Rating"), CASE, NUMBER, Column("rating"), permission="cases:read"),
    Fact("reopened", _("Times reopened"), CASE, NUMBER, Column("reopened"), permission="cases:read"),
    Fact("opened_at", _("Opened on"), CASE, MOMENT, Column("opened_at"), permission="cases:read"),
    Fact("resolve_due_at", _("To be solved by"), CASE, MOMENT, Column("resolve_due_at"), permission="cases:read"),
    Fact("solved_at", _("Solved on"), CASE, MOMENT, Column("solved_at"), permission="cases:read"),
    Fact("closed_at", _("Closed on"), CASE, MOMENT, Column("closed_at"), permission="cases:read"),
)  # fmt: skip

FACTS = (
    Facts("lead", (*_LEADS, *_of_customer("leads")), custom_facts("lead", "leads:read")),
    Facts("deal", (*_DEALS, *_of_customer("deals")), custom_facts("deal", "deals:read")),
    Facts("case", (*_CASES, *_of_customer("cases")), custom_facts("case", "cases:read")),
)
