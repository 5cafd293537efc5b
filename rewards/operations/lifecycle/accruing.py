"""Promise rewards: budget reserved, programme → pending."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from foundation.ids import new_code, new_id
from rewards import ledger
from rewards.errors.general import AmountTooLarge, LedgerConflict, NotPositive, UnknownBudget
from rewards.models import Budget, CouponKind, JournalEntry, Reward, RewardMove, Unit
from rewards.operations.accounts.units import COUPON, PIECE, POINT, units
from rewards.operations.budgets import figures as budgets
from rewards.operations.budgets import waiting
from rewards.operations.lifecycle import asking, estimating
from rewards.operations.lifecycle.claiming import give_right
from rewards.rules import in_kind
from rewards.rules.budgets import Funding
from tenancy import door, events

State = Reward.State


@dataclass(frozen=True)
class Option:
    """One of several things of equal cost that a person may choose from."""

    kind: str
    cost_minor: int
    amount: int = 1
    currency: str = ""
    coupon_kind_id: UUID | None = None
    title: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    whole: int = 0  # amount in the terms, before anything was given back; none: `amount`

    @property
    def unit_code(self) -> str:
        return unit_code(self.kind, self.currency)

    def json(self) -> dict[str, Any]:
        return {
            "kind": self.kind, "unit": self.unit_code, "amount": self.amount, "whole": self.whole or self.amount,
            "cost_minor": self.cost_minor, "coupon_kind_id": str(self.coupon_kind_id) if self.coupon_kind_id else None,
            "title": dict(self.title), "details": dict(self.details),
        }  # fmt: skip


@dataclass(frozen=True)
class Promise:
    """What is promised to whom. Same key and same facts give the first reward again.

    `amount` is points, smallest parts of `currency`, or pieces. Without `cost_minor`,
    cash costs itself, a coupon what it can take off, a point one, and a piece nothing.
    `title` and `details` belong to what is given in kind (rewards/rules/in_kind.py).
    """

    key: str  # reward:{rule}:{cause}:{beneficiary}
    kind: str  # Reward.Kind
    customer_id: UUID  # the beneficiary
    role: str  # referrer, referee, member
    hold_until: datetime
    amount: int = 1
    currency: str = ""  # for cash
    coupon_kind_id: UUID | None = None  # for a coupon
    title: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    options: tuple[Option, ...] = ()  # to choose from; the promise itself is options[option]
    option: int = 0
    chosen_at: datetime | None = None
    budget_id: UUID | None = None
    cost_minor: int | None = None
    funding: str = Funding.COVERED  # how the budget pays: within its limit, over it, with approval, or later
    hold_cause: str = "refund_window"
    is_held: bool = False  # under review from the start
    is_risky: bool = False  # the policy may want a second person for it
    asks: tuple[str, ...] = ()  # reasons of the caller's own for which a second person has to agree
    makers: tuple[UUID, ...] = ()  # people it goes back to, beside the one who does it now
    agreed: tuple[str, ...] = ()  # reasons for which a second person has agreed already
    fulfils: UUID | None = None  # an expectation that comes true with it
    promised_by: datetime | None = None  # none: when the hold ends
    campaign_id: UUID | None = None
    referral_id: UUID | None = None
    decision_id: UUID | None = None
    order_id: UUID | None = None

    @property
    def unit_code(self) -> str:
        return unit_code(self.kind, self.currency)


def unit_code(kind: str, currency: str) -> str:
    if kind in in_kind.IN_KIND:
        return PIECE
    return {Reward.Kind.POINTS: POINT, Reward.Kind.COUPON: COUPON}.get(kind, currency)


@transaction.atomic
def accrue(promises: Sequence[Promise]) -> list[Reward]:
    """Promise rewards, in the order given; each key once.

    Budgets are reserved together or not at all (BudgetExhausted), and nothing of a
    refused call remains. A reward that the policy wants a second person for is held
    until one has agreed.
    """
    if not promises:
        return []
    _refuse_malformed(promises)
    known_units = units(sorted({promise.unit_code for promise in promises}))
    policy = asking.policy()
    costs = _costs(promises)
    if max(*costs, *(promise.amount for promise in promises)) > ledger.LARGEST:
        raise AmountTooLarge
    reasons = [_reasons(policy, *pair) for pair in zip(promises, costs, strict=True)]
    made = [
        _reward(promise, known_units[promise.unit_code], cost, bool(why))
        for promise, cost, why in zip(promises, costs, reasons, strict=True)
    ]
    before = estimating.come_true({p.fulfils: reward for p, reward in zip(promises, made, strict=True) if p.fulfils})
    fresh = [reward for reward in made if reward.id not in before]
    Reward.objects.bulk_create(sorted(fresh, key=lambda reward: reward.key), ignore_conflicts=True)
    rewards = {reward.key: reward for reward in _by_key([promise.key for promise in promises])}
    _refuse_other_facts(made, rewards)
    ours = {reward.id for reward in made}
    new = [reward for reward in rewards.values() if reward.id in ours]
    by_key = {promise.key: promise for promise in promises}
    _promise_all(new, before, [by_key[reward.key] for reward in new])
    questions = {reward.key: (why, promise.makers) for reward, why, promise in zip(made, reasons, promises, strict=True)}
    asking.ask_for_rewards([(reward, *questions[reward.key]) for reward in new if questions[reward.key][0]])
    return [rewards[promise.key] for promise in promises]


def _refuse_malformed(promises: Sequence[Promise]) -> None:
    for promise in promises:
        in_kind.check(promise.kind, promise.title, promise.details)
        for option in promise.options:
            in_kind.check(option.kind, option.title, option.details)
        if promise.amount <= 0 or any(option.amount <= 0 for option in promise.options):
            raise NotPositive


def _reasons(policy: asking.Policy, promise: Promise, cost_minor: int) -> list[str]:
    found = asking.reasons_for_reward(policy, kind=promise.kind, cost_minor=cost_minor, is_risky=promise.is_risky)
    found += [*promise.asks, *["budget"] * (promise.funding == Funding.APPROVAL)]
    return [reason for reason in found if reason not in promise.agreed]


def _reward(promise: Promise, unit: Unit, cost_minor: int, needs_agreement: bool) -> Reward:
    waits = promise.funding == Funding.WAITING
    is_held = promise.is_held or needs_agreement or waits
    return Reward(
        id=new_id(), key=promise.key, kind=promise.kind, beneficiary_id=promise.customer_id, role=promise.role,
        unit=unit, coupon_kind_id=promise.coupon_kind_id, amount=promise.amount, kept=promise.amount,
        cost_minor=cost_minor, budget_id=None if waits else promise.budget_id,
        state=State.HELD if is_held else State.ACCRUED, hold_until=promise.hold_until,
        hold_cause=_cause(promise, needs_agreement),
        promised_by=promise.promised_by or promise.hold_until, accrued_at=door.moment(),
        campaign_id=promise.campaign_id, referral_id=promise.referral_id, decision_id=promise.decision_id,
        order_id=promise.order_id, account_id=ledger.account_id(promise.customer_id, unit.id),
        title=dict(promise.title), details=dict(promise.details),
        code=new_code(10) if promise.kind in in_kind.WITH_CODE else "",
        options=[option.json() for option in promise.options], option=promise.option, chosen_at=promise.chosen_at,
    )  # fmt: skip


def _cause(promise: Promise, needs_agreement: bool) -> str:
    """Name what holds it first: a review, then money, then a second person."""
    if promise.is_held:
        return "review" if promise.hold_cause == "refund_window" else promise.hold_cause
    if not (needs_agreement or promise.funding == Funding.WAITING):
        return promise.hold_cause
    return waiting.CAUSE if promise.funding == Funding.WAITING else asking.CAUSE


def _costs(promises: Sequence[Promise]) -> list[int]:
    kinds = CouponKind.objects.in_bulk({p.coupon_kind_id for p in promises if p.coupon_kind_id})
    return [_cost(promise, kinds.get(promise.coupon_kind_id)) for promise in promises]


def _cost(promise: Promise, kind: CouponKind | None) -> int:
    if promise.cost_minor is not None:
        return promise.cost_minor
    if kind:
        return (kind.value_minor or kind.cap_minor or 0) * promise.amount
    return 0 if promise.kind in in_kind.IN_KIND else promise.amount


def _by_key(keys: list[str]):
    return Reward.objects.filter(key__in=keys).select_related("unit")


def _refuse_other_facts(made: list[Reward], first: dict[str, Reward]) -> None:
    for reward in made:
        if _facts(first[reward.key]) != _facts(reward):
            raise LedgerConflict(key=reward.key)


def _facts(reward: Reward) -> tuple:
    return (
        reward.kind, reward.beneficiary_id, reward.role, reward.unit_id, reward.amount, reward.coupon_kind_id,
        reward.title, reward.details,
    )  # fmt: skip


def _promise_all(rewards: list[Reward], before: Mapping[UUID, str], promises: Sequence[Promise]) -> None:
    """Post, note and tell of new rewards; `before` is the state of those that had been expected."""
    if not rewards:
        return
    _refuse_unknown_budgets(rewards)
    posted = ledger.post([_entry(reward) for reward in rewards])
    give_right([reward for reward in rewards if reward.state == State.ACCRUED])
    RewardMove.objects.bulk_create(
        _move(reward, before.get(reward.id, ""), entry.entry_id) for reward, entry in zip(rewards, posted, strict=True)
    )
    events.publish_many("reward.accrued", [(reward.id, None, _news(reward)) for reward in rewards])
    waiting.queue({reward.id: one.budget_id for reward, one in zip(rewards, promises, strict=True) if _waits(one)})
    _reserve(rewards, promises)


def _waits(promise: Promise) -> bool:
    return promise.funding == Funding.WAITING and promise.budget_id is not None


def _reserve(rewards: Sequence[Reward], promises: Sequence[Promise]) -> None:
    """Reserve what the rewards cost; some of it may go over the limit. One that waits belongs to no budget yet."""
    figures = {"reserved": Counter(), "kept": Counter(), "approved": Counter()}
    beside = {Funding.KEPT: "kept", Funding.APPROVAL: "approved"}
    for reward, promise in zip(rewards, promises, strict=True):
        figures["reserved"][reward.budget_id] += reward.cost_minor
        if promise.funding in beside:
            figures[beside[promise.funding]][reward.budget_id] += reward.cost_minor
    budgets.move(**figures)


def _refuse_unknown_budgets(rewards: list[Reward]) -> None:
    named = {reward.budget_id for reward in rewards} - {None}
    if named and Budget.objects.filter(id__in=named).count() != len(named):
        raise UnknownBudget


def _entry(reward: Reward) -> ledger.Entry:
    arrow = ledger.Arrow(reward.beneficiary_id, reward.unit_id, "programme", "pending", reward.amount, reward_id=reward.id)
    return ledger.Entry(kind=JournalEntry.Kind.ACCRUAL, key=f"accrue:{reward.id}", arrows=(arrow,))


def _move(reward: Reward, before: str, entry_id: UUID) -> RewardMove:
    actor = door.actor()
    return RewardMove(
        reward_id=reward.id, before=before, after=reward.state, amount=reward.amount, cause="accrued", entry_id=entry_id,
        actor_kind=actor.kind, actor_id=actor.id, occurred_at=door.moment(),
    )  # fmt: skip


def _news(reward: Reward) -> dict:
    return {
        "customer_id": str(reward.beneficiary_id),
        "role": reward.role,
        "kind": reward.kind,
        "unit": reward.unit.code,
        "amount": reward.amount,
        "title": reward.title,
        "hold_until": reward.hold_until.isoformat(),
        "referral_id": str(reward.referral_id) if reward.referral_id else None,
        "campaign_id": str(reward.campaign_id) if reward.campaign_id else None,
    }
