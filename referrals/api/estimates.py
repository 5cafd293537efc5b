"""REST: who would be told of a campaign which way, and what the texts of it cost."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.models import Segment
from crm.queries.segments import segment_for
from referrals import promotion_words
from referrals.api.promotions import WAYS, PromotionTexts, plain
from referrals.models import Campaign, Ways
from referrals.operations import promotions as telling
from referrals.queries.promotions import audience
from tenancy.api_shapes import Shape, read


class AudienceOut(serializers.Serializer):
    target = serializers.IntegerField(help_text="People the campaign is open to, narrowed by the segment.")
    chosen = serializers.IntegerField(help_text="Of these would be told now.")
    by_email = serializers.IntegerField(help_text="Of these by e-mail.")
    by_sms = serializers.IntegerField(help_text="Of these by text.")
    left_out = serializers.DictField(child=serializers.IntegerField(), help_text="People by reason.")


class TextCostOut(serializers.Serializer):
    people = serializers.IntegerField()
    parts = serializers.IntegerField(help_text="As so many texts one is paid, in the longest language, with a real link.")
    paid = serializers.IntegerField(help_text="people × parts.")
    room_today = serializers.IntegerField(help_text="Texts that may still go today.")
    most_a_day = serializers.IntegerField()
    days = serializers.IntegerField(help_text="Days it takes, with today.")
    sentence = serializers.SerializerMethodField()

    def get_sentence(self, cost: telling.TextCost) -> str:
        return promotion_words.cost_words(cost)


class EstimateOut(AudienceOut):
    cost = TextCostOut(allow_null=True, help_text="Null: no texts are sent.")


class EstimateIn(Shape):
    ways = serializers.ChoiceField(Ways.choices, help_text=WAYS)
    texts = PromotionTexts(required=False, help_text="Left out: the organisation's own templates.")
    segment_id = serializers.UUIDField(required=False)


def shown_estimate(found: telling.Estimate) -> dict:
    return EstimateOut({**AudienceOut(found.audience).data, "cost": found.cost}).data


class CampaignAudience(APIView):
    permissions = {"GET": "campaigns:read"}

    @extend_schema(
        operation_id="campaign_audience_retrieve", summary="Count who would be told now, and who is left out for what",
        responses=AudienceOut,
        parameters=[
            OpenApiParameter("segment_id", {"type": "string", "format": "uuid"}),
            OpenApiParameter("ways", str, enum=Ways.values, description=f"{WAYS} Left out: email."),
        ],
    )  # fmt: skip
    def get(self, request, campaign_id):
        campaign = Campaign.objects.select_related("segment").get(id=campaign_id)
        ways = serializers.ChoiceField(Ways.choices).run_validation(request.GET.get("ways") or Ways.EMAIL)
        return Response(AudienceOut(audience(campaign, self._segment(request), ways=ways)).data)

    def _segment(self, request) -> Segment | None:
        asked = serializers.UUIDField(allow_null=True).run_validation(request.GET.get("segment_id") or None)
        return segment_for(request.auth, asked) if asked else None


class PromotionEstimate(APIView):
    permissions = {"POST": "campaigns:read"}

    @extend_schema(
        operation_id="campaign_promotions_estimate", request=EstimateIn, responses=EstimateOut,
        summary="Count who would be told which way, and what the texts cost; nothing is kept",
    )  # fmt: skip
    def post(self, request, campaign_id):
        campaign, body = Campaign.objects.select_related("segment").get(id=campaign_id), read(EstimateIn, request)
        segment = segment_for(request.auth, body["segment_id"]) if body.get("segment_id") else None
        texts = plain(body.get("texts") or {}) or telling.default_texts()
        return Response(shown_estimate(telling.estimate(campaign, texts, ways=body["ways"], segment=segment)))
