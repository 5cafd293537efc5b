"""REST: pipelines, their stages, reasons for losing."""

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.models import DealStage, LossReason, Pipeline
from crm.operations import deals as selling
from crm.queries import deals as reading
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read
from tenancy.models import Membership


class NameField(serializers.DictField):
    """Texts by language: {"en": …, "zh-hans": …}."""

    child = serializers.CharField(max_length=60, allow_blank=True)

    def to_internal_value(self, data):
        values = super().to_internal_value(data)
        if unknown := set(values) - {"en", "zh-hans"}:
            raise serializers.ValidationError({name: ["en or zh-hans"] for name in sorted(unknown)})
        return values


class DealStageOut(serializers.ModelSerializer):
    pipeline_id = serializers.UUIDField()
    responsible_id = serializers.UUIDField(allow_null=True)
    name = serializers.DictField(child=serializers.CharField())
    required_fields = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = DealStage
        fields = [
            "id", "pipeline_id", "name", "kind", "position", "probability", "colour", "ageing_days", "responsible_id",
            "responsible_role", "required_fields", "archived_at",
        ]  # fmt: skip


class PipelineOut(serializers.ModelSerializer):
    name = serializers.DictField(child=serializers.CharField())
    stages = serializers.SerializerMethodField()

    class Meta:
        model = Pipeline
        fields = ["id", "name", "position", "is_default", "archived_at", "created_at", "stages"]

    @extend_schema_field(DealStageOut(many=True))
    def get_stages(self, pipeline):
        used = [stage for stage in pipeline.stages.all() if stage.archived_at is None]
        used.sort(key=lambda stage: (("open", "won", "lost").index(stage.kind), stage.position))
        return DealStageOut(used, many=True).data


class PipelineIn(Shape):
    name = NameField()
    with_stages = serializers.BooleanField(default=True, help_text="False: one open stage and the two ends.")


class PipelinePatch(Shape):
    name = NameField(required=False)
    is_default = serializers.BooleanField(required=False, help_text="True makes it the default; another one stops being it.")


def _shown(pipeline_id, status: int = 200) -> Response:
    return Response(PipelineOut(reading.pipelines(archived=True).get(id=pipeline_id)).data, status=status)


class Pipelines(Rows):
    permissions = {"GET": "deals:read", "POST": "settings:write"}
    model = Pipeline
    serializer_class = PipelineOut

    def rows(self):
        selling.ensure_pipeline()
        return reading.pipelines(archived=True)

    @extend_schema(operation_id="pipelines_list", summary="List pipelines with their stages")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="pipelines_create", summary="Set up a pipeline", request=PipelineIn, responses={201: PipelineOut},
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        body = read(PipelineIn, request)
        return _shown(selling.make_pipeline(body["name"], with_stages=body["with_stages"]).id, 201)


class OnePipeline(APIView):
    permissions = {"GET": "deals:read", "PATCH": "settings:write"}

    @extend_schema(operation_id="pipelines_retrieve", summary="Read a pipeline", responses=PipelineOut)
    def get(self, request, pipeline_id):
        return _shown(pipeline_id)

    @extend_schema(
        operation_id="pipelines_update", summary="Change a pipeline", request=PipelinePatch, responses=PipelineOut
    )
    def patch(self, request, pipeline_id):
        selling.change_pipeline(pipeline_id, **read(PipelinePatch, request, partial=True))
        return _shown(pipeline_id)


class PipelineArchiveIn(Shape):
    is_archived = serializers.BooleanField(default=True)


class ArchivePipeline(APIView):
    permissions = {"POST": "settings:write"}

    @extend_schema(
        operation_id="pipelines_archive", summary="Archive a pipeline, or bring it back", request=PipelineArchiveIn,
        responses=PipelineOut,
    )  # fmt: skip
    def post(self, request, pipeline_id):
        turn = selling.archive_pipeline if read(PipelineArchiveIn, request)["is_archived"] else selling.restore_pipeline
        return _shown(turn(pipeline_id).id)


# --- stages ---------------------------------------------------------------------------------------------------


class DealStagePatch(Shape):
    name = NameField()
    probability = serializers.IntegerField(min_value=0, max_value=100, required=False)
    colour = serializers.RegexField(r"^#[0-9a-fA-F]{6}$", required=False)
    ageing_days = serializers.IntegerField(min_value=1, max_value=3650, required=False, allow_null=True)
    responsible_id = serializers.UUIDField(required=False, allow_null=True)
    responsible_role = serializers.ChoiceField([("", ""), *Membership.Role.choices], required=False)
    required_fields = serializers.ListField(
        child=serializers.CharField(max_length=80), required=False, max_length=30,
        help_text="amount, expected_close, next_step, owner, company, source_id, lines, or custom:<key> of a deal's field",
    )  # fmt: skip


class Stages(APIView):
    permissions = {"POST": "settings:write"}

    @extend_schema(
        operation_id="deal_stages_create",
        summary="Add an open stage",
        request=DealStagePatch,
        responses={201: DealStageOut},
        parameters=[IDEMPOTENCY_HEADER],
    )
    @idempotent()
    def post(self, request, pipeline_id):
        return Response(DealStageOut(selling.add_stage(pipeline_id, **read(DealStagePatch, request))).data, status=201)


class StageOrderIn(Shape):
    stage_ids = serializers.ListField(child=serializers.UUIDField(), max_length=100)


class StageOrder(APIView):
    permissions = {"POST": "settings:write"}

    @extend_schema(
        operation_id="deal_stages_arrange", summary="Put the open stages into an order", request=StageOrderIn,
        responses=PipelineOut,
        description="Deals stay where they are. Stages left out follow; won and lost stay at the end.",
    )  # fmt: skip
    def post(self, request, pipeline_id):
        selling.arrange_stages(pipeline_id, read(StageOrderIn, request)["stage_ids"])
        return _shown(pipeline_id)


class OneStage(APIView):
    permissions = {"GET": "deals:read", "PATCH": "settings:write"}

    @extend_schema(operation_id="deal_stages_retrieve", summary="Read a stage", responses=DealStageOut)
    def get(self, request, stage_id):
        return Response(DealStageOut(DealStage.objects.get(id=stage_id)).data)

    @extend_schema(
        operation_id="deal_stages_update", summary="Change a stage", request=DealStagePatch, responses=DealStageOut
    )
    def patch(self, request, stage_id):
        return Response(DealStageOut(selling.change_stage(stage_id, **read(DealStagePatch, request, partial=True))).data)


class StageArchiveIn(PipelineArchiveIn):
    move_to = serializers.UUIDField(required=False, help_text="Where the deals in it go; needed when there are any.")


class ArchiveStage(APIView):
    permissions = {"POST": "settings:write"}

    @extend_schema(
        operation_id="deal_stages_archive", summary="Archive a stage, or bring it back", request=StageArchiveIn,
        responses=DealStageOut,
    )  # fmt: skip
    def post(self, request, stage_id):
        body = read(StageArchiveIn, request)
        if not body["is_archived"]:
            return Response(DealStageOut(selling.restore_stage(stage_id)).data)
        return Response(DealStageOut(selling.archive_stage(stage_id, move_to=body.get("move_to"))).data)


# --- reasons ----------------------------------------------------------------------------------------------------


class LossReasonOut(serializers.ModelSerializer):
    parent_id = serializers.UUIDField(allow_null=True)
    name = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = LossReason
        fields = ["id", "parent_id", "name", "position", "archived_at"]


class LossReasonIn(Shape):
    name = NameField()
    parent_id = serializers.UUIDField(required=False, allow_null=True)


class LossReasonPatch(Shape):
    name = NameField(required=False)
    is_archived = serializers.BooleanField(required=False)


class LossReasons(Rows):
    permissions = {"GET": "deals:read", "POST": "settings:write"}
    model = LossReason
    serializer_class = LossReasonOut

    def rows(self):
        selling.ensure_pipeline()
        return LossReason.objects.all()

    @extend_schema(operation_id="loss_reasons_list", summary="List why deals are lost, in two levels")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="loss_reasons_create", summary="Add a reason", request=LossReasonIn, responses={201: LossReasonOut},
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        body = read(LossReasonIn, request)
        return Response(LossReasonOut(selling.add_loss_reason(body.pop("name"), **body)).data, status=201)


class OneLossReason(APIView):
    permissions = {"PATCH": "settings:write"}

    @extend_schema(
        operation_id="loss_reasons_update", summary="Rename or archive a reason", request=LossReasonPatch,
        responses=LossReasonOut,
    )  # fmt: skip
    def patch(self, request, loss_reason_id):
        body = read(LossReasonPatch, request, partial=True)
        return Response(LossReasonOut(selling.change_loss_reason(loss_reason_id, **body)).data)
