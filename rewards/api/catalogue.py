"""REST: the catalogue: items and their stock."""

import django_filters
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from rewards import operations
from rewards.models import CatalogueItem
from rewards.queries.catalogue import items_with_orders, on_offer, ways
from tenancy import door
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read

_MOST = 10**12


class BothLanguages(Shape):
    zh_hans = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    en = serializers.CharField(max_length=2000, required=False, allow_blank=True)

    def get_fields(self):
        fields = super().get_fields()
        return {"zh-hans": fields["zh_hans"], "en": fields["en"]}


class ItemOut(serializers.ModelSerializer):
    name = serializers.DictField(child=serializers.CharField())
    description = serializers.DictField(child=serializers.CharField())
    responsible_id = serializers.UUIDField(allow_null=True)
    stock = serializers.IntegerField(allow_null=True, help_text="Pieces that are still free; null: without limit.")
    ways = serializers.SerializerMethodField(help_text="How it reaches people: send, fetch, hand_over.")
    open_pieces = serializers.IntegerField(help_text="Ordered, and not there yet.")
    ordered_pieces = serializers.IntegerField(help_text="Ordered in all, less what was cancelled or returned.")

    class Meta:
        model = CatalogueItem
        fields = [
            "id", "kind", "name", "description", "points", "money_minor", "currency", "stock", "per_customer", "opens_at",
            "closes_at", "can_be_sent", "can_be_fetched", "ways", "is_on_offer", "position", "responsible_id",
            "open_pieces", "ordered_pieces", "created_at",
        ]  # fmt: skip

    def get_ways(self, item: CatalogueItem) -> list[str]:
        return list(ways(item))


class ItemIn(Shape):
    kind = serializers.ChoiceField(CatalogueItem.Kind.choices)
    name = BothLanguages()
    description = BothLanguages(required=False)
    points = serializers.IntegerField(min_value=1, max_value=_MOST, help_text="The price of one piece.")
    money_minor = serializers.IntegerField(
        min_value=0, max_value=_MOST, default=0, help_text="To be paid at pick-up or delivery, beside the points."
    )
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False)
    stock = serializers.IntegerField(min_value=0, max_value=_MOST, allow_null=True, default=None)
    per_customer = serializers.IntegerField(min_value=1, max_value=10**6, allow_null=True, default=None)
    opens_at = serializers.DateTimeField(allow_null=True, default=None)
    closes_at = serializers.DateTimeField(allow_null=True, default=None)
    can_be_sent = serializers.BooleanField(default=False)
    can_be_fetched = serializers.BooleanField(default=False)
    is_on_offer = serializers.BooleanField(default=True)
    responsible_id = serializers.UUIDField(allow_null=True, default=None)


class ItemChangeIn(ItemIn):
    """Any of these; stock is moved by its own endpoint, because orders move it too."""

    kind = None
    stock = None


class StockIn(Shape):
    pieces = serializers.IntegerField(
        min_value=-_MOST, max_value=_MOST, allow_null=True, help_text="Negative takes out; null: without limit from now on."
    )


class CodesIn(Shape):
    codes = serializers.ListField(child=serializers.CharField(max_length=200), min_length=1, max_length=5000)


class CodesOut(serializers.Serializer):
    added = serializers.IntegerField(help_text="Those that were new.")


class ItemFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=CatalogueItem.Kind.choices)
    on_offer = django_filters.BooleanFilter(method="by_offer", label="Can be ordered now, stock aside.")

    class Meta:
        model = CatalogueItem
        fields = ["kind", "on_offer"]

    def by_offer(self, queryset, name, value):
        wanted = on_offer(door.moment())
        return queryset.filter(wanted if value else ~wanted)


class Items(Rows):
    permissions = {"GET": "rewards:read", "POST": "loyalty:write"}
    model = CatalogueItem
    serializer_class = ItemOut
    filterset_class = ItemFilter

    def rows(self):
        return items_with_orders()

    @extend_schema(operation_id="catalogue_list", summary="List the catalogue, newest first")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="catalogue_create", summary="Put something into the catalogue", request=ItemIn,
        responses={201: ItemOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request):
        return Response(_shown(operations.create_item(**read(ItemIn, request)).id), status=201)


class OneItem(APIView):
    permissions = {"GET": "rewards:read", "PATCH": "loyalty:write"}

    @extend_schema(operation_id="catalogue_retrieve", summary="Read an item", responses=ItemOut)
    def get(self, request, item_id):
        return Response(_shown(item_id))

    @extend_schema(
        operation_id="catalogue_change", summary="Change an item; open orders keep their price", request=ItemChangeIn,
        responses=ItemOut,
    )  # fmt: skip
    def patch(self, request, item_id):
        operations.change_item(item_id, **read(ItemChangeIn, request, partial=True))
        return Response(_shown(item_id))


class ItemStock(APIView):
    permissions = {"POST": "loyalty:write"}

    @extend_schema(
        operation_id="catalogue_stock", summary="Put pieces in, take some out, or stop counting", request=StockIn,
        responses=ItemOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, item_id):
        pieces = read(StockIn, request)["pieces"]
        if pieces is None:
            operations.lift_stock_limit(item_id)
        else:
            operations.add_stock(item_id, pieces=pieces)
        return Response(_shown(item_id))


class ItemCodes(APIView):
    permissions = {"POST": "loyalty:write"}

    @extend_schema(
        operation_id="catalogue_codes", summary="Take in voucher codes, to be issued as they are ordered", request=CodesIn,
        responses=CodesOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, item_id):
        return Response(CodesOut({"added": operations.add_codes(item_id, read(CodesIn, request)["codes"])}).data)


def _shown(item_id) -> dict:
    return ItemOut(items_with_orders().get(id=item_id)).data


urlpatterns = [
    path("catalogue", Items.as_view()),
    path("catalogue/<uuid:item_id>", OneItem.as_view()),
    path("catalogue/<uuid:item_id>/stock", ItemStock.as_view()),
    path("catalogue/<uuid:item_id>/codes", ItemCodes.as_view()),
]
