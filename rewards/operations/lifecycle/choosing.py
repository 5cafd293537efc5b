"""Choose among the options of a reward."""

from dataclasses import replace
from uuid import UUID

from django.db import transaction

from rewards.errors.general import ChoiceClosed, OptionTooDear, OptionUnknown
from rewards.models import Approval, Reward, RewardMove, WaitingReward
from rewards.operations.budgets import waiting
from rewards.operations.lifecycle.accruing import Option, Promise
from rewards.operations.lifecycle.asking import CAUSE
from rewards.operations.lifecycle.carrying_out import carry_out
from rewards.operations.lifecycle.claiming import claim
from rewards.operations.lifecycle.reducing import Cut
from rewards.rules import cost_of_part, in_kind
from rewards.rules.budgets import Funding
from tenancy import audit, door

State = Reward.State
CHOSEN = "chosen"


@transaction.atomic
def choose_option(reward_id: UUID, option: int) -> Reward:
    """Take another of a reward's options, as long as it is not settled; nobody having chosen, the first one stands.

    Another option is another reward, its successor: the books tie every arrow to the
    account of the reward it names, so a reward never changes its unit. What was promised
    is reversed and promised anew, one entry each; hold and day promised stay.
    """
    reward = _present(reward_id)
    if reward.state not in (State.ACCRUED, State.HELD):
        raise ChoiceClosed(state=reward.state)
    if not 0 <= option < len(reward.options):
        raise OptionUnknown
    chosen = reward if option == reward.option else _replace(reward, option)
    _note(chosen)
    return chosen


def _present(reward_id: UUID) -> Reward:
    """Lock a reward, or the one that has taken its place by now."""
    reward = claim([reward_id])[reward_id]
    return _present(reward.successor_id) if reward.successor_id else reward


def _note(reward: Reward) -> None:
    actor = door.actor()
    if reward.chosen_at is None:
        Reward.objects.filter(id=reward.id).update(chosen_at=door.moment())
        reward.chosen_at = door.moment()
    RewardMove.objects.create(
        reward_id=reward.id, before=reward.state, after=reward.state, amount=0, cause=CHOSEN, actor_kind=actor.kind,
        actor_id=actor.id, occurred_at=door.moment(),
    )  # fmt: skip
    audit.record("reward.option_chosen", reward, {"option": reward.option, "kind": reward.kind})


def _replace(reward: Reward, option: int) -> Reward:
    place = WaitingReward.objects.filter(id=reward.id).first()
    promise = _promise(reward, option)
    if place:
        promise = replace(promise, budget_id=place.budget_id, funding=Funding.WAITING)
    [successor] = carry_out(promises=[promise], cuts=[Cut(reward.id, 0, CHOSEN, f"choice:{reward.id}")])
    waiting.take_place(successor.id, place)
    Reward.objects.filter(id=reward.id).update(successor_id=successor.id)
    return successor


def _promise(reward: Reward, number: int) -> Promise:
    options = tuple(_left_of(read_option(one), reward) for one in reward.options)
    wanted = options[number]
    if not wanted.amount or wanted.cost_minor > reward.cost_minor:
        raise OptionTooDear
    question = Approval.objects.filter(reward_id=reward.id).order_by("-id").first()
    is_held = reward.state == State.HELD and reward.hold_cause != CAUSE
    return Promise(
        key=_next_key(reward.key), kind=wanted.kind, customer_id=reward.beneficiary_id, role=reward.role,
        amount=wanted.amount, currency=wanted.currency, coupon_kind_id=wanted.coupon_kind_id,
        title=wanted.title, details=wanted.details, options=options, option=number, chosen_at=door.moment(),
        budget_id=reward.budget_id, cost_minor=wanted.cost_minor, hold_until=reward.hold_until,
        hold_cause=reward.hold_cause if is_held else "refund_window", is_held=is_held, promised_by=reward.promised_by,
        is_risky=bool(question and "risk" in question.reasons),
        makers=tuple(UUID(maker) for maker in question.makers) if question else (),
        agreed=tuple(question.reasons) if question and question.state == Approval.State.APPROVED else (),
        campaign_id=reward.campaign_id, referral_id=reward.referral_id, decision_id=reward.decision_id,
        order_id=reward.order_id,
    )  # fmt: skip


def read_option(stored: dict) -> Option:
    """Read an option as a reward keeps it."""
    return Option(
        kind=stored["kind"], cost_minor=stored["cost_minor"], amount=stored["amount"],
        currency=stored["unit"] if stored["kind"] == Reward.Kind.CASH else "",
        coupon_kind_id=UUID(stored["coupon_kind_id"]) if stored["coupon_kind_id"] else None, title=stored["title"],
        details=stored["details"], whole=stored["whole"],
    )  # fmt: skip


def _next_key(key: str) -> str:
    """reward:… → reward:…:choice-1 → reward:…:choice-2"""
    base, _, number = key.partition(":choice-")
    return f"{base}:choice-{int(number or 0) + 1}"


def _left_of(option: Option, reward: Reward) -> Option:
    """Cut an option as the reward was cut; what cannot be cut stays, and may be too dear now."""
    if option.kind in in_kind.WHOLE or reward.kept == reward.amount:
        return option
    cost = cost_of_part(cost_minor=option.cost_minor, whole=reward.amount, part=reward.kept)
    return replace(option, amount=option.amount * reward.kept // reward.amount, cost_minor=cost, whole=option.whole)
