"""REST: coupons in customers' hands: list, issue, withdraw, and use on an order in one call."""

import django_filters
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.errors import NotFound
from foundation.ids import normalise_code
from rewards import operations, queries
from rewards.api.common import listed, refuse_unknown_customer
from rewards.models import Coupon, CouponKind
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Shape, read


class CouponOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField(allow_null=True, help_text="None: whoever brings it.")
    reward_id = serializers.UUIDField(allow_null=True)
    batch_id = serializers.UUIDField(allow_null=True)
    kind_id = serializers.UUIDField()
    kind = serializers.CharField(source="kind.code")
    name = serializers.DictField(source="kind.name", child=serializers.CharField())
    effect = serializers.CharField(source="kind.effect")
    value_minor = serializers.IntegerField(source="kind.value_minor")
    percent = serializers.DecimalField(source="kind.percent", max_digits=5, decimal_places=2)
    minimum_minor = serializers.IntegerField(source="kind.minimum_minor")
    currency = serializers.CharField(source="kind.currency")

    class Meta:
        model = Coupon
        fields = [
            "id", "code", "state", "is_shared", "customer_id", "reward_id", "batch_id", "kind_id", "kind", "name", "effect",
            "value_minor", "percent", "minimum_minor", "currency", "issued_at", "expires_at", "redeemed_at",
            "redeemed_order", "checkout_id",
        ]  # fmt: skip


class CouponIn(Shape):
    kind = serializers.CharField(max_length=40, help_text="The short name of the kind.")
    customer_id = serializers.UUIDField()


class CouponRedemptionIn(Shape):
    code = serializers.CharField(max_length=40)
    source = serializers.CharField(max_length=40)
    external_id = serializers.CharField(max_length=80)
    order_minor = serializers.IntegerField(min_value=1, max_value=10**15)
    currency = serializers.CharField(min_length=3, max_length=3)


class CouponRedemptionOut(serializers.Serializer):
    coupon = CouponOut()
    discount_minor = serializers.IntegerField()


class CouponFilter(django_filters.FilterSet):
    customer = django_filters.UUIDFilter(field_name="customer_id")
    code = django_filters.CharFilter(method="by_code")
    kind = django_filters.CharFilter(field_name="kind__code")
    state = django_filters.ChoiceFilter(choices=Coupon.State.choices)
    shared = django_filters.BooleanFilter(field_name="is_shared")

    class Meta:
        model = Coupon
        fields = ["customer", "code", "kind", "state", "shared"]

    def by_code(self, queryset, name, value):
        return queryset.filter(code=normalise_code(value))


class Coupons(ListAPIView):
    permissions = {"GET": "rewards:read", "POST": "rewards:write"}
    serializer_class = CouponOut
    filterset_class = CouponFilter

    def get_queryset(self):
        return listed(self, queries.coupons)

    @extend_schema(operation_id="coupons_list", summary="List coupons, newest first")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="coupons_issue", summary="Put a coupon into a customer's hands", request=CouponIn,
        responses={201: CouponOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request):
        told = read(CouponIn, request)
        refuse_unknown_customer(told["customer_id"])
        kind = CouponKind.objects.filter(code=told["kind"]).first()
        if kind is None:
            raise NotFound(field="kind")
        return Response(CouponOut(operations.issue_coupon(kind.id, customer_id=told["customer_id"])).data, status=201)


class WithdrawCoupon(APIView):
    permissions = {"POST": "rewards:write"}

    @extend_schema(
        operation_id="coupons_withdraw", summary="Take a code out of use; one of a reward goes with its reward",
        request=None, responses=CouponOut,
    )  # fmt: skip
    def post(self, request, coupon_id):
        return Response(CouponOut(operations.withdraw_coupon(coupon_id)).data)


class RedeemCoupon(APIView):
    permissions = {"POST": "till:write"}

    @extend_schema(
        operation_id="coupons_redeem", summary="Use a coupon on an order of which only the total is known",
        request=CouponRedemptionIn, responses=CouponRedemptionOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request):
        return Response(CouponRedemptionOut(operations.redeem_coupon(**read(CouponRedemptionIn, request))).data)


urlpatterns = [
    path("coupons", Coupons.as_view()),
    path("coupons/redeem", RedeemCoupon.as_view()),
    path("coupons/<uuid:coupon_id>/withdraw", WithdrawCoupon.as_view()),
]
