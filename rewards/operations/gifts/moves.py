"""Move an order of a gift along: packed, shipped, delivered, picked up, issued, cancelled, returned.

Every move is compare-and-set and a row. The same step again changes nothing and gives the order.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from rewards import ledger
from rewards.errors.catalogue import AddressIncomplete, HandOverMissing, NothingToPay, OrderCannotMove
from rewards.errors.general import ReasonMissing
from rewards.models import GiftOrder, JournalEntry, StockMove
from rewards.operations.accounts.units import POINT, units
from rewards.operations.gifts import news, stock
from rewards.rules.gift_orders import erase_on, may_move
from tenancy import audit, door

State = GiftOrder.State
_NEWS = {
    State.SHIPPED: "gift.shipped", State.READY: "gift.ready", State.DELIVERED: "gift.delivered",
    State.PICKED_UP: "gift.delivered", State.ISSUED: "gift.delivered", State.CANCELLED: "gift.cancelled",
    State.RETURNED: "gift.returned",
}  # fmt: skip


def pack_gift(order_id: UUID) -> GiftOrder:
    """Note that an order is packed."""
    return _move(order_id, State.PACKED)


def ship_gift(order_id: UUID, *, carrier: str = "", tracking_number: str = "") -> GiftOrder:
    """Note that an order has been sent, and how it can be followed."""
    return _move(order_id, State.SHIPPED, carrier=carrier.strip()[:40], tracking_number=tracking_number.strip()[:60])


def confirm_delivery(order_id: UUID) -> GiftOrder:
    """Note that a parcel has arrived."""
    return _move(order_id, State.DELIVERED)


def make_gift_ready(order_id: UUID) -> GiftOrder:
    """Note that an order can be picked up."""
    return _move(order_id, State.READY)


def hand_out_gift(order_id: UUID) -> GiftOrder:
    """Note that an order was picked up."""
    return _move(order_id, State.PICKED_UP)


def issue_gift(order_id: UUID, *, issued: str) -> GiftOrder:
    """Hand over a code, a link or words; the customer reads them in the member centre."""
    if not issued.strip():
        raise HandOverMissing
    return _move(order_id, State.ISSUED, issued=issued.strip()[:2000])


def cancel_gift(order_id: UUID, *, note: str = "") -> GiftOrder:
    """Call an order off before it has left the house: points go back to their lots, pieces to the stock."""
    return _take_back(order_id, State.CANCELLED, note=note, is_restocked=True)


def return_gift(order_id: UUID, *, note: str, is_restocked: bool = True) -> GiftOrder:
    """Take an order back that the customer had; points go back to their lots, pieces to the stock if they are good."""
    if not note.strip():
        raise ReasonMissing(field="note")
    return _take_back(order_id, State.RETURNED, note=note, is_restocked=is_restocked)


def pack_gifts(order_ids: Sequence[UUID]) -> int:
    """Note that orders are packed; those that have moved on meanwhile are left alone. Tell how many were moved."""
    return sum(_moved_if_possible(order_id, State.PACKED) for order_id in sorted(order_ids))


def ship_gifts(order_ids: Sequence[UUID], *, carrier: str = "") -> int:
    """Note that orders have been sent with one carrier; those that cannot be are left alone. Tell how many were."""
    return sum(_moved_if_possible(order_id, State.SHIPPED, carrier=carrier.strip()[:40]) for order_id in sorted(order_ids))


@transaction.atomic
def note_payment(order_id: UUID) -> GiftOrder:
    """Note that the money part of the price was paid."""
    order = _get(order_id)
    due = GiftOrder.objects.filter(id=order_id, money_minor__gt=0, money_paid_at=None)
    if not due.update(money_paid_at=door.moment()):
        raise NothingToPay
    order.money_paid_at = door.moment()
    audit.record("gift_order.paid", order, {"money_minor": order.money_minor, "currency": order.currency})
    return order


def _moved_if_possible(order_id: UUID, after: str, **facts: Any) -> bool:
    order = _get(order_id)
    if order.state == after or not may_move(order.way, order.state, after) or _lacks_address(order, after):
        return False
    _move(order_id, after, **facts)
    return True


@transaction.atomic
def _move(order_id: UUID, after: str, *, note: str = "", **facts: Any) -> GiftOrder:
    order = _get(order_id)
    before = order.state
    if before == after:
        return _same(order, facts)
    if _lacks_address(order, after):
        raise AddressIncomplete
    _step(order, after, **facts)
    news.note_move(order, before=before, after=after, note=note)
    audit.record(f"gift_order.{after}", order, {"state": [before, after]})
    if after in _NEWS:
        news.tell(_NEWS[after], order)
        news.close_task(order)
    return order


def _same(order: GiftOrder, facts: dict[str, Any]) -> GiftOrder:
    """Answer a repeated step; one that tells other facts comes too late."""
    if any(getattr(order, name) != value for name, value in facts.items()):
        raise OrderCannotMove
    return order


def _step(order: GiftOrder, after: str, **facts: Any) -> None:
    """Move the row if nobody else has moved it meanwhile."""
    changes = facts | {"state": after, "moved_at": door.moment()}
    if order.address is not None:
        changes["erase_at"] = erase_on(after, door.moment())
    unmoved = GiftOrder.objects.filter(id=order.id, state=order.state)
    if not may_move(order.way, order.state, after) or not unmoved.update(**changes):
        raise OrderCannotMove
    for name, value in changes.items():
        setattr(order, name, value)


@transaction.atomic
def _take_back(order_id: UUID, after: str, *, note: str, is_restocked: bool) -> GiftOrder:
    item_id = GiftOrder.objects.values_list("item_id", flat=True).get(id=order_id)
    stock.locked(item_id)  # as ordering does: the item first, then the account
    order = _get(order_id)
    if order.state == after:
        return order
    facts: dict[str, Any] = {}
    if order.points:
        facts["return_id"] = _give_back(order, after)
    was_seen = after == State.RETURNED and order.item.kind == order.item.Kind.VOUCHER  # a code cannot be given to another
    if is_restocked and not was_seen:
        cause = StockMove.Cause.CANCELLED if after == State.CANCELLED else StockMove.Cause.RETURNED
        back = stock.put_back(order.item_id, pieces=order.stock_taken, order_id=order.id, cause=cause)
        facts["stock_taken"] = order.stock_taken - back
    return _move(order_id, after, note=note, **facts)


def _give_back(order: GiftOrder, after: str) -> UUID:
    unit = units([POINT])[POINT]
    arrow = ledger.Arrow(order.customer_id, unit.id, "redeemed", "available", order.points, gives_back=order.redemption_id)
    entry = ledger.Entry(
        JournalEntry.Kind.RETURN, f"gift:{order.id}:return", (arrow,), reason=f"gift {order.code} {after}",
        reverses=order.redemption_id,
    )  # fmt: skip
    return ledger.post([entry])[0].entry_id


def _lacks_address(order: GiftOrder, after: str) -> bool:
    return after == State.SHIPPED and order.way == GiftOrder.Way.SEND and order.address is None


def _get(order_id: UUID) -> GiftOrder:
    return GiftOrder.objects.select_related("item", "item__responsible__user").get(id=order_id)
