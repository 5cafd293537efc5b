"""Ways to reach a customer: add, remove, prefer."""

from uuid import UUID

from django.db import IntegrityError, transaction

from crm.errors import ContactTaken
from crm.models import ContactPoint, Customer
from crm.operations.identity import here
from crm.rules import read_contact
from tenancy import audit


def add_contact_point(customer_id: UUID, *, kind: str, value: str, is_primary: bool = False) -> ContactPoint:
    """Add a contact, the customer's first of a kind as the primary one; one that is theirs already is given back."""
    customer = Customer.objects.select_for_update().get(id=customer_id)
    contact = read_contact(kind, value, here().country)
    known = ContactPoint.objects.filter(kind=kind, normalised=contact.normalised).first()
    if known and known.customer_id != customer_id:
        raise ContactTaken
    point = known or _create(customer, contact)
    if is_primary and not point.is_primary:
        make_primary(point.id)
        point.is_primary = True
    return point


def _create(customer: Customer, contact) -> ContactPoint:
    has_primary = ContactPoint.objects.filter(customer=customer, kind=contact.kind, is_primary=True).exists()
    try:
        with transaction.atomic():
            point = ContactPoint.objects.create(
                customer=customer,
                kind=contact.kind,
                value=contact.value,
                normalised=contact.normalised,
                is_primary=not has_primary,
            )
    except IntegrityError:  # contact_point_one_owner: another transaction gave it to another customer
        raise ContactTaken from None
    audit.record("contact_point.added", point, {"customer_id": str(customer.id), "kind": point.kind})
    return point


def make_primary(contact_point_id: UUID) -> None:
    """Prefer this contact to the customer's others of its kind."""
    point = ContactPoint.objects.get(id=contact_point_id)
    Customer.objects.select_for_update().get(id=point.customer_id)  # one at a time: the old primary goes first
    siblings = ContactPoint.objects.filter(customer_id=point.customer_id, kind=point.kind)
    siblings.filter(is_primary=True).exclude(id=point.id).update(is_primary=False)
    siblings.filter(id=point.id).update(is_primary=True)
    audit.record("contact_point.preferred", point, {"customer_id": str(point.customer_id), "kind": point.kind})


def remove_contact_point(contact_point_id: UUID) -> None:
    """Forget a contact; the oldest other one of its kind becomes the primary one."""
    point = ContactPoint.objects.get(id=contact_point_id)
    Customer.objects.select_for_update().get(id=point.customer_id)
    audit.record("contact_point.removed", point, {"customer_id": str(point.customer_id), "kind": point.kind})
    ContactPoint.objects.filter(id=point.id).delete()
    heir = ContactPoint.objects.filter(customer_id=point.customer_id, kind=point.kind).order_by("id").first()
    if point.is_primary and heir:
        ContactPoint.objects.filter(id=heir.id).update(is_primary=True)
