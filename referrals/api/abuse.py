"""REST: signs of abuse, cases, lists, and how signs are weighed. For staff and systems of theirs, never for customers."""

import django_filters as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.queries.sight import seen_by, seen_through
from referrals import operations
from referrals.filters import ListingFilter
from referrals.models import AbuseCase, AbuseListing, AbuseVerdict, Assessment
from referrals.queries import abuse as queries
from referrals.rules.signals import SIGNALS
from referrals.signal_words import innocent, label, say
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read


class SignOut(serializers.Serializer):
    key = serializers.CharField()
    weight = serializers.IntegerField()
    is_shadow = serializers.BooleanField(help_text="Only watched: it does not count for what is done.")
    seen = serializers.CharField(help_text="What was seen, in words.")
    innocent = serializers.CharField(help_text="How it comes about without any abuse.")


class AssessmentOut(serializers.ModelSerializer):
    referral_id = serializers.UUIDField()
    signals = serializers.SerializerMethodField()
    would_be = serializers.CharField(help_text="What would have been done if nothing were only watched.")

    class Meta:
        model = Assessment
        fields = ["id", "referral_id", "occasion", "rules", "score", "action", "would_be", "signals", "occurred_at"]

    @extend_schema_field(SignOut(many=True))
    def get_signals(self, row) -> list[dict]:
        return [
            {"key": one["key"], "weight": one["weight"], "is_shadow": one["is_shadow"],
             "seen": say(one["key"], one["facts"]), "innocent": innocent(one["key"])}
            for one in row.signals
        ]  # fmt: skip


class AssessmentFilter(filters.FilterSet):
    referral = filters.UUIDFilter(field_name="referral_id")
    action = filters.CharFilter()
    would_be = filters.CharFilter()

    class Meta:
        model = Assessment
        fields: list[str] = []


class Assessments(Rows):
    permissions = {"GET": "referrals:read"}
    model = Assessment
    serializer_class = AssessmentOut
    filterset_class = AssessmentFilter

    def rows(self):
        rows = queries.assessments()
        return seen_through(self.request.auth, rows, "referral__referrer__owner", "referral__referee__owner")

    @extend_schema(operation_id="assessments_list", summary="List what signs of abuse were found, newest first")
    def get(self, request):
        return super().get(request)


class AbuseCaseOut(serializers.ModelSerializer):
    referrer_id = serializers.UUIDField()
    label = serializers.SerializerMethodField()
    referral_ids = serializers.SerializerMethodField()

    class Meta:
        model = AbuseCase
        fields = ["id", "referrer_id", "kind", "label", "state", "is_shadow", "referral_ids", "opened_at", "decided_at"]

    def get_label(self, row) -> str:
        return label(row.kind)

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_referral_ids(self, row) -> list:
        return [member.referral_id for member in row.members.all()]


class AbuseCaseFilter(filters.FilterSet):
    state = filters.MultipleChoiceFilter(choices=AbuseCase.State.choices, distinct=False)
    kind = filters.CharFilter()
    referrer = filters.UUIDFilter(field_name="referrer_id")
    is_shadow = filters.BooleanFilter()

    class Meta:
        model = AbuseCase
        fields: list[str] = []


class AbuseCases(Rows):
    permissions = {"GET": "referrals:read"}
    model = AbuseCase
    serializer_class = AbuseCaseOut
    filterset_class = AbuseCaseFilter

    def rows(self):
        return seen_by(self.request.auth, _cases(), owner="referrer__owner")

    @extend_schema(operation_id="abuse_cases_list", summary="List cases of suspected abuse, newest first")
    def get(self, request):
        return super().get(request)


def _cases():
    return queries.abuse_cases().prefetch_related("members")


class AbuseVerdictOut(serializers.ModelSerializer):
    class Meta:
        model = AbuseVerdict
        fields = ["id", "verdict", "reason", "is_partial", "actor_kind", "actor_id", "occurred_at"]


class OneAbuseCaseOut(AbuseCaseOut):
    verdicts = AbuseVerdictOut(many=True)
    innocent = serializers.SerializerMethodField()

    class Meta(AbuseCaseOut.Meta):
        fields = [*AbuseCaseOut.Meta.fields, "innocent", "verdicts"]

    def get_innocent(self, row) -> str:
        return innocent(row.kind)


def _shown(case_id) -> Response:
    return Response(OneAbuseCaseOut(_cases().prefetch_related("verdicts").get(id=case_id)).data)


class OneAbuseCase(APIView):
    permissions = {"GET": "referrals:read"}

    @extend_schema(operation_id="abuse_cases_retrieve", summary="Read a case of suspected abuse", responses=OneAbuseCaseOut)
    def get(self, request, abuse_case_id):
        return _shown(abuse_case_id)


class VerdictIn(Shape):
    reason = serializers.CharField(max_length=300, help_text="Others have to be able to follow it.")


class ClearAbuseCase(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(
        operation_id="abuse_cases_clear", summary="Find a case harmless and let its rewards go on", request=VerdictIn,
        responses=OneAbuseCaseOut, parameters=[IDEMPOTENCY_HEADER],
        description="A referral that another open case holds stays held.",
    )  # fmt: skip
    @idempotent()
    def post(self, request, abuse_case_id):
        operations.clear_case(abuse_case_id, reason=read(VerdictIn, request)["reason"])
        return _shown(abuse_case_id)


class ConfirmAbuseCase(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(
        operation_id="abuse_cases_confirm", summary="Find that a case is abuse and take its rewards back",
        request=VerdictIn, responses=OneAbuseCaseOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, abuse_case_id):
        operations.confirm_case(abuse_case_id, reason=read(VerdictIn, request)["reason"])
        return _shown(abuse_case_id)


class AskForProof(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(
        operation_id="abuse_cases_ask_for_proof", summary="Hold a case and ask the referrer for proof",
        request=VerdictIn, responses=OneAbuseCaseOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, abuse_case_id):
        operations.ask_for_proof(abuse_case_id, reason=read(VerdictIn, request)["reason"])
        return _shown(abuse_case_id)


class ReopenAbuseCase(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(
        operation_id="abuse_cases_reopen", summary="Take the decision in a case back", request=VerdictIn,
        responses=OneAbuseCaseOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, abuse_case_id):
        operations.reopen_case(abuse_case_id, reason=read(VerdictIn, request)["reason"])
        return _shown(abuse_case_id)


# --- lists -------------------------------------------------------------------------------------------------


class ListingOut(serializers.ModelSerializer):
    referrer_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = AbuseListing
        fields = ["id", "side", "kind", "value", "referrer_id", "reason", "expires_at", "added_at", "removed_at"]


class ListingIn(Shape):
    side = serializers.ChoiceField(AbuseListing.Side.choices)
    kind = serializers.ChoiceField(AbuseListing.Kind.choices)
    value = serializers.CharField(
        max_length=64, required=False, help_text="mailbox.example, +86170, 203.0.113.0/24, or a hash."
    )
    referrer_id = serializers.UUIDField(required=False)
    reason = serializers.CharField(max_length=200)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class Listings(Rows):
    permissions = {"GET": "referrals:read", "POST": "settings:write"}
    model = AbuseListing
    serializer_class = ListingOut
    filterset_class = ListingFilter

    def rows(self):
        return seen_by(self.request.auth, queries.listings(), owner="referrer__owner")

    @extend_schema(operation_id="abuse_listings_list", summary="List what is blocked or allowed, newest first")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="abuse_listings_create", summary="Block or allow something", request=ListingIn,
        responses={201: ListingOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        return Response(ListingOut(operations.add_listing(**read(ListingIn, request))).data, status=201)


class RemoveListing(APIView):
    permissions = {"POST": "settings:write"}

    @extend_schema(
        operation_id="abuse_listings_remove", summary="Take an entry off the list", request=None, responses=ListingOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, listing_id):
        return Response(ListingOut(operations.remove_listing(listing_id)).data)


# --- how signs are weighed ---------------------------------------------------------------------------------


class SignalSettingIn(Shape):
    weight = serializers.IntegerField(min_value=0, max_value=200, required=False)
    is_on = serializers.BooleanField(required=False)
    is_shadow = serializers.BooleanField(required=False)
    limit = serializers.IntegerField(min_value=1, required=False, allow_null=True)


class AbusePolicyIn(Shape):
    is_shadow = serializers.BooleanField(required=False)
    delay_from = serializers.IntegerField(required=False, allow_null=True)
    hold_from = serializers.IntegerField(required=False, allow_null=True)
    proof_from = serializers.IntegerField(required=False, allow_null=True)
    block_from = serializers.IntegerField(required=False, allow_null=True)
    delay_days = serializers.IntegerField(required=False)
    signals = serializers.DictField(child=SignalSettingIn(), required=False, help_text="By key; others stay as proposed.")


class SignalOut(serializers.Serializer):
    key = serializers.CharField()
    label = serializers.CharField()
    innocent = serializers.CharField()
    weight = serializers.IntegerField()
    is_on = serializers.BooleanField()
    is_shadow = serializers.BooleanField()
    limit = serializers.IntegerField(allow_null=True)
    confirmed = serializers.IntegerField(help_text="Cases of this sign that were found to be abuse.")
    cleared = serializers.IntegerField(help_text="Cases of this sign that were found harmless.")


class AbusePolicyOut(serializers.Serializer):
    is_shadow = serializers.BooleanField(help_text="Nothing is held: it is only noted what would have been.")
    delay_from = serializers.IntegerField(allow_null=True)
    hold_from = serializers.IntegerField(allow_null=True)
    proof_from = serializers.IntegerField(allow_null=True)
    block_from = serializers.IntegerField(allow_null=True)
    delay_days = serializers.IntegerField()
    signals = SignalOut(many=True)


def _policy() -> Response:
    policy, judged = queries.abuse_policy(), queries.precision()
    signals = [
        {"key": key, "label": label(key), "innocent": innocent(key), **vars(policy.signals[key]),
         "confirmed": judged[key].confirmed, "cleared": judged[key].cleared}
        for key in SIGNALS
    ]  # fmt: skip
    return Response(AbusePolicyOut({**vars(policy), "signals": signals}).data)


class AbusePolicyView(APIView):
    permissions = {"GET": "referrals:read", "PATCH": "settings:write"}

    @extend_schema(
        operation_id="abuse_policy_retrieve", summary="Read how signs of abuse are weighed, and how well they tell",
        responses=AbusePolicyOut,
    )  # fmt: skip
    def get(self, request):
        return _policy()

    @extend_schema(
        operation_id="abuse_policy_update", summary="Change how signs of abuse are weighed", request=AbusePolicyIn,
        responses=AbusePolicyOut,
    )  # fmt: skip
    def patch(self, request):
        operations.set_abuse_policy(**read(AbusePolicyIn, request, partial=True))
        return _policy()
