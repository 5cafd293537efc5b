"""REST: contact plans, their visits and what was found."""

import django_filters as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm import operations, queries
from crm.models import ContactPlan, ContactStep, ContactVisit
from crm.queries.sight import seen_by
from tenancy import door
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read


class ContactStepOut(serializers.ModelSerializer):
    assignee_id = serializers.UUIDField(allow_null=True)
    questions = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = ContactStep
        fields = ["id", "day", "kind", "title", "script", "assignee_rule", "assignee_id", "priority", "questions"]


class PlanOut(serializers.ModelSerializer):
    tag_id = serializers.UUIDField(allow_null=True)
    segment_id = serializers.UUIDField(allow_null=True)
    steps = ContactStepOut(many=True)

    class Meta:
        model = ContactPlan
        fields = [
            "id", "name", "trigger", "every_days", "stage", "tag_id", "segment_id", "stops_when_unsubscribed",
            "stops_when_lost",
            "stops_on_refund", "stops_on_order", "is_active", "created_at", "steps",
        ]  # fmt: skip


class PlanList(serializers.Serializer):
    data = PlanOut(many=True)


class Plans(APIView):
    permissions = {"GET": "tasks:read"}

    @extend_schema(operation_id="contact_plans_list", summary="List contact plans", responses=PlanList)
    def get(self, request):
        return Response({"data": PlanOut(queries.plans(), many=True).data})


class PlanFiguresOut(serializers.Serializer):
    due = serializers.IntegerField()
    done = serializers.IntegerField()
    on_time = serializers.FloatField(allow_null=True)
    reached = serializers.FloatField(allow_null=True)
    satisfied = serializers.FloatField(allow_null=True)
    problems = serializers.IntegerField()
    wishes = serializers.IntegerField()
    late = serializers.IntegerField()


class PlanFigures(APIView):
    permissions = {"GET": "tasks:read"}

    @extend_schema(
        operation_id="contact_plans_figures", summary="How a plan is kept, and what was found", responses=PlanFiguresOut
    )
    def get(self, request, plan_id):
        plan = queries.plans().get(id=plan_id)
        return Response(PlanFiguresOut(queries.plan_figures(door.moment(), plan.id)).data)


class VisitFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=ContactVisit.State.choices)
    customer = filters.UUIDFilter(field_name="customer_id")
    plan = filters.UUIDFilter(field_name="enrolment__plan_id")

    class Meta:
        model = ContactVisit
        fields: list[str] = []


class VisitOut(serializers.ModelSerializer):
    plan_id = serializers.UUIDField(source="enrolment.plan_id")
    customer_id = serializers.UUIDField()
    task_id = serializers.UUIDField(allow_null=True)
    case_id = serializers.UUIDField(allow_null=True)
    title = serializers.CharField(source="step.title")
    answers = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = ContactVisit
        fields = [
            "id", "plan_id", "customer_id", "task_id", "title", "state", "planned_for", "due_at", "done_at", "satisfied",
            "has_problem", "wants_to_buy", "answers", "text", "case_id",
        ]  # fmt: skip


class Visits(Rows):
    permissions = {"GET": "tasks:read"}
    model = ContactVisit
    serializer_class = VisitOut
    filterset_class = VisitFilter

    def rows(self):
        return seen_by(self.request.auth, queries.visits(), owner="customer__owner")

    @extend_schema(operation_id="visits_list", summary="List return visits, newest first")
    def get(self, request):
        return super().get(request)


class FindingIn(Shape):
    satisfied = serializers.IntegerField(min_value=1, max_value=5, required=False)
    has_problem = serializers.BooleanField(required=False, help_text="Opens a case.")
    wants_to_buy = serializers.BooleanField(required=False, help_text="Makes a task.")
    answers = serializers.DictField(child=serializers.CharField(max_length=500), required=False)
    text = serializers.CharField(max_length=5000, required=False, allow_blank=True)


class RecordFinding(APIView):
    permissions = {"POST": "tasks:write"}

    @extend_schema(
        operation_id="visits_find", summary="Write down what a visit found", request=FindingIn, responses=VisitOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, visit_id):
        seen_by(request.auth, queries.visits(), owner="customer__owner").get(id=visit_id)
        return Response(VisitOut(operations.record_finding(visit_id, **read(FindingIn, request))).data)
