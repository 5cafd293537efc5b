"""How much is known of a customer.

completeness = 100 × sum of the weights of what is filled in / sum of all weights, rounded half up.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

STALE_DAYS, HANDS_OFF_DAYS = 180, 30
BANDS = ((0, 19), (20, 39), (40, 59), (60, 79), (80, 100))


@dataclass(frozen=True)
class Known:
    """Something to be known: the condition that says it is not, and what it counts for unless set otherwise."""

    key: str
    label: Any
    weight: int
    fact: str
    is_yes_no: bool = False

    @property
    def missing(self) -> dict[str, Any]:
        return {"fact": self.fact, "op": "is", "value": False} if self.is_yes_no else {"fact": self.fact, "op": "is_empty"}


KNOWN = {
    known.key: known
    for known in [
        Known("phone", _("Phone"), 3, "has_phone", True),
        Known("email", pgettext_lazy("a way to send", "E-mail"), 2, "has_email", True),
        Known("wechat", _("WeChat"), 1, "has_wechat", True),
        Known("verified", _("A verified contact"), 2, "has_verified_contact", True),
        Known("owner_id", pgettext_lazy("of a customer", "Owner"), 2, "owner"),
        Known("city", _("City"), 2, "city"),
        Known("province", _("Province"), 1, "province"),
        Known("birth_date", _("Birth date"), 1, "birth_date"),
        Known("gender", _("Gender"), 1, "gender"),
        Known("occupation", _("Occupation"), 1, "occupation"),
        Known("tags", _("Tags"), 1, "tags"),
        Known("marketing", _("Consent to offers and news"), 2, "agreed_marketing", True),
    ]
}
# What a stage can ask for: what somebody can fill in. A check and a consent are not typed.
REQUIRABLE = tuple(key for key in KNOWN if key not in ("verified", "marketing"))


def weights_of(told: dict[str, int]) -> dict[str, int]:
    """Give the weights in force; 0 leaves a field out."""
    return {key: int(told.get(key, known.weight)) for key, known in KNOWN.items()}


def completeness(filled: set[str], told: dict[str, int]) -> int:
    """Say how complete a record is, from 0 to 100. The SQL of crm/queries/quality.py says the same."""
    weights = weights_of(told)
    whole = sum(weights.values())
    return (200 * sum(weights[key] for key in filled) + whole) // (2 * whole) if whole else 100
