"""REST: try terms on the past, and golden cases."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.models import Customer
from crm.queries.sight import seen_by
from referrals import operations
from referrals.models import Campaign, GoldenCase, Simulation
from referrals.queries import current_terms, try_golden_cases
from referrals.rules import read_terms
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Shape, read
from tenancy.models import User


class SimulationIn(Shape):
    terms = serializers.DictField(required=False, help_text="Left out: the terms in force.")
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()


class SimulationOut(serializers.ModelSerializer):
    campaign_id = serializers.UUIDField()
    job_id = serializers.UUIDField(allow_null=True, help_text="Of a worker that runs it; see GET /jobs/{id}.")
    terms = serializers.DictField()
    result = serializers.DictField(
        help_text="Empty until it is done. `now` is what the ledger has, `draft` what the terms would have given, `proof` "
        "holds a replay of the terms in force against the ledger and names every difference."
    )

    class Meta:
        model = Simulation
        fields = ["id", "campaign_id", "state", "job_id", "terms", "since", "until", "result", "created_at"]


class GoldenCaseIn(Shape):
    name = serializers.CharField(max_length=120)
    facts = serializers.DictField(
        help_text='{"amount_minor": 5000, "refunded_minor": 0, "place": 1, "friend": 1, "days_to_signup": 0, '
        '"days_to_order": 3, "counted_30_days": 0, "counted_referrer": 0, "counted_campaign": 0, "bought_before": false, '
        '"is_cancelled": false, "is_fraud": false, "milestone": "", "about": {}}; what is left out is the plainest.'
    )
    expected = serializers.DictField(help_text='{"referrer": {"points": 500}, "referee": {"coupon": 1}}; {} is nothing.')


class GoldenCasePatch(GoldenCaseIn):
    pass


class GoldenCaseOut(serializers.ModelSerializer):
    campaign_id = serializers.UUIDField()
    facts = serializers.DictField()
    expected = serializers.DictField()
    order_id = serializers.UUIDField(allow_null=True, help_text="Of the order it was made from.")

    class Meta:
        model = GoldenCase
        fields = ["id", "campaign_id", "name", "facts", "expected", "order_id", "created_at"]


class TriedCaseOut(GoldenCaseOut):
    passed = serializers.BooleanField(help_text="Under the terms in force.")
    got = serializers.DictField(help_text="What these terms give.")
    failed = serializers.ListField(child=serializers.CharField(), help_text="Checks that stand in the way.")

    class Meta(GoldenCaseOut.Meta):
        fields = [*GoldenCaseOut.Meta.fields, "passed", "got", "failed"]


class GoldenCheckIn(Shape):
    terms = serializers.DictField(required=False, help_text="Left out: the terms in force.")


class OrderCaseIn(Shape):
    order_id = serializers.UUIDField()
    name = serializers.CharField(max_length=120)


def _shown(request, simulation: Simulation) -> dict:
    """Show a result without the referrers whom this caller does not see."""
    data = SimulationOut(simulation).data
    result = dict(data["result"])
    named = {each["referrer_id"] for side in ("winners", "losers") for each in result.get(side, ())}
    own = {str(id) for id in seen_by(request.auth, Customer.objects.filter(id__in=named)).values_list("id", flat=True)}
    for side in ("winners", "losers"):
        if side in result:
            result[side] = [each for each in result[side] if each["referrer_id"] in own]
    return data | {"result": result}


class Simulations(APIView):
    permissions = {"POST": "campaigns:write"}

    @extend_schema(
        operation_id="campaign_simulations_create", summary="Try terms on the past; nothing is changed by it",
        request=SimulationIn, responses={201: SimulationOut}, parameters=[IDEMPOTENCY_HEADER],
        description="The answer holds the result, or for many referrals the state `running`: read it again then.",
    )  # fmt: skip
    @idempotent()
    def post(self, request, campaign_id):
        told = read(SimulationIn, request)
        creator = request.user if isinstance(request.user, User) else None
        simulation = operations.start_simulation(
            campaign_id, told.get("terms"), since=told["since"], until=told["until"], created_by=creator
        )
        return Response(_shown(request, simulation), status=201)


class OneSimulation(APIView):
    permissions = {"GET": "campaigns:read"}

    @extend_schema(operation_id="campaign_simulations_retrieve", summary="Read a simulation", responses=SimulationOut)
    def get(self, request, campaign_id, simulation_id):
        return Response(_shown(request, Simulation.objects.get(id=simulation_id, campaign_id=campaign_id)))


class CancelSimulation(APIView):
    permissions = {"POST": "campaigns:write"}

    @extend_schema(
        operation_id="campaign_simulations_cancel", summary="Stop a simulation that a worker runs", request=None,
        responses=SimulationOut,
    )  # fmt: skip
    def post(self, request, campaign_id, simulation_id):
        Simulation.objects.get(id=simulation_id, campaign_id=campaign_id)
        return Response(_shown(request, operations.cancel_simulation(simulation_id)))


# --- golden cases -----------------------------------------------------------------------------------


def _tried(campaign_id, terms) -> list[dict]:
    results = try_golden_cases(campaign_id, terms) if terms else []
    return [
        GoldenCaseOut(one.case).data | {"passed": one.tried.passed, "got": one.tried.got, "failed": list(one.tried.failed)}
        for one in results
    ]


class GoldenCases(APIView):
    permissions = {"GET": "campaigns:read", "POST": "campaigns:write"}

    @extend_schema(
        operation_id="golden_cases_list", summary="List golden cases, and whether the terms in force get them right",
        responses=TriedCaseOut(many=True),
    )  # fmt: skip
    def get(self, request, campaign_id):
        Campaign.objects.get(id=campaign_id)
        return Response(_tried(campaign_id, current_terms(campaign_id)))

    @extend_schema(
        operation_id="golden_cases_create", summary="Keep an order as data, and what it must give", request=GoldenCaseIn,
        responses={201: GoldenCaseOut}, parameters=[IDEMPOTENCY_HEADER],
        description="Terms that give something else are refused with the code golden_case_failed.",
    )  # fmt: skip
    @idempotent()
    def post(self, request, campaign_id):
        case = operations.keep_golden_case(campaign_id, **read(GoldenCaseIn, request))
        return Response(GoldenCaseOut(case).data, status=201)


class GoldenCasesTried(APIView):
    permissions = {"POST": "campaigns:read"}

    @extend_schema(
        operation_id="golden_cases_try", summary="Hold golden cases against terms that are not published",
        request=GoldenCheckIn, responses=TriedCaseOut(many=True),
    )  # fmt: skip
    def post(self, request, campaign_id):
        Campaign.objects.get(id=campaign_id)
        told = read(GoldenCheckIn, request).get("terms")
        return Response(_tried(campaign_id, read_terms(told) if told is not None else current_terms(campaign_id)))


class GoldenCaseOfOrder(APIView):
    permissions = {"POST": "campaigns:write"}

    @extend_schema(
        operation_id="golden_cases_create_from_order", summary="Keep a real order as a golden case", request=OrderCaseIn,
        responses={201: GoldenCaseOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, campaign_id):
        told = read(OrderCaseIn, request)
        Campaign.objects.get(id=campaign_id)
        case = operations.golden_case_of_order(campaign_id, told["order_id"], name=told["name"])
        return Response(GoldenCaseOut(case).data, status=201)


class OneGoldenCase(APIView):
    permissions = {"GET": "campaigns:read", "PATCH": "campaigns:write", "DELETE": "campaigns:write"}

    @extend_schema(operation_id="golden_cases_retrieve", summary="Read a golden case", responses=GoldenCaseOut)
    def get(self, request, campaign_id, golden_case_id):
        return Response(GoldenCaseOut(_case(campaign_id, golden_case_id)).data)

    @extend_schema(
        operation_id="golden_cases_update", summary="Change a golden case", request=GoldenCasePatch, responses=GoldenCaseOut
    )
    def patch(self, request, campaign_id, golden_case_id):
        _case(campaign_id, golden_case_id)
        changes = read(GoldenCasePatch, request, partial=True)
        return Response(GoldenCaseOut(operations.change_golden_case(golden_case_id, **changes)).data)

    @extend_schema(operation_id="golden_cases_delete", summary="Remove a golden case", responses={204: None})
    def delete(self, request, campaign_id, golden_case_id):
        _case(campaign_id, golden_case_id)
        operations.remove_golden_case(golden_case_id)
        return Response(status=204)


def _case(campaign_id, golden_case_id) -> GoldenCase:
    return GoldenCase.objects.get(id=golden_case_id, campaign_id=campaign_id)
