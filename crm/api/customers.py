"""REST: customers, their contacts and what happens with them."""

from uuid import UUID

import django_filters as filters
import orjson
from django.db.models.functions import Collate
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm import masking, operations, queries
from crm.api.pages import CUSTOMER, CUSTOMER_TO_MASK
from crm.filters import CustomerFilter
from crm.models import Consent, ContactPoint, Customer, Interaction
from crm.queries.sight import check_known, seen_by
from crm.queries.talk import readable
from crm.rules.fields import CONTACTS
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_pages import Order, Pages
from tenancy.api_shapes import Rows, Shape, read

LANGUAGES = ["", "zh-hans", "en"]
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag you read; when it is another one by now, 412."
)
_OWN = [
    "kind", "name", "stage", "owner_id", "language", "gender", "birth_date", "province", "city", "occupation", "note",
    "custom", "country", "address", "postal_code", "income_band", "interests", "personal_values", "company_id",
]  # fmt: skip


class ContactPointOut(serializers.ModelSerializer):
    value = serializers.SerializerMethodField(
        help_text="Masked without the permission contacts:reveal, and for people who are signed in: they reveal one by one."
    )

    class Meta:
        model = ContactPoint
        fields = ["id", "kind", "value", "is_primary", "verified_at"]

    def get_value(self, point: ContactPoint) -> str:
        return masking.contact_in_answer(point, self.context["request"].auth)


class CustomerOut(serializers.ModelSerializer):
    owner_id = serializers.UUIDField(allow_null=True)
    company_id = serializers.UUIDField(allow_null=True)
    custom = serializers.DictField()
    tags = serializers.SerializerMethodField()
    contact_points = ContactPointOut(many=True)

    class Meta:
        model = Customer
        fields = ["id", *_OWN, "source", "tags", "contact_points", "created_at", "updated_at"]

    def get_tags(self, customer: Customer) -> list[str]:
        return [link.tag.name for link in customer.tags.all()]

    def to_representation(self, customer: Customer) -> dict:
        """Leave out what the reader's role does not see."""
        shown, reader = super().to_representation(customer), self.context["request"].auth
        for column in masking.hidden_columns(reader):
            shown.pop(column, None)
        shown["contact_points"] = [point for point in shown["contact_points"] if masking.shows(reader, point["kind"])]
        return shown


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
    country = serializers.RegexField(r"^[A-Z]{2}$", required=False, allow_blank=True, help_text="ISO 3166, two letters.")
    address = serializers.CharField(max_length=200, required=False, allow_blank=True)
    postal_code = serializers.CharField(max_length=16, required=False, allow_blank=True)
    income_band = serializers.ChoiceField([("", ""), *Customer.IncomeBand.choices], required=False)
    interests = serializers.CharField(max_length=300, required=False, allow_blank=True)
    personal_values = serializers.CharField(max_length=300, required=False, allow_blank=True)
    company_id = serializers.UUIDField(required=False, allow_null=True, help_text="The company this person works at.")
    note = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    custom = serializers.DictField(
        required=False,
        help_text="Custom fields by key (GET /custom-fields). Those not named stay; null takes one away; an unknown key is "
        "refused with its name.",
    )
    tags = serializers.ListField(child=serializers.CharField(max_length=40), required=False, max_length=50)


class CustomerIn(CustomerPatch):
    phone = serializers.CharField(max_length=40, required=False)
    email = serializers.CharField(max_length=254, required=False)
    wechat = serializers.CharField(max_length=80, required=False)
    external_id = serializers.CharField(
        max_length=80, required=False,
        help_text="An id of yours. Where several systems have their own, put the system before it: shop:123, pos:77.",
    )  # fmt: skip


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

    def written(self):
        return CUSTOMER if masking.reads_all(self.request.auth) else CUSTOMER_TO_MASK

    def shown(self, data: bytes) -> bytes:
        """Leave out and mask what the reader's role does not see; what a contact is compared by is nobody's business."""
        reader = self.request.auth
        if masking.reads_all(reader):
            return data
        page, hidden = orjson.loads(data), masking.hidden_columns(reader)
        for row in page:
            for column in hidden & row.keys():
                del row[column]
            if points := row.get("contact_points"):
                seen = [point for point in points if masking.shows(reader, point["kind"])]
                row["contact_points"] = [_shown_point(point, reader) for point in seen]
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
        masking.check_changes(request.auth, body)
        contacts = {kind: body.pop(kind, "") for kind in ("phone", "email", "wechat", "external_id")}
        if "stage" in body:
            operations.require(body["stage"], {**body, **contacts, "tags": tags}, body.get("custom", {}))
        report = operations.CustomerReport(name=body.pop("name"), source="api", fields=body, **contacts)
        answer = operations.record_customers([report])[0]
        if isinstance(answer, operations.Refused):
            raise answer.error
        check_known(request.auth, answer)
        if tags is not None and answer.is_new:
            operations.set_tags(answer.row, tags)
        return customer_answer(answer.row.id, request, status=201 if answer.is_new else 200)


def _shown_point(point: dict, reader) -> dict:
    contact = masking.Contact(point["kind"], point["value"], point.pop("normalised"))
    return point | {"value": masking.contact_in_answer(contact, reader)}


class OneCustomer(APIView):
    permissions = {"GET": "customers:read", "PATCH": "customers:write"}

    @extend_schema(operation_id="customers_retrieve", summary="Read a customer", responses=CustomerOut)
    def get(self, request, customer_id):
        return customer_answer(customer_id, request)

    @extend_schema(
        operation_id="customers_update", summary="Change a customer", request=CustomerPatch, responses=CustomerOut,
        parameters=[IF_MATCH],
    )  # fmt: skip
    def patch(self, request, customer_id):
        changes = read(CustomerPatch, request, partial=True)
        masking.check_changes(request.auth, changes)
        expected = request.headers.get("If-Match", "*").strip().removeprefix("W/").strip('"')
        operations.update_customer(customer_id, expected_version=None if expected == "*" else expected, **changes)
        return customer_answer(customer_id, request)


def customer_answer(customer_id, request, *, status: int = 200) -> Response:
    """Show a customer as the reader may see them."""
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

    def rows(self):
        return super().rows().filter(kind__in=[kind for kind in CONTACTS if masking.shows(self.request.auth, kind)])

    @extend_schema(operation_id="contact_points_list", summary="List a customer's contacts")
    def get(self, request, customer_id):
        return super().get(request)

    @extend_schema(
        operation_id="contact_points_create", summary="Add a contact", request=ContactPointIn,
        responses={201: ContactPointOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, customer_id):
        told = read(ContactPointIn, request)
        masking.check_changes(request.auth, [told["kind"]])
        point = operations.add_contact_point(customer_id, **told)
        return Response(ContactPointOut(point, context={"request": request}).data, status=201)


class InteractionOut(serializers.ModelSerializer):
    author_id = serializers.UUIDField(allow_null=True)
    is_pinned = serializers.SerializerMethodField()
    mentioned_ids = serializers.SerializerMethodField(help_text="Colleagues named in the text with an @.")

    class Meta:
        model = Interaction
        fields = [
            "id", "kind", "text", "author_id", "occurred_at", "minutes", "result", "is_team_only", "is_pinned", "edited_at",
            "mentioned_ids",
        ]  # fmt: skip

    def get_is_pinned(self, row: Interaction) -> bool:
        return row.pinned_at is not None

    def get_mentioned_ids(self, row: Interaction) -> list[UUID]:
        return [mention.member_id for mention in row.mentions.all()]


class InteractionIn(Shape):
    kind = serializers.ChoiceField(Interaction.Kind.choices)
    text = serializers.CharField(max_length=10_000)
    occurred_at = serializers.DateTimeField(required=False)
    author_id = serializers.UUIDField(required=False)
    minutes = serializers.IntegerField(required=False, min_value=0, max_value=1440, help_text="How long it took.")
    result = serializers.ChoiceField([("", ""), *Interaction.Result.choices], required=False)
    is_team_only = serializers.BooleanField(required=False, help_text="Only the author's team (and owners) read it.")
    is_pinned = serializers.BooleanField(required=False, help_text="It stays on top of the customer's page.")


class InteractionFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=Interaction.Kind.choices)
    is_pinned = filters.BooleanFilter(field_name="pinned_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Interaction
        fields: list[str] = []


class Interactions(OfCustomer):
    permissions = {"GET": "customers:read", "POST": "customers:write"}
    model = Interaction
    serializer_class = InteractionOut
    filterset_class = InteractionFilter

    def rows(self):
        return readable(super().rows(), self.request.auth).prefetch_related("mentions")

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
        items = [item for item in queries.timeline(customer_id, reader=request.auth) if _may_read(item.kind, request.auth)]
        return Response({"data": TimelineItemOut(items, many=True).data})


def _may_read(kind: str, reader: masking.Principal) -> bool:
    """A timeline tells of orders and tasks to those only who may read these."""
    first = kind.partition("_")[0]
    if first in ("order", "refund"):
        return reader.may("orders:read") and masking.shows(reader, "money")
    return first != "task" or reader.may("tasks:read")
