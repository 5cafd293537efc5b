"""The list of rewards with its sums."""

from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext, ngettext

from dashboard.access import staff
from dashboard.lists.rewards import REWARDS
from dashboard.lists.showing import show
from dashboard.templatetags.dashboard import number, whole_money
from rewards.models import Reward
from rewards.queries import board
from rewards.queries.promises import LATE

_State = Reward.State


@staff("rewards:read")
def rewards(request: HttpRequest) -> HttpResponse:
    is_first = not (request.GET.get("after") or request.htmx)
    return show(REWARDS, request, tiles=_tiles(request.organisation.currency) if is_first else [])


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
