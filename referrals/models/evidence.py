"""What shows that a referral succeeded, and whether somebody agreed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.models.referrals import Referral
from tenancy.models import Membership
from tenancy.owned import Owned


class Evidence(Owned):
    """A paper or a note that a success criterion is met; it counts once a second person has looked at it."""

    class Criterion(models.TextChoices):
        CONTACT = "contact", _("The friend was reached")
        VISIT = "visit", _("The friend visited or tried")
        QUALIFIED = "qualified", _("The friend is a real prospect")
        ORDER = "order", _("The friend has ordered")
        DEAL = "deal", _("A contract is signed")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for review")
        ACCEPTED = "accepted", pgettext_lazy("evidence", "Accepted")
        REFUSED = "refused", pgettext_lazy("evidence", "Refused")

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="evidence")
    criterion = models.CharField(max_length=10, choices=Criterion.choices)
    text = models.CharField(max_length=1000, blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    content_type = models.CharField(max_length=80, blank=True)
    size = models.IntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    content = models.BinaryField(null=True)
    order_id = models.UUIDField(null=True)  # where an order or a deal of ours is the evidence
    deal_id = models.UUIDField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    handed_in_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    handed_in_at = models.DateTimeField()
    decided_by = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta(Owned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") | ~Q(file_name="") | Q(order_id__isnull=False) | Q(deal_id__isnull=False),
                name="evidence_shows_something",
            )
        ]
        indexes = [
            models.Index(fields=["referral", "id"], name="evidence_of_referral"),
            models.Index(fields=["handed_in_at", "id"], name="evidence_waiting", condition=Q(state="waiting")),
        ]
