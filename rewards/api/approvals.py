"""REST: what waits for a second person, its answers, and the policy that asks for one."""

import django_filters
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from rewards import operations, queries
from rewards.api.common import listed, read
from rewards.models import Approval, ApprovalAnswer, RewardPolicy
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Shape


class AnswerOut(serializers.ModelSerializer):
    class Meta:
        model = ApprovalAnswer
        fields = ["is_approved", "reason", "entry_id", "person_id", "answered_at"]


class ApprovalOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField()
    reward_id = serializers.UUIDField(allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField(), help_text="cost, cash, risk, budget, points")
    answers = AnswerOut(many=True, help_text="One, once it is answered.")

    class Meta:
        model = Approval
        fields = [
            "id", "kind", "state", "customer_id", "reward_id", "amount", "cost_minor", "reasons", "words", "asked_by_kind",
            "asked_by_id", "asked_at", "answers",
        ]  # fmt: skip


class ApproveIn(Shape):
    reason = serializers.CharField(max_length=200, default="", allow_blank=True)


class DeclineIn(Shape):
    reason = serializers.CharField(max_length=200)


class PolicyOut(serializers.ModelSerializer):
    holidays = serializers.ListField(child=serializers.DateField())

    class Meta:
        model = RewardPolicy
        fields = ["approve_cost_from", "approve_cash", "approve_risky", "approve_points_from", "holidays"]


class PolicyIn(Shape):
    approve_cost_from = serializers.IntegerField(
        min_value=1, max_value=10**15, allow_null=True, default=None, help_text="In the smallest part; null: never by cost."
    )
    approve_cash = serializers.BooleanField(default=False)
    approve_risky = serializers.BooleanField(default=False, help_text="Rewards of referrals whose risk is not clear.")
    approve_points_from = serializers.IntegerField(
        min_value=1, max_value=10**9, allow_null=True, default=None, help_text="Adjustments of so many points, up or down."
    )
    holidays = serializers.ListField(child=serializers.DateField(), default=list, max_length=400)


class ApprovalFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=Approval.State.choices)
    kind = django_filters.ChoiceFilter(choices=Approval.Kind.choices)
    customer = django_filters.UUIDFilter(field_name="customer_id")
    reward = django_filters.UUIDFilter(field_name="reward_id")

    class Meta:
        model = Approval
        fields = ["state", "kind", "customer", "reward"]


class Approvals(ListAPIView):
    permissions = {"GET": "rewards:read"}
    serializer_class = ApprovalOut
    filterset_class = ApprovalFilter

    def get_queryset(self):
        return listed(self, queries.approvals)

    @extend_schema(operation_id="approvals_list", summary="List questions to a second person, newest first")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)


class Approve(APIView):
    permissions = {"POST": "approvals:write"}

    @extend_schema(
        operation_id="approvals_approve", summary="Agree, as a second person", request=ApproveIn, responses=ApprovalOut,
        parameters=[IDEMPOTENCY_HEADER],
        description="A key stands for the person who made it: neither of them may have had a part in what was asked.",
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, approval_id):
        operations.approve(approval_id, **read(ApproveIn, request))
        return _shown(approval_id)


class Decline(APIView):
    permissions = {"POST": "approvals:write"}

    @extend_schema(
        operation_id="approvals_decline", summary="Refuse, as a second person, and say why", request=DeclineIn,
        responses=ApprovalOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, approval_id):
        operations.decline(approval_id, **read(DeclineIn, request))
        return _shown(approval_id)


class Policy(APIView):
    permissions = {"GET": "rewards:read", "PUT": "settings:write"}

    @extend_schema(operation_id="reward_policy", summary="Show what needs a second person", responses=PolicyOut)
    def get(self, request):
        return Response(PolicyOut(queries.reward_policy()).data)

    @extend_schema(
        operation_id="reward_policy_set", summary="Say what needs a second person from now on", request=PolicyIn,
        responses=PolicyOut,
    )  # fmt: skip
    def put(self, request):
        terms = read(PolicyIn, request)
        holidays = [day.isoformat() for day in terms.pop("holidays")]
        return Response(PolicyOut(operations.set_reward_policy(holidays=holidays, **terms)).data)


def _shown(approval_id) -> Response:
    return Response(ApprovalOut(queries.approvals().get(id=approval_id)).data)


urlpatterns = [
    path("approvals", Approvals.as_view()),
    path("approvals/<uuid:approval_id>/approve", Approve.as_view()),
    path("approvals/<uuid:approval_id>/decline", Decline.as_view()),
    path("rewards/policy", Policy.as_view()),
]
