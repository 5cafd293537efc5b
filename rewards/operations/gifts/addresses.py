"""Where gifts go: correct an address, reveal it to those who pack, erase it when it is not needed any more."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from rewards.errors.catalogue import AddressGone, OrderCannotMove, PurposeMissing
from rewards.models import GiftOrder
from rewards.operations.gifts.orders import read_address
from rewards.rules.gift_orders import CANCELLABLE, SEND, Address
from tenancy import audit, door


@transaction.atomic
def correct_address(order_id: UUID, address: Mapping[str, str]) -> GiftOrder:
    """Give a parcel another address, or its first one, before it is sent."""
    order = GiftOrder.objects.select_related("item", "customer").get(id=order_id)
    order.address = read_address(address).facts()
    waiting = GiftOrder.objects.filter(id=order_id, way=SEND, state__in=CANCELLABLE)
    if not waiting.update(address=order.address):
        raise OrderCannotMove
    audit.record("gift_order.address_corrected", order)
    return order


def reveal_address(order_id: UUID, purpose: str) -> Address:
    """Show where an order goes, and note who looked and what for."""
    shown = reveal_addresses([order_id], purpose)
    if order_id not in shown:
        raise AddressGone
    return shown[order_id]


@transaction.atomic
def reveal_addresses(order_ids: Sequence[UUID], purpose: str) -> dict[UUID, Address]:
    """Show where orders go, those that have an address; each is noted."""
    if not purpose.strip():
        raise PurposeMissing
    orders = list(GiftOrder.objects.filter(id__in=order_ids, address__isnull=False))
    audit.record_many("gift_order.address_revealed", [(order, {"purpose": purpose.strip()[:200]}) for order in orders])
    return {order.id: Address(**order.address) for order in orders}


def erase_addresses(*, limit: int = 5000) -> int:
    """Forget addresses whose time is over; tell how many. What was ordered stays."""
    due = GiftOrder.objects.filter(erase_at__lte=door.moment()).order_by("erase_at").values("id")[:limit]
    return GiftOrder.objects.filter(id__in=list(due.values_list("id", flat=True))).update(address=None, erase_at=None)
