"""What reaches a milestone: from everything that is known of a friend, whatever came first to be known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import accumulate

from referrals.rules.facts import OPEN, PAID, OrderFacts, ReferralFacts
from referrals.rules.milestones import Milestone
from referrals.rules.windows import places

WON, LOST = "won", "lost"


@dataclass(frozen=True)
class ReceiptFacts:
    receipt_id: str
    kept_minor: int  # after what went back
    at: datetime


@dataclass(frozen=True)
class DealFacts:
    deal_id: str
    pipeline: str
    state: str  # open, won, lost
    currency: str
    amount_minor: int
    source: str = ""
    closed_at: datetime | None = None
    entered: Mapping[str, datetime] = field(default_factory=dict)  # stage -> first time
    receipts: tuple[ReceiptFacts, ...] = ()


@dataclass(frozen=True)
class AnswerFacts:
    answer_id: str
    survey: str  # nps, csat
    score: int
    at: datetime


@dataclass(frozen=True)
class History:
    """Everything known of one referred friend."""

    referral: ReferralFacts
    currency: str
    now: datetime
    orders: Sequence[OrderFacts] = ()
    deals: Sequence[DealFacts] = ()
    answers: Sequence[AnswerFacts] = ()
    converted_at: datetime | None = None  # the first purchase that counts
    rank: int = 0

    @property
    def bought_before(self) -> bool:
        """Say whether the friend had bought before the touch."""
        touched = self.referral.touched_at
        won = any(deal.state == WON and deal.closed_at and deal.closed_at < touched for deal in self.deals)
        return won or any(order.status == PAID and order.paid_at and order.paid_at < touched for order in self.orders)


@dataclass(frozen=True)
class Subject:
    """What a milestone is, or may be, reached by; `money` tells its amounts and when."""

    id: str
    money: OrderFacts
    reached: bool = True
    wanted: object = None
    seen: object = None
    before_minor: int = 0
    source_id: str = ""  # the order or deal it belongs to


def subjects(milestone: Milestone, history: History) -> Iterator[Subject]:
    """Give what reaches a milestone, and deals and answers that do not (yet)."""
    yield from _FINDERS[milestone.trigger](milestone, history)


def gone(milestone: Milestone, subject_id: str, currency: str) -> Subject:
    """Say of what had reached a milestone that it does so no more."""
    money = OrderFacts(order_id=subject_id, status=OPEN, currency=currency, total_minor=0, kept_minor=0)
    return Subject(subject_id, money, reached=False, wanted=_wanted(milestone), seen=None)


def _wanted(milestone: Milestone) -> object:
    if milestone.count:
        return milestone.count.count
    if milestone.score:
        return milestone.score.score
    if milestone.amount:
        return milestone.amount.minor
    if milestone.bought_within:
        return milestone.bought_within.days
    return WON if milestone.trigger in ("deal_won", "money_received") else True


def _plain(history: History, at: datetime) -> OrderFacts:
    """Tell of what has no money of its own."""
    return OrderFacts(history.referral.referral_id, PAID, history.currency, 0, 0, at)


# --- of the referral -------------------------------------------------------------------------------


def _confirmed(milestone: Milestone, history: History) -> Iterator[Subject]:
    yield Subject(history.referral.referral_id, _plain(history, history.referral.confirmed_at), wanted=True, seen=True)


def _nth_referral(milestone: Milestone, history: History) -> Iterator[Subject]:
    count, rank = milestone.count.count, history.rank
    if rank and history.converted_at and (rank % count == 0 if milestone.repeats else rank == count):
        yield Subject(history.referral.referral_id, _plain(history, history.converted_at), wanted=count, seen=rank)


def _still_active(milestone: Milestone, history: History) -> Iterator[Subject]:
    """Ask when the day has come, not before; by what was bought until that day, not by when somebody asked."""
    if history.converted_at is None:
        return
    due = history.converted_at + timedelta(days=milestone.after.days)
    if due > history.now:
        return
    since = due - timedelta(days=milestone.bought_within.days)
    last = max((at for at in _purchases(history) if at <= due), default=None)
    reached = last is not None and last > since
    days = -((last - due) // timedelta(days=1)) if last else None
    money = _plain(history, due)
    yield Subject(money.order_id, money if reached else replace(money, status=OPEN), reached,
                  milestone.bought_within.days, days)  # fmt: skip


def _purchases(history: History) -> Iterator[datetime]:
    yield from (order.paid_at for order in _kept(history))
    yield from (deal.closed_at for deal in history.deals if deal.state == WON and deal.closed_at)


# --- orders ----------------------------------------------------------------------------------------


def _kept(history: History) -> list[OrderFacts]:
    """List the friend's orders since the touch of which anything was kept, in the order they were paid."""
    place = places(history.orders, history.referral.touched_at)
    mine = [order for order in history.orders if place[order.order_id][0]]
    return sorted(mine, key=lambda order: place[order.order_id][0])


def _orders(milestone: Milestone, history: History) -> Iterator[Subject]:
    first = {"first_paid_order": 1, "nth_order": milestone.count.count if milestone.count else 0}.get(milestone.trigger)
    for place, order in enumerate(_kept(history), start=1):
        if first in (None, place):
            yield Subject(order.order_id, order, wanted=first, seen=place, source_id=order.order_id)


def _amount_reached(milestone: Milestone, history: History) -> Iterator[Subject]:
    wanted, orders = milestone.amount.minor, [o for o in _kept(history) if o.currency == history.currency]
    for order, total in zip(orders, accumulate(order.kept_minor for order in orders), strict=True):
        if total >= wanted:
            money = OrderFacts(history.referral.referral_id, PAID, history.currency, total, total, order.paid_at)
            yield Subject(money.order_id, money, wanted=wanted, seen=total, source_id=order.order_id)
            return


# --- deals -----------------------------------------------------------------------------------------


def _deals(milestone: Milestone, history: History) -> Iterator[DealFacts]:
    yield from (deal for deal in history.deals if milestone.pipeline in ("", deal.pipeline))


def _deal_stage(milestone: Milestone, history: History) -> Iterator[Subject]:
    for deal in _deals(milestone, history):
        at = deal.entered.get(milestone.stage)
        reached = at is not None and deal.state != LOST
        seen = LOST if deal.state == LOST else bool(at)
        yield Subject(deal.deal_id, _worth(deal, deal.amount_minor, at if reached else None), reached, True, seen,
                      source_id=deal.deal_id)  # fmt: skip


def _deal_won(milestone: Milestone, history: History) -> Iterator[Subject]:
    for deal in _deals(milestone, history):
        won = deal.state == WON
        money = _worth(deal, deal.amount_minor, deal.closed_at if won else None)
        yield Subject(deal.deal_id, money, won, WON, deal.state, source_id=deal.deal_id)


def _money_received(milestone: Milestone, history: History) -> Iterator[Subject]:
    """Take each payment with all that came before it, so that the parts add up to the whole to the last unit."""
    for deal in _deals(milestone, history):
        before, won = 0, deal.state == WON
        for receipt in sorted(deal.receipts, key=lambda one: (one.at, one.receipt_id)):
            after = before + receipt.kept_minor
            reached = won and receipt.kept_minor > 0
            at = max(receipt.at, deal.closed_at) if reached and deal.closed_at else None
            money = replace(_worth(deal, after, at), order_id=receipt.receipt_id)
            yield Subject(receipt.receipt_id, money, reached, WON, deal.state, before, source_id=deal.deal_id)
            before = after


def _worth(deal: DealFacts, kept_minor: int, at: datetime | None) -> OrderFacts:
    return OrderFacts(deal.deal_id, PAID if at else OPEN, deal.currency, deal.amount_minor, kept_minor, at)


# --- answers ---------------------------------------------------------------------------------------


def _satisfaction(milestone: Milestone, history: History) -> Iterator[Subject]:
    """Take the first answer that is good enough; until there is one, the last that was not."""
    asked = [one for one in history.answers if milestone.survey in ("", one.survey)]
    told = sorted((one for one in asked if one.at >= history.referral.confirmed_at), key=lambda one: (one.at, one.answer_id))
    good = [one for one in told if one.score >= milestone.score.score]
    for one in good[:1] or told[-1:]:
        money = replace(_plain(history, one.at), order_id=one.answer_id)
        reached = bool(good)
        yield Subject(one.answer_id, money if reached else replace(money, status=OPEN, paid_at=None), reached,
                      milestone.score.score, one.score, source_id=one.answer_id)  # fmt: skip


_FINDERS = {
    "confirmed": _confirmed, "first_paid_order": _orders, "paid_order": _orders, "nth_order": _orders,
    "amount_reached": _amount_reached, "deal_stage": _deal_stage, "deal_won": _deal_won,
    "money_received": _money_received, "nth_referral": _nth_referral, "satisfaction": _satisfaction,
    "still_active": _still_active,
}  # fmt: skip
