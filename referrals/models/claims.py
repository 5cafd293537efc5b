"""Claims on who brought a customer: opened, proposed, decided, appealed once, closed."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from crm.models import Customer, CustomerFile, Order
from referrals.models.attribution import AttributionDecision
from referrals.models.campaigns import Campaign
from referrals.models.codes import ReferralCode
from referrals.models.referrals import Referral
from tenancy.models import Membership
from tenancy.owned import Owned
from tenancy.postgresql.schema import APPEND_ONLY


class Claim(Owned):
    """Somebody says that they brought a customer. While it is open the rewards concerned wait."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("a claim", "Open")
        PROPOSED = "proposed", pgettext_lazy("a claim", "Proposal made")
        DECIDED = "decided", pgettext_lazy("a claim", "Decided")
        APPEALED = "appealed", pgettext_lazy("a claim", "Appealed")
        CLOSED = "closed", pgettext_lazy("a claim", "Closed")

    class Channel(models.TextChoices):
        STAFF = "staff", pgettext_lazy("a claim came from", "Staff")
        MEMBER = "member", pgettext_lazy("a claim came from", "Member centre")
        API = "api", pgettext_lazy("a claim came from", "API")
        SYSTEM = "system", pgettext_lazy("a claim came from", "Late facts")

    Outcome = AttributionDecision.Outcome

    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    referee = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="+")  # none: not found yet
    claimant = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    rival = models.ForeignKey(
        Customer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # whose it was
    referral = models.ForeignKey(Referral, null=True, on_delete=models.PROTECT, related_name="claims")
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.ForeignKey(ReferralCode, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    friend = models.CharField(max_length=200, blank=True)  # as the claimant names them, where we have not found them
    text = models.TextField()
    proposal = models.JSONField(default=dict)  # {"outcome", "why", "parts", "candidates", "made_at"}
    outcome = models.CharField(max_length=6, choices=Outcome.choices, blank=True)
    parts = models.JSONField(default=list)
    reason = models.CharField(max_length=500, blank=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decider = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    first_decider_id = models.UUIDField(null=True)  # the actor of the first decision; stays when people leave
    appeal_until = models.DateTimeField(null=True)
    appellant = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    appeal_text = models.TextField(blank=True)
    appealed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            # One at a time about a customer, until it is decided.
            models.UniqueConstraint(
                fields=["organisation", "referee"], condition=Q(state__in=["open", "proposed", "appealed"]),
                name="claim_one_open",
            ),
            models.CheckConstraint(
                condition=Q(referee__isnull=True) | ~Q(claimant=F("referee")), name="claim_not_of_oneself"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "proposed"]) | ~Q(outcome=""), name="claim_decided_has_outcome"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["state", "due_at"], name="claim_by_state"),
            models.Index(fields=["claimant", "-opened_at"], name="claim_by_claimant"),
            models.Index(fields=["-opened_at", "-id"], name="claim_newest"),
        ]


class ClaimFile(Owned):
    """Evidence: a paper that is kept with the claimant."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey(CustomerFile, on_delete=models.PROTECT, related_name="+")

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "claim", "file"], name="claim_file_once")]


class ClaimMove(Owned):
    """Every move of a claim: who, when, from, to, why."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="moves")
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10)
    reason = models.CharField(max_length=500, blank=True)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()

    class Meta(Owned.Meta):
        db_table_comment = APPEND_ONLY
