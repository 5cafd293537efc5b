"""REST: touches, invitations, referrals, decisions."""

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.models import Order
from referrals import operations, queries
from referrals.api.shapes import (
    CloseIn,
    ConfirmIn,
    DecisionOut,
    InvitationIn,
    InvitationOut,
    JudgeIn,
    OneDecisionOut,
    OneReferralOut,
    ReferralOut,
    ReviewIn,
    StageIn,
    TouchIn,
    TouchOut,
)
from referrals.api.tracking_shapes import MaskedInvitationOut
from referrals.filters import DecisionFilter, InvitationFilter, ReferralFilter
from referrals.models import Decision, Invitation, Referral
from tenancy import door
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Rows, read
from tenancy.models import Organisation


class Touches(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(
        operation_id="touches_create", summary="Note that somebody followed a code", request=TouchIn,
        responses={201: TouchOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        body = read(TouchIn, request)
        told = {"channel": body.get("channel", "api"), "visitor": _visitor(body.get("visitor", ""))}
        if occurred_at := body.get("occurred_at"):
            code = queries.find_code(body["code"])
            touch = operations.record_earlier_touch(code, occurred_at=min(occurred_at, door.moment()), **told)
        else:
            touch = operations.record_touch(body["code"], **told)
        return Response(TouchOut(touch).data, status=201)


class Invitations(Rows):
    permissions = {"GET": "referrals:read", "POST": "referrals:write"}
    model = Invitation
    serializer_class = MaskedInvitationOut
    filterset_class = InvitationFilter

    def rows(self):
        return queries.invitations()

    @extend_schema(operation_id="invitations_list", summary="List invitations, newest first; who they are of is masked")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="invitations_create", summary="Hand in a friend's form and send the code to confirm it",
        request=InvitationIn, responses={201: InvitationOut}, parameters=[IDEMPOTENCY_HEADER],
        description="The answer is the same whether we know the friend or not. The same contact again is the same "
        "invitation, sent again. A phone number to which no text message goes is refused: phone_not_reachable (none are "
        "sent from here), phone_country_not_served, phone_takes_no_texts (a landline).",
    )  # fmt: skip
    @idempotent()
    def post(self, request):
        body = read(InvitationIn, request)
        language = body.get("language") or Organisation.objects.get(id=door.organisation_id()).language
        invitation = operations.submit_invitation(
            code=body["code"], name=body["name"], contact=body["contact"], language=language,
            consents=body.get("consents", {}), channel=body.get("channel", "api"),
            visitor=_visitor(body.get("visitor", "")), capture=body.get("capture", Invitation.Capture.FORM),
            note=body.get("note", ""),
        )  # fmt: skip
        return Response(InvitationOut(invitation).data, status=201)


def _visitor(text: str) -> str:
    return operations.keyed_hash("visitor", text) if text else ""


class ConfirmInvitation(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(
        operation_id="invitations_confirm", summary="Confirm a friend's form with the digits sent to them",
        request=ConfirmIn, responses={201: ReferralOut}, parameters=[IDEMPOTENCY_HEADER],
    )  # fmt: skip
    @idempotent()
    def post(self, request, invitation_id):
        body = read(ConfirmIn, request)
        referral = operations.confirm_invitation(invitation_id, body["digits"], body.get("consents"))
        return Response(ReferralOut(referral).data, status=201)


class Referrals(Rows):
    permissions = {"GET": "referrals:read"}
    model = Referral
    serializer_class = ReferralOut
    filterset_class = ReferralFilter

    def rows(self):
        return queries.referrals()

    @extend_schema(operation_id="referrals_list", summary="List referrals, newest first")
    def get(self, request):
        return super().get(request)


class OneReferral(APIView):
    permissions = {"GET": "referrals:read"}

    @extend_schema(
        operation_id="referrals_retrieve", summary="Read a referral: four axes, history, decisions", responses=OneReferralOut
    )
    def get(self, request, referral_id):
        return _shown(referral_id)


class MoveReferral(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(
        operation_id="referrals_move", summary="Note that a friend was contacted or is qualified", request=StageIn,
        responses=OneReferralOut,
    )  # fmt: skip
    def post(self, request, referral_id):
        body = read(StageIn, request)
        operations.move_stage(referral_id, body["stage"], body.get("reason", ""))
        return _shown(referral_id)


class CloseReferral(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(
        operation_id="referrals_close", summary="Give a referral up, for one reason", request=CloseIn,
        responses=OneReferralOut,
    )  # fmt: skip
    def post(self, request, referral_id):
        body = read(CloseIn, request)
        operations.close_referral(referral_id, body.pop("reason"), **body)
        return _shown(referral_id)


class HoldReferral(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(
        operation_id="referrals_hold", summary="Hold a referral and its unsettled rewards for review", request=ReviewIn,
        responses=OneReferralOut,
    )  # fmt: skip
    def post(self, request, referral_id):
        operations.flag_risk(referral_id, read(ReviewIn, request).get("reason", ""))
        return _shown(referral_id)


class ClearReferral(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(
        operation_id="referrals_clear", summary="Let a held referral and its rewards go on", request=ReviewIn,
        responses=OneReferralOut,
    )  # fmt: skip
    def post(self, request, referral_id):
        operations.clear_risk(referral_id, read(ReviewIn, request).get("reason", ""))
        return _shown(referral_id)


class ConfirmFraud(APIView):
    permissions = {"POST": "referrals:write"}

    @extend_schema(
        operation_id="referrals_confirm_fraud", summary="Find a held referral to be abuse and take its rewards back",
        request=ReviewIn, responses=OneReferralOut,
    )  # fmt: skip
    def post(self, request, referral_id):
        operations.confirm_fraud(referral_id, read(ReviewIn, request).get("reason", ""))
        return _shown(referral_id)


def _shown(referral_id) -> Response:
    return Response(OneReferralOut(queries.referrals().get(id=referral_id)).data)


class Decisions(Rows):
    permissions = {"GET": "referrals:read", "POST": "referrals:write"}
    model = Decision
    serializer_class = DecisionOut
    filterset_class = DecisionFilter

    def rows(self):
        return queries.decisions_for()

    @extend_schema(operation_id="decisions_list", summary="List decisions, newest first")
    def get(self, request):
        return super().get(request)

    @extend_schema(
        operation_id="decisions_judge_again", summary="Judge an order again, for example after a budget was raised",
        request=JudgeIn, responses=OneDecisionOut,
        description="Gives the decision in force; without news it is the old one.",
    )  # fmt: skip
    def post(self, request):
        order_id = read(JudgeIn, request)["order_id"]
        Order.objects.only("id").get(id=order_id)
        operations.judge_orders([order_id])
        return Response(OneDecisionOut(queries.decisions_for(order_id=order_id)[:1].get()).data)


class OneDecision(APIView):
    permissions = {"GET": "referrals:read"}

    @extend_schema(
        operation_id="decisions_retrieve", summary="Read a decision with its explanation in both languages",
        responses=OneDecisionOut,
    )  # fmt: skip
    def get(self, request, decision_id):
        return Response(OneDecisionOut(queries.decisions_for().get(id=decision_id)).data)
