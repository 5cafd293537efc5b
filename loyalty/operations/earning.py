"""Points for paid orders, kept in step with what of their money stays."""

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from crm import queries as crm
from crm.models import Order
from foundation.money import Money
from loyalty import queries
from loyalty.models import OrderPoints, Programme, Tier
from loyalty.rules import points_for
from rewards.operations import Grant, TakeBack, earn_points, take_back_points
from tenancy import door
from tenancy.models import Organisation


@transaction.atomic
def award_orders(order_ids: Collection[UUID]) -> int:
    """Give orders the points their kept money earns, and post only the difference to before; count what changed.

    The same number of statements however many orders. Rate, tier and multiplier
    are those of the first time, so that a refund takes back its own part. Orders in
    another currency than the organisation's earn nothing.
    """
    programme = queries.programme()
    if programme is None:
        return 0
    rows = _locked_rows(order_ids, programme)
    return _post_differences(rows) if rows else 0


def _locked_rows(order_ids: Collection[UUID], programme: Programme) -> list[OrderPoints]:
    """Lock a row for each order that has ever earned, making those of newly paid orders while the programme runs."""
    if programme.is_active:
        _open_rows(order_ids, programme)
    rows = OrderPoints.objects.select_for_update().filter(order_id__in=order_ids).order_by("order_id")
    return list(rows)


def _open_rows(order_ids: Collection[UUID], programme: Programme) -> None:
    currency = Organisation.objects.values_list("currency", flat=True).get(id=door.organisation_id())
    paid = Order.objects.filter(
        id__in=order_ids, status=Order.Status.PAID, currency=currency, customer__isnull=False
    ).exclude(id__in=OrderPoints.objects.filter(order_id__in=order_ids).values("order_id"))
    owners = dict(paid.order_by("id").values_list("id", "customer_id"))
    tiers = _tiers(set(owners.values())) if owners else {}
    OrderPoints.objects.bulk_create(
        [
            OrderPoints(
                order_id=order_id, customer_id=customer_id, points=0,
                facts=_terms(programme, tiers.get(customer_id), currency),
            )
            for order_id, customer_id in owners.items()
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _tiers(customer_ids: set[UUID]) -> dict[UUID, Tier]:
    return {one: period.tier for one, period in queries.open_periods(list(customer_ids)).items()}


def _terms(programme: Programme, tier: Tier | None, currency: str) -> dict:
    return {
        "currency": currency,
        "rate": str(programme.points_per_unit),
        "tier": tier.code if tier else "",
        "multiplier": str(tier.multiplier if tier else 1),
        "kept_minor": 0,
        "entries": [],
    }


def _post_differences(rows: list[OrderPoints]) -> int:
    """Read what is kept only now that the rows are locked: a refund that came meanwhile is seen."""
    kept = crm.kept_minor([row.order_id for row in rows])
    changed = [(row, owed) for row in rows if (owed := _owed(row, kept[row.order_id])) != row.points]
    rising = [(row, owed) for row, owed in changed if owed > row.points]
    falling = [(row, owed) for row, owed in changed if owed < row.points]
    given = earn_points([_grant(row, owed) for row, owed in rising])
    take_back_points([_take(row, owed) for row, owed in falling])
    for (row, _), entry_id in zip(rising, given, strict=True):
        row.facts["entries"].append(str(entry_id))
    for row, owed in changed:
        row.points, row.revision = owed, row.revision + 1
        row.facts["kept_minor"] = kept[row.order_id]
    OrderPoints.objects.bulk_update([row for row, _ in changed], ["points", "revision", "facts"])
    return len(changed)


def _owed(row: OrderPoints, kept_minor: int) -> int:
    facts = row.facts
    money = Money(kept_minor, facts["currency"])
    return points_for(money, rate=Decimal(facts["rate"]), multiplier=Decimal(facts["multiplier"]))


def _key(row: OrderPoints) -> str:
    return f"points:order:{row.order_id}:{row.revision + 1}"


def _grant(row: OrderPoints, owed: int) -> Grant:
    return Grant(row.customer_id, owed - row.points, _key(row), "order")


def _take(row: OrderPoints, owed: int) -> TakeBack:
    origins = tuple(UUID(one) for one in row.facts["entries"])
    return TakeBack(row.customer_id, row.points - owed, _key(row), "refund", origins)
