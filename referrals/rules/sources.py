"""What a source may do, and when a referral by somebody we pay is looked at. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

CUSTOMER, EMPLOYEE, PARTNER, COMMUNITY, MATERIAL = SOURCES = ("customer", "employee", "partner", "community", "material")
HOLD, CONTEST = "hold", "contest"
PAID = (EMPLOYEE, PARTNER)  # sources that bring customers for a living
# Chinese surnames of two characters that are common enough to meet.
_TWO = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "司徒",
    "夏侯",
    "长孙",
    "宇文",
    "端木",
    "南宫",
)


@dataclass(frozen=True)
class Rule:
    is_allowed: bool = True
    limit_30_days: int | None = None
    hold_days: int = 0
    needs_approval: bool = False
    by_payroll: bool = False


# What holds where a campaign says nothing: a manager agrees to what staff earn by referrals.
DEFAULTS: Mapping[str, Rule] = {source: Rule(needs_approval=source == EMPLOYEE) for source in SOURCES}


@dataclass(frozen=True)
class Person:
    """What is compared of two people."""

    name: str = ""
    address: str = ""
    city: str = ""
    contacts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Facts:
    """What is known of a referral when the friend confirms."""

    source: str
    referrer: Person = Person()
    friend: Person = Person()
    was_assigned_to_referrer: bool = False  # the customer, or an enquiry of theirs, before the touch
    was_entered_by_referrer: bool = False
    rivals: frozenset[str] = frozenset()  # sources of others who lay claim to the same friend
    counted_30_days: int = 0  # this referrer's referrals in the campaign, this one included


@dataclass(frozen=True)
class Finding:
    code: str
    effect: str


def findings(facts: Facts, rule: Rule) -> list[Finding]:
    """Say why a referral is looked at before it pays, weightiest first; nothing where it goes straight on."""
    return [
        Finding(code, effect)
        for code, effect, is_so in (
            ("own_customer", HOLD, facts.source == EMPLOYEE and facts.was_assigned_to_referrer),
            ("own_entry", HOLD, facts.source == EMPLOYEE and facts.was_entered_by_referrer),
            ("own_contact", HOLD, facts.source in PAID and _is_same_person(facts.referrer, facts.friend)),
            ("household", HOLD, facts.source in PAID and _is_household(facts.referrer, facts.friend)),
            ("two_claims", CONTEST, facts.source in PAID and bool(facts.rivals & set(PAID) - {facts.source})),
            ("source_limit", HOLD, rule.limit_30_days is not None and facts.counted_30_days > rule.limit_30_days),
        )
        if is_so
    ]


def _is_same_person(one: Person, other: Person) -> bool:
    """A second phone or mailbox: the name is the same, or a contact is."""
    return bool(one.contacts & other.contacts) or (_plain(one.name) != "" and _plain(one.name) == _plain(other.name))


def _is_household(one: Person, other: Person) -> bool:
    """The same surname at the same address: probably family."""
    if _is_same_person(one, other) or not _plain(one.address):
        return False
    is_near = _plain(one.address) == _plain(other.address) and _plain(one.city) in ("", _plain(other.city))
    return is_near and surname(one.name) == surname(other.name) != ""


def surname(name: str) -> str:
    """Read a surname: the first character or two of a Chinese name, the last word of another."""
    text = name.strip()
    if text and "\u4e00" <= text[0] <= "\u9fff":
        return text[:2] if text[:2] in _TWO else text[:1]
    return text.split()[-1].casefold() if text else ""


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
