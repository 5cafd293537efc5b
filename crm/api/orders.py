"""REST: orders, refunds and products."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm import operations, queries, rules
from crm.api.pages import ORDER, ORDER_ASIDES
from crm.api.shapes import MINOR
from crm.filters import OrderFilter, ProductFilter, RefundFilter
from crm.models import Order, OrderLine, Product, Refund
from crm.queries.sight import seen_by
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_pages import Order as SortedBy
from tenancy.api_pages import Pages
from tenancy.api_shapes import Rows, Shape, read

_BIG = {"min_value": -MINOR["max_value"], "max_value": MINOR["max_value"]}


class OrderLineOut(serializers.ModelSerializer):
    product_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = OrderLine
        fields = ["position", "product_id", "sku", "name", "quantity", "unit_minor", "amount_minor"]


class RefundOut(serializers.ModelSerializer):
    order_id = serializers.UUIDField(allow_null=True)
    state = serializers.SerializerMethodField(
        help_text="counted; waiting: its order is unknown or unpaid; review: it does not fit its order, see `problem`;"
        " cancelled: it counts no more"
    )

    class Meta:
        model = Refund
        fields = [
            "id", "source", "external_id", "order_id", "order_external_id", "currency", "amount_minor", "refunded_at",
            "reason", "state", "problem", "recorded_at", "cancelled_at", "cancel_reason",
        ]  # fmt: skip

    def get_state(self, refund: Refund) -> str:
        if refund.cancelled_at:
            return "cancelled"
        if refund.order_id:
            return "counted"
        return "review" if refund.problem else "waiting"


class OrderOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField(allow_null=True)
    refunded_minor = serializers.IntegerField()
    kept_minor = serializers.SerializerMethodField(help_text="Paid, not given back; 0 unless the order is paid.")
    lines = OrderLineOut(many=True)
    refunds = RefundOut(many=True)

    class Meta:
        model = Order
        fields = [
            "id", "source", "external_id", "customer_id", "status", "channel", "currency", "total_minor", "refunded_minor",
            "kept_minor", "placed_at", "paid_at", "cancelled_at", "recorded_at", "lines", "refunds",
        ]  # fmt: skip

    def get_kept_minor(self, order: Order) -> int:
        return rules.kept(status=order.status, total_minor=order.total_minor, refunded_minor=order.refunded_minor)


class OneOrderOut(OrderOut):
    waiting_refunds = serializers.SerializerMethodField(help_text="Told for this order, but not counted.")

    class Meta(OrderOut.Meta):
        fields = [*OrderOut.Meta.fields, "waiting_refunds"]

    def get_waiting_refunds(self, order: Order) -> list[dict[str, Any]]:
        waiting = queries.waiting_refunds().filter(source=order.source, order_external_id=order.external_id)
        return RefundOut(waiting, many=True).data


class CustomerReferenceIn(Shape):
    customer_id = serializers.UUIDField(required=False)
    phone = serializers.CharField(max_length=40, required=False)
    email = serializers.CharField(max_length=254, required=False)
    external_id = serializers.CharField(max_length=80, required=False)
    wechat = serializers.CharField(max_length=80, required=False)
    name = serializers.CharField(max_length=120, required=False, help_text="Makes the customer if the contacts are new.")


class OrderLineIn(Shape):
    sku = serializers.CharField(max_length=80, required=False, allow_blank=True)
    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    category = serializers.CharField(max_length=80, required=False, allow_blank=True)
    quantity = serializers.IntegerField(min_value=1, max_value=rules.LARGEST_QUANTITY)
    unit_minor = serializers.IntegerField(**_BIG)
    amount_minor = serializers.IntegerField(**_BIG)


class OrderIn(Shape):
    source = serializers.CharField(max_length=40, help_text="The shop, till or file that tells it.")
    external_id = serializers.CharField(max_length=80, help_text="The order's number there.")
    customer = CustomerReferenceIn(required=False, help_text="Left out: an anonymous sale.")
    currency = serializers.CharField(min_length=3, max_length=3)
    total_minor = serializers.IntegerField(**MINOR)
    status = serializers.ChoiceField(Order.Status.choices, default=Order.Status.PAID)
    placed_at = serializers.DateTimeField(required=False)
    paid_at = serializers.DateTimeField(required=False)
    channel = serializers.CharField(max_length=20, default="online")
    lines = OrderLineIn(many=True, required=False, max_length=500)


class Orders(Pages):
    permissions = {"GET": "orders:read", "POST": "orders:write"}
    model = Order
    serializer_class = OrderOut
    filterset_class = OrderFilter
    columns, asides = ORDER, ORDER_ASIDES
    orders = {"placed_at": SortedBy("placed_at"), "total_minor": SortedBy("total_minor", int)}

    def rows(self):
        return seen_by(self.request.auth, Order.objects.all(), owner="customer__owner")

    @extend_schema(operation_id="orders_list", summary="List orders, newest first or in an order asked for")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="orders_create", summary="Record an order", request=OrderIn,
        responses={201: OneOrderOut, 200: OneOrderOut}, parameters=[IDEMPOTENCY_HEADER],
        description="Its key is (source, external_id): the same again is answered with 200 and the first answer, or moved "
        "on when it is paid or cancelled now; the same key with another amount, currency, customer, date or lines is 409.",
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        order, is_new = operations.record_order(_order_report(read(OrderIn, request)))
        return _order(order.id, status=201 if is_new else 200)


def _order_report(body: dict[str, Any]) -> operations.OrderReport:
    customer = operations.CustomerReference(**body.pop("customer", {}))
    lines = [operations.OrderLineReport(**line) for line in body.pop("lines", [])]
    return operations.OrderReport(customer=customer, lines=lines, **body)


def _order(order_id, *, status: int = 200) -> Response:
    return Response(OneOrderOut(queries.orders().get(id=order_id)).data, status=status)


class OneOrder(APIView):
    permissions = {"GET": "orders:read"}

    @extend_schema(operation_id="orders_retrieve", summary="Read an order", responses=OneOrderOut)
    def get(self, request, order_id):
        return _order(order_id)


class PayIn(Shape):
    paid_at = serializers.DateTimeField(required=False)


class PayOrder(APIView):
    permissions = {"POST": "orders:write"}

    @extend_schema(
        operation_id="orders_pay", summary="Note that an order was paid", request=PayIn, responses=OneOrderOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, order_id):
        operations.pay_order(order_id, **read(PayIn, request))
        return _order(order_id)


class CancelIn(Shape):
    cancelled_at = serializers.DateTimeField(required=False)


class CancelOrder(APIView):
    permissions = {"POST": "orders:write"}

    @extend_schema(
        operation_id="orders_cancel", summary="Cancel an order", request=CancelIn, responses=OneOrderOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, order_id):
        operations.cancel_order(order_id, **read(CancelIn, request))
        return _order(order_id)


class OrderRefundIn(Shape):
    external_id = serializers.CharField(max_length=80)
    currency = serializers.CharField(min_length=3, max_length=3, required=False, help_text="The order's, unless told.")
    amount_minor = serializers.IntegerField(min_value=1, max_value=MINOR["max_value"])
    refunded_at = serializers.DateTimeField(required=False)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class RefundIn(OrderRefundIn):
    source = serializers.CharField(max_length=40)
    order_external_id = serializers.CharField(max_length=80)
    currency = serializers.CharField(min_length=3, max_length=3)


class OrderRefunds(Rows):
    permissions = {"GET": "orders:read", "POST": "orders:write"}
    model = Refund
    serializer_class = RefundOut

    def rows(self):
        return Order.objects.get(id=self.kwargs["order_id"]).refunds.all()

    @extend_schema(operation_id="order_refunds_list", summary="List an order's refunds, newest first")
    def get(self, request, order_id):
        return super().get(request)

    @extend_schema(
        operation_id="order_refunds_create", summary="Refund an order", request=OrderRefundIn,
        responses={201: RefundOut, 200: RefundOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, order_id):
        body = read(OrderRefundIn, request)
        order = Order.objects.get(id=order_id)
        told = {"currency": order.currency, "source": order.source, "order_external_id": order.external_id, **body}
        return _refund(operations.RefundReport(**told))


class Refunds(Rows):
    permissions = {"GET": "orders:read", "POST": "orders:write"}
    model = Refund
    serializer_class = RefundOut
    filterset_class = RefundFilter

    def rows(self):
        return Refund.objects.all()

    @extend_schema(operation_id="refunds_list", summary="List refunds, newest first")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="refunds_create", summary="Refund an order by its number", request=RefundIn,
        responses={201: RefundOut, 200: RefundOut}, parameters=[IDEMPOTENCY_HEADER],
        description="The order may be unknown yet: the refund waits for it.",
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        return _refund(operations.RefundReport(**read(RefundIn, request)))


class CancelRefundIn(Shape):
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)
    cancelled_at = serializers.DateTimeField(required=False)


class CancelRefund(APIView):
    permissions = {"POST": "orders:write"}

    @extend_schema(
        operation_id="refunds_cancel", summary="Cancel a refund: the money stayed with us after all",
        request=CancelRefundIn, responses=RefundOut, parameters=[IDEMPOTENCY_HEADER],
        description="What the refund had taken of points and rewards is given again.",
    )  # fmt: skip
    @idempotent()
    def post(self, request, refund_id):
        return Response(RefundOut(operations.cancel_refund(refund_id, **read(CancelRefundIn, request))).data)


def _refund(report: operations.RefundReport) -> Response:
    refund, is_new = operations.record_refund(report)
    return Response(RefundOut(refund).data, status=201 if is_new else 200)


class ProductOut(serializers.ModelSerializer):
    class Meta:
        model = Product
        fields = ["id", "sku", "name", "category"]


class Products(Rows):
    permissions = {"GET": "orders:read"}
    model = Product
    serializer_class = ProductOut
    filterset_class = ProductFilter

    def rows(self):
        return queries.products()

    @extend_schema(operation_id="products_list", summary="List products")
    def get(self, request):
        return super().get(request)
