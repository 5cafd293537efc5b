"""Payouts of cash rewards: whose account, which batch, which line, and what providers said of it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models import Customer
from rewards.models.ledger import Unit
from rewards.models.rewards import Reward
from tenancy.owned import Hot, Owned
from tenancy.postgresql.schema import APPEND_ONLY
from tenancy.sealing import SealedJSONField, SealedTextField


class PayoutProvider(models.TextChoices):
    FILE = "file", _("File for the bank")
    WEB = "web", _("Payment provider")
    DEMO = "demo", _("Demo bank")


class PayoutSettings(Owned):
    """How an organisation pays out; one row each."""

    provider = models.CharField(max_length=8, choices=PayoutProvider.choices, default=PayoutProvider.FILE)
    web_address = models.CharField(max_length=300, blank=True)
    web_secret = SealedTextField(null=True)  # whsec_…; signs requests to the provider and callbacks from it
    minimum_minor = models.BigIntegerField(default=0)  # a person gets this much at least, or waits
    payday = models.SmallIntegerField(null=True)  # day of the month, 1 to 28; none: no fixed day
    arrival_days = models.SmallIntegerField(default=3)  # from sending until the money is there
    tax_threshold_minor = models.BigIntegerField(null=True)  # paid to one person in a calendar year
    tax_note = models.TextField(blank=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="payout_settings_once"),
            models.CheckConstraint(condition=Q(minimum_minor__gte=0), name="payout_minimum_not_negative"),
            models.CheckConstraint(condition=Q(payday__isnull=True) | Q(payday__range=(1, 28)), name="payout_payday_exists"),
        ]


class PayoutAccount(Owned):
    """Where a customer's money goes. A change is a new row, so that a line keeps the account it was paid to."""

    class Method(models.TextChoices):
        BANK = "bank", _("Bank transfer")
        ALIPAY = "alipay", _("Alipay")
        WECHAT = "wechat", _("WeChat Pay")
        EMAIL = "email", _("PayPal or another e-mail wallet")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="payout_accounts")
    method = models.CharField(max_length=8, choices=Method.choices)
    details = SealedJSONField(null=True)  # {holder, account, bank}; none: erased
    masked_account = models.CharField(max_length=40)
    masked_holder = models.CharField(max_length=40)
    fingerprint = models.CharField(max_length=64)  # salted; the same account of several customers has the same one
    entered_at = models.DateTimeField()
    entered_by_kind = models.CharField(max_length=12)  # customer, user, api_key
    entered_by_id = models.UUIDField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "customer"], condition=Q(retired_at__isnull=True), name="payout_account_one_each"
            )
        ]
        indexes = [models.Index(fields=["fingerprint"], name="payout_account_shared", condition=Q(retired_at__isnull=True))]


class PayoutBatch(Owned):
    """Cash rewards that are paid out together. Who moved it on is in `PayoutStep`."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        WAITING = "waiting", _("Waiting for approval")  # from here on the money is set aside
        APPROVED = "approved", _("Approved")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        COMPLETED = "completed", _("Completed")
        WITH_FAILURES = "with_failures", _("Completed with failures")
        CANCELLED = "cancelled", _("Cancelled")

    code = models.CharField(max_length=8)  # what people call it
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=14, choices=State.choices, default=State.DRAFT)
    provider = models.CharField(max_length=8, choices=PayoutProvider.choices)
    until = models.DateTimeField()  # rewards that were available by then
    minimum_minor = models.BigIntegerField(default=0)
    campaign_id = models.UUIDField(null=True)
    note = models.CharField(max_length=200, blank=True)
    tax_threshold_minor = models.BigIntegerField(null=True)
    tax_note = models.TextField(blank=True)
    created_at = models.DateTimeField()
    # People, also where they acted through an API key of theirs: four eyes are two people.
    made_by = models.UUIDField(null=True)
    submitted_by = models.UUIDField(null=True)
    approved_by = models.UUIDField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="payout_batch_once"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("made_by")), name="payout_not_approved_by_its_maker"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("submitted_by")),
                name="payout_not_approved_by_its_submitter",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "waiting", "cancelled"]) | Q(approved_by__isnull=False),
                name="payout_sent_only_when_approved",
            ),
        ]
        indexes = [
            models.Index(fields=["state"], name="payout_under_way", condition=Q(state__in=["sending", "sent"])),
        ]


class PayoutStep(Hot):
    """A batch moved on: who, when, to which state, why."""

    batch_id = models.UUIDField()
    state = models.CharField(max_length=14)
    reason = models.CharField(max_length=200, blank=True)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()

    class Meta(Hot.Meta):
        db_table_comment = APPEND_ONLY
        indexes = [models.Index(fields=["batch_id", "id"], name="payout_step_history")]


class PayoutLine(Owned):
    """What one person is paid by a batch. Its reference is the same in every attempt, file and callback."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        RESERVED = "reserved", _("Reserved")
        SENDING = "sending", _("Being sent")  # an attempt is noted; how it ended is not known yet
        ACCEPTED = "accepted", _("On its way")
        UNCERTAIN = "uncertain", _("Uncertain")  # nobody knows whether the provider has it
        PAID = "paid", _("Paid")
        FAILED = "failed", _("Failed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    OPEN = (State.RESERVED, State.SENDING, State.ACCEPTED, State.UNCERTAIN)  # its money is in `paying`

    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="lines")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(PayoutAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    reference = models.CharField(max_length=20)
    gross_minor = models.BigIntegerField()  # what its rewards keep
    amount_minor = models.BigIntegerField()  # less what the person owed
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    attempts = models.SmallIntegerField(default=0)
    attempted_at = models.DateTimeField(null=True)  # wall clock
    asked_at = models.DateTimeField(null=True)  # wall clock of the last look-up
    provider_id = models.CharField(max_length=80, blank=True)
    cause = models.CharField(max_length=200, blank=True)  # why it failed or is uncertain, in the provider's words or ours
    entry_id = models.UUIDField(null=True)  # that set the money aside: what comes back goes to the lots it took from
    finished_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "reference"], name="payout_line_reference_once"),
            models.UniqueConstraint(fields=["organisation", "batch", "customer"], name="payout_line_one_a_person"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0) | Q(amount_minor=0, state="withdrawn"), name="payout_line_positive"
            ),
            models.CheckConstraint(condition=Q(gross_minor__gte=F("amount_minor")), name="payout_line_within_its_rewards"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | Q(entry_id__isnull=False), name="payout_line_money_set_aside"
            ),
        ]
        indexes = [models.Index(fields=["batch", "state"], name="payout_line_by_state")]


class PayoutShare(Owned):
    """A reward that a line pays. It can be held by one line only, and stays held once that has paid it."""

    line = models.ForeignKey(PayoutLine, on_delete=models.PROTECT, related_name="shares")
    reward = models.ForeignKey(Reward, on_delete=models.PROTECT, related_name="payout_shares")
    amount = models.BigIntegerField()  # that the reward kept when it was reserved
    is_held = models.BooleanField(default=False)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "line", "reward"], name="payout_share_once"),
            models.UniqueConstraint(
                fields=["organisation", "reward"], condition=Q(is_held=True), name="payout_reward_paid_once"
            ),
        ]


class PayoutLeftOut(Owned):
    """Somebody whom a batch does not pay, and why; their rewards stay available."""

    class Reason(models.TextChoices):
        NO_ACCOUNT = "no_account", _("No payout account")
        TOO_LITTLE = "too_little", _("Below the minimum")
        OWES = "owes", _("Nothing left after repaying a debt")
        GONE = "gone", _("No longer available")

    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="left_out")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=12, choices=Reason.choices)

    class Meta(Owned.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "batch", "customer"], name="payout_left_out_once")]


class PayoutReport(Hot):
    """What a provider said of a reference, and what we made of it."""

    class Source(models.TextChoices):
        ANSWER = "answer", _("Answer to our request")
        LOOK_UP = "look_up", _("Asked by us")
        CALLBACK = "callback", _("Callback")
        FILE = "file", _("Result file")

    batch_id = models.UUIDField(null=True)
    line_id = models.UUIDField(null=True)
    reference = models.CharField(max_length=40)
    source = models.CharField(max_length=8, choices=Source.choices)
    message_id = models.CharField(max_length=80, blank=True)  # of a callback, so that it counts once
    status = models.CharField(max_length=10)  # accepted, paid, failed, unknown
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    provider_id = models.CharField(max_length=80, blank=True)
    cause = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=20)  # applied, repeated, or the kind of difference
    occurred_at = models.DateTimeField()

    class Meta(Hot.Meta):
        db_table_comment = APPEND_ONLY
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "message_id"], condition=~Q(message_id=""), name="payout_report_once"
            )
        ]
        indexes = [models.Index(fields=["line_id", "id"], name="payout_report_by_line")]


class PayoutDifference(Owned):
    """We think one thing and the provider says another; a person decides what is booked."""

    class Kind(models.TextChoices):
        UNKNOWN_LINE = "unknown_line", _("Not a payment of ours")
        AMOUNT_DIFFERS = "amount_differs", _("Another amount")
        NEVER_SENT = "never_sent", _("Paid, but not sent by us")
        PAID_AFTER_FAILED = "paid_after_failed", _("Paid after all")
        CAME_BACK = "came_back", _("Came back after it was paid")

    class Remedy(models.TextChoices):
        BOOK_PAID = "book_paid", _("Book it as paid")
        BOOK_FAILED = "book_failed", _("Book it as failed")
        NOTED = "noted", _("Leave the books as they are")

    batch = models.ForeignKey(PayoutBatch, null=True, on_delete=models.PROTECT, related_name="differences")
    line = models.ForeignKey(PayoutLine, null=True, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=40)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    report_id = models.UUIDField()
    amount_minor = models.BigIntegerField(null=True)  # that the provider names
    currency = models.CharField(max_length=3, blank=True)
    cause = models.CharField(max_length=200, blank=True)
    opened_at = models.DateTimeField()
    remedy = models.CharField(max_length=12, choices=Remedy.choices, blank=True)
    note = models.CharField(max_length=200, blank=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by_kind = models.CharField(max_length=12, blank=True)
    resolved_by_id = models.UUIDField(null=True)

    class Meta(Owned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "reference", "kind"], condition=Q(resolved_at__isnull=True),
                name="payout_difference_open_once",
            )
        ]  # fmt: skip
