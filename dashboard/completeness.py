"""How much is known of a customer, and what to ask next."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm import masking
from crm.models import Customer


@dataclass(frozen=True)
class Completeness:
    percent: int
    missing: list[Promise]  # names of facts, most useful first


# Column or kind of contact -> what is asked for. Only what the reader may see is counted.
_FACTS = [
    ("phone", _("a phone number")), ("email", _("an e-mail address")), ("owner_id", _("somebody who looks after them")),
    ("city", _("where they live")), ("birth_date", _("their birthday")), ("interests", _("what they like")),
    ("occupation", _("what they do")), ("income_band", _("their income band")),
    ("personal_values", _("what matters to them")),
]  # fmt: skip
_OF_COMPANIES = {"phone", "email", "owner_id", "city", "interests"}


def completeness(customer: Customer, reader) -> Completeness:
    """Count the facts that are known; the contacts must have been read with the customer."""
    kinds = {point.kind for point in customer.contact_points.all()}
    asked = [(name, words) for name, words in _FACTS if masking.shows(reader, name)]
    if customer.kind == Customer.Kind.COMPANY:
        asked = [(name, words) for name, words in asked if name in _OF_COMPANIES]
    missing = [words for name, words in asked if not (name in kinds or getattr(customer, name, None))]
    return Completeness(100 * (len(asked) - len(missing)) // len(asked), missing)
