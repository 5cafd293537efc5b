"""Shapes of the REST API of the strong room."""

from rest_framework import serializers

from rewards.models import Budget, Coupon, JournalEntry, Posting, Reward, RewardMove


class RewardOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField(source="beneficiary_id")
    unit = serializers.CharField(source="unit.code")
    coupon_kind = serializers.CharField(source="coupon_kind.code", default=None, allow_null=True)
    budget_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = Reward
        fields = [
            "id", "key", "kind", "state", "role", "customer_id", "unit", "amount", "kept", "coupon_kind", "cost_minor",
            "budget_id", "hold_until", "hold_cause", "promised_by", "accrued_at", "settled_at", "campaign_id",
            "referral_id", "decision_id", "order_id",
        ]  # fmt: skip


class MoveOut(serializers.ModelSerializer):
    class Meta:
        model = RewardMove
        fields = ["before", "after", "amount", "cause", "entry_id", "actor_kind", "actor_id", "occurred_at"]


class RewardHistoryOut(RewardOut):
    history = MoveOut(source="moves", many=True)

    class Meta(RewardOut.Meta):
        fields = [*RewardOut.Meta.fields, "history"]


class HoldIn(serializers.Serializer):
    cause = serializers.CharField(max_length=40, default="review")


class BalanceOut(serializers.Serializer):
    unit = serializers.CharField()
    kind = serializers.CharField()
    pending = serializers.IntegerField()
    available = serializers.IntegerField()
    owed = serializers.IntegerField(help_text="Repaid by the next credits.")
    next_expiry_at = serializers.DateTimeField(allow_null=True)
    next_expiry_amount = serializers.IntegerField()


class BalanceList(serializers.Serializer):
    data = BalanceOut(many=True)


class StatementLineOut(serializers.Serializer):
    entry_id = serializers.UUIDField()
    occurred_at = serializers.DateTimeField()
    kind = serializers.CharField()
    reason = serializers.CharField()
    pending = serializers.IntegerField()
    available = serializers.IntegerField()
    owed = serializers.IntegerField()
    balance = serializers.IntegerField(help_text="Available less owed, after this entry.")
    reward_id = serializers.UUIDField(allow_null=True)


class StatementList(serializers.Serializer):
    data = StatementLineOut(many=True)


class AdjustmentIn(serializers.Serializer):
    amount = serializers.IntegerField(min_value=-1_000_000_000, max_value=1_000_000_000, help_text="Negative takes away.")
    reason = serializers.CharField(max_length=200)


class RedemptionIn(serializers.Serializer):
    amount = serializers.IntegerField(min_value=1, max_value=1_000_000_000)
    reason = serializers.CharField(max_length=200, default="")


class PostedOut(serializers.Serializer):
    entry_id = serializers.UUIDField()
    available = serializers.IntegerField(help_text="Points available now.")


class CouponOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField()
    reward_id = serializers.UUIDField(allow_null=True)
    kind = serializers.CharField(source="kind.code")
    name = serializers.DictField(source="kind.name", child=serializers.CharField())
    value_minor = serializers.IntegerField(source="kind.value_minor")
    percent = serializers.DecimalField(source="kind.percent", max_digits=5, decimal_places=2)
    minimum_minor = serializers.IntegerField(source="kind.minimum_minor")
    currency = serializers.CharField(source="kind.currency")

    class Meta:
        model = Coupon
        fields = [
            "id", "code", "state", "customer_id", "reward_id", "kind", "name", "value_minor", "percent", "minimum_minor",
            "currency", "issued_at", "expires_at", "redeemed_at", "redeemed_order",
        ]  # fmt: skip


class CouponRedemptionIn(serializers.Serializer):
    code = serializers.CharField(max_length=40)
    source = serializers.CharField(max_length=40)
    external_id = serializers.CharField(max_length=80)
    order_minor = serializers.IntegerField(min_value=1)
    currency = serializers.CharField(min_length=3, max_length=3)


class CouponRedemptionOut(serializers.Serializer):
    coupon = CouponOut()
    discount_minor = serializers.IntegerField()


class BudgetOut(serializers.ModelSerializer):
    class Meta:
        model = Budget
        fields = ["id", "name", "currency", "limit_minor", "reserved_minor", "committed_minor", "spent_minor"]


class BudgetIn(serializers.Serializer):
    name = serializers.CharField(max_length=120)
    currency = serializers.RegexField(r"^[A-Z]{3}$")
    limit_minor = serializers.IntegerField(min_value=1, max_value=10**15)


class PostingOut(serializers.ModelSerializer):
    unit = serializers.CharField(source="unit.code")
    source = serializers.CharField(source="source.kind")
    target = serializers.CharField(source="target.kind")
    customer_id = serializers.SerializerMethodField()

    class Meta:
        model = Posting
        fields = ["source", "target", "customer_id", "unit", "amount"]

    def get_customer_id(self, posting: Posting) -> str | None:
        customer_id = posting.source.customer_id or posting.target.customer_id
        return str(customer_id) if customer_id else None


class EntryOut(serializers.ModelSerializer):
    reverses = serializers.UUIDField(source="reverses_id", allow_null=True)
    postings = PostingOut(many=True)

    class Meta:
        model = JournalEntry
        fields = ["id", "kind", "key", "reason", "reverses", "occurred_at", "recorded_at", "postings"]


class TrialLineOut(serializers.Serializer):
    unit = serializers.CharField()
    account = serializers.CharField()
    amount = serializers.IntegerField()


class TrialList(serializers.Serializer):
    data = TrialLineOut(many=True)


class WrongRowOut(serializers.Serializer):
    rule = serializers.CharField()
    row_id = serializers.UUIDField()
    expected = serializers.CharField()
    found = serializers.CharField()


class BooksOut(serializers.Serializer):
    is_whole = serializers.BooleanField()
    checked = serializers.DictField(child=serializers.IntegerField())
    wrong = WrongRowOut(many=True, help_text="The first wrong row of each broken rule.")
