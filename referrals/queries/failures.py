"""Why referrals failed: counts by reason, whom it lay with, and what was said where the time stamps say otherwise."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Avg, Count, F, Q

from referrals import reasons
from referrals.models import Closing, FollowUp, Referral


@dataclass(frozen=True)
class Failure:
    reason: str
    label: str
    who: str
    count: int
    share: float
    is_system: bool
    stated: tuple[tuple[str, int], ...]  # what colleagues had said of those


@dataclass(frozen=True)
class Side:
    who: str
    label: str
    count: int
    failures: list[Failure]


@dataclass(frozen=True)
class Promptness:
    """How soon friends heard from us."""

    started: int
    in_time: int
    late: int
    waiting: int
    overdue: int
    average: timedelta | None

    @property
    def share(self) -> float | None:
        told = self.in_time + self.late + self.overdue
        return self.in_time / told if told else None


def failures_of(campaign_id: UUID) -> list[Side]:
    """Count what a campaign's referrals failed for, in two levels: whom it lay with, and what."""
    rows = Referral.objects.filter(campaign_id=campaign_id).exclude(close_reason="")
    counts = Counter(dict(rows.order_by().values_list("close_reason").annotate(n=Count("id"))))
    total, stated = sum(counts.values()), _stated(campaign_id)
    sides = defaultdict(list)
    for reason, count in counts.most_common():
        who = reasons.who(reason) if reason in reasons.REASONS else "system"
        label = reasons.label(reason) if reason in reasons.REASONS else reason
        sides[who].append(
            Failure(
                reason, label, who, count, count / total, reason in reasons.LATENESS, tuple(stated[reason].most_common())
            )
        )
    found = [Side(key, str(reasons.WHO[key]), sum(one.count for one in each), each) for key, each in sides.items()]
    return sorted(found, key=lambda side: -side.count)


def _stated(campaign_id: UUID) -> dict[str, Counter]:
    found: dict[str, Counter] = defaultdict(Counter)
    rows = Closing.objects.filter(referral__campaign_id=campaign_id).exclude(stated="").order_by()
    for reason, stated, count in rows.values_list("reason", "stated").annotate(n=Count("id")):
        known = reasons.label(stated) if stated in reasons.REASONS else stated
        found[reason][known] += count
    return found


def promptness_of(campaign_id: UUID, now) -> Promptness:
    """Say how many friends heard from us in time, in one statement."""
    rows = FollowUp.objects.filter(referral__campaign_id=campaign_id)
    in_time = Q(contacted_at__lte=F("contact_due_at"))
    told = rows.aggregate(
        started=Count("id"), in_time=Count("id", filter=in_time),
        late=Count("id", filter=Q(contacted_at__gt=F("contact_due_at"))),
        waiting=Count("id", filter=Q(contacted_at=None, ended_at=None, contact_due_at__gt=now)),
        overdue=Count("id", filter=Q(contacted_at=None, contact_due_at__lte=now, ended_at=None)),
        average=Avg(F("contacted_at") - F("created_at")),
    )  # fmt: skip
    return Promptness(**told)


def latest_closing(referral_id: UUID) -> Closing | None:
    return Closing.objects.filter(referral_id=referral_id).order_by("-id").first()
