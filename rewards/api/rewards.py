"""REST: rewards: listing them, their history, holds, choices, handing over."""

import django_filters
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.filters import Conditional
from foundation.ids import normalise_code
from rewards import operations, queries
from rewards.api.common import listed, read
from rewards.models import Reward, RewardMove
from tenancy.api import IDEMPOTENCY_HEADER, idempotent


class OptionOut(serializers.Serializer):
    kind = serializers.CharField()
    unit = serializers.CharField()
    amount = serializers.IntegerField()
    cost_minor = serializers.IntegerField()
    title = serializers.DictField(child=serializers.CharField())
    details = serializers.DictField()


class RewardOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField(source="beneficiary_id")
    unit = serializers.CharField(source="unit.code")
    coupon_kind = serializers.CharField(source="coupon_kind.code", default=None, allow_null=True)
    budget_id = serializers.UUIDField(allow_null=True)
    title = serializers.DictField(child=serializers.CharField(), help_text="Of what is given in kind, by language.")
    details = serializers.DictField(help_text="Of its kind: tier and days, badge, starts_at and place, item_id.")
    options = OptionOut(many=True)
    option = serializers.IntegerField(help_text="Which of the options this reward is.")

    class Meta:
        model = Reward
        fields = [
            "id", "key", "kind", "state", "role", "customer_id", "unit", "amount", "kept", "coupon_kind", "title", "details",
            "code", "options", "option", "chosen_at", "successor_id", "cost_minor", "budget_id", "hold_until", "hold_cause",
            "promised_by", "accrued_at", "settled_at", "campaign_id", "referral_id", "decision_id", "order_id",
        ]  # fmt: skip


class MoveOut(serializers.ModelSerializer):
    class Meta:
        model = RewardMove
        fields = ["before", "after", "amount", "owed", "cause", "entry_id", "actor_kind", "actor_id", "occurred_at"]


class RewardHistoryOut(RewardOut):
    history = MoveOut(source="moves", many=True)

    class Meta(RewardOut.Meta):
        fields = [*RewardOut.Meta.fields, "history"]


class HoldIn(serializers.Serializer):
    cause = serializers.CharField(max_length=40, default="review")


class IssueIn(serializers.Serializer):
    note = serializers.CharField(max_length=200, default="", allow_blank=True)


class ChoiceIn(serializers.Serializer):
    option = serializers.IntegerField(min_value=0, max_value=20, help_text="Its place among the options, from 0.")


class RewardFilter(Conditional):
    subject = "reward"
    state = django_filters.ChoiceFilter(choices=Reward.State.choices)
    kind = django_filters.ChoiceFilter(choices=Reward.Kind.choices)
    customer = django_filters.UUIDFilter(field_name="beneficiary_id")
    campaign = django_filters.UUIDFilter(field_name="campaign_id")
    referral = django_filters.UUIDFilter(field_name="referral_id")
    order = django_filters.UUIDFilter(field_name="order_id")
    code = django_filters.CharFilter(method="by_code", label="The code that an invitation or a trial shows")

    class Meta:
        model = Reward
        fields = ["state", "kind", "customer", "campaign", "referral", "order", "code"]

    def by_code(self, queryset, name, value):
        return queryset.filter(code=normalise_code(value))


class Rewards(ListAPIView):
    permissions = {"GET": "rewards:read"}
    serializer_class = RewardOut
    filterset_class = RewardFilter

    def get_queryset(self):
        return listed(self, queries.rewards)

    @extend_schema(operation_id="rewards_list", summary="List rewards, newest first")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)


class OneReward(APIView):
    permissions = {"GET": "rewards:read"}

    @extend_schema(operation_id="rewards_retrieve", summary="Show a reward and its history", responses=RewardHistoryOut)
    def get(self, request, reward_id):
        reward = queries.rewards().get(id=reward_id)
        reward.moves = queries.history(reward_id)
        return Response(RewardHistoryOut(reward).data)


class HoldReward(APIView):
    permissions = {"POST": "rewards:write"}

    @extend_schema(
        operation_id="rewards_hold", summary="Keep a reward from settling", request=HoldIn, responses=RewardOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, reward_id):
        operations.put_on_hold(reward_id, **read(HoldIn, request))
        return Response(RewardOut(queries.rewards().get(id=reward_id)).data)


class ReleaseReward(APIView):
    permissions = {"POST": "rewards:write"}

    @extend_schema(
        operation_id="rewards_release", summary="Let a held reward settle when its time comes", request=None,
        responses=RewardOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, reward_id):
        operations.release_hold(reward_id)
        return Response(RewardOut(queries.rewards().get(id=reward_id)).data)


class IssueReward(APIView):
    permissions = {"POST": "rewards:write"}

    @extend_schema(
        operation_id="rewards_issue", summary="Note that a reward in kind was handed over", request=IssueIn,
        responses=RewardOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, reward_id):
        operations.issue_reward(reward_id, **read(IssueIn, request))
        return Response(RewardOut(queries.rewards().get(id=reward_id)).data)


class ChooseOption(APIView):
    permissions = {"POST": "rewards:write"}

    @extend_schema(
        operation_id="rewards_choose", summary="Choose another option of a reward for its owner", request=ChoiceIn,
        responses=RewardOut, parameters=[IDEMPOTENCY_HEADER],
        description="Another option is another reward: the answer has its id, and the first one names it as successor.",
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, reward_id):
        chosen = operations.choose_option(reward_id, read(ChoiceIn, request)["option"])
        return Response(RewardOut(queries.rewards().get(id=chosen.id)).data)


urlpatterns = [
    path("rewards", Rewards.as_view()),
    path("rewards/<uuid:reward_id>", OneReward.as_view()),
    path("rewards/<uuid:reward_id>/hold", HoldReward.as_view()),
    path("rewards/<uuid:reward_id>/release", ReleaseReward.as_view()),
    path("rewards/<uuid:reward_id>/issue", IssueReward.as_view()),
    path("rewards/<uuid:reward_id>/choose", ChooseOption.as_view()),
]
