"""REST: coupons."""

import django_filters
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.ids import normalise_code
from rewards import operations, queries
from rewards.api.common import listed, read
from rewards.models import Coupon
from tenancy.api import IDEMPOTENCY_HEADER, idempotent


class CouponOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField()
    reward_id = serializers.UUIDField(allow_null=True)
    kind = serializers.CharField(source="kind.code")
    name = serializers.DictField(source="kind.name", child=serializers.CharField())
    value_minor = serializers.IntegerField(source="kind.value_minor")
    percent = serializers.DecimalField(source="kind.percent", max_digits=5, decimal_places=2)
    minimum_minor = serializers.IntegerField(source="kind.minimum_minor")
    currency = serializers.CharField(source="kind.currency")

    class Meta:
        model = Coupon
        fields = [
            "id", "code", "state", "customer_id", "reward_id", "kind", "name", "value_minor", "percent", "minimum_minor",
            "currency", "issued_at", "expires_at", "redeemed_at", "redeemed_order",
        ]  # fmt: skip


class CouponRedemptionIn(serializers.Serializer):
    code = serializers.CharField(max_length=40)
    source = serializers.CharField(max_length=40)
    external_id = serializers.CharField(max_length=80)
    order_minor = serializers.IntegerField(min_value=1)
    currency = serializers.CharField(min_length=3, max_length=3)


class CouponRedemptionOut(serializers.Serializer):
    coupon = CouponOut()
    discount_minor = serializers.IntegerField()


class CouponFilter(django_filters.FilterSet):
    customer = django_filters.UUIDFilter(field_name="customer_id")
    code = django_filters.CharFilter(method="by_code")
    state = django_filters.ChoiceFilter(choices=Coupon.State.choices)

    class Meta:
        model = Coupon
        fields = ["customer", "code", "state"]

    def by_code(self, queryset, name, value):
        return queryset.filter(code=normalise_code(value))


class Coupons(ListAPIView):
    permissions = {"GET": "rewards:read"}
    serializer_class = CouponOut
    filterset_class = CouponFilter

    def get_queryset(self):
        return listed(self, queries.coupons)

    @extend_schema(operation_id="coupons_list", summary="List coupons, newest first")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)


class RedeemCoupon(APIView):
    permissions = {"POST": "rewards:write"}

    @extend_schema(
        operation_id="coupons_redeem", summary="Use a coupon on an order", request=CouponRedemptionIn,
        responses=CouponRedemptionOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request):
        return Response(CouponRedemptionOut(operations.redeem_coupon(**read(CouponRedemptionIn, request))).data)


urlpatterns = [
    path("coupons", Coupons.as_view()),
    path("coupons/redeem", RedeemCoupon.as_view()),
]
