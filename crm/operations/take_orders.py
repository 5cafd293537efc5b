"""Take thousands of orders of a list in a handful of statements.

What is plain (a new order of a customer we know, or of nobody, for which no refund waits) is written in bulk, and what
says nothing new is passed over. Everything else goes the way of single orders.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone

from crm import rules
from crm.errors import ContactPointsDiffer
from crm.models import ContactPoint, Customer, Order, OrderLine, Refund
from crm.operations.identity import here
from crm.operations.order_locks import hold_keys
from crm.operations.order_states import advance_customers
from crm.operations.record_order import products_of, record_orders
from crm.operations.take_customers import COLUMNS, Key, owners_of, print_of, take_customers
from crm.reports import CustomerReference, CustomerReport, Handling, OrderReport, Recorded, Refused, Taken
from foundation.errors import DomainError
from foundation.ids import new_id, new_key
from tenancy import audit, bulk, door, events

_STATES = ("status", "paid_at", "cancelled_at")
_COMPARED = ("id", "customer_id", "currency", "total_minor", "placed_at", "input_hash", *_STATES)
_COLUMNS = (
    "id", "source", "external_id", "input_hash", "customer_id", "status", "channel", "currency", "total_minor", "placed_at",
    "paid_at", "cancelled_at",
)  # fmt: skip
_LINE_COLUMNS = (
    "id", "order_id", "product_id", "position", "sku", "name", "quantity", "unit_minor", "amount_minor",
)  # fmt: skip


@dataclass(frozen=True)
class OrdersTaken:
    answers: list[Taken]
    made_customers: list[Taken] = field(default_factory=list)  # for orders of people we did not know
    advanced: list[Taken] = field(default_factory=list)  # who became a customer by an order


def take_orders(reports: Sequence[OrderReport]) -> OrdersTaken:
    """Take orders in, and say of each what became of it, in the order of the reports. Their keys must differ."""
    return _Batch(reports).take() if reports else OrdersTaken([])


class _Batch:
    def __init__(self, reports: Sequence[OrderReport]) -> None:
        self.reports = reports
        self.country = here().country
        self.contacts: dict[CustomerReference, list[rules.Contact] | DomainError] = {}
        self.new: list[tuple[UUID, OrderReport, UUID | None]] = []

    def take(self) -> OrdersTaken:
        hold_keys(("order", *report.key) for report in self.reports)
        self.known = _known_orders(self.reports)
        self.waiting = _waited_for(self.reports)
        self.owners = owners_of(self._keys())
        made = self._make_strangers()
        answers = {place: answer for place, report in enumerate(self.reports) if (answer := self._judge(report))}
        slow = [place for place in range(len(self.reports)) if place not in answers]
        early = self._early_stages(slow)
        self._save()
        advanced = advance_customers({customer for _, report, customer in self.new if customer and _is_paid(report)})
        for place, answer in zip(slow, record_orders([self.reports[place] for place in slow]), strict=True):
            answers[place] = self._slow_answer(self.reports[place], answer)
            if isinstance(answer, Recorded) and answer.is_new:
                made += self._made_on_the_way(answer.row.customer_id, made)
            if isinstance(answer, Recorded) and answer.row.customer_id in early and answer.row.status == rules.PAID:
                advanced[answer.row.customer_id] = early[answer.row.customer_id]
        become = Customer.Stage.CUSTOMER
        stages = [Taken("updated", id, changes={"stage": [stage, become]}) for id, stage in advanced.items()]
        return OrdersTaken([answers[place] for place in range(len(self.reports))], made, stages)

    def _keys(self) -> set[Key]:
        """Read each reference once; a buyer's orders share it."""
        for report in self.reports:
            if report.customer not in self.contacts:
                self.contacts[report.customer] = _read(report.customer, self.country)
        return {contact.key for found in self.contacts.values() if isinstance(found, list) for contact in found}

    def _made_on_the_way(self, customer_id: UUID | None, made: Sequence[Taken]) -> list[Taken]:
        if customer_id in {None, *self.owners.values(), *(one.id for one in made)}:
            return []
        row = Customer.objects.values_list(*COLUMNS).get(id=customer_id)
        points = list(ContactPoint.objects.filter(customer_id=customer_id).values_list("id", flat=True))
        return [Taken("created", customer_id, changes={"print": print_of(row)}, added={"contact": points})]

    def _make_strangers(self) -> list[Taken]:
        """Make customers of whom nobody knows any contact, unless two references share one."""
        strangers, claimed = [], set()
        new = (report for report in self.reports if report.external_id not in self.known)
        buyers = {report.customer for report in new if _is_sound(report)}
        for reference, contacts in self.contacts.items():
            if isinstance(contacts, list) and contacts and reference.name.strip():
                keys = {contact.key for contact in contacts}
                if reference in buyers and not keys & self.owners.keys() and not keys & claimed:
                    claimed |= keys
                    strangers.append(reference)
        source = self.reports[0].customer_source
        told = [CustomerReport(r.name, r.phone, r.email, r.external_id, r.wechat, source=source) for r in strangers]
        answers = take_customers(told, Handling()).answers
        for reference, answer in zip(strangers, answers, strict=True):
            if answer.verdict == "created":
                self.owners |= {contact.key: answer.id for contact in self.contacts[reference]}
        return [answer for answer in answers if answer.verdict == "created"]

    def _judge(self, report: OrderReport) -> Taken | None:
        """Say what becomes of a plain order; None: it goes the way of single orders."""
        try:
            rules.check_order(report)
            customer = self._customer(report.customer)
        except DomainError as error:
            return Taken("refused", error=error)
        is_unknown = customer is None and not report.customer.is_anonymous
        if known := self.known.get(report.external_id):
            is_same = not is_unknown and not rules.order_differences(report, customer_id=customer, recorded=known)
            return Taken("unchanged", known.id) if is_same and not rules.moves_on(known.status, report.status) else None
        if is_unknown or report.external_id in self.waiting or report.placed_at is None:
            return None
        id = new_id()
        self.new.append((id, report, customer))
        return Taken("created", id)

    def _customer(self, reference: CustomerReference) -> UUID | None:
        if reference.customer_id:
            return None
        contacts = self.contacts[reference]
        if isinstance(contacts, DomainError):
            raise contacts
        owners = {self.owners[contact.key] for contact in contacts if contact.key in self.owners}
        if len(owners) > 1:
            raise ContactPointsDiffer
        return owners.pop() if owners else None

    def _save(self) -> None:
        rows = [_row(id, report, customer) for id, report, customer in self.new]
        bulk.insert(Order, _COLUMNS, rows, recorded_at=timezone.now())
        self._save_lines()
        told = [(id, {"status": report.status, "total_minor": report.total_minor}) for id, report, _ in self.new]
        audit.record_all("order.recorded", Order, told)
        for status, cause in ((rules.PLACED, "recorded"), (rules.CANCELLED, "cancelled"), (rules.PAID, "paid")):
            of_status = [(id, customer) for id, report, customer in self.new if report.status == status]
            events.publish_all("order.changed", [(id, None, _news(customer, cause)) for id, customer in of_status])

    def _save_lines(self) -> None:
        lines = [(id, place, line) for id, report, _ in self.new for place, line in enumerate(report.lines, 1)]
        products = products_of([line for _, _, line in lines if line.sku])
        rows = [
            (
                new_key(), id, products.get(line.sku), place, line.sku, line.name, line.quantity, line.unit_minor,
                line.amount_minor,
            )
            for id, place, line in lines
        ]  # fmt: skip
        bulk.insert(OrderLine, _LINE_COLUMNS, rows)

    def _early_stages(self, slow: Sequence[int]) -> dict[UUID, str]:
        """Note the stages of whose orders go the other way: they may become customers by it."""
        references = [self.contacts[self.reports[place].customer] for place in slow]
        ids = {
            self.owners[contact.key]
            for found in references
            if isinstance(found, list)
            for contact in found
            if contact.key in self.owners
        }
        early = Customer.objects.filter(id__in=ids, stage__in=[Customer.Stage.PROSPECT, Customer.Stage.LEAD])
        return dict(early.values_list("id", "stage")) if ids else {}

    def _slow_answer(self, report: OrderReport, answer: Recorded | Refused) -> Taken:
        if isinstance(answer, Refused):
            return Taken("refused", error=answer.error)
        if answer.is_new:
            return Taken("created", answer.row.id)
        known = self.known[report.external_id]
        if known.status == answer.row.status:
            return Taken("unchanged", answer.row.id)
        return Taken("updated", answer.row.id, changes={n: [getattr(known, n), getattr(answer.row, n)] for n in _STATES})


@dataclass(frozen=True)
class _Known:
    """Of a recorded order, what a report is compared with."""

    id: UUID
    customer_id: UUID | None
    currency: str
    total_minor: int
    placed_at: Any
    input_hash: str
    status: str
    paid_at: Any
    cancelled_at: Any


def _known_orders(reports: Sequence[OrderReport]) -> dict[str, _Known]:
    found = Order.objects.filter(source=reports[0].source, external_id__in=[report.external_id for report in reports])
    return {row[0]: _Known(*row[1:]) for row in found.values_list("external_id", *_COMPARED)}


def _waited_for(reports: Sequence[OrderReport]) -> set[str]:
    ids = [report.external_id for report in reports]
    waiting = Refund.objects.filter(source=reports[0].source, order=None, order_external_id__in=ids)
    return set(waiting.values_list("order_external_id", flat=True))


def _read(reference: CustomerReference, country: str) -> list[rules.Contact] | DomainError:
    try:
        return rules.contacts_of(reference, country)
    except DomainError as error:
        return error


def _is_sound(report: OrderReport) -> bool:
    try:
        rules.check_order(report)
    except DomainError:
        return False
    return True


def _is_paid(report: OrderReport) -> bool:
    return report.status == rules.PAID


def _news(customer_id: UUID | None, cause: str) -> dict[str, Any]:
    return {"customer_id": str(customer_id) if customer_id else None, "cause": cause}


def _row(id: UUID, report: OrderReport, customer_id: UUID | None) -> tuple:
    return (
        id, report.source, report.external_id, rules.order_hash(report, customer_id), customer_id, report.status,
        report.channel, report.currency, report.total_minor, report.placed_at,
        (report.paid_at or report.placed_at) if _is_paid(report) else report.paid_at,
        door.moment() if report.status == rules.CANCELLED else None,
    )  # fmt: skip
