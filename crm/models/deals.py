"""Deals: what may be sold to whom, where it stands, and every step on the way."""

from datetime import date

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models.customers import Customer
from crm.models.pipelines import DealStage, LossReason, Pipeline
from crm.models.purchases import Product
from tenancy.models import Membership
from tenancy.owned import Owned

# Deals in the order of their expected close; those without one are the last. Under a policy an index is asked by what
# PostgreSQL holds to be tight: CASE is, COALESCE is not.
CLOSES_ON = Case(When(expected_close=None, then=Value(date(9999, 12, 31))), default=F("expected_close"))


class Deal(Owned):
    """A sale in the making. All of its money is in its one currency."""

    class State(models.TextChoices):  # of its stage's kind; in a column, for lists and constraints
        OPEN = "open", pgettext_lazy("deal", "Open")
        WON = "won", pgettext_lazy("deal", "Won")
        LOST = "lost", pgettext_lazy("deal", "Lost")

    class Source(models.TextChoices):
        STAFF = "staff", _("Entered by staff")
        LEAD = "lead", pgettext_lazy("source of a deal", "Lead")
        REFERRAL = "referral", _("Referral")
        CAMPAIGN = "campaign", _("Campaign")
        FORM = "form", _("Form")
        API = "api", _("API")
        IMPORT = "import", _("Import")
        STORE = "store", _("Store")

    title = models.CharField(max_length=200)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="deals")
    company = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="company_deals")
    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="deals")
    stage = models.ForeignKey(DealStage, on_delete=models.PROTECT, related_name="deals", db_index=False)
    state = models.CharField(max_length=4, choices=State.choices, default=State.OPEN)
    owner = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    amount_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    is_amount_by_hand = models.BooleanField(default=True)  # else it is the sum of the lines
    expected_close = models.DateField(null=True)
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.STAFF)
    source_id = models.UUIDField(null=True)  # the lead, referral or campaign: rooms above and beside, so no foreign key
    next_step = models.CharField(max_length=200, blank=True)
    next_step_on = models.DateField(null=True)
    custom = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    rank = models.BigIntegerField()  # place in its column; gaps leave room for what is dropped between
    version = models.IntegerField(default=1)  # of what people see; one more with every change
    stage_since = models.DateTimeField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    opened_at = models.DateTimeField()  # begin of the present or last time it was open
    closed_at = models.DateTimeField(null=True)
    open_seconds = models.BigIntegerField(default=0)  # of all times it was open and is no more: the sales cycle
    loss_reason = models.ForeignKey(LossReason, null=True, on_delete=models.PROTECT, related_name="+")
    competitor = models.CharField(max_length=120, blank=True)
    closing_note = models.CharField(max_length=500, blank=True)

    class Meta(Owned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="deal_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="deal_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state="lost", loss_reason__isnull=False) | (~Q(state="lost") & Q(loss_reason=None)),
                name="deal_lost_has_reason",
            ),
            models.CheckConstraint(condition=Q(open_seconds__gte=0), name="deal_cycle_not_negative"),
        ]
        indexes = [
            models.Index(fields=["stage", "rank", "id"], name="deal_board"),
            models.Index(fields=["-created_at", "-id"], name="deal_newest"),
            models.Index(fields=["state", "closed_at"], name="deal_closed"),
            models.Index(fields=["state", "expected_close"], name="deal_forecast"),
            models.Index(fields=["source_id"], name="deal_imported", condition=Q(source="import")),
            models.Index(F("organisation"), F("amount_minor"), F("id"), name="deal_by_amount"),
            models.Index(F("organisation"), CLOSES_ON, F("id"), name="deal_by_close"),
        ]

    def __str__(self) -> str:
        return self.title


class DealMove(Owned):
    """One step of a deal: who, when, from where to where, and how long it had stayed there."""

    class Kind(models.TextChoices):
        CREATED = "created", pgettext_lazy("step of a deal", "Created")
        MOVED = "moved", pgettext_lazy("step of a deal", "Moved")
        WON = "won", pgettext_lazy("step of a deal", "Won")
        LOST = "lost", pgettext_lazy("step of a deal", "Lost")
        REOPENED = "reopened", pgettext_lazy("step of a deal", "Reopened")
        HANDED_OVER = "handed_over", pgettext_lazy("step of a deal", "Handed over")

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="moves")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    from_stage = models.ForeignKey(DealStage, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    to_stage = models.ForeignKey(DealStage, on_delete=models.PROTECT, related_name="+", db_index=False)
    stayed_seconds = models.BigIntegerField(null=True)  # in the stage it left
    from_owner = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    to_owner = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    reason = models.ForeignKey(LossReason, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    note = models.CharField(max_length=500, blank=True)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.CheckConstraint(condition=Q(stayed_seconds__gte=0), name="deal_move_stay_not_negative")]


class DealLine(Owned):
    """What would be sold. Its amount is quantity × unit price less the discount, rounded half up."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")
    position = models.SmallIntegerField()
    name = models.CharField(max_length=200)
    quantity = models.IntegerField()
    unit_minor = models.BigIntegerField()
    discount_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    amount_minor = models.BigIntegerField()

    class Meta(Owned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="deal_line_quantity_positive"),
            models.CheckConstraint(condition=Q(unit_minor__gte=0, amount_minor__gte=0), name="deal_line_not_negative"),
            models.CheckConstraint(
                condition=Q(discount_percent__gte=0, discount_percent__lte=100), name="deal_line_discount_share"
            ),
        ]
