"""What a deal would sell. Unless its amount is set by hand, it is the sum of its lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from crm.errors import AmountBelowReceived, InvalidAmount, InvalidQuantity, UnknownProduct
from crm.models import Deal, DealLine, Product
from crm.operations.deals.facts import event_facts
from crm.operations.deals.locks import hold_deal, save
from crm.queries.deal_money import kept_of
from crm.rules import LARGEST_MINOR, LARGEST_QUANTITY
from crm.rules.deals import line_amount
from tenancy import audit, events


@dataclass(frozen=True)
class LineReport:
    """A line as it is told: of a product, or free."""

    name: str = ""
    product_id: UUID | None = None
    quantity: int = 1
    unit_minor: int = 0
    discount_percent: Decimal = Decimal(0)


def set_lines(
    deal_id: UUID, lines: Sequence[LineReport], *, is_amount_by_hand: bool | None = None, expected_version: int | None = None
) -> Deal:
    """Replace the lines of a deal; False for `is_amount_by_hand` lets the amount follow them."""
    deal = hold_deal(deal_id, expected_version=expected_version)
    if is_amount_by_hand is not None:
        deal.is_amount_by_hand = is_amount_by_hand
    keep_lines(deal, lines)
    save(deal, "amount_minor", "is_amount_by_hand")
    audit.record("deal.lines_set", deal, {"lines": len(lines), "amount_minor": deal.amount_minor})
    events.publish("deal.changed", deal.id, **event_facts(deal))
    return deal


def keep_lines(deal: Deal, lines: Sequence[LineReport]) -> None:
    """Write lines of a held deal and let its amount follow; the deal itself is not saved."""
    rows = _rows(deal, lines)
    DealLine.objects.filter(deal=deal).delete()
    DealLine.objects.bulk_create(rows)
    if not deal.is_amount_by_hand:
        deal.amount_minor = sum(row.amount_minor for row in rows)
    if not 0 <= deal.amount_minor <= LARGEST_MINOR:
        raise InvalidAmount(field="lines")
    if deal.amount_minor < kept_of(deal.id):
        raise AmountBelowReceived


def _rows(deal: Deal, lines: Sequence[LineReport]) -> list[DealLine]:
    names = dict(Product.objects.filter(id__in={line.product_id for line in lines}).values_list("id", "name"))
    return [_row(deal, place, line, names) for place, line in enumerate(lines)]


def _row(deal: Deal, place: int, line: LineReport, names: dict[UUID, str]) -> DealLine:
    if line.product_id and line.product_id not in names:
        raise UnknownProduct
    name = line.name.strip() or names.get(line.product_id, "")
    if not 1 <= line.quantity <= LARGEST_QUANTITY:
        raise InvalidQuantity
    if not name or not 0 <= line.unit_minor <= LARGEST_MINOR or not 0 <= line.discount_percent <= 100:
        raise InvalidAmount(field="lines")
    amount = line_amount(line.quantity, line.unit_minor, line.discount_percent)
    if amount > LARGEST_MINOR:
        raise InvalidAmount(field="lines")
    return DealLine(
        deal=deal, product_id=line.product_id, position=place, name=name[:200], quantity=line.quantity,
        unit_minor=line.unit_minor, discount_percent=line.discount_percent, amount_minor=amount,
    )  # fmt: skip
