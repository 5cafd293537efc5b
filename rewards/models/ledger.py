"""The books: units, accounts, the journal, balances and lots. Written by the functions of migrations/0002 and 0003 alone."""

from hashlib import md5
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.models import Customer
from tenancy import door
from tenancy.owned import Hot, Owned
from tenancy.postgresql.schema import LEDGER_JOURNAL, LEDGER_ONLY


class Unit(Owned):
    """What is counted: points, a currency's smallest part, pieces of a coupon or of something given."""

    class Kind(models.TextChoices):
        POINTS = "points", _("Points")
        MONEY = "money", _("Money")
        COUPON = "coupon", _("Coupons")
        PIECE = "piece", _("Pieces")

    class Shortfall(models.TextChoices):
        """What becomes of units that are taken back and are not there any more."""

        OWE = "owe", _("The customer owes it")
        FORGIVE = "forgive", _("The house bears it")
        OWN_LOT = "own_lot", _("Only what is left of the reward itself is taken")

    code = models.CharField(max_length=40)  # POINT, CNY, COUPON, PIECE
    kind = models.CharField(max_length=8, choices=Kind.choices)
    # When a lot ends that becomes available now (rules/expiry.py). Neither: never.
    expires_after_months = models.SmallIntegerField(null=True)
    expires_after_years = models.SmallIntegerField(null=True)  # at the end of a year: 0 of this, 1 of the next …
    extends_on_activity = models.BooleanField(default=False)  # an order or a redemption lets unexpired lots live as long
    shortfall = models.CharField(max_length=8, choices=Shortfall.choices, default=Shortfall.OWE)
    owed_limit = models.BigIntegerField(null=True)  # of OWE: what is more than this is forgiven; none: no limit
    # What one is worth, in the smallest part of the organisation's currency; none: not valued. Money is worth itself.
    value_minor = models.DecimalField(max_digits=12, decimal_places=4, null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="unit_once"),
            models.CheckConstraint(condition=Q(value_minor=None) | Q(value_minor__gte=0), name="unit_value_not_negative"),
            models.CheckConstraint(
                condition=(Q(expires_after_months=None) | Q(expires_after_years=None, expires_after_months__gte=1))
                & (Q(expires_after_years=None) | Q(expires_after_years__gte=0)),
                name="unit_one_expiry",
            ),
            models.CheckConstraint(
                condition=Q(owed_limit=None) | Q(owed_limit__gte=0, shortfall="owe"), name="unit_limit_of_what_is_owed"
            ),
        ]


class Account(Hot):
    """A customer's account in a unit. Immutable: it is what postings point at; its balance is another row.

    It has compartments, and an arrow leads from one to another of the same account:
    so no arrow can cross units, customers or organisations. Some belong to the
    customer, the others are this account's share of what the house keeps account of;
    a total of the house is their sum over all accounts, and no row of the house is hot.
    """

    class Kind(models.TextChoices):
        PENDING = "pending", _("Pending")
        AVAILABLE = "available", _("Available")
        PAYING = "paying", _("Being paid out")
        ARREARS = "arrears", _("Arrears")  # owed by the member after a clawback; holds minus what is owed
        PROGRAMME = "programme", _("Programme")  # what was ever promised; negative
        OPENING = "opening", _("Taken over from before")
        REDEEMED = "redeemed", _("Redeemed")
        EXPIRED = "expired", _("Expired")
        PAID = "paid", _("Paid out")
        TRANSFER = "transfer", _("Moved between customers")

    # Its id follows from organisation, unit and customer (ledger_account), so it needs no index to be found by.
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta(Hot.Meta):
        db_table_comment = LEDGER_JOURNAL
        constraints = [models.UniqueConstraint(fields=["organisation", "customer", "unit"], name="account_once")]


class Balance(Hot):
    """What an account holds in each compartment; its id is the account's. Nothing refers to it, because it is updated."""

    pending = models.BigIntegerField(default=0)
    available = models.BigIntegerField(default=0)
    paying = models.BigIntegerField(default=0)
    arrears = models.BigIntegerField(default=0)
    programme = models.BigIntegerField(default=0)
    opening = models.BigIntegerField(default=0)
    redeemed = models.BigIntegerField(default=0)
    expired = models.BigIntegerField(default=0)
    paid = models.BigIntegerField(default=0)
    transfer = models.BigIntegerField(default=0)

    class Meta(Hot.Meta):
        db_table_comment = LEDGER_ONLY
        constraints = [
            models.CheckConstraint(
                condition=Q(pending__gte=0, available__gte=0, paying__gte=0, arrears__lte=0), name="account_no_overdraft"
            ),
            models.CheckConstraint(
                condition=Q(
                    programme=-F("pending")
                    - F("available")
                    - F("paying")
                    - F("arrears")
                    - F("opening")
                    - F("redeemed")
                    - F("expired")
                    - F("paid")
                    - F("transfer")
                ),
                name="account_sums_to_nothing",
            ),
        ]


class JournalEntry(Hot):
    """One business event in the books. Same key and same input: the first answer; other input: a conflict."""

    class Kind(models.TextChoices):
        ACCRUAL = "accrual", _("Reward promised")
        SETTLEMENT = "settlement", _("Reward settled")
        EARNING = "earning", _("Points earned")
        REDEMPTION = "redemption", _("Redeemed")
        RETURN = "return", _("Redemption given back")
        EXPIRY = "expiry", _("Expired")
        REVERSAL = "reversal", _("Taken back")
        RESTORATION = "restoration", _("Given again")
        ADJUSTMENT = "adjustment", _("Adjusted by staff")
        OPENING = "opening", _("Opening balance")
        TRANSFER = "transfer", _("Moved to another customer")
        PAYOUT = "payout", _("Payout")
        WRITE_OFF = "write_off", _("Debt forgiven")

    kind = models.CharField(max_length=12, choices=Kind.choices)
    key = models.CharField(max_length=160)
    input_hash = models.CharField(max_length=64)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    # Where the books were open when it was written (the column's default, migrations/0009); null: no month was closed.
    # It is booked at the later of this and occurred_at.
    open_from = models.DateTimeField(null=True)
    reverses = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=200, blank=True)  # a code or a staff member's words; no personal data

    class Meta(Hot.Meta):
        db_table_comment = LEDGER_JOURNAL
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="journal_entry_once")]
        indexes = [
            models.Index(fields=["reverses"], name="journal_entry_reversed", condition=Q(reverses__isnull=False)),
        ]


class Posting(Hot):
    """An arrow: `amount` units of an account leave `source` and reach `target`. It cannot be unbalanced.

    A settlement is one entry with an arrow for each reward; `reward_id` names it, and
    the arrow's id is the id of the lot that it opened.
    """

    # The ledger's functions write an arrow with its entry, after they have moved the balance of its account, which has a
    # key to the account; nobody else may write. Keys checked again row by row would cost a fifth of a settlement.
    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="postings", db_constraint=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    source = models.CharField(max_length=10, choices=Account.Kind.choices)
    target = models.CharField(max_length=10, choices=Account.Kind.choices)
    amount = models.BigIntegerField()
    reward_id = models.UUIDField(null=True)

    class Meta(Hot.Meta):
        db_table_comment = LEDGER_JOURNAL
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="posting_positive"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="posting_two_sides"),
        ]
        indexes = [models.Index(fields=["account", "id"], name="posting_by_account")]


class Lot(Hot):
    """Units credited to an available compartment at one time, with their expiry. `remaining` is moved by the ledger.

    Its id is the id of the arrow that opened it.
    """

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
            models.Index(fields=["account_id", "expires_at", "id"], name="lot_oldest_first", condition=Q(remaining__gt=0)),
            models.Index(fields=["expires_at"], name="lot_expiry", condition=Q(remaining__gt=0, expires_at__isnull=False)),
        ]


class LotUse(Hot):
    """Which lots a debit took from (amount > 0), or gave back to (amount < 0)."""

    lot_id = models.UUIDField()
    entry_id = models.UUIDField()
    amount = models.BigIntegerField()
    gives_back_id = models.UUIDField(null=True)  # the use that a negative amount gives back

    class Meta(Hot.Meta):
        db_table_comment = LEDGER_JOURNAL
        indexes = [
            models.Index(fields=["lot_id"], name="lot_use_by_lot"),
            models.Index(fields=["entry_id"], name="lot_use_by_entry"),
        ]


class LotExtension(Hot):
    """An order or a redemption let a lot live longer: from when to when, and why."""

    lot_id = models.UUIDField()
    before = models.DateTimeField()
    after = models.DateTimeField()
    cause = models.CharField(max_length=12)  # order, redemption
    cause_id = models.UUIDField(null=True)  # of the order or the entry
    occurred_at = models.DateTimeField()

    class Meta(Hot.Meta):
        db_table_comment = LEDGER_JOURNAL
        constraints = [models.CheckConstraint(condition=Q(after__gt=F("before")), name="lot_extension_lengthens")]
        indexes = [models.Index(fields=["lot_id", "id"], name="lot_extension_history")]


class AccountMove(Hot):
    """Two customers became one: what an account held, and all its lots, went to another account of the same unit."""

    entry_id = models.UUIDField(null=True)  # of the transfer; none: there was nothing but the past to move
    source_id = models.UUIDField()  # account
    target_id = models.UUIDField()  # account
    undoes_id = models.UUIDField(null=True)  # the move that it takes back: both lead nowhere from then on
    occurred_at = models.DateTimeField()

    class Meta(Hot.Meta):
        db_table_comment = LEDGER_JOURNAL
        constraints = [models.CheckConstraint(condition=~Q(source_id=F("target_id")), name="account_move_leads_away")]
        indexes = [
            models.Index(fields=["source_id", "id"], name="account_move_by_source"),
            models.Index(fields=["undoes_id"], name="account_move_undone", condition=Q(undoes_id__isnull=False)),
        ]


def account_id(customer_id: UUID, unit_id: UUID) -> UUID:
    """Name a customer's account in a unit, as ledger_account() does, whether it is open or not."""
    return UUID(md5(f"{door.organisation_id()}:{unit_id}:{customer_id}".encode(), usedforsecurity=False).hexdigest())
