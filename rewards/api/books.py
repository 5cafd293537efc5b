"""REST: the books: journal, trial balance, ageing, units, proof."""

import django_filters
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from rewards import operations, queries
from rewards.api.common import listed
from rewards.models import Account, JournalEntry, Posting, Unit
from rewards.queries.journal import about, booked_between, late
from rewards.rules.months import end_of, start_of
from tenancy.api_shapes import Shape, read
from tenancy.calendar import own_zone


class PostingOut(serializers.ModelSerializer):
    unit = serializers.CharField(source="account.unit.code")
    customer_id = serializers.UUIDField(source="account.customer_id")
    reward_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = Posting
        fields = ["source", "target", "customer_id", "unit", "amount", "reward_id"]


class EntryOut(serializers.ModelSerializer):
    booked_at = serializers.DateTimeField(help_text="Later than occurred_at where the month was closed before it came.")
    reverses = serializers.UUIDField(source="reverses_id", allow_null=True)
    postings = PostingOut(source="arrows", many=True, help_text="The first twenty arrows.")

    class Meta:
        model = JournalEntry
        fields = ["id", "kind", "key", "reason", "reverses", "occurred_at", "booked_at", "recorded_at", "postings"]


class TrialLineOut(serializers.Serializer):
    unit = serializers.CharField()
    account = serializers.CharField()
    amount = serializers.IntegerField()


class TrialList(serializers.Serializer):
    data = TrialLineOut(many=True)


class TrialAsked(Shape):
    on = serializers.DateField(required=False)
    by = serializers.ChoiceField(["occurred", "booked"], default="occurred")
    lang = serializers.CharField(required=False)


class AgeBucketOut(serializers.Serializer):
    unit = serializers.CharField()
    month = serializers.DateField(format="%Y-%m", allow_null=True, help_text="None: never expires.")
    lots = serializers.IntegerField()
    amount = serializers.IntegerField()
    overdue = serializers.IntegerField(help_text="Of the amount, what should have expired by now.")


class OverdueLotOut(serializers.Serializer):
    id = serializers.UUIDField()
    customer_id = serializers.UUIDField()
    unit = serializers.CharField()
    remaining = serializers.IntegerField()
    expires_at = serializers.DateTimeField()


class BreakageOut(serializers.Serializer):
    unit = serializers.CharField()
    lots = serializers.IntegerField(help_text="Lots whose time is over.")
    ended = serializers.IntegerField(help_text="Units in them.")
    expired = serializers.IntegerField(help_text="Of these, what expired unused.")
    share = serializers.FloatField(allow_null=True)
    open = serializers.IntegerField(help_text="Units that still have an end.")
    expected = serializers.IntegerField(allow_null=True, help_text="Of these, what will expire if it is as before.")


class AgeingOut(serializers.Serializer):
    data = AgeBucketOut(many=True)
    overdue = OverdueLotOut(many=True, help_text="The twenty oldest.")
    breakage = BreakageOut(many=True)


class UnitOut(serializers.ModelSerializer):
    class Meta:
        model = Unit
        fields = ["id", "code", "kind", "value_minor"]


class ValueIn(Shape):
    value_minor = serializers.DecimalField(
        max_digits=12, decimal_places=4, allow_null=True,
        help_text="In the smallest part of the organisation's currency; none: not valued.",
    )  # fmt: skip


class WrongRowOut(serializers.Serializer):
    rule = serializers.CharField()
    row_id = serializers.UUIDField()
    expected = serializers.CharField()
    found = serializers.CharField()


class BooksOut(serializers.Serializer):
    is_whole = serializers.BooleanField()
    checked = serializers.DictField(child=serializers.IntegerField())
    wrong = WrongRowOut(many=True, help_text="The first wrong row of each broken rule.")


class EntryFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=JournalEntry.Kind.choices)
    key = django_filters.CharFilter()
    unit = django_filters.CharFilter(method="narrow")
    compartment = django_filters.ChoiceFilter(choices=Account.Kind.choices, method="narrow")
    customer_id = django_filters.UUIDFilter(method="narrow")
    reward_id = django_filters.UUIDFilter(method="narrow")
    since = django_filters.DateFilter(method="booked", label="The first day, as booked.")
    until = django_filters.DateFilter(method="booked", label="The last day, as booked.")
    late = django_filters.BooleanFilter(method="came_late", label="Only what came after its month was closed.")

    class Meta:
        model = JournalEntry
        fields = ["kind", "key"]

    def narrow(self, rows, name, value):
        return about(rows, **{name: value})

    def booked(self, rows, name, value):
        zone = own_zone()
        if name == "since":
            return booked_between(rows, start_of(value, zone), None)
        return booked_between(rows, None, end_of(value, zone))

    def came_late(self, rows, name, value):
        return late(rows) if value else rows


class Entries(ListAPIView):
    permissions = {"GET": "ledger:read"}
    serializer_class = EntryOut
    filterset_class = EntryFilter

    def get_queryset(self):
        return listed(self, queries.entries)

    def paginate_queryset(self, queryset):
        return queries.with_arrows(super().paginate_queryset(queryset))

    @extend_schema(operation_id="ledger_entries_list", summary="List the journal, newest first")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)


class TrialBalance(APIView):
    permissions = {"GET": "ledger:read"}

    @extend_schema(
        operation_id="ledger_trial_balance", summary="Sum all accounts; a unit sums to 0", responses=TrialList,
        parameters=[
            OpenApiParameter("on", OpenApiTypes.DATE, description="At the end of this day; now unless told."),
            OpenApiParameter("by", str, enum=["occurred", "booked"], description="Which moment of an entry counts."),
        ],
    )  # fmt: skip
    def get(self, request):
        asked = TrialAsked(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        on = asked.validated_data.get("on")
        until = end_of(on, own_zone()) if on else None
        lines = queries.trial_balance(until=until, is_booked=asked.validated_data["by"] == "booked")
        return Response({"data": TrialLineOut(lines, many=True).data})


class Ageing(APIView):
    permissions = {"GET": "ledger:read"}

    @extend_schema(
        operation_id="ledger_ageing", summary="Sum what is available by the month in which it expires", responses=AgeingOut
    )
    def get(self, request):
        found = {"data": queries.ageing(), "overdue": queries.overdue_lots(), "breakage": queries.breakage()}
        return Response(AgeingOut(found).data)


class Units(ListAPIView):
    permissions = {"GET": "ledger:read"}
    serializer_class = UnitOut

    def get_queryset(self):
        return listed(self, Unit.objects.all)

    @extend_schema(operation_id="units_list", summary="List what is counted, and what one of it is worth")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)


class UnitValue(APIView):
    permissions = {"PUT": "ledger:write"}

    @extend_schema(operation_id="units_value", summary="Say what one of a unit is worth", request=ValueIn, responses=UnitOut)
    def put(self, request, unit_id):
        return Response(UnitOut(operations.value_unit(unit_id, read(ValueIn, request)["value_minor"])).data)


class VerifyBooks(APIView):
    permissions = {"GET": "ledger:read"}

    @extend_schema(operation_id="ledger_verify", summary="Prove the books from the journal", responses=BooksOut)
    def get(self, request):
        return Response(BooksOut(queries.verify_books()).data)


urlpatterns = [
    path("ledger/entries", Entries.as_view()),
    path("ledger/trial-balance", TrialBalance.as_view()),
    path("ledger/ageing", Ageing.as_view()),
    path("ledger/units", Units.as_view()),
    path("ledger/units/<uuid:unit_id>/value", UnitValue.as_view()),
    path("ledger/verify", VerifyBooks.as_view()),
]
