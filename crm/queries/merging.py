"""Who somebody is by now, and which merges there were."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from crm.models import Customer, Merge


def standing_ids(customer_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Say for those who became one with another who that is; a stone always points to one who stands."""
    rows = Customer.every.filter(id__in=list(customer_ids), merged_into__isnull=False)
    return dict(rows.values_list("id", "merged_into_id"))


def standing_id(customer_id: UUID) -> UUID:
    """Say who a customer is by now: themselves, or whom they became one with."""
    return standing_ids([customer_id]).get(customer_id, customer_id)


def former_ids(customer_id: UUID) -> list[UUID]:
    """List the stones that point to a customer: what the books and the audit trail still call them."""
    return list(Customer.every.filter(merged_into_id=customer_id).order_by("id").values_list("id", flat=True))


def former_of(customer_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Say of the stones that point to these customers whom each points to."""
    rows = Customer.every.filter(merged_into_id__in=list(customer_ids))
    return dict(rows.values_list("id", "merged_into_id"))


def merges() -> QuerySet[Merge]:
    """List merges, with both customers."""
    return Merge.objects.select_related("winner", "loser")


def merge_of(loser_id: UUID) -> Merge | None:
    """Find the merge by which somebody became one with another, while it stands."""
    return merges().filter(loser_id=loser_id, undone_at=None).first()
