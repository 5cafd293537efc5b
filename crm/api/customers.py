"""REST: customers, their contacts and what happens with them."""

import orjson
from django.db.models.functions import Collate
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm import masking, operations, queries
from crm.api.pages import CUSTOMER
from crm.filters import CustomerFilter
from crm.models import Consent, ContactPoint, Customer, Interaction
from crm.queries.sight import seen_by
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_pages import Order, Pages
from tenancy.api_shapes import Rows, Shape, read

LANGUAGES = ["", "zh-hans", "en"]
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag you read; when it is another one by now, 412."
)
_OWN = [
    "kind", "name", "stage", "owner_id", "language", "gender", "birth_date", "province", "city", "occupation", "note",
    "custom",
]  # fmt: skip


class ContactPointOut(serializers.ModelSerializer):
    value = serializers.SerializerMethodField(help_text="Masked without the permission contacts:reveal.")

    class Meta:
        model = ContactPoint
        fields = ["id", "kind", "value", "is_primary", "verified_at"]

    def get_value(self, point: ContactPoint) -> str:
        return masking.shown_contact(point, self.context["request"].auth)


class CustomerOut(serializers.ModelSerializer):
    owner_id = serializers.UUIDField(allow_null=True)
    custom = serializers.DictField()
    tags = serializers.SerializerMethodField()
    contact_points = ContactPointOut(many=True)

    class Meta:
        model = Customer
        fields = ["id", *_OWN, "source", "tags", "contact_points", "created_at", "updated_at"]

    def get_tags(self, customer: Customer) -> list[str]:
        return [link.tag.name for link in customer.tags.all()]


class CustomerPatch(Shape):
    name = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(Customer.Kind.choices, required=False)
    stage = serializers.ChoiceField(Customer.Stage.choices, required=False)
    owner_id = serializers.UUIDField(required=False, allow_null=True)
    language = serializers.ChoiceField(LANGUAGES, required=False, help_text="Empty: the organisation's.")
    gender = serializers.ChoiceField([("", ""), *Customer.Gender.choices], required=False)
    birth_date = serializers.DateField(required=False, allow_null=True)
    province = serializers.CharField(max_length=60, required=False, allow_blank=True)
    city = serializers.CharField(max_length=60, required=False, allow_blank=True)
    occupation = serializers.CharField(max_length=80, required=False, allow_blank=True)
    note = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    custom = serializers.DictField(required=False)
    tags = serializers.ListField(child=serializers.CharField(max_length=40), required=False, max_length=50)


class CustomerIn(CustomerPatch):
    phone = serializers.CharField(max_length=40, required=False)
    email = serializers.CharField(max_length=254, required=False)
    wechat = serializers.CharField(max_length=80, required=False)
    external_id = serializers.CharField(max_length=80, required=False)


class Customers(Pages):
    permissions = {"GET": "customers:read", "POST": "customers:write"}
    model = Customer
    serializer_class = CustomerOut
    filterset_class = CustomerFilter
    columns = CUSTOMER
    orders = {"created_at": Order("created_at"), "name": Order("in_name_order", str)}

    def rows(self):
        rows = Customer.objects.all()
        if self.request.query_params.get("sort", "").endswith("name"):
            rows = rows.annotate(in_name_order=Collate("search_text", "C"))
        return seen_by(self.request.auth, rows)

    def shown(self, data: bytes) -> bytes:
        """Mask contacts for readers who may not reveal them; what a contact is compared by is nobody's business."""
        page = orjson.loads(data)
        may_reveal = masking.may_reveal(self.request.auth)
        for point in (point for row in page for point in row.get("contact_points", ())):
            normalised = point.pop("normalised")
            if not may_reveal:
                contact = ContactPoint(kind=point["kind"], value=point["value"], normalised=normalised)
                point["value"] = masking.masked_contact(contact)
        return orjson.dumps(page)

    @extend_schema(operation_id="customers_list", summary="List customers, newest first or in an order asked for")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="customers_create", summary="Record a customer", request=CustomerIn,
        responses={201: CustomerOut, 200: CustomerOut}, parameters=[IDEMPOTENCY_HEADER],
        description="When the contacts belong to a customer we know, that one is completed and answered with 200.",
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        body = read(CustomerIn, request)
        tags = body.pop("tags", None)
        contacts = {kind: body.pop(kind, "") for kind in ("phone", "email", "wechat", "external_id")}
        report = operations.CustomerReport(name=body.pop("name"), source="api", fields=body, **contacts)
        answer = operations.record_customers([report])[0]
        if isinstance(answer, operations.Refused):
            raise answer.error
        if tags is not None and answer.is_new:
            operations.set_tags(answer.row, tags)
        return _shown(answer.row.id, request, status=201 if answer.is_new else 200)


class OneCustomer(APIView):
    permissions = {"GET": "customers:read", "PATCH": "customers:write"}

    @extend_schema(operation_id="customers_retrieve", summary="Read a customer", responses=CustomerOut)
    def get(self, request, customer_id):
        return _shown(customer_id, request)

    @extend_schema(
        operation_id="customers_update", summary="Change a customer", request=CustomerPatch, responses=CustomerOut,
        parameters=[IF_MATCH],
    )  # fmt: skip
    def patch(self, request, customer_id):
        changes = read(CustomerPatch, request, partial=True)
        expected = request.headers.get("If-Match", "*").strip().removeprefix("W/").strip('"')
        operations.update_customer(customer_id, expected_version=None if expected == "*" else expected, **changes)
        return _shown(customer_id, request)


def _shown(customer_id, request, *, status: int = 200) -> Response:
    customer = queries.customers().get(id=customer_id)
    body = CustomerOut(customer, context={"request": request}).data
    return Response(body, status=status, headers={"ETag": f'"{operations.version_of(customer)}"'})


class OfCustomer(Rows):
    """Rows that belong to the customer in the address; somebody else's customer is 404."""

    def rows(self):
        customer = Customer.objects.get(id=self.kwargs["customer_id"])
        return self.model.objects.filter(customer=customer)


class ContactPointIn(Shape):
    kind = serializers.ChoiceField(ContactPoint.Kind.choices)
    value = serializers.CharField(max_length=254)
    is_primary = serializers.BooleanField(default=False)


class ContactPoints(OfCustomer):
    permissions = {"GET": "customers:read", "POST": "customers:write"}
    model = ContactPoint
    serializer_class = ContactPointOut

    @extend_schema(operation_id="contact_points_list", summary="List a customer's contacts")
    def get(self, request, customer_id):
        return super().get(request)

    @extend_schema(
        operation_id="contact_points_create", summary="Add a contact", request=ContactPointIn,
        responses={201: ContactPointOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, customer_id):
        point = operations.add_contact_point(customer_id, **read(ContactPointIn, request))
        return Response(ContactPointOut(point, context={"request": request}).data, status=201)


class InteractionOut(serializers.ModelSerializer):
    author_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = Interaction
        fields = ["id", "kind", "text", "author_id", "occurred_at"]


class InteractionIn(Shape):
    kind = serializers.ChoiceField(Interaction.Kind.choices)
    text = serializers.CharField(max_length=10_000)
    occurred_at = serializers.DateTimeField(required=False)
    author_id = serializers.UUIDField(required=False)


class Interactions(OfCustomer):
    permissions = {"GET": "customers:read", "POST": "customers:write"}
    model = Interaction
    serializer_class = InteractionOut

    @extend_schema(operation_id="interactions_list", summary="List what was said and done, newest first")
    def get(self, request, customer_id):
        return super().get(request)

    @extend_schema(
        operation_id="interactions_create", summary="Record an interaction", request=InteractionIn,
        responses={201: InteractionOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, customer_id):
        interaction = operations.record_interaction(customer_id, **read(InteractionIn, request))
        return Response(InteractionOut(interaction).data, status=201)


class ConsentOut(serializers.ModelSerializer):
    class Meta:
        model = Consent
        fields = ["id", "purpose", "channel", "is_granted", "text_version", "language", "source", "occurred_at"]


class ConsentIn(Shape):
    purpose = serializers.ChoiceField(Consent.Purpose.choices)
    channel = serializers.ChoiceField(["email", "sms", "wechat", "phone"], default="email")
    is_granted = serializers.BooleanField()
    text_version = serializers.CharField(max_length=40)
    language = serializers.ChoiceField(LANGUAGES[1:])
    source = serializers.CharField(max_length=40, default="api")


class Consents(OfCustomer):
    permissions = {"GET": "customers:read", "POST": "customers:write"}
    model = Consent
    serializer_class = ConsentOut

    @extend_schema(
        operation_id="consents_list", summary="List consents, newest first",
        description="The newest of each purpose and channel counts.",
    )  # fmt: skip
    def get(self, request, customer_id):
        return super().get(request)

    @extend_schema(
        operation_id="consents_create", summary="Record a yes or no", request=ConsentIn,
        responses={201: ConsentOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, customer_id):
        consent = operations.record_consent(customer_id, **read(ConsentIn, request))
        return Response(ConsentOut(consent).data, status=201)


class TimelineItemOut(serializers.Serializer):
    kind = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    subject_id = serializers.UUIDField()
    facts = extend_schema_field(OpenApiTypes.OBJECT)(serializers.JSONField)()


class TimelineOut(serializers.Serializer):
    data = TimelineItemOut(many=True)


class Timeline(APIView):
    permissions = {"GET": "customers:read"}

    @extend_schema(
        operation_id="customers_timeline", summary="Tell the last 100 things that happened with a customer",
        responses=TimelineOut,
    )  # fmt: skip
    def get(self, request, customer_id):
        return Response({"data": TimelineItemOut(queries.timeline(customer_id), many=True).data})
