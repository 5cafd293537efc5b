"""Signs of abuse: what people share, what was found, the cases it is decided in, lists, and an organisation's settings."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Customer
from referrals.models.referrals import Referral
from referrals.rules.signals import Action
from tenancy.owned import Hot, Owned
from tenancy.postgresql.schema import APPEND_ONLY


class SignUpTrace(Hot):
    """What a friend's form left behind: keyed hashes and a few figures, forgotten after 90 days."""

    invitation_id = models.UUIDField()
    referrer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    device = models.CharField(max_length=32, blank=True)
    address = models.CharField(max_length=32, blank=True)
    network = models.CharField(max_length=32, blank=True)
    had_touch = models.BooleanField()
    filled_in = models.IntegerField(null=True)  # seconds from the click to the form
    ads = models.CharField(max_length=80, blank=True)  # names of advertising parameters in the address, never their values
    occurred_at = models.DateTimeField()

    class Meta(Hot.Meta):
        indexes = [
            models.Index(fields=["invitation_id"], name="trace_by_invitation"),
            models.Index(fields=["device", "occurred_at"], name="trace_by_device", condition=~Q(device="")),
            models.Index(fields=["address", "occurred_at"], name="trace_by_address", condition=~Q(address="")),
            models.Index(fields=["occurred_at"], name="trace_by_age"),
        ]


class Trait(Hot):
    """Something by which two customers can be recognised as near: its kind and a keyed hash, never the thing itself."""

    class Kind(models.TextChoices):
        CONTACT = "contact", _("Mailbox or phone")
        DEVICE = "device", _("Device")
        ADDRESS = "address", _("Internet address")
        NETWORK = "network", _("Network")
        PAYOUT = "payout", _("Payout account")
        HOME = "home", _("Postal address")
        DOMAIN = "domain", _("E-mail domain")
        BLOCK = "block", _("Block of phone numbers")
        DISPOSABLE = "disposable", _("Disposable e-mail")
        VIRTUAL = "virtual", _("Virtual number")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    value = models.CharField(max_length=32)
    seen_at = models.DateTimeField()

    class Meta(Hot.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "customer", "kind", "value"], name="trait_once"),
        ]
        indexes = [models.Index(fields=["kind", "value"], name="trait_shared")]


class AbusePolicy(Owned):
    """How an organisation weighs signs of abuse; one row each. Without one everything is only watched."""

    is_shadow = models.BooleanField(default=True)  # nothing is held: it is only noted what would have been
    delay_from = models.SmallIntegerField(default=25, null=True)  # scores; none: this is never done
    hold_from = models.SmallIntegerField(default=40, null=True)
    proof_from = models.SmallIntegerField(default=90, null=True)
    block_from = models.SmallIntegerField(default=None, null=True)
    delay_days = models.SmallIntegerField(default=14)
    signals = models.JSONField(default=dict)  # key -> what differs from referrals/rules/signals.py

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="abuse_policy_once"),
            models.CheckConstraint(condition=Q(delay_days__range=(1, 180)), name="abuse_delay_in_bounds"),
        ]


class Assessment(Hot):
    """What was found about a referral, and what it led to. A new row only where something has changed."""

    class Occasion(models.TextChoices):
        SIGN_UP = "sign_up", _("Sign-up")
        CONVERSION = "conversion", _("Order")
        REFUND = "refund", _("Refund")
        NIGHT = "night", _("Nightly review")
        REVIEW = "review", _("Review")

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="assessments", db_index=False)
    occasion = models.CharField(max_length=10, choices=Occasion.choices)
    rules = models.SmallIntegerField()  # version of referrals/rules/signals.py
    inputs = models.CharField(max_length=64)  # hash of what was known and of the settings it was weighed by
    signals = models.JSONField(default=list)  # [{"key", "weight", "is_shadow", "facts"}]
    score = models.SmallIntegerField()
    action = models.CharField(max_length=6, choices=[(one.value, one.value) for one in Action])
    would_be = models.CharField(max_length=6, choices=[(one.value, one.value) for one in Action])  # without shadow mode
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()

    class Meta(Hot.Meta):
        db_table_comment = APPEND_ONLY
        indexes = [models.Index(fields=["referral", "-id"], name="assessment_newest")]


class AbuseCase(Owned):
    """Referrals of one referrer that show the same sign, or that one ring holds together; decided as one."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("abuse case", "Open")
        PROOF = "proof", _("Proof asked for")
        CLEARED = "cleared", _("Cleared")
        CONFIRMED = "confirmed", _("Confirmed abuse")

    WAITING = (State.OPEN, State.PROOF)

    referrer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)  # key of a signal
    group = models.CharField(max_length=32, blank=True)  # of a ring: who belongs to it, hashed
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    is_shadow = models.BooleanField(default=False)  # nothing is held for it
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "referrer", "kind", "group"], condition=Q(state__in=["open", "proof"]),
                name="abuse_case_open_once",
            )
        ]  # fmt: skip
        indexes = [models.Index(fields=["state", "-id"], name="abuse_case_by_state")]


class AbuseCaseReferral(Owned):
    """A referral in a case. Settled once this case does not hold it any more."""

    case = models.ForeignKey(AbuseCase, on_delete=models.PROTECT, related_name="members")
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="abuse_cases")
    is_settled = models.BooleanField(default=False)
    is_cleared = models.BooleanField(default=False)  # seen and found harmless: this sign does not count again
    added_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "case", "referral"], name="abuse_case_member_once")]


class AbuseVerdict(Hot):
    """What somebody decided in a case, and why. The newest counts; none is lost."""

    class Verdict(models.TextChoices):
        CLEAR = "clear", pgettext_lazy("verdict", "Cleared")
        CONFIRM = "confirm", _("Confirmed abuse")
        PROOF = "proof", _("Asked for proof")
        REOPEN = "reopen", _("Opened again")

    case = models.ForeignKey(AbuseCase, on_delete=models.PROTECT, related_name="verdicts", db_index=False)
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    reason = models.CharField(max_length=300)
    is_partial = models.BooleanField(default=False)  # whoever decided is responsible for the referrer
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()

    class Meta(Hot.Meta):
        db_table_comment = APPEND_ONLY
        indexes = [models.Index(fields=["case", "id"], name="abuse_verdict_history")]


class AbuseListing(Owned):
    """Something that is refused, or never held against anybody, until it expires or is taken off."""

    class Side(models.TextChoices):
        BLOCK = "block", _("Blocked")
        ALLOW = "allow", _("Allowed")

    class Kind(models.TextChoices):
        EMAIL_DOMAIN = "email_domain", _("E-mail domain")
        PHONE_PREFIX = "phone_prefix", _("Beginning of a phone number")
        DEVICE = "device", _("Device")
        NETWORK = "network", _("Internet address or network")
        REFERRER = "referrer", _("Referrer")

    side = models.CharField(max_length=5, choices=Side.choices)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    value = models.CharField(max_length=64)  # domain, prefix, network; of a device and of an address from a case its hash
    referrer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=200)
    expires_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField()
    added_by_kind = models.CharField(max_length=12)
    added_by_id = models.UUIDField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "value"], condition=Q(removed_at__isnull=True), name="abuse_listing_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="referrer", referrer__isnull=False) | ~Q(kind="referrer"),
                name="abuse_listing_names_referrer",
            ),
        ]
