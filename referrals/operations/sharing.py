"""Divide a referral between referrers, or give it to another, and let the rewards follow.

The engine gives the first seat its part (rules/judging.py cuts its dues). The other seats have rewards of their own,
under the engine's key and the number of the seat; here they are promised, cut and given again, so that the parts of all
seats come to what the order earns. What cannot be divided, a coupon or a thing, goes to the largest part.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db.models import Q

from foundation.ids import new_id
from loyalty.operations import named
from referrals.models import Conversion, Decision, MilestoneReached, Referral, ReferralCode, Share
from referrals.operations.cases import Case
from referrals.operations.expecting import expect_for, expectations_of
from referrals.operations.giving import kept_of, promise_of, reward_key, standing_rewards
from referrals.queries import latest_decisions
from referrals.rules import Due, Earned, expected, read_terms, rejudge
from referrals.rules.attribution import WHOLE
from referrals.rules.judging import ReferralFacts, scheme_of, share_dues
from rewards.models import CouponKind, Reward
from rewards.operations import Cut, GiveAgain, Promise, carry_out, expected_of, lapse, put_on_hold
from rewards.queries import calendar
from rewards.rules.budgets import Funding

HELD_FOR = "attribution"  # why rewards wait while a claim is open
_UNDER_REVIEW = (Referral.Risk.FLAGGED, Referral.Risk.HELD)
_OPEN = (Referral.Stage.CONFIRMED, Referral.Stage.CONTACTED, Referral.Stage.QUALIFIED)


# --- who has which part ----------------------------------------------------------------------------------


def divide(referral: Referral, parts: Sequence[tuple[UUID, int]]) -> Referral:
    """Say who has which part from now on; nobody's part means it all stays unpaid. Rewards follow when it is judged."""
    seats = _seats(referral)
    wanted = dict(parts)
    for seat in seats:
        seat.part = wanted.pop(seat.referrer_id, 0)
    for referrer_id, part in wanted.items():
        seats.append(Share(referral=referral, referrer_id=referrer_id, seat=len(seats), part=part))
    if len(seats) == 1 and seats[0].part == WHOLE and not referral.is_shared:
        return referral
    for seat in seats:  # two, seldom three
        seat.save()
    return _name_referrer(referral, seats)


def _seats(referral: Referral) -> list[Share]:
    found = list(Share.objects.filter(referral=referral).order_by("seat"))
    return found or [Share(referral=referral, referrer_id=referral.referrer_id, seat=0, part=WHOLE)]


def _name_referrer(referral: Referral, seats: Sequence[Share]) -> Referral:
    """Let the referral name who has most of it, of equal ones who sat first; its conversions count for them."""
    first = max(seats, key=lambda seat: (seat.part, -seat.seat))
    named_id = first.referrer_id if first.part else referral.referrer_id
    code = (
        ReferralCode.objects.filter(campaign_id=referral.campaign_id, referrer_id=named_id).order_by("is_inherited").first()
    )
    changes = {"referrer_id": named_id, "is_shared": True}
    if named_id != referral.referrer_id:
        changes["code_id"] = code.id if code else None
        for model in (Conversion, MilestoneReached):
            model.objects.filter(referral=referral).update(referrer_id=named_id)
    Referral.objects.filter(id=referral.id).update(**changes)
    changed = Referral.objects.select_related("campaign", "rule_version").get(id=referral.id)
    _expect_anew(changed, seats)
    return changed


def _expect_anew(referral: Referral, seats: Sequence[Share]) -> None:
    """Let go what referrers expected, and expect for each seat its part."""
    own = expected_of([referral.id]).filter(role="referrer")
    had_any = lapse(list(own.values_list("id", flat=True)), cause=HELD_FOR)
    if not had_any or referral.stage not in _OPEN:
        return
    terms = read_terms(referral.rule_version.terms)
    whole = [due for due in expected(terms) if due.role == "referrer"]
    for seat in seats:
        part = _part_of(whole, seats, seat.seat)
        expect_for(referral, seat=seat.seat, customer_id=seat.referrer_id, part=part)


def _part_of(dues: Sequence[Due], seats: Sequence[Share], number: int) -> list[Due]:
    about = ReferralFacts("", None, None, parts=tuple(seat.part for seat in seats), seat=number)  # type: ignore[arg-type]
    return list(share_dues(Earned((), tuple(dues), None), about).dues)  # type: ignore[arg-type]


# --- rewards follow --------------------------------------------------------------------------------------


def follow_shares(cases: Sequence[Case], kinds: Mapping[str, CouponKind]) -> None:
    """Bring the rewards of all seats but the first in line; keep those of contested referrals waiting."""
    if shared := [case for case in cases if len(case.seats) > 1]:
        _bring_in_line(shared, kinds)
    contested = {case.referral.id for case in cases if case.referral.attribution == Referral.Attribution.CONTESTED}
    if contested:
        hold(contested)


@dataclass
class _Changes:
    cuts: list[Cut] = field(default_factory=list)
    gifts: list[GiveAgain] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)


@dataclass(frozen=True)
class _Books:
    """What the parts of orders are measured by."""

    kinds: Mapping[str, CouponKind]
    standing: Mapping[str, Reward]
    decisions: Mapping[UUID, Decision]
    counted: frozenset[UUID]
    expectations: Mapping
    working: object


def _bring_in_line(cases: Sequence[Case], kinds: Mapping[str, CouponKind]) -> None:
    orders = [case.order.id for case in cases]
    counted = Conversion.objects.filter(order_id__in=orders, state=Conversion.State.COUNTED)
    rewards = Reward.objects.filter(order_id__in=orders, role="referrer").select_related("unit").order_by("id")
    books = _Books(
        kinds, standing_rewards(list(rewards)), latest_decisions(orders),
        frozenset(counted.values_list("order_id", flat=True)), expectations_of([case.referral.id for case in cases]),
        calendar(),
    )  # fmt: skip
    changes = _Changes()
    for case in cases:
        for seat in case.seats[1:]:
            _follow(case, seat, books, changes)
    if changes.cuts or changes.gifts or changes.promises:
        carry_out(promises=named(changes.promises), cuts=changes.cuts, gifts=changes.gifts)


def _follow(case: Case, seat: Share, books: _Books, changes: _Changes) -> None:
    verdict = _verdict(case, seat, books)
    dues = {due.line: due for due in verdict.dues if due.role == "referrer"} if verdict else {}
    for number, line in case.terms.lines_of(scheme=scheme_of(case.facts, case.terms)):
        if line.to == "referrer":
            key = f"{reward_key(case, number)}:seat-{seat.seat}"
            _follow_line(case, seat, dues.get(number), key, verdict, books, changes)


def _verdict(case: Case, seat: Share, books: _Books) -> Earned | None:
    """Judge an order that counts for one seat; a seat of the friend's own, after a merge, gets nothing."""
    if case.order.id not in books.counted or case.facts.referral is None or seat.referrer_id == case.referral.referee_id:
        return None
    verdict = rejudge(replace(case.facts, referral=replace(case.facts.referral, seat=seat.seat)), case.terms)
    return verdict if isinstance(verdict, Earned) else None


def _follow_line(
    case: Case, seat: Share, due: Due | None, key: str, verdict: Earned | None, books: _Books, changes: _Changes
) -> None:
    standing = list(_standing(key, books.standing))
    left = (kept_of(due, standing[0]) if standing else due.amount) if due else 0
    for reward in standing:
        keep = min(left, reward.amount)
        left -= keep
        _change(case, reward, keep, changes)
    if due and verdict and left > 0:
        rest = replace(due, amount=left, options=()) if standing else due
        promised = sum(reward.amount for reward in standing)
        changes.promises.append(_promise(case, seat, rest, f"{key}:more:{promised}" if standing else key, verdict, books))


def _standing(key: str, standing: Mapping[str, Reward]) -> Iterator[Reward]:
    """Give the rewards of a seat's line, the first promised first."""
    names = [name for name in standing if name == key or name.startswith(f"{key}:more:")]
    for name in sorted(names, key=lambda each: int(each.rpartition(":more:")[2]) if ":more:" in each else -1):
        yield standing[name]


def _change(case: Case, reward: Reward, keep: int, changes: _Changes) -> None:
    if keep < reward.kept:
        changes.cuts.append(Cut(reward.id, keep, _cause(case), f"share:{new_id()}"))
    elif keep > reward.kept:
        is_held = case.referral.risk in _UNDER_REVIEW
        gift = GiveAgain(
            reward.id, keep, _cause(case), f"share:{new_id()}", is_held=is_held, budget_id=case.referral.campaign.budget_id
        )
        changes.gifts.append(gift)


def _cause(case: Case) -> str:
    if case.facts.referral and case.facts.referral.is_fraud:
        return "fraud"
    if case.order.status != "paid":
        return "order_cancelled"
    return HELD_FOR if case.is_whole else "refund"


def _promise(case: Case, seat: Share, due: Due, key: str, verdict: Earned, books: _Books) -> Promise:
    decision = books.decisions[case.order.id]
    promise = promise_of(
        case, verdict, due, decision_id=decision.id, kinds=books.kinds, working=books.working, expectations={}
    )
    place = (case.referral.id, f"referrer@{seat.seat}", due.line)
    return replace(
        promise, key=key, customer_id=seat.referrer_id, funding=Funding.KEPT,
        fulfils=None if ":more:" in key else books.expectations.get(place),
    )  # fmt: skip


# --- waiting ---------------------------------------------------------------------------------------------


def hold(referral_ids: set[UUID]) -> list[UUID]:
    """Let unsettled rewards of referrers wait until a claim is decided; those that wait for something else go on waiting."""
    waits = Q(state=Reward.State.ACCRUED) | Q(state=Reward.State.HELD, hold_cause__in=["approval", "budget"])
    rows = Reward.objects.filter(waits, referral_id__in=referral_ids, role="referrer", successor_id=None)
    ids = list(rows.order_by("id").values_list("id", flat=True))
    for reward_id in ids:
        put_on_hold(reward_id, cause=HELD_FOR)
    return ids
