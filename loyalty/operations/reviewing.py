"""Move customers between tiers."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from loyalty import queries
from loyalty.models import Tier, TierHold, TierPeriod
from loyalty.rules import reached
from tenancy import door, events

FIRST, UP, DOWN = "enrolled", "spend", "spend_dropped"


@dataclass(frozen=True)
class _Change:
    customer_id: UUID
    before: TierPeriod | None
    tier: Tier
    spend_minor: int
    hold: TierHold | None = None  # what gives it, where spend would not

    @property
    def cause(self) -> str:
        if self.hold:
            return self.hold.cause
        if self.before is None:
            return FIRST if self.tier.rank == 0 else UP
        return UP if self.tier.rank > self.before.tier.rank else DOWN


def review_tiers(customer_ids: Sequence[UUID] | None = None, *, may_fall: bool = False) -> int:
    """Compare spend and held tiers with where customers are, and move whoever has another; count the moves.

    Named customers rise at once, and fall only if they may: otherwise falling is for the
    scheduled review of everybody (None). A customer without spend and hold is left without a period.
    """
    ladder = {tier.code: tier for tier in queries.tiers()}
    if not ladder or customer_ids == []:
        return 0
    changes = _changes(ladder, customer_ids, may_fall=may_fall or customer_ids is None)
    return _write(changes, lowest=next(iter(ladder.values()))) if changes else 0


def _changes(ladder: dict[str, Tier], customer_ids: Sequence[UUID] | None, *, may_fall: bool) -> list[_Change]:
    rungs = queries.rungs(ladder.values())
    spends = {days: queries.spend(customer_ids, days) for days in {rung.window_days for rung in rungs}}
    present, held = queries.open_periods(customer_ids), queries.held_tiers(customer_ids)
    found = []
    for customer_id in sorted({*present, *held, *(one for spend in spends.values() for one in spend)}):
        spend = {days: by_customer.get(customer_id, 0) for days, by_customer in spends.items()}
        tier, before, hold = ladder[reached(rungs, spend).code], present.get(customer_id), held.get(customer_id)
        is_given = hold is not None and hold.tier.rank > tier.rank
        tier = hold.tier if is_given else tier
        if _moves(before, tier, may_fall=may_fall):
            found.append(_Change(customer_id, before, tier, spend[tier.window_days], hold if is_given else None))
    return found


def _moves(before: TierPeriod | None, tier: Tier, *, may_fall: bool) -> bool:
    if before is None or tier.rank > before.tier.rank:
        return True
    return may_fall and tier.rank < before.tier.rank


def _write(changes: list[_Change], *, lowest: Tier) -> int:
    """Close and open periods; a worker that was faster keeps what it wrote."""
    now = door.moment()
    old = {change.before.id for change in changes if change.before}
    closing = TierPeriod.objects.select_for_update(of=("self",)).filter(id__in=old, until=None).order_by("customer_id")
    closed = list(closing)
    for period in closed:
        period.until = max(now, period.since)  # the demo's clock may have been moved back
    TierPeriod.objects.bulk_update(closed, ["until"], batch_size=1000)
    ours = {period.id for period in closed}
    opening = [change for change in changes if change.before is None or change.before.id in ours]
    periods = TierPeriod.objects.bulk_create(
        (
            TierPeriod(
                customer_id=change.customer_id, tier=change.tier, since=now, cause=change.cause,
                reason=change.hold.reason if change.hold else "", qualifying_minor=change.spend_minor,
            )
            for change in opening
        ),
        ignore_conflicts=True,
        batch_size=1000,
    )  # fmt: skip
    written = set(TierPeriod.objects.filter(id__in=[period.id for period in periods]).values_list("customer_id", flat=True))
    news = [change for change in opening if change.customer_id in written]
    _publish([change for change in news if change.cause != FIRST], lowest)
    return len(news)


def _publish(changes: list[_Change], lowest: Tier) -> None:
    events.publish_many(
        "tier.changed",
        [
            (
                change.customer_id,
                None,
                {
                    "customer_id": str(change.customer_id),
                    "before": change.before.tier.code if change.before else lowest.code,
                    "after": change.tier.code,
                    "names": change.tier.name,
                    "cause": change.cause,
                },
            )
            for change in changes
        ],
    )
