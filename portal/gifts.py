"""The catalogue and gift orders in the words of the member centre."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from portal import wording
from portal.page import in_language
from rewards.models import CatalogueItem, GiftOrder
from rewards.queries import available_points
from rewards.queries.catalogue import had_by, steps, ways
from rewards.rules.gift_orders import CANCELLABLE, SEND, Address

_FEW = 5  # pieces that are worth a hint
_MOST_AT_ONCE = 5
_ICONS = {"gift": "gift", "voucher": "ticket", "service": "star", "event": "calendar", "trial": "flask"}


@dataclass(frozen=True)
class Offer:
    """An item as it stands with one member."""

    id: UUID
    name: str
    description: str
    kind: str
    icon: str
    picture: str
    price: int
    money: str
    missing: int
    percent: int
    left: int | None  # only where few are left
    most: int  # pieces that this member can order now
    why_not: str  # where no points will help: sold out, or had before
    ways: tuple[str, ...]

    @property
    def is_possible(self) -> bool:
        return self.most > 0


def offers_for(customer_id: UUID, items: Sequence[CatalogueItem], *, slug: str) -> list[Offer]:
    """Say of each item whether the member can have it now, and what is missing."""
    points = available_points([customer_id])[customer_id]
    had = had_by(customer_id, [item.id for item in items])
    return [_offer(item, points, had.get(item.id, 0), slug) for item in items]


def _offer(item: CatalogueItem, points: int, had: int, slug: str) -> Offer:
    limit = None if item.per_customer is None else max(0, item.per_customer - had)
    bounds = [points // item.points, _MOST_AT_ONCE, item.stock, limit]
    return Offer(
        id=item.id, name=item_name(item), description=str(in_language(item.description, get_language())), kind=item.kind,
        icon=_ICONS[item.kind], picture=picture_address(item, slug), price=item.points,
        money=wording.money(item.money_minor, item.currency) if item.money_minor else "",
        missing=max(0, item.points - points), percent=min(100, 100 * points // item.points),
        left=item.stock if item.stock is not None and 0 < item.stock <= _FEW else None,
        most=min(bound for bound in bounds if bound is not None), why_not=_why_not(item, limit), ways=ways(item),
    )  # fmt: skip


def _why_not(item: CatalogueItem, limit: int | None) -> str:
    if item.stock == 0:
        return _("Sold out")
    return _("You have had this one") if limit == 0 else ""


def item_name(item: CatalogueItem) -> str:
    return str(in_language(item.name, get_language()))


def picture_address(item: CatalogueItem, slug: str) -> str:
    """Name the picture; its version is in its address, so that it can be kept for ever."""
    return reverse("portal:gift_picture", args=[slug, item.id, item.picture_version]) if item.picture_version else ""


# --- orders -------------------------------------------------------------------------------------------------

_TONES = {
    "ordered": "wait", "packed": "wait", "shipped": "wait", "ready": "good", "delivered": "good", "picked_up": "good",
    "issued": "good",
}  # fmt: skip
_STATES = {
    "ordered": pgettext_lazy("a gift", "Ordered"),
    "packed": pgettext_lazy("a gift", "Packed"),
    "shipped": pgettext_lazy("a gift", "On its way"),
    "delivered": pgettext_lazy("a gift", "Delivered"),
    "ready": pgettext_lazy("a gift", "Ready for you"),
    "picked_up": pgettext_lazy("a gift", "Picked up"),
    "issued": pgettext_lazy("a gift", "Yours"),
    "cancelled": pgettext_lazy("a gift", "Cancelled"),
    "returned": pgettext_lazy("a gift", "Returned"),
}
_WAYS = {
    "send": gettext_lazy("Send it to me"),
    "fetch": gettext_lazy("I pick it up"),
    "hand_over": gettext_lazy("No delivery needed"),
}


@dataclass(frozen=True)
class OrderLine:
    id: UUID
    name: str
    state: str
    tone: str
    when: str
    price: str
    code: str
    parcel: str
    wants_address: bool


def order_line(order: GiftOrder) -> OrderLine:
    pieces = f" × {order.quantity}" if order.quantity > 1 else ""
    return OrderLine(
        id=order.id, name=f"{item_name(order.item)}{pieces}", state=str(_STATES[order.state]),
        tone=_TONES.get(order.state, ""), when=_("Ordered on %(day)s") % {"day": wording.day(order.ordered_at)},
        price=wording.points(order.points) if order.points else _("A reward"), code=order.code,
        parcel=" · ".join(part for part in (order.carrier, order.tracking_number) if part),
        wants_address=order.way == SEND and not order.has_address and order.state in CANCELLABLE,
    )  # fmt: skip


@dataclass(frozen=True)
class OrderStep:
    label: str
    at: datetime | None


def order_steps(order: GiftOrder) -> list[OrderStep]:
    return [OrderStep(str(_STATES[step.state]), step.at) for step in steps(order)]


def way_choices(offer_ways: Sequence[str]) -> list[tuple[str, str]]:
    return [(way, str(_WAYS[way])) for way in offer_ways]


def address_of(order: GiftOrder) -> Address | None:
    """Read where it goes; for the page of the member whose order it is."""
    return Address(**order.address) if order.address else None
