"""How alike two customers are: what speaks for one person, what against, and the sum of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

LEAST = 50  # of 100: below it nobody is asked
EXACT = 95  # from here on many may be merged at once

REASONS = {
    "same_email": _("Same mailbox"),
    "same_phone_ending": _("Same phone but for its prefix"),
    "same_name": _("Same name"),
    "swapped_name": _("Given and family name swapped"),
    "same_pinyin": _("Sounds the same"),
    "similar_name": _("Similar name"),
    "same_birth_date": _("Same birth date"),
    "same_last_four": _("Same last four digits"),
    "same_local_part": _("E-mail begins the same"),
    "same_city": _("Same city"),
    "same_company": _("Same company"),
    "same_address": _("Same address"),
    "other_birth_date": _("Different birth dates"),
    "other_gender": _("Different gender"),
    "other_kind": _("One is a company"),
}
_POINTS = {
    "same_email": 65, "same_phone_ending": 60, "same_name": 40, "swapped_name": 35, "same_pinyin": 30, "similar_name": 25,
    "same_birth_date": 35, "same_last_four": 25, "same_local_part": 25, "same_city": 10, "same_company": 20,
    "same_address": 35, "other_birth_date": -45, "other_gender": -15, "other_kind": -30,
}  # fmt: skip


@dataclass(frozen=True)
class Person:
    """What is compared of a customer."""

    name: str  # in lower case, one space between words
    spelling: str  # as it sounds in Latin letters, without spaces
    kind: str = "person"
    gender: str = ""
    birth_date: date | None = None
    city: str = ""
    company: str = ""
    address: str = ""
    phones: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = ()  # canonical


@dataclass(frozen=True)
class Likeness:
    score: int
    reasons: tuple[str, ...]


def likeness(a: Person, b: Person) -> Likeness:
    """Compare two customers."""
    reasons = [*_by_name(a, b), *_by_contact(a, b), *_by_facts(a, b)]
    return Likeness(max(0, min(100, sum(_POINTS[reason] for reason in reasons))), tuple(reasons))


def _by_name(a: Person, b: Person) -> list[str]:
    if a.name == b.name:
        return ["same_name"]
    if sorted(_parts(a.name)) == sorted(_parts(b.name)):
        return ["swapped_name"]
    if a.spelling == b.spelling:
        return ["same_pinyin"]
    return ["similar_name"] if _is_similar(a.name, b.name) or _is_similar(a.spelling, b.spelling) else []


def _parts(name: str) -> Sequence[str]:
    """Split a name into words; one without spaces, as Chinese ones are, into characters."""
    return name.split() if " " in name or name.isascii() else list(name)


def _is_similar(a: str, b: str) -> bool:
    """One wrong letter in a short name, two in a long one; letters that changed places count once."""
    longest = max(len(a), len(b))
    most = 0 if longest < 4 else 1 if longest < 9 else 2
    return most > 0 and abs(len(a) - len(b)) <= most and distance(a, b) <= most


def distance(a: str, b: str) -> int:
    """Count letters that were left out, added, mistaken or exchanged with their neighbour."""
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, last = last, row
    return last[-1]


def _by_contact(a: Person, b: Person) -> list[str]:
    found = []
    if set(a.mailboxes) & set(b.mailboxes):
        found.append("same_email")
    elif _locals(a) & _locals(b):
        found.append("same_local_part")
    if _endings(a, 8) & _endings(b, 8):
        found.append("same_phone_ending")
    elif _endings(a, 4) & _endings(b, 4):
        found.append("same_last_four")
    return found


def _locals(person: Person) -> set[str]:
    return {local for box in person.mailboxes if len(local := box.partition("@")[0]) > 4}


def _endings(person: Person, digits: int) -> set[str]:
    return {phone[-digits:] for phone in person.phones if len(phone) > digits}


def _by_facts(a: Person, b: Person) -> list[str]:
    found = [
        f"same_{name}"
        for name in ("city", "company", "address")
        if getattr(a, name) and getattr(a, name) == getattr(b, name)
    ]
    if a.birth_date and b.birth_date:
        found.append("same_birth_date" if a.birth_date == b.birth_date else "other_birth_date")
    if a.gender and b.gender and a.gender != b.gender:
        found.append("other_gender")
    if a.kind != b.kind:
        found.append("other_kind")
    return found


def speaks_for(reason: str) -> bool:
    """Say whether a reason speaks for one person."""
    return _POINTS[reason] > 0
