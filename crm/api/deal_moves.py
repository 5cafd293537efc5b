"""REST: move deals, win, lose and reopen them, hand them over; figures of sales."""

from dataclasses import asdict
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.api.deals import DealOut, DealPatch, seen_deal, seen_deals, shown
from crm.models import Pipeline
from crm.operations import deals as selling
from crm.operations.identity import here
from crm.queries.deal_reports import sales_report
from crm.queries.segments import segment_read_by, within
from tenancy import door
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Shape, read


class DealSeen(Shape):
    """What the caller saw; when it is not so any more, nothing is done: 409."""

    expected_version = serializers.IntegerField(required=False)
    expected_stage_id = serializers.UUIDField(required=False)


class DealFieldsIn(DealPatch):
    title = serializers.CharField(max_length=200, required=False)
    customer_id = serializers.UUIDField(required=False)


class DealMoveIn(DealSeen):
    stage_id = serializers.UUIDField()
    after_id = serializers.UUIDField(required=False, help_text="The deal above it in the column; none: the top.")
    closed_at = serializers.DateTimeField(required=False)
    reason_id = serializers.UUIDField(required=False, help_text="Needed into the stage for lost ones.")
    competitor = serializers.CharField(max_length=120, required=False, allow_blank=True)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, help_text="Needed out of an end.")
    fields_told = DealFieldsIn(required=False, help_text="What the stage requires and the deal lacks.")


class Move(APIView):
    permissions = {"POST": "deals:write"}

    @extend_schema(
        operation_id="deals_move",
        summary="Move a deal",
        request=DealMoveIn,
        responses=DealOut,
        parameters=[IDEMPOTENCY_HEADER],
        description="To another stage, also of another pipeline, or to another place of its column.",
    )
    @idempotent()
    def post(self, request, deal_id):
        seen_deal(request, deal_id)
        body = read(DealMoveIn, request)
        selling.move_deal(deal_id, body.pop("stage_id"), fields=body.pop("fields_told", None), **body)
        return shown(request, deal_id)


class WinIn(DealSeen):
    closed_at = serializers.DateTimeField(required=False)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)


class Win(APIView):
    permissions = {"POST": "deals:write"}

    @extend_schema(
        operation_id="deals_win", summary="Win a deal", request=WinIn, responses=DealOut, parameters=[IDEMPOTENCY_HEADER]
    )
    @idempotent()
    def post(self, request, deal_id):
        seen_deal(request, deal_id)
        selling.win_deal(deal_id, **read(WinIn, request))
        return shown(request, deal_id)


class LoseIn(WinIn):
    reason_id = serializers.UUIDField()
    competitor = serializers.CharField(max_length=120, required=False, allow_blank=True)


class Lose(APIView):
    permissions = {"POST": "deals:write"}

    @extend_schema(
        operation_id="deals_lose", summary="Lose a deal", request=LoseIn, responses=DealOut, parameters=[IDEMPOTENCY_HEADER]
    )
    @idempotent()
    def post(self, request, deal_id):
        seen_deal(request, deal_id)
        selling.lose_deal(deal_id, **read(LoseIn, request))
        return shown(request, deal_id)


class ReopenIn(DealSeen):
    note = serializers.CharField(max_length=500)
    stage_id = serializers.UUIDField(required=False, help_text="Where it was before it was closed, unless told.")


class Reopen(APIView):
    permissions = {"POST": "deals:write"}

    @extend_schema(
        operation_id="deals_reopen", summary="Reopen a closed deal", request=ReopenIn, responses=DealOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, deal_id):
        seen_deal(request, deal_id)
        selling.reopen_deal(deal_id, **read(ReopenIn, request))
        return shown(request, deal_id)


class HandOverIn(Shape):
    owner_id = serializers.UUIDField(allow_null=True)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)


class HandOver(APIView):
    permissions = {"POST": "deals:write"}

    @extend_schema(
        operation_id="deals_hand_over", summary="Give a deal to another owner", request=HandOverIn, responses=DealOut,
        description="The answer is the deal, also when you will not see it any more.",
    )  # fmt: skip
    def post(self, request, deal_id):
        seen_deal(request, deal_id)
        body = read(HandOverIn, request)
        return Response(DealOut(selling.hand_over(deal_id, body.pop("owner_id"), **body)).data)


# --- figures -------------------------------------------------------------------------------------------------------


class SalesForecastOut(serializers.Serializer):
    month = serializers.DateField(allow_null=True)
    kind = serializers.CharField(help_text="month, overdue or undated")
    deals = serializers.IntegerField()
    amount_minor = serializers.IntegerField()
    weighted_minor = serializers.IntegerField()


class SalesOutcomeOut(serializers.Serializer):
    key = serializers.CharField(help_text="Id of the reason or owner, or the source; empty: none.")
    won = serializers.IntegerField()
    won_minor = serializers.IntegerField()
    lost = serializers.IntegerField()
    lost_minor = serializers.IntegerField()


class SalesStepOut(serializers.Serializer):
    stage_id = serializers.UUIDField()
    name = serializers.DictField()
    kind = serializers.CharField()
    reached = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True, help_text="Of the stage before.")


class DealAgeingOut(serializers.Serializer):
    stage_id = serializers.UUIDField()
    name = serializers.DictField()
    limit_days = serializers.IntegerField(allow_null=True)
    deals = serializers.IntegerField()
    amount_minor = serializers.IntegerField()
    average_days = serializers.IntegerField()
    oldest_days = serializers.IntegerField()
    rotten = serializers.IntegerField()


class SalesReportOut(serializers.Serializer):
    currency = serializers.CharField()
    forecast = SalesForecastOut(many=True)
    won = serializers.IntegerField()
    won_minor = serializers.IntegerField()
    lost = serializers.IntegerField()
    lost_minor = serializers.IntegerField()
    median_cycle_days = serializers.IntegerField(allow_null=True)
    by_reason = SalesOutcomeOut(many=True)
    by_owner = SalesOutcomeOut(many=True)
    by_source = SalesOutcomeOut(many=True)
    steps = SalesStepOut(many=True)
    ageing = DealAgeingOut(many=True)


class ReportIn(Shape):
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False)
    in_segment = serializers.UUIDField(required=False)


_REPORT_PARAMETERS = [
    OpenApiParameter("since", {"type": "string", "format": "date"}, description="First day; 90 days back unless told."),
    OpenApiParameter("until", {"type": "string", "format": "date"}, description="Last day; today unless told."),
    OpenApiParameter("currency", str, description="The organisation's unless told."),
    OpenApiParameter("in_segment", {"type": "string", "format": "uuid"}, description="Only customers of this segment."),
]


class SalesReport(APIView):
    permissions = {"GET": "deals:read"}

    @extend_schema(
        operation_id="sales_report_retrieve", summary="Read the figures of a pipeline", responses=SalesReportOut,
        parameters=_REPORT_PARAMETERS,
        description="Forecast and ageing are of now, all else of deals closed or begun in the period.",
    )  # fmt: skip
    def get(self, request, pipeline_id):
        pipeline = Pipeline.objects.get(id=pipeline_id)
        asked = ReportIn(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        house = here()
        zone = ZoneInfo(house.time_zone)
        today = door.moment().astimezone(zone).date()
        last = asked.validated_data.get("until", today)
        first = asked.validated_data.get("since", last - timedelta(days=89))
        wanted = asked.validated_data.get("in_segment")
        segment = segment_read_by(request.auth, wanted) if wanted else None
        report = sales_report(
            within(seen_deals(request), segment), pipeline_id=pipeline.id,
            currency=asked.validated_data.get("currency", house.currency),
            since=datetime.combine(first, time.min, tzinfo=zone),
            until=datetime.combine(last + timedelta(days=1), time.min, tzinfo=zone), moment=door.moment(), today=today,
        )  # fmt: skip
        return Response(SalesReportOut(asdict(report)).data)
