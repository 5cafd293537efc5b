"""REST: the account that text messages are sent with."""

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from messaging.errors import NoGateway
from messaging.models import SmsGateway
from messaging.operations import GatewayAsked, remove_gateway, set_gateway
from messaging.operations.day_limit import sent_today
from messaging.queries import texts_lately
from messaging.texting import present_gateway
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Shape, read

_USES = "Kind of message → off, no_email (to whoever has no e-mail address) or always. Kinds not named are off."


class GatewayIn(Shape):
    vendor = serializers.ChoiceField(SmsGateway.Vendor.choices)
    key_id = serializers.CharField(max_length=100, help_text="AccessKey ID, SecretId or Account SID.")
    secret = serializers.CharField(
        max_length=200, required=False, help_text="Sealed, and never shown again. Left out: the one that is there."
    )
    app_id = serializers.CharField(max_length=40, required=False, help_text="Tencent Cloud: the SdkAppId.")
    sender = serializers.CharField(max_length=60, help_text="Approved signature; Twilio: number or Messaging Service SID.")
    countries = serializers.ListField(
        child=serializers.CharField(max_length=2), required=False, max_length=250,
        help_text="ISO 3166; texts go nowhere else. Left out: the organisation's own.",
    )  # fmt: skip
    most_a_day = serializers.IntegerField(min_value=1, max_value=10_000_000, required=False)
    uses = serializers.DictField(child=serializers.ChoiceField(SmsGateway.Use.choices), required=False, help_text=_USES)


class TextsOut(serializers.Serializer):
    handed_over = serializers.IntegerField(help_text="To the vendor in 30 days, with what is uncertain.")
    delivered = serializers.IntegerField()
    delivered_percent = serializers.IntegerField()
    failed = serializers.IntegerField()
    uncertain = serializers.IntegerField(help_text="Handed over, or not: nobody knows. Never sent twice.")


class GatewayOut(serializers.ModelSerializer):
    countries = serializers.ListField(child=serializers.CharField())
    uses = serializers.DictField(child=serializers.CharField(), help_text=_USES)
    sent_today = serializers.SerializerMethodField()
    lately = serializers.SerializerMethodField()

    class Meta:
        model = SmsGateway
        fields = [
            "vendor", "key_id", "app_id", "sender", "countries", "most_a_day", "uses", "created_at", "sent_today", "lately",
        ]  # fmt: skip

    def get_sent_today(self, gateway: SmsGateway) -> int:
        return sent_today()

    def get_lately(self, gateway: SmsGateway) -> TextsOut:
        return TextsOut(texts_lately()).data


class Gateway(APIView):
    permissions = {"GET": "integrations:read", "PUT": "integrations:write", "DELETE": "integrations:write"}

    @extend_schema(
        operation_id="sms_gateway_read", summary="Read the account for text messages, and how they went",
        responses=GatewayOut,
    )  # fmt: skip
    def get(self, request):
        gateway = present_gateway()
        if gateway is None:
            raise NoGateway
        return Response(GatewayOut(gateway).data)

    @extend_schema(
        operation_id="sms_gateway_save", summary="Enter or change the account for text messages", request=GatewayIn,
        responses=GatewayOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def put(self, request):
        return Response(GatewayOut(set_gateway(GatewayAsked(**read(GatewayIn, request)))).data)

    @extend_schema(operation_id="sms_gateway_remove", summary="Forget the account for text messages", responses={204: None})
    def delete(self, request):
        remove_gateway()
        return Response(status=status.HTTP_204_NO_CONTENT)


urlpatterns = [path("sms-gateway", Gateway.as_view())]
