"""What is decided about orders, and what it changes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from referrals.operations.cases import Case
from referrals.rules import Facts, Verdict
from rewards.models import CouponKind, Reward
from rewards.operations import Cut, GiveAgain, Promise


@dataclass(frozen=True)
class Answer:
    """What was decided about a case; becomes a Decision."""

    decision_id: UUID
    case: Case
    facts: Facts
    verdict: Verdict
    outcome: str
    effects: list[dict[str, Any]] = field(default_factory=list)
    promises: tuple[str, ...] = ()  # keys of what an order gives beyond what stood before; told when they are made


@dataclass
class Changes:
    """What is to be taken back and given again of earlier rewards, and what that leaves free in budgets."""

    cuts: list[Cut] = field(default_factory=list)
    gifts: list[GiveAgain] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)  # what an order earns more than when it counted first
    moved: list[tuple[Case, list[Promise]]] = field(default_factory=list)  # what is somebody else's part now
    freed: Counter = field(default_factory=Counter)

    def __bool__(self) -> bool:
        return bool(self.cuts or self.gifts or self.promises or self.moved)


def gain(reward: Reward, kinds: Mapping[str, CouponKind]) -> dict[str, Any]:
    """Say what somebody gets; `kinds` of coupons by their code."""
    coupon = next((code for code, kind in kinds.items() if kind.id == reward.coupon_kind_id), "")
    return {
        "reward_id": str(reward.id), "role": reward.role, "kind": reward.kind, "unit": reward.unit.code,
        "amount": reward.amount, "coupon": coupon,
        "release_at": reward.hold_until.isoformat(), **in_kind(reward),
    }  # fmt: skip


def in_kind(reward: Reward) -> dict[str, Any]:
    """Say what a reward is where its unit does not."""
    return {"title": reward.title, "details": reward.details} if reward.title else {}
