"""REST: profiles of referrers, what a source may do, printed batches, and whose a code is."""

import django_filters as filters
from django.http import Http404, HttpResponse
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from referrals import queries
from referrals.models import Campaign, MaterialBatch, MaterialSheets, ReferralCode, ReferrerProfile, Source, SourceRule
from referrals.operations import material, owners
from referrals.operations import profiles as enrolling
from referrals.queries.sources import (
    Figures,
    Period,
    batches,
    code_history,
    figures_by_batch,
    figures_by_source,
    profiles,
    rule_of,
)
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read


class SourceCountsOut(serializers.Serializer):
    codes = serializers.IntegerField()
    touches = serializers.IntegerField()
    signups = serializers.IntegerField(help_text="Forms handed in, confirmed or not.")
    referrals = serializers.IntegerField()
    conversions = serializers.IntegerField()
    rewards = serializers.IntegerField()
    reward_cost_minor = serializers.IntegerField()


class SourceReportOut(SourceCountsOut):
    source = serializers.ChoiceField(Source.choices)


class PeriodIn(Shape):
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    campaign = serializers.UUIDField(required=False)


class ProfileOut(serializers.ModelSerializer):
    customer_id = serializers.UUIDField()
    membership_id = serializers.UUIDField(allow_null=True)
    store_id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(source="customer.name")

    class Meta:
        model = ReferrerProfile
        fields = [
            "id", "customer_id", "name", "kind", "membership_id", "store_id", "organisation_name", "terms", "notes",
            "is_active", "since", "left_at",
        ]  # fmt: skip


class ProfileIn(Shape):
    kind = serializers.ChoiceField(Source.choices)
    membership_id = serializers.UUIDField(required=False, help_text="Of an employee; the rest is taken from there.")
    customer_id = serializers.UUIDField(required=False, help_text="Somebody on the books; else give a name.")
    name = serializers.CharField(max_length=120, required=False)
    phone = serializers.CharField(max_length=40, required=False)
    email = serializers.EmailField(required=False)
    store_id = serializers.UUIDField(required=False)
    organisation_name = serializers.CharField(max_length=120, required=False)
    terms = serializers.CharField(max_length=4000, required=False)
    notes = serializers.CharField(max_length=4000, required=False)

    def validate(self, told):
        if told["kind"] == Source.EMPLOYEE and "membership_id" not in told:
            raise serializers.ValidationError({"membership_id": ["An employee is enrolled by their membership."]})
        if told["kind"] != Source.EMPLOYEE and not (told.get("customer_id") or told.get("name")):
            raise serializers.ValidationError({"name": ["Give a name, or the id of a customer."]})
        return told


class CloseProfileIn(Shape):
    heir_id = serializers.UUIDField(required=False, help_text="The profile that goes on with the codes.")


class RepointIn(Shape):
    profile_id = serializers.UUIDField(help_text="Of the new owner.")
    reason = serializers.CharField(max_length=60, required=False)


class RuleIn(Shape):
    is_allowed = serializers.BooleanField(default=True)
    limit_30_days = serializers.IntegerField(min_value=1, max_value=100_000, allow_null=True, default=None)
    hold_days = serializers.IntegerField(min_value=0, max_value=365, default=0)
    needs_approval = serializers.BooleanField(default=False)
    by_payroll = serializers.BooleanField(default=False, help_text="Employees only: points are paid with the salary.")


class RuleOut(serializers.ModelSerializer):
    class Meta:
        model = SourceRule
        fields = ["source", "is_allowed", "limit_30_days", "hold_days", "needs_approval", "by_payroll"]


class BatchOut(serializers.ModelSerializer):
    campaign_id = serializers.UUIDField()
    profile_id = serializers.UUIDField(source="owner_id", help_text="Whose pieces they are.")
    store_id = serializers.UUIDField(allow_null=True)
    job_id = serializers.UUIDField(allow_null=True)
    serial_to = serializers.IntegerField()

    class Meta:
        model = MaterialBatch
        fields = [
            "id", "campaign_id", "profile_id", "store_id", "name", "kind", "design", "size", "serial_from", "serial_to",
            "has_own_codes", "valid_from", "valid_to", "state", "job_id", "created_at",
        ]  # fmt: skip


class OneBatchOut(BatchOut):
    figures = serializers.SerializerMethodField()
    parts = serializers.SerializerMethodField(help_text="Parts of the print file that can be fetched.")

    class Meta(BatchOut.Meta):
        fields = [*BatchOut.Meta.fields, "figures", "parts"]

    @extend_schema_field(SourceCountsOut)
    def get_figures(self, batch):
        return SourceCountsOut(figures_by_batch([batch.id]).get(batch.id, Figures())).data

    def get_parts(self, batch) -> list[int]:
        return list(MaterialSheets.objects.filter(batch=batch).order_by("part").values_list("part", flat=True))


class BatchIn(Shape):
    campaign_id = serializers.UUIDField()
    profile_id = serializers.UUIDField(help_text="Whose pieces they are.")
    name = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(MaterialBatch.Kind.choices)
    design = serializers.ChoiceField(MaterialBatch.Design.choices, default=MaterialBatch.Design.BOLD)
    size = serializers.IntegerField(min_value=1, max_value=material.MOST)
    store_id = serializers.UUIDField(required=False)
    has_own_codes = serializers.BooleanField(default=True)
    valid_from = serializers.DateTimeField(required=False)
    valid_to = serializers.DateTimeField(required=False)


class CodeOwnerOut(serializers.Serializer):
    referrer_id = serializers.UUIDField()
    from_at = serializers.DateTimeField()
    reason = serializers.CharField()


class OwnedCodeOut(serializers.ModelSerializer):
    campaign_id = serializers.UUIDField()
    referrer_id = serializers.UUIDField()
    batch_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = ReferralCode
        fields = ["id", "code", "campaign_id", "referrer_id", "batch_id", "serial", "is_active", "created_at"]


class OneOwnedCodeOut(OwnedCodeOut):
    owners = serializers.SerializerMethodField(help_text="Whose it was from when on; empty: always its referrer's.")

    class Meta(OwnedCodeOut.Meta):
        fields = [*OwnedCodeOut.Meta.fields, "owners"]

    @extend_schema_field(CodeOwnerOut(many=True))
    def get_owners(self, code):
        return CodeOwnerOut(code_history(code.id), many=True).data


class ProfileFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=Source.choices)
    is_active = filters.BooleanFilter()
    store = filters.UUIDFilter(field_name="store_id")
    membership = filters.UUIDFilter(field_name="membership_id")
    customer = filters.UUIDFilter(field_name="customer_id")

    class Meta:
        model = ReferrerProfile
        fields: list[str] = []


class BatchFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=MaterialBatch.Kind.choices)
    state = filters.ChoiceFilter(choices=MaterialBatch.State.choices)
    campaign = filters.UUIDFilter(field_name="campaign_id")
    profile = filters.UUIDFilter(field_name="owner_id")
    store = filters.UUIDFilter(field_name="store_id")

    class Meta:
        model = MaterialBatch
        fields: list[str] = []


class CodeFilter(filters.FilterSet):
    campaign = filters.UUIDFilter(field_name="campaign_id")
    referrer = filters.UUIDFilter(field_name="referrer_id")
    batch = filters.UUIDFilter(field_name="batch_id")
    is_active = filters.BooleanFilter()

    class Meta:
        model = ReferralCode
        fields: list[str] = []


class Profiles(Rows):
    permissions = {"GET": "campaigns:read", "POST": "campaigns:write"}
    model = ReferrerProfile
    serializer_class = ProfileOut
    filterset_class = ProfileFilter

    def rows(self):
        return profiles().order_by("-id")

    @extend_schema(operation_id="referrers_list", summary="List those enrolled as referrers, newest first")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="referrers_create", summary="Enrol an employee, a partner, a community or an owner of material",
        request=ProfileIn, responses={201: ProfileOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request):
        body = read(ProfileIn, request)
        if body["kind"] == Source.EMPLOYEE:
            told = {name: body[name] for name in ("store_id", "notes") if name in body}
            made = enrolling.enrol_employee(body["membership_id"], **told)
        else:
            made = enrolling.enrol_referrer(**{name: value for name, value in body.items() if name != "membership_id"})
        return Response(ProfileOut(profiles().get(id=made.id)).data, status=201)


class OneProfile(APIView):
    permissions = {"GET": "campaigns:read"}

    @extend_schema(operation_id="referrers_retrieve", summary="Read a referrer's profile", responses=ProfileOut)
    def get(self, request, profile_id):
        return Response(ProfileOut(profiles().get(id=profile_id)).data)


class CloseProfile(APIView):
    permissions = {"POST": "campaigns:write"}

    @extend_schema(
        operation_id="referrers_close", summary="Let a referrer go; the codes go on for the heir, else for the house",
        request=CloseProfileIn, responses=ProfileOut,
    )  # fmt: skip
    def post(self, request, profile_id):
        enrolling.close_profile(profile_id, heir_id=read(CloseProfileIn, request).get("heir_id"))
        return Response(ProfileOut(profiles().get(id=profile_id)).data)


class SourceReport(APIView):
    permissions = {"GET": "campaigns:read"}

    @extend_schema(
        operation_id="sources_report", summary="Sum up what came of each source",
        parameters=[
            OpenApiParameter("since", OpenApiTypes.DATETIME), OpenApiParameter("until", OpenApiTypes.DATETIME),
            OpenApiParameter("campaign", OpenApiTypes.UUID),
        ],
        responses=SourceReportOut(many=True),
    )  # fmt: skip
    def get(self, request):
        shape = PeriodIn(data=request.query_params.dict())
        shape.is_valid(raise_exception=True)
        told = shape.validated_data
        found = figures_by_source(Period(told.get("since"), told.get("until")), campaign_id=told.get("campaign"))
        return Response([{"source": source, **SourceCountsOut(figures).data} for source, figures in found.items()])


class OneSourceRule(APIView):
    permissions = {"GET": "campaigns:read", "PUT": "campaigns:write"}

    @extend_schema(
        operation_id="source_rules_retrieve", summary="Read what a source may do in a campaign", responses=RuleOut,
        parameters=[OpenApiParameter("source", str, OpenApiParameter.PATH, enum=Source.values)],
    )  # fmt: skip
    def get(self, request, campaign_id, source):
        Campaign.objects.only("id").get(id=campaign_id)
        if source not in Source.values:
            raise Http404
        return Response({"source": source, **vars(rule_of(campaign_id, source))})

    @extend_schema(
        operation_id="source_rules_set", summary="Say what a source may do in a campaign", request=RuleIn, responses=RuleOut,
        parameters=[OpenApiParameter("source", str, OpenApiParameter.PATH, enum=Source.values)],
    )  # fmt: skip
    def put(self, request, campaign_id, source):
        told = read(RuleIn, request)
        if source not in Source.values:
            raise serializers.ValidationError({"source": ["There is no such source."]})
        return Response(RuleOut(enrolling.set_source_rule(campaign_id, source, **told)).data)


class Batches(Rows):
    permissions = {"GET": "campaigns:read", "POST": "campaigns:write"}
    model = MaterialBatch
    serializer_class = BatchOut
    filterset_class = BatchFilter

    def rows(self):
        return batches().order_by("-id")

    @extend_schema(operation_id="materials_list", summary="List printed batches, newest first")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="materials_create", summary="Order printed pieces: serials, codes and a print file", request=BatchIn,
        responses={201: OneBatchOut}, parameters=[IDEMPOTENCY_HEADER],
        description="Up to 200 pieces are drawn at once; of more, `state` says when all parts are there.",
    )  # fmt: skip
    @idempotent(required=True)
    def post(self, request):
        body = read(BatchIn, request)
        made = material.order_material(**body)
        return Response(OneBatchOut(batches().get(id=made.id)).data, status=201)


class OneBatch(APIView):
    permissions = {"GET": "campaigns:read"}

    @extend_schema(operation_id="materials_retrieve", summary="Read a batch with its figures", responses=OneBatchOut)
    def get(self, request, material_id):
        return Response(OneBatchOut(batches().get(id=material_id)).data)


class BatchSheets(APIView):
    permissions = {"GET": "campaigns:read"}

    @extend_schema(
        operation_id="materials_sheets", summary="Fetch a part of the print file",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )  # fmt: skip
    def get(self, request, material_id, part):
        found = MaterialSheets.objects.get(batch_id=material_id, part=part)
        return HttpResponse(bytes(found.content), content_type="application/pdf")


class RepointBatch(APIView):
    permissions = {"POST": "campaigns:write"}

    @extend_schema(
        operation_id="materials_repoint", summary="Give a batch to another owner, for what comes from now on",
        request=RepointIn, responses=OneBatchOut,
    )  # fmt: skip
    def post(self, request, material_id):
        body = read(RepointIn, request)
        owners.repoint_batch(material_id, profile_id=body["profile_id"], reason=body.get("reason", ""))
        return Response(OneBatchOut(batches().get(id=material_id)).data)


class StopBatch(APIView):
    permissions = {"POST": "campaigns:write"}

    @extend_schema(
        operation_id="materials_stop", summary="Take all codes of a batch out of use", request=None, responses=OneBatchOut
    )
    def post(self, request, material_id):
        material.stop_batch(material_id)
        return Response(OneBatchOut(batches().get(id=material_id)).data)


class Codes(Rows):
    permissions = {"GET": "campaigns:read"}
    model = ReferralCode
    serializer_class = OwnedCodeOut
    filterset_class = CodeFilter

    def rows(self):
        return ReferralCode.objects.order_by("-id")

    @extend_schema(operation_id="codes_list", summary="List codes, newest first")
    def get(self, request):
        return super().get(request)


class RepointCode(APIView):
    permissions = {"POST": "campaigns:write"}

    @extend_schema(
        operation_id="codes_repoint", summary="Give a code to another referrer, for what comes from now on",
        request=RepointIn, responses=OneOwnedCodeOut, description="The code may be written as it was typed.",
    )  # fmt: skip
    def post(self, request, code):
        found = queries.find_code(code)
        body = read(RepointIn, request)
        moved = owners.repoint_code(found.id, profile_id=body["profile_id"], reason=body.get("reason", ""))
        return Response(OneOwnedCodeOut(moved).data)


urlpatterns = [
    path("referrers", Profiles.as_view()),
    path("referrers/<uuid:profile_id>", OneProfile.as_view()),
    path("referrers/<uuid:profile_id>/close", CloseProfile.as_view()),
    path("reports/sources", SourceReport.as_view()),
    path("campaigns/<uuid:campaign_id>/sources/<str:source>", OneSourceRule.as_view()),
    path("materials", Batches.as_view()),
    path("materials/<uuid:material_id>", OneBatch.as_view()),
    path("materials/<uuid:material_id>/sheets/<int:part>", BatchSheets.as_view()),
    path("materials/<uuid:material_id>/repoint", RepointBatch.as_view()),
    path("materials/<uuid:material_id>/stop", StopBatch.as_view()),
    path("codes", Codes.as_view()),
    path("codes/<str:code>/repoint", RepointCode.as_view()),
]
