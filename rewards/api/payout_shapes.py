"""REST: what payouts look like on the wire."""

from rest_framework import serializers

from rewards.models import PayoutAccount, PayoutBatch, PayoutDifference, PayoutLeftOut, PayoutLine
from tenancy.api_shapes import Shape

_MOST = 10**12


class PayoutOut(serializers.ModelSerializer):
    currency = serializers.CharField(source="unit.code")
    people = serializers.IntegerField()
    total_minor = serializers.IntegerField()
    paid = serializers.IntegerField(help_text="People whose payment has arrived.")
    paid_minor = serializers.IntegerField()
    failed = serializers.IntegerField()
    failed_minor = serializers.IntegerField()
    open = serializers.IntegerField(help_text="People whose payment is set aside, on its way or uncertain.")
    uncertain = serializers.IntegerField()

    class Meta:
        model = PayoutBatch
        fields = [
            "id", "code", "state", "provider", "currency", "until", "minimum_minor", "campaign_id", "note", "created_at",
            "people", "total_minor", "paid", "paid_minor", "failed", "failed_minor", "open", "uncertain",
        ]  # fmt: skip


class PayoutStepOut(serializers.Serializer):
    state = serializers.CharField()
    reason = serializers.CharField()
    actor_kind = serializers.CharField()
    actor_id = serializers.UUIDField(allow_null=True)
    occurred_at = serializers.DateTimeField()


class LeftOutOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField()

    class Meta:
        model = PayoutLeftOut
        fields = ["customer_id", "amount_minor", "reason"]


class TaxableOut(serializers.Serializer):
    customer_id = serializers.UUIDField(source="line.customer_id")
    amount_minor = serializers.IntegerField(source="line.amount_minor")
    year_minor = serializers.IntegerField(help_text="Paid to this person in the calendar year, this payment included.")


class PayoutDetailOut(PayoutOut):
    steps = PayoutStepOut(many=True)
    left_out = LeftOutOut(many=True)
    tax_threshold_minor = serializers.IntegerField(allow_null=True)
    tax_note = serializers.CharField()
    over_tax_threshold = TaxableOut(many=True)

    class Meta(PayoutOut.Meta):
        fields = [*PayoutOut.Meta.fields, "steps", "left_out", "tax_threshold_minor", "tax_note", "over_tax_threshold"]


class PayoutIn(Shape):
    currency = serializers.RegexField(r"^[A-Z]{3}$")
    until = serializers.DateTimeField(required=False, help_text="Rewards available by then; now unless told.")
    minimum_minor = serializers.IntegerField(min_value=0, max_value=_MOST, required=False, help_text="For each person.")
    campaign_id = serializers.UUIDField(required=False)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class PayoutCancelIn(Shape):
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class PayoutLineOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField()
    method = serializers.CharField(source="account.method")
    account = serializers.CharField(source="account.masked_account")
    holder = serializers.CharField(source="account.masked_holder")
    reward_ids = serializers.SerializerMethodField()

    class Meta:
        model = PayoutLine
        fields = [
            "id", "reference", "customer_id", "method", "account", "holder", "gross_minor", "amount_minor", "state",
            "attempts", "attempted_at", "provider_id", "cause", "finished_at", "reward_ids",
        ]  # fmt: skip

    def get_reward_ids(self, line: PayoutLine) -> list[str]:
        return [str(share.reward_id) for share in line.shares.all()]


class FileIn(Shape):
    purpose = serializers.CharField(max_length=200, help_text="Why the accounts are looked at; it is kept in the audit log.")


class FileOut(serializers.Serializer):
    name = serializers.CharField()
    content = serializers.CharField(help_text="CSV, UTF-8, with the accounts in full.")


class ResultsIn(Shape):
    content = serializers.CharField(
        max_length=5 * 1024 * 1024, trim_whitespace=False,
        help_text="CSV with the columns reference and status (paid, failed), and amount, currency, reason, id if known.",
    )  # fmt: skip


class BadRowOut(serializers.Serializer):
    row = serializers.IntegerField()
    reason = serializers.CharField()


class ResultsOut(serializers.Serializer):
    rows = serializers.IntegerField()
    paid = serializers.IntegerField()
    failed = serializers.IntegerField()
    repeated = serializers.IntegerField()
    differences = serializers.IntegerField()
    not_understood = serializers.IntegerField()
    bad_rows = BadRowOut(many=True)


class DifferenceOut(serializers.ModelSerializer):
    payout_id = serializers.UUIDField(source="batch_id", allow_null=True)
    line_id = serializers.UUIDField(allow_null=True)
    ours_minor = serializers.IntegerField(source="line.amount_minor", default=None, allow_null=True)
    theirs_minor = serializers.IntegerField(source="amount_minor", allow_null=True)

    class Meta:
        model = PayoutDifference
        fields = [
            "id", "kind", "payout_id", "line_id", "reference", "ours_minor", "theirs_minor", "currency", "cause",
            "opened_at", "remedy", "note", "resolved_at",
        ]  # fmt: skip


class SettleIn(Shape):
    remedy = serializers.ChoiceField(PayoutDifference.Remedy.choices)
    note = serializers.CharField(max_length=200, help_text="How you know.")


class DoubtIn(Shape):
    is_paid = serializers.BooleanField()
    note = serializers.CharField(max_length=200, help_text="How you know.")


class PayoutAccountOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField()
    account = serializers.CharField(source="masked_account", help_text="Masked.")
    holder = serializers.CharField(source="masked_holder", help_text="Masked.")
    is_shared = serializers.BooleanField(help_text="Another customer has the same account: a family, or somebody twice.")

    class Meta:
        model = PayoutAccount
        fields = ["id", "customer_id", "method", "account", "holder", "is_shared", "entered_at", "entered_by_kind"]


class PayoutAccountIn(Shape):
    method = serializers.ChoiceField(PayoutAccount.Method.choices)
    holder = serializers.CharField(max_length=80)
    account = serializers.CharField(max_length=120)
    bank = serializers.CharField(max_length=80, required=False, allow_blank=True)


class CallbackFacts(serializers.Serializer):
    reference = serializers.CharField(max_length=40)
    amount_minor = serializers.IntegerField(required=False)
    currency = serializers.CharField(max_length=3, required=False)
    id = serializers.CharField(max_length=80, required=False)
    reason = serializers.CharField(max_length=200, required=False)


class CallbackIn(serializers.Serializer):
    type = serializers.ChoiceField(["payment.accepted", "payment.paid", "payment.failed"])
    data = CallbackFacts()


class CallbackOut(serializers.Serializer):
    outcome = serializers.CharField(help_text="What was booked, `repeated`, or how it differs from what we know.")
