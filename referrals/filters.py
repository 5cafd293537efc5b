"""How lists of campaigns, referrals and decisions are narrowed, on pages and in the API."""

import django_filters as filters

from crm.filters import Conditional
from referrals import queries
from referrals.models import (
    AbuseListing,
    Ask,
    Campaign,
    Claim,
    Decision,
    Evidence,
    Invitation,
    PromotionReceiver,
    Referral,
)


class CampaignFilter(filters.FilterSet):
    state = filters.MultipleChoiceFilter(choices=Campaign.State.choices, distinct=False)
    template = filters.CharFilter()
    name = filters.CharFilter(lookup_expr="istartswith", label="Start of the name")

    class Meta:
        model = Campaign
        fields: list[str] = []


class ReferralFilter(Conditional):
    subject = "referral"
    campaign = filters.UUIDFilter(field_name="campaign_id")
    referrer = filters.UUIDFilter(field_name="referrer_id")
    referee = filters.UUIDFilter(field_name="referee_id")
    stage = filters.MultipleChoiceFilter(choices=Referral.Stage.choices, distinct=False)
    attribution = filters.MultipleChoiceFilter(choices=Referral.Attribution.choices, distinct=False)
    risk = filters.MultipleChoiceFilter(choices=Referral.Risk.choices, distinct=False)
    channel = filters.CharFilter()
    confirmed_after = filters.IsoDateTimeFilter(field_name="confirmed_at", lookup_expr="gte")
    confirmed_before = filters.IsoDateTimeFilter(field_name="confirmed_at", lookup_expr="lt")

    class Meta:
        model = Referral
        fields: list[str] = []


class ClaimFilter(filters.FilterSet):
    state = filters.MultipleChoiceFilter(choices=Claim.State.choices, distinct=False)
    claimant = filters.UUIDFilter(field_name="claimant_id")
    referee = filters.UUIDFilter(field_name="referee_id")
    referral = filters.UUIDFilter(field_name="referral_id")

    class Meta:
        model = Claim
        fields: list[str] = []


class InvitationFilter(filters.FilterSet):
    campaign = filters.UUIDFilter(field_name="campaign_id")
    referrer = filters.UUIDFilter(field_name="code__referrer_id")
    state = filters.MultipleChoiceFilter(choices=Invitation.State.choices, distinct=False)
    capture = filters.MultipleChoiceFilter(choices=Invitation.Capture.choices, distinct=False)

    class Meta:
        model = Invitation
        fields: list[str] = []


class EvidenceFilter(filters.FilterSet):
    referral = filters.UUIDFilter(field_name="referral_id")
    state = filters.MultipleChoiceFilter(choices=Evidence.State.choices, distinct=False)
    criterion = filters.MultipleChoiceFilter(choices=Evidence.Criterion.choices, distinct=False)

    class Meta:
        model = Evidence
        fields: list[str] = []


class AskFilter(filters.FilterSet):
    customer = filters.UUIDFilter(field_name="customer_id")
    campaign = filters.UUIDFilter(field_name="campaign_id")
    owner = filters.UUIDFilter(field_name="owner_id")
    state = filters.MultipleChoiceFilter(choices=Ask.State.choices, distinct=False)

    class Meta:
        model = Ask
        fields: list[str] = []


class ReminderPeopleFilter(filters.FilterSet):
    customer = filters.UUIDFilter(field_name="customer_id")
    state = filters.MultipleChoiceFilter(choices=PromotionReceiver.State.choices, distinct=False)
    reason = filters.CharFilter()

    class Meta:
        model = PromotionReceiver
        fields: list[str] = []


class ListingFilter(filters.FilterSet):
    side = filters.ChoiceFilter(choices=AbuseListing.Side.choices)
    kind = filters.ChoiceFilter(choices=AbuseListing.Kind.choices)
    referrer = filters.UUIDFilter(field_name="referrer_id")

    class Meta:
        model = AbuseListing
        fields: list[str] = []


class DecisionFilter(filters.FilterSet):
    order = filters.UUIDFilter(field_name="order_id")
    referral = filters.UUIDFilter(field_name="referral_id")
    campaign = filters.UUIDFilter(field_name="campaign_id")
    customer = filters.UUIDFilter(method="about", label="A customer's own orders and those of friends they brought")
    outcome = filters.MultipleChoiceFilter(choices=Decision.Outcome.choices, distinct=False)

    class Meta:
        model = Decision
        fields: list[str] = []

    def about(self, rows, name, customer_id):
        return rows.filter(queries.about_customer(customer_id))
