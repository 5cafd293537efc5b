"""Forms that anybody can fill in: what they ask, in every version, and what came in by them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.models import Membership
from tenancy.owned import Hot, Owned
from tenancy.postgresql.schema import APPEND_ONLY


class LeadForm(Owned):
    """A form at a public address. What it asks is in its versions; the draft is what is being built."""

    code = models.CharField(max_length=16)
    name = models.CharField(max_length=120)
    draft = models.JSONField(default=dict)  # crm.rules.lead_forms.Definition, as it is being built
    version = models.IntegerField(default=0)  # the published one; 0: none yet
    is_on = models.BooleanField(default=False)
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    limit = models.IntegerField(null=True, blank=True)  # so many enquiries, then it closes
    origins = models.JSONField(
        default=list
    )  # pages that may embed it, post to it or be gone to after it: https://shop.example.com
    redirect_to = models.CharField(max_length=300, blank=True)
    campaign = models.CharField(max_length=80, blank=True)  # said of every lead that names none
    created_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="lead_form_code_once"),
            models.CheckConstraint(condition=models.Q(limit=None) | models.Q(limit__gt=0), name="lead_form_limit_positive"),
        ]

    def __str__(self) -> str:
        return self.name


class LeadFormVersion(Owned):
    """What a form asked from then on; consents refer to it, so it never changes."""

    form = models.ForeignKey(LeadForm, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    definition = models.JSONField()
    published_by = models.ForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()

    class Meta(Owned.Meta):
        db_table_comment = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["organisation", "form", "number"], name="lead_form_version_once")]


class LeadFormDay(Hot):
    """How often a form was looked at on a day, by which way."""

    form = models.ForeignKey(LeadForm, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    views = models.IntegerField(default=0)

    class Meta(Hot.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "form", "day"], name="lead_form_day_once")]


class FormEntry(Owned):
    """What somebody sent through a form. What looks wrong waits here for a person; nothing is lost."""

    class State(models.TextChoices):
        ACCEPTED = "accepted", _("Became a lead")
        QUARANTINED = "quarantined", _("To be looked at")
        DROPPED = "dropped", _("Thrown away")

    class Doubt(models.TextChoices):
        HONEYPOT = "honeypot", _("A field was filled in that people do not see")
        TOO_FAST = "too_fast", _("It was filled in faster than people type")
        NO_TOKEN = "no_token", _("The page was not opened before it was sent")
        TOO_MANY = "too_many", _("Too many came from one address")
        LINKS = "links", _("The message is full of links")
        CONTACTS_DIFFER = "contacts_differ", _("The contacts belong to two different customers")

    form = models.ForeignKey(LeadForm, on_delete=models.PROTECT, related_name="entries")
    version = models.IntegerField()
    key = models.CharField(max_length=120)  # of the page that was filled in: sent twice, it counts once
    state = models.CharField(max_length=12, choices=State.choices)
    doubt = models.CharField(max_length=16, choices=Doubt.choices, blank=True)
    answers = models.JSONField(default=dict)
    origin = models.JSONField(default=dict)  # channel, campaign, utm, language, referral code
    received_at = models.DateTimeField()
    decided_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "form", "key"], name="form_entry_once")]
        indexes = [
            models.Index(fields=["form", "-received_at"], name="form_entry_newest"),
            models.Index(
                fields=["-received_at"], name="form_entry_waiting", condition=models.Q(state="quarantined")
            ),
        ]  # fmt: skip
