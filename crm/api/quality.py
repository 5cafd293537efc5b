"""REST: how good the records are, and the rules that move customers through their stages."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm import operations
from crm.models import Customer, LifecycleRule
from crm.queries.conditions import read_tree
from crm.queries.lifecycle import pending
from crm.queries.quality import quality
from crm.queries.sight import seen_by
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read

CONDITIONS = extend_schema_field(OpenApiTypes.OBJECT)(serializers.JSONField)


class QualityFigureOut(serializers.Serializer):
    key = serializers.CharField()
    label = serializers.CharField()
    count = serializers.IntegerField()
    conditions = CONDITIONS(help_text="Of the customers behind it; POST /segments/preview takes them.")


class QualityOwnerOut(serializers.Serializer):
    owner_id = serializers.UUIDField(allow_null=True)
    customers = serializers.IntegerField()
    stale = serializers.IntegerField()


class QualityOut(serializers.Serializer):
    customers = serializers.IntegerField()
    average_completeness = serializers.IntegerField(help_text="0 to 100.")
    stale_days = serializers.IntegerField()
    bands = QualityFigureOut(many=True)
    missing = QualityFigureOut(many=True)
    others = QualityFigureOut(many=True)
    owners = QualityOwnerOut(many=True)


class DataQuality(APIView):
    permissions = {"GET": "customers:read"}

    @extend_schema(
        operation_id="quality_retrieve", summary="Tell how complete and how fresh the records are", responses=QualityOut,
        description="As on the page Data quality. completeness = 100 × weight of what is filled in / weight of all.",
    )  # fmt: skip
    def get(self, request):
        told = quality(seen_by(request.auth, Customer.objects.all()))
        owners = [{"owner_id": one.owner_id, "customers": one.total, "stale": one.stale} for one in told.owners]
        return Response({
            "customers": told.total, "average_completeness": told.average, "stale_days": told.stale_days, "owners": owners,
            **{name: [_figure(one) for one in getattr(told, name)] for name in ("bands", "missing", "others")},
        })  # fmt: skip


def _figure(one) -> dict:
    return {"key": one.key, "label": str(one.label), "count": one.count, "conditions": one.where}


class LifecycleRuleOut(serializers.ModelSerializer):
    conditions = CONDITIONS()

    class Meta:
        model = LifecycleRule
        fields = ["id", "name", "conditions", "stage", "position", "is_active", "created_at", "last_run_at", "last_moved"]


class LifecycleRuleIn(Shape):
    name = serializers.CharField(max_length=80)
    conditions = CONDITIONS(help_text="As of a segment; at least one condition.")
    stage = serializers.ChoiceField(Customer.Stage.choices, help_text="What the stage becomes.")
    is_active = serializers.BooleanField(required=False)


class LifecycleRules(Rows):
    permissions = {"GET": "customers:read", "POST": "segments:write"}
    model = LifecycleRule
    serializer_class = LifecycleRuleOut

    def rows(self):
        return LifecycleRule.objects.all()

    @extend_schema(operation_id="lifecycle_rules_list", summary="List lifecycle rules; `position` is their order")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="lifecycle_rules_create", summary="Add a lifecycle rule at the end", request=LifecycleRuleIn,
        responses={201: LifecycleRuleOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        rule = operations.create_rule(**_checked(read(LifecycleRuleIn, request), request))
        return Response(LifecycleRuleOut(rule).data, status=201)


def _checked(body: dict, request) -> dict:
    if "conditions" in body:
        body["conditions"] = read_tree(body["conditions"], subject="customer", principal=request.auth)
    return body


class OneLifecycleRule(APIView):
    permissions = {"GET": "customers:read", "PATCH": "segments:write", "DELETE": "segments:write"}

    @extend_schema(operation_id="lifecycle_rules_retrieve", summary="Read a lifecycle rule", responses=LifecycleRuleOut)
    def get(self, request, lifecycle_id):
        return Response(LifecycleRuleOut(LifecycleRule.objects.get(id=lifecycle_id)).data)

    @extend_schema(
        operation_id="lifecycle_rules_update", summary="Change a lifecycle rule", request=LifecycleRuleIn,
        responses=LifecycleRuleOut,
    )  # fmt: skip
    def patch(self, request, lifecycle_id):
        LifecycleRule.objects.get(id=lifecycle_id)
        body = _checked(read(LifecycleRuleIn, request, partial=True), request)
        return Response(LifecycleRuleOut(operations.update_rule(lifecycle_id, **body)).data)

    @extend_schema(operation_id="lifecycle_rules_delete", summary="Delete a lifecycle rule", responses={204: None})
    def delete(self, request, lifecycle_id):
        operations.delete_rule(lifecycle_id)
        return Response(status=204)


class LifecyclePendingOut(serializers.Serializer):
    rule_id = serializers.UUIDField()
    name = serializers.CharField()
    stage = serializers.ChoiceField(Customer.Stage.choices)
    customers = serializers.IntegerField()


class LifecyclePreviewOut(serializers.Serializer):
    data = LifecyclePendingOut(many=True)


class LifecyclePreview(APIView):
    permissions = {"GET": "customers:read"}

    @extend_schema(
        operation_id="lifecycle_preview", summary="Count whom each active rule would move now",
        responses=LifecyclePreviewOut,
        description="The first rule that holds decides. A stage that a person set lately stays.",
    )  # fmt: skip
    def get(self, request):
        rows = [
            {"rule_id": one.rule.id, "name": one.rule.name, "stage": one.rule.stage, "customers": one.rows.count()}
            for one in pending()
        ]
        return Response({"data": rows})
