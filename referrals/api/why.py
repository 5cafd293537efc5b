"""REST: why there is a reward, and why there is none."""

from django.conf import settings
from django.http import Http404
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from referrals.why import why_reward
from referrals.why_not import why_order, why_referral
from referrals.why_sections import CUSTOMER, STAFF
from tenancy.api_shapes import one_of

_ASKED = [
    OpenApiParameter("lang", str, enum=[code for code, _name in settings.LANGUAGES], description="Else the request's."),
    OpenApiParameter(
        "audience", str, enum=[STAFF, CUSTOMER], description="staff unless told; customer: as its owner is told."
    ),
]


class WhyStepOut(serializers.Serializer):
    text = serializers.CharField()
    occurred_at = serializers.DateTimeField(source="at", allow_null=True)
    passed = serializers.BooleanField(allow_null=True, help_text="Of a check.")
    note = serializers.CharField()
    entry_id = serializers.UUIDField(allow_null=True, help_text="In the ledger.")


class WhySectionOut(serializers.Serializer):
    key = serializers.CharField(help_text="event, rule, checks, sums, story")
    title = serializers.CharField()
    steps = WhyStepOut(many=True)


class WhyOut(serializers.Serializer):
    title = serializers.CharField()
    sections = WhySectionOut(many=True)
    next_step = serializers.CharField()
    next_at = serializers.DateTimeField(source="next_date", allow_null=True)
    reward_id = serializers.UUIDField(allow_null=True, help_text="What it is now: another option is another reward.")
    referral_id = serializers.UUIDField(allow_null=True)
    decision_ids = serializers.ListField(child=serializers.UUIDField())


class WhyReward(APIView):
    permissions = {"GET": "rewards:read"}

    @extend_schema(operation_id="rewards_why", summary="Explain a reward", parameters=_ASKED, responses=WhyOut)
    def get(self, request, reward_id):
        return Response(WhyOut(why_reward(reward_id, _language(request), audience=_audience(request))).data)


class WhyReferral(APIView):
    permissions = {"GET": "referrals:read"}

    @extend_schema(
        operation_id="referrals_why", summary="Explain what a referral has brought, or why nothing", parameters=_ASKED,
        responses=WhyOut,
    )  # fmt: skip
    def get(self, request, referral_id):
        return Response(WhyOut(why_referral(referral_id, _language(request), audience=_audience(request))).data)


class WhyOrder(APIView):
    permissions = {"GET": "referrals:read"}

    @extend_schema(
        operation_id="orders_why", summary="Explain why an order earned, or did not", parameters=_ASKED, responses=WhyOut,
        description="404 as long as the order was not judged.",
    )  # fmt: skip
    def get(self, request, order_id):
        why = why_order(order_id, _language(request), audience=_audience(request))
        if why is None:
            raise Http404
        return Response(WhyOut(why).data)


def _language(request) -> str | None:
    return one_of(request, "lang", [code for code, _name in settings.LANGUAGES], get_language())


def _audience(request) -> str:
    return one_of(request, "audience", [STAFF, CUSTOMER], STAFF)
