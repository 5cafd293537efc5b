"""REST: how many were in a followed segment day by day, and who, from when to when."""

from dataclasses import asdict

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.models import SegmentStay
from crm.queries.following import days_of, stays
from crm.queries.segments import segment_for
from crm.queries.sight import seen_by
from tenancy.api_shapes import Rows


class SegmentDayOut(serializers.Serializer):
    day = serializers.DateField()
    customers = serializers.IntegerField(help_text="In it at the end of the day.")
    entered = serializers.IntegerField()
    left = serializers.IntegerField()


class SegmentHistoryOut(serializers.Serializer):
    data = SegmentDayOut(many=True)


class SegmentHistory(APIView):
    permissions = {"GET": "customers:read"}

    @extend_schema(
        operation_id="segments_history", summary="Say day by day how many were in a followed segment, came and went",
        responses=SegmentHistoryOut, description="90 days, from the first day it was followed; empty when it never was.",
    )  # fmt: skip
    def get(self, request, segment_id):
        segment = segment_for(request.auth, segment_id)
        return Response({"data": [asdict(day) for day in days_of(segment.id)]})


class SegmentStayFilter(filters.FilterSet):
    customer = filters.UUIDFilter(field_name="customer_id")
    is_over = filters.BooleanFilter(field_name="left_at", lookup_expr="isnull", exclude=True, label="Whether they have left")
    entered_after = filters.IsoDateTimeFilter(field_name="entered_at", lookup_expr="gte")
    left_after = filters.IsoDateTimeFilter(field_name="left_at", lookup_expr="gte")

    class Meta:
        model = SegmentStay
        fields: list[str] = []


class SegmentStayOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField()
    was_there = serializers.BooleanField(help_text="Was in it when following began, so has not entered.")

    class Meta:
        model = SegmentStay
        fields = ["id", "customer_id", "entered_at", "left_at", "was_there"]


class SegmentStays(Rows):
    permissions = {"GET": "customers:read"}
    model = SegmentStay
    serializer_class = SegmentStayOut
    filterset_class = SegmentStayFilter

    def rows(self):
        segment = segment_for(self.request.auth, self.kwargs["segment_id"])
        return seen_by(self.request.auth, stays(segment.id), owner="customer__owner")

    @extend_schema(
        operation_id="segments_stays", summary="List who was in a followed segment, last entered first",
        description="Kept for 400 days after they left.",
    )  # fmt: skip
    def get(self, request, segment_id):
        return super().get(request)
