"""What in a campaign's terms never comes to bear, with the figures as people write them."""

from typing import Any

from django.utils.translation import get_language

from referrals import ready_words
from referrals.models import Campaign
from referrals.rules.dead_ends import DeadEnd, costs_the_same, dead_conditions, dead_limits, late_events
from referrals.rules.quantities import Title
from referrals.rules.terms import Terms
from referrals.wording import money
from tenancy import door

_AMOUNTS = ("cost", "budget")


def dead_ends(campaign: Campaign, terms: Terms, cost_minor: int) -> list[DeadEnd]:
    """List what never comes to bear; `cost_minor` is what one friend costs who just reaches the minimum."""
    is_least, is_fixed = costs_the_same(terms)
    budget, now = campaign.budget, door.moment()
    return [
        *dead_limits(
            terms.limits, cost_minor=cost_minor if is_least else 0, is_fixed=is_fixed,
            budget_minor=budget.limit_minor if budget and budget.currency == terms.currency else 0,
        ),
        *late_events(terms, max(campaign.starts_at or now, now)),
        *dead_conditions(terms),
    ]  # fmt: skip


def said_of(dead: DeadEnd, currency: str) -> dict[str, Any]:
    """Give the places of its sentence, in the language that is active."""
    language = "zh-hans" if (get_language() or "").startswith("zh") else "en"
    told = dict(dead.facts)
    worths = [value for value, of in (("most", "limit"), ("least", "other")) if str(told.get(of, "")).endswith("_cost")]
    told |= {name: money(told[name], currency, language) for name in (*worths, *_AMOUNTS) if name in told}
    told |= {name: _limit_name(told[name]) for name in ("limit", "other") if name in told}
    if isinstance(told.get("name"), Title):
        told["name"] = told["name"].zh_hans if language == "zh-hans" else told["name"].en
    return told


def _limit_name(name: str) -> str:
    words = str(ready_words.LIMITS[name.removesuffix("_cost")])
    return str(ready_words.BY_WORTH) % {"limit": words} if name.endswith("_cost") else words
