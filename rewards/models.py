"""The strong room: units, accounts, the journal, lots, budgets, rewards and coupons.

Accounts, journal, balances and lots are written by the functions of
migrations/0002_ledger.py alone (through rewards/ledger.py).
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.models import Customer
from tenancy.owned import Hot, Owned
from tenancy.postgresql.schema import APPEND_ONLY, LEDGER_JOURNAL, LEDGER_ONLY


class Unit(Owned):
    """What is counted: points, a currency's smallest part, pieces of a coupon."""

    class Kind(models.TextChoices):
        POINTS = "points", _("Points")
        MONEY = "money", _("Money")
        COUPON = "coupon", _("Coupons")

    code = models.CharField(max_length=40)  # POINT, CNY, COUPON
    kind = models.CharField(max_length=8, choices=Kind.choices)
    expires_after_months = models.SmallIntegerField(null=True)  # of a lot, from the day it became available; none: never

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="unit_once")]


class Account(Hot):
    """Where units are. Immutable: it is what postings point at; its balance is another row."""

    class Kind(models.TextChoices):
        PROGRAMME = "programme", _("Programme")  # what was ever promised; may go negative
        PENDING = "pending", _("Pending")
        AVAILABLE = "available", _("Available")
        ARREARS = "arrears", _("Arrears")  # owed by the member after a clawback; holds minus what is owed
        REDEEMED = "redeemed", _("Redeemed")
        EXPIRED = "expired", _("Expired")

    # Its id follows from organisation, unit, kind and customer (ledger_account), so it needs no index to be found by.
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta(Hot.Meta):
        db_table_comment = LEDGER_JOURNAL
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "customer", "unit", "kind"], name="account_once", nulls_distinct=False
            ),
            models.UniqueConstraint(fields=["organisation", "id", "unit"], name="account_with_unit"),
            models.CheckConstraint(
                name="account_member_kinds_have_customer",
                condition=Q(kind__in=["pending", "available", "arrears"], customer__isnull=False)
                | Q(kind__in=["programme", "redeemed", "expired"], customer__isnull=True),
            ),
        ]


class Balance(Hot):
    """What a member's account holds. Nothing refers to this row, because it is updated."""

    account_id = models.UUIDField()
    may_go_negative = models.BooleanField(default=False)
    amount = models.BigIntegerField(default=0)

    class Meta(Hot.Meta):
        db_table_comment = LEDGER_ONLY
        constraints = [
            models.UniqueConstraint(fields=["organisation", "account_id"], name="balance_once"),
            models.CheckConstraint(condition=Q(may_go_negative=True) | Q(amount__gte=0), name="account_no_overdraft"),
        ]


class BalanceDelta(Hot):
    """A change of a programme account, appended instead of locking its row; rolled up by DELETE … RETURNING."""

    account_id = models.UUIDField()
    amount = models.BigIntegerField()

    class Meta(Hot.Meta):
        db_table_comment = LEDGER_ONLY
        indexes = [models.Index(fields=["account_id"], name="balance_delta_by_account", include=["amount"])]


class JournalEntry(Hot):
    """One business event in the books. Same key and same input: the first answer; other input: a conflict."""

    class Kind(models.TextChoices):
        ACCRUAL = "accrual", _("Reward promised")
        SETTLEMENT = "settlement", _("Reward settled")
        EARNING = "earning", _("Points earned")
        REDEMPTION = "redemption", _("Redeemed")
        EXPIRY = "expiry", _("Expired")
        REVERSAL = "reversal", _("Taken back")
        ADJUSTMENT = "adjustment", _("Adjusted by staff")

    kind = models.CharField(max_length=12, choices=Kind.choices)
    key = models.CharField(max_length=160)
    input_hash = models.CharField(max_length=64)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    reverses = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=200, blank=True)  # a code or a staff member's words; no personal data

    class Meta(Hot.Meta):
        db_table_comment = LEDGER_JOURNAL
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="journal_entry_once")]


class Posting(Hot):
    """An arrow: `amount` units leave `source` and reach `target`. An unbalanced entry cannot be written down."""

    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="postings")
    source = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    target = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    amount = models.BigIntegerField()

    class Meta(Hot.Meta):
        db_table_comment = LEDGER_JOURNAL
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="posting_positive"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="posting_two_accounts"),
        ]
        indexes = [
            models.Index(fields=["source", "-id"], name="posting_by_source", include=["amount"]),
            models.Index(fields=["target", "-id"], name="posting_by_target", include=["amount"]),
        ]


class Lot(Hot):
    """Units credited to an available account at one time, with their expiry. `remaining` is moved by the ledger."""

    account_id = models.UUIDField()
    entry_id = models.UUIDField()
    amount = models.BigIntegerField()
    remaining = models.BigIntegerField()
    earned_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta(Hot.Meta):
        db_table_comment = LEDGER_ONLY
        constraints = [
            models.CheckConstraint(condition=Q(remaining__gte=0, remaining__lte=F("amount")), name="lot_rest_in_bounds")
        ]
        indexes = [
            models.Index(
                fields=["account_id", "expires_at", "earned_at", "id"], name="lot_oldest_first", condition=Q(remaining__gt=0)
            ),
            models.Index(fields=["expires_at"], name="lot_expiry", condition=Q(remaining__gt=0, expires_at__isnull=False)),
            models.Index(fields=["entry_id"], name="lot_by_entry"),
        ]


class LotUse(Hot):
    """Which lots a debit took from (amount > 0), or gave back to (amount < 0)."""

    lot_id = models.UUIDField()
    entry_id = models.UUIDField()
    amount = models.BigIntegerField()

    class Meta(Hot.Meta):
        db_table_comment = LEDGER_JOURNAL
        indexes = [
            models.Index(fields=["lot_id"], name="lot_use_by_lot"),
            models.Index(fields=["entry_id"], name="lot_use_by_entry"),
        ]


class Budget(Owned):
    """Money set aside for rewards: reserved when promised, committed when settled, spent when used."""

    name = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    limit_minor = models.BigIntegerField()
    reserved_minor = models.BigIntegerField(default=0)
    committed_minor = models.BigIntegerField(default=0)
    spent_minor = models.BigIntegerField(default=0)

    class Meta(Owned.Meta):
        constraints = [
            models.CheckConstraint(
                name="budget_figures_not_negative",
                condition=Q(reserved_minor__gte=0, committed_minor__gte=0, spent_minor__gte=0, limit_minor__gte=0),
            ),
            models.CheckConstraint(
                name="budget_not_exceeded",
                condition=Q(limit_minor__gte=F("reserved_minor") + F("committed_minor") + F("spent_minor")),
            ),
        ]


class CouponKind(Owned):
    """What a coupon is good for."""

    class Effect(models.TextChoices):
        VALUE = "value", _("Amount off")
        PERCENT = "percent", _("Percent off")

    code = models.CharField(max_length=40)
    name = models.JSONField(default=dict)  # {"zh-hans": …, "en": …}
    effect = models.CharField(max_length=8, choices=Effect.choices)
    value_minor = models.BigIntegerField(default=0)  # for value
    percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)  # for percent
    cap_minor = models.BigIntegerField(null=True)  # most that a percent coupon takes off; also its cost in a budget
    minimum_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    valid_days = models.IntegerField(default=60)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="coupon_kind_once")]


class Reward(Owned):
    """A promise to a customer, from estimate to payment. What happened to it is in `RewardMove`.

    campaign_id, referral_id, decision_id and order_id are plain ids: they live upstairs.
    """

    class Kind(models.TextChoices):
        POINTS = "points", _("Points")
        CASH = "cash", _("Cash")
        COUPON = "coupon", _("Coupon")

    class State(models.TextChoices):
        ACCRUED = "accrued", _("Accrued")  # promised; waits for hold_until
        HELD = "held", _("Held")  # under review; does not settle by itself
        AVAILABLE = "available", _("Available")
        REVERSED = "reversed", _("Reversed")

    key = models.CharField(max_length=160)  # reward:{rule}:{cause}:{beneficiary}
    kind = models.CharField(max_length=8, choices=Kind.choices)
    beneficiary = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="rewards")
    role = models.CharField(max_length=12)  # referrer, referee
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    coupon_kind = models.ForeignKey(CouponKind, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = models.BigIntegerField()  # promised at first, in the unit
    kept = models.BigIntegerField()  # of it, after reversals
    cost_minor = models.BigIntegerField(default=0)  # what `kept` costs, in the budget's currency
    budget = models.ForeignKey(Budget, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACCRUED)
    hold_until = models.DateTimeField()
    hold_cause = models.CharField(max_length=40, default="refund_window")
    promised_by = models.DateTimeField()
    accrued_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    campaign_id = models.UUIDField(null=True)
    referral_id = models.UUIDField(null=True)
    decision_id = models.UUIDField(null=True)
    order_id = models.UUIDField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="reward_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="reward_positive"),
            models.CheckConstraint(condition=Q(kept__gte=0, kept__lte=F("amount")), name="reward_kept_in_bounds"),
        ]
        indexes = [
            models.Index(fields=["hold_until", "id"], name="reward_due", condition=Q(state="accrued")),
            models.Index(fields=["-accrued_at", "-id"], name="reward_newest"),
            models.Index(fields=["campaign_id", "state"], name="reward_by_campaign"),
            models.Index(fields=["referral_id"], name="reward_by_referral"),
            models.Index(fields=["order_id"], name="reward_by_order"),
        ]


class RewardMove(Hot):
    """Every change of a reward: when, from, to, how much, why, and the entry in the books."""

    reward_id = models.UUIDField()
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10)
    amount = models.BigIntegerField()  # units that moved
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


class Coupon(Owned):
    """One coupon in one customer's hands."""

    class State(models.TextChoices):
        ISSUED = "issued", _("Valid")
        REDEEMED = "redeemed", _("Redeemed")
        VOID = "void", _("Withdrawn")
        EXPIRED = "expired", _("Expired")

    kind = models.ForeignKey(CouponKind, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=16)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="coupons")
    reward = models.ForeignKey(Reward, null=True, on_delete=models.PROTECT, related_name="coupons")
    state = models.CharField(max_length=8, choices=State.choices, default=State.ISSUED)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    redeemed_at = models.DateTimeField(null=True)
    redeemed_order = models.CharField(max_length=121, blank=True)  # source:external_id

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="coupon_once"),
            models.UniqueConstraint(fields=["organisation", "reward"], name="coupon_one_a_reward"),
        ]
