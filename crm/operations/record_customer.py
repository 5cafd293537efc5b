"""Record customers, of whom there is one record each."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from crm.errors import CustomerChanged, InvalidField, NameMissing, UnknownCompany, UnknownMember
from crm.models import Customer
from crm.operations.custom_fields import clean_custom
from crm.operations.identity import Register, here, members_among
from crm.reports import CustomerReport, Recorded, Refused
from crm.rules import Contact, contacts_of
from foundation.contacts import search_text
from foundation.errors import DomainError
from tenancy import audit, door, events

FIELDS = frozenset(
    {"kind", "stage", "owner_id", "language", "gender", "birth_date", "province", "city", "occupation", "note", "custom",
     "country", "address", "postal_code", "income_band", "interests", "personal_values", "company_id"}
)  # fmt: skip
# What a match may add to a customer; kind and stage have defaults and are never empty.
_FILLED_ON_MATCH = FIELDS - {"kind", "stage"}
_NOT_TYPED = (
    "id", "organisation", "owner", "company", "search_text", "stage_by_hand_at", "created_at", "updated_at",
)  # fmt: skip
_Answer = TypeVar("_Answer")


def record_customer(
    *,
    name: str,
    phone: str = "",
    email: str = "",
    external_id: str = "",
    wechat: str = "",
    source: str = "staff",
    **fields: Any,
) -> Customer:
    """Record a customer, or complete the one these contacts belong to.

    Raises ContactPointsDiffer when they belong to two; nothing known is overwritten.
    """
    report = CustomerReport(name, phone, email, external_id, wechat, source, fields)
    answer = record_customers([report])[0]
    if isinstance(answer, Refused):
        raise answer.error
    return answer.row


def record_customers(reports: Sequence[CustomerReport]) -> list[Recorded | Refused]:
    """Record many customers in a handful of statements; the answers are in the order of the reports."""
    return retry_when_overtaken(lambda: _record(reports))


def retry_when_overtaken(write: Callable[[], _Answer]) -> _Answer:
    """Do it again when another transaction has just recorded one of the same contacts: now it can be seen."""
    for tries_left in (2, 1, 0):
        try:
            with transaction.atomic():
                return write()
        except IntegrityError as error:
            if "contact_point_one_owner" not in str(error) or not tries_left:
                raise
        except Overtaken:
            if not tries_left:
                raise
    raise AssertionError("unreachable")


def _record(reports: Sequence[CustomerReport]) -> list[Recorded | Refused]:
    country = here().country
    members = members_among(report.fields.get("owner_id") for report in reports)
    companies = _companies_among(report.fields.get("company_id") for report in reports)
    read = [_read(report, country, members, companies) for report in reports]
    register = Register([contact for contacts in read if isinstance(contacts, list) for contact in contacts])
    batch = _Batch(register)
    answers = [
        contacts if isinstance(contacts, Refused) else batch.take(report, contacts)
        for report, contacts in zip(reports, read, strict=True)
    ]
    batch.save()
    return answers


def _companies_among(customer_ids: Iterable[UUID | None]) -> set[UUID]:
    wanted = {id for id in customer_ids if id}
    companies = Customer.objects.filter(id__in=wanted, kind=Customer.Kind.COMPANY)
    return set(companies.values_list("id", flat=True)) if wanted else set()


def _read(report: CustomerReport, country: str, members: Set[UUID], companies: Set[UUID]) -> list[Contact] | Refused:
    assert report.fields.keys() <= FIELDS, report.fields.keys() - FIELDS
    try:
        if not report.name.strip():
            raise NameMissing
        if report.fields.get("owner_id") not in {None, *members}:
            raise UnknownMember(field="owner")
        if report.fields.get("company_id") not in {None, *companies}:
            raise UnknownCompany
        return contacts_of(report, country)
    except DomainError as error:
        return Refused(error)


class Overtaken(DomainError):
    """Somebody changed one of these customers while a list was compared with them."""

    code = "overtaken"
    status = 409
    message = CustomerChanged.message


class _Batch:
    def __init__(self, register: Register) -> None:
        self.register = register
        self.filled: dict[Customer, set[str]] = {}

    def take(self, report: CustomerReport, contacts: list[Contact]) -> Recorded | Refused:
        try:
            customer = self.register.find(contacts)
            if customer is None:
                customer = new_customer(report.name, source=report.source, fields=report.fields)
                self.register.plan(customer, contacts)
                return Recorded(customer, is_new=True)
            self._complete(customer, report, contacts)
            return Recorded(customer, is_new=False)
        except DomainError as error:
            return Refused(error)

    def _complete(self, customer: Customer, report: CustomerReport, contacts: list[Contact]) -> None:
        empty = {name: value for name, value in report.fields.items() if name in _FILLED_ON_MATCH and value}
        filled = {name: value for name, value in empty.items() if not getattr(customer, name)}
        if more := {key: value for key, value in empty.get("custom", {}).items() if key not in customer.custom}:
            filled["custom"] = more  # what is known already stays
        set_fields(customer, filled)
        changed = set(filled) | {contact.kind for contact in self.register.plan_contacts(customer.id, contacts)}
        if changed:
            self.filled.setdefault(customer, set()).update(changed)

    def save(self) -> None:
        self.register.save()
        columns = sorted({name for names in self.filled.values() for name in names} & FIELDS)
        new = set(self.register.new_customers)
        known = [customer for customer in self.filled if customer not in new]
        if columns and known:
            Customer.objects.bulk_update(known, columns)
        audit.record_many("customer.completed", [(c, {"fields": sorted(self.filled[c])}) for c in known])
        announce_customers(self.register.new_customers)


def new_customer(name: str, *, source: str, fields: Mapping[str, Any]) -> Customer:
    """Build a customer, checked but not saved."""
    customer = Customer(source=source, created_at=door.moment())
    set_fields(customer, {**fields, "name": name})
    return customer


def set_fields(customer: Customer, changes: Mapping[str, Any]) -> None:
    """Set fields in their clean form, or none: raises InvalidField for the first that does not fit."""
    if "custom" in changes:
        changes = {**changes, "custom": clean_custom("customer", changes["custom"] or {}, customer.custom)}
    before = {name: getattr(customer, name) for name in changes}
    for name, value in changes.items():
        setattr(customer, name, value.strip() if isinstance(value, str) else value)
    if "name" in changes:
        customer.search_text = search_text(customer.name)[:400]
    try:
        customer.clean_fields(exclude=_NOT_TYPED)
    except ValidationError as error:
        for name, value in before.items():
            setattr(customer, name, value)
        first = next(iter(error.message_dict))
        raise InvalidField(field=first, name=first) from None


def announce_customers(customers: Sequence[Customer]) -> None:
    """Audit and publish new customers."""
    audit.record_many("customer.created", [(customer, {"source": customer.source}) for customer in customers])
    events.publish_many("customer.created", [(c.id, c.created_at, {"source": c.source}) for c in customers])
