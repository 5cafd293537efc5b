"""REST: a campaign's landing page, and how its variants do."""

from collections.abc import Mapping

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from referrals.errors.pages import PageUnreadable
from referrals.models import Campaign, LandingPage
from referrals.operations.pages import publish_page, save_page, withdraw_page
from referrals.queries.pages import page_of
from referrals.queries.variants import comparison_of
from referrals.rules.pages import page_json, read_page
from tenancy.api_shapes import Shape, read


class LandingPageIn(Shape):
    definition = serializers.DictField(help_text="Variants with their blocks, share_b, elsewhere; as it is read.")


class LandingPageOut(serializers.Serializer):
    campaign_id = serializers.UUIDField()
    definition = serializers.JSONField(help_text="The draft.")
    version = serializers.IntegerField(help_text="The published one; 0: friends see the standard page.")
    share_b = serializers.IntegerField()
    elsewhere = serializers.CharField()


class RateOut(serializers.Serializer):
    share = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True, help_text="95 % interval by Wilson.")
    high = serializers.FloatField(allow_null=True)


class VariantOut(serializers.Serializer):
    variant = serializers.CharField()
    visitors = serializers.IntegerField()
    sign_ups = serializers.IntegerField()
    confirmed = serializers.IntegerField()
    converted = serializers.IntegerField()
    sign_up_rate = RateOut()
    confirmed_rate = RateOut()
    converted_rate = RateOut()


class ComparisonOut(serializers.Serializer):
    since = serializers.DateTimeField(allow_null=True)
    share_b = serializers.IntegerField()
    is_enough = serializers.BooleanField(help_text="Whether each variant has had 100 visitors: before, wait.")
    figures = VariantOut(many=True)


def _told(row: LandingPage | None, campaign_id) -> dict:
    if row is None:
        return {
            "campaign_id": campaign_id,
            "definition": page_json(read_page({})),
            "version": 0,
            "share_b": 0,
            "elsewhere": "",
        }
    return {
        "campaign_id": campaign_id, "definition": row.draft, "version": row.version, "share_b": row.share_b,
        "elsewhere": row.elsewhere,
    }  # fmt: skip


class CampaignPage(APIView):
    permissions = {"GET": "campaigns:read", "PUT": "campaigns:write"}

    @extend_schema(
        operation_id="campaign_page_retrieve", summary="Read the landing page of a campaign", responses=LandingPageOut
    )
    def get(self, request, campaign_id):
        campaign = Campaign.objects.get(id=campaign_id)
        return Response(LandingPageOut(_told(page_of(campaign.id), campaign.id)).data)

    @extend_schema(
        operation_id="campaign_page_save", summary="Keep a draft of the landing page", request=LandingPageIn,
        responses=LandingPageOut,
    )  # fmt: skip
    def put(self, request, campaign_id):
        campaign = Campaign.objects.get(id=campaign_id)
        told = read(LandingPageIn, request)["definition"]
        _refuse_lost(told, page_json(read_page(told)), "definition")
        row = save_page(campaign.id, told)
        return Response(LandingPageOut(_told(row, campaign.id)).data)


def _refuse_lost(told, kept, path: str) -> None:
    """Refuse what a page has no place for; the editor cannot send it, a program may by mistake."""
    if isinstance(told, Mapping) and isinstance(kept, Mapping):
        for name, value in told.items():
            _refuse_lost(value, kept.get(name), f"{path}/{name}")
    elif isinstance(told, list) and isinstance(kept, list | tuple) and len(told) == len(kept):
        for place, value in enumerate(told):
            _refuse_lost(value, kept[place], f"{path}/{place}")
    elif told and str(told).strip() != str(kept):
        raise PageUnreadable(field=path)


class PublishPage(APIView):
    permissions = {"POST": "campaigns:write"}

    @extend_schema(
        operation_id="campaign_page_publish", summary="Show the draft to friends from now on", request=None,
        responses=LandingPageOut,
    )  # fmt: skip
    def post(self, request, campaign_id):
        campaign = Campaign.objects.get(id=campaign_id)
        return Response(LandingPageOut(_told(publish_page(campaign.id), campaign.id)).data)


class WithdrawPage(APIView):
    permissions = {"POST": "campaigns:write"}

    @extend_schema(
        operation_id="campaign_page_withdraw", summary="Show the standard page again", request=None, responses=LandingPageOut
    )
    def post(self, request, campaign_id):
        campaign = Campaign.objects.get(id=campaign_id)
        return Response(LandingPageOut(_told(withdraw_page(campaign.id), campaign.id)).data)


class PageVariants(APIView):
    permissions = {"GET": "campaigns:read"}

    @extend_schema(
        operation_id="campaign_page_variants", summary="Count who came, signed up, confirmed and bought on each variant",
        responses=ComparisonOut,
    )  # fmt: skip
    def get(self, request, campaign_id):
        campaign = Campaign.objects.get(id=campaign_id)
        found = comparison_of(campaign.id) or {"since": None, "share_b": 0, "is_enough": False, "figures": []}
        return Response(ComparisonOut(found).data)
