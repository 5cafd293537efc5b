"""Customers who are, were, and may be one person, for addresses that need them."""

from uuid import UUID

from crm import operations as crm
from crm.models import DuplicatePair


def twins(customer_id: UUID) -> dict[str, object]:
    """Ann again, as a pair and as one to merge; and two who were merged."""
    twin = crm.record_customer(name="Ann Smith", phone="+447711900001", city="Leeds")
    crm.find_duplicates([twin.id])
    first = crm.record_customer(name="Fred Moss", email="fred@example.com")
    second = crm.record_customer(name="Frederick Moss", phone="+447700900777")
    merge = crm.merge_customers(first.id, second.id)
    pair = DuplicatePair.objects.get(first_id=customer_id, second_id=twin.id)
    return {"loser_id": twin.id, "pair_id": pair.id, "merge_id": merge.id}
