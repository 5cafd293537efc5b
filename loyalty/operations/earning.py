"""Points for paid orders, kept in step with what of their money stays."""

from collections.abc import Collection, Iterable
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from crm import queries as crm
from crm.models import Order
from foundation.money import Money
from loyalty import queries
from loyalty.models import OrderPoints, Programme, Tier
from loyalty.rules import points_for
from rewards.operations import Activity, Again, Grant, TakeBack, change_points, lock_points, note_activity
from tenancy import door
from tenancy.models import Organisation

ORDER = "order"  # what activity lets points live longer
_BOUGHT = ("id", "customer_id", "paid_at")


@transaction.atomic
def award_orders(order_ids: Collection[UUID]) -> int:
    """Give orders the points their kept money earns, and post only the difference to before; count what changed.

    The same number of statements however many orders. Rate, tier and multiplier
    are those of the first time, so that a refund takes back its own part, and one that
    was cancelled gives it again. Orders in another currency than the organisation's earn
    nothing. An order that earns for the first time may let the buyer's points live longer.
    """
    programme = queries.programme()
    if programme is None:
        return 0
    activities = _open_rows(order_ids, programme) if programme.is_active else []
    rows = list(OrderPoints.objects.select_for_update().filter(order_id__in=order_ids).order_by("order_id"))
    if activities:  # or two batches that post to each other's buyers, then lengthen, could wait for each other
        lock_points({row.customer_id for row in rows})
    changed = _post_differences(rows) if rows else 0
    note_activity(activities, cause=ORDER)
    return changed


def _open_rows(order_ids: Collection[UUID], programme: Programme) -> list[Activity]:
    """Make a row for each newly paid order, and tell who was active by that; another worker may make it, too."""
    currency = Organisation.objects.values_list("currency", flat=True).get(id=door.organisation_id())
    paid = Order.objects.filter(
        id__in=order_ids, status=Order.Status.PAID, currency=currency, customer__isnull=False
    ).exclude(id__in=OrderPoints.objects.filter(order_id__in=order_ids).values("order_id"))
    found = [Activity(customer_id, paid_at, id) for id, customer_id, paid_at in paid.order_by("id").values_list(*_BOUGHT)]
    tiers = _tiers({one.customer_id for one in found}) if found else {}
    OrderPoints.objects.bulk_create(
        [
            OrderPoints(
                order_id=one.cause_id, customer_id=one.customer_id, points=0,
                facts=_terms(programme, tiers.get(one.customer_id), currency),
            )
            for one in found
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return found


def _tiers(customer_ids: set[UUID]) -> dict[UUID, Tier]:
    return {one: period.tier for one, period in queries.open_periods(list(customer_ids)).items()}


def _terms(programme: Programme, tier: Tier | None, currency: str) -> dict:
    return {
        "currency": currency,
        "rate": str(programme.points_per_unit),
        "tier": tier.code if tier else "",
        "multiplier": str(tier.multiplier if tier else 1),
        "kept_minor": 0,
        "entries": [],  # that gave the points
        "reversals": [],  # entries that took some back
    }


def _post_differences(rows: list[OrderPoints]) -> int:
    """Read what is kept only now that the rows are locked: a refund that came meanwhile is seen."""
    kept = crm.kept_minor([row.order_id for row in rows])
    changed = [(row, owed) for row in rows if (owed := _owed(row, kept[row.order_id])) != row.points]
    posted = change_points([_rise(row, owed) if owed > row.points else _take(row, owed) for row, owed in changed])
    for (row, owed), entry_ids in zip(changed, posted, strict=True):
        which = "entries" if owed > row.points else "reversals"
        row.facts[which] = [*row.facts.get(which, []), *(str(one) for one in entry_ids)]
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


def _rise(row: OrderPoints, owed: int) -> Grant | Again:
    """Give points for the first time, or again what refunds took, the newest first."""
    reversals = _ids(row.facts.get("reversals", []))
    if not reversals:
        return Grant(row.customer_id, owed - row.points, _key(row), "order")
    return Again(row.customer_id, owed - row.points, _key(row), "refund_cancelled", reversals[::-1])


def _take(row: OrderPoints, owed: int) -> TakeBack:
    return TakeBack(row.customer_id, row.points - owed, _key(row), "refund", _ids(row.facts["entries"]))


def _ids(texts: Iterable[str]) -> tuple[UUID, ...]:
    return tuple(UUID(one) for one in texts)
