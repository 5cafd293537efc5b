"""Let orders count: conversions, limits, promises, and what changes of earlier ones at the same time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from foundation.ids import new_id
from loyalty.operations import named
from referrals.models import Conversion, Decision, MilestoneReached, Referral
from referrals.operations import moves
from referrals.operations.answers import Answer, Changes, gain
from referrals.operations.cases import Case
from referrals.operations.expecting import expectations_of
from referrals.operations.following import end_follow_ups
from referrals.operations.funding import Funded, Purses
from referrals.operations.giving import cost_of, promises_of, reward_key
from referrals.operations.offers import whole_of
from referrals.operations.progress import tell_progress
from referrals.operations.tally import Tally
from referrals.rules import Declined, Earned, dues, judge
from rewards.errors.general import BudgetExhausted
from rewards.models import CouponKind, Reward
from rewards.operations import Promise, carry_out
from rewards.queries import calendar
from tenancy import audit, door

_TRIES = 4
_OPEN = (Referral.Stage.CONFIRMED, Referral.Stage.CONTACTED, Referral.Stage.QUALIFIED, Referral.Stage.EXPIRED)


# --- orders that begin to count --------------------------------------------------------------------


def count_new(
    cases: Sequence[Case], recounted: Sequence[Answer], changes: Changes, kinds: Mapping[str, CouponKind]
) -> list[Answer]:
    """Count orders that earn, in the order they were paid, as far as limits and budgets go; what was recounted goes along.

    What budgets have left is read without a lock. Where somebody was faster it is read again, and in
    the end nothing is counted on: then a budget gives only what it has to.
    """
    if not cases and not changes:
        return list(recounted)
    cases = sorted(cases, key=lambda case: (case.at, case.id, case.place))
    for attempt in range(_TRIES):
        concerned = [*cases, *(case for case, _promises in changes.moved)]
        purses = Purses.of(concerned, changes.freed, are_empty=attempt == _TRIES - 1)
        moved = [promise for case, promises in changes.moved for promise in purses.move(case, promises)]
        planned = _plan(cases, purses, kinds)
        promises = named([*(promise for one in planned for promise in one.promises), *changes.promises, *moved])
        try:
            rewards = carry_out(promises=promises, cuts=changes.cuts, gifts=changes.gifts, exhausted=purses.exhausted)
            promised = {one.key: one for one in rewards}
            break
        except BudgetExhausted:
            continue
    _count([one for one in planned if isinstance(one.answer.verdict, Earned)])
    told = [replace(one, effects=one.effects + [gain(promised[key], kinds) for key in one.promises]) for one in recounted]
    return told + [replace(one.answer, effects=_gains(one.answer, promised, kinds)) for one in planned]


@dataclass(frozen=True)
class _Planned:
    answer: Answer
    promises: list[Promise]
    cost_minor: int  # when everything is kept


def _plan(cases: Sequence[Case], purses: Purses, kinds: Mapping[str, CouponKind]) -> list[_Planned]:
    """Judge orders one after the other: those that earn take of the limits and of the purses."""
    if not cases:
        return []
    tally, working = Tally.of(cases), calendar()
    expectations = expectations_of([case.referral.id for case in cases])
    planned = []
    for case in cases:
        cost = sum(cost_of(due, case.terms, kinds) for due in dues(whole_of(case.facts), case.terms))
        answer, funded = _answer(case, tally, cost), Funded([])
        if isinstance(answer.verdict, Earned):
            promises = promises_of(
                case, answer.verdict, decision_id=answer.decision_id, kinds=kinds, working=working, expectations=expectations
            )
            funded = purses.fund(case, promises)
            answer = _said(answer, funded)
        if isinstance(answer.verdict, Earned):
            tally.add(case, cost)
        planned.append(_Planned(answer, funded.promises, cost))
    return planned


def _answer(case: Case, tally: Tally, cost_minor: int) -> Answer:
    facts = tally.facts(case, cost_minor)
    verdict = judge(facts, case.terms)
    outcome = Decision.Outcome.EARNED if isinstance(verdict, Earned) else Decision.Outcome.DECLINED
    return Answer(new_id(), case, facts, verdict, outcome)


def _said(answer: Answer, funded: Funded) -> Answer:
    """Let the decision say what the budget made of it."""
    if funded.check is None:
        return answer
    checks = (*answer.verdict.checks, funded.check)
    if funded.check.passed:
        return replace(answer, verdict=replace(answer.verdict, checks=checks))
    return replace(answer, verdict=Declined(checks), outcome=Decision.Outcome.DECLINED)


def coupon_kinds(cases: Sequence[Case]) -> dict[str, CouponKind]:
    """Find the kinds of coupons that the terms of these orders give."""
    codes = {code for case in cases for code in case.terms.coupons}
    return {kind.code: kind for kind in CouponKind.objects.filter(code__in=codes)} if codes else {}


def _gains(answer: Answer, promised: Mapping[str, Reward], kinds: Mapping[str, CouponKind]) -> list[dict[str, Any]]:
    if not isinstance(answer.verdict, Earned):
        return []
    return [gain(promised[reward_key(answer.case, due.line, due.seat)], kinds) for due in answer.verdict.dues]


def _count(planned: Sequence[_Planned]) -> None:
    by_order = [one for one in planned if one.answer.case.milestone is None]
    Conversion.objects.bulk_create(_conversion(one) for one in by_order)
    MilestoneReached.objects.bulk_create(_reached(one) for one in planned if one.answer.case.milestone)
    for one in planned:
        if one.answer.case.milestone is None or one.answer.case.milestone.is_purchase:
            _convert(one.answer.case)


def _conversion(one: _Planned) -> Conversion:
    return Conversion(order=one.answer.case.order, **_counted(one))


def _reached(one: _Planned) -> MilestoneReached:
    case, milestone = one.answer.case, one.answer.case.milestone
    return MilestoneReached(
        milestone=milestone.key, trigger=milestone.trigger, subject_kind=milestone.subject, subject_id=case.id,
        source_id=case.source_id or None, **_counted(one),
    )  # fmt: skip


def _counted(one: _Planned) -> dict[str, Any]:
    case = one.answer.case
    return {
        "referral": case.referral, "campaign_id": case.referral.campaign_id, "referrer_id": case.referral.referrer_id,
        "kept_minor": one.answer.facts.order.kept_minor, "paid_at": case.at, "counted_at": door.moment(),
        "cost_minor": one.cost_minor,
    }  # fmt: skip


def _convert(case: Case) -> None:
    """Move the referral to converted, which is entered once and never left."""
    referral, kind = case.referral, case.milestone.subject if case.milestone else "order"
    order_id = case.id if kind == "order" else None
    moved = Referral.objects.filter(id=referral.id, stage__in=_OPEN).update(
        stage=Referral.Stage.CONVERTED, converted_at=case.at, converting_order_id=order_id, close_reason=""
    )
    if moved:
        moves.note(referral.id, axis="stage", before=referral.stage, after="converted", cause=f"{kind}:{case.id}")
        audit.record("referral.converted", referral, {f"{kind}_id": str(case.id)})
        end_follow_ups([referral.id], outcome="")
        tell_progress(referral, "converted")
