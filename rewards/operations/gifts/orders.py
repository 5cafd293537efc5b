"""Order a gift for points, or give one as a reward in kind."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction

from crm.errors import UnknownCustomer
from crm.models import Customer
from foundation.contacts import normalise_phone
from foundation.errors import DomainError
from foundation.ids import new_code, new_id
from rewards import ledger
from rewards.errors.catalogue import (
    AddressIncomplete,
    ItemLimitReached,
    ItemNotOnOffer,
    OutOfStock,
    PhoneUnreadable,
    WayNotOffered,
)
from rewards.errors.general import LedgerConflict, NotPositive
from rewards.models import CatalogueItem, GiftOrder, JournalEntry
from rewards.operations.accounts.units import POINT, units
from rewards.operations.gifts import news, stock
from rewards.queries.catalogue import had_by, on_offer, ways
from rewards.rules.gift_orders import FETCH, HAND_OVER, SEND, Address
from tenancy import audit, door
from tenancy.models import Organisation

State = GiftOrder.State
_MOST_PIECES = 100


@dataclass(frozen=True)
class _Wish:
    key: str
    item_id: UUID
    customer_id: UUID
    quantity: int
    way: str
    address: Mapping[str, str] | None
    reward_id: UUID | None = None

    @property
    def is_promised(self) -> bool:
        return self.reward_id is not None


def order_gift(
    item_id: UUID, customer_id: UUID, *, key: str, quantity: int = 1, way: str = "", address: Mapping[str, str] | None = None
) -> GiftOrder:
    """Redeem points for an item: stock, points and order together or not at all; same key, first order again.

    `way` is send, fetch or hand_over, and may be left out where there is one only. `address` holds name, phone,
    street, city and postcode. Raises ItemNotOnOffer, OutOfStock, ItemLimitReached, InsufficientBalance.
    """
    return _order(_Wish(key, item_id, customer_id, quantity, way, address))


def deliver_gift(
    item_id: UUID,
    customer_id: UUID,
    *,
    key: str,
    reward_id: UUID,
    quantity: int = 1,
    way: str = "",
    address: Mapping[str, str] | None = None,
) -> GiftOrder:
    """Put a reward in kind on the delivery board: it takes stock, costs no points, and need not be on offer.

    Without an address it is for pick-up where the item can be fetched, and waits for one otherwise. It locks the item: call
    it before other locks are taken, or in a transaction of its own.
    """  # fmt: skip
    return _order(_Wish(key, item_id, customer_id, quantity, way, address, reward_id))


@transaction.atomic
def _order(wish: _Wish) -> GiftOrder:
    if not 0 < wish.quantity <= _MOST_PIECES:
        raise NotPositive(field="quantity")
    item = stock.locked(wish.item_id)  # one order of an item at a time, so limits and keys are read as they are
    if first := GiftOrder.objects.filter(key=wish.key).first():
        return _same(first, wish)
    if not Customer.objects.filter(id=wish.customer_id).exists():
        raise UnknownCustomer
    way = _way(item, wish)
    address = _address(way, wish)
    order_id = new_id()
    taken = stock.take(item.id, pieces=wish.quantity, order_id=order_id, is_promised=wish.is_promised)
    if taken is None:
        raise _why_not(item, wish)
    if not wish.is_promised:
        _refuse_above_limit(item, wish)
    issued = stock.issue_codes(item.id, pieces=wish.quantity, order_id=order_id) if way == HAND_OVER else ""
    order = _new(order_id, item, wish, way=way, address=address, issued=issued, taken=taken)
    order.redemption_id = _redeem(order) if order.points else None
    order.save(force_insert=True)
    _tell(order)
    return order


def _same(first: GiftOrder, wish: _Wish) -> GiftOrder:
    told = (wish.item_id, wish.customer_id, wish.quantity, wish.reward_id)
    if told != (first.item_id, first.customer_id, first.quantity, first.reward_id):
        raise LedgerConflict(key=wish.key)
    return first


def _way(item: CatalogueItem, wish: _Wish) -> str:
    """Take the way that was asked for, or the only one; a reward that nobody asked for is fetched if that is possible."""
    offered = ways(item)
    way = wish.way or (offered[0] if len(offered) == 1 else "")
    if not way and wish.is_promised:
        way = SEND if wish.address else FETCH
    if way not in offered:
        raise WayNotOffered
    return way


def _address(way: str, wish: _Wish) -> Address | None:
    if way != SEND or (wish.is_promised and not wish.address):
        return None
    return read_address(wish.address or {})


def read_address(facts: Mapping[str, str]) -> Address:
    """Check an address and write its phone number as E.164, in the country of the organisation."""
    address = Address.read(facts)
    if not address.is_complete:
        raise AddressIncomplete
    country = Organisation.objects.values_list("country", flat=True).get(id=door.organisation_id())
    try:
        return replace(address, phone=normalise_phone(address.phone, country))
    except ValueError:
        raise PhoneUnreadable from None


def _why_not(item: CatalogueItem, wish: _Wish) -> DomainError:
    is_offered = wish.is_promised or CatalogueItem.objects.filter(on_offer(door.moment()), id=item.id).exists()
    return OutOfStock(left=item.stock) if is_offered else ItemNotOnOffer()


def _refuse_above_limit(item: CatalogueItem, wish: _Wish) -> None:
    had = had_by(wish.customer_id, [item.id]).get(item.id, 0)
    if item.per_customer is not None and had + wish.quantity > item.per_customer:
        raise ItemLimitReached(limit=item.per_customer, had=had)


def _new(order_id: UUID, item: CatalogueItem, wish: _Wish, **more: Any) -> GiftOrder:
    pieces = 0 if wish.is_promised else wish.quantity  # a reward costs nothing
    issued, address = more["issued"], more["address"]
    state = State.ISSUED if issued else State.ORDERED
    return GiftOrder(
        id=order_id, key=wish.key, code=new_code(), item=item, customer_id=wish.customer_id, quantity=wish.quantity,
        points=item.points * pieces, money_minor=item.money_minor * pieces,
        currency=item.currency if item.money_minor * pieces else "", reward_id=wish.reward_id, state=state,
        way=more["way"], address=address.facts() if address else None, issued=issued or None, stock_taken=more["taken"],
        ordered_at=door.moment(), moved_at=door.moment(),
    )  # fmt: skip


def _redeem(order: GiftOrder) -> UUID:
    unit = units([POINT])[POINT]
    arrow = ledger.Arrow(order.customer_id, unit.id, "available", "redeemed", order.points)
    key, reason = f"gift:{order.id}", f"gift {order.code}"
    [posted] = ledger.post([ledger.Entry(JournalEntry.Kind.REDEMPTION, key, (arrow,), reason=reason)])
    return posted.entry_id


def _tell(order: GiftOrder) -> None:
    news.note_move(order, before="", after=State.ORDERED)
    audit.record("gift_order.ordered", order, {"item_id": str(order.item_id), "points": order.points})
    news.tell("gift.ordered", order)
    if order.state == State.ISSUED:
        news.note_move(order, before=State.ORDERED, after=State.ISSUED)
        news.tell("gift.delivered", order)
    else:
        news.ask_for_it(order)
