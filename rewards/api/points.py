"""REST: what customers have: balances, points given, taken and used."""

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from rewards import operations, queries
from rewards.api.common import key_of, read, refuse_unknown_customer
from rewards.models import Approval, JournalEntry
from tenancy.api import IDEMPOTENCY_HEADER, idempotent


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


class AdjustmentIn(serializers.Serializer):
    amount = serializers.IntegerField(min_value=-1_000_000_000, max_value=1_000_000_000, help_text="Negative takes away.")
    reason = serializers.CharField(max_length=200)


class RedemptionIn(serializers.Serializer):
    amount = serializers.IntegerField(min_value=1, max_value=1_000_000_000)
    reason = serializers.CharField(max_length=200, default="")


class PostedOut(serializers.Serializer):
    entry_id = serializers.UUIDField()
    available = serializers.IntegerField(help_text="Points available now.")


class AdjustedOut(PostedOut):
    entry_id = serializers.UUIDField(allow_null=True, help_text="Nothing is booked while a second person is asked.")
    approval_id = serializers.UUIDField(allow_null=True)


class Balances(APIView):
    permissions = {"GET": "rewards:read"}

    @extend_schema(operation_id="balances_list", summary="Show what a customer has", responses=BalanceList)
    def get(self, request, customer_id):
        refuse_unknown_customer(customer_id)
        return Response({"data": BalanceOut(queries.balances(customer_id), many=True).data})


class AdjustPoints(APIView):
    permissions = {"POST": "rewards:write"}

    @extend_schema(
        operation_id="points_adjust", summary="Add points, or take them away, and say why", request=AdjustmentIn,
        responses={201: AdjustedOut, 202: AdjustedOut}, parameters=[IDEMPOTENCY_HEADER],
        description="202: so many points need a second person, who is asked under approval_id.",
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, customer_id):
        done = _done(operations.adjust_points, AdjustmentIn, request, customer_id)
        asked = isinstance(done, Approval)
        body = {"entry_id": None if asked else done.id, "approval_id": done.id if asked else None}
        return Response(AdjustedOut(body | _available(customer_id)).data, status=202 if asked else 201)


class RedeemPoints(APIView):
    permissions = {"POST": "rewards:write"}

    @extend_schema(
        operation_id="points_redeem", summary="Use points of a customer", request=RedemptionIn,
        responses={201: PostedOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, customer_id):
        entry = _done(operations.redeem_points, RedemptionIn, request, customer_id)
        return Response(PostedOut({"entry_id": entry.id} | _available(customer_id)).data, status=201)


def _done(verb, shape, request, customer_id) -> JournalEntry | Approval:
    refuse_unknown_customer(customer_id)
    facts = read(shape, request)
    return verb(customer_id, **facts, key=key_of(request))


def _available(customer_id) -> dict[str, int]:
    return {"available": queries.available_points([customer_id])[customer_id]}


urlpatterns = [
    path("customers/<uuid:customer_id>/balances", Balances.as_view()),
    path("customers/<uuid:customer_id>/points/adjust", AdjustPoints.as_view()),
    path("customers/<uuid:customer_id>/points/redeem", RedeemPoints.as_view()),
]
