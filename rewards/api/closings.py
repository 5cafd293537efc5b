"""REST: months, their closing and seals, and the proofs of the books."""

from datetime import date

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from rewards import operations, queries
from rewards.api.common import listed
from rewards.errors.closing import UnknownClosing, UnknownMonth
from rewards.models import Closing, ProofRun, Seal
from rewards.rules.months import month_of, read_month
from tenancy import door
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Shape, read
from tenancy.calendar import own_zone
from tenancy.models import Job


class MovedOut(serializers.Serializer):
    pending = serializers.IntegerField()
    available = serializers.IntegerField()
    paying = serializers.IntegerField()
    arrears = serializers.IntegerField(help_text="Not above 0: what customers owe.")
    total = serializers.IntegerField()


class LineOut(MovedOut):
    line = serializers.CharField(help_text="A kind of entry; adjustments are told apart by their direction.")


class UnitFiguresOut(serializers.Serializer):
    unit = serializers.CharField()
    kind = serializers.CharField()
    value_minor = serializers.CharField(allow_null=True, help_text="What one is worth; a month keeps that of its closing.")
    cost_minor = serializers.IntegerField(allow_null=True, help_text="The closing balance at that value, rounded half up.")
    opening = MovedOut()
    lines = LineOut(many=True)
    closing = MovedOut(help_text="Opening and all lines; the opening of the next month.")
    trial = serializers.DictField(child=serializers.IntegerField(), help_text="Every compartment at the end; sums to 0.")


class FiguresOut(serializers.Serializer):
    month = serializers.CharField()
    begins_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField()
    currency = serializers.CharField()
    entries = serializers.IntegerField()
    postings = serializers.IntegerField()
    late_entries = serializers.IntegerField(help_text="Of them, what belongs to months that were closed before it came.")
    units = UnitFiguresOut(many=True)


class SealOut(serializers.ModelSerializer):
    class Meta:
        model = Seal
        fields = ["digest", "previous", "entries", "postings", "sealed_at", "figures"]

    figures = FiguresOut()


class ClosingOut(serializers.ModelSerializer):
    month = serializers.DateField(format="%Y-%m")

    class Meta:
        model = Closing
        fields = ["id", "month", "begins_at", "ends_at", "closed_at"]


class ClosedOut(ClosingOut):
    seal = SealOut(allow_null=True, help_text="None: it is being made; `job_id` tells how far it is.")
    job_id = serializers.UUIDField(allow_null=True)

    class Meta(ClosingOut.Meta):
        fields = [*ClosingOut.Meta.fields, "seal", "job_id"]


class CloseMonthIn(Shape):
    month = serializers.RegexField(r"^\d{4}-\d{2}$", help_text="2026-10")


class BrokenSealOut(serializers.Serializer):
    month = serializers.DateField(format="%Y-%m")
    closing_id = serializers.UUIDField()
    what = serializers.ChoiceField(["entry", "figures", "seal"])
    how = serializers.CharField(help_text="Of an entry: changed, missing, added.")
    entry_id = serializers.UUIDField(allow_null=True)


class SealReportOut(serializers.Serializer):
    is_whole = serializers.BooleanField()
    months = serializers.IntegerField()
    entries = serializers.IntegerField()
    broken = BrokenSealOut(allow_null=True)


class ProofOut(serializers.ModelSerializer):
    wrong = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = ProofRun
        fields = ["id", "started_at", "milliseconds", "is_whole", "checked", "wrong", "actor_kind"]


class ProofAsked(serializers.Serializer):
    run = ProofOut(allow_null=True)
    job_id = serializers.UUIDField(allow_null=True, help_text="Large books are proved by a job.")


def asked_month(text: str) -> date:
    """Read "2026-10"; nothing is the present month."""
    try:
        return read_month(text) if text else month_of(door.moment(), own_zone())
    except ValueError:
        raise UnknownMonth from None


class RollForward(APIView):
    permissions = {"GET": "ledger:read"}

    @extend_schema(
        operation_id="ledger_roll_forward", summary="Show a month from opening to closing, by unit", responses=FiguresOut,
        parameters=[OpenApiParameter("month", str, description="2026-10; the present one unless told.")],
    )  # fmt: skip
    def get(self, request):
        return Response(queries.month_figures(asked_month(request.query_params.get("month", ""))).plain())


class Closings(ListAPIView):
    permissions = {"GET": "ledger:read", "POST": "ledger:write"}
    serializer_class = ClosingOut

    def get_queryset(self):
        return listed(self, Closing.objects.all)

    @extend_schema(operation_id="closings_list", summary="List closed months, newest first")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="closings_create", summary="Close a month for good, and seal it", request=CloseMonthIn,
        responses={201: ClosedOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request):
        closed = operations.close_month(asked_month(read(CloseMonthIn, request)["month"]))
        return Response(_shown(closed.closing, closed.seal, closed.job), status=201)


class OneClosing(APIView):
    permissions = {"GET": "ledger:read"}

    @extend_schema(operation_id="closings_get", summary="Show a closed month and its seal", responses=ClosedOut)
    def get(self, request, closing_id):
        closing = Closing.objects.filter(id=closing_id).first()
        if closing is None:
            raise UnknownClosing
        return Response(_shown(closing, Seal.objects.filter(id=closing_id).first(), None))


class ReopenClosing(APIView):
    permissions = {"POST": "ledger:write"}

    @extend_schema(
        operation_id="closings_reopen", summary="Refused, with the reason: a closed month stays closed",
        description="Book a correction instead: it goes into the month that is open, marked as a late one.",
        request=None, responses={409: None},
    )  # fmt: skip
    def post(self, request, closing_id):
        operations.reopen_month(closing_id)


class VerifySeals(APIView):
    permissions = {"GET": "ledger:read"}

    @extend_schema(
        operation_id="ledger_verify_seals", summary="Make every seal again, and name the first that differs",
        responses=SealReportOut,
    )  # fmt: skip
    def get(self, request):
        return Response(SealReportOut(queries.verify_seals()).data)


class Proofs(ListAPIView):
    permissions = {"GET": "ledger:read", "POST": "ledger:read"}
    serializer_class = ProofOut

    def get_queryset(self):
        return listed(self, ProofRun.objects.all)

    @extend_schema(operation_id="proofs_list", summary="List the proofs of the books, newest first")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="proofs_create", summary="Prove the books now; it changes nothing", request=None,
        responses={201: ProofAsked},
    )  # fmt: skip
    def post(self, request):
        made = operations.ask_for_proof()
        answer = {"run": None, "job_id": made.id} if isinstance(made, Job) else {"run": made, "job_id": None}
        return Response(ProofAsked(answer).data, status=201)


def _shown(closing: Closing, seal: Seal | None, job: Job | None) -> dict:
    return {
        **ClosingOut(closing).data,
        "seal": SealOut(seal).data | {"figures": seal.figures} if seal else None,
        "job_id": str(job.id) if job else None,
    }


urlpatterns = [
    path("ledger/roll-forward", RollForward.as_view()),
    path("ledger/closings", Closings.as_view()),
    path("ledger/closings/<uuid:closing_id>", OneClosing.as_view()),
    path("ledger/closings/<uuid:closing_id>/reopen", ReopenClosing.as_view()),
    path("ledger/seals/verify", VerifySeals.as_view()),
    path("ledger/proofs", Proofs.as_view()),
]
