"""REST: how long points live, what customers have by its expiry, what goes back to them, debts, balances taken over."""

from django.http import Http404
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from rewards import operations, queries
from rewards.api.common import key_of, read, refuse_unknown_customer
from rewards.models import Posting, Unit
from rewards.operations.accounts.units import POINT, units
from rewards.rules.expiry import MOST_MONTHS, MOST_YEARS
from tenancy.api import IDEMPOTENCY_HEADER, idempotent

MOST = 1_000_000_000


class PolicyShape(serializers.Serializer):
    expires_after_months = serializers.IntegerField(min_value=1, max_value=MOST_MONTHS, allow_null=True, default=None)
    expires_after_years = serializers.IntegerField(
        min_value=0, max_value=MOST_YEARS, allow_null=True, default=None,
        help_text="At the end of a year: 0 of the year in which points become available, 1 of the next. Neither: never.",
    )  # fmt: skip
    extends_on_activity = serializers.BooleanField(
        default=False, help_text="An order or a redemption lets unexpired points live as long as those of that day."
    )
    shortfall = serializers.ChoiceField(
        Unit.Shortfall.choices, default=Unit.Shortfall.OWE, help_text="Who bears points that are taken back and spent."
    )
    owed_limit = serializers.IntegerField(
        min_value=0, max_value=MOST, allow_null=True, default=None, help_text="Nobody owes more; the house bears the rest."
    )


class OpenLotOut(serializers.Serializer):
    id = serializers.UUIDField()
    amount = serializers.IntegerField(help_text="At first.")
    remaining = serializers.IntegerField()
    earned_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True, help_text="The last moment of its last day; null: never.")
    first_expiry_at = serializers.DateTimeField(allow_null=True, help_text="Before activity let it live longer.")


class OpenLotList(serializers.Serializer):
    data = OpenLotOut(many=True)


class DebtOut(serializers.Serializer):
    entry_id = serializers.UUIDField()
    occurred_at = serializers.DateTimeField()
    kind = serializers.CharField()
    reason = serializers.CharField()
    amount = serializers.IntegerField(help_text="More owed; negative: repaid or forgiven.")
    owed = serializers.IntegerField(help_text="After this entry.")
    reward_id = serializers.UUIDField(allow_null=True)


class DebtList(serializers.Serializer):
    data = DebtOut(many=True)


class ReturnIn(serializers.Serializer):
    entry_id = serializers.UUIDField(help_text="Of the redemption.")
    amount = serializers.IntegerField(
        min_value=1, max_value=MOST, required=False, help_text="All that is left, unless told."
    )
    reason = serializers.CharField(max_length=200)


class ForgiveIn(serializers.Serializer):
    amount = serializers.IntegerField(min_value=1, max_value=10**15)
    reason = serializers.CharField(max_length=200)
    unit = serializers.CharField(max_length=40, default=POINT)


class OpeningIn(serializers.Serializer):
    amount = serializers.IntegerField(min_value=1, max_value=10**15)
    source = serializers.SlugField(max_length=40, help_text="The system it comes from.")
    reference = serializers.CharField(max_length=80, help_text="Names the balance there: taken over once.")
    unit = serializers.CharField(max_length=40, default=POINT, help_text="POINT or a currency.")
    expires_at = serializers.DateTimeField(required=False, help_text="By the policy, unless told.")


class BookedOut(serializers.Serializer):
    entry_id = serializers.UUIDField()
    available = serializers.IntegerField(help_text="In the unit, now.")
    owed = serializers.IntegerField()


_UNIT = OpenApiParameter("unit", str, description="POINT or a currency; POINT unless told.")


class PointsPolicy(APIView):
    permissions = {"GET": "loyalty:read", "PUT": "loyalty:write"}

    @extend_schema(
        operation_id="points_policy", summary="Show how long points live and who bears debts", responses=PolicyShape
    )
    def get(self, request):
        return Response(PolicyShape(operations.policy_of(units([POINT])[POINT])).data)

    @extend_schema(
        operation_id="points_policy_set", summary="Change how long points live from now on, and who bears debts",
        request=PolicyShape, responses=PolicyShape,
    )  # fmt: skip
    def put(self, request):
        unit = operations.set_policy(operations.Policy(**read(PolicyShape, request)))
        return Response(PolicyShape(operations.policy_of(unit)).data)


class Lots(APIView):
    permissions = {"GET": "rewards:read"}

    @extend_schema(
        operation_id="lots_list", summary="Show what a customer has, by when it expires", responses=OpenLotList,
        parameters=[_UNIT],
    )  # fmt: skip
    def get(self, request, customer_id):
        refuse_unknown_customer(customer_id)
        return Response({"data": OpenLotOut(queries.lots(customer_id, _unit(request)), many=True).data})


class Debts(APIView):
    permissions = {"GET": "rewards:read"}

    @extend_schema(
        operation_id="debts_list", summary="Show why a customer owes something, newest first", responses=DebtList,
        parameters=[_UNIT],
    )  # fmt: skip
    def get(self, request, customer_id):
        refuse_unknown_customer(customer_id)
        return Response({"data": DebtOut(queries.debts(customer_id, _unit(request)), many=True).data})


class ReturnPoints(APIView):
    permissions = {"POST": "rewards:write"}

    @extend_schema(
        operation_id="points_return", summary="Give redeemed points back, wholly or in part", request=ReturnIn,
        responses={201: BookedOut}, parameters=[IDEMPOTENCY_HEADER],
        description="They go back to the lots they came from; one that has expired meanwhile lives thirty days more.",
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, customer_id):
        refuse_unknown_customer(customer_id)
        facts = read(ReturnIn, request)
        if not Posting.objects.filter(entry_id=facts["entry_id"], account__customer_id=customer_id).exists():
            raise Http404
        entry = operations.return_redemption(facts.pop("entry_id"), **facts, key=key_of(request))
        return _booked(entry.id, customer_id, POINT)


class ForgiveDebt(APIView):
    permissions = {"POST": "ledger:write"}

    @extend_schema(
        operation_id="debts_forgive", summary="Let a customer owe less", request=ForgiveIn, responses={201: BookedOut},
        parameters=[IDEMPOTENCY_HEADER], description="The house bears it; finance sees it as written off.",
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, customer_id):
        refuse_unknown_customer(customer_id)
        facts = read(ForgiveIn, request)
        unit = facts.pop("unit")
        entry = operations.forgive_debt(customer_id, **facts, unit_code=unit, key=key_of(request))
        return _booked(entry.id, customer_id, unit)


class OpenBalance(APIView):
    permissions = {"POST": "ledger:write"}

    @extend_schema(
        operation_id="points_opening", summary="Take a balance over from another system", request=OpeningIn,
        responses={201: BookedOut}, parameters=[IDEMPOTENCY_HEADER],
        description="Same source and reference: once; with another amount it is a conflict.",
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, customer_id):
        refuse_unknown_customer(customer_id)
        facts = read(OpeningIn, request)
        unit = facts.pop("unit")
        [posted] = operations.open_balances([operations.Opening(customer_id=customer_id, unit_code=unit, **facts)])
        return _booked(posted.entry_id, customer_id, unit)


def _unit(request) -> str:
    return request.query_params.get("unit", POINT)


def _booked(entry_id, customer_id, unit: str) -> Response:
    found = {line.unit: line for line in queries.balances(customer_id)}
    line = found.get(unit)
    facts = {"entry_id": entry_id, "available": line.available if line else 0, "owed": line.owed if line else 0}
    return Response(BookedOut(facts).data, status=201)


urlpatterns = [
    path("points/policy", PointsPolicy.as_view()),
    path("customers/<uuid:customer_id>/lots", Lots.as_view()),
    path("customers/<uuid:customer_id>/debts", Debts.as_view()),
    path("customers/<uuid:customer_id>/debts/forgive", ForgiveDebt.as_view()),
    path("customers/<uuid:customer_id>/points/return", ReturnPoints.as_view()),
    path("customers/<uuid:customer_id>/points/opening", OpenBalance.as_view()),
]
