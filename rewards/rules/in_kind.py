"""What is given in kind: what each kind has to say of itself, and when it is in the person's hands.

`details` by kind:

    gift              {} or {"item_id": <id of a catalogue item>}
    service_upgrade   {}
    tier_upgrade      {"tier": <code>, "days": 90}
    badge             {"badge": <code>}
    event             {"starts_at": <ISO moment>, "place": {"zh-hans", "en"}}; either may be missing
    trial             {"days": 30}
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from rewards.errors.general import DetailsInvalid, TitleMissing

LANGUAGES = ("zh-hans", "en")
IN_KIND = ("gift", "service_upgrade", "tier_upgrade", "badge", "event", "trial")
OF_LOYALTY = ("tier_upgrade", "badge")  # the loyalty room gives them, and takes them back
WITH_CODE = ("event", "trial")  # shown at the door, or to begin
WHOLE = ("coupon", *IN_KIND)  # cannot be cut: kept or not
HANDED_OVER = ("gift", "service_upgrade")  # settled is not yet in the person's hands
_KNOWN = {
    "gift": {"item_id"}, "service_upgrade": set(), "tier_upgrade": {"tier", "days"}, "badge": {"badge"},
    "event": {"starts_at", "place"}, "trial": {"days"},
}  # fmt: skip
_LONGEST = 200
_MOST_DAYS = 3650


def check(kind: str, title: Mapping[str, str], details: Mapping[str, Any]) -> None:
    """Refuse a reward in kind that does not say what it is, in both languages."""
    if kind not in IN_KIND:
        if title or details:
            raise DetailsInvalid(kind=kind, field="details")
        return
    if not _is_text(title):
        raise TitleMissing
    if not _fits(kind, details):
        raise DetailsInvalid(kind=kind, field="details")


def _is_text(text: Any) -> bool:
    return (
        isinstance(text, Mapping)
        and set(text) == set(LANGUAGES)
        and all(isinstance(words, str) and len(words.strip()) > 0 and len(words) <= _LONGEST for words in text.values())
    )


def _fits(kind: str, details: Mapping[str, Any]) -> bool:
    if not isinstance(details, Mapping) or not set(details) <= _KNOWN[kind]:
        return False
    return {
        "gift": lambda: "item_id" not in details or _is_id(details["item_id"]),
        "service_upgrade": lambda: True,
        "tier_upgrade": lambda: _is_code(details.get("tier")) and _is_days(details.get("days")),
        "badge": lambda: _is_code(details.get("badge")),
        "event": lambda: _is_event(details),
        "trial": lambda: _is_days(details.get("days")),
    }[kind]()


def _is_event(details: Mapping[str, Any]) -> bool:
    return ("starts_at" not in details or _is_moment(details["starts_at"])) and (
        "place" not in details or _is_text(details["place"])
    )


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 40


def _is_days(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MOST_DAYS


def _is_id(value: Any) -> bool:
    try:
        return bool(UUID(value))
    except (AttributeError, TypeError, ValueError):
        return False


def _is_moment(value: Any) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False
