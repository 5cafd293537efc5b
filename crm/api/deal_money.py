"""REST: the money of deals: instalments, receipts, refunds of receipts."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.api.deals import seen_deal, seen_deals
from crm.models import Instalment, Receipt, ReceiptRefund
from crm.operations import deals as selling
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read

_AMOUNT = {"min_value": 1, "max_value": 10**15}


class InstalmentOut(serializers.ModelSerializer):
    deal_id = serializers.UUIDField()

    class Meta:
        model = Instalment
        fields = ["id", "deal_id", "due_on", "amount_minor", "label"]


class InstalmentIn(Shape):
    due_on = serializers.DateField()
    amount_minor = serializers.IntegerField(**_AMOUNT)
    label = serializers.CharField(max_length=120, required=False, allow_blank=True)


class Instalments(Rows):
    permissions = {"GET": "deals:read", "POST": "deals:write"}
    model = Instalment
    serializer_class = InstalmentOut

    def rows(self):
        return Instalment.objects.filter(deal=seen_deal(self.request, self.kwargs["deal_id"]))

    @extend_schema(operation_id="instalments_list", summary="List the instalments of a deal")
    def get(self, request, deal_id):
        return super().get(request)

    @extend_schema(
        operation_id="instalments_create", summary="Plan an instalment", request=InstalmentIn,
        responses={201: InstalmentOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, deal_id):
        seen_deal(request, deal_id)
        return Response(InstalmentOut(selling.add_instalment(deal_id, **read(InstalmentIn, request))).data, status=201)


class OneInstalment(APIView):
    permissions = {"PATCH": "deals:write", "DELETE": "deals:write"}

    @extend_schema(
        operation_id="instalments_update", summary="Change an instalment", request=InstalmentIn, responses=InstalmentOut
    )
    def patch(self, request, instalment_id):
        self._seen(request, instalment_id)
        body = read(InstalmentIn, request, partial=True)
        return Response(InstalmentOut(selling.change_instalment(instalment_id, **body)).data)

    @extend_schema(operation_id="instalments_delete", summary="Remove an instalment", responses={204: None})
    def delete(self, request, instalment_id):
        self._seen(request, instalment_id)
        selling.remove_instalment(instalment_id)
        return Response(status=204)

    def _seen(self, request, instalment_id) -> Instalment:
        return Instalment.objects.filter(deal__in=seen_deals(request)).get(id=instalment_id)


class ReceiptRefundOut(serializers.ModelSerializer):
    receipt_id = serializers.UUIDField()

    class Meta:
        model = ReceiptRefund
        fields = ["id", "receipt_id", "source", "external_id", "amount_minor", "refunded_at", "reason", "recorded_at"]


class ReceiptOut(serializers.ModelSerializer):
    deal_id = serializers.UUIDField()
    instalment_id = serializers.UUIDField(allow_null=True)
    refunds = ReceiptRefundOut(many=True)

    class Meta:
        model = Receipt
        fields = [
            "id", "deal_id", "instalment_id", "source", "external_id", "amount_minor", "currency", "received_at", "note",
            "recorded_at", "refunds",
        ]  # fmt: skip


class ReceiptIn(Shape):
    source = serializers.CharField(max_length=40, help_text="Where it is known from: bank, shop …")
    external_id = serializers.CharField(max_length=80, help_text="Its number there; told twice, it counts once.")
    amount_minor = serializers.IntegerField(**_AMOUNT)
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False, help_text="The deal's; another one is refused.")
    received_at = serializers.DateTimeField(required=False)
    instalment_id = serializers.UUIDField(required=False, help_text="None: whatever is due first.")
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class Receipts(Rows):
    permissions = {"GET": "deals:read", "POST": "deals:write"}
    model = Receipt
    serializer_class = ReceiptOut

    def rows(self):
        deal = seen_deal(self.request, self.kwargs["deal_id"])
        return Receipt.objects.filter(deal=deal).prefetch_related("refunds")

    @extend_schema(operation_id="receipts_list", summary="List what has come for a deal, newest first")
    def get(self, request, deal_id):
        return super().get(request)

    @extend_schema(
        operation_id="receipts_create", summary="Record money that came", request=ReceiptIn,
        responses={201: ReceiptOut, 200: ReceiptOut}, parameters=[IDEMPOTENCY_HEADER],
        description="The same source and external id give the first answer with 200; with other facts, 409.",
    )  # fmt: skip
    @idempotent()
    def post(self, request, deal_id):
        seen_deal(request, deal_id)
        receipt, is_new = selling.record_receipt(deal_id, **read(ReceiptIn, request))
        return Response(ReceiptOut(receipt).data, status=201 if is_new else 200)


class ReceiptRefundIn(Shape):
    source = serializers.CharField(max_length=40)
    external_id = serializers.CharField(max_length=80)
    amount_minor = serializers.IntegerField(**_AMOUNT)
    refunded_at = serializers.DateTimeField(required=False)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ReceiptRefunds(APIView):
    permissions = {"POST": "deals:write"}

    @extend_schema(
        operation_id="receipt_refunds_create", summary="Record money of a receipt that went back", request=ReceiptRefundIn,
        responses={201: ReceiptRefundOut, 200: ReceiptRefundOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, receipt_id):
        Receipt.objects.filter(deal__in=seen_deals(request)).get(id=receipt_id)
        refund, is_new = selling.refund_receipt(receipt_id, **read(ReceiptRefundIn, request))
        return Response(ReceiptRefundOut(refund).data, status=201 if is_new else 200)
