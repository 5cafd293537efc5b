"""Whose deals a list tells of: found by contact or name, and made where a contact is new."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from crm import rules
from crm.errors import BuyerUnknown, BuyerUnsure, ContactPointsDiffer
from crm.models import ContactPoint, Customer
from crm.operations.companies import companies_called, words_of
from crm.operations.identity import here
from crm.operations.record_customer import record_customer
from crm.operations.take_customers import COLUMNS, Key, owners_of, print_of
from crm.reports import CustomerReference, Taken
from crm.reports_deals import DealReport
from foundation.errors import DomainError

_Contacts = list[rules.Contact] | DomainError


class Buyers:
    """Customers and companies of a list of deals, read at once. Who is made for a deal counts once that is kept."""

    def __init__(self, reports: Sequence[DealReport]) -> None:
        references = {report.customer for report in reports}
        self.contacts = {one: _read(one, here().country) for one in references}
        self.owners = owners_of(_keys(self.contacts.values()))
        self.named = _named({one.name for one, found in self.contacts.items() if not found})
        names = {report.company for report in reports if report.company.strip()}
        self.companies = companies_called(names) if names else {}
        self.new_customers: dict[Key, UUID] = {}
        self.new_companies: dict[str, UUID] = {}
        self.made_customers: list[UUID] = []
        self.made_companies: list[UUID] = []

    def customer(self, one: CustomerReference) -> UUID:
        """Give whoever this is; a name with a contact nobody has is somebody new. Raises what cannot be said."""
        contacts = self.contacts[one]
        if isinstance(contacts, DomainError):
            raise contacts
        if not contacts:
            return self._by_name(one.name)
        found = {self.owners[contact.key] for contact in contacts if contact.key in self.owners}
        if len(found) > 1:
            raise ContactPointsDiffer
        return found.pop() if found else self._make(one, contacts)

    def company(self, name: str) -> UUID | None:
        """Give a company by its name; one we do not know is made."""
        words = words_of(name)
        if words and words not in self.companies:
            self.new_companies[words] = record_customer(name=name, source="import", kind="company").id
        return self.companies.get(words) or self.new_companies.get(words)

    def keep(self) -> None:
        """What was made for the last deal stands."""
        self.made_customers += list(dict.fromkeys(self.new_customers.values()))
        self.made_companies += self.new_companies.values()
        self.owners |= self.new_customers
        self.companies |= self.new_companies
        self.drop()

    def drop(self) -> None:
        """What was made for the last deal went with it."""
        self.new_customers, self.new_companies = {}, {}

    def _by_name(self, name: str) -> UUID:
        found = self.named.get(words_of(name), [])
        if len(found) > 1:
            raise BuyerUnsure(name=name)
        if not found:
            raise BuyerUnknown(name=name)
        return found[0]

    def _make(self, one: CustomerReference, contacts: list[rules.Contact]) -> UUID:
        if not one.name.strip():
            raise BuyerUnknown(name=contacts[0].value)
        made = record_customer(
            name=one.name, phone=one.phone, email=one.email, external_id=one.external_id, source="import"
        )  # fmt: skip
        self.new_customers = {contact.key: made.id for contact in contacts}
        return made.id


def traces_of(customer_ids: Iterable[UUID]) -> list[Taken]:
    """Tell of made customers as they are by now, so that they can be taken back."""
    ids = list(customer_ids)
    points: dict[UUID, list[UUID]] = {}
    for customer_id, id in ContactPoint.objects.filter(customer_id__in=ids).values_list("customer_id", "id"):
        points.setdefault(customer_id, []).append(id)
    rows = {row[0]: print_of(row[1:]) for row in Customer.objects.filter(id__in=ids).values_list("id", *COLUMNS)}
    return [Taken("created", id, changes={"print": rows[id]}, added={"contact": points.get(id, [])}) for id in ids]


def _read(one: CustomerReference, country: str) -> _Contacts:
    try:
        return rules.contacts_of(one, country)
    except DomainError as error:
        return error


def _keys(read: Iterable[_Contacts]) -> set[Key]:
    return {contact.key for found in read if isinstance(found, list) for contact in found}


def _named(names: Iterable[str]) -> dict[str, list[UUID]]:
    wanted = {words_of(name) for name in names if name.strip()}
    rows = Customer.objects.filter(search_text__in=wanted).values_list("search_text", "id") if wanted else ()
    found: dict[str, list[UUID]] = {}
    for words, id in rows:
        found.setdefault(words, []).append(id)
    return found
