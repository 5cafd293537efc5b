"""REST: cases, what is said in them, how well they go."""

from datetime import timedelta

import django_filters as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from crm import operations, queries
from crm.filters import Conditional
from crm.models import Case, CaseMessage
from crm.queries.sight import seen_by
from tenancy import door
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read


class CaseFilter(Conditional):
    subject = "case"
    status = filters.MultipleChoiceFilter(choices=Case.Status.choices, distinct=False)
    priority = filters.ChoiceFilter(choices=Case.Priority.choices)
    channel = filters.ChoiceFilter(choices=Case.Channel.choices)
    customer = filters.UUIDFilter(field_name="customer_id")
    owner = filters.UUIDFilter(field_name="owner_id")
    category = filters.UUIDFilter(field_name="category_id")
    number = filters.NumberFilter()
    opened_after = filters.IsoDateTimeFilter(field_name="opened_at", lookup_expr="gte")
    opened_before = filters.IsoDateTimeFilter(field_name="opened_at", lookup_expr="lt")

    class Meta:
        model = Case
        fields: list[str] = []


class CaseOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField()
    order_id = serializers.UUIDField(allow_null=True)
    category_id = serializers.UUIDField(allow_null=True)
    owner_id = serializers.UUIDField(allow_null=True)
    cause_id = serializers.UUIDField(allow_null=True)
    merged_into_id = serializers.UUIDField(allow_null=True)
    custom = serializers.DictField(help_text="Own fields, by key.")

    class Meta:
        model = Case
        fields = [
            "id", "number", "subject", "description", "customer_id", "order_id", "channel", "category_id", "priority",
            "status", "owner_id", "opened_at", "response_due_at", "resolve_due_at", "first_response_at", "solved_at",
            "closed_at", "paused_seconds", "reopened", "resolution", "cause_id", "merged_into_id", "rating", "custom",
        ]  # fmt: skip


class CasePatch(Shape):
    subject = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    order_id = serializers.UUIDField(required=False, allow_null=True)
    channel = serializers.ChoiceField(Case.Channel.choices, required=False)
    category_id = serializers.UUIDField(required=False, allow_null=True)
    priority = serializers.ChoiceField(Case.Priority.choices, required=False)
    custom = serializers.DictField(required=False, help_text="Own fields, by key; null takes one away.")


class CaseIn(CasePatch):
    key = serializers.CharField(max_length=110, required=False, help_text="Yours; the same key gives the first case again.")
    customer_id = serializers.UUIDField()
    owner_id = serializers.UUIDField(required=False)


def _of(request, case_id) -> Case:
    return seen_by(request.auth, queries.cases(), owner="owner").get(id=case_id)


class Cases(Rows):
    permissions = {"GET": "cases:read", "POST": "cases:write"}
    model = Case
    serializer_class = CaseOut
    filterset_class = CaseFilter

    def rows(self):
        return seen_by(self.request.auth, queries.cases(), owner="owner")

    @extend_schema(operation_id="cases_list", summary="List cases, newest first")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="cases_create", summary="Open a case", request=CaseIn, responses={201: CaseOut},
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        body = read(CaseIn, request)
        key = f"api:{body.pop('key')}" if body.get("key") else ""
        return Response(CaseOut(operations.open_case(key=key, **body)).data, status=201)


class OneCase(APIView):
    permissions = {"GET": "cases:read", "PATCH": "cases:write"}

    @extend_schema(operation_id="cases_retrieve", summary="Read a case", responses=CaseOut)
    def get(self, request, case_id):
        return Response(CaseOut(_of(request, case_id)).data)

    @extend_schema(operation_id="cases_update", summary="Change a case", request=CasePatch, responses=CaseOut)
    def patch(self, request, case_id):
        _of(request, case_id)
        return Response(CaseOut(operations.change_case(case_id, **read(CasePatch, request, partial=True))).data)


class CaseMessageOut(serializers.ModelSerializer):
    author_id = serializers.UUIDField(allow_null=True)
    file_id = serializers.UUIDField(allow_null=True, help_text="A paper that came with it: GET /files/{id}.")

    class Meta:
        model = CaseMessage
        fields = ["id", "kind", "text", "author_id", "file_id", "said_at"]


class CaseMessageIn(Shape):
    kind = serializers.ChoiceField(CaseMessage.Kind.choices, help_text="out: sent to the customer; in: what they said.")
    text = serializers.CharField(max_length=10_000)
    waits = serializers.BooleanField(required=False, help_text="With out: the clock stops until they answer.")


class CaseMessageList(serializers.Serializer):
    data = CaseMessageOut(many=True)


class CaseMessages(APIView):
    permissions = {"GET": "cases:read", "POST": "cases:write"}

    @extend_schema(operation_id="cases_messages", summary="List what was said in a case", responses=CaseMessageList)
    def get(self, request, case_id):
        _of(request, case_id)
        return Response({"data": CaseMessageOut(queries.said_in(case_id), many=True).data})

    @extend_schema(
        operation_id="cases_say", summary="Answer, note, or write down what the customer said", request=CaseMessageIn,
        responses={201: CaseMessageOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, case_id):
        _of(request, case_id)
        body = read(CaseMessageIn, request)
        match body["kind"]:
            case CaseMessage.Kind.NOTE:
                said = operations.note_on_case(case_id, body["text"])
            case CaseMessage.Kind.FROM_CUSTOMER:
                said = operations.hear_from_customer(case_id, body["text"])
            case _:
                said = operations.reply_to_case(case_id, body["text"], waits=body.get("waits", False))
        return Response(CaseMessageOut(said).data, status=201)


class _Step(APIView):
    permissions = {"POST": "cases:write"}


class CaseAssignIn(Shape):
    owner_id = serializers.UUIDField(allow_null=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class AssignCase(_Step):
    @extend_schema(
        operation_id="cases_assign", summary="Give a case to somebody, or back to the queue", request=CaseAssignIn,
        responses=CaseOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, case_id):
        _of(request, case_id)
        return Response(CaseOut(operations.assign_case(case_id, **read(CaseAssignIn, request))).data)


class SolveIn(Shape):
    resolution = serializers.CharField(max_length=5000)
    cause_id = serializers.UUIDField(required=False)
    custom = serializers.DictField(required=False, help_text="Own fields that solving asks for.")


class SolveCase(_Step):
    @extend_schema(
        operation_id="cases_solve", summary="Solve a case", request=SolveIn, responses=CaseOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, case_id):
        _of(request, case_id)
        return Response(CaseOut(operations.solve_case(case_id, **read(SolveIn, request))).data)


class CloseCase(_Step):
    @extend_schema(
        operation_id="cases_close", summary="Close a solved case", request=None, responses=CaseOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, case_id):
        _of(request, case_id)
        return Response(CaseOut(operations.close_case(case_id)).data)


class CaseReopenIn(Shape):
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class ReopenCase(_Step):
    @extend_schema(
        operation_id="cases_reopen", summary="Reopen a case", request=CaseReopenIn, responses=CaseOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, case_id):
        _of(request, case_id)
        return Response(CaseOut(operations.reopen_case(case_id, **read(CaseReopenIn, request))).data)


class CaseMergeIn(Shape):
    double_id = serializers.UUIDField(help_text="The case that goes into this one.")


class MergeCase(_Step):
    @extend_schema(
        operation_id="cases_merge", summary="Merge a double into a case", request=CaseMergeIn, responses=CaseOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, case_id):
        _of(request, case_id)
        return Response(CaseOut(operations.merge_cases(case_id, **read(CaseMergeIn, request))).data)


class CaseFiguresOut(serializers.Serializer):
    label = serializers.CharField()
    opened = serializers.IntegerField()
    solved = serializers.IntegerField()
    resolution_rate = serializers.FloatField(allow_null=True)
    median_response = serializers.FloatField(allow_null=True, help_text="Seconds.")
    median_resolution = serializers.FloatField(allow_null=True, help_text="Seconds, without waiting times.")
    in_time = serializers.FloatField(allow_null=True)
    satisfaction = serializers.FloatField(allow_null=True, help_text="Stars, one to five.")
    rated = serializers.IntegerField()
    reopened_rate = serializers.FloatField(allow_null=True)


class CaseFiguresList(serializers.Serializer):
    total = CaseFiguresOut()
    data = CaseFiguresOut(many=True)


BY = ["category", "owner", "cause", "priority", "channel"]


class _Range(serializers.Serializer):
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    by = serializers.ChoiceField(BY, default="category")


class CaseFigures(APIView):
    permissions = {"GET": "cases:read"}

    @extend_schema(
        operation_id="cases_figures", summary="How cases opened in a time went", responses=CaseFiguresList,
        parameters=[OpenApiParameter("since", str), OpenApiParameter("until", str), OpenApiParameter("by", str, enum=BY)],
        description="The last 30 days unless told otherwise; the figures of the staff pages.",
    )  # fmt: skip
    def get(self, request):
        asked = _Range(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        if unknown := set(request.query_params) - set(asked.fields):
            raise ValidationError({name: ["This parameter does not exist."] for name in unknown})
        until = asked.validated_data.get("until") or door.moment()
        since = asked.validated_data.get("since") or until - timedelta(days=30)
        rows = seen_by(request.auth, queries.cases(), owner="owner")
        by = asked.validated_data["by"]
        found = {"total": queries.case_figures(rows, since, until), "data": queries.case_figures_by(rows, since, until, by)}
        return Response(CaseFiguresList(found).data)
