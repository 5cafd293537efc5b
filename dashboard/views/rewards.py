"""The list of rewards with its sums."""

from django import forms
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from crm.queries import search_ids
from dashboard.access import staff
from dashboard.answers import listing
from dashboard.forms import FilterForm, SearchField, choices_with_any
from dashboard.paging import newest_first
from dashboard.sight import seen
from dashboard.templatetags.dashboard import number, whole_money
from foundation.ids import normalise_code
from referrals.models import Campaign
from rewards.models import Reward
from rewards.queries import board
from rewards.queries import rewards as all_rewards
from rewards.queries.promises import LATE
from rewards.rules.in_kind import HANDED_OVER
from tenancy import door

_State = Reward.State


class RewardFilters(FilterForm):
    q = SearchField(_("Who gets it, or the code it shows"))
    state = forms.ChoiceField(
        required=False,
        label=_("State"),
        choices=choices_with_any(_("Any state"), [*Reward.State.choices, ("late", _("Late"))]),
    )
    kind = forms.ChoiceField(required=False, label=_("Kind"), choices=choices_with_any(_("Any kind"), Reward.Kind.choices))
    campaign = forms.ChoiceField(required=False, label=_("Campaign"))

    def __init__(self, data=None):
        super().__init__(data)
        known = [(str(key), name) for key, name in Campaign.objects.order_by("-id").values_list("id", "name")[:100]]
        self.fields["campaign"].choices = choices_with_any(_("Any campaign"), known)

    def narrow(self, rows):
        chosen = self.chosen
        if chosen.get("state") == "late":
            rows = late(rows)
        elif "state" in chosen:
            rows = rows.filter(state=chosen["state"])
        if "kind" in chosen:
            rows = rows.filter(kind=chosen["kind"])
        if "campaign" in chosen:
            rows = rows.filter(campaign_id=chosen["campaign"])
        if "q" in chosen:
            by_code = rows.filter(code=normalise_code(chosen["q"])[:16] or "-")
            rows = by_code if by_code.exists() else rows.filter(beneficiary_id__in=search_ids(chosen["q"], 100))
        return rows.filter(successor_id=None)


def late(rows):
    """Narrow rewards to those that are promised by now and not in the person's hands."""
    return rows.filter(_not_there(), promised_by__lt=door.moment())


def _not_there() -> Q:
    on_the_way = Q(state__in=[_State.AVAILABLE, _State.PAYING], kind__in=[Reward.Kind.CASH, *HANDED_OVER])
    return Q(state__in=[_State.ACCRUED, _State.HELD]) | on_the_way


@staff("rewards:read")
def rewards(request: HttpRequest) -> HttpResponse:
    filters = RewardFilters(request.GET)
    found = newest_first(request, seen(request.membership, filters.narrow(all_rewards())), by="accrued_at")
    campaigns = Campaign.objects.in_bulk({row.campaign_id for row in found} - {None})
    for row in found:
        row.campaign = campaigns.get(row.campaign_id)
        is_open = row.state in (_State.ACCRUED, _State.HELD)
        is_on_the_way = row.state in (_State.AVAILABLE, _State.PAYING) and row.kind in ("cash", *HANDED_OVER)
        row.is_late = (is_open or is_on_the_way) and row.promised_by < door.moment()
        row.waits_days = (door.moment() - row.accrued_at).days if is_open or is_on_the_way else None
    tiles = _tiles(request.organisation.currency) if found.is_first and not request.htmx else []
    return listing(
        request,
        page="dashboard/rewards.html",
        rows="dashboard/parts/reward_rows.html",
        filters=filters,
        rewards=found,
        tiles=tiles,
    )


def _tiles(currency: str) -> list[dict]:
    """Sum what is promised, held, available and late, by what it costs."""
    sums = {state: (cost or 0, count) for state, cost, count in _by_state()}
    shown = [
        (_State.ACCRUED, gettext("Promised, waiting")), (_State.HELD, gettext("Held")),
        (_State.AVAILABLE, gettext("Available")), (_State.REVERSED, gettext("Taken back entirely")),
    ]  # fmt: skip
    tiles = [_tile(state, label, *sums.get(state, (0, 0)), currency) for state, label in shown]
    overdue = sum(line.count for line in board() if line.bucket in LATE)
    note, tone = gettext("past the day promised"), "orange" if overdue else ""
    return [*tiles, {"label": gettext("Late"), "value": number(overdue), "note": note, "link": "?state=late", "tone": tone}]


def _tile(state: str, label: str, cost: int, count: int, currency: str) -> dict:
    """What is taken back costs nothing any more, so those are counted."""
    link = f"?state={state}"
    if state == _State.REVERSED:
        return {"label": label, "value": number(count), "note": "", "link": link}
    note = ngettext("%(n)s reward", "%(n)s rewards", count) % {"n": number(count)}
    return {"label": label, "value": whole_money(cost, currency), "note": note, "link": link}


def _by_state():
    rows = Reward.objects.filter(successor_id=None).values_list("state")
    return rows.annotate(cost=Sum("cost_minor"), count=Count("id")).order_by()


urls = [path("rewards/", rewards, name="rewards")]
