"""REST: messages that were written, and an organisation's own wording."""

import django_filters
from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.contacts import mask_contact
from messaging import api_texts, api_wechat, operations, queries, texts
from messaging.models import Message
from messaging.rules import LANGUAGES
from tenancy.api import IDEMPOTENCY_HEADER, idempotent


class MessageOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField(allow_null=True)
    member_id = serializers.UUIDField(allow_null=True)
    address = serializers.SerializerMethodField(help_text="Masked.")
    delivered_at = serializers.DateTimeField(allow_null=True, help_text="Of texts, as their vendor told.")
    subject = serializers.SerializerMethodField()
    body = serializers.SerializerMethodField(help_text="Empty for messages that carry a code.")

    class Meta:
        model = Message
        fields = [
            "id", "kind", "channel", "language", "customer_id", "member_id", "address", "subject", "body", "link",
            "state", "reason", "attempts", "created_at", "sent_at", "delivered_at", "read_at",
        ]  # fmt: skip

    def get_address(self, message: Message) -> str:
        return mask_contact(message.address) if message.address else ""

    def get_subject(self, message: Message) -> str:
        return "" if texts.is_secret(message.kind) else message.subject

    def get_body(self, message: Message) -> str:
        return "" if texts.is_secret(message.kind) else message.body


class MessageFilter(django_filters.FilterSet):
    customer = django_filters.UUIDFilter(field_name="customer_id")
    kind = django_filters.ChoiceFilter(choices=[(kind, kind) for kind in texts.KINDS])
    state = django_filters.ChoiceFilter(choices=Message.State.choices)
    channel = django_filters.ChoiceFilter(choices=Message.Channel.choices)

    class Meta:
        model = Message
        fields = ["customer", "kind", "state", "channel"]


class Messages(ListAPIView):
    permissions = {"GET": "messages:read"}
    serializer_class = MessageOut
    filterset_class = MessageFilter

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):  # the schema is written outside the door
            return QuerySet(Message)
        return queries.messages()

    @extend_schema(operation_id="messages_list", summary="List messages, newest first")
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)


class MessageRetry(APIView):
    permissions = {"POST": "messages:write"}

    @extend_schema(
        operation_id="messages_retry", summary="Send a message again that failed or is uncertain", request=None,
        responses=MessageOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, message_id):
        return Response(MessageOut(operations.retry_failed(message_id)).data)


class WordingOut(serializers.Serializer):
    kind = serializers.CharField()
    channel = serializers.CharField()
    language = serializers.CharField()
    subject = serializers.CharField()
    body = serializers.CharField()
    is_own = serializers.BooleanField(help_text="False: the house wording.")
    is_marketing = serializers.BooleanField(help_text="It needs the customer's consent to the channel.")
    places = serializers.ListField(child=serializers.CharField())
    vendor_template = serializers.CharField(help_text="Of texts: the code under which their vendor has filed the wording.")


class WordingIn(serializers.Serializer):
    subject = serializers.CharField(max_length=200, required=False, default="", help_text="Texts have none.")
    body = serializers.CharField(max_length=5000)
    vendor_template = serializers.CharField(max_length=64, required=False, default="", help_text="Of texts.")


class WordingList(serializers.Serializer):
    data = WordingOut(many=True)


class Wordings(APIView):
    permissions = {"GET": "messages:read"}

    @extend_schema(operation_id="message_templates_list", summary="List the wording of every message", responses=WordingList)
    def get(self, request):
        return Response({"data": WordingOut(queries.all_wordings(), many=True).data})


_ADDRESS = [
    OpenApiParameter("kind", str, OpenApiParameter.PATH),
    OpenApiParameter("channel", str, OpenApiParameter.PATH, enum=["email", "in_app", "sms"]),
    OpenApiParameter("language", str, OpenApiParameter.PATH, enum=list(LANGUAGES)),
]


class OneWording(APIView):
    permissions = {"PUT": "messages:write", "DELETE": "messages:write"}

    @extend_schema(
        operation_id="message_templates_save", summary="Replace a message's wording", parameters=_ADDRESS,
        request=WordingIn, responses=WordingOut,
    )  # fmt: skip
    def put(self, request, kind, channel, language):
        wording = WordingIn(data=request.data)
        wording.is_valid(raise_exception=True)
        operations.save_template(kind=kind, channel=channel, language=language, **wording.validated_data)
        return Response(WordingOut(queries.wording(kind=kind, channel=channel, language=language)).data)

    @extend_schema(
        operation_id="message_templates_forget", summary="Return to the house wording", parameters=_ADDRESS,
        responses={204: None},
    )  # fmt: skip
    def delete(self, request, kind, channel, language):
        operations.forget_template(kind=kind, channel=channel, language=language)
        return Response(status=status.HTTP_204_NO_CONTENT)


urlpatterns = [
    path("messages", Messages.as_view()),
    path("messages/<uuid:message_id>/retry", MessageRetry.as_view()),
    *api_texts.urlpatterns,
    *api_wechat.urlpatterns,
    path("message-templates", Wordings.as_view()),
    path("message-templates/<slug:kind>/<slug:channel>/<slug:language>", OneWording.as_view()),
]
