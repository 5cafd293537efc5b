"""Which rule a lead falls under, and whose turn it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# What a rule can ask of a lead; the words that stand before the value when it is explained.
FACTS: Mapping[str, str] = {
    "source": _("source"),
    "form": _("form"),
    "product": _("product"),
    "province": _("province"),
    "city": _("city"),
    "campaign": _("campaign"),
    "is_known": _("known customer"),
    "customer_owner": _("customer's owner"),
    "is_referred": _("was referred"),
    "stage": _("customer's stage"),
    "tag": _("customer's tag"),
    "segment": _("customer's segment"),  # by id; only of customers who were known before the lead came
}
# Values that have names; the others are what people wrote.
NAMED: Mapping[str, Mapping[str, str]] = {
    "source": {
        "form": _("Form"), "qr": _("QR code"), "api": _("API"), "staff": _("Entered by staff"), "phone": _("Phone"),
        "wechat": _("WeChat"), "referral": _("Referral"), "import": _("Import"),
        "event": pgettext_lazy("a source of leads", "Event"),
    },
    "stage": {
        "prospect": _("Prospect"), "lead": _("Lead"), "customer": _("Customer"), "loyal": _("Loyal customer"),
        "lost": _("Lost"),
    },
}  # fmt: skip
YES_NO = ("is_known", "is_referred")


@dataclass(frozen=True)
class Criterion:
    """The lead's `fact` is one of `values` (or, negated, none of them)."""

    fact: str
    values: tuple[str, ...]
    is_negated: bool = False

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Criterion":
        return cls(stored["fact"], tuple(stored["values"]), bool(stored.get("is_negated")))

    def fits(self, facts: Mapping[str, Any]) -> bool:
        found = facts.get(self.fact)
        have = {_plain(each) for each in (found if isinstance(found, (list, tuple)) else [found])}
        return bool(have & {_plain(value) for value in self.values}) != self.is_negated


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value or "").strip().casefold()


@dataclass(frozen=True)
class Choice:
    """Who was chosen, and by what reckoning."""

    member_id: UUID | None
    facts: Mapping[str, Any]


def fitting(criteria: Sequence[Criterion], facts: Mapping[str, Any]) -> bool:
    return all(criterion.fits(facts) for criterion in criteria)


def segments_named(criteria: Sequence[Mapping[str, Any]]) -> list[UUID]:
    """List the segments that stored criteria name."""
    return [UUID(value) for each in criteria if each["fact"] == "segment" for value in each["values"]]


def in_turn(members: Sequence[UUID], last: UUID | None, is_free: Callable[[UUID], bool]) -> UUID | None:
    """Choose the next after `last` who is free; who was struck off the list passes the turn to the first."""
    start = members.index(last) + 1 if last in members else 0
    ordered = [*members[start:], *members[:start]]
    return next((member for member in ordered if is_free(member)), None)


def least_loaded(members: Sequence[UUID], load: Mapping[UUID, int], is_free: Callable[[UUID], bool]) -> UUID | None:
    """Choose who has the fewest open leads; of equals the first in the list."""
    free = [member for member in members if is_free(member)]
    return min(free, key=lambda member: (load.get(member, 0), members.index(member)), default=None)
