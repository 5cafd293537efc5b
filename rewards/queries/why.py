"""What became of a reward, step by step, and what comes next. Why it was earned is known upstairs (referrals/why.py)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rewards.models import Approval, ApprovalAnswer, Lot, Reward, RewardMove
from rewards.queries.promises import open_causes
from rewards.queries.reading import history

State = Reward.State


@dataclass(frozen=True)
class Chapter:
    """One thing that happened to a reward; `code` says what, `cause` why, `words` what a person added."""

    id: UUID  # rows in the order in which they were written; clocks may have been moved
    code: str
    at: datetime
    reward: Reward  # as it was promised then: another option is another reward
    amount: int = 0
    owed: int = 0
    cause: str = ""
    words: str = ""
    actor_kind: str = "system"
    actor_id: UUID | None = None
    entry_id: UUID | None = None


@dataclass(frozen=True)
class Outlook:
    """What comes next, and when; `code` is a cause of the ageing board, or where the way ends."""

    code: str
    on: datetime | None = None


@dataclass(frozen=True)
class Story:
    reward: Reward  # what it is now
    chapters: Sequence[Chapter]
    outlook: Outlook


def why(reward_id: UUID) -> Story:
    """Tell the whole way of a reward, from the first option on if it was exchanged."""
    chain = _chain(reward_id)
    chapters = [chapter for reward in chain for chapter in (*_moves(reward), *_questions(reward))]
    return Story(chain[-1], sorted(chapters, key=lambda chapter: chapter.id), _outlook(chain[-1]))


def forms_of(reward_id: UUID) -> list[UUID]:
    """Give the ids that a reward had and has: every option that was taken is a reward of its own."""
    return [reward.id for reward in _chain(reward_id)]


def _chain(reward_id: UUID) -> list[Reward]:
    """Give a reward with its predecessors and successors, oldest first."""
    rows = Reward.objects.select_related("unit", "coupon_kind", "beneficiary")
    first_key = Reward.objects.values_list("key", flat=True).get(id=reward_id).partition(":choice-")[0]
    chain = [rows.get(key=first_key)]
    while chain[-1].successor_id:
        chain.append(rows.get(id=chain[-1].successor_id))
    return chain


def _moves(reward: Reward) -> list[Chapter]:
    told = (_chapter(reward, move) for move in history(reward.id))
    return [chapter for chapter in told if chapter]


def _chapter(reward: Reward, move: RewardMove) -> Chapter | None:
    code = _code(reward, move)
    if code is None:
        return None
    return Chapter(
        move.id, code, move.occurred_at, reward, move.amount, move.owed, move.cause, actor_kind=move.actor_kind,
        actor_id=move.actor_id, entry_id=move.entry_id,
    )  # fmt: skip


def _code(reward: Reward, move: RewardMove) -> str | None:
    """Name what a move did; None for what another chapter tells."""
    if move.cause == "chosen":
        return None if move.amount else "chosen"
    if move.cause == "promise_late":
        return "late"
    if move.gives_again:
        return "given_again"
    if move.cause == "longer_check":
        return "lengthened"
    if move.before in ("", State.ESTIMATED) and move.after in (State.ACCRUED, State.HELD):
        return None if ":choice-" in reward.key else "promised"
    if move.after == State.REVERSED or (move.before == move.after and (move.amount or move.cause in _TAKING)):
        return "taken_back"
    if move.before == move.after == State.HELD:
        return "held"
    return _ENTERED.get(move.after) if move.before != State.HELD or move.after != State.ACCRUED else "released"


_TAKING = ("refund", "order_cancelled", "fraud")  # they say so even where nothing could be taken
_ENTERED = {
    State.ESTIMATED: "expected", State.HELD: "held", State.AVAILABLE: "available", State.ISSUED: "issued",
    State.PAYING: "paying", State.PAID: "paid", State.LAPSED: "lapsed",
}  # fmt: skip


def _questions(reward: Reward) -> list[Chapter]:
    asked = list(Approval.objects.filter(reward_id=reward.id).order_by("id"))
    answers = ApprovalAnswer.objects.filter(approval_id__in=[approval.id for approval in asked]).order_by("id")
    return [
        *(
            Chapter(one.id, "asked", one.asked_at, reward, one.amount, cause=",".join(one.reasons),
                    actor_kind=one.asked_by_kind,
                    actor_id=one.asked_by_id)
            for one in asked
        ),
        *(
            Chapter(one.id, "approved" if one.is_approved else "declined", one.answered_at, reward, words=one.reason,
                    actor_kind=one.actor_kind, actor_id=one.person_id)
            for one in answers
        ),
    ]  # fmt: skip


def _outlook(reward: Reward) -> Outlook:
    if reward.state == State.ESTIMATED:
        return Outlook("friend_buys", reward.hold_until)
    if reward.state == State.ACCRUED:
        is_open = reward.options and reward.chosen_at is None
        return Outlook("choice" if is_open else "hold", reward.hold_until)
    if reward.state in (State.HELD, State.AVAILABLE, State.PAYING):
        [cause] = open_causes([reward.id]) or ["use"]
        return Outlook(cause, _last_day(reward) if cause == "use" else reward.promised_by)
    return Outlook(reward.state)


def _last_day(reward: Reward) -> datetime | None:
    return Lot.objects.filter(id=reward.lot_id, remaining__gt=0).values_list("expires_at", flat=True).first()
