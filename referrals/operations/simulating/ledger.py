"""What really happened: the rewards of a campaign as the ledger has them now, by the thing that earned them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from referrals.models import Conversion, MilestoneReached, Referral
from referrals.operations.simulating.replaying import add, name_of
from rewards.models import Reward, RewardMove
from rewards.operations.lifecycle.restoring import CAUSES

_NEVER = (Reward.State.ESTIMATED, Reward.State.LAPSED)
_COLUMNS = (
    "id", "key", "referral_id", "role", "kind", "unit__code", "kept", "cost_minor", "returned_minor", "options", "budget_id",
    "successor_id", "title",
)  # fmt: skip


@dataclass
class Fact:
    """The rewards of one order or milestone, net of what was taken back."""

    referral: UUID
    at: datetime
    lines: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)
    cost_minor: int = 0
    in_budget_minor: int = 0
    was_changed_by_hand: bool = False
    was_chosen: bool = False


def ledger_of(campaign_id: UUID) -> dict[str, Fact]:
    """Sum the rewards of a campaign by place: "<order>", or "<subject>.<milestone>"."""
    at = _times(campaign_id)
    rows = Reward.objects.filter(campaign_id=campaign_id, referral_id__isnull=False).exclude(state__in=_NEVER)
    by_hand = _changed_by_hand(campaign_id)
    facts: dict[str, Fact] = {}
    for row in rows.filter(key__startswith="reward:").order_by("id").values(*_COLUMNS).iterator(chunk_size=5000):
        place = row["key"].split(":")[2]
        if place in at:
            fact = facts.setdefault(place, Fact(row["referral_id"], at[place]))
            _add(fact, row, row["id"] in by_hand)
    return facts


def _add(fact: Fact, row: Mapping, is_by_hand: bool) -> None:
    fact.was_changed_by_hand |= is_by_hand
    fact.was_chosen |= bool(row["successor_id"])
    if not row["kept"]:
        return
    is_choice = len(row["options"]) > 1
    name = name_of(row["role"], row["kind"], row["unit__code"], is_choice)
    add(fact.lines, name, row["kept"], row["cost_minor"])
    fact.cost_minor += row["cost_minor"]
    if row["budget_id"]:
        fact.in_budget_minor += row["cost_minor"] - row["returned_minor"]


def _times(campaign_id: UUID) -> dict[str, datetime]:
    """Say when everything that ever counted happened."""
    orders = Conversion.objects.filter(campaign_id=campaign_id).values_list("order_id", "paid_at")
    found = {str(order_id): at for order_id, at in orders}
    reached = MilestoneReached.objects.filter(campaign_id=campaign_id).values_list("subject_id", "milestone", "paid_at")
    return found | {f"{subject}.{milestone}": at for subject, milestone, at in reached}


def _changed_by_hand(campaign_id: UUID) -> set[UUID]:
    """Find rewards that a person took back: no rule says so."""
    ids = Reward.objects.filter(campaign_id=campaign_id, kept__lt=1).values("id")
    moves = RewardMove.objects.filter(reward_id__in=ids, after=Reward.State.REVERSED, amount__gt=0, gives_again=False)
    return set(moves.exclude(cause__in=CAUSES).order_by().values_list("reward_id", flat=True))


def budget_had(campaign_id: UUID) -> int:
    """Sum what a campaign's rewards take of its budget now."""
    rows = Reward.objects.filter(campaign_id=campaign_id, budget_id__isnull=False).exclude(state__in=_NEVER)
    sums = rows.aggregate(cost=Sum("cost_minor"), back=Sum("returned_minor"))
    return (sums["cost"] or 0) - (sums["back"] or 0)


def referrers_of(campaign_id: UUID) -> dict[UUID, tuple[UUID, UUID, str]]:
    """Give referrer, friend and risk of each referral."""
    rows = Referral.objects.filter(campaign_id=campaign_id).values_list("id", "referrer_id", "referee_id", "risk")
    return {id: (referrer, friend, risk) for id, referrer, friend, risk in rows}
