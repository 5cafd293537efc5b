"""Campaigns, rule versions, codes, touches, invitations, referrals, decisions."""

from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils.translation import gettext_lazy as _

from crm.models import Customer, Order, Segment
from rewards.models import Budget
from tenancy.models import Membership
from tenancy.owned import Hot, Owned
from tenancy.postgresql.schema import APPEND_ONLY


class Campaign(Owned):
    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        RUNNING = "running", _("Running")
        PAUSED = "paused", _("Paused")
        ENDED = "ended", _("Ended")

    name = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    template = models.CharField(max_length=40)  # key in referrals/templates.py
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    target = models.JSONField(default=dict)  # who may refer: {"stages": […], "tiers": […], "tags": […]}; {} is everybody
    segment = models.ForeignKey(Segment, null=True, on_delete=models.PROTECT, related_name="+")  # only its members may refer
    texts = models.JSONField(default=dict)  # {"zh-hans": {"headline","offer","terms","share"}, "en": {...}}
    budget = models.ForeignKey(Budget, null=True, on_delete=models.PROTECT, related_name="+")
    responsible = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="+")
    follow_up_hours = models.SmallIntegerField(default=24)
    script = models.JSONField(default=dict)  # {"zh-hans": …, "en": …}: what to say to a referred friend
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="campaign_window_forward")
        ]
        indexes = [models.Index(fields=["state", "starts_at"], name="campaign_by_state")]


class RuleVersion(Owned):
    """The terms of a campaign as validated data (referrals/rules.py). A referral keeps the one it came in under."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="versions")
    number = models.SmallIntegerField()
    terms = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.UUIDField(null=True)

    class Meta(Owned.Meta):
        db_table_comment = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["organisation", "campaign", "number"], name="rule_version_once")]


class ReferralCode(Owned):
    """A customer's personal code in a campaign; the link, the QR and the poster carry it."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    referrer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=16)
    is_active = models.BooleanField(default=True)
    # Of somebody who became one with its referrer, who had a code already: printed codes go on to work.
    is_inherited = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="referral_code_once"),
            models.UniqueConstraint(
                fields=["organisation", "campaign", "referrer"],
                condition=Q(is_inherited=False),
                name="referral_code_one_each",
            ),
        ]


class Touch(Hot):
    """Somebody followed a code. All touches are kept; who they were stays a keyed hash."""

    code_id = models.UUIDField()
    campaign_id = models.UUIDField()
    channel = models.CharField(max_length=20, default="link")  # wechat, weibo, poster, qr …
    visitor = models.CharField(max_length=64)  # HMAC of a first-party random cookie
    ip_hash = models.CharField(max_length=64, blank=True)
    occurred_at = models.DateTimeField()

    class Meta(Hot.Meta):
        db_table_comment = APPEND_ONLY
        indexes = [
            models.Index(fields=["campaign_id", "occurred_at"], name="touch_by_campaign"),
            models.Index(fields=["code_id", "occurred_at"], name="touch_by_code"),
            models.Index(fields=["visitor", "occurred_at"], name="touch_by_visitor"),
        ]


class Invitation(Owned):
    """A friend's form before they confirmed it: in quarantine, not searchable, purged when it expires."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for confirmation")
        CONFIRMED = "confirmed", _("Confirmed")
        EXPIRED = "expired", _("Expired")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    code = models.ForeignKey(ReferralCode, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    name = models.CharField(max_length=120, blank=True)  # emptied on expiry
    contact_kind = models.CharField(max_length=8)  # email, phone
    contact = models.CharField(max_length=254, blank=True)  # normalised; emptied on expiry
    contact_hash = models.CharField(max_length=64)  # keyed; stops repeats after the purge
    language = models.CharField(max_length=10)
    channel = models.CharField(max_length=20, default="link")
    visitor = models.CharField(max_length=64, blank=True)
    ip_hash = models.CharField(max_length=64, blank=True)
    secret_hash = models.CharField(max_length=64)  # of the six digits sent
    sends = models.SmallIntegerField(default=1)  # codes sent; wrong tries are counted in the cache, which no rollback undoes
    consents = models.JSONField(default=dict)  # {"referral": true, "marketing": false}, text_version
    submitted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
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
        ]


class Referral(Owned):
    """Who brought whom, under which terms. Four axes, never mixed: stage, attribution, risk, and the rewards' states."""

    class Stage(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed")
        CONTACTED = "contacted", _("Contacted")
        QUALIFIED = "qualified", _("Qualified")
        CONVERTED = "converted", _("Converted")
        CLOSED = "closed", _("Closed")

    class Attribution(models.TextChoices):
        CLAIMED = "claimed", _("Claimed")
        ACCEPTED = "accepted", _("Accepted")
        CONTESTED = "contested", _("Contested")
        DECIDED = "decided", _("Decided")

    class Risk(models.TextChoices):
        CLEAR = "clear", _("Clear")
        FLAGGED = "flagged", _("Flagged")
        HELD = "held", _("Held")
        CLEARED = "cleared", _("Cleared")
        CONFIRMED = "confirmed", _("Confirmed fraud")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="referrals")
    rule_version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="+")
    code = models.ForeignKey(ReferralCode, null=True, on_delete=models.PROTECT, related_name="+")
    referrer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="referrals_made")
    referee = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="referrals_received")
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.CONFIRMED)
    attribution = models.CharField(max_length=10, choices=Attribution.choices, default=Attribution.ACCEPTED)
    risk = models.CharField(max_length=10, choices=Risk.choices, default=Risk.CLEAR)
    close_reason = models.CharField(max_length=40, blank=True)  # vocabulary in referrals/rules.py
    channel = models.CharField(max_length=20, default="link")
    source = models.CharField(max_length=20, default="customer")  # customer, employee, partner, community, material
    touched_at = models.DateTimeField(null=True)  # the touch it is attributed to
    confirmed_at = models.DateTimeField()
    converted_at = models.DateTimeField(null=True)
    converting_order_id = models.UUIDField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            # Checked at the end of each statement, so that two can change places when customers become one.
            models.UniqueConstraint(
                fields=["organisation", "referee"], name="referral_one_referrer", deferrable=Deferrable.IMMEDIATE
            ),
            models.CheckConstraint(condition=~Q(referrer=F("referee")), name="referral_not_of_oneself"),
        ]
        indexes = [
            models.Index(fields=["-confirmed_at", "-id"], name="referral_newest"),
            models.Index(fields=["campaign", "stage"], name="referral_by_stage"),
            models.Index(fields=["referrer", "-confirmed_at"], name="referral_by_referrer"),
        ]


class ReferralMove(Hot):
    """Every move on an axis: who, when, from, to, why."""

    referral_id = models.UUIDField()
    axis = models.CharField(max_length=12)  # stage, attribution, risk
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10)
    cause = models.CharField(max_length=60)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()

    class Meta(Hot.Meta):
        db_table_comment = APPEND_ONLY
        indexes = [models.Index(fields=["referral_id", "id"], name="referral_move_history")]


class Conversion(Owned):
    """An order that counts for a referral, as of now: what limits count, and what a refund takes back.

    `round` counts how often it has begun again after it was withdrawn.
    """

    class State(models.TextChoices):
        COUNTED = "counted", _("Counted")
        WITHDRAWN = "withdrawn", _("Taken back")

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="conversions")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    referrer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.COUNTED)
    round = models.SmallIntegerField(default=0)
    kept_minor = models.BigIntegerField()
    paid_at = models.DateTimeField()
    counted_at = models.DateTimeField()

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "order"], name="conversion_once")]
        indexes = [
            models.Index(fields=["referrer", "campaign", "paid_at"], name="conversion_limits", condition=Q(state="counted")),
            models.Index(fields=["campaign", "paid_at"], name="conversion_by_campaign", condition=Q(state="counted")),
        ]


class Decision(Hot):
    """What was decided about an order, with the facts and every check; also when the answer is no."""

    class Outcome(models.TextChoices):
        EARNED = "earned", _("Earned")
        DECLINED = "declined", _("Not earned")
        REDUCED = "reduced", _("Reduced")
        WITHDRAWN = "withdrawn", _("Taken back")

    key = models.CharField(max_length=160)  # decision:{order}:{state of the order it judged}
    order_id = models.UUIDField(null=True)
    customer_id = models.UUIDField(null=True)  # whose order
    referral_id = models.UUIDField(null=True)
    campaign_id = models.UUIDField(null=True)
    rule_version = models.ForeignKey(RuleVersion, null=True, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField(default=dict)
    checks = models.JSONField(default=list)  # [{"check", "expected", "actual", "passed"}]
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    effects = models.JSONField(default=list)  # [{"reward_id","role","kind","unit","amount","release_at"}]
    decided_at = models.DateTimeField()

    class Meta(Hot.Meta):
        db_table_comment = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="decision_once")]
        indexes = [
            models.Index(fields=["order_id", "id"], name="decision_by_order"),
            models.Index(fields=["referral_id", "id"], name="decision_by_referral"),
            models.Index(fields=["customer_id", "-id"], name="decision_by_customer"),
        ]
