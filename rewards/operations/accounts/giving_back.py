"""Give a redemption of points back: to the lots it took from."""

from uuid import UUID

from django.db import transaction

from rewards import ledger
from rewards.errors.general import BelongsToOrder, GivesBackTooMuch, NotARedemption, NotPositive, ReasonMissing
from rewards.models import JournalEntry, Posting
from rewards.operations.accounts.points import post_by_hand
from rewards.queries.redemptions import left_of_redemptions, of_orders


@transaction.atomic
def return_redemption(entry_id: UUID, *, amount: int | None = None, reason: str, key: str) -> JournalEntry:
    """Give points of a redemption back, all that is left of it unless told; in parts, and never more than was taken.

    They go back to their lots; one that has expired meanwhile lives thirty days more. What
    paid for a gift or at a till goes back with its order.
    """
    if not reason.strip():
        raise ReasonMissing
    if amount is not None and amount <= 0:
        raise NotPositive
    first = JournalEntry.objects.filter(key=f"return:{key}").first()
    taken = _taken(entry_id)
    left = left_of_redemptions([entry_id]).get(entry_id, 0)
    if first is None and (left == 0 or (amount or 0) > left):
        raise GivesBackTooMuch(left=left)
    back = amount or (_posted(first) if first else left)
    arrow = ledger.Arrow(
        taken.account.customer_id, taken.account.unit_id, "redeemed", "available", back, gives_back=entry_id
    )
    return post_by_hand(
        JournalEntry.Kind.RETURN, f"return:{key}", arrow, reason, action="points.returned", reverses=entry_id
    )


def _posted(first: JournalEntry) -> int:
    return first.postings.get(source="redeemed").amount


def _taken(entry_id: UUID) -> Posting:
    rows = Posting.objects.select_related("account__unit").filter(
        entry_id=entry_id, entry__kind=JournalEntry.Kind.REDEMPTION, target="redeemed", account__unit__kind="points"
    )
    taken = rows.first()
    if taken is None:
        raise NotARedemption
    if of_orders([entry_id]):
        raise BelongsToOrder
    return taken
