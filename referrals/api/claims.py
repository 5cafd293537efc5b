"""REST: claims on who brought a customer, attribution of referrals and the policy of campaigns."""

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.models import Customer
from referrals import attribution_words, operations
from referrals.errors import ClaimOfOneself, PartyUnknown
from referrals.filters import ClaimFilter
from referrals.models import AttributionDecision, Campaign, Claim, Referral, Trace
from referrals.queries.attribution import attributions_of, shares_of
from referrals.queries.claims import claims
from referrals.rules.attribution_policy import read_policy, whole_policy_json
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, Shape, read


class PartOut(serializers.Serializer):
    referrer_id = serializers.UUIDField()
    percent = serializers.DecimalField(max_digits=5, decimal_places=2)


def parts_out(parts) -> list[dict]:
    """Show parts in percent: of stored ones, or of pairs."""
    pairs = [(part["referrer"], part["part"]) if isinstance(part, dict) else part for part in parts]
    return [{"referrer_id": str(who), "percent": f"{part / 100:.2f}"} for who, part in pairs]


class PartIn(Shape):
    referrer_id = serializers.UUIDField()
    percent = serializers.DecimalField(max_digits=5, decimal_places=2, min_value=0, max_value=100)


def parts_in(told) -> list[tuple]:
    return [(part["referrer_id"], int(part["percent"] * 100)) for part in told]


class AttributionDecisionOut(serializers.ModelSerializer):
    parts = serializers.SerializerMethodField()
    policy = serializers.DictField()
    candidates = serializers.ListField(child=serializers.DictField())
    why = serializers.CharField(help_text="The model that decided, the check that failed, or claim, appeal, staff.")

    class Meta:
        model = AttributionDecision
        fields = [
            "id", "cause", "outcome", "why", "parts", "touched_at", "policy", "candidates", "reason", "claim_id",
            "decided_at",
        ]  # fmt: skip

    @extend_schema_field(PartOut(many=True))
    def get_parts(self, row):
        return parts_out(row.parts)


class AttributionOut(serializers.Serializer):
    referral_id = serializers.UUIDField()
    state = serializers.CharField(help_text="claimed, accepted, contested, decided")
    parts = PartOut(many=True)
    decisions = AttributionDecisionOut(many=True)


class CorrectionIn(Shape):
    parts = PartIn(many=True, help_text="They come to 100; none: nobody.")
    reason = serializers.CharField(max_length=500)


class ReferralAttribution(APIView):
    permissions = {"GET": "referrals:read", "POST": "referrals:write"}

    @extend_schema(
        operation_id="referrals_attribution", summary="Read who brought a friend, with every decision about it",
        responses=AttributionOut,
    )  # fmt: skip
    def get(self, request, referral_id):
        return _attribution(Referral.objects.get(id=referral_id))

    @extend_schema(
        operation_id="referrals_correct", summary="Correct who brought a friend, with a reason", request=CorrectionIn,
        responses=AttributionOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, referral_id):
        Referral.objects.get(id=referral_id)
        body = read(CorrectionIn, request)
        referral = operations.correct_attribution(referral_id, parts=parts_in(body["parts"]), reason=body["reason"])
        return _attribution(referral)


def _attribution(referral: Referral) -> Response:
    shown = {
        "referral_id": referral.id, "state": referral.attribution, "parts": parts_out(shares_of(referral)),
        "decisions": attributions_of(referral.id)[:50],
    }  # fmt: skip
    return Response(AttributionOut(shown).data)


class AttributionPolicyOut(serializers.Serializer):
    policy = serializers.DictField(help_text="All of it, also what is as in the default.")
    sentences = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))


class AttributionPolicyIn(Shape):
    policy = serializers.DictField(help_text="What is not named is as in the default: model, click_days, existing …")


class CampaignAttribution(APIView):
    permissions = {"GET": "campaigns:read", "PUT": "campaigns:write"}

    @extend_schema(
        operation_id="campaigns_attribution", summary="Read whom a campaign takes to have brought a friend",
        responses=AttributionPolicyOut,
    )  # fmt: skip
    def get(self, request, campaign_id):
        return _policy(Campaign.objects.get(id=campaign_id))

    @extend_schema(
        operation_id="campaigns_set_attribution", summary="Set a campaign's attribution policy for who comes from now on",
        request=AttributionPolicyIn, responses=AttributionPolicyOut,
    )  # fmt: skip
    def put(self, request, campaign_id):
        Campaign.objects.get(id=campaign_id)
        operations.set_policy(campaign_id, read(AttributionPolicyIn, request)["policy"])
        return _policy(Campaign.objects.get(id=campaign_id))


def _policy(campaign: Campaign) -> Response:
    policy = read_policy(campaign.attribution)
    return Response({"policy": whole_policy_json(policy), "sentences": attribution_words.policy_in_words(policy)})


# --- traces --------------------------------------------------------------------------------------------------


class TraceIn(Shape):
    kind = serializers.ChoiceField(["code", "word", "import"])
    referrer_id = serializers.UUIDField()
    referee_id = serializers.UUIDField()
    campaign_id = serializers.UUIDField(required=False)
    channel = serializers.CharField(max_length=20, required=False)
    note = serializers.CharField(max_length=300, required=False)
    occurred_at = serializers.DateTimeField()


class TraceOut(serializers.ModelSerializer):
    referrer_id = serializers.UUIDField()
    referee_id = serializers.UUIDField()
    campaign_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = Trace
        fields = ["id", "kind", "referrer_id", "referee_id", "campaign_id", "channel", "note", "occurred_at", "recorded_at"]


class Traces(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(
        operation_id="attribution_traces_create", summary="Note what points from a customer to a referrer, also late",
        request=TraceIn, responses={201: TraceOut}, parameters=[IDEMPOTENCY_HEADER],
        description="What is earlier than what is known is looked at again: the rewards follow while the campaign's policy "
        "allows it; after that a claim is opened.",
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        body = read(TraceIn, request)
        _refuse_strangers(body)
        return Response(TraceOut(operations.record_trace(**body)).data, status=201)


def _refuse_strangers(body) -> None:
    wanted = {body["referrer_id"], body["referee_id"]}
    if len(wanted) == 1:
        raise ClaimOfOneself(field="referee_id")
    if Customer.objects.filter(id__in=wanted).count() != len(wanted):
        raise PartyUnknown(field="referrer_id")
    if campaign_id := body.get("campaign_id"):
        Campaign.objects.get(id=campaign_id)


# --- claims --------------------------------------------------------------------------------------------------


class ClaimOut(serializers.ModelSerializer):
    claimant_id = serializers.UUIDField()
    referee_id = serializers.UUIDField(allow_null=True)
    rival_id = serializers.UUIDField(allow_null=True, help_text="For whom the customer counted when it was opened.")
    referral_id = serializers.UUIDField(allow_null=True)
    order_id = serializers.UUIDField(allow_null=True)
    campaign_id = serializers.UUIDField(allow_null=True)
    parts = serializers.SerializerMethodField()
    proposal = serializers.DictField()

    class Meta:
        model = Claim
        fields = [
            "id", "state", "channel", "claimant_id", "referee_id", "rival_id", "referral_id", "order_id", "campaign_id",
            "friend", "text", "proposal", "outcome", "parts", "reason", "opened_at", "due_at", "decided_at", "appeal_until",
            "appealed_at", "appeal_text", "closed_at",
        ]  # fmt: skip

    @extend_schema_field(PartOut(many=True))
    def get_parts(self, row):
        return parts_out(row.parts)


class AttributionClaimIn(Shape):
    """Whom it is about: referee_id, order_id, or friend in words."""

    claimant_id = serializers.UUIDField()
    text = serializers.CharField(max_length=5000)
    referee_id = serializers.UUIDField(required=False)
    order_id = serializers.UUIDField(required=False)
    friend = serializers.CharField(max_length=200, required=False)
    campaign_id = serializers.UUIDField(required=False)
    code = serializers.CharField(max_length=16, required=False, allow_blank=True)
    happened_at = serializers.DateTimeField(required=False)

    def validate(self, told):
        if sum(name in told for name in ("referee_id", "order_id", "friend")) != 1:
            raise serializers.ValidationError("Give one of referee_id, order_id and friend.")
        return told


class ClaimDecisionIn(Shape):
    parts = PartIn(many=True, help_text="They come to 100; none: nobody.")
    reason = serializers.CharField(max_length=500)
    campaign_id = serializers.UUIDField(required=False)


class ClaimLinkIn(Shape):
    referee_id = serializers.UUIDField()


class ClaimWithdrawalIn(Shape):
    reason = serializers.CharField(max_length=500)


class AppealIn(Shape):
    appellant_id = serializers.UUIDField(help_text="The claimant, or for whom the customer counted.")
    text = serializers.CharField(max_length=5000)


class Claims(Rows):
    permissions = {"GET": "referrals:read", "POST": "referrals:write"}
    model = Claim
    serializer_class = ClaimOut
    filterset_class = ClaimFilter

    def rows(self):
        return claims()

    @extend_schema(operation_id="claims_list", summary="List claims on who brought whom, newest first")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="claims_create", summary="Claim that somebody brought a customer", request=AttributionClaimIn,
        responses={201: ClaimOut}, parameters=[IDEMPOTENCY_HEADER],
        description="What the present referrer has not been paid yet waits until the claim is decided.",
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        claim = operations.open_claim(**read(AttributionClaimIn, request), channel=Claim.Channel.API)
        return Response(ClaimOut(claims().get(id=claim.id)).data, status=201)


class OneClaim(APIView):
    permissions = {"GET": "referrals:read"}

    @extend_schema(operation_id="claims_retrieve", summary="Read a claim with its proposal", responses=ClaimOut)
    def get(self, request, claim_id):
        return Response(ClaimOut(claims().get(id=claim_id)).data)


class DecideClaim(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(
        operation_id="claims_decide", summary="Decide a claim, or its appeal", request=ClaimDecisionIn, responses=ClaimOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, claim_id):
        claims().get(id=claim_id)
        body = read(ClaimDecisionIn, request)
        operations.decide_claim(
            claim_id, parts=parts_in(body["parts"]), reason=body["reason"], campaign_id=body.get("campaign_id")
        )
        return Response(ClaimOut(claims().get(id=claim_id)).data)


class AppealClaim(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(
        operation_id="claims_appeal", summary="Appeal against a decision, once", request=AppealIn, responses=ClaimOut,
        parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, claim_id):
        claims().get(id=claim_id)
        body = read(AppealIn, request)
        operations.appeal_claim(claim_id, appellant_id=body["appellant_id"], text=body["text"])
        return Response(ClaimOut(claims().get(id=claim_id)).data)


class LinkClaim(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(
        operation_id="claims_link", summary="Say which customer a claim made in words is about", request=ClaimLinkIn,
        responses=ClaimOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, claim_id):
        claims().get(id=claim_id)
        operations.link_claim(claim_id, read(ClaimLinkIn, request)["referee_id"])
        return Response(ClaimOut(claims().get(id=claim_id)).data)


class WithdrawClaim(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(
        operation_id="claims_withdraw", summary="Close a claim that nobody holds to any more", request=ClaimWithdrawalIn,
        responses=ClaimOut, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, claim_id):
        claims().get(id=claim_id)
        operations.withdraw_claim(claim_id, **read(ClaimWithdrawalIn, request))
        return Response(ClaimOut(claims().get(id=claim_id)).data)
