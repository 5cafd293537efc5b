"""Take balances over for customers whom we know."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from crm.errors import ContactPointsDiffer, UnknownCustomer
from crm.models import ContactPoint
from crm.reports import Refused, Taken
from crm.rules import contacts_of
from integrations.balances import Balance
from integrations.errors import BalanceDiffers
from integrations.rows import Reading
from rewards.models import Posting
from rewards.operations import Opening, open_balances


def take_over(told: Sequence[Balance], how: Reading) -> list[Taken | Refused]:
    """Take balances over; say of each whether it is new (with its entry), the same as before, or refused and why."""
    owners = _owners(told, how.habits.country)
    answers = {place: _refusal(owner) for place, owner in enumerate(owners)}
    known = {place for place, refusal in answers.items() if refusal is None}
    openings = {place: _opening(told[place], owners[place], how.source) for place in known}
    before = _taken_over([opening.key for opening in openings.values()])
    new: dict[str, Opening] = {}
    for place, opening in openings.items():
        answers[place] = _compared(opening, before)
        if answers[place] is True:
            new[opening.key] = opening
            before[opening.key] = _facts(opening)
    entries = dict(zip(new, (posted.entry_id for posted in open_balances(list(new.values()))), strict=True))
    return [
        _answer(answers[place], entries.get(openings[place].key) if place in known else None) for place in range(len(told))
    ]


def _answer(answer: bool | Refused, entry_id: UUID | None) -> Taken | Refused:
    if isinstance(answer, Refused):
        return answer
    return Taken("created", entry_id) if answer else Taken("unchanged")


def _refusal(owner: UUID | Exception | None) -> Refused | None:
    if owner is None:
        return Refused(UnknownCustomer())
    return Refused(owner) if isinstance(owner, ContactPointsDiffer) else None


def _compared(opening: Opening, before: Mapping[str, tuple]) -> bool | Refused:
    """Say whether a balance is new; its key stands for one customer and one amount."""
    if opening.key not in before:
        return True
    if before[opening.key] == _facts(opening):
        return False
    return Refused(BalanceDiffers(reference=opening.reference, amount=before[opening.key][2]))


def _facts(opening: Opening) -> tuple[UUID, str, int]:
    return opening.customer_id, opening.unit_code, opening.amount


def _opening(balance: Balance, owner: UUID, source: str) -> Opening:
    last = f"{balance.expires_at:%Y-%m-%d}" if balance.expires_at else ""
    return Opening(
        customer_id=owner, amount=balance.amount, source=source, unit_code=balance.unit, expires_at=balance.expires_at,
        reference=balance.reference or f"{owner}:{balance.unit}:{last}",
    )  # fmt: skip


def _owners(told: Sequence[Balance], country: str) -> list:
    """Find the customer of each balance; None is nobody, an error is two of them."""
    contacts = [contacts_of(balance.owner, country) for balance in told]
    keys = {contact.key for found in contacts for contact in found}
    points = ContactPoint.objects.filter(kind__in={kind for kind, _ in keys}, normalised__in={value for _, value in keys})
    owners = {(point.kind, point.normalised): point.customer_id for point in points}
    return [_one({owners[contact.key] for contact in found if contact.key in owners}) for found in contacts]


def _one(owners: set[UUID]) -> UUID | ContactPointsDiffer | None:
    if len(owners) > 1:
        return ContactPointsDiffer()
    return owners.pop() if owners else None


def _taken_over(keys: Sequence[str]) -> dict[str, tuple]:
    """Tell what was taken over under these keys before."""
    found: dict[str, tuple] = {}
    postings = Posting.objects.filter(entry__key__in=keys, source="opening").select_related("entry", "account__unit")
    for posting in postings:
        customer, unit, amount = found.get(posting.entry.key, (posting.account.customer_id, posting.account.unit.code, 0))
        found[posting.entry.key] = (customer, unit, amount + posting.amount)
    return found
