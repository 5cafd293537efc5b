"""REST: deals, their moves and products, columns of the board."""

from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.api.shapes import MINOR
from crm.deal_filters import DealFilter
from crm.models import Deal, DealLine, DealMove, DealStage
from crm.operations import deals as selling
from crm.queries import deals as reading
from crm.queries.deal_money import kept_by_deal
from crm.queries.sight import seen_by
from crm.rules.deals import whole_days
from foundation.numbers import whole_number
from tenancy import door
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read

_signer = Signer(salt="deals.column.api")


def seen_deals(request):
    return seen_by(request.auth, reading.deals())


def seen_deal(request, deal_id) -> Deal:
    """Find a deal that this principal sees; any other is 404."""
    return seen_deals(request).get(id=deal_id)


class DealLineOut(serializers.ModelSerializer):
    product_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = DealLine
        fields = ["id", "product_id", "name", "quantity", "unit_minor", "discount_percent", "amount_minor"]


class DealOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField()
    company_id = serializers.UUIDField(allow_null=True)
    pipeline_id = serializers.UUIDField()
    stage_id = serializers.UUIDField()
    owner_id = serializers.UUIDField(allow_null=True)
    loss_reason_id = serializers.UUIDField(allow_null=True)
    custom = serializers.DictField()
    kept_minor = serializers.SerializerMethodField(help_text="What has come and stayed.")
    sales_cycle_days = serializers.SerializerMethodField(help_text="Days it was open in all, once closed.")

    class Meta:
        model = Deal
        fields = [
            "id", "title", "customer_id", "company_id", "pipeline_id", "stage_id", "state", "owner_id", "amount_minor",
            "currency", "is_amount_by_hand", "kept_minor", "expected_close", "source", "source_id", "next_step",
            "next_step_on", "custom", "version", "stage_since", "created_at", "updated_at", "opened_at", "closed_at",
            "sales_cycle_days", "loss_reason_id", "competitor", "closing_note",
        ]  # fmt: skip

    def get_kept_minor(self, deal: Deal) -> int:
        kept = self.context.get("kept")
        return (kept if kept is not None else kept_by_deal([deal.id])).get(deal.id, 0)

    @extend_schema_field(OpenApiTypes.INT)
    def get_sales_cycle_days(self, deal: Deal) -> int | None:
        return whole_days(deal.open_seconds) if deal.closed_at else None


def shown(request, deal_id, *, status: int = 200) -> Response:
    return Response(DealOut(seen_deal(request, deal_id)).data, status=status)


class DealLineIn(Shape):
    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    product_id = serializers.UUIDField(required=False, allow_null=True)
    quantity = serializers.IntegerField(min_value=1, max_value=2**31 - 1, default=1)
    unit_minor = serializers.IntegerField(**MINOR)
    discount_percent = serializers.DecimalField(5, 2, min_value=0, max_value=100, default=0)


class DealPatch(Shape):
    title = serializers.CharField(max_length=200)
    customer_id = serializers.UUIDField()
    company_id = serializers.UUIDField(required=False, allow_null=True)
    owner_id = serializers.UUIDField(required=False, allow_null=True)
    amount_minor = serializers.IntegerField(**MINOR, required=False)
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False)
    expected_close = serializers.DateField(required=False, allow_null=True)
    source = serializers.ChoiceField(Deal.Source.choices, required=False)
    source_id = serializers.UUIDField(required=False, allow_null=True, help_text="Of the lead, referral or campaign.")
    next_step = serializers.CharField(max_length=200, required=False, allow_blank=True)
    next_step_on = serializers.DateField(required=False, allow_null=True)
    custom = serializers.DictField(required=False, help_text="Own fields, by key; null takes one away, others stay.")


class DealChange(DealPatch):
    is_amount_by_hand = serializers.BooleanField(required=False, help_text="False: the amount is the sum of the lines.")
    version = serializers.IntegerField(required=False, help_text="The one you read; when it is another by now, 409.")


class DealIn(DealPatch):
    pipeline_id = serializers.UUIDField(required=False)
    stage_id = serializers.UUIDField(required=False, help_text="The first of the pipeline unless told.")
    opened_at = serializers.DateTimeField(required=False)
    lines = DealLineIn(many=True, required=False)


def _lines(rows) -> list[selling.LineReport]:
    return [selling.LineReport(**row) for row in rows]


class Deals(Rows):
    permissions = {"GET": "deals:read", "POST": "deals:write"}
    model = Deal
    serializer_class = DealOut
    filterset_class = DealFilter

    def rows(self):
        return seen_deals(self.request)

    @extend_schema(operation_id="deals_list", summary="List deals, newest first")
    def get(self, request):
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        kept = kept_by_deal([deal.id for deal in page])
        return self.get_paginated_response(DealOut(page, many=True, context={"kept": kept}).data)

    @extend_schema(
        operation_id="deals_create", summary="Begin a deal", request=DealIn, responses={201: DealOut},
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        body = {"source": "api", **read(DealIn, request)}
        deal = selling.create_deal(lines=_lines(body.pop("lines", [])), **body)
        return shown(request, deal.id, status=201)


class OneDeal(APIView):
    permissions = {"GET": "deals:read", "PATCH": "deals:write", "DELETE": "deals:write"}

    @extend_schema(operation_id="deals_retrieve", summary="Read a deal", responses=DealOut)
    def get(self, request, deal_id):
        return shown(request, deal_id)

    @extend_schema(operation_id="deals_update", summary="Change a deal", request=DealChange, responses=DealOut)
    def patch(self, request, deal_id):
        seen_deal(request, deal_id)
        body = read(DealChange, request, partial=True)
        selling.change_deal(deal_id, expected_version=body.pop("version", None), **body)
        return shown(request, deal_id)

    @extend_schema(
        operation_id="deals_delete", summary="Delete a deal that was a mistake", responses={204: None},
        description="One for which money has come is kept: 409.",
    )  # fmt: skip
    def delete(self, request, deal_id):
        seen_deal(request, deal_id)
        selling.delete_deal(deal_id)
        return Response(status=204)


# --- lines and history -------------------------------------------------------------------------------------------


class DealLinesIn(Shape):
    lines = DealLineIn(many=True)
    is_amount_by_hand = serializers.BooleanField(required=False)
    version = serializers.IntegerField(required=False)


class DealLinesOut(serializers.Serializer):
    amount_minor = serializers.IntegerField()
    currency = serializers.CharField()
    is_amount_by_hand = serializers.BooleanField()
    lines = DealLineOut(many=True)


class Lines(APIView):
    permissions = {"GET": "deals:read", "PUT": "deals:write"}

    @extend_schema(operation_id="deal_lines_retrieve", summary="Read what a deal would sell", responses=DealLinesOut)
    def get(self, request, deal_id):
        deal = seen_deal(request, deal_id)
        facts = {"amount_minor": deal.amount_minor, "currency": deal.currency, "is_amount_by_hand": deal.is_amount_by_hand}
        return Response(facts | {"lines": DealLineOut(deal.lines.order_by("position"), many=True).data})

    @extend_schema(
        operation_id="deal_lines_replace",
        summary="Replace what a deal would sell",
        request=DealLinesIn,
        responses=DealLinesOut,
    )
    def put(self, request, deal_id):
        seen_deal(request, deal_id)
        body = read(DealLinesIn, request)
        selling.set_lines(
            deal_id,
            _lines(body["lines"]),
            is_amount_by_hand=body.get("is_amount_by_hand"),
            expected_version=body.get("version"),
        )
        return self.get(request, deal_id)


class DealMoveOut(serializers.ModelSerializer):
    from_stage_id = serializers.UUIDField(allow_null=True)
    to_stage_id = serializers.UUIDField()
    from_owner_id = serializers.UUIDField(allow_null=True)
    to_owner_id = serializers.UUIDField(allow_null=True)
    reason_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = DealMove
        fields = [
            "id",
            "kind",
            "from_stage_id",
            "to_stage_id",
            "stayed_seconds",
            "from_owner_id",
            "to_owner_id",
            "reason_id",
            "note",
            "actor_kind",
            "actor_id",
            "occurred_at",
        ]


class Moves(Rows):
    permissions = {"GET": "deals:read"}
    model = DealMove
    serializer_class = DealMoveOut

    def rows(self):
        return DealMove.objects.filter(deal=seen_deal(self.request, self.kwargs["deal_id"]))

    @extend_schema(operation_id="deal_moves_list", summary="List the steps of a deal, newest first")
    def get(self, request, deal_id):
        return super().get(request)


# --- the board ---------------------------------------------------------------------------------------------------


class ColumnSumOut(serializers.Serializer):
    currency = serializers.CharField()
    amount_minor = serializers.IntegerField()


class DealColumnOut(serializers.Serializer):
    stage_id = serializers.UUIDField()
    count = serializers.IntegerField()
    sums = ColumnSumOut(many=True)
    data = DealOut(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class Column(Rows):
    """One column of the board in its order; the filters are those of the list."""

    permissions = {"GET": "deals:read"}
    model = Deal
    serializer_class = DealOut
    filterset_class = DealFilter

    def rows(self):
        return reading.on_board(seen_deals(self.request), door.moment())

    @extend_schema(
        operation_id="deal_columns_retrieve", summary="Read a column of the board", responses=DealColumnOut,
        parameters=[OpenApiParameter("after", str), OpenApiParameter("limit", int)],
        description="Counts and sums are over the whole column, each currency by itself. Won and lost ones: last 30 days.",
    )  # fmt: skip
    def get(self, request, stage_id):
        stage = DealStage.objects.get(id=stage_id)
        limit = whole_number(request.query_params.get("limit", "50"))
        if limit is None or not 1 <= limit <= 200:
            raise ValidationError({"limit": [gettext("Use a whole number from 1 to 200.")]})
        after = _place(request.query_params.get("after"))
        found = reading.column(self.filter_queryset(self.get_queryset()), stage, after=after, size=limit)
        kept = kept_by_deal([deal.id for deal in found.deals])
        return Response({
            "stage_id": stage.id, "count": found.count,
            "sums": [{"currency": currency, "amount_minor": minor} for currency, minor in found.sums],
            "data": DealOut(found.deals, many=True, context={"kept": kept}).data,
            "next_cursor": _signer.sign(f"{found.after[0]}|{found.after[1]}") if found.after else None,
        })  # fmt: skip


def _place(cursor: str | None):
    if not cursor:
        return None
    try:
        rank, _, deal_id = _signer.unsign(cursor).partition("|")
        return int(rank), deal_id
    except (BadSignature, ValueError):
        raise ValidationError({"after": ["This cursor was not given by us."]}) from None
