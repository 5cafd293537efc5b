"""REST: what a customer's page holds besides facts: files, pinned notes, hand-overs."""

import django_filters as filters
from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from crm import operations
from crm.api.customers import InteractionOut, OfCustomer
from crm.models import CustomerFile, HandOver, Interaction
from crm.queries.talk import files_of, readable
from crm.rules.talk import LARGEST_FILE
from tenancy import audit
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read
from tenancy.models import Membership
from tenancy.parsing import JSONParser

# --- files ----------------------------------------------------------------------------------------------------


class CustomerFileOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField()
    author_id = serializers.UUIDField(allow_null=True)
    size = serializers.IntegerField(help_text="Bytes.")

    class Meta:
        model = CustomerFile
        fields = ["id", "customer_id", "name", "content_type", "size", "sha256", "author_id", "created_at"]


class CustomerFileIn(Shape):
    file = serializers.FileField(help_text="PDF, pictures, text, spreadsheets and documents up to 5 MB.")


class CustomerFiles(OfCustomer):
    permissions = {"GET": "customers:read", "POST": "customers:write"}
    parser_classes = [MultiPartParser, JSONParser]
    model = CustomerFile
    serializer_class = CustomerFileOut

    def rows(self):
        super().rows()
        return files_of(self.kwargs["customer_id"])

    @extend_schema(operation_id="customer_files_list", summary="List a customer's files, newest first")
    def get(self, request, customer_id):
        return super().get(request)

    @extend_schema(
        operation_id="customer_files_upload", summary="Keep a file with a customer",
        request={"multipart/form-data": CustomerFileIn}, responses={201: CustomerFileOut, 200: CustomerFileOut},
        description="What the file is, is found out from its content. The same content again is the first file, with 200.",
    )  # fmt: skip
    def post(self, request, customer_id):
        told = read(CustomerFileIn, request)["file"]
        known = set(files_of(customer_id).values_list("id", flat=True))
        file = operations.add_file(customer_id, name=told.name, content=told.read(LARGEST_FILE + 1))
        return Response(CustomerFileOut(file).data, status=200 if file.id in known else 201)


class OneCustomerFile(APIView):
    permissions = {"GET": "customers:read", "DELETE": "customers:write"}

    @extend_schema(operation_id="files_retrieve", summary="Read what a file is", responses=CustomerFileOut)
    def get(self, request, file_id):
        return Response(CustomerFileOut(_file(file_id)).data)

    @extend_schema(
        operation_id="files_delete", summary="Throw a file away", responses={204: None},
        description="Its content is gone at once; that it was there, and who removed it, stays in the timeline.",
    )  # fmt: skip
    def delete(self, request, file_id):
        operations.remove_file(_file(file_id).id)
        return Response(status=204)


class CustomerFileContent(APIView):
    permissions = {"GET": "customers:read"}

    @extend_schema(
        operation_id="files_download", summary="Download a file",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        description="In its own content type, as an attachment. Every download is written into the audit log.",
    )  # fmt: skip
    def get(self, request, file_id):
        return file_answer(CustomerFile.objects.get(id=file_id, removed_at=None))


def _file(file_id) -> CustomerFile:
    return CustomerFile.objects.defer("content").get(id=file_id, removed_at=None)


def file_answer(file: CustomerFile) -> HttpResponse:
    """Give a file out and note it; a browser keeps it as a file and runs nothing of it."""
    audit.record("file.opened", file, {"customer_id": str(file.customer_id)})
    answer = HttpResponse(bytes(file.content), content_type=file.content_type)
    answer["Content-Disposition"] = content_disposition_header(True, file.name)
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


# --- pinned notes ---------------------------------------------------------------------------------------------


class _Pin(APIView):
    permissions = {"POST": "customers:write"}
    is_pinned: bool

    def pin(self, request, interaction_id):
        note = readable(Interaction.objects.filter(id=interaction_id), request.auth).first()
        if note is None:
            raise Http404
        return Response(InteractionOut(operations.pin_interaction(note.id, is_pinned=self.is_pinned)).data)


class PinInteraction(_Pin):
    is_pinned = True

    @extend_schema(
        operation_id="interactions_pin", summary="Keep a note on top of the customer's page", request=None,
        responses=InteractionOut,
    )  # fmt: skip
    def post(self, request, interaction_id):
        return self.pin(request, interaction_id)


class UnpinInteraction(_Pin):
    is_pinned = False

    @extend_schema(
        operation_id="interactions_unpin", summary="Let a pinned note go back to its day", request=None,
        responses=InteractionOut,
    )  # fmt: skip
    def post(self, request, interaction_id):
        return self.pin(request, interaction_id)


# --- hand-overs -----------------------------------------------------------------------------------------------


class HandOverOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField()
    giver_id = serializers.UUIDField(allow_null=True)
    receiver_id = serializers.UUIDField(allow_null=True)
    checklist = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = HandOver
        fields = [
            "id", "customer_id", "giver_id", "receiver_id", "note", "checklist", "with_tasks", "with_deals", "with_cases",
            "state", "asked_at", "answered_at", "answer",
        ]  # fmt: skip


class CustomerHandOverIn(Shape):
    receiver_id = serializers.UUIDField(help_text="The colleague who is asked.")
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    checklist = serializers.ListField(
        child=serializers.CharField(max_length=200), max_length=20, required=False,
        help_text="Sentences the colleague goes through before taking over.",
    )  # fmt: skip
    with_tasks = serializers.BooleanField(default=True, help_text="The owner's open tasks go along.")
    with_deals = serializers.BooleanField(default=False, help_text="The owner's open deals and leads go along.")
    with_cases = serializers.BooleanField(default=False, help_text="The owner's open cases go along.")


class CustomerHandOvers(OfCustomer):
    permissions = {"GET": "customers:read", "POST": "customers:write"}
    model = HandOver
    serializer_class = HandOverOut

    @extend_schema(operation_id="customer_hand_overs_list", summary="List a customer's hand-overs, newest first")
    def get(self, request, customer_id):
        return super().get(request)

    @extend_schema(
        operation_id="customer_hand_overs_create", summary="Ask a colleague to take a customer over",
        request=CustomerHandOverIn, responses={201: HandOverOut}, parameters=[IDEMPOTENCY_HEADER],
        description="The colleague is told. The customer is theirs once they have accepted.",
    )  # fmt: skip
    @idempotent()
    def post(self, request, customer_id):
        asked = operations.hand_over(customer_id, **read(CustomerHandOverIn, request))
        return Response(HandOverOut(asked).data, status=201)


class HandOverFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=HandOver.State.choices)
    receiver = filters.UUIDFilter(field_name="receiver_id")

    class Meta:
        model = HandOver
        fields: list[str] = []


class HandOvers(Rows):
    permissions = {"GET": "customers:read"}
    model = HandOver
    serializer_class = HandOverOut
    filterset_class = HandOverFilter

    def rows(self):
        return HandOver.objects.all()

    @extend_schema(operation_id="hand_overs_list", summary="List hand-overs, newest first")
    def get(self, request):
        return super().get(request)


class _Answer(APIView):
    """Somebody who is signed in answers what they were asked; a key answers for whoever it works for."""

    permissions = {"POST": "customers:write"}

    def asked(self, request, hand_over_id, *, by_receiver: bool = True) -> HandOver:
        found = HandOver.objects.get(id=hand_over_id)
        if isinstance(request.auth, Membership) and (found.receiver_id == request.auth.id) != by_receiver:
            raise Http404
        return found


class HandOverAcceptIn(Shape):
    checked = serializers.IntegerField(
        default=0, min_value=0, help_text="How many lines of the checklist were gone through: all of them are needed."
    )


class AcceptHandOver(_Answer):
    @extend_schema(
        operation_id="hand_overs_accept", summary="Take a customer over", request=HandOverAcceptIn, responses=HandOverOut,
        parameters=[IDEMPOTENCY_HEADER],
        description="With the open tasks, deals, leads and cases that were to go along. Only the colleague who was asked.",
    )  # fmt: skip
    @idempotent()
    def post(self, request, hand_over_id):
        asked = self.asked(request, hand_over_id)
        return Response(HandOverOut(operations.accept_hand_over(asked.id, **read(HandOverAcceptIn, request))).data)


class HandOverDeclineIn(Shape):
    answer = serializers.CharField(max_length=300, required=False, allow_blank=True, help_text="Why not.")


class DeclineHandOver(_Answer):
    @extend_schema(
        operation_id="hand_overs_decline", summary="Decline to take a customer over", request=HandOverDeclineIn,
        responses=HandOverOut, parameters=[IDEMPOTENCY_HEADER], description="Only the colleague who was asked.",
    )  # fmt: skip
    @idempotent()
    def post(self, request, hand_over_id):
        asked = self.asked(request, hand_over_id)
        return Response(HandOverOut(operations.decline_hand_over(asked.id, **read(HandOverDeclineIn, request))).data)


class WithdrawHandOver(_Answer):
    @extend_schema(
        operation_id="hand_overs_withdraw", summary="Take the question back", request=None, responses=HandOverOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, hand_over_id):
        asked = self.asked(request, hand_over_id, by_receiver=False)
        return Response(HandOverOut(operations.withdraw_hand_over(asked.id)).data)
