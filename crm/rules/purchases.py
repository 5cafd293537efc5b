"""What may be recorded of orders and refunds, and what is left of an order."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from crm.errors import (
    IdMissing,
    InvalidAmount,
    InvalidCurrency,
    InvalidQuantity,
    RefundBeforeOrder,
    RefundNotPositive,
    RefundOtherCurrency,
    RefundTooLarge,
)
from crm.reports import OrderReport, RefundReport
from foundation.errors import DomainError
from foundation.ids import fingerprint

LARGEST_MINOR = 10**15  # 10 trillion pounds: beyond it somebody has typed a barcode


LARGEST_QUANTITY = 2**31 - 1


PLACED, PAID, CANCELLED = "placed", "paid", "cancelled"


def check_order(report: OrderReport) -> None:
    """Refuse what no order can be."""
    _check_key(report.source, report.external_id)
    _check_currency(report.currency)
    if not 0 <= report.total_minor <= LARGEST_MINOR:
        raise InvalidAmount(field="total_minor")
    for line in report.lines:
        if not 1 <= line.quantity <= LARGEST_QUANTITY:
            raise InvalidQuantity
        if max(abs(line.unit_minor), abs(line.amount_minor)) > LARGEST_MINOR:
            raise InvalidAmount(field="lines")


def _check_key(*parts: str) -> None:
    if not all(part.strip() for part in parts):
        raise IdMissing


def _check_currency(currency: str) -> None:
    if not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        raise InvalidCurrency


def order_hash(report: OrderReport, customer_id: UUID | None) -> str:
    """Hash what may never differ between two reports of one order. Times are compared, states move on."""
    return fingerprint(
        {
            "customer": customer_id,
            "currency": report.currency,
            "total": report.total_minor,
            "lines": [vars(line) for line in report.lines],
        }
    )


def order_differences(report: OrderReport, *, customer_id: UUID | None, recorded) -> list[str]:
    """Name what contradicts the recorded order (anything with an order's columns); empty for a repetition."""
    told = {"currency": report.currency, "total_minor": report.total_minor, "customer_id": customer_id}
    names = {"currency": "currency", "total_minor": "total", "customer_id": "customer"}
    differs = [names[column] for column, value in told.items() if getattr(recorded, column) != value]
    if report.placed_at not in (None, recorded.placed_at):
        differs.append("date")
    if not differs and order_hash(report, customer_id) != recorded.input_hash:
        differs.append("lines")
    return differs


_ORDER_OF_STATES = [PLACED, PAID, CANCELLED]


def moves_on(before: str, told: str) -> bool:
    """Say whether a report moves an order on; an old report that comes late moves nothing back."""
    return _ORDER_OF_STATES.index(told) > _ORDER_OF_STATES.index(before)


def kept(*, status: str, total_minor: int, refunded_minor: int) -> int:
    """Say how much of an order's money has come and stayed."""
    return total_minor - refunded_minor if status == PAID else 0


def check_refund(report: RefundReport) -> None:
    """Refuse what no refund can be."""
    _check_key(report.source, report.external_id, report.order_external_id)
    _check_currency(report.currency)
    if report.amount_minor <= 0:
        raise RefundNotPositive
    if report.amount_minor > LARGEST_MINOR:
        raise InvalidAmount(field="amount_minor")


def refund_differences(report: RefundReport, recorded) -> list[str]:
    """Name what contradicts the recorded refund; empty for a repetition."""
    names = {"currency": "currency", "amount_minor": "amount", "order_external_id": "order"}
    differs = [word for column, word in names.items() if getattr(recorded, column) != getattr(report, column)]
    if report.refunded_at not in (None, recorded.refunded_at):
        differs.append("date")
    return differs


def check_fits(
    *, amount_minor: int, currency: str, refunded_at: datetime, order, left_minor: int, is_dated: bool = True
) -> None:
    """Refuse a refund that its order cannot bear; an order whose date was never told has no "before"."""
    if currency != order.currency:
        raise RefundOtherCurrency(currency=currency, order_currency=order.currency)
    if is_dated and refunded_at < order.placed_at:
        raise RefundBeforeOrder
    if amount_minor > left_minor:
        raise RefundTooLarge(amount_minor=amount_minor, left_minor=left_minor)


def fit_waiting(
    order, waiting: Iterable, left_minor: int, *, is_dated: bool = True
) -> tuple[list, list[tuple[object, DomainError]]]:
    """Part refunds that waited for this order into those that count and those somebody must look at."""
    fitting, problems = [], []
    for refund in sorted(waiting, key=lambda refund: (refund.refunded_at, refund.id)):
        try:
            check_fits(
                amount_minor=refund.amount_minor,
                currency=refund.currency,
                refunded_at=refund.refunded_at,
                order=order,
                left_minor=left_minor,
                is_dated=is_dated,
            )
        except DomainError as error:
            problems.append((refund, error))
        else:
            fitting.append(refund)
            left_minor -= refund.amount_minor
    return fitting, problems


def first_and_repeated(keys: Sequence) -> tuple[list[int], list[int]]:
    """Part positions into the first of each key and its repetitions."""
    seen, first, repeated = set(), [], []
    for position, key in enumerate(keys):
        (repeated if key in seen else first).append(position)
        seen.add(key)
    return first, repeated
