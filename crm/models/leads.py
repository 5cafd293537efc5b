"""Enquiries of customers: who looks after each, how fast, and how it ended."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models.customers import Customer
from crm.models.lead_forms import FormEntry, LeadForm
from crm.models.purchases import Product
from tenancy.models import Membership
from tenancy.owned import Owned
from tenancy.postgresql.schema import APPEND_ONLY


class LeadPool(Owned):
    """Where leads of nobody wait (公海). With members it is the queue of these; without, of everybody in sales."""

    name = models.CharField(max_length=80)
    is_default = models.BooleanField(default=False)
    members = models.JSONField(default=list)  # ids of memberships

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="lead_pool_once"),
            models.UniqueConstraint(fields=["organisation"], condition=Q(is_default=True), name="lead_pool_one_default"),
        ]

    def __str__(self) -> str:
        return self.name


class LeadRule(Owned):
    """To whom leads go; the first rule that fits decides."""

    class How(models.TextChoices):
        PERSON = "person", _("To one person")
        ROUND_ROBIN = "round_robin", _("In turn")
        LEAST_LOAD = "least_load", _("To whoever has the fewest open leads")
        CUSTOMER_OWNER = "customer_owner", _("To the customer's owner")
        REFERRER_OWNER = "referrer_owner", _("To the owner of whoever referred them")
        POOL = "pool", _("Into a pool")

    name = models.CharField(max_length=80)
    position = models.IntegerField()
    is_on = models.BooleanField(default=True)
    criteria = models.JSONField(default=list)  # crm.rules.assignment.Criterion
    how = models.CharField(max_length=16, choices=How.choices)
    members = models.JSONField(default=list)  # ids of memberships, in turn
    pool = models.ForeignKey(LeadPool, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    last_member_id = models.UUIDField(null=True)  # whose turn it was
    turns = models.IntegerField(default=0)

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["position", "id"], name="lead_rule_order")]


class LeadPolicy(Owned):
    """How fast leads are answered, and when they go back to the pool. One row an organisation."""

    response_minutes = models.IntegerField(default=240)  # of working time
    remind_percent = models.IntegerField(default=80)
    known_to_owner = models.BooleanField(default=True)  # a known customer's enquiry goes to their owner before any rule
    contact_hours = models.IntegerField(default=16)  # of working time after assignment; 0: never back for that
    progress_days = models.IntegerField(default=14)  # without a move or a word; 0: never
    claims_a_day = models.IntegerField(default=10)
    in_hand = models.IntegerField(default=50)  # open leads of one person who may still claim
    cooldown_days = models.IntegerField(default=7)
    customers_in_hand = models.IntegerField(default=0)  # customers of one person who may still claim; 0: any number
    idle_days = models.IntegerField(default=0)  # a customer nobody spoke to for so long goes back to the pool; 0: never
    warn_days = models.IntegerField(default=7)  # so long before it their owner is warned
    script = models.JSONField(default=dict)  # words to say at the first contact, by language

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="lead_policy_one"),
            models.CheckConstraint(condition=Q(response_minutes__gt=0), name="lead_policy_response_positive"),
        ]


class Lead(Owned):
    """An enquiry of a customer. Who they are is the customer's record; this is what they want and where it stands."""

    class State(models.TextChoices):
        NEW = "new", pgettext_lazy("of a lead", "New")
        ASSIGNED = "assigned", _("Assigned")
        CONTACTED = "contacted", _("Contacted")
        QUALIFIED = "qualified", _("Qualified")
        CONVERTED = "converted", _("Converted")
        UNQUALIFIED = "unqualified", _("Not a fit")

    class Source(models.TextChoices):
        FORM = "form", _("Form")
        QR = "qr", _("QR code")
        API = "api", _("API")
        STAFF = "staff", _("Entered by staff")
        PHONE = "phone", _("Phone")
        WECHAT = "wechat", _("WeChat")
        REFERRAL = "referral", _("Referral")
        IMPORT = "import", _("Import")
        EVENT = "event", pgettext_lazy("a source of leads", "Event")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="leads")
    key = models.CharField(max_length=160)  # what made it, the same on every path: api:<source>:<id>, entry:<id>
    state = models.CharField(max_length=12, choices=State.choices, default=State.NEW)
    source = models.CharField(max_length=10, choices=Source.choices)
    channel = models.CharField(max_length=20, blank=True)  # how the form's address was passed on
    form = models.ForeignKey(LeadForm, null=True, on_delete=models.PROTECT, related_name="leads")
    entry = models.ForeignKey(FormEntry, null=True, on_delete=models.PROTECT, related_name="leads")
    campaign = models.CharField(max_length=80, blank=True)
    utm = models.JSONField(default=dict, blank=True)
    product = models.ForeignKey(Product, null=True, on_delete=models.SET_NULL, related_name="+")
    interest = models.CharField(max_length=200, blank=True)  # what they are interested in, in their words
    message = models.TextField(blank=True)
    answers = models.JSONField(default=dict, blank=True)
    custom = models.JSONField(default=dict, blank=True)
    referrer = models.ForeignKey(Customer, null=True, on_delete=models.SET_NULL, related_name="+")
    is_known = models.BooleanField(default=False)  # the customer was on our books before
    owner = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    pool = models.ForeignKey(LeadPool, null=True, on_delete=models.PROTECT, related_name="+")
    pooled_at = models.DateTimeField(null=True)
    is_protected = models.BooleanField(default=False)  # never goes back to the pool by itself
    assigned_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
    response_due_at = models.DateTimeField(null=True)
    recycle_at = models.DateTimeField(null=True)  # it goes back then, unless somebody does something
    wake_at = models.DateTimeField(null=True)  # the next of these moments, for the worker
    reminded_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    first_response_at = models.DateTimeField(null=True)
    response_minutes = models.IntegerField(null=True)  # of working time, from assignment to the first response
    last_touched_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=24, blank=True)
    detail = models.CharField(max_length=24, blank=True)
    note = models.CharField(max_length=300, blank=True)
    times_recycled = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="lead_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["assigned", "contacted", "qualified"]) | Q(pool=None),
                name="lead_of_one_or_of_the_pool",
            ),
            models.CheckConstraint(condition=~Q(state="unqualified") | ~Q(reason=""), name="lead_unqualified_has_reason"),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="lead_newest"),
            models.Index(fields=["owner", "state", "-created_at"], name="lead_by_owner"),
            models.Index(fields=["customer", "-created_at"], name="lead_of_customer"),
            models.Index(fields=["form", "-created_at"], name="lead_by_form"),
            models.Index(fields=["wake_at"], name="lead_wakes", condition=Q(wake_at__isnull=False)),
            models.Index(fields=["pool", "-pooled_at"], name="lead_in_pool", condition=Q(pool__isnull=False)),
        ]  # fmt: skip


class LeadMove(Owned):
    """One step of a lead: who, when, from, to, why."""

    class Kind(models.TextChoices):
        CAPTURED = "captured", pgettext_lazy("step of a lead", "Came in")
        ASSIGNED = "assigned", _("Assigned")
        POOLED = "pooled", _("Put into the pool")
        CLAIMED = "claimed", _("Claimed")
        HANDED_OVER = "handed_over", _("Handed over")
        CONTACTED = "contacted", _("Contacted")
        QUALIFIED = "qualified", _("Qualified")
        UNQUALIFIED = "unqualified", _("Found not to be a fit")
        REOPENED = "reopened", _("Opened again")
        CONVERTED = "converted", _("Converted")
        RECYCLED = "recycled", _("Back in the pool")
        REMINDED = "reminded", _("Reminded")
        ESCALATED = "escalated", _("Escalated")

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12)
    from_member = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    to_member = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    by_member = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=24, blank=True)
    note = models.CharField(max_length=300, blank=True)
    facts = models.JSONField(default=dict)  # of an assignment: the rule, what fitted, how it was chosen
    occurred_at = models.DateTimeField()

    class Meta(Owned.Meta):
        db_table_comment = APPEND_ONLY
        indexes = [
            models.Index(fields=["lead", "-occurred_at"], name="lead_move_of_lead"),
            models.Index(fields=["to_member", "kind", "-occurred_at"], name="lead_move_to_member"),
        ]
