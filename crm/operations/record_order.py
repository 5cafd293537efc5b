"""Record orders: one path for one and for a thousand."""

from collections.abc import Collection, Iterable, Sequence
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q

from crm import rules
from crm.errors import OrderConflict, UnknownCustomer
from crm.models import Customer, Order, OrderLine, Product
from crm.operations.identity import Register, here
from crm.operations.order_locks import hold_keys
from crm.operations.order_states import announce_orders, now_paid
from crm.operations.record_customer import announce_customers, new_customer, retry_when_overtaken
from crm.queries.merging import former_ids, standing_ids
from crm.reports import CustomerReference, OrderLineReport, OrderReport, Recorded, Refused
from foundation.errors import DomainError
from tenancy import audit, door


def record_order(report: OrderReport) -> tuple[Order, bool]:
    """Record an order; a repetition gives the first answer and False.

    A repetition may move the order on (placed, paid, cancelled), never back. Raises
    OrderConflict when it contradicts what is recorded.
    """
    answer = record_orders([report])[0]
    if isinstance(answer, Refused):
        raise answer.error
    return answer.row, answer.is_new


def record_orders(reports: Sequence[OrderReport]) -> list[Recorded | Refused]:
    """Record many orders in a handful of statements; the answers are in the order of the reports.

    Best in chunks of 1,000, each in a transaction of its own. An order told twice in
    one batch is judged against its first telling.
    """
    if not reports:
        return []
    first, repeated = rules.first_and_repeated([report.key for report in reports])
    answers = dict(zip(first, _Batch([reports[i] for i in first]).record(), strict=True))
    answers.update(zip(repeated, record_orders([reports[i] for i in repeated]), strict=True))
    return [answers[i] for i in range(len(reports))]


class _Batch:
    """Reports with different keys."""

    def __init__(self, reports: Sequence[OrderReport]) -> None:
        self.reports = reports
        self.country = here().country

    def record(self) -> list[Recorded | Refused]:
        hold_keys(("order", *report.key) for report in self.reports)
        self.recorded = orders_by_key((report.key for report in self.reports), lock=True)
        return retry_when_overtaken(self._attempt)

    def _attempt(self) -> list[Recorded | Refused]:
        self.people = _People(self.reports, self.country)
        self.new: list[tuple[Order, OrderReport]] = []
        self.moved: list[tuple[Order, OrderReport]] = []
        answers = [self._judge(report) for report in self.reports]
        self.people.save()
        self._save_new()
        self._move_on()
        return answers

    def _judge(self, report: OrderReport) -> Recorded | Refused:
        try:
            rules.check_order(report)
            order = self.recorded.get(report.key)
            return self._repeat(order, report) if order else self._make(report)
        except DomainError as error:
            return Refused(error)

    def _repeat(self, order: Order, report: OrderReport) -> Recorded:
        customer = self.people.find(report.customer)
        customer_id = customer.id if customer else None
        if report.customer.has_contact and customer is None:
            customer_id = UUID(int=0)  # somebody we do not know is certainly not this order's customer
        differs = rules.order_differences(report, customer_id=customer_id, recorded=order)
        if differs and not (customer and _was_told_of_a_stone(report, customer.id, order, differs)):
            raise OrderConflict(source=order.source, external_id=order.external_id, differs=", ".join(differs))
        if rules.moves_on(order.status, report.status):
            self.moved.append((order, report))
        return Recorded(order, is_new=False)

    def _make(self, report: OrderReport) -> Recorded:
        customer = self.people.find_or_plan(report)
        placed_at = report.placed_at or door.moment()
        is_paid = report.status == rules.PAID
        order = Order(
            source=report.source,
            external_id=report.external_id,
            input_hash=rules.order_hash(report, customer.id if customer else None),
            customer=customer,
            status=report.status,
            channel=report.channel,
            currency=report.currency,
            total_minor=report.total_minor,
            placed_at=placed_at,
            paid_at=(report.paid_at or placed_at) if is_paid else report.paid_at,
            cancelled_at=door.moment() if report.status == rules.CANCELLED else None,
        )
        self.new.append((order, report))
        return Recorded(order, is_new=True)

    def _save_new(self) -> None:
        orders = [order for order, _ in self.new]
        Order.objects.bulk_create(orders)
        OrderLine.objects.bulk_create(_lines_of(self.new), batch_size=5000)
        audit.record_many("order.recorded", [(o, {"status": o.status, "total_minor": o.total_minor}) for o in orders])
        announce_orders([order for order in orders if order.status == rules.PLACED], "recorded")
        announce_orders([order for order in orders if order.status == rules.CANCELLED], "cancelled")
        undated = {order.id for order, report in self.new if report.placed_at is None}
        now_paid([order for order in orders if order.status == rules.PAID], undated=undated)

    def _move_on(self) -> None:
        for order, report in self.moved:
            order.status = report.status
            if report.status == rules.PAID:
                order.paid_at = report.paid_at or door.moment()
            else:
                order.cancelled_at = door.moment()
        orders = [order for order, _ in self.moved]
        if orders:
            Order.objects.bulk_update(orders, ["status", "paid_at", "cancelled_at"])
        audit.record_many("order.moved", [(order, {"status": order.status}) for order in orders])
        announce_orders([order for order in orders if order.status == rules.CANCELLED], "cancelled")
        now_paid([order for order in orders if order.status == rules.PAID])


class _People:
    """The customers of a batch of orders: found once, planned once."""

    def __init__(self, reports: Iterable[OrderReport], country: str) -> None:
        references = [report.customer for report in reports]
        self.country = country
        self.by_id = _by_id({r.customer_id for r in references if r.customer_id})
        self._contacts: dict[CustomerReference, list[rules.Contact] | DomainError] = {}
        for reference in references:
            self._contacts[reference] = self._read(reference)
        readable = [contacts for contacts in self._contacts.values() if isinstance(contacts, list)]
        self.register = Register([contact for contacts in readable for contact in contacts])

    def _read(self, reference: CustomerReference) -> list[rules.Contact] | DomainError:
        try:
            return [] if reference.customer_id else rules.contacts_of(reference, self.country)
        except DomainError as error:
            return error

    def find(self, reference: CustomerReference) -> Customer | None:
        """Give the customer meant, None for nobody or somebody unknown; an unknown id is refused."""
        if reference.customer_id:
            if reference.customer_id not in self.by_id:
                raise UnknownCustomer
            return self.by_id[reference.customer_id]
        contacts = self._contacts[reference]
        if isinstance(contacts, DomainError):
            raise contacts
        return self.register.find(contacts)

    def find_or_plan(self, report: OrderReport) -> Customer | None:
        reference = report.customer
        customer = self.find(reference)
        if customer or reference.is_anonymous:
            return customer
        if not reference.name.strip():
            raise UnknownCustomer
        customer = new_customer(reference.name, source=report.customer_source, fields={})
        self.register.plan(customer, self._contacts[reference])
        return customer

    def save(self) -> None:
        self.register.save()
        announce_customers(self.register.new_customers)


def _by_id(ids: set[UUID]) -> dict[UUID, Customer]:
    """Find customers by id; who became one with another is that one."""
    found = Customer.objects.in_bulk(ids)
    now = standing_ids(ids - found.keys()) if ids - found.keys() else {}
    others = Customer.objects.in_bulk(now.values())
    return found | {id: others[other] for id, other in now.items() if other in others}


def _was_told_of_a_stone(report: OrderReport, customer_id: UUID, order: Order, differs: list[str]) -> bool:
    """Say whether it differs only because its customer was somebody else's name for the same person."""
    return differs == ["lines"] and any(
        rules.order_hash(report, former) == order.input_hash for former in former_ids(customer_id)
    )


def orders_by_key(keys: Iterable[tuple[str, str]], *, lock: bool) -> dict[tuple[str, str], Order]:
    """Find orders by (source, external id), locked in id order when asked."""
    by_source: dict[str, list[str]] = {}
    for source, external_id in keys:
        by_source.setdefault(source, []).append(external_id)
    if not by_source:
        return {}
    found = Order.objects.filter(reduce(or_, (Q(source=s, external_id__in=ids) for s, ids in by_source.items())))
    if lock:
        found = found.select_for_update().order_by("id")
    return {(order.source, order.external_id): order for order in found}


def _lines_of(orders: Sequence[tuple[Order, OrderReport]]) -> list[OrderLine]:
    products = products_of([line for _, report in orders for line in report.lines if line.sku])
    return [
        OrderLine(
            order=order,
            product_id=products.get(line.sku),
            position=position,
            sku=line.sku,
            name=line.name,
            quantity=line.quantity,
            unit_minor=line.unit_minor,
            amount_minor=line.amount_minor,
        )
        for order, report in orders
        for position, line in enumerate(report.lines, 1)
    ]


def products_of(lines: Sequence[OrderLineReport]) -> dict[str, UUID]:
    """Find the products sold, making those we meet for the first time."""
    told = {line.sku: line for line in reversed(lines)}
    known = _products(told)
    if not told.keys() - known.keys():
        return known
    # Sorted: two batches that meet wait for each other, they do not deadlock.
    unknown = [told[sku] for sku in sorted(told.keys() - known.keys())]
    new = [Product(sku=line.sku, name=line.name or line.sku, category=line.category) for line in unknown]
    Product.objects.bulk_create(new, ignore_conflicts=True)
    return _products(told)


def _products(skus: Collection[str]) -> dict[str, UUID]:
    return dict(Product.objects.filter(sku__in=list(skus)).values_list("sku", "id")) if skus else {}
