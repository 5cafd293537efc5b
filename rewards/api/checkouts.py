"""REST of the till: validate → reserve → redeem → release or reverse."""

from typing import Any

import django_filters
from django.urls import path
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from rewards import operations, queries
from rewards.api.common import listed
from rewards.models import Checkout, CouponUse
from rewards.rules.basket import PHASES, ROUNDING
from rewards.rules.coupons import MOST_CODES, Basket, Line, Refusal
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Shape, read

LARGEST = 10**15


class BasketLineIn(Shape):
    amount_minor = serializers.IntegerField(min_value=0, max_value=LARGEST, help_text="Of all pieces, before coupons.")
    quantity = serializers.IntegerField(min_value=1, max_value=10**6, default=1)
    sku = serializers.CharField(max_length=80, default="", allow_blank=True)
    name = serializers.CharField(max_length=200, default="", allow_blank=True)
    category = serializers.CharField(
        max_length=80, default="", allow_blank=True, help_text="Empty: as the article is known by its sku."
    )


class BasketIn(Shape):
    """What lies on the counter: lines, or only what they cost together."""

    currency = serializers.RegexField(r"^[A-Z]{3}$")
    lines = BasketLineIn(many=True, required=False, max_length=500)
    order_minor = serializers.IntegerField(
        min_value=0, max_value=LARGEST, required=False, help_text="Instead of lines, for coupons without articles."
    )
    shipping_minor = serializers.IntegerField(min_value=0, max_value=LARGEST, default=0)
    codes = serializers.ListField(child=serializers.CharField(max_length=40), max_length=MOST_CODES, default=list)
    points = serializers.IntegerField(min_value=0, max_value=10**12, default=0, help_text="To pay with.")
    customer_id = serializers.UUIDField(default=None, allow_null=True, help_text="Without one, the holder of a coupon.")

    def validate(self, told):
        if ("lines" in told) == ("order_minor" in told):
            raise serializers.ValidationError({"lines": [gettext("Send either lines or order_minor.")]})
        return told


class ValidateIn(BasketIn):
    source = serializers.CharField(max_length=40, default="", allow_blank=True)
    external_id = serializers.CharField(max_length=80, default="", allow_blank=True)


class ReserveIn(BasketIn):
    source = serializers.CharField(max_length=40, help_text="Of the order; with external_id its business key.")
    external_id = serializers.CharField(max_length=80)


class CheckoutStepOut(serializers.Serializer):
    """One line of the arithmetic, in its fixed order."""

    phase = serializers.ChoiceField(PHASES)
    code = serializers.CharField(help_text="Of the coupon; empty for points.")
    kind = serializers.CharField()
    base_minor = serializers.IntegerField(help_text="Counted from.")
    amount_minor = serializers.IntegerField(help_text="Taken off.")
    left_minor = serializers.IntegerField(help_text="To pay after it.")
    parts = serializers.ListField(child=serializers.IntegerField(), help_text="Of the amount, by line.")
    worth_minor = serializers.IntegerField(help_text="Of a free article that is put into the basket.")
    gift_sku = serializers.CharField()
    points = serializers.IntegerField()


class RefusalOut(serializers.Serializer):
    code = serializers.CharField(help_text="Of the coupon; empty for points.")
    reason = serializers.CharField()
    sentence = serializers.CharField()


class CalculationOut(serializers.Serializer):
    currency = serializers.CharField()
    goods_minor = serializers.IntegerField()
    shipping_minor = serializers.IntegerField()
    discount_minor = serializers.IntegerField()
    points = serializers.IntegerField()
    points_minor = serializers.IntegerField()
    to_pay_minor = serializers.IntegerField()
    rounding = serializers.CharField()
    steps = CheckoutStepOut(many=True)
    refusals = RefusalOut(many=True)
    gifts = serializers.ListField(child=serializers.CharField(), help_text="Articles to add for nothing, by sku.")


class CouponUseOut(serializers.ModelSerializer):
    code = serializers.CharField(source="coupon.code")
    kind = serializers.CharField(source="coupon.kind.code")

    class Meta:
        model = CouponUse
        fields = ["code", "kind", "state", "discount_minor", "worth_minor"]


class CheckoutOut(CalculationOut):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(Checkout.State.choices)
    source = serializers.CharField()
    external_id = serializers.CharField()
    customer_id = serializers.UUIDField(allow_null=True)
    uses = CouponUseOut(many=True)
    reserved_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    redeemed_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class CheckoutRow(serializers.ModelSerializer):
    customer_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = Checkout
        fields = [
            "id", "state", "source", "external_id", "customer_id", "currency", "goods_minor", "shipping_minor",
            "discount_minor", "points", "points_minor", "to_pay_minor", "reserved_at", "expires_at", "redeemed_at",
            "ended_at",
        ]  # fmt: skip


class ReverseIn(Shape):
    code = serializers.CharField(
        max_length=40, default="", allow_blank=True, help_text="Take back this coupon alone; empty: all, with the points."
    )


class CheckoutFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=Checkout.State.choices)
    customer = django_filters.UUIDFilter(field_name="customer_id")
    source = django_filters.CharFilter()
    external_id = django_filters.CharFilter()

    class Meta:
        model = Checkout
        fields = ["state", "customer", "source", "external_id"]


class Validate(APIView):
    permissions = {"POST": "till:write"}

    @extend_schema(
        operation_id="coupons_validate", summary="Count what coupons and points would do; nothing is reserved",
        request=ValidateIn, responses=CalculationOut,
    )  # fmt: skip
    def post(self, request):
        calculation, _ = queries.assess(asked_of(read(ValidateIn, request)))
        return Response(CalculationOut(plain(calculation)).data)


class Checkouts(ListAPIView):
    permissions = {"GET": "rewards:read", "POST": "till:write"}
    serializer_class = CheckoutRow
    filterset_class = CheckoutFilter

    def get_queryset(self):
        return listed(self, queries.checkouts)

    @extend_schema(operation_id="checkouts_list", summary="List checkouts, newest first")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="checkouts_reserve", summary="Hold coupons and points while the customer pays", request=ReserveIn,
        responses={201: CheckoutOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request):
        return _shown(operations.reserve(asked_of(read(ReserveIn, request))), status=201)


class OneCheckout(APIView):
    permissions = {"GET": "rewards:read"}

    @extend_schema(operation_id="checkouts_get", summary="Show a checkout, step by step", responses=CheckoutOut)
    def get(self, request, checkout_id):
        return _shown(queries.checkout(checkout_id))


class Redeem(APIView):
    permissions = {"POST": "till:write"}

    @extend_schema(
        operation_id="checkouts_redeem", summary="Use what was reserved: the customer has paid", request=None,
        responses=CheckoutOut,
    )  # fmt: skip
    def post(self, request, checkout_id):
        return _shown(operations.redeem(checkout_id))


class Release(APIView):
    permissions = {"POST": "till:write"}

    @extend_schema(
        operation_id="checkouts_release", summary="Let go what was reserved: the order does not come about", request=None,
        responses=CheckoutOut,
    )  # fmt: skip
    def post(self, request, checkout_id):
        return _shown(operations.release(checkout_id))


class Reverse(APIView):
    permissions = {"POST": "till:write"}

    @extend_schema(
        operation_id="checkouts_reverse", summary="Take a redemption back, all of it or one coupon alone", request=ReverseIn,
        responses=CheckoutOut,
    )  # fmt: skip
    def post(self, request, checkout_id):
        return _shown(operations.reverse(checkout_id, **read(ReverseIn, request)))


def asked_of(told: dict[str, Any]) -> queries.Asked:
    lines = told["lines"] if "lines" in told else [{"amount_minor": told["order_minor"]}]
    basket = Basket(tuple(Line(**line) for line in lines), told["currency"], told["shipping_minor"])
    return queries.Asked(
        basket, tuple(told["codes"]), customer_id=told["customer_id"], points=told["points"], source=told["source"],
        external_id=told["external_id"],
    )  # fmt: skip


def plain(found) -> dict[str, Any]:
    """Bring a calculation (rewards.rules.basket) into the shape that checkouts are kept in."""
    return {
        "currency": found.basket.currency, "goods_minor": found.basket.goods_minor,
        "shipping_minor": found.basket.shipping_minor, "discount_minor": found.discount_minor, "points": found.points,
        "points_minor": found.points_minor, "to_pay_minor": found.to_pay_minor, "rounding": ROUNDING, "steps": found.steps,
        "refusals": [_said(refusal) for refusal in found.refusals], "gifts": found.gifts,
    }  # fmt: skip


def _said(refusal: Refusal) -> dict[str, str]:
    return {"code": refusal.code, "reason": refusal.reason, "sentence": refusal.error.sentence(gettext)}


def _shown(checkout: Checkout, status: int = 200) -> Response:
    uses = checkout.uses.select_related("coupon__kind").order_by("id")
    gifts = [step["gift_sku"] for step in checkout.steps if step["phase"] == "gift" and not step["amount_minor"]]
    body = {
        **{name: getattr(checkout, name) for name in CheckoutRow.Meta.fields}, "rounding": ROUNDING, "steps": checkout.steps,
        "refusals": [_said(Refusal(**refusal)) for refusal in checkout.refusals], "gifts": gifts, "uses": uses,
    }  # fmt: skip
    return Response(CheckoutOut(body).data, status=status)


urlpatterns = [
    path("coupons/validate", Validate.as_view()),
    path("checkouts", Checkouts.as_view()),
    path("checkouts/<uuid:checkout_id>", OneCheckout.as_view()),
    path("checkouts/<uuid:checkout_id>/redeem", Redeem.as_view()),
    path("checkouts/<uuid:checkout_id>/release", Release.as_view()),
    path("checkouts/<uuid:checkout_id>/reverse", Reverse.as_view()),
]
