"""Conditions in plain words: "at least £50 of the order was kept"."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from crm.models import Customer, Deal, Segment
from loyalty.queries import reward_names
from referrals.rules.conditions import FACTS, MONEY, Condition, Group, Tree
from referrals.wording import money, number
from tenancy import door

FACT_NAMES = {
    "order.total": gettext_lazy("order value"),
    "order.kept": gettext_lazy("order value kept"),
    "order.channel": gettext_lazy("sales channel"),
    "order.source": gettext_lazy("origin of the order"),
    "order.products": gettext_lazy("articles in the order"),
    "order.categories": gettext_lazy("categories in the order"),
    "order.place": gettext_lazy("number of the friend's order"),
    "order.weekday": gettext_lazy("day of the week"),
    "order.days_since_signup": gettext_lazy("days since the sign-up"),
    "deal.amount": gettext_lazy("deal value"),
    "deal.received": gettext_lazy("money received"),
    "deal.source": gettext_lazy("origin of the deal"),
    "deal.days_since_signup": gettext_lazy("days since the sign-up"),
    "answer.score": gettext_lazy("score"),
    "referral.channel": gettext_lazy("channel of the referral"),
    "referral.source": gettext_lazy("kind of referrer"),
    "referrer.city": gettext_lazy("the referrer's city"),
    "referrer.province": gettext_lazy("the referrer's province"),
    "referrer.country": gettext_lazy("the referrer's country"),
    "referrer.stage": gettext_lazy("the referrer's life cycle stage"),
    "referrer.tier": gettext_lazy("the referrer's tier"),
    "referrer.tags": gettext_lazy("the referrer's tags"),
    "referrer.segments": gettext_lazy("the referrer's segments"),
    "referrer.friends": gettext_lazy("friends of the referrer who had bought"),
    "referrer.first_purchase": gettext_lazy("the referrer's first purchase"),
    "referee.city": gettext_lazy("the friend's city"),
    "referee.province": gettext_lazy("the friend's province"),
    "referee.country": gettext_lazy("the friend's country"),
    "referee.stage": gettext_lazy("the friend's life cycle stage"),
    "referee.tier": gettext_lazy("the friend's tier"),
    "referee.tags": gettext_lazy("the friend's tags"),
    "referee.segments": gettext_lazy("the friend's segments"),
}
_PATTERNS = {
    "at_least": gettext_lazy("%(fact)s: at least %(value)s"),
    "at_most": gettext_lazy("%(fact)s: at most %(value)s"),
    "more_than": gettext_lazy("%(fact)s: more than %(value)s"),
    "less_than": gettext_lazy("%(fact)s: less than %(value)s"),
    "equals": gettext_lazy("%(fact)s: exactly %(value)s"),
    "is": gettext_lazy("%(fact)s: %(value)s"),
    "is_not": gettext_lazy("%(fact)s: not %(value)s"),
    "one_of": gettext_lazy("%(fact)s: one of %(value)s"),
    "none_of": gettext_lazy("%(fact)s: none of %(value)s"),
    "has_any": gettext_lazy("%(fact)s: any of %(value)s"),
    "has_all": gettext_lazy("%(fact)s: all of %(value)s"),
    "has_none": gettext_lazy("%(fact)s: none of %(value)s"),
}
WEEKDAY_NAMES = {
    "monday": gettext_lazy("Monday"), "tuesday": gettext_lazy("Tuesday"), "wednesday": gettext_lazy("Wednesday"),
    "thursday": gettext_lazy("Thursday"), "friday": gettext_lazy("Friday"), "saturday": gettext_lazy("Saturday"),
    "sunday": gettext_lazy("Sunday"),
}  # fmt: skip
REFERRERS = {
    "customer": pgettext_lazy("kind of referrer", "customer"), "employee": pgettext_lazy("kind of referrer", "employee"),
    "partner": pgettext_lazy("kind of referrer", "partner"), "community": pgettext_lazy("kind of referrer", "community"),
    "material": pgettext_lazy("kind of referrer", "printed material"), "import": pgettext_lazy("kind of referrer", "import"),
}  # fmt: skip


def say_tree(tree: Tree, language: str) -> str:
    """Say conditions, in the language that is active."""
    if isinstance(tree, Condition):
        facts = {"fact": str(FACT_NAMES[tree.fact]), "value": _value(tree, language)}
        return str(_PATTERNS[tree.operator]) % facts
    between = pgettext("joins conditions", "; and ") if tree.joined == "all" else pgettext("joins conditions", " or ")
    return between.join(say_tree(part, language) for part in tree.parts)


def say_stored(data: Mapping[str, Any], language: str) -> str:
    """Say conditions as terms keep them."""
    return say_tree(_read(data), language)


def _value(condition: Condition, language: str) -> str:
    if condition.type == MONEY:
        return money(condition.value, condition.currency, language)
    if condition.type in ("count", "score"):
        return number(condition.value, language)
    if condition.type == "days":
        days = condition.value
        return ngettext("%(count)s day", "%(count)s days", days) % {"count": number(days, language)}
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    return _texts(condition.fact, values, language)


def _texts(fact: str, values: Sequence[str], language: str) -> str:
    names = _names(fact, values, language)
    return pgettext("joins a list", ", ").join(str(names.get(value, value)) for value in values)


def _names(fact: str, values: Sequence[str], language: str) -> Mapping[str, Any]:
    """Say what codes and ids are called; what is gone keeps its code."""
    if fact == "order.weekday":
        return WEEKDAY_NAMES
    if fact == "referral.source":
        return REFERRERS
    if fact == "deal.source":
        return dict(Deal.Source.choices)
    if fact.endswith(".stage"):
        return dict(Customer.Stage.choices)
    if not door.inside():
        return {}
    if fact.endswith(".segments"):
        return {str(id): name for id, name in Segment.objects.filter(id__in=values).values_list("id", "name")}
    if fact.endswith(".tier"):
        return {code: name.get(language) or code for (kind, code), name in reward_names().items() if kind == "tier"}
    return {}


# --- what a check found ----------------------------------------------------------------------------


def say_condition(expected: Mapping[str, Any], actual: Any, language: str) -> dict[str, str]:
    """Say what a check asked for and what it found."""
    tree = _read(expected)
    if isinstance(tree, Condition):
        return {"expected": say_tree(tree, language), "actual": _found(tree.fact, actual, language)}
    told = actual if isinstance(actual, Mapping) else {}
    found = [f"{FACT_NAMES[fact]}: {_found(fact, value, language)}" for fact, value in told.items()]
    return {"expected": say_tree(tree, language), "actual": pgettext("joins conditions", "; ").join(found)}


def _read(data: Mapping[str, Any]) -> Tree:
    """Read stored conditions without checking them again: they were when they were saved."""
    for joined in ("all", "any"):
        if joined in data:
            return Group(joined, tuple(_read(part) for part in data[joined]))
    value, kind = data["value"], FACTS[data["fact"]].type
    if kind == MONEY:
        return Condition(data["fact"], data["is"], value["minor"], value["currency"])
    if isinstance(value, Mapping):
        return Condition(data["fact"], data["is"], value[kind])
    return Condition(data["fact"], data["is"], tuple(value) if isinstance(value, list) else value)


def _found(fact: str, actual: Any, language: str) -> str:
    if actual is None or actual in ("", []):
        return _("nothing")
    if isinstance(actual, Mapping):
        return money(actual["minor"], actual["currency"], language)
    if isinstance(actual, int):
        return number(actual, language)
    return _texts(fact, [actual] if isinstance(actual, str) else actual, language)


__all__ = ["FACT_NAMES", "REFERRERS", "WEEKDAY_NAMES", "say_condition", "say_stored", "say_tree"]
