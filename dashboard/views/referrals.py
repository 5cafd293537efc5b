"""The list of referrals, each axis in its own column."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from crm.queries import search_ids
from dashboard.access import staff
from dashboard.answers import listing
from dashboard.forms import FilterForm, SearchField, choices_with_any
from dashboard.paging import newest_first
from dashboard.sight import seen
from referrals.models import Campaign, Referral
from referrals.queries import referrals as all_referrals
from rewards.models import Reward

MOST_MATCHES = 100


class ReferralFilters(FilterForm):
    q = SearchField(_("Referrer or friend"))
    campaign = forms.ChoiceField(required=False, label=_("Campaign"))
    stage = forms.ChoiceField(
        required=False, label=_("Stage"), choices=choices_with_any(_("Any stage"), Referral.Stage.choices)
    )
    attribution = forms.ChoiceField(
        required=False, label=_("Attribution"), choices=choices_with_any(_("Any attribution"), Referral.Attribution.choices)
    )
    risk = forms.ChoiceField(required=False, label=_("Risk"), choices=choices_with_any(_("Any risk"), Referral.Risk.choices))
    reward = forms.ChoiceField(
        required=False,
        label=_("Rewards"),
        choices=choices_with_any(_("Any reward"), [("none", _("No reward")), *Reward.State.choices]),
    )

    def __init__(self, data=None):
        super().__init__(data)
        known = [(str(key), name) for key, name in Campaign.objects.order_by("-id").values_list("id", "name")[:100]]
        self.fields["campaign"].choices = choices_with_any(_("Any campaign"), known)

    def narrow(self, rows):
        chosen = self.chosen
        rows = rows.filter(**{name: chosen[name] for name in ("stage", "attribution", "risk") if name in chosen})
        if "campaign" in chosen:
            rows = rows.filter(campaign_id=chosen["campaign"])
        if "reward" in chosen:
            rows = rows.filter(_has_reward(chosen["reward"]))
        if "q" in chosen:
            people = search_ids(chosen["q"], MOST_MATCHES)
            rows = rows.filter(Q(referrer_id__in=people) | Q(referee_id__in=people))
        return rows


def _has_reward(state: str):
    rewards = Reward.objects.filter(referral_id=OuterRef("id"), successor_id=None)
    if state == "none":
        rewards = rewards.exclude(state__in=[Reward.State.ESTIMATED, Reward.State.LAPSED])
    return ~Exists(rewards) if state == "none" else Exists(rewards.filter(state=state))


@staff("referrals:read")
def referrals(request: HttpRequest) -> HttpResponse:
    filters = ReferralFilters(request.GET)
    found = newest_first(request, seen(request.membership, filters.narrow(all_referrals())), by="confirmed_at")
    states = _reward_states([row.id for row in found])
    for row in found:
        row.reward_states = states.get(row.id, [])
    return listing(
        request, page="dashboard/referrals.html", rows="dashboard/parts/referral_rows.html", filters=filters, referrals=found
    )


def _reward_states(referral_ids: Sequence[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    """The fourth axis: each state its rewards are in, once."""
    found = defaultdict(set)
    for referral_id, state in (
        Reward.objects.filter(referral_id__in=referral_ids, successor_id=None).values_list("referral_id", "state").distinct()
    ):
        found[referral_id].add(state)
    return {
        key: [(state, Reward.State(state).label) for state in Reward.State.values if state in states]
        for key, states in found.items()
    }


urls = [path("referrals/", referrals, name="referrals")]
