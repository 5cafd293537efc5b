"""A member's points and rewards in the words of the member centre."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import wording
from portal.cash import CashNews, cash_news
from rewards.models import Reward, RewardMove
from rewards.queries import balances
from rewards.rules.in_kind import HANDED_OVER
from tenancy import door

POINT = "POINT"
_SOON = timedelta(days=60)


@dataclass(frozen=True)
class Wallet:
    available: int = 0
    pending: int = 0
    pending_until: datetime | None = None
    expiring: int = 0
    expires_at: datetime | None = None
    arrears: int = 0


def wallet_of(customer_id: UUID) -> Wallet:
    balance = next((line for line in balances(customer_id) if line.unit == POINT), None)
    if balance is None:
        return Wallet()
    expires_at = balance.next_expiry_at
    is_soon = expires_at is not None and expires_at - door.moment() <= _SOON
    return Wallet(
        available=balance.available,
        pending=balance.pending,
        pending_until=_first_arrival(customer_id) if balance.pending else None,
        expiring=balance.next_expiry_amount if is_soon else 0,
        expires_at=expires_at if is_soon else None,
        arrears=balance.owed,
    )


def _first_arrival(customer_id: UUID) -> datetime | None:
    waiting = Reward.objects.filter(
        beneficiary_id=customer_id, kind=Reward.Kind.POINTS, state=Reward.State.ACCRUED, kept__gt=0
    )
    return waiting.order_by("hold_until").values_list("hold_until", flat=True).first()


# --- rewards ----------------------------------------------------------------------------------------

_State = Reward.State
_TITLES = {
    "referrer": gettext_lazy("For introducing a friend"),
    "referee": gettext_lazy("Your welcome gift"),
}
_TONES = {_State.ACCRUED: "wait", _State.HELD: "wait", _State.AVAILABLE: "good", _State.ISSUED: "good"}


@dataclass(frozen=True)
class RewardLine:
    id: UUID
    title: str
    amount: str
    state: str
    tone: str
    when: str
    is_gone: bool
    needs_account: bool = False
    needs_choice: bool = False


def reward_lines(member_id: UUID, rewards: Sequence[Reward]) -> list[RewardLine]:
    """Write rewards as lines, cash with how far its payment has come."""
    news, handed_over = cash_news(member_id, rewards), _handed_over(rewards)
    return [_line(reward, news.get(reward.id), handed_over.get(reward.id)) for reward in rewards]


def _line(reward: Reward, cash: CashNews | None, handed_over_at: datetime | None) -> RewardLine:
    is_gone = reward.kept == 0 and reward.state != _State.ESTIMATED
    return RewardLine(
        id=reward.id,
        title=str(_TITLES.get(reward.role, _("For taking part"))),
        amount=wording.reward(reward, reward.amount if is_gone else reward.kept),
        state=cash.state if cash else _state(reward, is_gone),
        tone=cash.tone if cash else "" if is_gone else _TONES.get(_State(reward.state), ""),
        when=cash.when if cash else _when(reward, is_gone, handed_over_at),
        is_gone=is_gone,
        needs_account=bool(cash and cash.needs_account),
        needs_choice=may_choose(reward) and reward.chosen_at is None,
    )


def may_choose(reward: Reward) -> bool:
    return bool(reward.options) and reward.state in (_State.ACCRUED, _State.HELD) and reward.successor_id is None


def _handed_over(rewards: Sequence[Reward]) -> dict[UUID, datetime]:
    ids = [reward.id for reward in rewards if reward.state == _State.ISSUED]
    moves = RewardMove.objects.filter(reward_id__in=ids, after=_State.ISSUED) if ids else ()
    return {move.reward_id: move.occurred_at for move in moves}


def _state(reward: Reward, is_gone: bool) -> str:
    if reward.state == _State.LAPSED:
        return _("Did not come about")
    if is_gone:
        return _("Taken back")
    if reward.state == _State.ESTIMATED:
        return _("Possible")
    if reward.state == _State.ISSUED:
        return _("Yours")
    if reward.state == _State.AVAILABLE:
        return _("Ready for you") if reward.kind in HANDED_OVER else _("Yours")
    if _waits_its_turn(reward):
        return _("Waits its turn")
    return _("Being checked") if reward.state == _State.HELD else _("On the way")


def _waits_its_turn(reward: Reward) -> bool:
    """Say whether nothing but money is awaited; of budgets members hear nothing."""
    return reward.state == _State.HELD and reward.hold_cause == "budget"


def _when(reward: Reward, is_gone: bool, handed_over_at: datetime | None) -> str:
    said, moment = _dated(reward, is_gone, handed_over_at)
    return said % {"day": wording.day(moment)}


def _dated(reward: Reward, is_gone: bool, handed_over_at: datetime | None) -> tuple[str, datetime]:
    if reward.state == _State.LAPSED:
        return _("Possible until %(day)s"), reward.hold_until
    if is_gone:
        return _("Promised on %(day)s"), reward.accrued_at
    if reward.state == _State.ESTIMATED:
        return _("If your friend buys by %(day)s") if reward.role == "referrer" else _(
            "If you buy by %(day)s"
        ), reward.hold_until
    if reward.state == _State.ISSUED:
        return _("Received on %(day)s"), handed_over_at or reward.settled_at
    if reward.state == _State.AVAILABLE:
        if reward.kind in HANDED_OVER:
            return _("You get it by %(day)s"), reward.promised_by
        return _("Received on %(day)s"), reward.settled_at or reward.hold_until
    if _waits_its_turn(reward):
        return _("Promised on %(day)s; it comes as soon as its turn has come"), reward.accrued_at
    if reward.state == _State.HELD:
        return _("Promised on %(day)s; we are looking into it"), reward.accrued_at
    return _("Expected on %(day)s"), reward.hold_until
