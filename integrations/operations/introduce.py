"""Who brought whom, as a list of customers tells it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from crm.errors import ContactPointsDiffer
from crm.operations import owners_of
from crm.reports import Recorded, Refused
from crm.rules import contacts_of
from foundation.errors import DomainError
from foundation.ids import normalise_code
from integrations.rows import Introduction, Item, Reading
from referrals.errors import ReferrerUnknown
from referrals.models import ReferralCode
from referrals.operations import PastReferral, record_past_referrals

Answer = Recorded | Refused | None


def introduce(items: Sequence[Item], taken: Mapping[int, Any], how: Reading) -> list[Answer]:
    """Record the relations of these rows; None where the customer was not taken in or nothing new is said."""
    introductions = [item.introduction for item in items]
    referrers = _Referrers([one for one in introductions if one], how.habits.country)
    answers: dict[int, Answer] = {}
    told: dict[int, PastReferral] = {}
    for place, (item, introduction) in enumerate(zip(items, introductions, strict=True)):
        trace = taken.get(item.rows[0].line)
        if trace is None or introduction is None:
            answers[place] = None
            continue
        try:
            referrer = referrers.find(introduction)
            told[place] = PastReferral(referrer, trace.taken.id, introduction.referred_at)
        except DomainError as error:
            answers[place] = Refused(error)
    found = record_past_referrals(list(told.values()), campaign_id=how.options.campaign_id)
    answers |= dict(zip(told, found, strict=True))
    return [answers[place] for place in range(len(items))]


class _Referrers:
    """Referrers by contact and by code, found for a chunk at once."""

    def __init__(self, told: Sequence[Introduction], country: str) -> None:
        self.contacts = {one.referrer: contacts_of(one.referrer, country) for one in told}
        self.owners = owners_of({contact.key for found in self.contacts.values() for contact in found})
        codes = {normalise_code(one.code)[:16] for one in told if one.code}
        rows = ReferralCode.objects.filter(code__in=codes).values_list("code", "referrer_id") if codes else ()
        self.codes = dict(rows)

    def find(self, told: Introduction) -> UUID:
        keys = [contact.key for contact in self.contacts[told.referrer]]
        found = {self.owners[key] for key in keys if key in self.owners}
        by_code = self.codes.get(normalise_code(told.code)[:16]) if told.code else None
        found |= {by_code} - {None}
        if len(found) > 1:
            raise ContactPointsDiffer
        if not found:
            raise ReferrerUnknown
        return found.pop()
