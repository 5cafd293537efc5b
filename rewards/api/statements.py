"""REST: a customer's statement of account."""

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from rewards import queries
from rewards.api.common import refuse_unknown_customer
from rewards.rules.months import end_of, start_of
from tenancy.api_shapes import Shape
from tenancy.calendar import own_zone


class StatementAsked(Shape):
    unit = serializers.CharField(default="POINT")
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)
    limit = serializers.IntegerField(min_value=1, max_value=1000, default=500)
    offset = serializers.IntegerField(min_value=0, default=0)
    lang = serializers.CharField(required=False)


class HeldOut(serializers.Serializer):
    pending = serializers.IntegerField()
    available = serializers.IntegerField()
    paying = serializers.IntegerField(help_text="On its way out in a payout.")
    owed = serializers.SerializerMethodField(help_text="Repaid by the next credits.")
    balance = serializers.SerializerMethodField(help_text="Available less owed.")

    def get_owed(self, held) -> int:
        return -held.arrears

    def get_balance(self, held) -> int:
        return held.available + held.arrears


class StatementLineOut(serializers.Serializer):
    entry_id = serializers.UUIDField()
    occurred_at = serializers.DateTimeField()
    booked_at = serializers.DateTimeField(help_text="Later than occurred_at where the month was closed before it came.")
    kind = serializers.CharField()
    reason = serializers.CharField()
    pending = serializers.IntegerField()
    available = serializers.IntegerField()
    paying = serializers.IntegerField()
    owed = serializers.IntegerField()
    balance = serializers.IntegerField(help_text="Available less owed, after this line.")
    reward_id = serializers.UUIDField(allow_null=True)
    order_id = serializers.UUIDField(allow_null=True)


class LotOut(serializers.Serializer):
    id = serializers.UUIDField()
    amount = serializers.IntegerField()
    remaining = serializers.IntegerField()
    earned_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)


class StatementOut(serializers.Serializer):
    unit = serializers.CharField(source="unit.code")
    since = serializers.DateTimeField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True, help_text="Not in it.")
    opening = HeldOut()
    closing = HeldOut()
    count = serializers.IntegerField(help_text="Lines of the period, of which `data` holds a part.")
    data = StatementLineOut(many=True, source="lines")
    lots = LotOut(many=True, help_text="What is left of which credit now, in the order in which it is used.")


class Statement(APIView):
    permissions = {"GET": "rewards:read"}

    @extend_schema(
        operation_id="statement_list", summary="Show a customer's statement of account, newest line first",
        parameters=[
            OpenApiParameter("unit", str, description="POINT, COUPON or a currency; POINT unless told."),
            OpenApiParameter("since", OpenApiTypes.DATE, description="The first day; all before it unless told."),
            OpenApiParameter("until", OpenApiTypes.DATE, description="The last day; up to now unless told."),
            OpenApiParameter("limit", int), OpenApiParameter("offset", int),
        ],
        responses=StatementOut,
    )  # fmt: skip
    def get(self, request, customer_id):
        refuse_unknown_customer(customer_id)
        asked = StatementAsked(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        told, zone = asked.validated_data, own_zone()
        found = queries.statement(
            customer_id,
            told["unit"],
            since=start_of(told["since"], zone) if "since" in told else None,
            until=end_of(told["until"], zone) if "until" in told else None,
            limit=told["limit"],
            offset=told["offset"],
        )
        return Response(StatementOut(found).data)


urlpatterns = [path("customers/<uuid:customer_id>/statement", Statement.as_view())]
