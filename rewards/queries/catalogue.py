"""Reads of the catalogue and of the orders of gifts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from rewards.models import CatalogueItem, CataloguePicture, GiftOrder, GiftOrderMove, StockMove, VoucherCode
from rewards.rules.gift_orders import OPEN, usual_path, ways_of
from tenancy import door

NOT_TAKEN_BACK = ~Q(state__in=["cancelled", "returned"])


def on_offer(moment: datetime) -> Q:
    """Narrow items to those that can be ordered at a moment, stock aside."""
    is_open = (Q(opens_at=None) | Q(opens_at__lte=moment)) & (Q(closes_at=None) | Q(closes_at__gt=moment))
    return Q(is_on_offer=True) & is_open


def items() -> QuerySet[CatalogueItem]:
    """All items, as they are arranged."""
    return CatalogueItem.objects.select_related("responsible__user").order_by("position", "id")


def items_with_orders() -> QuerySet[CatalogueItem]:
    """All items with how many pieces are on their way (`open_pieces`) and were ordered in all (`ordered_pieces`)."""
    return items().annotate(
        open_pieces=_pieces(Q(state__in=OPEN)),
        ordered_pieces=_pieces(NOT_TAKEN_BACK),
    )


def _pieces(which: Q) -> Coalesce:
    orders = GiftOrder.objects.filter(which, item_id=OuterRef("id")).order_by()
    return Coalesce(Subquery(orders.values("item_id").values_list(Sum("quantity"))), 0)


def offers() -> QuerySet[CatalogueItem]:
    """What can be ordered now, as it is arranged; what is sold out is shown too."""
    return items().filter(on_offer(door.moment()))


def had_by(customer_id: UUID, item_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Tell how many pieces of items a customer has ordered and kept; rewards in kind do not count."""
    orders = GiftOrder.objects.filter(NOT_TAKEN_BACK, customer_id=customer_id, item_id__in=item_ids, reward_id=None)
    return dict(orders.order_by().values_list("item_id").annotate(Sum("quantity")))


def stock_moves(item_id: UUID) -> QuerySet[StockMove]:
    """What came and went, newest first."""
    return StockMove.objects.filter(item_id=item_id).order_by("-id")


def free_codes(item_id: UUID) -> int:
    return VoucherCode.objects.filter(item_id=item_id, order_id=None).count()


def picture(item_id: UUID) -> CataloguePicture | None:
    return CataloguePicture.objects.filter(id=item_id).first()


def ways(item: CatalogueItem) -> tuple[str, ...]:
    """List how this item reaches people."""
    return ways_of(kind=item.kind, can_be_sent=item.can_be_sent, can_be_fetched=item.can_be_fetched)


# --- orders -------------------------------------------------------------------------------------------------


def gift_orders() -> QuerySet[GiftOrder]:
    """All orders with their item and customer; addresses are left in the database until asked for."""
    found = GiftOrder.objects.select_related("item", "customer").defer("address", "issued")
    return found.annotate(has_address=Q(address__isnull=False))


def gift_orders_of(customer_id: UUID) -> QuerySet[GiftOrder]:
    """A customer's orders, newest first."""
    return gift_orders().filter(customer_id=customer_id).order_by("-ordered_at", "-id")


def gift_order_history(order_id: UUID) -> list[GiftOrderMove]:
    """Every move of an order, oldest first."""
    return list(GiftOrderMove.objects.filter(order_id=order_id).order_by("id"))


def orders_by_state() -> dict[str, int]:
    """Count the orders in each state."""
    return dict(GiftOrder.objects.order_by().values_list("state").annotate(Count("id")))


@dataclass(frozen=True)
class Step:
    """One state of an order's way: reached at a moment, or still to come."""

    state: str
    at: datetime | None

    @property
    def label(self) -> str:
        return GiftOrder.State(self.state).label


def steps(order: GiftOrder) -> list[Step]:
    """Lay out the way of an order: what was reached, and what is to come if all goes well."""
    reached = [Step(move.after, move.occurred_at) for move in gift_order_history(order.id)]
    path = usual_path(order.way)
    if order.state not in path:
        return reached
    return reached + [Step(state, None) for state in path[path.index(order.state) + 1 :]]
