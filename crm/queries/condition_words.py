"""Conditions as people say them, in the reader's language."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from crm.queries.facts import Fact
from crm.rules.conditions import ALL, MEMBER, MONEY, NONE, TEXT, YES_NO, Group, Leaf
from foundation.money import exponent
from tenancy import door
from tenancy.models import Organisation

# %(fact)s is the fact's label, %(value)s the value as it is shown.
_SAID = {
    "is": _("whose %(fact)s is %(value)s"),
    "is_not": _("whose %(fact)s is not %(value)s"),
    "contains": _("whose %(fact)s contains %(value)s"),
    "not_contains": _("whose %(fact)s does not contain %(value)s"),
    "starts_with": _("whose %(fact)s starts with %(value)s"),
    "one_of": _("whose %(fact)s is %(value)s"),
    "none_of": _("whose %(fact)s is not %(value)s"),
    "any_of": _("with %(value)s among %(fact)s"),
    "all_of": _("with all of %(value)s among %(fact)s"),
    "is_empty": _("without %(fact)s"),
    "is_not_empty": _("with %(fact)s"),
    "at_least": _("whose %(fact)s is at least %(value)s"),
    "at_most": _("whose %(fact)s is at most %(value)s"),
    "between": _("whose %(fact)s is between %(value)s"),
    "on": _("whose %(fact)s is on %(value)s"),
    "before": _("whose %(fact)s is before %(value)s"),
    "after": _("whose %(fact)s is after %(value)s"),
    "in_last_days": _("whose %(fact)s is within the last %(value)s days"),
    "more_than_days_ago": _("whose %(fact)s is more than %(value)s days ago"),
    "in_next_days": _("whose %(fact)s is within the next %(value)s days"),
    "anniversary_in_days": _("whose %(fact)s has its anniversary within the next %(value)s days"),
    "anniversary_this_month": _("whose %(fact)s has its anniversary this month"),
    "me": _("whose %(fact)s is me"),
    "my_team": _("whose %(fact)s is in my team"),
}
_SAID_OF_YES_NO = {True: _("for whom it holds: %(fact)s"), False: _("for whom it does not hold: %(fact)s")}

_EVERYBODY = {
    "customer": _("All customers"),
    "order": _("All orders"),
    "task": _("All tasks"),
    "referral": _("All referrals"),
    "reward": _("All rewards"),
    "lead": _("All leads"),
    "deal": _("All deals"),
    "case": _("All cases"),
}
_THOSE = {
    "customer": _("Customers %(conditions)s"),
    "order": _("Orders %(conditions)s"),
    "task": _("Tasks %(conditions)s"),
    "referral": _("Referrals %(conditions)s"),
    "reward": _("Rewards %(conditions)s"),
    "lead": _("Leads %(conditions)s"),
    "deal": _("Deals %(conditions)s"),
    "case": _("Cases %(conditions)s"),
}


def sentence(tree: Group, facts: Mapping[str, Fact], subject: str, *, members: Mapping[str, str]) -> str:
    """Say a tree as one sentence."""
    if tree.is_empty:
        return str(_EVERYBODY.get(subject, _("All")))
    said = _group(tree, facts, members, is_outermost=True)
    return str(_THOSE.get(subject, _("Those %(conditions)s"))) % {"conditions": said}


def _group(group: Group, facts: Mapping[str, Fact], members: Mapping[str, str], *, is_outermost: bool = False) -> str:
    parts = [
        _group(each, facts, members) if isinstance(each, Group) else words_of_leaf(each, facts[each.fact], members)
        for each in group.conditions
    ]
    said = (pgettext("between conditions", " and ") if group.match == ALL else pgettext("between conditions", " or ")).join(
        parts
    )
    if group.match == NONE:
        return gettext("of whom none of this is true: (%(conditions)s)") % {"conditions": said}
    return said if is_outermost or len(parts) == 1 else gettext("(%(conditions)s)") % {"conditions": said}


def words_of_leaf(leaf: Leaf, fact: Fact, members: Mapping[str, str]) -> str:
    """Say one condition: "whose city is Shanghai", "who bought at least 3 times in the last 90 days"."""
    said = str(fact.phrases.get(leaf.op) or (_SAID_OF_YES_NO[leaf.value] if fact.type == YES_NO else _SAID[leaf.op]))
    if fact.type == YES_NO and fact.phrases:
        said = str(fact.phrases["yes" if leaf.value else "no"])
    said %= {"fact": in_sentence(str(fact.label)), "value": _value(leaf, fact, members)}
    if leaf.within_days is None:
        return said
    window = ngettext("%(said)s in the last %(days)s day", "%(said)s in the last %(days)s days", leaf.within_days)
    return window % {"said": said, "days": leaf.within_days}


def in_sentence(label: str) -> str:
    """Write a label small, unless it begins with an abbreviation."""
    return label if len(label) > 1 and label[1].isupper() else label[:1].lower() + label[1:]


def _value(leaf: Leaf, fact: Fact, members: Mapping[str, str]) -> str:
    value = leaf.value
    if leaf.op == "between":
        return gettext("%(first)s and %(last)s") % {"first": _one(value[0], fact), "last": _one(value[1], fact)}
    if isinstance(value, tuple):
        names = [members.get(each, each) if fact.type == MEMBER else fact.label_of(each) for each in value]
        joint = pgettext("between choices", " and ") if leaf.op == "all_of" else pgettext("between choices", " or ")
        return joint.join(names)
    return _one(value, fact, is_amount=not leaf.op.endswith("days") and leaf.op != "more_than_days_ago")


def _one(value: Any, fact: Fact, *, is_amount: bool = True) -> str:
    if fact.type == MONEY and is_amount and isinstance(value, int):
        return money(value)
    if fact.type == TEXT:
        return gettext("“%(text)s”") % {"text": value}
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    return number_format(value, use_l10n=True, force_grouping=True) if isinstance(value, int) else str(value)


def money(minor: int) -> str:
    """Write an amount in the organisation's currency."""
    currency = Organisation.objects.values_list("currency", flat=True).get(id=door.organisation_id())
    places = exponent(currency)
    amount = number_format(minor / 10**places, 0 if minor % 10**places == 0 else places, use_l10n=True, force_grouping=True)
    return f"{amount} {currency}"


def shown_value(fact: Fact, value: Any, zone: ZoneInfo) -> str:
    """Write what a customer's fact is, for people."""
    if value in (None, "", []):
        return gettext("nothing")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return pgettext("between values", ", ").join(fact.label_of(str(each)) for each in value)
    if isinstance(value, datetime):
        return date_format(value.astimezone(zone), "DATETIME_FORMAT")
    if fact.type == MEMBER:
        from tenancy.models import Membership

        return Membership.objects.filter(id=value).values_list("user__name", flat=True).first() or gettext("nobody")
    if fact.options:
        return fact.label_of(str(value))
    return _plain(value, fact)


def _plain(value: Any, fact: Fact) -> str:
    if fact.type == MONEY and isinstance(value, int):
        return money(value)
    return date_format(value, "DATE_FORMAT") if isinstance(value, date) else _number(value)


def _number(value: Any) -> str:
    if isinstance(value, str):
        return value
    whole = int(value) if value == int(value) else value
    return number_format(whole, use_l10n=True, force_grouping=True)
