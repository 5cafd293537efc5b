"""Who a contact belongs to, in the books and as planned in one batch."""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q

from crm.errors import ContactPointsDiffer, UnknownMember
from crm.models import ContactPoint, Customer
from crm.rules import Contact
from tenancy import door
from tenancy.models import Membership, Organisation


def here() -> Organisation:
    """Read the organisation we work for: its country, currency and language."""
    return Organisation.objects.get(id=door.organisation_id())


def check_member(membership_id: UUID | None, *, field: str) -> None:
    """Refuse somebody who does not work here (the foreign key would only say so at the commit)."""
    if membership_id and membership_id not in members_among([membership_id]):
        raise UnknownMember(field=field)


def members_among(membership_ids: Iterable[UUID | None]) -> set[UUID]:
    """Pick those who work here."""
    wanted = {id for id in membership_ids if id}
    return set(Membership.objects.filter(id__in=wanted).values_list("id", flat=True)) if wanted else set()


class Register:
    """Customers by contact. Planned customers count as much as recorded ones, so that one batch makes nobody twice."""

    def __init__(self, contacts: Iterable[Contact]) -> None:
        points = _points_of({contact.key for contact in contacts})
        self._owners = {(point.kind, point.normalised): point.customer_id for point in points}
        known = set(self._owners.values())
        self.customers: dict[UUID, Customer] = Customer.objects.in_bulk(known)
        primaries = ContactPoint.objects.filter(customer_id__in=known, is_primary=True)
        self._primaries = set(primaries.values_list("customer_id", "kind"))
        self.new_customers: list[Customer] = []
        self.new_points: list[ContactPoint] = []

    def find(self, contacts: Sequence[Contact]) -> Customer | None:
        """Give the one customer these contacts belong to."""
        owners = {self._owners[contact.key] for contact in contacts if contact.key in self._owners}
        if len(owners) > 1:
            raise ContactPointsDiffer(customer_ids=sorted(str(owner) for owner in owners))
        return self.customers[owners.pop()] if owners else None

    def plan(self, customer: Customer, contacts: Sequence[Contact]) -> None:
        """Plan a new customer."""
        self.customers[customer.id] = customer
        self.new_customers.append(customer)
        self.plan_contacts(customer.id, contacts)

    def plan_contacts(self, customer_id: UUID, contacts: Sequence[Contact]) -> list[Contact]:
        """Plan the contacts nobody has yet for this customer, and give them back."""
        missing = [contact for contact in contacts if contact.key not in self._owners]
        for contact in missing:
            self._owners[contact.key] = customer_id
            place = (customer_id, contact.kind)
            self.new_points.append(
                ContactPoint(
                    customer_id=customer_id,
                    kind=contact.kind,
                    value=contact.value,
                    normalised=contact.normalised,
                    is_primary=place not in self._primaries,
                )
            )
            self._primaries.add(place)
        return missing

    def save(self) -> None:
        """Write what was planned; an IntegrityError says that somebody else was faster."""
        Customer.objects.bulk_create(self.new_customers)
        ContactPoint.objects.bulk_create(self.new_points)


def _points_of(keys: set[tuple[str, str]]) -> Iterable[ContactPoint]:
    by_kind: dict[str, list[str]] = {}
    for kind, normalised in keys:
        by_kind.setdefault(kind, []).append(normalised)
    if not by_kind:
        return []
    return ContactPoint.objects.filter(reduce(or_, (Q(kind=k, normalised__in=v) for k, v in by_kind.items())))
