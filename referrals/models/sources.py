"""Who refers and of what kind they are, what is printed for them, and what each source may do in a campaign."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Customer
from referrals.models.campaigns import Campaign
from tenancy.models import Job, Membership, Store
from tenancy.owned import Hot, Owned
from tenancy.postgresql.schema import APPEND_ONLY


class Source(models.TextChoices):
    CUSTOMER = "customer", pgettext_lazy("source of referrals", "Customer")
    EMPLOYEE = "employee", pgettext_lazy("source of referrals", "Employee")
    PARTNER = "partner", pgettext_lazy("source of referrals", "Partner")
    COMMUNITY = "community", pgettext_lazy("source of referrals", "Community")
    MATERIAL = "material", pgettext_lazy("source of referrals", "Printed material")


class ReferrerProfile(Owned):
    """Of what kind a referrer is. Whoever has none is a customer; the ledger knows customers only."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Source.choices, default=Source.CUSTOMER)
    membership = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")  # an employee's
    store = models.ForeignKey(Store, null=True, on_delete=models.SET_NULL, related_name="+")
    organisation_name = models.CharField(max_length=120, blank=True)  # a partner's company, a community's name
    terms = models.TextField(blank=True)  # what was agreed with a partner
    notes = models.TextField(blank=True)
    is_house = models.BooleanField(default=False)  # the organisation's own: keeps the codes of those who left
    is_active = models.BooleanField(default=True)
    since = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "customer"], name="referrer_profile_one_each"),
            models.UniqueConstraint(
                fields=["organisation", "membership"],
                condition=Q(is_active=True, membership__isnull=False),
                name="referrer_profile_one_employee",
            ),
            models.UniqueConstraint(fields=["organisation"], condition=Q(is_house=True), name="referrer_profile_one_house"),
            models.CheckConstraint(condition=Q(kind__in=Source.values), name="referrer_profile_known_kind"),
        ]
        indexes = [models.Index(fields=["kind", "-since", "-id"], name="referrer_profile_by_kind")]


class SourceRule(Owned):
    """What a source may do in a campaign. Without a row: the house's own (referrals/rules/sources.py)."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="source_rules")
    source = models.CharField(max_length=10, choices=Source.choices)
    is_allowed = models.BooleanField(default=True)
    limit_30_days = models.IntegerField(null=True)  # referrals of one referrer that are not looked at
    hold_days = models.SmallIntegerField(default=0)  # on top of the terms
    needs_approval = models.BooleanField(default=False)  # of the referrer's reward, by a second person
    by_payroll = models.BooleanField(default=False)  # points are paid with the salary

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "campaign", "source"], name="source_rule_once"),
            models.CheckConstraint(condition=Q(limit_30_days__gte=1), name="source_rule_limit_positive"),
            models.CheckConstraint(condition=Q(hold_days__gte=0), name="source_rule_hold_not_negative"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="source_rule_known_source"),
            models.CheckConstraint(
                condition=Q(by_payroll=False) | Q(source="employee"), name="source_rule_payroll_of_staff"
            ),
        ]


class MaterialBatch(Owned):
    """Pieces printed at one time for one owner: a range of serials, each piece with a code of its own or one for all."""

    class Kind(models.TextChoices):
        CARD = "card", _("Name card")
        LEAFLET = "leaflet", _("Leaflet A5")
        FLYER = "flyer", _("Flyer A6")
        INSERT = "insert", _("Package insert")
        TABLE = "table", _("Table card")
        POSTER = "poster", _("Poster A4")

    class Design(models.TextChoices):
        BOLD = "bold", pgettext_lazy("a design", "Bold")
        CALM = "calm", pgettext_lazy("a design", "Calm")
        FRAME = "frame", pgettext_lazy("a design", "Frame")

    class State(models.TextChoices):
        MAKING = "making", _("Being made")
        READY = "ready", _("Ready")
        STOPPED = "stopped", _("Stopped")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(ReferrerProfile, on_delete=models.PROTECT, related_name="batches")
    store = models.ForeignKey(Store, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    design = models.CharField(max_length=8, choices=Design.choices, default=Design.BOLD)
    size = models.IntegerField()
    serial_from = models.IntegerField()
    has_own_codes = models.BooleanField(default=True)  # one for each piece; else one for the batch
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.MAKING)
    job = models.ForeignKey(Job, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)  # none: made at once
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "serial_from"], name="material_serials_once"),
            models.CheckConstraint(condition=Q(size__gt=0, serial_from__gt=0), name="material_batch_not_empty"),
            models.CheckConstraint(condition=Q(valid_from__lt=F("valid_to")), name="material_window_in_order"),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="material_newest"),
            models.Index(fields=["created_at"], name="material_due", condition=Q(state="making")),
        ]

    @property
    def serial_to(self) -> int:
        return self.serial_from + self.size - 1


class MaterialSheets(Owned):
    """A part of a batch's print file: up to a thousand pieces on sheets."""

    batch = models.ForeignKey(MaterialBatch, on_delete=models.CASCADE, related_name="sheets")
    part = models.SmallIntegerField()
    pieces = models.IntegerField()
    content = models.BinaryField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "batch", "part"], name="material_sheets_once")]


class CodeOwner(Hot):
    """Whose a code was from when on; without a row it was its referrer's from the beginning."""

    code_id = models.UUIDField()
    referrer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField()
    reason = models.CharField(max_length=60, blank=True)

    class Meta(Hot.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code_id", "from_at"], name="code_owner_one_at_a_time")
        ]


class SourceConflict(Hot):
    """Why a referral is looked at because of where it came from."""

    referral_id = models.UUIDField()
    code = models.CharField(max_length=20)
    effect = models.CharField(max_length=10)  # hold, contest
    found_at = models.DateTimeField()

    class Meta(Hot.Meta):
        db_table_comment = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["organisation", "referral_id", "code"], name="source_conflict_once")]


class PayrollRun(Owned):
    """Points of employees that were taken over by the payroll of a period."""

    period_from = models.DateField()
    period_to = models.DateField()
    created_at = models.DateTimeField()
    lines = models.JSONField(default=list)  # [{"reward_id","customer_id","amount","settled_on"}]

    class Meta(Owned.Meta):
        constraints = [models.CheckConstraint(condition=Q(period_from__lte=F("period_to")), name="payroll_period_in_order")]
        indexes = [models.Index(fields=["-created_at", "-id"], name="payroll_newest")]
