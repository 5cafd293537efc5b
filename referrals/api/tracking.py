"""REST: invitations as they are kept apart, the way of referrals, hand-overs, evidence, owners of stages, status links."""

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.models import Customer
from referrals import operations, queries, reasons
from referrals.api.shapes import ReferralOut
from referrals.api.tracking_shapes import (
    AnswerIn,
    DecideIn,
    EvidenceIn,
    EvidenceOut,
    FailureReasonOut,
    FailuresOut,
    MaskedInvitationOut,
    NewStatusLinkOut,
    PathStepOut,
    ReferralHandOverIn,
    ReferralHandOverOut,
    SpokenIn,
    StageOwnerIn,
    StageOwnerOut,
    StatusLinkIn,
    StatusLinkOut,
)
from referrals.filters import EvidenceFilter
from referrals.models import Campaign, Evidence, Referral, StatusLink
from referrals.operations.status_links import valid_links
from referrals.queries.failures import failures_of, promptness_of
from tenancy import door
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, read
from tenancy.models import Organisation


class OneInvitation(APIView):
    permissions = {"GET": "referrals:read"}

    @extend_schema(
        operation_id="invitations_retrieve", summary="Read an invitation, masked", responses=MaskedInvitationOut,
        description="Who was invited stays in quarantine until they agree: no more than a masked name and contact is told.",
    )  # fmt: skip
    def get(self, request, invitation_id):
        return Response(MaskedInvitationOut(queries.invitations().get(id=invitation_id)).data)


class WithdrawInvitation(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(
        operation_id="invitations_withdraw", summary="Withdraw an invitation; what was entered is deleted at once",
        request=None, responses=MaskedInvitationOut,
    )  # fmt: skip
    def post(self, request, invitation_id):
        operations.withdraw_invitation(invitation_id)
        return Response(MaskedInvitationOut(queries.invitations().get(id=invitation_id)).data)


class SpokenInvitations(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(
        operation_id="invitations_spoken", summary="Take in a customer at the counter who agreed aloud", request=SpokenIn,
        responses={201: ReferralOut}, parameters=[IDEMPOTENCY_HEADER],
        description="The consent is recorded as spoken, with who heard it.",
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        body = read(SpokenIn, request)
        body.setdefault("language", Organisation.objects.get(id=door.organisation_id()).language)
        return Response(ReferralOut(operations.capture_spoken(**body)).data, status=201)


class Reasons(APIView):
    permissions = {"GET": "referrals:read"}

    @extend_schema(
        operation_id="referral_reasons_list", summary="List why referrals fail: whom it lay with, and what",
        responses=FailureReasonOut(many=True),
        description="Reasons set by the system come from time stamps; nobody can choose them.",
    )  # fmt: skip
    def get(self, request):
        return Response(FailureReasonOut([{"code": code} for code in reasons.REASONS], many=True).data)


class ReferralPath(APIView):
    permissions = {"GET": "referrals:read"}

    @extend_schema(
        operation_id="referrals_path", summary="Tell the whole way of a referral: who, when, why",
        responses=PathStepOut(many=True),
    )  # fmt: skip
    def get(self, request, referral_id):
        Referral.objects.only("id").get(id=referral_id)
        return Response(PathStepOut(queries.path_of(referral_id), many=True).data)


class HandOverReferral(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(
        operation_id="referrals_hand_over", summary="Give a referral to a colleague, its checklist gone through",
        request=ReferralHandOverIn, responses=ReferralHandOverOut,
    )  # fmt: skip
    def post(self, request, referral_id):
        body = read(ReferralHandOverIn, request)
        asked = operations.hand_over_referral(
            referral_id, body["receiver_id"], done=body.get("done", ()), note=body.get("note", "")
        )
        return Response(ReferralHandOverOut(asked).data)


class TakeReferral(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(
        operation_id="referrals_take", summary="Say that one has a referral that was handed over", request=None,
        responses=ReferralHandOverOut,
    )  # fmt: skip
    def post(self, request, referral_id):
        return Response(ReferralHandOverOut(operations.accept_referral(referral_id)).data)


class GiveBackReferral(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(
        operation_id="referrals_give_back", summary="Give a referral back that was handed over, and say why",
        request=AnswerIn, responses=ReferralHandOverOut,
    )  # fmt: skip
    def post(self, request, referral_id):
        return Response(
            ReferralHandOverOut(operations.decline_referral(referral_id, read(AnswerIn, request)["answer"])).data
        )


# --- evidence ------------------------------------------------------------------------------------------------


class ReferralEvidence(APIView):
    permissions = {"GET": "referrals:read", "POST": "referrals:write"}

    @extend_schema(
        operation_id="referral_evidence_list", summary="List what was handed in for a referral",
        responses=EvidenceOut(many=True),
    )  # fmt: skip
    def get(self, request, referral_id):
        Referral.objects.only("id").get(id=referral_id)
        rows = Evidence.objects.filter(referral_id=referral_id).defer("content").order_by("-id")
        return Response(EvidenceOut(rows, many=True).data)

    @extend_schema(
        operation_id="referral_evidence_create", summary="Hand in what shows that a referral succeeded", request=EvidenceIn,
        responses={201: EvidenceOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, referral_id):
        row = operations.hand_in_evidence(referral_id, **read(EvidenceIn, request))
        return Response(EvidenceOut(row).data, status=201)


class EvidenceList(Rows):
    permissions = {"GET": "referrals:read"}
    model = Evidence
    serializer_class = EvidenceOut
    filterset_class = EvidenceFilter

    def rows(self):
        return Evidence.objects.defer("content").order_by("-id")

    @extend_schema(operation_id="evidence_list", summary="List evidence, newest first")
    def get(self, request):
        return super().get(request)


def _decide(verb: str, operation, summary: str) -> type[APIView]:
    class Decide(APIView):
        permissions = {"POST": "referrals:write"}

        @extend_schema(operation_id=f"evidence_{verb}", summary=summary, request=DecideIn, responses=EvidenceOut)
        def post(self, request, evidence_id):
            return Response(EvidenceOut(operation(evidence_id, read(DecideIn, request).get("reason", ""))).data)

    return Decide


AcceptEvidence = _decide("accept", operations.accept_evidence, "Agree that evidence shows what it says")
RefuseEvidence = _decide("refuse", operations.refuse_evidence, "Refuse evidence, and say why")


# --- owners of stages, failures ------------------------------------------------------------------------------


class CampaignResponsibility(APIView):
    permissions = {"GET": "campaigns:read", "POST": "campaigns:write"}

    @extend_schema(
        operation_id="campaign_responsibility_list", summary="List who owns which stage of a campaign's referrals",
        responses=StageOwnerOut(many=True),
    )  # fmt: skip
    def get(self, request, campaign_id):
        return _owners(campaign_id)

    @extend_schema(
        operation_id="campaign_responsibility_set", summary="Name who owns a stage, until when, and what is handed over",
        request=StageOwnerIn, responses=StageOwnerOut(many=True),
        description="Without a person or a role the stage belongs to the campaign's responsible person again.",
    )  # fmt: skip
    def post(self, request, campaign_id):
        body = read(StageOwnerIn, request)
        stage = body.pop("stage")
        if body.get("member_id") or body.get("role"):
            operations.set_responsibility(campaign_id, stage, **body)
        else:
            operations.forget_responsibility(campaign_id, stage)
        return _owners(campaign_id)


def _owners(campaign_id) -> Response:
    campaign = queries.campaigns().get(id=campaign_id)
    ownerless = set(queries.stages_without_owner(campaign_id))
    rows = queries.responsibility_map(campaign)
    return Response(StageOwnerOut(rows, many=True, context={"ownerless": ownerless}).data)


class CampaignFailures(APIView):
    permissions = {"GET": "campaigns:read"}

    @extend_schema(
        operation_id="campaign_failures", responses=FailuresOut,
        summary="Count why a campaign's referrals failed, and how soon friends heard from us",
    )  # fmt: skip
    def get(self, request, campaign_id):
        campaign = Campaign.objects.only("id").get(id=campaign_id)
        told = {"sides": failures_of(campaign.id), "promptness": promptness_of(campaign.id, door.moment())}
        return Response(FailuresOut(told).data)


# --- status links ---------------------------------------------------------------------------------------------


class StatusLinks(APIView):
    permissions = {"GET": "referrals:read", "POST": "referrals:write"}

    @extend_schema(
        operation_id="status_links_list", summary="List a referrer's valid links to their status page",
        responses=StatusLinkOut(many=True),
    )  # fmt: skip
    def get(self, request, customer_id):
        Customer.objects.only("id").get(id=customer_id)
        return Response(StatusLinkOut(valid_links(customer_id), many=True).data)

    @extend_schema(
        operation_id="status_links_create", summary="Make a link to a referrer's status page; it is told once",
        request=StatusLinkIn, responses={201: NewStatusLinkOut},
    )  # fmt: skip
    def post(self, request, customer_id):
        made = operations.make_status_link(customer_id, **read(StatusLinkIn, request))
        return Response(NewStatusLinkOut(made.row, context={"address": made.address}).data, status=201)


class RevokeStatusLink(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(
        operation_id="status_links_revoke", summary="Withdraw a link; it opens nothing from now on", request=None,
        responses=StatusLinkOut,
    )  # fmt: skip
    def post(self, request, status_link_id):
        StatusLink.objects.only("id").get(id=status_link_id)
        return Response(StatusLinkOut(operations.revoke_status_link(status_link_id)).data)
