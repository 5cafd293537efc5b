"""REST: budgets, where they are heading, what they pay for."""

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from rewards import operations, queries
from rewards.api.common import listed, read
from rewards.models import Budget, BudgetAlert, BudgetDay, Reward
from rewards.queries import budget_outlook
from tenancy.api import IDEMPOTENCY_HEADER, idempotent

_MOST = 10**15


class BudgetOut(serializers.ModelSerializer):
    left_minor = serializers.IntegerField(help_text="What new promises may cost.")
    responsible_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = Budget
        fields = [
            "id", "name", "currency", "limit_minor", "reserved_minor", "committed_minor", "spent_minor", "returned_minor",
            "overrun_minor", "earlier_minor", "left_minor", "policy", "least_percent", "overrun_percent", "steps",
            "responsible_id", "period", "carries_over", "period_starts_on", "starts_on", "ends_on", "exhausted_at",
        ]  # fmt: skip


class ForecastOut(serializers.Serializer):
    """When the budget runs out if days go on as they were; in four cases of five between first and last."""

    days_seen = serializers.IntegerField()
    per_day_minor = serializers.IntegerField(allow_null=True)
    first = serializers.DateField(allow_null=True, help_text="None: years ahead, or nothing to forecast from.")
    middle = serializers.DateField(allow_null=True)
    last = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True, help_text="The last day of the budget or of its month.")
    before_end = serializers.FloatField(allow_null=True, help_text="How probable it is that it runs out before its end.")


class QueueOut(serializers.Serializer):
    rewards = serializers.IntegerField()
    cost_minor = serializers.IntegerField()


class AlertOut(serializers.ModelSerializer):
    class Meta:
        model = BudgetAlert
        fields = ["id", "round", "percent", "direction", "used_minor", "limit_minor", "occurred_at"]


class BudgetFactsOut(BudgetOut):
    forecast = ForecastOut()
    waiting = QueueOut()
    alerts = AlertOut(source="told", many=True)

    class Meta(BudgetOut.Meta):
        fields = [*BudgetOut.Meta.fields, "forecast", "waiting", "alerts"]


class _Settings(serializers.Serializer):
    policy = serializers.ChoiceField(choices=Budget.Policy.choices, required=False)
    least_percent = serializers.IntegerField(min_value=1, max_value=100, required=False)
    overrun_percent = serializers.IntegerField(min_value=1, max_value=100, required=False)
    steps = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=100), required=False, max_length=8)
    responsible_id = serializers.UUIDField(required=False, allow_null=True)
    period = serializers.ChoiceField(choices=Budget.Period.choices, required=False)
    carries_over = serializers.BooleanField(required=False)
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)


class BudgetIn(_Settings):
    name = serializers.CharField(max_length=120)
    currency = serializers.RegexField(r"^[A-Z]{3}$")
    limit_minor = serializers.IntegerField(min_value=1, max_value=_MOST)


class BudgetChangeIn(_Settings):
    name = serializers.CharField(max_length=120, required=False)
    limit_minor = serializers.IntegerField(min_value=1, max_value=_MOST, required=False)


class BudgetDayOut(serializers.ModelSerializer):
    class Meta:
        model = BudgetDay
        fields = ["day", "limit_minor", "reserved_minor", "committed_minor", "spent_minor", "promised_minor"]


class BudgetMovementOut(serializers.ModelSerializer):
    """What one reward moved: its cost is reserved until it is settled, then committed less what is spent or came back."""

    reward_id = serializers.UUIDField(source="id")
    customer_id = serializers.UUIDField(source="beneficiary_id")

    class Meta:
        model = Reward
        fields = [
            "reward_id", "key", "kind", "state", "customer_id", "campaign_id", "cost_minor", "spent_minor", "returned_minor",
            "accrued_at", "settled_at",
        ]  # fmt: skip


class Budgets(ListAPIView):
    permissions = {"GET": "rewards:read", "POST": "rewards:write"}
    serializer_class = BudgetOut

    def get_queryset(self):
        return listed(self, queries.budgets)

    @extend_schema(operation_id="budgets_list", summary="List budgets, newest first")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="budgets_open", summary="Set money aside for rewards", request=BudgetIn, responses={201: BudgetOut},
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request):
        return Response(BudgetOut(operations.open_budget(**read(BudgetIn, request))).data, status=201)


class OneBudget(APIView):
    permissions = {"GET": "rewards:read", "PATCH": "rewards:write"}

    @extend_schema(
        operation_id="budgets_retrieve", summary="Show a budget: figures, forecast, queue, alerts", responses=BudgetFactsOut
    )
    def get(self, request, budget_id):
        return Response(_facts(Budget.objects.get(id=budget_id)))

    @extend_schema(
        operation_id="budgets_change", summary="Change a budget's limit, policy, steps, period or days",
        request=BudgetChangeIn, responses=BudgetFactsOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def patch(self, request, budget_id):
        return Response(_facts(operations.change_budget(budget_id, **read(BudgetChangeIn, request))))


def _facts(budget: Budget) -> dict:
    outlook = budget_outlook.outlooks([budget])[budget.id]
    told = outlook.forecast
    budget.forecast = {
        "days_seen": outlook.days, "per_day_minor": round(outlook.pace.per_day) if outlook.pace else None,
        "first": told and told.first, "middle": told and told.middle, "last": told and told.last,
        "ends_on": outlook.ends_on, "before_end": round(told.before_end, 4) if told and outlook.ends_on else None,
    }  # fmt: skip
    budget.waiting = budget_outlook.queues([budget.id]).get(budget.id, budget_outlook.Queue(0, 0))
    budget.told = budget_outlook.alerts_of(budget.id)
    return BudgetFactsOut(budget).data


class BudgetMovements(ListAPIView):
    permissions = {"GET": "rewards:read"}
    serializer_class = BudgetMovementOut

    def get_queryset(self):
        return listed(self, self._rewards)

    def _rewards(self):
        budget = Budget.objects.get(id=self.kwargs["budget_id"])
        return budget_outlook.rewards_of_budget(budget.id)

    @extend_schema(operation_id="budgets_movements", summary="List what a budget pays for, newest first")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)


class BudgetDays(APIView):
    permissions = {"GET": "rewards:read"}

    @extend_schema(
        operation_id="budgets_days", summary="List a budget's figures day by day, the last year",
        responses=BudgetDayOut(many=True),
    )  # fmt: skip
    def get(self, request, budget_id):
        budget = Budget.objects.get(id=budget_id)
        return Response(BudgetDayOut(budget_outlook.last_year(budget.id), many=True).data)


urlpatterns = [
    path("budgets", Budgets.as_view()),
    path("budgets/<uuid:budget_id>", OneBudget.as_view()),
    path("budgets/<uuid:budget_id>/movements", BudgetMovements.as_view()),
    path("budgets/<uuid:budget_id>/days", BudgetDays.as_view()),
]
