"""Reads of claims."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Avg, F, QuerySet

from crm.models import Interaction, Order
from referrals.models import AttributionDecision, Claim, Invitation, Referral, ReferralCode, Touch, Trace

UNDECIDED = (Claim.State.OPEN, Claim.State.PROPOSED, Claim.State.APPEALED)


def claims() -> QuerySet[Claim]:
    return Claim.objects.select_related("claimant", "rival", "referee", "campaign", "decider__user").order_by("-id")


def waiting_claims() -> QuerySet[Claim]:
    return Claim.objects.filter(state__in=UNDECIDED)


def claims_of_member(customer_id: UUID) -> QuerySet[Claim]:
    """List what a member claimed, and what others claim of theirs."""
    return (claims().filter(claimant_id=customer_id) | claims().filter(rival_id=customer_id)).order_by("-id")


@dataclass(frozen=True)
class Figures:
    """How claims were decided."""

    undecided: int
    overdue: int
    outcomes: dict[str, int]
    for_claimant: int
    appealed: int
    hours: float | None  # from opening to the decision, on average

    @property
    def days(self) -> float | None:
        return self.hours / 24 if self.hours is not None else None

    @property
    def split(self) -> int:
        return self.outcomes.get("split", 0)


def figures(now: datetime) -> Figures:
    rows = Claim.objects.all()
    decided = rows.filter(decided_at__isnull=False)
    told = list(decided.values_list("outcome", "claimant_id", "parts"))
    took = decided.aggregate(took=Avg(F("decided_at") - F("opened_at")))["took"]
    return Figures(
        undecided=rows.filter(state__in=UNDECIDED).count(),
        overdue=rows.filter(state__in=UNDECIDED, due_at__lt=now).count(),
        outcomes=dict(Counter(outcome for outcome, _who, _parts in told)),
        for_claimant=sum(any(part["referrer"] == str(who) for part in parts) for _outcome, who, parts in told),
        appealed=rows.filter(appealed_at__isnull=False).count(),
        hours=took.total_seconds() / 3600 if took else None,
    )


@dataclass(frozen=True)
class Moment:
    """Something on the time line of a customer who is claimed."""

    at: datetime
    kind: str  # link, form, code, word, import, order, talk, confirmed, claim
    referrer_id: UUID | None = None
    detail: Any = ""
    count: int = 1


def time_line(referee_id: UUID, referral: Referral | None) -> list[Moment]:
    """Put everything in one line that says who brought a customer and what they did since, the earliest first."""
    moments = [*_touches(referee_id, referral), *_deeds(referee_id)]
    if referral:
        moments.append(Moment(referral.confirmed_at, "confirmed", _first_referrer(referral)))
    return sorted(moments, key=lambda one: one.at)


def _first_referrer(referral: Referral) -> UUID:
    """Say for whom the friend counted when they signed up."""
    first = AttributionDecision.objects.filter(referral_id=referral.id).order_by("id").first()
    return UUID(first.parts[0]["referrer"]) if first and first.cause == "confirmed" and first.parts else referral.referrer_id


def _touches(referee_id: UUID, referral: Referral | None) -> list[Moment]:
    forms = Invitation.objects.filter(referral_id=referral.id) if referral else Invitation.objects.none()
    known = list(forms.values_list("contact_hash", "visitor"))
    traces = Trace.objects.filter(referee_id=referee_id) | Trace.objects.filter(
        contact_hash__in=[mark for mark, _visitor in known]
    )
    links = list(Touch.objects.filter(visitor__in=[visitor for _mark, visitor in known if visitor])) if known else []
    owners = dict(ReferralCode.objects.filter(id__in={link.code_id for link in links}).values_list("id", "referrer_id"))
    found = [Moment(row.occurred_at, row.kind, row.referrer_id, row.channel) for row in traces]
    return found + _gathered([(link.occurred_at, owners.get(link.code_id), link.channel) for link in links])


def _gathered(links: list) -> list[Moment]:
    """Put the scans of one code within an hour together."""
    counted: Counter = Counter()
    first: dict[tuple, datetime] = {}
    for at, owner, channel in sorted(links, key=lambda link: link[0]):
        place = (at.replace(minute=0, second=0, microsecond=0), owner, channel)
        first.setdefault(place, at)
        counted[place] += 1
    return [Moment(first[place], "link", place[1], place[2], count) for place, count in counted.items()]


def _deeds(referee_id: UUID) -> list[Moment]:
    orders = Order.objects.filter(customer_id=referee_id, paid_at__isnull=False)[:50]
    talks = Interaction.objects.filter(customer_id=referee_id, removed_at=None).order_by("-occurred_at")[:30]
    return [Moment(order.paid_at, "order", None, order) for order in orders] + [
        Moment(talk.occurred_at, "talk", None, talk.get_kind_display()) for talk in talks
    ]
