"""REST: kinds of coupons: what they are good for, codes for everybody, codes to print."""

import django_filters
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.errors import NotFound
from rewards import operations, queries
from rewards.api.common import listed
from rewards.api.coupons import CouponOut
from rewards.models import Coupon, CouponBatch, CouponKind
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Shape, read

LARGEST = 10**15


class CouponKindOut(serializers.ModelSerializer):
    is_withdrawn = serializers.SerializerMethodField()
    name = serializers.DictField(child=serializers.CharField())
    conditions = serializers.DictField(child=serializers.CharField())
    products = serializers.ListField(child=serializers.CharField())
    categories = serializers.ListField(child=serializers.CharField())
    excluded_products = serializers.ListField(child=serializers.CharField())
    excluded_categories = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = CouponKind
        fields = [
            "id", "code", "name", "conditions", "effect", "scope", "value_minor", "percent", "cap_minor", "gift_sku",
            "minimum_minor", "currency", "products", "categories", "excluded_products", "excluded_categories", "audience",
            "starts_at", "ends_at", "valid_days", "per_person", "total", "stack_group", "is_exclusive", "priority",
            "is_withdrawn", "withdrawn_at", "created_at",
        ]  # fmt: skip

    def get_is_withdrawn(self, kind: CouponKind) -> bool:
        return kind.withdrawn_at is not None


class KindFiguresOut(serializers.Serializer):
    issued = serializers.IntegerField(help_text="Unique codes, whatever became of them.")
    valid = serializers.IntegerField()
    reserved = serializers.IntegerField()
    redeemed = serializers.IntegerField()
    discount_minor = serializers.IntegerField(help_text="Taken off by redeemed uses.")


class OneCouponKindOut(CouponKindOut):
    figures = KindFiguresOut()

    class Meta(CouponKindOut.Meta):
        fields = [*CouponKindOut.Meta.fields, "figures"]


def _texts(**options) -> serializers.DictField:
    one = serializers.CharField(max_length=500, allow_blank=True)
    return serializers.DictField(child=one, help_text="By language: en, zh-hans.", **options)


def _names(longest: int) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(max_length=longest), max_length=500, required=False)


def _amount(**options) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=LARGEST, required=False, **options)


class CouponKindChange(Shape):
    name = _texts(required=False)
    conditions = _texts(required=False)
    effect = serializers.ChoiceField(CouponKind.Effect.choices, required=False)
    scope = serializers.ChoiceField(
        CouponKind.Scope.choices, required=False, help_text="A value for lines is taken off each piece."
    )
    value_minor = _amount(help_text="Taken off; of a gift, what it is worth.")
    percent = serializers.DecimalField(max_digits=5, decimal_places=2, min_value=0, max_value=100, required=False)
    cap_minor = _amount(allow_null=True, help_text="Most that a percentage or shipping takes off.")
    gift_sku = serializers.CharField(max_length=80, required=False, allow_blank=True)
    minimum_minor = _amount(help_text="Of the fitting articles, before any coupon.")
    products = _names(80)
    categories = _names(80)
    excluded_products = _names(80)
    excluded_categories = _names(80)
    audience = serializers.ChoiceField(CouponKind.Audience.choices, required=False)
    guests = serializers.ListField(
        child=serializers.UUIDField(), max_length=10_000, required=False, help_text="Customers, for the audience “named”."
    )
    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    valid_days = serializers.IntegerField(min_value=1, max_value=3650, required=False)
    per_person = serializers.IntegerField(min_value=1, max_value=10**6, required=False, allow_null=True)
    total = serializers.IntegerField(min_value=1, max_value=10**9, required=False, allow_null=True)
    stack_group = serializers.CharField(max_length=40, required=False, allow_blank=True)
    is_exclusive = serializers.BooleanField(required=False)
    priority = serializers.IntegerField(min_value=-1000, max_value=1000, required=False)


class CouponKindIn(CouponKindChange):
    code = serializers.SlugField(max_length=40, help_text="A short name, the same for ever.")
    name = _texts()
    effect = serializers.ChoiceField(CouponKind.Effect.choices)
    currency = serializers.RegexField(r"^[A-Z]{3}$")


class SharedCodeIn(Shape):
    code = serializers.CharField(max_length=40)


class CouponBatchIn(Shape):
    size = serializers.IntegerField(min_value=1, max_value=200_000)
    label = serializers.CharField(max_length=120)


class CouponBatchOut(serializers.ModelSerializer):
    kind_id = serializers.UUIDField()
    job_id = serializers.UUIDField(allow_null=True, help_text="Watch it at /jobs/{job_id}.")

    class Meta:
        model = CouponBatch
        fields = ["id", "kind_id", "label", "size", "state", "job_id", "created_at"]


class CouponKindFilter(django_filters.FilterSet):
    code = django_filters.CharFilter()
    effect = django_filters.ChoiceFilter(choices=CouponKind.Effect.choices)
    withdrawn = django_filters.BooleanFilter(method="by_end")

    class Meta:
        model = CouponKind
        fields = ["code", "effect", "withdrawn"]

    def by_end(self, queryset, name, value):
        return queryset.filter(withdrawn_at__isnull=not value)


class CouponKinds(ListAPIView):
    permissions = {"GET": "rewards:read", "POST": "rewards:write"}
    serializer_class = CouponKindOut
    filterset_class = CouponKindFilter

    def get_queryset(self):
        return listed(self, queries.coupon_kinds)

    @extend_schema(operation_id="coupon_kinds_list", summary="List kinds of coupons, newest first")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="coupon_kinds_make", summary="Say what a new kind of coupon is good for", request=CouponKindIn,
        responses={201: CouponKindOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request):
        return Response(CouponKindOut(operations.make_coupon_kind(**read(CouponKindIn, request))).data, status=201)


class OneCouponKind(APIView):
    permissions = {"GET": "rewards:read", "PATCH": "rewards:write"}

    @extend_schema(operation_id="coupon_kinds_get", summary="Show a kind with what became of it", responses=OneCouponKindOut)
    def get(self, request, coupon_kind_id):
        kind = _kind(coupon_kind_id)
        kind.figures = queries.kind_figures([kind.id])[kind.id]
        return Response(OneCouponKindOut(kind).data)

    @extend_schema(
        operation_id="coupon_kinds_change", summary="Change a kind; what coupons are worth only while nobody holds one",
        request=CouponKindChange, responses=CouponKindOut,
    )  # fmt: skip
    def patch(self, request, coupon_kind_id):
        changes = read(CouponKindChange, request)
        return Response(CouponKindOut(operations.change_coupon_kind(_kind(coupon_kind_id).id, **changes)).data)


class WithdrawCouponKind(APIView):
    permissions = {"POST": "rewards:write"}

    @extend_schema(
        operation_id="coupon_kinds_withdraw", summary="Issue nothing of a kind any more; what customers hold stays good",
        request=None, responses=CouponKindOut,
    )  # fmt: skip
    def post(self, request, coupon_kind_id):
        return Response(CouponKindOut(operations.withdraw_coupon_kind(_kind(coupon_kind_id).id)).data)


class SharedCodes(APIView):
    permissions = {"POST": "rewards:write"}

    @extend_schema(
        operation_id="coupon_kinds_share", summary="Make a code that everybody may use", request=SharedCodeIn,
        responses={201: CouponOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, coupon_kind_id):
        kind, told = _kind(coupon_kind_id), read(SharedCodeIn, request)
        return Response(CouponOut(operations.open_shared_code(kind.id, **told)).data, status=201)


class CouponBatches(APIView):
    permissions = {"POST": "rewards:write"}

    @extend_schema(
        operation_id="coupon_kinds_batch", summary="Make many unique codes for whoever brings one", request=CouponBatchIn,
        responses={201: CouponBatchOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request, coupon_kind_id):
        kind, told = _kind(coupon_kind_id), read(CouponBatchIn, request)
        return Response(CouponBatchOut(operations.order_codes(kind.id, **told)).data, status=201)


class OneCouponBatch(APIView):
    permissions = {"GET": "rewards:read"}

    @extend_schema(operation_id="coupon_batches_get", summary="Show a batch of codes", responses=CouponBatchOut)
    def get(self, request, coupon_batch_id):
        return Response(CouponBatchOut(_batch(coupon_batch_id)).data)


class BatchCodes(ListAPIView):
    permissions = {"GET": "rewards:read"}
    serializer_class = CouponOut

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return Coupon.objects.none()
        return queries.coupons().filter(batch=_batch(self.kwargs["coupon_batch_id"]))

    @extend_schema(operation_id="coupon_batches_codes", summary="List the codes of a batch")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)


def _kind(kind_id) -> CouponKind:
    kind = CouponKind.objects.filter(id=kind_id).first()
    if kind is None:
        raise NotFound
    return kind


def _batch(batch_id) -> CouponBatch:
    batch = CouponBatch.objects.filter(id=batch_id).first()
    if batch is None:
        raise NotFound
    return batch


urlpatterns = [
    path("coupon-kinds", CouponKinds.as_view()),
    path("coupon-kinds/<uuid:coupon_kind_id>", OneCouponKind.as_view()),
    path("coupon-kinds/<uuid:coupon_kind_id>/withdraw", WithdrawCouponKind.as_view()),
    path("coupon-kinds/<uuid:coupon_kind_id>/shared-codes", SharedCodes.as_view()),
    path("coupon-kinds/<uuid:coupon_kind_id>/batches", CouponBatches.as_view()),
    path("coupon-batches/<uuid:coupon_batch_id>", OneCouponBatch.as_view()),
    path("coupon-batches/<uuid:coupon_batch_id>/codes", BatchCodes.as_view()),
]
