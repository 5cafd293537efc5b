"""Rewards: promises to customers, and what became of them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models import Customer
from rewards.models.budgets import Budget
from rewards.models.coupon_kinds import CouponKind
from rewards.models.ledger import Unit
from tenancy.owned import Hot, Owned
from tenancy.postgresql.schema import APPEND_ONLY


class Reward(Owned):
    """A promise to a customer, from estimate to payment. What happened to it is in `RewardMove`.

    campaign_id, referral_id, decision_id and order_id are plain ids of rows upstairs.
    """

    class Kind(models.TextChoices):
        POINTS = "points", _("Points")
        CASH = "cash", _("Cash")
        COUPON = "coupon", _("Coupon")
        GIFT = "gift", _("Gift")
        SERVICE_UPGRADE = "service_upgrade", _("Service upgrade")
        TIER_UPGRADE = "tier_upgrade", _("Tier upgrade")
        BADGE = "badge", _("Badge")
        EVENT = "event", _("Event invitation")
        TRIAL = "trial", _("Product trial")

    class State(models.TextChoices):
        ESTIMATED = "estimated", _("Expected")  # nothing promised yet: what would come if all goes well
        ACCRUED = "accrued", _("Accrued")  # promised; waits for hold_until
        HELD = "held", _("Held")  # under review; does not settle by itself
        AVAILABLE = "available", _("Available")
        PAYING = "paying", _("Being paid out")
        PAID = "paid", _("Paid out")
        ISSUED = "issued", _("Handed over")
        REVERSED = "reversed", _("Reversed")
        LAPSED = "lapsed", _("Lapsed")  # an expectation that did not come true

    key = models.CharField(max_length=160)  # reward:{rule}:{cause}:{beneficiary}
    kind = models.CharField(max_length=16, choices=Kind.choices)
    beneficiary = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="rewards")
    role = models.CharField(max_length=12)  # referrer, referee
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    coupon_kind = models.ForeignKey(CouponKind, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = models.BigIntegerField()  # promised at first, in the unit
    kept = models.BigIntegerField()  # of it, after reversals
    cost_minor = models.BigIntegerField(default=0)  # what `kept` costs, in the budget's currency
    spent_minor = models.BigIntegerField(default=0, db_default=0)  # of it, what was used (operations/budgets/spending.py)
    returned_minor = models.BigIntegerField(default=0, db_default=0)  # of it, what expired unused; free for other rewards
    budget = models.ForeignKey(Budget, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACCRUED)
    hold_until = models.DateTimeField()
    hold_cause = models.CharField(max_length=40, default="refund_window")
    promised_by = models.DateTimeField()
    accrued_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_entry_id = models.UUIDField(null=True)  # of many rewards
    lot_id = models.UUIDField(null=True)  # the arrow that settled it and the lot that it opened
    account_id = models.UUIDField()
    campaign_id = models.UUIDField(null=True)
    referral_id = models.UUIDField(null=True)
    decision_id = models.UUIDField(null=True)
    order_id = models.UUIDField(null=True)
    title = models.JSONField(default=dict)  # {"zh-hans", "en"} of what is given in kind
    details = models.JSONField(default=dict)  # of its kind, see rewards/rules/in_kind.py
    code = models.CharField(max_length=16, blank=True)  # shown at the door of an event, or to begin a trial
    options = models.JSONField(default=list)  # what the person may choose from; the reward itself is options[option]
    option = models.SmallIntegerField(default=0)
    chosen_at = models.DateTimeField(null=True)  # none: nobody has chosen, and the first option stands
    successor_id = models.UUIDField(null=True)  # the reward that took its place when another option was chosen

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="reward_once"),
            models.UniqueConstraint(fields=["organisation", "code"], condition=~Q(code=""), name="reward_code_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="reward_positive"),
            models.CheckConstraint(condition=Q(kept__gte=0, kept__lte=F("amount")), name="reward_kept_in_bounds"),
        ]
        indexes = [
            # None names the state: a settlement then changes no index (DueReward is the queue).
            models.Index(fields=["-accrued_at", "-id"], name="reward_newest"),
            models.Index(fields=["campaign_id"], name="reward_by_campaign"),
            models.Index(fields=["referral_id"], name="reward_by_referral"),
            models.Index(fields=["order_id"], name="reward_by_order"),
            models.Index(fields=["promised_by"], name="reward_by_promise"),
            models.Index(fields=["budget", "-id"], name="reward_by_budget", condition=Q(budget__isnull=False)),
            # Neither kind nor hold_cause is written by a settlement.
            models.Index(fields=["promised_by"], name="reward_to_hand_over", condition=~Q(kind__in=["points", "coupon"])),
            models.Index(
                fields=["hold_cause", "hold_until"], name="reward_held_by_cause", condition=~Q(hold_cause="refund_window")
            ),
        ]


class DueReward(Hot):
    """The one right to settle a reward: there while it is accrued, gone when it is settled, held or reversed.

    Its id is the reward's. Who wants to change an accrued reward locks this row first, so
    that a settlement, which passes over locked ones, never waits and never meets itself.
    """

    hold_until = models.DateTimeField()
    account_id = models.UUIDField()

    class Meta(Hot.Meta):
        indexes = [models.Index(fields=["hold_until", "id"], name="reward_due")]


class RewardMove(Hot):
    """Every change of a reward but its settlement: when, from, to, how much, why, and the entry in the books.

    The settlement is in the books itself, as the arrow that names the reward.
    """

    reward_id = models.UUIDField()
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10)
    amount = models.BigIntegerField()  # units that moved
    owed = models.BigIntegerField(default=0)  # of them, what had been spent and is owed now
    forgiven = models.BigIntegerField(default=0, db_default=0)  # of that, what the house lets go by its policy
    cost_minor = models.BigIntegerField(
        default=0, db_default=0
    )  # what a reduction took off the reward's cost, or gave again
    gives_again = models.BooleanField(default=False, db_default=False)  # units came back: a refund was cancelled
    cause = models.CharField(max_length=40)  # accrued, hold_ended, refund, order_cancelled, review …
    key = models.CharField(max_length=160, blank=True)  # of a reduction, so that it happens once
    entry_id = models.UUIDField(null=True)
    actor_kind = models.CharField(max_length=12, default="system")
    actor_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()

    class Meta(Hot.Meta):
        db_table_comment = APPEND_ONLY
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], condition=~Q(key=""), name="reward_move_once")
        ]
        indexes = [models.Index(fields=["reward_id", "id"], name="reward_move_history")]
