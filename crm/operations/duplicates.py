"""Look for customers who may be one person, and keep what people said of them."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from crm.errors import AlreadyMerged, MergeAnswerMissing, MergeBlocked, UnknownPair
from crm.models import Customer, DuplicatePair, Merge, Order
from crm.operations.merging import merge_customers
from crm.queries.duplicates import candidates, open_pairs, people
from crm.rules.duplicates import EXACT, LEAST, Likeness, likeness
from foundation.ids import new_id
from tenancy import audit, door

State = DuplicatePair.State
AT_ONCE = 25  # merges in one request


@transaction.atomic
def find_duplicates(customer_ids: Collection[UUID] | None = None) -> int:
    """Compare customers who share a trait, all or some with all others; count the pairs that may be one person.

    What does not look alike any more is forgotten, unless somebody judged it.
    """
    if customer_ids is not None and not customer_ids:
        return 0
    found = _alike(candidates(customer_ids))
    _forget(found, customer_ids)
    DuplicatePair.objects.bulk_create(
        [
            DuplicatePair(id=new_id(), first_id=a, second_id=b, score=like.score, reasons=list(like.reasons),
                          found_at=door.moment())
            for (a, b), like in sorted(found.items())
        ],
        batch_size=2000, update_conflicts=True, unique_fields=["organisation", "first", "second"],
        update_fields=["score", "reasons"],
    )  # fmt: skip
    return len(found)


def _alike(pairs: list[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], Likeness]:
    known = people({one for pair in pairs for one in pair})
    compared = ((pair, likeness(known[pair[0]], known[pair[1]])) for pair in pairs)
    return {pair: like for pair, like in compared if like.score >= LEAST}


def _forget(found: Collection[tuple[UUID, UUID]], customer_ids: Collection[UUID] | None) -> None:
    rows = DuplicatePair.objects.filter(state=State.OPEN)
    if customer_ids is not None:
        rows = rows.filter(Q(first_id__in=customer_ids) | Q(second_id__in=customer_ids))
    gone = [id for id, a, b in rows.values_list("id", "first_id", "second_id") if (a, b) not in found]
    DuplicatePair.objects.filter(id__in=gone).delete()


def dismiss_pair(pair_id: UUID) -> DuplicatePair:
    """Remember that two customers are two people."""
    return _judge(pair_id, State.DISMISSED, "duplicate.dismissed")


def reopen_pair(pair_id: UUID) -> DuplicatePair:
    """Ask again whether two customers are one."""
    return _judge(pair_id, State.OPEN, "duplicate.reopened")


def _judge(pair_id: UUID, state: str, action: str) -> DuplicatePair:
    who = door.actor()
    is_dismissed = state == State.DISMISSED
    values = {
        "state": state,
        "dismissed_at": door.moment() if is_dismissed else None,
        "dismissed_by_kind": who.kind if is_dismissed else "",
        "dismissed_by_id": who.id if is_dismissed else None,
    }
    moved = DuplicatePair.objects.filter(id=pair_id).exclude(state=state).update(**values)
    pair = DuplicatePair.objects.filter(id=pair_id).first()
    if pair is None:
        raise UnknownPair
    if moved:
        audit.record(action, pair, {"first_id": str(pair.first_id), "second_id": str(pair.second_id)})
    return pair


def better_of(first: Customer, second: Customer) -> tuple[Customer, Customer]:
    """Say who of two should go on: who has bought more often, then whom we have known for longer; winner, loser."""
    orders = {one.id: Order.objects.filter(customer=one).count() for one in (first, second)}
    ranked = sorted((first, second), key=lambda one: (-orders[one.id], one.created_at, one.id))
    return ranked[0], ranked[1]


def merge_exact(pair_ids: Collection[UUID] | None = None) -> tuple[list[Merge], int]:
    """Merge pairs that agree in everything that is compared; gives the merges, and how many need a person."""
    rows = open_pairs().filter(score__gte=EXACT)
    if pair_ids is not None:
        rows = rows.filter(id__in=pair_ids)
    made, left = [], 0
    for pair in rows[:AT_ONCE]:
        try:
            with transaction.atomic():
                winner, loser = better_of(pair.first, pair.second)
                made.append(merge_customers(winner.id, loser.id))
        except AlreadyMerged:  # a moment ago, with a third
            continue
        except (MergeBlocked, MergeAnswerMissing):
            left += 1
    return made, left
