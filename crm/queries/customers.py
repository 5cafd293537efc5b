"""Reads of customers: lists, search, contacts, consents."""

import unicodedata
from collections.abc import Iterable
from uuid import UUID

import phonenumbers
from django.db import connection
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from crm.models import Consent, ContactPoint, Customer, CustomerTag, Tag
from crm.rules import phone_prefixes
from tenancy import door
from tenancy.models import Organisation


def customers() -> QuerySet[Customer]:
    """List customers with what a list shows: owner, contacts, tags; four statements however long it is."""
    contacts = ContactPoint.objects.order_by("kind", "-is_primary", "id")
    return Customer.objects.select_related("owner__user").prefetch_related(
        Prefetch("contact_points", queryset=contacts),
        Prefetch("tags", queryset=_tags_by_name()),
    )


def _tags_by_name() -> QuerySet[CustomerTag]:
    """Sort by a sub-select instead of a join, which would begin with all that carry the organisation's tags."""
    name = Tag.objects.filter(id=OuterRef("tag_id")).values("name")
    return CustomerTag.objects.order_by(Subquery(name)).prefetch_related("tag")


def search_ids(text: str, limit: int = 20) -> list[UUID]:
    """Find customers as people type: a name, its pinyin or initials, digits of a phone, the start of an e-mail.

    Best matches first.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).split())[:100].replace("\x00", "")
    if not plain:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM crm_search_customers(%s, %s, %s::text[], %s)",
            [door.organisation_id(), plain, phone_prefixes(plain, _calling_code()), limit],
        )
        return [row[0] for row in cursor.fetchall()]


def _calling_code() -> int:
    country = Organisation.objects.values_list("country", flat=True).get(id=door.organisation_id())
    return phonenumbers.country_code_for_region(country)


def find_by_contact(kind: str, normalised: str) -> Customer | None:
    """Find whose contact this is; `normalised` as crm.rules.read_contact writes it."""
    return Customer.objects.filter(contact_points__kind=kind, contact_points__normalised=normalised).first()


def addresses(customer_ids: Iterable[UUID], kind: str = "email") -> dict[UUID, str]:
    """Give the primary contact of a kind for each customer who has one."""
    points = ContactPoint.objects.filter(customer_id__in=list(customer_ids), kind=kind, is_primary=True)
    return dict(points.values_list("customer_id", "normalised"))


def present_consents(customer_id: UUID) -> dict[tuple[str, str], Consent]:
    """Give the newest consent of each (purpose, channel)."""
    rows = Consent.objects.filter(customer_id=customer_id).order_by("occurred_at", "id")
    return {(consent.purpose, consent.channel): consent for consent in rows}


def has_consented(customer_id: UUID, *, purpose: str, channel: str = "email") -> bool:
    """Say whether the newest word of the customer on this is a yes."""
    consent = present_consents(customer_id).get((purpose, channel))
    return bool(consent and consent.is_granted)


def wants_reminders(customer_id: UUID, purpose: str = Consent.Purpose.REMINDERS, channel: str = "email") -> bool:
    """Say whether reminders (or news of friends) are welcome: until the customer said no to the channel, or to e-mail."""
    said = present_consents(customer_id)
    consent = said.get((purpose, channel)) or said.get((purpose, "email"))
    return consent is None or consent.is_granted
