"""REST: reports and RFM, from the same queries as the pages."""

import dataclasses
from datetime import timedelta
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics import operations, queries
from analytics.models import RfmRun, RfmScore
from analytics.rules import MARKS, SEGMENTS
from crm.errors import UnknownSegment
from crm.models import Segment
from crm.queries.segments import segment_read_by
from rewards.queries import option_uptake
from tenancy import door
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.jobs_api import JobOut

IN_SEGMENT = OpenApiParameter(
    "in_segment", {"type": "string", "format": "uuid"}, description="Only customers of this segment (GET /segments)."
)


def segment_of(request) -> Segment | None:
    """Read the segment that figures are narrowed to. Raises UnknownSegment."""
    asked = request.query_params.get("in_segment")
    if not asked:
        return None
    try:
        return segment_read_by(request.auth, UUID(asked))
    except ValueError:
        raise UnknownSegment from None


class TileOut(serializers.Serializer):
    key = serializers.CharField()
    label = serializers.CharField()
    unit = serializers.ChoiceField(choices=["count", "money", "points", "share"])
    value = serializers.FloatField(allow_null=True)
    before = serializers.FloatField(allow_null=True, help_text="In the period before.")
    change = serializers.FloatField(allow_null=True, help_text="0.25 is a quarter more.")


class StageOut(serializers.Serializer):
    key = serializers.CharField()
    label = serializers.CharField()
    referrals = serializers.IntegerField()


class DayOut(serializers.Serializer):
    day = serializers.DateField()
    new_customers = serializers.IntegerField()
    paid_orders = serializers.IntegerField()
    kept_minor = serializers.IntegerField()
    referral_minor = serializers.IntegerField()
    referrals = serializers.IntegerField()


class OverviewOut(serializers.Serializer):
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    currency = serializers.CharField()
    tiles = TileOut(many=True)
    stages = StageOut(many=True)
    trend = DayOut(many=True)


class PeriodIn(serializers.Serializer):
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)

    def validate(self, data):
        until = data.get("until") or door.moment()
        since = data.get("since") or until - timedelta(days=30)
        if not timedelta(0) < until - since <= timedelta(days=732):
            raise serializers.ValidationError({"since": "`since` must be before `until`, by two years at most."})
        return {"since": since, "until": until}


class Overview(APIView):
    permissions = {"GET": "reports:read"}

    @extend_schema(
        operation_id="analytics_overview", summary="Figures of a period, compared to the one before", responses=OverviewOut,
        parameters=[
            OpenApiParameter("since", {"type": "string", "format": "date-time"}, description="Default: 30 days ago."),
            OpenApiParameter("until", {"type": "string", "format": "date-time"}, description="Default: now."),
            IN_SEGMENT,
        ],
    )  # fmt: skip
    def get(self, request):
        period = PeriodIn(data=request.query_params)
        period.is_valid(raise_exception=True)
        found = queries.overview(**period.validated_data, segment=segment_of(request))
        return Response(OverviewOut(found).data)


class CellOut(serializers.Serializer):
    r = serializers.IntegerField()
    value = serializers.IntegerField(help_text="How often and how much together.")
    segment = serializers.CharField()
    customers = serializers.IntegerField()
    monetary_minor = serializers.IntegerField()


class SegmentOut(serializers.Serializer):
    key = serializers.CharField()
    label = serializers.CharField(source="segment.label")
    advice = serializers.CharField(source="segment.advice")
    colour = serializers.CharField(source="segment.colour")
    customers = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    monetary_minor = serializers.IntegerField()
    monetary_share = serializers.FloatField(allow_null=True)
    average_recency_days = serializers.IntegerField()
    average_frequency = serializers.FloatField()


class FlowOut(serializers.Serializer):
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)
    customers = serializers.IntegerField()


class RfmMapOut(serializers.Serializer):
    as_of = serializers.DateTimeField(allow_null=True)
    currency = serializers.CharField()
    customers = serializers.IntegerField()
    monetary_minor = serializers.IntegerField()
    seconds = serializers.FloatField()
    cut_points = serializers.DictField(child=serializers.ListField(child=serializers.IntegerField()))
    cells = CellOut(many=True)
    segments = SegmentOut(many=True)
    flows = FlowOut(many=True)


class RfmMap(APIView):
    permissions = {"GET": "reports:read"}

    @extend_schema(
        operation_id="analytics_rfm", summary="The RFM map, its segments and moves", responses=RfmMapOut,
        parameters=[IN_SEGMENT],
    )  # fmt: skip
    def get(self, request):
        return Response(RfmMapOut(queries.rfm_map(within_segment=segment_of(request))).data)


class ScoreOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField()
    run_id = serializers.UUIDField()
    value = serializers.IntegerField()

    class Meta:
        model = RfmScore
        fields = [
            "id", "customer_id", "run_id", "recency_days", "frequency", "monetary_minor", "r", "f", "m", "value", "segment",
        ]  # fmt: skip


@extend_schema_field({"type": "integer", "enum": list(MARKS)})
class MarkFilter(django_filters.TypedChoiceFilter):
    """One of the five marks."""

    def __init__(self, **kwargs):
        super().__init__(choices=[(mark, str(mark)) for mark in MARKS], coerce=int, **kwargs)


class ScoreFilter(django_filters.FilterSet):
    customer = django_filters.UUIDFilter(field_name="customer_id")
    segment = django_filters.ChoiceFilter(choices=[(key, key) for key in SEGMENTS])
    r = MarkFilter()
    value = MarkFilter()

    class Meta:
        model = RfmScore
        fields = ["customer", "segment", "r", "value"]


class RfmScores(ListAPIView):
    permissions = {"GET": "reports:read"}
    serializer_class = ScoreOut
    filterset_class = ScoreFilter

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):  # the schema is written outside the door
            return QuerySet(RfmScore)
        return queries.scores(within_segment=segment_of(self.request))

    @extend_schema(operation_id="analytics_rfm_scores", summary="List customers' marks", parameters=[IN_SEGMENT])
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)


class RunOut(serializers.ModelSerializer):
    class Meta:
        model = RfmRun
        fields = ["id", "as_of", "customers", "cut_points", "seconds"]


class RfmRuns(ListAPIView):
    permissions = {"GET": "reports:read", "POST": "customers:write"}
    serializer_class = RunOut

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return QuerySet(RfmRun)
        return RfmRun.objects.all()

    @extend_schema(operation_id="analytics_rfm_runs", summary="List scorings, newest first")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="analytics_rfm_run", summary="Score all customers now; follow the job", request=None,
        responses={202: JobOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        job = operations.start_scoring(created_by=getattr(request.auth, "user", None))
        return Response(JobOut(job).data, status=status.HTTP_202_ACCEPTED, headers={"Location": f"/api/v1/jobs/{job.id}"})


class StepOut(serializers.Serializer):
    key = serializers.CharField()
    label = serializers.CharField()
    count = serializers.IntegerField()
    of_previous = serializers.FloatField(allow_null=True)
    of_first = serializers.FloatField(allow_null=True)


class ChannelOut(serializers.Serializer):
    channel = serializers.CharField()
    touches = serializers.IntegerField()
    visitors = serializers.IntegerField()
    submitted = serializers.IntegerField()
    confirmed = serializers.IntegerField()
    converted = serializers.IntegerField()
    conversion = serializers.FloatField(allow_null=True)


class FunnelOut(serializers.Serializer):
    campaign_id = serializers.UUIDField()
    steps = StepOut(many=True)
    channels = ChannelOut(many=True)


class CampaignFunnel(APIView):
    permissions = {"GET": "reports:read"}

    @extend_schema(
        operation_id="analytics_campaign_funnel", summary="From opened links to rewards", responses=FunnelOut,
        parameters=[IN_SEGMENT],
    )  # fmt: skip
    def get(self, request, campaign_id):
        return Response(FunnelOut(queries.campaign_funnel(campaign_id, segment=segment_of(request))).data)


class ReferrerOut(serializers.Serializer):
    customer_id = serializers.UUIDField()
    name = serializers.CharField(help_text="Masked.")
    referrals = serializers.IntegerField()
    converted = serializers.IntegerField()
    revenue_minor = serializers.IntegerField(help_text="Paid orders of the friends, less refunds.")
    deals_minor = serializers.IntegerField(help_text="Money received for deals of the friends, less what went back.")
    reward_cost_minor = serializers.IntegerField()


class CampaignReportOut(serializers.Serializer):
    campaign_id = serializers.UUIDField()
    currency = serializers.CharField()
    referrals = serializers.IntegerField()
    converted = serializers.IntegerField()
    orders = serializers.IntegerField()
    revenue_minor = serializers.IntegerField(help_text="Paid orders of the friends, less refunds.")
    deals = serializers.IntegerField(help_text="Deals of the friends for which money came.")
    deals_minor = serializers.IntegerField(help_text="Money received for deals of the friends, less what went back.")
    cost_accrued_minor = serializers.IntegerField()
    cost_settled_minor = serializers.IntegerField()
    roi = serializers.FloatField(allow_null=True, help_text="(revenue + deals - cost) / cost")
    leaders = ReferrerOut(many=True)


class CampaignReport(APIView):
    permissions = {"GET": "reports:read"}

    @extend_schema(
        operation_id="analytics_campaign_report", summary="Revenue, cost and best referrers", responses=CampaignReportOut,
        parameters=[IN_SEGMENT],
    )  # fmt: skip
    def get(self, request, campaign_id):
        return Response(CampaignReportOut(queries.campaign_report(campaign_id, segment=segment_of(request))).data)


class TakenOut(serializers.Serializer):
    kind = serializers.CharField()
    unit = serializers.CharField()
    amount = serializers.IntegerField()
    title = serializers.DictField(child=serializers.CharField(), help_text="By language, of what is given in kind.")
    coupon_kind = serializers.CharField(source="coupon_kind.code", default=None, help_text="null where it is no coupon.")


class ChosenOptionOut(TakenOut):
    chosen = serializers.IntegerField()
    by_default = serializers.IntegerField(help_text="Nobody chose, and it stood when the reward settled.")
    still_open = serializers.IntegerField(help_text="It stands now; they may still choose.")


class SegmentChoiceOut(TakenOut):
    segment = serializers.CharField()
    chosen = serializers.IntegerField()
    of = serializers.IntegerField(help_text="Choices that customers of the segment made.")


class ChoicesOut(serializers.Serializer):
    campaign_id = serializers.UUIDField()
    options = ChosenOptionOut(many=True)
    segments = SegmentChoiceOut(many=True, help_text="What each segment chose most.")


class CampaignChoices(APIView):
    permissions = {"GET": "reports:read"}

    @extend_schema(
        operation_id="analytics_campaign_choices",
        summary="What people choose, and what each segment does",
        responses=ChoicesOut,
    )
    def get(self, request, campaign_id):
        told = {
            "campaign_id": campaign_id,
            "segments": queries.choices_by_segment(campaign_id),
            "options": option_uptake(campaign_id),
        }
        return Response(ChoicesOut(told).data)


class CohortOut(serializers.Serializer):
    month = serializers.DateField()
    customers = serializers.IntegerField()
    active = serializers.ListField(child=serializers.IntegerField())
    retention = serializers.ListField(child=serializers.FloatField(allow_null=True))


class CohortList(serializers.Serializer):
    data = CohortOut(many=True)


class Cohorts(APIView):
    permissions = {"GET": "reports:read"}

    @extend_schema(
        operation_id="analytics_cohorts", summary="Retention by sign-up month", responses=CohortList,
        parameters=[IN_SEGMENT],
    )  # fmt: skip
    def get(self, request):
        found = queries.cohorts(segment=segment_of(request))
        return Response({"data": [dataclasses.asdict(cohort) for cohort in found]})


urlpatterns = [
    path("analytics/overview", Overview.as_view()),
    path("analytics/rfm", RfmMap.as_view()),
    path("analytics/rfm/scores", RfmScores.as_view()),
    path("analytics/rfm/runs", RfmRuns.as_view()),
    path("analytics/campaigns/<uuid:campaign_id>/funnel", CampaignFunnel.as_view()),
    path("analytics/campaigns/<uuid:campaign_id>/report", CampaignReport.as_view()),
    path("analytics/campaigns/<uuid:campaign_id>/choices", CampaignChoices.as_view()),
    path("analytics/cohorts", Cohorts.as_view()),
]
