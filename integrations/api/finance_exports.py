"""REST: the books as CSV."""

from collections.abc import Iterator

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.views import APIView

from integrations import finance_exports
from integrations.api.imports import as_csv
from rewards import queries
from rewards.api.closings import asked_month
from rewards.api.common import refuse_unknown_customer
from rewards.rules.months import end_of, start_of
from tenancy.api_shapes import Shape
from tenancy.calendar import own_zone

_CSV = {(200, "text/csv"): OpenApiTypes.BINARY}
_MONTH = OpenApiParameter("month", str, description="2026-10; the present one unless told.")


class BooksExport(APIView):
    """A file of the books: it asks for both, to take files out and to read what is in them."""

    permissions = {"GET": "exports:read"}
    needed = "ledger:read"

    def answer(self, request, lines: Iterator[str], name: str):
        return as_csv(lines, f"{name}.csv")

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if not request.auth.may(self.needed):
            raise PermissionDenied


class ExportJournal(BooksExport):
    @extend_schema(
        operation_id="exports_journal", summary="Every arrow of a month as CSV", responses=_CSV, parameters=[_MONTH]
    )
    def get(self, request):
        month = asked_month(request.query_params.get("month", ""))
        return self.answer(request, finance_exports.journal_csv(month), f"journal-{month:%Y-%m}")


class ExportRollForward(BooksExport):
    @extend_schema(
        operation_id="exports_roll_forward", summary="A month from opening to closing as CSV", responses=_CSV,
        parameters=[_MONTH],
    )  # fmt: skip
    def get(self, request):
        month = asked_month(request.query_params.get("month", ""))
        lines = finance_exports.roll_forward_csv(queries.month_figures(month))
        return self.answer(request, lines, f"roll-forward-{month:%Y-%m}")


class ExportTrialBalance(BooksExport):
    @extend_schema(
        operation_id="exports_trial_balance", summary="The trial balance as CSV", responses=_CSV,
        parameters=[
            OpenApiParameter("on", OpenApiTypes.DATE, description="At the end of this day; now unless told."),
            OpenApiParameter("by", str, enum=["occurred", "booked"], description="Which moment of an entry counts."),
        ],
    )  # fmt: skip
    def get(self, request):
        asked = TrialFileAsked(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        on, by = asked.validated_data.get("on"), asked.validated_data["by"]
        lines = finance_exports.trial_balance_csv(until=end_of(on, own_zone()) if on else None, is_booked=by == "booked")
        return self.answer(request, lines, "trial-balance")


class ExportAgeing(BooksExport):
    @extend_schema(operation_id="exports_ageing", summary="What is available by month of expiry as CSV", responses=_CSV)
    def get(self, request):
        return self.answer(request, finance_exports.ageing_csv(), "ageing")


class ExportStatement(BooksExport):
    needed = "rewards:read"

    @extend_schema(
        operation_id="exports_statement", summary="A customer's statement of account as CSV", responses=_CSV,
        parameters=[
            OpenApiParameter("unit", str, description="POINT, COUPON or a currency; POINT unless told."),
            OpenApiParameter("since", OpenApiTypes.DATE, description="The first day; all before it unless told."),
            OpenApiParameter("until", OpenApiTypes.DATE, description="The last day; up to now unless told."),
        ],
    )  # fmt: skip
    def get(self, request, customer_id):
        refuse_unknown_customer(customer_id)
        asked = StatementFileAsked(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        told, zone = asked.validated_data, own_zone()
        found = queries.statement(
            customer_id,
            told["unit"],
            since=start_of(told["since"], zone) if "since" in told else None,
            until=end_of(told["until"], zone) if "until" in told else None,
            limit=None,
        )
        finance_exports.note_statement(customer_id)
        return self.answer(request, finance_exports.statement_csv(found), f"statement-{told['unit']}")


class TrialFileAsked(Shape):
    on = serializers.DateField(required=False)
    by = serializers.ChoiceField(["occurred", "booked"], default="occurred")
    lang = serializers.CharField(required=False)


class StatementFileAsked(Shape):
    unit = serializers.CharField(default="POINT")
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)
    lang = serializers.CharField(required=False)
