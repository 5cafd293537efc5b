"""REST: orders of gifts: make them, move them along, call them off."""

import django_filters
from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from rewards import operations
from rewards.api.common import key_of
from rewards.models import GiftOrder, GiftOrderMove
from rewards.queries.catalogue import gift_order_history, gift_orders
from rewards.rules.gift_orders import Address, next_states
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read


class GiftOrderOut(serializers.ModelSerializer):
    item_id = serializers.UUIDField()
    item = serializers.DictField(source="item.name", child=serializers.CharField())
    customer_id = serializers.UUIDField()
    may_become = serializers.SerializerMethodField(help_text="The states it can be moved to.")

    class Meta:
        model = GiftOrder
        fields = [
            "id", "code", "item_id", "item", "customer_id", "quantity", "points", "money_minor", "currency",
            "money_paid_at", "reward_id", "state", "way", "carrier", "tracking_number", "ordered_at", "moved_at",
            "may_become",
        ]  # fmt: skip

    def get_may_become(self, order: GiftOrder) -> list[str]:
        return list(next_states(order.way, order.state))


class GiftOrderMoveOut(serializers.ModelSerializer):
    class Meta:
        model = GiftOrderMove
        fields = ["before", "after", "note", "actor_kind", "actor_id", "occurred_at"]


class MaskedAddressOut(serializers.Serializer):
    name = serializers.CharField()
    phone = serializers.CharField()
    city = serializers.CharField()


class OneGiftOrderOut(GiftOrderOut):
    address = serializers.SerializerMethodField(help_text="Masked; reveal-address shows it.")
    history = serializers.SerializerMethodField()

    class Meta(GiftOrderOut.Meta):
        fields = [*GiftOrderOut.Meta.fields, "address", "history"]

    @extend_schema_field(MaskedAddressOut(allow_null=True))
    def get_address(self, order: GiftOrder):
        return Address(**order.address).masked() if order.address else None

    @extend_schema_field(GiftOrderMoveOut(many=True))
    def get_history(self, order: GiftOrder):
        return GiftOrderMoveOut(gift_order_history(order.id), many=True).data


class GiftAddress(Shape):
    name = serializers.CharField(max_length=80)
    phone = serializers.CharField(max_length=40)
    street = serializers.CharField(max_length=200)
    city = serializers.CharField(max_length=80)
    postcode = serializers.CharField(max_length=20, required=False, allow_blank=True)


class GiftOrderIn(Shape):
    item_id = serializers.UUIDField()
    customer_id = serializers.UUIDField()
    quantity = serializers.IntegerField(min_value=1, max_value=100, default=1)
    way = serializers.ChoiceField(
        GiftOrder.Way.choices, required=False, help_text="May be left out where the item comes one way only."
    )
    address = GiftAddress(required=False, help_text="For send.")


class RevealAddressIn(Shape):
    purpose = serializers.CharField(max_length=200, help_text="Kept in the audit log.")


class ShipGiftIn(Shape):
    carrier = serializers.CharField(max_length=40, required=False, allow_blank=True)
    tracking_number = serializers.CharField(max_length=60, required=False, allow_blank=True)


class IssueGiftIn(Shape):
    issued = serializers.CharField(max_length=2000, help_text="The code, link or words that the customer reads.")


class CancelGiftIn(Shape):
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ReturnGiftIn(Shape):
    note = serializers.CharField(max_length=200)
    is_restocked = serializers.BooleanField(default=True, help_text="False: it cannot be given to anybody else.")


class NothingIn(Shape):
    pass


class GiftOrderFilter(django_filters.FilterSet):
    customer = django_filters.UUIDFilter(field_name="customer_id")
    item = django_filters.UUIDFilter(field_name="item_id")
    reward = django_filters.UUIDFilter(field_name="reward_id")
    state = django_filters.ChoiceFilter(choices=GiftOrder.State.choices)
    code = django_filters.CharFilter()

    class Meta:
        model = GiftOrder
        fields = ["customer", "item", "reward", "state", "code"]


class GiftOrders(Rows):
    permissions = {"GET": "rewards:read", "POST": "till:write"}
    model = GiftOrder
    serializer_class = GiftOrderOut
    filterset_class = GiftOrderFilter

    def rows(self):
        return gift_orders()

    @extend_schema(operation_id="gift_orders_list", summary="List orders of gifts, newest first")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="gift_orders_create", summary="Redeem a customer's points for an item", request=GiftOrderIn,
        responses={201: OneGiftOrderOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request):
        facts = read(GiftOrderIn, request)
        order = operations.order_gift(facts.pop("item_id"), facts.pop("customer_id"), key=key_of(request), **facts)
        return Response(_shown(order), status=201)


class OneGiftOrder(APIView):
    permissions = {"GET": "rewards:read"}

    @extend_schema(operation_id="gift_orders_retrieve", summary="Read an order with its history", responses=OneGiftOrderOut)
    def get(self, request, gift_order_id):
        return Response(_shown(gift_orders().get(id=gift_order_id)))


class RevealAddress(APIView):
    permissions = {"POST": "contacts:reveal"}

    @extend_schema(
        operation_id="gift_orders_reveal_address", summary="Show where an order goes, and note who looked",
        request=RevealAddressIn, responses=GiftAddress,
    )  # fmt: skip
    def post(self, request, gift_order_id):
        gift_orders().get(id=gift_order_id)
        shown = operations.reveal_address(gift_order_id, read(RevealAddressIn, request)["purpose"])
        return Response(GiftAddress(shown.facts()).data)


class CorrectAddress(APIView):
    permissions = {"PUT": "till:write"}

    @extend_schema(
        operation_id="gift_orders_correct_address", summary="Send it elsewhere, before it is sent", request=GiftAddress,
        responses=OneGiftOrderOut,
    )  # fmt: skip
    def put(self, request, gift_order_id):
        return Response(_shown(operations.correct_address(gift_order_id, read(GiftAddress, request))))


def _move(name: str, verb, shape: type[Shape], summary: str) -> type[APIView]:
    """Make the endpoint of one step."""

    class Move(APIView):
        permissions = {"POST": "till:write"}

        @extend_schema(
            operation_id=f"gift_orders_{name}", summary=summary, request=None if shape is NothingIn else shape,
            responses=OneGiftOrderOut, parameters=[IDEMPOTENCY_HEADER],
        )  # fmt: skip
        @idempotent()
        def post(self, request, gift_order_id):
            return Response(_shown(verb(gift_order_id, **read(shape, request))))

    return Move


def _shown(order: GiftOrder) -> dict:
    return OneGiftOrderOut(order).data


_MOVES = [
    ("pack", operations.pack_gift, NothingIn, "Note that it is packed"),
    ("ship", operations.ship_gift, ShipGiftIn, "Note that it was sent"),
    ("deliver", operations.confirm_delivery, NothingIn, "Note that it has arrived"),
    ("ready", operations.make_gift_ready, NothingIn, "Note that it can be picked up"),
    ("hand-out", operations.hand_out_gift, NothingIn, "Note that it was picked up"),
    ("issue", operations.issue_gift, IssueGiftIn, "Hand over a code, a link or words"),
    ("cancel", operations.cancel_gift, CancelGiftIn, "Call it off before it is sent; points and stock come back"),
    ("return", operations.return_gift, ReturnGiftIn, "Take it back; points and stock come back"),
    ("pay", operations.note_payment, NothingIn, "Note that its money part was paid"),
]

urlpatterns = [
    path("gift-orders", GiftOrders.as_view()),
    path("gift-orders/<uuid:gift_order_id>", OneGiftOrder.as_view()),
    path("gift-orders/<uuid:gift_order_id>/address", CorrectAddress.as_view()),
    path("gift-orders/<uuid:gift_order_id>/reveal-address", RevealAddress.as_view()),
    *[
        path(f"gift-orders/<uuid:gift_order_id>/{name}", _move(name.replace("-", "_"), verb, shape, summary).as_view())
        for name, verb, shape, summary in _MOVES
    ],
]
