"""Forms of friends, before they confirm."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.models.campaigns import Campaign
from referrals.models.codes import ReferralCode
from tenancy.models import Membership
from tenancy.owned import Owned


class Invitation(Owned):
    """A friend's form before they confirmed it: in quarantine, not searchable, purged when it expires."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for confirmation")
        CONFIRMED = "confirmed", _("Confirmed")
        EXPIRED = "expired", _("Expired")
        DECLINED = "declined", _("Declined by the friend")
        WITHDRAWN = "withdrawn", pgettext_lazy("an invitation", "Withdrawn")

    class Capture(models.TextChoices):
        FORM = "form", _("The friend's own form")
        COUNTER = "counter", _("At the counter")
        ORAL = "oral", _("Told by the referrer")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    code = models.ForeignKey(ReferralCode, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    name = models.CharField(max_length=120, blank=True)  # emptied on expiry
    contact_kind = models.CharField(max_length=8)  # email, phone
    contact = models.CharField(max_length=254, blank=True)  # normalised; emptied on expiry
    contact_hash = models.CharField(max_length=64)  # keyed; stops repeats after the purge
    language = models.CharField(max_length=10)
    channel = models.CharField(max_length=20, default="link")
    variant = models.CharField(max_length=1, default="", db_default="", blank=True)  # a, b: of the page it came from
    answers = models.JSONField(default=dict, db_default={})  # what the page asked besides; emptied on expiry
    capture = models.CharField(max_length=8, choices=Capture.choices, default=Capture.FORM, db_default=Capture.FORM)
    entered_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")  # who typed it in
    note = models.TextField(blank=True, default="", db_default="")  # what the referrer told; emptied on expiry
    visitor = models.CharField(max_length=64, blank=True)
    secret_hash = models.CharField(max_length=64)  # of the six digits sent
    sends = models.SmallIntegerField(default=1)  # codes sent; wrong tries are counted in the cache, which no rollback undoes
    consents = models.JSONField(default=dict)  # {"referral": true, "marketing": false}, text_version
    submitted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # expired, declined or withdrawn: emptied
    referral_id = models.UUIDField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                name="invitation_waits_once",
                fields=["organisation", "campaign", "contact_hash"],
                condition=Q(state="waiting"),
            )
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="invitation_expiry", condition=Q(state="waiting")),
            models.Index(fields=["campaign", "submitted_at"], name="invitation_by_campaign"),
            models.Index(fields=["contact_hash", "submitted_at"], name="invitation_by_contact"),
            models.Index(fields=["-submitted_at", "-id"], name="invitation_newest"),
            models.Index(fields=["referral_id"], name="invitation_by_referral", condition=Q(referral_id__isnull=False)),
        ]
