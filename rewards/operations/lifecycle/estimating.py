"""Expectations: what will come if all goes well. Nothing is promised, booked or reserved until it does."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from foundation.ids import new_id
from rewards import ledger
from rewards.models import Reward, RewardMove
from rewards.operations.accounts.units import units
from tenancy import door

if TYPE_CHECKING:
    from rewards.operations.lifecycle.accruing import Promise

State = Reward.State
WAITS = "friend_buys"  # what an expectation waits for
LAPSED = "lapsed"
# What a promise decides about a reward that was only expected until now.
_DECIDED = (
    "key", "amount", "kept", "cost_minor", "budget_id", "state", "hold_until", "hold_cause", "promised_by", "accrued_at",
    "campaign_id", "decision_id", "order_id", "title", "details", "code", "options", "option", "chosen_at",
)  # fmt: skip


@transaction.atomic
def estimate(expectations: Sequence["Promise"]) -> list[Reward]:
    """Note what people may expect until `hold_until`; each key once. Gives those that are new."""
    if not expectations:
        return []
    known_units = units(sorted({one.unit_code for one in expectations}))
    made = [_expected(one, known_units[one.unit_code]) for one in expectations]
    Reward.objects.bulk_create(sorted(made, key=lambda reward: reward.key), ignore_conflicts=True)
    new = set(Reward.objects.filter(id__in=[reward.id for reward in made]).values_list("id", flat=True))
    fresh = [reward for reward in made if reward.id in new]
    _note(fresh, before="", after=State.ESTIMATED, cause=WAITS)
    return fresh


def expected_of(referral_ids: Collection[UUID]) -> QuerySet[Reward]:
    """List the expectations of referrals that have neither come true nor lapsed."""
    return Reward.objects.filter(referral_id__in=referral_ids, hold_cause=WAITS, state=State.ESTIMATED)


@transaction.atomic
def lapse(reward_ids: Collection[UUID], *, cause: str) -> int:
    """Let expectations go that will not come true; count them. Others among the rewards stay as they are."""
    rows = Reward.objects.select_for_update().filter(id__in=reward_ids, state=State.ESTIMATED).order_by("id")
    gone = list(rows)
    Reward.objects.filter(id__in=[reward.id for reward in gone]).update(state=State.LAPSED, hold_cause=LAPSED)
    _note(gone, before=State.ESTIMATED, after=State.LAPSED, cause=cause)
    return len(gone)


@transaction.atomic
def expect_again(reward_ids: Collection[UUID], *, cause: str) -> int:
    """Expect again what had been let go, because the reason has fallen away; count them."""
    rows = Reward.objects.select_for_update().filter(id__in=reward_ids, state=State.LAPSED).order_by("id")
    back = list(rows)
    Reward.objects.filter(id__in=[reward.id for reward in back]).update(state=State.ESTIMATED, hold_cause=WAITS)
    _note(back, before=State.LAPSED, after=State.ESTIMATED, cause=cause)
    return len(back)


def lapse_overdue(*, limit: int = 1000) -> int:
    """Let expectations go whose time is over; count them."""
    due = Reward.objects.filter(hold_cause=WAITS, hold_until__lte=door.moment()).order_by("hold_until")
    return lapse(list(due.values_list("id", flat=True)[:limit]), cause="outside_window")


def come_true(made: Mapping[UUID, Reward]) -> dict[UUID, str]:
    """Turn expectations into what is promised now: `made` by the id of the expectation.

    A reward that takes an expectation's place takes its id; gives the former states by id.
    """
    if not made:
        return {}
    expected = Reward.objects.select_for_update().filter(id__in=made, state=State.ESTIMATED).order_by("id")
    rows = [row for row in expected if row.unit_id == made[row.id].unit_id]
    taken = set(Reward.objects.filter(key__in=[made[row.id].key for row in rows]).values_list("key", flat=True))
    rows = [row for row in rows if made[row.id].key not in taken]
    for row in rows:
        promised = made[row.id]
        for name in _DECIDED:
            setattr(row, name, getattr(promised, name))
        promised.id = row.id
    Reward.objects.bulk_update(rows, _DECIDED)
    return {row.id: State.ESTIMATED for row in rows}


def _expected(promise: "Promise", unit) -> Reward:
    return Reward(
        id=new_id(), key=promise.key, kind=promise.kind, beneficiary_id=promise.customer_id, role=promise.role, unit=unit,
        coupon_kind_id=promise.coupon_kind_id, amount=promise.amount, kept=0, state=State.ESTIMATED,
        hold_until=promise.hold_until, hold_cause=WAITS, promised_by=promise.promised_by or promise.hold_until,
        accrued_at=door.moment(), account_id=ledger.account_id(promise.customer_id, unit.id), title=dict(promise.title),
        details=dict(promise.details), options=[option.json() for option in promise.options],
        campaign_id=promise.campaign_id, referral_id=promise.referral_id,
    )  # fmt: skip


def _note(rewards: Sequence[Reward], *, before: str, after: str, cause: str) -> None:
    actor = door.actor()
    RewardMove.objects.bulk_create(
        RewardMove(
            reward_id=reward.id, before=before, after=after, amount=reward.amount, cause=cause, actor_kind=actor.kind,
            actor_id=actor.id, occurred_at=door.moment(),
        )
        for reward in rewards
    )  # fmt: skip
