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

_TITLES = {
    "referrer": gettext_lazy("For introducing a friend"),
    "referee": gettext_lazy("Your welcome gift"),
}
_TONES = {"accrued": "wait", "held": "wait", "available": "good", "reversed": ""}


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


def reward_lines(member_id: UUID, rewards: Sequence[Reward]) -> list[RewardLine]:
    """Write rewards as lines, cash with how far its payment has come."""
    news = cash_news(member_id, rewards)
    return [reward_line(reward, news.get(reward.id)) for reward in rewards]


def reward_line(reward: Reward, cash: CashNews | None = None) -> RewardLine:
    is_gone = reward.state == Reward.State.REVERSED or reward.kept == 0
    shown = reward.amount if is_gone else reward.kept
    return RewardLine(
        id=reward.id,
        title=str(_TITLES.get(reward.role, _("For taking part"))),
        amount=wording.amount(reward.kind, reward.unit.code, shown, reward.coupon_kind),
        state=cash.state if cash else _state(reward, is_gone),
        tone=cash.tone if cash else "" if is_gone else _TONES.get(reward.state, ""),
        when=cash.when if cash else _when(reward, is_gone),
        is_gone=is_gone,
        needs_account=bool(cash and cash.needs_account),
    )


def _state(reward: Reward, is_gone: bool) -> str:
    if is_gone:
        return _("Taken back")
    if reward.state == Reward.State.AVAILABLE:
        return _("Yours")
    if _waits_its_turn(reward):
        return _("Waits its turn")
    return _("Being checked") if reward.state == Reward.State.HELD else _("On the way")


def _waits_its_turn(reward: Reward) -> bool:
    """Say whether nothing but money is awaited; of budgets members hear nothing."""
    return reward.state == Reward.State.HELD and reward.hold_cause == "budget"


def _when(reward: Reward, is_gone: bool) -> str:
    if is_gone:
        return _("Promised on %(day)s") % {"day": wording.day(reward.accrued_at)}
    if reward.state == Reward.State.AVAILABLE:
        return _("Received on %(day)s") % {"day": wording.day(reward.settled_at or reward.hold_until)}
    if _waits_its_turn(reward):
        return _("Promised on %(day)s; it comes as soon as its turn has come") % {"day": wording.day(reward.accrued_at)}
    if reward.state == Reward.State.HELD:
        return _("Promised on %(day)s; we are looking into it") % {"day": wording.day(reward.accrued_at)}
    return _("Expected on %(day)s") % {"day": wording.day(reward.hold_until)}


@dataclass(frozen=True)
class MoveLine:
    title: str
    amount: str
    at: datetime


_MOVES = {
    "accrued": gettext_lazy("Promised"),
    "hold_ended": gettext_lazy("Arrived"),
    "settled": gettext_lazy("Arrived"),
    "refund": gettext_lazy("Reduced after a refund"),
    "refunded": gettext_lazy("Reduced after a refund"),
    "refund_cancelled": gettext_lazy("Given to you again: the refund was cancelled"),
    "cleared": gettext_lazy("Given to you again: checked and in order"),
    "customers_merged": gettext_lazy("Moved to this account"),
    "order_cancelled": gettext_lazy("Taken back: the order was cancelled"),
    "cancelled": gettext_lazy("Taken back: the order was cancelled"),
    "released": gettext_lazy("Checked and released"),
    "payout": gettext_lazy("Set aside for a payout"),
    "payout_paid": gettext_lazy("Paid to your account"),
    "payout_failed": gettext_lazy("The payment did not go through"),
    "payout_withdrawn": gettext_lazy("Waits for the next payout"),
}
_MOVES_INTO = {
    "estimated": gettext_lazy("Expected"),
    "lapsed": gettext_lazy("Did not come about"),
    "accrued": gettext_lazy("Promised"),
    "held": gettext_lazy("Being checked"),
    "available": gettext_lazy("Arrived"),
    "paying": gettext_lazy("Set aside for a payout"),
    "paid": gettext_lazy("Paid to your account"),
    "issued": gettext_lazy("Handed over"),
    "reversed": gettext_lazy("Taken back"),
}


def move_line(move: RewardMove, reward: Reward) -> MoveLine:
    title = _MOVES.get(move.cause) or (_("Adjusted") if move.before == move.after else _MOVES_INTO[move.after])
    amount = wording.amount(reward.kind, reward.unit.code, move.amount, reward.coupon_kind) if move.amount else ""
    return MoveLine(str(title), amount, move.occurred_at)
