"""REST: segments, who is in them, and the facts that conditions are made of."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm import operations, queries
from crm.api.customers import CustomerOut
from crm.errors import UnknownCustomer
from crm.models import Customer, Segment
from crm.queries import segments as segmenting
from crm.queries.conditions import GroupAnswer, facts_for, in_words, narrow, read_tree
from crm.queries.sight import seen_by
from crm.rules.conditions import OPERATORS
from tenancy import door
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read

CONDITIONS = extend_schema_field(OpenApiTypes.OBJECT)(serializers.JSONField)
_TREE_HELP = (
    'A group {"match": "all" | "any" | "none", "conditions": […]}, nested at will, of leaves {"fact", "op", "value", '
    '"within_days"}. GET /conditions/facts lists facts and operators. {} is everybody.'
)
_SUBJECTS = ["customer", "order", "task", "referral", "reward", "deal", "lead", "case"]


class CustomerSegmentOut(serializers.ModelSerializer):
    owner_id = serializers.UUIDField(allow_null=True)
    conditions = CONDITIONS(help_text=_TREE_HELP)
    sentence = serializers.SerializerMethodField(help_text="The conditions in words.")

    class Meta:
        model = Segment
        fields = [
            "id", "name", "description", "kind", "conditions", "sentence", "owner_id", "is_shared", "is_followed",
            "followed_at", "created_at", "updated_at",
        ]  # fmt: skip

    def get_sentence(self, segment: Segment) -> str:
        return segmenting.sentence_of(segment)


class CustomerSegmentPatch(Shape):
    name = serializers.CharField(max_length=80)
    description = serializers.CharField(max_length=300, required=False, allow_blank=True)
    conditions = CONDITIONS(required=False, help_text=_TREE_HELP)
    owner_id = serializers.UUIDField(required=False, allow_null=True)
    is_shared = serializers.BooleanField(required=False)
    is_followed = serializers.BooleanField(
        required=False, help_text="Whether it is noted who enters and leaves it: events segment.entered and segment.left."
    )


class CustomerSegmentIn(CustomerSegmentPatch):
    kind = serializers.ChoiceField(Segment.Kind.choices, default=Segment.Kind.DYNAMIC)


class Segments(Rows):
    permissions = {"GET": "customers:read", "POST": "segments:write"}
    model = Segment
    serializer_class = CustomerSegmentOut

    def rows(self):
        return segmenting.segments_for(self.request.auth)

    @extend_schema(operation_id="segments_list", summary="List segments, newest first")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="segments_create", summary="Make a segment", request=CustomerSegmentIn,
        responses={201: CustomerSegmentOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        body = read(CustomerSegmentIn, request)
        _check(body, request)
        is_followed = body.pop("is_followed", False)
        segment = operations.create_segment(**body)
        if is_followed:
            segment = operations.follow_segment(segment.id, is_followed=True)
        return Response(CustomerSegmentOut(segment).data, status=201)


def _check(body, request) -> None:
    """Refuse facts that the key may not read."""
    if "conditions" in body:
        body["conditions"] = read_tree(body["conditions"], subject="customer", principal=request.auth)


class OneSegment(APIView):
    permissions = {"GET": "customers:read", "PATCH": "segments:write", "DELETE": "segments:write"}

    @extend_schema(operation_id="segments_retrieve", summary="Read a segment", responses=CustomerSegmentOut)
    def get(self, request, segment_id):
        return Response(CustomerSegmentOut(segmenting.segment_for(request.auth, segment_id)).data)

    @extend_schema(
        operation_id="segments_update",
        summary="Change a segment",
        request=CustomerSegmentPatch,
        responses=CustomerSegmentOut,
    )
    def patch(self, request, segment_id):
        segmenting.segment_for(request.auth, segment_id)
        body = read(CustomerSegmentPatch, request, partial=True)
        _check(body, request)
        is_followed = body.pop("is_followed", None)
        segment = operations.update_segment(segment_id, **body)
        if is_followed is not None:
            segment = operations.follow_segment(segment_id, is_followed=is_followed)
        return Response(CustomerSegmentOut(segment).data)

    @extend_schema(
        operation_id="segments_delete", summary="Delete a segment that nothing uses", responses={204: None},
        description="409 segment_in_use names the campaigns, segments and rules that need it.",
    )  # fmt: skip
    def delete(self, request, segment_id):
        segmenting.segment_for(request.auth, segment_id)
        operations.delete_segment(segment_id)
        return Response(status=204)


class SegmentCountOut(serializers.Serializer):
    customers = serializers.IntegerField()
    counted_at = serializers.DateTimeField()


class CountSegment(APIView):
    permissions = {"GET": "customers:read"}

    @extend_schema(operation_id="segments_count", summary="Count a segment now", responses=SegmentCountOut)
    def get(self, request, segment_id):
        segment = segmenting.segment_read_by(request.auth, segment_id)
        rows = seen_by(request.auth, segmenting.members_of(segment))
        return Response({"customers": rows.order_by().count(), "counted_at": door.moment()})


class MembersIn(Shape):
    add = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=10_000)
    remove = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=10_000)


class MembersOut(serializers.Serializer):
    added = serializers.IntegerField()
    removed = serializers.IntegerField()


class SegmentMembers(Rows):
    permissions = {"GET": "customers:read", "POST": "segments:write"}
    model = Customer
    serializer_class = CustomerOut

    def rows(self):
        segment = segmenting.segment_read_by(self.request.auth, self.kwargs["segment_id"])
        ids = segmenting.members_of(segment).order_by().values("id")
        return seen_by(self.request.auth, queries.customers().filter(id__in=ids))

    @extend_schema(operation_id="segments_members", summary="List the customers of a segment, newest first")
    def get(self, request, segment_id):
        return super().get(request)

    @extend_schema(
        operation_id="segments_change_members", summary="Put customers on a fixed list, or take them off",
        request=MembersIn, responses=MembersOut, parameters=[IDEMPOTENCY_HEADER],
        description="409 segment_is_dynamic where membership follows from conditions. Unknown ids are left out.",
    )  # fmt: skip
    @idempotent()
    def post(self, request, segment_id):
        segmenting.segment_for(request.auth, segment_id)
        body = read(MembersIn, request)
        added = operations.add_members(segment_id, body.get("add", []))
        removed = operations.remove_members(segment_id, body.get("remove", []))
        return Response({"added": added, "removed": removed})


class ExplainedOut(serializers.Serializer):
    """A group has `match` and no `fact`; a leaf has `fact`, `words` and `actual`. `depth` says how deep it lies."""

    match = serializers.CharField(required=False)
    fact = serializers.CharField(required=False)
    words = serializers.CharField(required=False)
    actual = serializers.CharField(required=False)
    holds = serializers.BooleanField()
    depth = serializers.IntegerField()


class SegmentExplanationOut(serializers.Serializer):
    is_member = serializers.BooleanField()
    lines = ExplainedOut(many=True)


class ExplainSegment(APIView):
    permissions = {"GET": "customers:read"}

    @extend_schema(
        operation_id="segments_explain",
        summary="Say why a customer is in a segment, or why not",
        responses=SegmentExplanationOut,
    )
    def get(self, request, segment_id, customer_id):
        segment = segmenting.segment_read_by(request.auth, segment_id)
        if not seen_by(request.auth, Customer.objects.filter(id=customer_id)).exists():
            raise UnknownCustomer
        answer = segmenting.explain_membership(segment, customer_id, principal=request.auth)
        return Response({"is_member": answer.holds, "lines": [_line(line) for line in answer.lines]})


def _line(line) -> dict:
    if isinstance(line, GroupAnswer):
        return {"match": line.match, "holds": line.holds, "depth": line.depth}
    return {"fact": line.fact, "words": line.words, "actual": line.actual, "holds": line.holds, "depth": line.depth}


class SegmentPreviewIn(Shape):
    conditions = CONDITIONS(help_text=_TREE_HELP)


class SegmentPreviewOut(serializers.Serializer):
    sentence = serializers.CharField()
    customers = serializers.IntegerField()
    sample = serializers.ListField(child=serializers.UUIDField())


class PreviewSegment(APIView):
    permissions = {"POST": "customers:read"}

    @extend_schema(
        operation_id="segments_preview", summary="Count the customers for whom conditions hold, without keeping them",
        request=SegmentPreviewIn, responses=SegmentPreviewOut,
    )  # fmt: skip
    def post(self, request):
        tree = read_tree(read(SegmentPreviewIn, request)["conditions"], subject="customer", principal=request.auth)
        rows = seen_by(request.auth, narrow(Customer.objects.all(), tree, subject="customer"))
        sample = list(rows.order_by("-created_at", "-id").values_list("id", flat=True)[:10])
        return Response({"sentence": in_words(tree, "customer"), "customers": rows.order_by().count(), "sample": sample})


class FactOut(serializers.Serializer):
    key = serializers.CharField()
    label = serializers.CharField()
    group = serializers.CharField()
    type = serializers.CharField()
    is_windowed = serializers.BooleanField(help_text="Whether within_days may stand beside it.")
    operators = serializers.DictField(child=serializers.CharField(), help_text="Operator → shape of its value.")
    choices = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class FactsOut(serializers.Serializer):
    data = FactOut(many=True)


class ConditionFacts(APIView):
    permissions = {"GET": "customers:read"}

    @extend_schema(
        operation_id="conditions_facts", summary="List the facts that conditions can be made of", responses=FactsOut,
        parameters=[OpenApiParameter("subject", str, enum=_SUBJECTS, description="customer unless told")],
        description="Only those that the key may read.",
    )  # fmt: skip
    def get(self, request):
        facts = facts_for(request.query_params.get("subject", "customer"), request.auth).values()
        return Response({"data": [_fact(fact) for fact in facts]})


def _fact(fact) -> dict:
    return {
        "key": fact.key, "label": str(fact.label), "group": str(fact.group), "type": fact.type,
        "is_windowed": fact.is_windowed, "operators": OPERATORS[fact.type],
        "choices": [[str(value), str(label)] for value, label in fact.options],
    }  # fmt: skip
