"""Reads of the points programme and its tiers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from crm import queries as crm
from loyalty.models import Badge, CustomerBadge, OrderPoints, Programme, Tier, TierHold, TierPeriod
from loyalty.rules import Rung, following, progress
from tenancy import door


@dataclass(frozen=True)
class Standing:
    """Where a customer stands, and how far it is to the next tier (none at the top)."""

    tier: Tier
    next_tier: Tier | None
    spend_minor: int  # kept, within the next tier's window
    missing_minor: int
    percent: int
    since: datetime | None
    held_until: datetime | None = None  # it is given until then, whatever is spent


@dataclass(frozen=True)
class TierCount:
    tier: Tier
    members: int


def programme() -> Programme | None:
    """The points programme, if one was set up."""
    return Programme.objects.first()


def tiers() -> QuerySet[Tier]:
    """All tiers, lowest first."""
    return Tier.objects.order_by("rank")


def rungs(tiers: Iterable[Tier]) -> list[Rung]:
    """See tiers as the rules do."""
    return [Rung(tier.code, tier.rank, tier.threshold_minor, tier.window_days) for tier in tiers]


def spend(customer_ids: Sequence[UUID] | None, window_days: int) -> dict[UUID, int]:
    """Sum what customers paid and kept within the window that ends now."""
    now = door.moment()
    return crm.kept_spend(customer_ids, now - timedelta(days=window_days), now + timedelta(microseconds=1))


def standing(customer_id: UUID) -> Standing | None:
    """Tell a customer's tier and the way to the next; none where no tiers were set up."""
    ladder = {tier.code: tier for tier in tiers()}
    if not ladder:
        return None
    period = open_periods([customer_id]).get(customer_id)
    tier = ladder[period.tier.code] if period else next(iter(ladder.values()))
    rung = following(rungs(ladder.values()), tier.rank)
    window = rung.window_days if rung else tier.window_days
    spent = spend([customer_id], window).get(customer_id, 0)
    missing, percent = progress(spent, rung.threshold_minor) if rung else (0, 100)
    return Standing(
        tier=tier, next_tier=ladder[rung.code] if rung else None, spend_minor=spent, missing_minor=missing,
        percent=percent, since=period.since if period else None, held_until=_held_until(customer_id, tier),
    )  # fmt: skip


def _held_until(customer_id: UUID, tier: Tier) -> datetime | None:
    hold = held_tiers([customer_id]).get(customer_id)
    return hold.until if hold and hold.tier_id == tier.id else None


def open_periods(customer_ids: Sequence[UUID] | None = None) -> dict[UUID, TierPeriod]:
    """Give the present tier period of each customer who has one; None means everybody."""
    periods = TierPeriod.objects.filter(until=None).select_related("tier")
    if customer_ids is not None:
        periods = periods.filter(customer_id__in=list(customer_ids))
    return {period.customer_id: period for period in periods}


def holds() -> QuerySet[TierHold]:
    """Tiers that are held now, whatever is spent."""
    now = door.moment()
    return TierHold.objects.filter(Q(until=None) | Q(until__gt=now), ended_at=None).select_related("tier")


def held_tiers(customer_ids: Sequence[UUID] | None = None) -> dict[UUID, TierHold]:
    """Give the highest tier that each customer holds now, of several the one that lasts; None means everybody."""
    rows = holds() if customer_ids is None else holds().filter(customer_id__in=list(customer_ids))
    by_worth = sorted(rows, key=lambda hold: (hold.tier.rank, hold.until is None, hold.until or hold.since))
    return {hold.customer_id: hold for hold in by_worth}


def badges() -> QuerySet[Badge]:
    return Badge.objects.order_by("code")


def badges_of(customer_id: UUID) -> list[CustomerBadge]:
    """A customer's badges, each once, the first gift of it."""
    rows = CustomerBadge.objects.filter(customer_id=customer_id, taken_at=None).select_related("badge").order_by("-given_at")
    return sorted({row.badge_id: row for row in rows}.values(), key=lambda row: row.given_at)


def badge_counts() -> dict[UUID, int]:
    """Count who has each badge now."""
    rows = CustomerBadge.objects.filter(taken_at=None).values_list("badge_id")
    return dict(rows.annotate(n=Count("customer_id", distinct=True)).order_by())


def reward_names() -> dict[tuple[str, str], dict[str, str]]:
    """Name what a reward may give: ("tier", code) and ("badge", code)."""
    tiers_named = {("tier", code): name for code, name in Tier.objects.values_list("code", "name")}
    return tiers_named | {("badge", code): name for code, name in Badge.objects.values_list("code", "name")}


def tier_codes(customer_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Name the tier of each customer; those without a period are where everybody starts."""
    lowest = tiers().values_list("code", flat=True).first() or ""
    found = {customer_id: period.tier.code for customer_id, period in open_periods(customer_ids).items()}
    return dict.fromkeys(customer_ids, lowest) | found


def history(customer_id: UUID) -> QuerySet[TierPeriod]:
    """A customer's time in each tier, newest first."""
    return TierPeriod.objects.filter(customer_id=customer_id).select_related("tier").order_by("-since", "-id")


def members_by_tier() -> list[TierCount]:
    """Count the customers in each tier."""
    counts = dict(TierPeriod.objects.filter(until=None).values_list("tier_id").annotate(n=Count("id")).order_by())
    return [TierCount(tier, counts.get(tier.id, 0)) for tier in tiers()]


def order_points(order_ids: Iterable[UUID]) -> dict[UUID, OrderPoints]:
    """Give what orders earned, with the arithmetic."""
    return {row.order_id: row for row in OrderPoints.objects.filter(order_id__in=list(order_ids))}


def points_from_orders() -> int:
    """Sum the points that all orders have earned and kept."""
    return OrderPoints.objects.aggregate(total=Sum("points"))["total"] or 0
