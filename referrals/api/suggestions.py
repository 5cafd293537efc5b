"""REST: what to offer, from what worked before."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from referrals import operations, queries
from referrals.api.shapes import OneCampaignOut
from referrals.operations.suggesting import Suggestions
from referrals.queries.suggestions import Comparison, Tried
from referrals.rules.offering import GROUPS
from referrals.rules.reward_lines import line_json
from referrals.rules.suggesting import OUTCOMES
from referrals.suggestion_words import Teller
from tenancy import door
from tenancy.api import IDEMPOTENCY_HEADER, idempotent
from tenancy.api_shapes import Shape, read
from tenancy.models import Organisation


class TriedOfferOut(serializers.Serializer):
    offer = serializers.CharField(help_text="What both sides got, as a sentence in the language of the request.")
    rewards = serializers.ListField(child=serializers.DictField(), help_text="The same as lines of terms.")
    campaigns = serializers.ListField(child=serializers.CharField())
    is_present = serializers.BooleanField(help_text="The terms being written offer this.")
    opened = serializers.IntegerField(help_text="Invitations opened, long enough ago for friends to buy.")
    referrers = serializers.IntegerField()
    signed_up = serializers.IntegerField()
    bought = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True, help_text="Bought, of opened.")
    low = serializers.FloatField(allow_null=True, help_text="In 19 of 20 cases the true share lies between low and high.")
    high = serializers.FloatField(allow_null=True)
    kept_minor = serializers.IntegerField(help_text="What friends paid, less what they got back.")
    cost_minor = serializers.IntegerField(help_text="Of the rewards for both.")
    cost_each_minor = serializers.IntegerField(allow_null=True, help_text="Of one new customer.")
    return_on_cost = serializers.FloatField(allow_null=True)
    lacking = serializers.CharField(help_text="Why nothing can be said about it; empty where something can.")


class OfferComparisonOut(serializers.Serializer):
    group = serializers.CharField(help_text="everybody, tier:<code>, segment:<id>")
    kind = serializers.ChoiceField(GROUPS)
    name = serializers.CharField()
    outcome = serializers.ChoiceField(OUTCOMES)
    reasons = serializers.ListField(child=serializers.CharField(), help_text="What was found, with its numbers.")
    tried = TriedOfferOut(many=True)


class SuggestionOut(serializers.Serializer):
    group = serializers.CharField()
    name = serializers.CharField()
    reasons = serializers.ListField(child=serializers.CharField())
    rewards = serializers.ListField(child=serializers.DictField())
    terms = serializers.DictField(help_text="The terms with this offer in place.")
    mark = serializers.CharField(help_text="Names the offer when it is taken up.")


class SuggestionsOut(serializers.Serializer):
    days = serializers.IntegerField(help_text="For how many days each invitation was looked at.")
    young = serializers.IntegerField(help_text="Invitations opened too recently to be counted.")
    currency = serializers.CharField()
    suggestions = SuggestionOut(many=True)
    comparisons = OfferComparisonOut(many=True)


class SuggestionIn(Shape):
    group = serializers.CharField(max_length=60)
    mark = serializers.CharField(max_length=20)


class CampaignSuggestions(APIView):
    permissions = {"GET": "campaigns:read", "POST": "campaigns:write"}

    @extend_schema(
        operation_id="campaign_suggestions_list", summary="Suggest rewards from what worked before",
        responses=SuggestionsOut,
        description="Compares what earlier terms offered, in all, by tier and by segment. What the law, WeChat or the "
        "budget would refuse is not suggested; where ranges overlap nothing is.",
    )  # fmt: skip
    def get(self, request, campaign_id):
        return Response(SuggestionsOut(_shown(operations.suggestions_for(_campaign(campaign_id)))).data)

    @extend_schema(
        operation_id="campaign_suggestions_adopt", summary="Put a suggested offer into the terms being written",
        request=SuggestionIn, responses=OneCampaignOut, parameters=[IDEMPOTENCY_HEADER],
        description="Nothing is in force before the terms are published.",
    )  # fmt: skip
    @idempotent()
    def post(self, request, campaign_id):
        told = read(SuggestionIn, request)
        return Response(OneCampaignOut(operations.adopt_suggestion(campaign_id, told["group"], told["mark"])).data)


def _campaign(campaign_id):
    return queries.campaigns().get(id=campaign_id)


def _shown(suggested: Suggestions) -> dict[str, Any]:
    currency = Organisation.objects.values_list("currency", flat=True).get(id=door.organisation_id())
    compared, teller = suggested.compared, Teller(suggested.compared, currency)
    return {
        "days": compared.days, "young": compared.young, "currency": currency,
        "comparisons": [_comparison(each, teller) for each in compared.comparisons],
        "suggestions": [
            {
                "group": each.comparison.group.key, "name": teller.group(each.comparison), "mark": each.mark,
                "reasons": teller.reasons(each.comparison), "terms": each.terms, "rewards": _lines(each.comparison.best),
            }
            for each in suggested.open
        ],
    }  # fmt: skip


def _comparison(one: Comparison, teller: Teller) -> dict[str, Any]:
    return {
        "group": one.group.key, "kind": one.group.kind, "name": teller.group(one), "outcome": one.judged.outcome,
        "reasons": teller.reasons(one), "tried": [_tried(each, one, teller) for each in one.tried],
    }  # fmt: skip


def _tried(one: Tried, comparison: Comparison, teller: Teller) -> dict[str, Any]:
    tally = one.tally
    return {
        "offer": teller.offer(one.offer), "rewards": _lines(one), "campaigns": one.campaigns,
        "is_present": one.key == comparison.present, "opened": tally.openings, "referrers": tally.referrers,
        "signed_up": tally.signed_up, "bought": tally.bought, **vars(tally.rate), "kept_minor": tally.kept_minor,
        "cost_minor": tally.cost_minor, "cost_each_minor": tally.cost_each_minor, "lacking": teller.lacking(tally),
        "return_on_cost": tally.return_on_cost,
    }  # fmt: skip


def _lines(one: Tried) -> list[dict[str, Any]]:
    return [line_json(line) for line in one.offer.lines]
