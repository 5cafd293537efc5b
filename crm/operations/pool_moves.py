"""The rows that say how customers went into the pool and out of it."""

from collections.abc import Sequence
from uuid import UUID

from crm.models import CustomerMove
from tenancy import door

Move = tuple[UUID, UUID | None, UUID | None]  # customer, from whom, to whom


def write_moves(kind: str, moves: Sequence[Move], *, note: str = "") -> None:
    """Write a row for each; of those who had nobody there is nothing to say."""
    CustomerMove.objects.bulk_create(
        CustomerMove(
            customer_id=customer, kind=kind, from_member_id=giver, to_member_id=taker, note=note.strip()[:300],
            occurred_at=door.moment(),
        )
        for customer, giver, taker in moves
        if giver or taker
    )  # fmt: skip


def write_freed(customer_id: UUID, giver_id: UUID | None) -> None:
    """Write that somebody gave a customer back, by whichever way."""
    write_moves(CustomerMove.Kind.RELEASED, [(customer_id, giver_id, None)])
