"""Ask a second person: what the policy wants one for, and whom a question goes back to."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction

from rewards.errors.general import LedgerConflict, NotADate, NotPositive
from rewards.models import Approval, Reward, RewardPolicy
from rewards.rules.four_eyes import Policy, reasons_for_points, reasons_for_reward
from tenancy import audit, door
from tenancy.models import ApiKey

__all__ = [
    "CAUSE", "Policy", "ask_for_points", "ask_for_rewards", "asked", "makers_now", "policy", "reasons_for_points",
    "reasons_for_reward", "set_reward_policy",
]  # fmt: skip
CAUSE = "approval"  # what a reward is held for; review and budget come before it


def policy() -> Policy:
    """Say what needs a second person here; without a policy, nothing does."""
    row = RewardPolicy.objects.first() or RewardPolicy()
    return Policy(
        cost_from=row.approve_cost_from, cash=row.approve_cash, risky=row.approve_risky, points_from=row.approve_points_from
    )


@transaction.atomic
def set_reward_policy(
    *, approve_cost_from: int | None = None, approve_cash: bool = False, approve_risky: bool = False,
    approve_points_from: int | None = None, holidays: Sequence[str] = (),
) -> RewardPolicy:  # fmt: skip
    """Say what needs a second person from now on, and when nobody works; what waits already goes on waiting."""
    terms = {
        "approve_cost_from": approve_cost_from, "approve_cash": approve_cash, "approve_risky": approve_risky,
        "approve_points_from": approve_points_from, "holidays": sorted(set(holidays)),
    }  # fmt: skip
    for name in ("approve_cost_from", "approve_points_from"):
        if terms[name] is not None and terms[name] <= 0:
            raise NotPositive(field=name)
    _refuse_no_dates(terms["holidays"])
    row = RewardPolicy.objects.select_for_update().first() or RewardPolicy()
    changes = {name: [getattr(row, name), value] for name, value in terms.items() if getattr(row, name) != value}
    for name, value in terms.items():
        setattr(row, name, value)
    row.save()
    audit.record("reward_policy.set", row, changes)
    return row


def _refuse_no_dates(days: Sequence[str]) -> None:
    for day in days:
        try:
            date.fromisoformat(day)
        except (TypeError, ValueError):
            raise NotADate(day=day) from None


def ask_for_rewards(questions: Sequence[tuple[Reward, list[str], tuple[UUID, ...]]]) -> None:
    """Ask about rewards that are held: (reward, reasons, who else had a part in it) each."""
    now = makers_now() if questions else []
    Approval.objects.bulk_create(
        _question(
            key=f"reward:{reward.id}", kind=Approval.Kind.REWARD, customer_id=reward.beneficiary_id, reward=reward,
            amount=reward.amount, cost_minor=reward.cost_minor, reasons=reasons,
            makers=sorted({*now, *(str(maker) for maker in makers)}),
        )
        for reward, reasons, makers in questions
    )  # fmt: skip


def ask_for_points(customer_id: UUID, *, amount: int, reason: str, key: str, reasons: list[str]) -> Approval:
    """Ask about points by hand instead of booking them."""
    approval = _question(
        key=key, kind=Approval.Kind.POINTS, customer_id=customer_id, amount=amount, reasons=reasons,
        words=reason[:200], makers=makers_now(),
    )  # fmt: skip
    approval.save(force_insert=True)
    audit.record("approval.asked", approval, {"customer_id": str(customer_id), "amount": amount})
    return approval


def asked(key: str, *, customer_id: UUID, amount: int) -> Approval | None:
    """Find the question that an adjustment became; the same key for something else is a conflict."""
    found = Approval.objects.filter(key=key).first()
    if found and (found.customer_id, found.amount) != (customer_id, amount):
        raise LedgerConflict(key=key)
    return found


def makers_now() -> list[str]:
    """Name who is acting: the person, or the key and the person who made it."""
    actor = door.actor()
    if actor.kind == "user":
        return [str(actor.id)]
    if actor.kind == "api_key":
        person = ApiKey.objects.filter(id=actor.id).values_list("created_by_id", flat=True).first()
        return [str(one) for one in (actor.id, person) if one]
    return []


def _question(**facts) -> Approval:
    actor = door.actor()
    return Approval(asked_by_kind=actor.kind, asked_by_id=actor.id, asked_at=door.moment(), **facts)
