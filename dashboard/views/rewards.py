"""Rewards: the list with its sums, and the way one reward has gone."""

from uuid import UUID

from django import forms
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from crm.queries import search_ids
from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, done, listing, page
from dashboard.forms import FilterForm, SearchField, choices_with_any
from dashboard.forms_growth import ReasonForm
from dashboard.paging import newest_first
from dashboard.people import members
from dashboard.templatetags.dashboard import number, whole_money
from referrals.models import Campaign, Decision
from referrals.queries import decisions_for
from rewards import operations as rewarding
from rewards.models import JournalEntry, Reward
from rewards.queries import entries, history, with_arrows
from rewards.queries import rewards as all_rewards
from tenancy import door


class RewardFilters(FilterForm):
    q = SearchField(_("Who gets it"))
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
        return rows.filter(beneficiary_id__in=search_ids(chosen["q"], 100)) if "q" in chosen else rows


def late(rows):
    """Narrow rewards to those that are promised by now and not there."""
    return rows.filter(state__in=[Reward.State.ACCRUED, Reward.State.HELD], promised_by__lt=door.moment())


@staff("rewards:read")
def rewards(request: HttpRequest) -> HttpResponse:
    filters = RewardFilters(request.GET)
    found = newest_first(request, filters.narrow(all_rewards()), by="accrued_at")
    campaigns = Campaign.objects.in_bulk({row.campaign_id for row in found} - {None})
    for row in found:
        row.campaign = campaigns.get(row.campaign_id)
        row.is_late = row.state in (Reward.State.ACCRUED, Reward.State.HELD) and row.promised_by < door.moment()
        row.waits_days = (
            (door.moment() - row.accrued_at).days if row.state in (Reward.State.ACCRUED, Reward.State.HELD) else None
        )
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
    """Sum what is promised, under review, available and late, by what it costs."""
    sums = {state: (cost or 0, count) for state, cost, count in _by_state()}
    shown = [
        (Reward.State.ACCRUED, gettext("Promised, waiting")), (Reward.State.HELD, gettext("Under review")),
        (Reward.State.AVAILABLE, gettext("Available")), (Reward.State.REVERSED, gettext("Taken back entirely")),
    ]  # fmt: skip
    tiles = [_tile(state, label, *sums.get(state, (0, 0)), currency) for state, label in shown]
    overdue = late(Reward.objects).count()
    note = gettext("past the day promised")
    return [
        *tiles,
        {
            "label": gettext("Late"),
            "value": number(overdue),
            "note": note,
            "link": "?state=late",
            "tone": "orange" if overdue else "",
        },
    ]


def _tile(state: str, label: str, cost: int, count: int, currency: str) -> dict:
    """What is taken back costs nothing any more, so those are counted."""
    link = f"?state={state}"
    if state == Reward.State.REVERSED:
        return {"label": label, "value": number(count), "note": "", "link": link}
    note = ngettext("%(n)s reward", "%(n)s rewards", count) % {"n": number(count)}
    return {"label": label, "value": whole_money(cost, currency), "note": note, "link": link}


def _by_state():
    return Reward.objects.values_list("state").annotate(cost=Sum("cost_minor"), count=Count("id")).order_by()


# --- one reward -------------------------------------------------------------------------------------------


@staff("rewards:read")
def reward(request: HttpRequest, reward_id: UUID) -> HttpResponse:
    return _show(request, get_object_or_404(all_rewards(), id=reward_id))


def _show(request, found: Reward, form: ReasonForm | None = None) -> HttpResponse:
    moves = history(found.id)
    names = {member.id: member.user.name for member in members()}
    books = _entries(request, moves)
    context = {
        "reward": found, "steps": _steps(found), "hold_form": form or ReasonForm(), "is_form_open": form is not None,
        "moves": [
            {"move": move, "who": names.get(move.actor_id, ""), "entry": books.get(move.entry_id)}
            for move in reversed(moves)
        ],
        "decision": _decision(request, found),
        "campaign": Campaign.objects.filter(id=found.campaign_id).first() if found.campaign_id else None,
        "coupon": found.coupons.select_related("kind").first() if found.kind == Reward.Kind.COUPON else None,
    }  # fmt: skip
    response = page(request, "dashboard/reward.html", context)
    response.status_code = 422 if form else 200
    return response


def _entries(request, moves) -> dict[UUID, JournalEntry]:
    if not may(request, "ledger:read"):
        return {}
    found = entries().filter(id__in=[move.entry_id for move in moves if move.entry_id])
    return {entry.id: entry for entry in with_arrows(found)}


def _decision(request, found: Reward) -> Decision | None:
    if not may(request, "referrals:read"):
        return None
    if found.decision_id:
        return Decision.objects.filter(id=found.decision_id).first()
    return decisions_for(order_id=found.order_id).first() if found.order_id else None


def _steps(found: Reward) -> list[dict]:
    """The line from promise to hand: each step with its date and whether it is reached."""
    states = Reward.State
    is_there = found.settled_at is not None
    steps = [{"label": gettext("Promised"), "at": found.accrued_at, "look": "is-done"}]
    if found.state == states.HELD:
        steps.append({"label": gettext("Under review"), "at": None, "look": "is-waiting"})
    else:
        steps.append(
            {"label": gettext("Waiting time over"), "at": found.hold_until, "look": "is-done" if is_there else "is-waiting"}
        )
    if found.state == states.REVERSED:
        return [*steps, {"label": gettext("Taken back"), "at": None, "look": "is-bad"}]
    at = found.settled_at or found.promised_by
    return [
        *steps,
        {
            "label": gettext("Available") if is_there else gettext("Promised by"),
            "at": at,
            "look": "is-done" if is_there else "",
        },
    ]


@action("rewards:write")
def reward_hold(request: HttpRequest, reward_id: UUID) -> HttpResponse:
    found = get_object_or_404(all_rewards(), id=reward_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        with blamed_on(form):
            rewarding.put_on_hold(reward_id, cause=form.cleaned_data["reason"][:40])
            return done(request, gettext("The reward waits for review."), "dashboard:reward", reward_id)
    return _show(request, found, form)


@action("rewards:write")
def reward_release(request: HttpRequest, reward_id: UUID) -> HttpResponse:
    rewarding.release_hold(reward_id)
    return done(request, gettext("The reward goes on."), "dashboard:reward", reward_id)


urls = [
    path("rewards/", rewards, name="rewards"),
    path("rewards/<uuid:reward_id>/", reward, name="reward"),
    path("rewards/<uuid:reward_id>/hold/", reward_hold, name="reward_hold"),
    path("rewards/<uuid:reward_id>/release/", reward_release, name="reward_release"),
]
