"""What the overview shows: figures, trend, funnel, my tasks, latest referrals; each only to roles that may see it."""

from datetime import timedelta

from django.http import HttpRequest
from django.utils.translation import gettext

from analytics.queries import overview
from analytics.queries.overview import COUNT, MONEY, POINTS, Overview, Tile
from crm.models import Customer
from crm.queries import open_tasks
from dashboard import own_work
from dashboard.access import may
from dashboard.first_steps import steps
from dashboard.navigation import link_to
from dashboard.sight import seen
from dashboard.templatetags.dashboard import number, percent, whole_money
from referrals.models import Campaign
from referrals.queries import referrals
from tenancy import door

PERIODS = (7, 30, 90)
SHOWN = 6
_LINKS = {
    "new_customers": "customers", "paid_orders": "orders", "referrals": "referrals", "rewards_accrued": "rewards",
    "rewards_settled": "rewards", "points_liability": "loyalty", "referral_revenue": "reports", "kept_revenue": "reports",
}  # fmt: skip
_TILES = (
    "kept_revenue",
    "referral_revenue",
    "new_customers",
    "referrals",
    "paid_orders",
    "rewards_accrued",
    "rewards_settled",
    "points_liability",
)
_COSTS = ("rewards_accrued", "rewards_settled", "points_liability")  # more of them is neither good nor bad


def facts(request: HttpRequest) -> dict:
    shown: dict = {"is_new": _is_new()}
    if shown["is_new"] or may(request, "settings:write"):
        shown |= _start(request)
    if may(request, "tasks:read"):
        shown["tasks"] = open_tasks().filter(assignee=request.membership)[:SHOWN]
    if may(request, "referrals:read"):
        shown["referrals"] = seen(request.membership, referrals())[:SHOWN]
    if own_work.is_narrow(request):
        shown["tiles"] = own_work.tiles(request)
    elif may(request, "reports:read"):
        shown |= _figures(request)
    return shown


def _start(request) -> dict:
    """The steps of the start, as long as one is left to do."""
    found = steps(request)
    left = [step for step in found if not step.is_done]
    return {"steps": found if left else [], "steps_done": len(found) - len(left), "next_step": next(iter(left), None)}


def _is_new() -> bool:
    """Nobody and nothing is here yet: show the way in instead of zeros."""
    return not Customer.objects.exists() and not Campaign.objects.exists()


def _figures(request) -> dict:
    days = int(request.GET["days"]) if request.GET.get("days") in {str(each) for each in PERIODS} else 30
    until = door.moment()
    found = overview(until - timedelta(days=days), until)
    return {
        "days": days, "periods": PERIODS, "tiles": [_tile(found.tile(key), found.currency, days) for key in _TILES],
        "trend": _trend(found), "funnel": _funnel(found),
    }  # fmt: skip


def _tile(tile: Tile, currency: str, days: int) -> dict:
    change = tile.change
    told = {"change": _signed(change) if change is not None else "", "days": days}
    return {
        "label": tile.label, "value": _written(tile, currency), "link": link_to(_LINKS[tile.key]),
        "note": gettext("%(change)s vs the previous %(days)s days") % told if told["change"] else "",
        "tone": "" if not change or tile.key in _COSTS else "green" if change > 0 else "orange",
    }  # fmt: skip


def _written(tile: Tile, currency: str) -> str:
    if tile.unit == MONEY:
        return whole_money(tile.value, currency)
    return number(tile.value) if tile.unit in (COUNT, POINTS) else percent(tile.value)


def _signed(change: float) -> str:
    return f"+{percent(change)}" if change > 0 else percent(change)


def _trend(found: Overview) -> dict:
    return {
        "labels": [f"{day.day.month}-{day.day.day:02}" for day in found.trend],
        "series": [
            {"name": gettext("Revenue"), "data": [day.kept_minor for day in found.trend]},
            {"name": gettext("From referrals"), "data": [day.referral_minor for day in found.trend]},
        ],
        "unit": "money", "currency": found.currency,
    }  # fmt: skip


def _funnel(found: Overview) -> dict:
    """Stages add up: whoever converted was contacted. Those that came to nothing are left out."""
    open_stages = [stage for stage in found.stages if stage.key not in ("closed", "expired")]
    reached = [sum(stage.referrals for stage in open_stages[place:]) for place in range(len(open_stages))]
    return {
        "labels": [str(stage.label) for stage in open_stages],
        "series": [{"name": gettext("Referrals"), "data": reached}],
    }
