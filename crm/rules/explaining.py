"""Say in words why a lead went where it went."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.rules.assignment import FACTS, NAMED, YES_NO


def explain(facts: Mapping[str, Any]) -> str:
    """Tell an assignment by the facts kept with it: Assigned to Mia by rule 3: city is Leeds; in turn, 2 of 4."""
    how = facts.get("how", "")
    if how == "known_customer":
        text = _("Assigned to %(name)s: a known customer goes to their owner") % {"name": facts["member"]}
        return text + _stand_in(facts) + _skipped(facts)
    if how in ("named", "claimed", "no_rule", ""):
        return _PLAIN[how]() + _skipped(facts)
    words = {"number": facts["number"], "fit": _fit(facts["criteria"]), "name": facts.get("member", "")}
    if facts.get("member"):
        text = _("Assigned to %(name)s by rule %(number)s: %(fit)s") % words
        return text + pgettext("between parts of a reason", "; ") + _how(facts) + _skipped(facts)
    if how == "pool":
        return _("Put into the pool by rule %(number)s: %(fit)s") % words
    return _("Put into the pool: rule %(number)s %(fit)s, but nobody is available") % words + _skipped(facts)


_PLAIN = {
    "named": lambda: _("Assigned by hand"),
    "claimed": lambda: _("Claimed from the pool"),
    "no_rule": lambda: _("Put into the pool: no rule fits"),
    "": lambda: "",
}


def _fit(criteria: Sequence[Mapping[str, Any]]) -> str:
    if not criteria:
        return _("fits every lead")
    return pgettext("between conditions", " and ").join(describe(each) for each in criteria)


def describe(criterion: Mapping[str, Any]) -> str:
    """Write one condition: city is Leeds or York."""
    values = [_value(criterion["fact"], value) for value in criterion.get("shown") or criterion["values"]]
    words = {"fact": FACTS[criterion["fact"]], "values": pgettext("between choices", " or ").join(values)}
    return (_("%(fact)s is not %(values)s") if criterion.get("is_negated") else _("%(fact)s is %(values)s")) % words


def _value(fact: str, value: str) -> str:
    return _yes_no(value) if fact in YES_NO else str(NAMED.get(fact, {}).get(value, value))


def _yes_no(value: str) -> str:
    return pgettext("an answer", "yes") if value == "yes" else pgettext("an answer", "no")


def _how(facts: Mapping[str, Any]) -> str:
    if facts.get("stands_for"):
        return _("stands in for %(name)s") % {"name": facts["stands_for"]}
    match facts["how"]:
        case "round_robin":
            return _("in turn, %(place)s of %(of)s") % {"place": facts["place"], "of": facts["of"]}
        case "least_load":
            return _("fewest open leads (%(n)s)") % {"n": facts["load"]}
        case "customer_owner":
            return _("the customer's owner")
        case "referrer_owner":
            return _("owner of %(name)s, who referred them") % {"name": facts.get("referrer", "")}
    return _("the one person it names")


def _stand_in(facts: Mapping[str, Any]) -> str:
    if not facts.get("stands_for"):
        return ""
    return pgettext("between parts of a reason", "; ") + _("stands in for %(name)s") % {"name": facts["stands_for"]}


def _skipped(facts: Mapping[str, Any]) -> str:
    """Name those who were passed over, and why."""
    parts = [
        (_("%(name)s is away") if each["why"] == "away" else _("%(name)s no longer works here")) % {"name": each["name"]}
        for each in facts.get("skipped") or ()
    ]
    return pgettext("an aside", " (%(text)s)") % {"text": pgettext("between persons", ", ").join(parts)} if parts else ""
