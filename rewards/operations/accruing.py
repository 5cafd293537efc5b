"""Promise rewards: budget reserved, programme → pending."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from foundation.ids import new_id
from rewards import ledger
from rewards.errors import LedgerConflict, NotPositive, UnknownBudget
from rewards.models import Budget, CouponKind, JournalEntry, Reward, RewardMove, Unit
from rewards.operations import budgets
from rewards.operations.claiming import give_right
from rewards.operations.units import COUPON, POINT, units
from tenancy import door, events

State = Reward.State


@dataclass(frozen=True)
class Promise:
    """What is promised to whom. Same key and same facts give the first reward again.

    `amount` is points, smallest parts of `currency`, or 1 for a coupon. Without
    `cost_minor`, cash costs itself, a coupon what it can take off, and a point one.
    """

    key: str  # reward:{rule}:{cause}:{beneficiary}
    kind: str  # Reward.Kind: points, cash, coupon
    customer_id: UUID  # the beneficiary
    role: str  # referrer, referee
    hold_until: datetime
    amount: int = 1
    currency: str = ""  # for cash
    coupon_kind_id: UUID | None = None  # for a coupon
    budget_id: UUID | None = None
    cost_minor: int | None = None
    hold_cause: str = "refund_window"
    is_held: bool = False  # under review from the start
    promised_by: datetime | None = None  # none: when the hold ends
    campaign_id: UUID | None = None
    referral_id: UUID | None = None
    decision_id: UUID | None = None
    order_id: UUID | None = None

    @property
    def unit_code(self) -> str:
        return {Reward.Kind.POINTS: POINT, Reward.Kind.COUPON: COUPON}.get(self.kind, self.currency)


@transaction.atomic
def accrue(promises: Sequence[Promise]) -> list[Reward]:
    """Promise rewards, in the order given; each key once.

    Budgets are reserved together or not at all (BudgetExhausted), and nothing of a
    refused call remains.
    """
    if any(promise.amount <= 0 for promise in promises):
        raise NotPositive
    known_units = units(sorted({promise.unit_code for promise in promises})) if promises else {}
    costs = _costs(promises)
    made = [_reward(promise, known_units[promise.unit_code], costs[promise]) for promise in promises]
    Reward.objects.bulk_create(sorted(made, key=lambda reward: reward.key), ignore_conflicts=True)
    rewards = {reward.key: reward for reward in _by_key([promise.key for promise in promises])}
    _refuse_other_facts(made, rewards)
    ours = {reward.id for reward in made}
    _promise_all([reward for reward in rewards.values() if reward.id in ours])
    return [rewards[promise.key] for promise in promises]


def _reward(promise: Promise, unit: Unit, cost_minor: int) -> Reward:
    return Reward(
        id=new_id(), key=promise.key, kind=promise.kind, beneficiary_id=promise.customer_id, role=promise.role,
        unit=unit, coupon_kind_id=promise.coupon_kind_id, amount=promise.amount, kept=promise.amount,
        cost_minor=cost_minor, budget_id=promise.budget_id, state=State.HELD if promise.is_held else State.ACCRUED,
        hold_until=promise.hold_until, hold_cause=promise.hold_cause,
        promised_by=promise.promised_by or promise.hold_until, accrued_at=door.moment(),
        campaign_id=promise.campaign_id, referral_id=promise.referral_id, decision_id=promise.decision_id,
        order_id=promise.order_id, account_id=ledger.account_id(promise.customer_id, unit.id),
    )  # fmt: skip


def _costs(promises: Sequence[Promise]) -> dict[Promise, int]:
    kinds = CouponKind.objects.in_bulk({p.coupon_kind_id for p in promises if p.coupon_kind_id})
    return {promise: _cost(promise, kinds.get(promise.coupon_kind_id)) for promise in promises}


def _cost(promise: Promise, kind: CouponKind | None) -> int:
    if promise.cost_minor is not None:
        return promise.cost_minor
    if kind:
        return (kind.value_minor or kind.cap_minor or 0) * promise.amount
    return promise.amount


def _by_key(keys: list[str]):
    return Reward.objects.filter(key__in=keys).select_related("unit")


def _refuse_other_facts(made: list[Reward], first: dict[str, Reward]) -> None:
    for reward in made:
        if _facts(first[reward.key]) != _facts(reward):
            raise LedgerConflict(key=reward.key)


def _facts(reward: Reward) -> tuple:
    return reward.kind, reward.beneficiary_id, reward.role, reward.unit_id, reward.amount, reward.coupon_kind_id


def _promise_all(rewards: list[Reward]) -> None:
    if not rewards:
        return
    _refuse_unknown_budgets(rewards)
    posted = ledger.post([_entry(reward) for reward in rewards])
    give_right([reward for reward in rewards if reward.state == State.ACCRUED])
    RewardMove.objects.bulk_create(_move(reward, entry.entry_id) for reward, entry in zip(rewards, posted, strict=True))
    events.publish_many("reward.accrued", [(reward.id, None, _news(reward)) for reward in rewards])
    reserved = Counter()
    for reward in rewards:
        reserved[reward.budget_id] += reward.cost_minor
    budgets.move(reserved=reserved)


def _refuse_unknown_budgets(rewards: list[Reward]) -> None:
    named = {reward.budget_id for reward in rewards} - {None}
    if named and Budget.objects.filter(id__in=named).count() != len(named):
        raise UnknownBudget


def _entry(reward: Reward) -> ledger.Entry:
    arrow = ledger.Arrow(reward.beneficiary_id, reward.unit_id, "programme", "pending", reward.amount, reward_id=reward.id)
    return ledger.Entry(kind=JournalEntry.Kind.ACCRUAL, key=f"accrue:{reward.id}", arrows=(arrow,))


def _move(reward: Reward, entry_id: UUID) -> RewardMove:
    actor = door.actor()
    return RewardMove(
        reward_id=reward.id, before="", after=reward.state, amount=reward.amount, cause="accrued", entry_id=entry_id,
        actor_kind=actor.kind, actor_id=actor.id, occurred_at=door.moment(),
    )  # fmt: skip


def _news(reward: Reward) -> dict:
    return {
        "customer_id": str(reward.beneficiary_id),
        "role": reward.role,
        "kind": reward.kind,
        "unit": reward.unit.code,
        "amount": reward.amount,
        "hold_until": reward.hold_until.isoformat(),
        "referral_id": str(reward.referral_id) if reward.referral_id else None,
        "campaign_id": str(reward.campaign_id) if reward.campaign_id else None,
    }
