"""Golden cases in words: the order, and who gets what."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, ngettext, pgettext

from dashboard.templatetags.dashboard import money, number
from dashboard.templatetags.dashboard import price as unguarded
from referrals.simulation_words import role_name


def told_facts(facts: Mapping[str, Any], currency: str, *, is_real: bool = False) -> list[str]:
    """Say what is special about the order, the amount first; that of a real one only to those who see amounts."""
    price = money if is_real else unguarded
    told = [price(facts.get("amount_minor", 0), currency)]
    if facts.get("refunded_minor"):
        told.append(gettext("%(amount)s given back") % {"amount": price(facts["refunded_minor"], currency)})
    if facts.get("place", 1) > 1:
        told.append(gettext("order no. %(n)s of the friend") % {"n": number(facts["place"])})
    if facts.get("friend", 1) > 1:
        told.append(gettext("friend no. %(n)s of the referrer") % {"n": number(facts["friend"])})
    for name in ("days_to_signup", "days_to_order", "counted_30_days", "counted_referrer", "counted_campaign"):
        if facts.get(name):
            told.append(_counted(name, facts[name]))
    told += [text for name, text in _flags().items() if facts.get(name)]
    if facts.get("milestone"):
        told.append(facts["milestone"])
    return told


def _counted(name: str, n: int) -> str:
    texts = {
        "days_to_signup": ngettext("signed up after %(n)d day", "signed up after %(n)d days", n),
        "days_to_order": ngettext("ordered after %(n)d day", "ordered after %(n)d days", n),
        "counted_30_days": ngettext("%(n)d reward in 30 days before", "%(n)d rewards in 30 days before", n),
        "counted_referrer": ngettext("%(n)d reward of the referrer before", "%(n)d rewards of the referrer before", n),
        "counted_campaign": ngettext("%(n)d reward of the campaign before", "%(n)d rewards of the campaign before", n),
    }
    return texts[name] % {"n": n}


def _flags() -> dict[str, str]:
    return {
        "bought_before": gettext("had bought before"), "is_cancelled": gettext("cancelled"),
        "is_fraud": gettext("abuse confirmed"),
    }  # fmt: skip


def outcome_words(outcome: Mapping[str, Mapping[str, int]], currency: str) -> list[str]:
    """Say who gets what; nothing is said as such."""
    told = [
        pgettext("who: what", "%(who)s: %(what)s")
        % {"who": role_name(role), "what": " + ".join(_what(kind, n, currency) for kind, n in kinds.items())}
        for role, kinds in sorted(outcome.items(), reverse=True)
    ]
    return told or [gettext("nothing for anybody")]


def _what(kind: str, n: int, currency: str) -> str:
    if kind == "cash":
        return unguarded(n, currency)
    texts = {
        "points": ngettext("%(n)s point", "%(n)s points", n), "coupon": ngettext("%(n)s coupon", "%(n)s coupons", n),
        "pieces": ngettext("%(n)s thing", "%(n)s things", n),
    }  # fmt: skip
    return texts[kind] % {"n": number(n)}
