"""REST: the points programme, tiers, and where a customer stands."""

from decimal import Decimal

from django.http import Http404
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.models import Customer
from loyalty import api_rewards, operations, queries
from loyalty.models import Programme, Tier
from tenancy.api import IDEMPOTENCY_HEADER, idempotent


class ProgrammeOut(serializers.ModelSerializer):
    class Meta:
        model = Programme
        fields = [
            "is_active", "points_per_unit", "warn_days_before_expiry", "point_cost_minor",
        ]  # fmt: skip


class ProgrammeIn(serializers.Serializer):
    is_active = serializers.BooleanField(default=True)
    points_per_unit = serializers.DecimalField(max_digits=8, decimal_places=4, min_value=0)
    warn_days_before_expiry = serializers.IntegerField(min_value=0, max_value=365, default=30)
    point_cost_minor = serializers.DecimalField(max_digits=10, decimal_places=4, min_value=0, default="1")


class TierOut(serializers.ModelSerializer):
    members = serializers.IntegerField()

    class Meta:
        model = Tier
        fields = [
            "id", "code", "name", "rank", "threshold_minor", "window_days", "multiplier", "benefits", "colour", "members",
        ]  # fmt: skip


class TierIn(serializers.Serializer):
    threshold_minor = serializers.IntegerField(min_value=0)
    window_days = serializers.IntegerField(min_value=1, max_value=3650)
    multiplier = serializers.DecimalField(max_digits=4, decimal_places=2, min_value=Decimal("0.01"))


class TierList(serializers.Serializer):
    data = TierOut(many=True)


class TierName(serializers.ModelSerializer):
    class Meta:
        model = Tier
        fields = ["code", "name", "rank", "threshold_minor", "multiplier"]


class StandingOut(serializers.Serializer):
    tier = TierName()
    next_tier = TierName(allow_null=True)
    spend_minor = serializers.IntegerField(help_text="Paid and kept within the window.")
    missing_minor = serializers.IntegerField()
    percent = serializers.IntegerField()
    since = serializers.DateTimeField(allow_null=True)


class TierPeriodOut(serializers.Serializer):
    tier = serializers.CharField(source="tier.code")
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)
    cause = serializers.CharField()
    qualifying_minor = serializers.IntegerField()


class TierPeriodList(serializers.Serializer):
    data = TierPeriodOut(many=True)


class OneProgramme(APIView):
    permissions = {"GET": "loyalty:read", "PUT": "loyalty:write"}

    @extend_schema(operation_id="loyalty_programme", summary="Show the points programme", responses=ProgrammeOut)
    def get(self, request):
        return Response(ProgrammeOut(_or_404(queries.programme())).data)

    @extend_schema(
        operation_id="loyalty_programme_set", summary="Set up or change the points programme", request=ProgrammeIn,
        responses=ProgrammeOut,
    )  # fmt: skip
    def put(self, request):
        terms = ProgrammeIn(data=request.data)
        terms.is_valid(raise_exception=True)
        return Response(ProgrammeOut(operations.set_up_programme(**terms.validated_data)).data)


class Tiers(APIView):
    permissions = {"GET": "loyalty:read"}

    @extend_schema(operation_id="loyalty_tiers_list", summary="List the tiers and how many are in them", responses=TierList)
    def get(self, request):
        return Response({"data": [_counted(one) for one in queries.members_by_tier()]})


class OneTier(APIView):
    permissions = {"PUT": "loyalty:write"}

    @extend_schema(
        operation_id="loyalty_tiers_change", summary="Change a tier's terms", request=TierIn, responses=TierOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def put(self, request, tier_id):
        terms = TierIn(data=request.data)
        terms.is_valid(raise_exception=True)
        operations.change_tier(tier_id, **terms.validated_data)
        return Response(next(_counted(one) for one in queries.members_by_tier() if one.tier.id == tier_id))


class CustomerStanding(APIView):
    permissions = {"GET": "loyalty:read"}

    @extend_schema(operation_id="standing", summary="Show a customer's tier and the way to the next", responses=StandingOut)
    def get(self, request, customer_id):
        _refuse_unknown_customer(customer_id)
        return Response(StandingOut(_or_404(queries.standing(customer_id))).data)


class TierHistory(APIView):
    permissions = {"GET": "loyalty:read"}

    @extend_schema(operation_id="tier_history", summary="List a customer's tiers, newest first", responses=TierPeriodList)
    def get(self, request, customer_id):
        _refuse_unknown_customer(customer_id)
        return Response({"data": TierPeriodOut(queries.history(customer_id), many=True).data})


def _counted(one: queries.TierCount) -> dict:
    one.tier.members = one.members
    return TierOut(one.tier).data


def _or_404(found):
    if found is None:
        raise Http404
    return found


def _refuse_unknown_customer(customer_id) -> None:
    if not Customer.objects.filter(id=customer_id).exists():
        raise Http404


urlpatterns = [
    path("loyalty/programme", OneProgramme.as_view()),
    path("loyalty/tiers", Tiers.as_view()),
    path("loyalty/tiers/<uuid:tier_id>", OneTier.as_view()),
    path("customers/<uuid:customer_id>/standing", CustomerStanding.as_view()),
    path("customers/<uuid:customer_id>/tiers", TierHistory.as_view()),
    *api_rewards.urlpatterns,
]
