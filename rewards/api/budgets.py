"""REST: budgets."""

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.response import Response

from rewards import operations, queries
from rewards.api.common import listed, read
from rewards.models import Budget
from tenancy.api import IDEMPOTENCY_HEADER, idempotent


class BudgetOut(serializers.ModelSerializer):
    class Meta:
        model = Budget
        fields = ["id", "name", "currency", "limit_minor", "reserved_minor", "committed_minor", "spent_minor"]


class BudgetIn(serializers.Serializer):
    name = serializers.CharField(max_length=120)
    currency = serializers.RegexField(r"^[A-Z]{3}$")
    limit_minor = serializers.IntegerField(min_value=1, max_value=10**15)


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


urlpatterns = [
    path("budgets", Budgets.as_view()),
]
