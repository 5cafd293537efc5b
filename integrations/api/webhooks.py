"""REST: where webhooks go, what became of them, and the events themselves, so that a receiver can compare."""

import django_filters as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations import operations, queries
from integrations.models import WebhookDelivery, WebhookEndpoint
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read
from tenancy.models import Event

_KINDS_HELP = "Events to be told of; “*” is every one."


class EndpointOut(serializers.ModelSerializer):
    kinds = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = WebhookEndpoint
        fields = ["id", "url", "description", "kinds", "is_active", "failures", "disabled_reason", "created_at"]


class EndpointWithSecretOut(EndpointOut):
    secret = serializers.CharField(help_text="whsec_…, shown this once; for any Standard Webhooks library.")

    class Meta(EndpointOut.Meta):
        fields = [*EndpointOut.Meta.fields, "secret"]


class EndpointPatch(Shape):
    url = serializers.CharField(max_length=300)
    kinds = serializers.ListField(child=serializers.CharField(max_length=60), min_length=1, help_text=_KINDS_HELP)
    description = serializers.CharField(max_length=120, required=False, allow_blank=True)
    is_active = serializers.BooleanField(required=False)


class EndpointIn(Shape):
    url = serializers.CharField(max_length=300)
    kinds = serializers.ListField(
        child=serializers.CharField(max_length=60), min_length=1, default=["reward.settled"], help_text=_KINDS_HELP
    )
    description = serializers.CharField(max_length=120, default="", allow_blank=True)


class TestIn(Shape):
    kind = serializers.ChoiceField([(kind, kind) for kind in queries.EVENT_KINDS], default="reward.settled")


class DeliveryOut(serializers.ModelSerializer):
    endpoint_id = serializers.UUIDField()
    body = serializers.DictField()

    class Meta:
        model = WebhookDelivery
        fields = [
            "id", "endpoint_id", "event_id", "kind", "body", "state", "attempts", "due_at", "last_status", "last_answer",
            "last_attempt_at", "last_milliseconds", "delivered_at", "created_at",
        ]  # fmt: skip


class DeliveryFilter(filters.FilterSet):
    endpoint = filters.UUIDFilter(field_name="endpoint_id")
    event = filters.UUIDFilter(field_name="event_id")
    kind = filters.CharFilter()
    state = filters.ChoiceFilter(choices=WebhookDelivery.State.choices)

    class Meta:
        model = WebhookDelivery
        fields: list[str] = []


class EventOut(serializers.ModelSerializer):
    payload = serializers.DictField()

    class Meta:
        model = Event
        fields = ["id", "kind", "subject_id", "payload", "occurred_at"]


class EventFilter(filters.FilterSet):
    kind = filters.CharFilter()
    subject = filters.UUIDFilter(field_name="subject_id")
    occurred_after = filters.IsoDateTimeFilter(field_name="occurred_at", lookup_expr="gte")

    class Meta:
        model = Event
        fields: list[str] = []


class Endpoints(Rows):
    permissions = {"GET": "integrations:read", "POST": "integrations:write"}
    model = WebhookEndpoint
    serializer_class = EndpointOut

    def rows(self):
        return queries.endpoints()

    @extend_schema(operation_id="webhook_endpoints_list", summary="List webhooks")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="webhook_endpoints_create", summary="Add a webhook", request=EndpointIn,
        responses={201: EndpointWithSecretOut}, description="The answer holds the secret; it is never shown again.",
    )  # fmt: skip
    def post(self, request):
        endpoint, _ = operations.add_endpoint(**read(EndpointIn, request))
        return Response(EndpointWithSecretOut(endpoint).data, status=201)


class OneEndpoint(APIView):
    permissions = {"GET": "integrations:read", "PATCH": "integrations:write", "DELETE": "integrations:write"}

    @extend_schema(operation_id="webhook_endpoints_retrieve", summary="Show a webhook", responses=EndpointOut)
    def get(self, request, endpoint_id):
        return Response(EndpointOut(queries.endpoints().get(id=endpoint_id)).data)

    @extend_schema(
        operation_id="webhook_endpoints_update", summary="Change a webhook, switch it on or off", request=EndpointPatch,
        responses=EndpointOut,
    )  # fmt: skip
    def patch(self, request, endpoint_id):
        changes = read(EndpointPatch, request, partial=True)
        return Response(EndpointOut(operations.update_endpoint(endpoint_id, **changes)).data)

    @extend_schema(operation_id="webhook_endpoints_delete", summary="Remove a webhook", responses={204: None})
    def delete(self, request, endpoint_id):
        operations.remove_endpoint(endpoint_id)
        return Response(status=204)


class RotateSecret(APIView):
    permissions = {"POST": "integrations:write"}

    @extend_schema(
        operation_id="webhook_endpoints_rotate_secret", summary="Give a new secret", request=None,
        responses=EndpointWithSecretOut, description="For 24 hours the former secret signs beside the new one.",
    )  # fmt: skip
    def post(self, request, endpoint_id):
        endpoint, _ = operations.rotate_secret(endpoint_id)
        return Response(EndpointWithSecretOut(endpoint).data)


class TestEndpoint(APIView):
    permissions = {"POST": "integrations:write"}

    @extend_schema(
        operation_id="webhook_endpoints_test", summary="Send an invented event", request=TestIn, responses={202: DeliveryOut}
    )
    def post(self, request, endpoint_id):
        return Response(DeliveryOut(operations.send_test(endpoint_id, **read(TestIn, request))).data, status=202)


class Deliveries(Rows):
    permissions = {"GET": "integrations:read"}
    model = WebhookDelivery
    serializer_class = DeliveryOut
    filterset_class = DeliveryFilter

    def rows(self):
        return queries.deliveries()

    @extend_schema(operation_id="webhook_deliveries_list", summary="List deliveries, newest first")
    def get(self, request):
        return super().get(request)


class RetryDelivery(APIView):
    permissions = {"POST": "integrations:write"}

    @extend_schema(
        operation_id="webhook_deliveries_retry", summary="Send a delivery again", request=None, responses={202: DeliveryOut},
        parameters=[IDEMPOTENCY_HEADER], description="Under the same webhook-id, so that the receiver can tell.",
    )  # fmt: skip
    @idempotent()
    def post(self, request, delivery_id):
        return Response(DeliveryOut(operations.replay(delivery_id)).data, status=202)


class Events(Rows):
    permissions = {"GET": "integrations:read"}
    model = Event
    serializer_class = EventOut
    filterset_class = EventFilter

    def rows(self):
        return queries.events()

    @extend_schema(
        operation_id="events_list", summary="List what has happened, newest first",
        description="What webhooks tell, kept: compare it with what has reached you.",
    )  # fmt: skip
    def get(self, request):
        return super().get(request)
