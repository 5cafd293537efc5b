"""REST: customers who may be one person, merging them, and undoing it."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm import operations
from crm.filters import DuplicateFilter, MergeFilter
from crm.masking import is_hidden
from crm.models import Customer, DuplicatePair, Merge
from crm.operations.merging import Plan, UndoPlan
from crm.operations.merging.fields import CHOSEN_NAMES, WAYS
from crm.queries import duplicates, merging
from crm.queries.sight import seen_by
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read


class DuplicateOut(serializers.ModelSerializer):
    first_id = serializers.UUIDField()
    second_id = serializers.UUIDField()
    reasons = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = DuplicatePair
        fields = ["id", "first_id", "second_id", "score", "reasons", "state", "found_at", "dismissed_at"]


def _seen(request, *customer_ids: UUID) -> None:
    """Make customers whom this principal does not see as if they were not there."""
    seen = set(seen_by(request.auth, Customer.objects.filter(id__in=customer_ids)).values_list("id", flat=True))
    for one in customer_ids:
        if one not in seen:
            raise Customer.DoesNotExist(one)


class Duplicates(Rows):
    permissions = {"GET": "customers:read"}
    model = DuplicatePair
    serializer_class = DuplicateOut
    filterset_class = DuplicateFilter

    def rows(self):
        rows = seen_by(self.request.auth, duplicates.pairs(), owner="first__owner")
        return seen_by(self.request.auth, rows, owner="second__owner")

    @extend_schema(
        operation_id="duplicates_list", summary="List pairs of customers who may be one person",
        description="Newest first. The score goes from 50 to 100; the reasons say what speaks for it and against it.",
    )  # fmt: skip
    def get(self, request):
        return super().get(request)


class _Judge(APIView):
    permissions = {"POST": "customers:merge"}

    def judged(self, request, pair_id, verb) -> Response:
        pair = DuplicatePair.objects.get(id=pair_id)
        _seen(request, pair.first_id, pair.second_id)
        return Response(DuplicateOut(verb(pair_id)).data)


class DismissDuplicate(_Judge):
    @extend_schema(
        operation_id="duplicates_dismiss", summary="Remember that two customers are two people", request=None,
        responses=DuplicateOut,
    )  # fmt: skip
    def post(self, request, pair_id):
        return self.judged(request, pair_id, operations.dismiss_pair)


class ReopenDuplicate(_Judge):
    @extend_schema(
        operation_id="duplicates_reopen", summary="Ask again whether two customers are one", request=None,
        responses=DuplicateOut,
    )  # fmt: skip
    def post(self, request, pair_id):
        return self.judged(request, pair_id, operations.reopen_pair)


# --- merging ---------------------------------------------------------------------------------------------


class MergeIn(Shape):
    loser_id = serializers.UUIDField(help_text="Becomes one with the customer in the address.")
    dry_run = serializers.BooleanField(default=False, help_text="Only say what would be done.")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ChoiceField(WAYS), required=False,
        help_text="What is kept where the two differ, by field: winner, loser, or both (note, custom, tags).",
    )  # fmt: skip
    answers = serializers.DictField(
        child=serializers.CharField(max_length=20), required=False, help_text="Answers to the plan's questions, by code."
    )


class _FieldChoiceOut(serializers.Serializer):
    name = serializers.ChoiceField(CHOSEN_NAMES)
    winner = serializers.JSONField()
    loser = serializers.JSONField()
    default = serializers.ChoiceField(WAYS)
    options = serializers.ListField(child=serializers.ChoiceField(WAYS))

    def to_representation(self, choice) -> dict:
        """Say that the two differ, not how, where the reader's role does not see the field."""
        shown = super().to_representation(choice)
        return shown | {"winner": None, "loser": None} if is_hidden(shown["name"]) else shown


class _LineOut(serializers.Serializer):
    code = serializers.CharField()
    count = serializers.IntegerField()


class _QuestionOut(serializers.Serializer):
    code = serializers.CharField()
    text = serializers.CharField()
    options = serializers.ListField(child=serializers.CharField())
    default = serializers.CharField(allow_blank=True, help_text="Empty: it has to be answered.")


class MergePlanOut(serializers.Serializer):
    winner_id = serializers.UUIDField()
    loser_id = serializers.UUIDField()
    field_choices = _FieldChoiceOut(many=True)
    moves = _LineOut(many=True)
    notes = serializers.ListField(child=serializers.CharField())
    questions = _QuestionOut(many=True)
    blocks = serializers.ListField(child=serializers.CharField(), help_text="Not empty: it cannot be done now.")


class MergeOut(serializers.ModelSerializer):
    winner_id = serializers.UUIDField()
    loser_id = serializers.UUIDField()
    moved = serializers.DictField(child=serializers.IntegerField())

    class Meta:
        model = Merge
        fields = ["id", "winner_id", "loser_id", "moved", "merged_at", "undo_until", "undone_at"]


class MergeAnswerOut(serializers.Serializer):
    """A plan for a dry run, else the merge."""

    merge = MergeOut(allow_null=True)
    plan = MergePlanOut(allow_null=True)


class MergeCustomer(APIView):
    permissions = {"POST": "customers:merge"}

    @extend_schema(
        operation_id="customers_merge", summary="Make another customer one with this one", request=MergeIn,
        responses={200: MergeAnswerOut, 201: MergeAnswerOut}, parameters=[IDEMPOTENCY_HEADER],
        description="With `dry_run` nothing is written and the plan is answered. Afterwards the loser's addresses answer "
        "308 with the winner's, and an order told for the loser's id is the winner's. It can be undone for 30 days.",
    )  # fmt: skip
    @idempotent()
    def post(self, request, customer_id):
        body = read(MergeIn, request)
        _seen(request, customer_id, body["loser_id"])
        if body["dry_run"]:
            return Response({"merge": None, "plan": _plan(operations.plan_merge(customer_id, body["loser_id"]))})
        choices = {name: body.get(name) for name in ("fields", "answers")}
        merge = operations.merge_customers(customer_id, body["loser_id"], **choices)
        return Response({"merge": MergeOut(merge).data, "plan": None}, status=201)


def _plan(plan: Plan) -> dict:
    return MergePlanOut(
        {
            "winner_id": plan.winner.id, "loser_id": plan.loser.id,
            "field_choices": [
                {"name": one.name, "winner": _plain(one.winner), "loser": _plain(one.loser), "default": one.default,
                 "options": one.options}
                for one in plan.fields
            ],
            "moves": plan.lines, "notes": plan.notes, "blocks": plan.blocks,
            "questions": [
                {"code": one.code, "text": one.text, "options": [value for value, _label in one.options],
                 "default": one.default}
                for one in plan.questions
            ],
        }
    ).data  # fmt: skip


def _plain(value):
    return value if value is None or isinstance(value, (str, list, dict)) else str(value)


class Merges(Rows):
    permissions = {"GET": "customers:read"}
    model = Merge
    serializer_class = MergeOut
    filterset_class = MergeFilter

    def rows(self):
        return seen_by(self.request.auth, merging.merges(), owner="winner__owner")

    @extend_schema(operation_id="merges_list", summary="List merges, newest first")
    def get(self, request):
        return super().get(request)


class UndoIn(Shape):
    dry_run = serializers.BooleanField(default=False, help_text="Only say what would be done.")


class UndoPlanOut(serializers.Serializer):
    stays = _LineOut(many=True, help_text="What came since and stays with the winner.")
    notes = serializers.ListField(child=serializers.CharField())
    blocks = serializers.ListField(child=serializers.CharField(), help_text="Not empty: it cannot be undone.")


class UndoAnswerOut(serializers.Serializer):
    """A plan for a dry run, else the merge."""

    merge = MergeOut(allow_null=True)
    plan = UndoPlanOut(allow_null=True)


class UndoMerge(APIView):
    permissions = {"POST": "customers:merge"}

    @extend_schema(
        operation_id="merges_undo", summary="Make two customers of one again", request=UndoIn, responses=UndoAnswerOut,
        parameters=[IDEMPOTENCY_HEADER],
        description="What was moved goes back; what came since the merge stays with the winner.",
    )  # fmt: skip
    @idempotent()
    def post(self, request, merge_id):
        body = read(UndoIn, request)
        _seen(request, Merge.objects.get(id=merge_id).winner_id)
        if body["dry_run"]:
            return Response({"merge": None, "plan": _undo_plan(operations.plan_undo(merge_id))})
        return Response({"merge": MergeOut(operations.undo_merge(merge_id)).data, "plan": None})


def _undo_plan(plan: UndoPlan) -> dict:
    return UndoPlanOut({"stays": plan.stays, "notes": plan.notes, "blocks": plan.blocks}).data
