"""REST: the fields that an organisation adds to its records."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm import operations
from crm.models import CustomField
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read
from tenancy.models import Membership


class TextsField(serializers.DictField):
    child = serializers.CharField(allow_blank=True, max_length=200)


class ChoiceShape(serializers.Serializer):
    value = serializers.CharField(max_length=60)
    en = serializers.CharField(max_length=80, required=False, allow_blank=True)

    def get_fields(self):
        return {**super().get_fields(), "zh-hans": serializers.CharField(max_length=80, required=False, allow_blank=True)}


class CustomFieldOut(serializers.ModelSerializer):
    label = TextsField()
    help = TextsField()
    choices = ChoiceShape(many=True)
    required_stages = serializers.ListField(child=serializers.CharField())
    roles = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = CustomField
        fields = [
            "id", "subject", "key", "label", "help", "kind", "choices", "required_stages", "roles", "position",
            "is_in_lists", "archived_at", "created_at",
        ]  # fmt: skip


class CustomFieldPatch(Shape):
    label = TextsField(help_text='{"en", "zh-hans"}; one is enough.')
    help = TextsField(required=False)
    kind = serializers.ChoiceField(CustomField.Kind.choices)
    choices = ChoiceShape(many=True, required=False, help_text="Of the kinds choice and choices.")
    required_stages = serializers.ListField(child=serializers.CharField(max_length=40), required=False, max_length=20)
    roles = serializers.ListField(child=serializers.ChoiceField(Membership.Role.choices), required=False)
    is_in_lists = serializers.BooleanField(required=False)


class CustomFieldIn(CustomFieldPatch):
    subject = serializers.ChoiceField(CustomField.Subject.choices, default=CustomField.Subject.CUSTOMER)
    key = serializers.CharField(max_length=40, help_text="Small letters, digits, single underscores; it never changes.")


class CustomFields(Rows):
    permissions = {"GET": "customers:read", "POST": "settings:write"}
    model = CustomField
    serializer_class = CustomFieldOut

    def rows(self):
        subject = self.request.query_params.get("subject")
        rows = CustomField.objects.all()
        return rows.filter(subject=subject) if subject in CustomField.Subject.values else rows

    @extend_schema(
        operation_id="custom_fields_list", summary="List custom fields, newest first",
        parameters=[OpenApiParameter("subject", str, enum=CustomField.Subject.values)],
        description="Archived ones have archived_at: values of theirs stay readable and are not written any more.",
    )  # fmt: skip
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="custom_fields_create", summary="Add a custom field", request=CustomFieldIn,
        responses={201: CustomFieldOut}, parameters=[IDEMPOTENCY_HEADER],
        description="From then on records take it in `custom`: numbers as numbers, money in the smallest part, dates as "
        "2026-11-20, several choices as a list.",
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        row = operations.create_custom_field(**read(CustomFieldIn, request))
        return Response(CustomFieldOut(row).data, status=201)


class OneCustomField(APIView):
    permissions = {"GET": "customers:read", "PATCH": "settings:write", "DELETE": "settings:write"}

    @extend_schema(operation_id="custom_fields_retrieve", summary="Read a custom field", responses=CustomFieldOut)
    def get(self, request, field_id):
        return Response(CustomFieldOut(CustomField.objects.get(id=field_id)).data)

    @extend_schema(
        operation_id="custom_fields_update", summary="Change a custom field", request=CustomFieldPatch,
        responses=CustomFieldOut, description="409 field_has_values when the kind of a filled-in field would change.",
    )  # fmt: skip
    def patch(self, request, field_id):
        row = operations.update_custom_field(field_id, **read(CustomFieldPatch, request, partial=True))
        return Response(CustomFieldOut(row).data)

    @extend_schema(
        operation_id="custom_fields_archive", summary="Archive a custom field", responses={204: None},
        description="Values stay readable. Fields are never deleted.",
    )  # fmt: skip
    def delete(self, request, field_id):
        CustomField.objects.get(id=field_id)
        operations.archive_custom_field(field_id)
        return Response(status=204)
