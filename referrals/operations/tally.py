"""What limits count: how much counts now, and what it cost. Filled under locks, so that no two share a last place."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from referrals.models import Conversion, MilestoneReached
from referrals.operations.cases import Case
from referrals.operations.gathering import goes_by_day
from referrals.rules import Facts
from referrals.rules.checks import COST_LIMITS, FURTHER_LIMITS
from referrals.rules.terms import Limits
from referrals.rules.windows import fits_window, fullest_window
from tenancy.calendar import own_zone


@dataclass(frozen=True)
class Counted:
    at: datetime
    cost_minor: int
    group: tuple = ()  # payments of one deal count once


@dataclass
class Tally:
    """What counts now, by referrer and by campaign."""

    zone: ZoneInfo
    of_referrers: dict[tuple[UUID, UUID], list[Counted]] = field(default_factory=lambda: defaultdict(list))
    of_campaigns: dict[UUID, list[Counted]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, cases: Sequence[Case]) -> "Tally":
        tally = cls(_zone(cases))
        referrers = {case.referral.referrer_id for case in cases if any(vars(case.terms.limits).values())}
        capped = {case.referral.campaign_id for case in cases if case.terms.limits.is_of_campaign}
        for row in _rows(referrer_id__in=referrers) if referrers else ():
            tally.of_referrers[row[0], row[1]].append(row[2])
        for row in _rows(campaign_id__in=capped) if capped else ():
            tally.of_campaigns[row[0]].append(row[2])
        return tally

    def facts(self, case: Case, cost_minor: int) -> Facts:
        """Give what a case is judged by, with what its limits have counted so far."""
        limits, at = case.terms.limits, case.at
        mine = self.of_referrers[case.referral.campaign_id, case.referral.referrer_id]
        all_ = self.of_campaigns[case.referral.campaign_id]
        times, in_campaign = _times(mine, case), _times(all_, case)
        facts = replace(
            case.facts,
            counted_30_days=fits_window(times, at) if at else 0,
            counted_referrer=len(times),
            counted_campaign=len(in_campaign),
        )
        further = self._further(limits, mine, all_, times, in_campaign, at) if at else {}
        return replace(facts, counted=further, cost_minor=cost_minor if _limits_cost(limits) else 0)

    def _further(self, limits: Limits, mine, all_, times, in_campaign, at: datetime) -> dict[str, int]:
        day = at.astimezone(self.zone).date()
        today = [one for one in mine if one.at.astimezone(self.zone).date() == day]
        today_all = [one for one in all_ if one.at.astimezone(self.zone).date() == day]
        counts = {
            "per_referrer_day": lambda: sum(one.astimezone(self.zone).date() == day for one in times),
            "per_campaign_day": lambda: sum(one.astimezone(self.zone).date() == day for one in in_campaign),
            "per_campaign_30_days": lambda: fits_window(in_campaign, at),
            "per_referrer_day_cost": lambda: _cost(today),
            "per_referrer_30_days_cost": lambda: fullest_window([(one.at, one.cost_minor) for one in mine], at),
            "per_referrer_cost": lambda: _cost(mine),
            "per_campaign_day_cost": lambda: _cost(today_all),
            "per_campaign_30_days_cost": lambda: fullest_window([(one.at, one.cost_minor) for one in all_], at),
            "per_campaign_cost": lambda: _cost(all_),
        }
        names = FURTHER_LIMITS | COST_LIMITS
        return {names[name]: count() for name, count in counts.items() if getattr(limits, name) is not None}

    def add(self, case: Case, cost_minor: int) -> None:
        one = Counted(case.at, cost_minor, _group(case))
        self.of_referrers[case.referral.campaign_id, case.referral.referrer_id].append(one)
        self.of_campaigns[case.referral.campaign_id].append(one)


def _zone(cases: Sequence[Case]) -> ZoneInfo:
    if not any(goes_by_day(case.terms) for case in cases):
        return ZoneInfo("UTC")
    return own_zone()


def _rows(**wanted) -> Iterable[tuple[UUID, UUID, Counted]]:
    names = ("campaign_id", "referrer_id", "paid_at", "cost_minor")
    orders = Conversion.objects.filter(state=Conversion.State.COUNTED, **wanted)
    for campaign_id, referrer_id, at, cost in orders.values_list(*names):
        yield campaign_id, referrer_id, Counted(at, cost)
    reached = MilestoneReached.objects.filter(state=MilestoneReached.State.COUNTED, **wanted)
    more = (*names, "referral_id", "milestone", "subject_kind", "source_id")
    for campaign_id, referrer_id, at, cost, referral_id, milestone, kind, source in reached.values_list(*more):
        group = (referral_id, milestone, str(source)) if kind == "receipt" else ()
        yield campaign_id, referrer_id, Counted(at, cost, group)


def _group(case: Case) -> tuple:
    is_part = case.milestone is not None and case.milestone.subject == "receipt"
    return (case.referral.id, case.milestone.key, case.source_id) if is_part else ()


def _times(counted: Sequence[Counted], case: Case) -> list[datetime]:
    """List when rewards count, payments of one deal once; for a further payment of a deal nothing stands in the way."""
    group, first = _group(case), {}
    if group and any(one.group == group for one in counted):
        return []
    for one in counted:
        if one.group:
            first[one.group] = min(one.at, first.get(one.group, one.at))
    return [one.at for one in counted if not one.group] + list(first.values())


def _cost(counted: Iterable[Counted]) -> int:
    return sum(one.cost_minor for one in counted)


def _limits_cost(limits: Limits) -> bool:
    return any(getattr(limits, name) is not None for name in COST_LIMITS)
