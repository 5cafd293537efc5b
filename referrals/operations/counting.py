"""Let orders count, or count less: conversions, limits, promises and what is taken back."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db.models import F

from foundation.ids import new_id
from loyalty.operations import named
from referrals.models import Conversion, Decision, Referral
from referrals.operations import moves
from referrals.operations.cases import Case, Tally
from referrals.operations.expecting import expectations_of
from referrals.operations.funding import Funded, Purses
from referrals.operations.giving import kept_of, promises_of, reward_key, standing_rewards
from referrals.rules import Declined, Earned, Facts, Verdict, judge, rejudge
from rewards.errors import BudgetExhausted
from rewards.models import CouponKind, Reward
from rewards.operations import Cut, Promise, carry_out
from rewards.queries import calendar
from rewards.rules import cost_of_part
from tenancy import audit, door

_TRIES = 4
_OPEN = (Referral.Stage.CONFIRMED, Referral.Stage.CONTACTED, Referral.Stage.QUALIFIED)


@dataclass(frozen=True)
class Answer:
    """What was decided about a case; becomes a Decision."""

    decision_id: UUID
    case: Case
    facts: Facts
    verdict: Verdict
    outcome: str
    effects: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Taken:
    """What is to be taken back, and what that leaves free in budgets."""

    cuts: list[Cut]
    freed: Counter


# --- orders that begin to count --------------------------------------------------------------------


def count_new(cases: Sequence[Case], taken: Taken) -> list[Answer]:
    """Count orders that earn, in the order they were paid, as far as limits and budgets go; what is taken goes along.

    What budgets have left is read without a lock. Where somebody was faster it is read again, and in
    the end nothing is counted on: then a budget gives only what it has to.
    """
    if not cases and not taken.cuts:
        return []
    cases = sorted(cases, key=lambda case: (case.order.paid_at, case.order.id))
    for attempt in range(_TRIES):
        purses = Purses.of(cases, taken.freed, are_empty=attempt == _TRIES - 1)
        planned = _plan(cases, purses)
        promises = named([promise for one in planned for promise in one.promises])
        try:
            promised = {one.key: one for one in carry_out(promises=promises, cuts=taken.cuts, exhausted=purses.exhausted)}
            break
        except BudgetExhausted:
            continue
    _count([one.answer for one in planned if isinstance(one.answer.verdict, Earned)])
    return [replace(one.answer, effects=_gains(one.answer, promised)) for one in planned]


@dataclass(frozen=True)
class _Planned:
    answer: Answer
    promises: list[Promise]


def _plan(cases: Sequence[Case], purses: Purses) -> list[_Planned]:
    """Judge orders one after the other: those that earn take of the limits and of the purses."""
    if not cases:
        return []
    tally, kinds, working = Tally.of(cases), _coupon_kinds(cases), calendar()
    expectations = expectations_of([case.referral.id for case in cases])
    planned = []
    for case in cases:
        answer, funded = _answer(case, tally), Funded([])
        if isinstance(answer.verdict, Earned):
            promises = promises_of(
                case, answer.verdict, decision_id=answer.decision_id, kinds=kinds, working=working, expectations=expectations
            )
            funded = purses.fund(case, promises)
            answer = _said(answer, funded)
        if isinstance(answer.verdict, Earned):
            tally.add(case)
        planned.append(_Planned(answer, funded.promises))
    return planned


def _answer(case: Case, tally: Tally) -> Answer:
    facts = tally.facts(case)
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


def _coupon_kinds(cases: Sequence[Case]) -> dict[str, CouponKind]:
    codes = {code for case in cases for code in case.terms.coupons}
    return {kind.code: kind for kind in CouponKind.objects.filter(code__in=codes)} if codes else {}


def _gains(answer: Answer, promised: Mapping[str, Reward]) -> list[dict[str, Any]]:
    if not isinstance(answer.verdict, Earned):
        return []
    return [
        {
            "reward_id": str(promised[reward_key(answer.case, due.line)].id), "role": due.role, "kind": due.kind,
            "unit": due.unit, "amount": promised[reward_key(answer.case, due.line)].amount, "coupon": due.coupon,
            "release_at": answer.verdict.hold_until.isoformat(),
            **_in_kind(promised[reward_key(answer.case, due.line)]),
        }
        for due in answer.verdict.dues
    ]  # fmt: skip


def _in_kind(reward: Reward) -> dict[str, Any]:
    """Say what a reward is where its unit does not."""
    return {"title": reward.title, "details": reward.details} if reward.title else {}


def _count(answers: Sequence[Answer]) -> None:
    Conversion.objects.bulk_create(_conversion(answer) for answer in answers if answer.case.conversion is None)
    for answer in answers:
        if (again := answer.case.conversion) is not None:
            Conversion.objects.filter(id=again.id, state=Conversion.State.WITHDRAWN).update(
                state=Conversion.State.COUNTED, round=F("round") + 1, counted_at=door.moment(),
                kept_minor=answer.facts.order.kept_minor, paid_at=answer.case.order.paid_at,
            )  # fmt: skip
        _convert(answer.case)


def _conversion(answer: Answer) -> Conversion:
    case = answer.case
    return Conversion(
        order=case.order, referral=case.referral, campaign_id=case.referral.campaign_id,
        referrer_id=case.referral.referrer_id, kept_minor=answer.facts.order.kept_minor, paid_at=case.order.paid_at,
        counted_at=door.moment(),
    )  # fmt: skip


def _convert(case: Case) -> None:
    """Move the referral to converted, which is entered once and never left."""
    referral = case.referral
    moved = Referral.objects.filter(id=referral.id, stage__in=_OPEN).update(
        stage=Referral.Stage.CONVERTED, converted_at=case.order.paid_at, converting_order_id=case.order.id
    )
    if moved:
        moves.note(referral.id, axis="stage", before=referral.stage, after="converted", cause=f"order:{case.order.id}")
        audit.record("referral.converted", referral, {"order_id": str(case.order.id)})


# --- orders that count already ---------------------------------------------------------------------


def recount(cases: Sequence[Case]) -> tuple[list[Answer], Taken]:
    """Judge orders that count again on what was kept, and say what is to be taken back."""
    verdicts = [(new_id(), case, rejudge(case.facts, case.terms)) for case in cases]
    rewards = standing_rewards(_rewards_of(cases))
    losses = {decision_id: _losses(case, verdict, rewards) for decision_id, case, verdict in verdicts}
    cuts = [cut for decision_id, case, verdict in verdicts for cut in _cuts(case, losses[decision_id])]
    answers = [_recounted(decision_id, case, verdict, losses[decision_id]) for decision_id, case, verdict in verdicts]
    return answers, Taken(cuts, _freed([loss for one in losses.values() for loss in one]))


def _freed(losses: Sequence[tuple[Reward, int]]) -> Counter:
    """Say what budgets have again when promises shrink; of what is settled already some may be spent."""
    freed = Counter()
    for reward, keep in losses:
        if reward.state in (Reward.State.ACCRUED, Reward.State.HELD):
            freed[reward.budget_id] += reward.cost_minor - cost_of_part(
                cost_minor=reward.cost_minor, whole=reward.kept, part=keep
            )
    return freed


def _rewards_of(cases: Sequence[Case]):
    return Reward.objects.filter(order_id__in=[case.order.id for case in cases]).select_related("unit")


def _losses(case: Case, verdict: Verdict, rewards: Mapping[str, Reward]) -> list[tuple[Reward, int]]:
    """Say which rewards shrink, and to what."""
    dues = {one.line: one for one in verdict.dues} if isinstance(verdict, Earned) else {}
    mine = [(dues.get(line), rewards.get(reward_key(case, line))) for line in range(len(case.terms.rewards))]
    kept = [(reward, kept_of(due, reward) if due else 0) for due, reward in mine if reward is not None]
    return [(reward, keep) for reward, keep in kept if keep < reward.kept]


def _cuts(case: Case, losses: Sequence[tuple[Reward, int]]) -> list[Cut]:
    cause = "refund" if case.order.status == "paid" else "order_cancelled"
    if case.facts.referral and case.facts.referral.is_fraud:
        cause = "fraud"
    return [Cut(reward.id, keep, cause, f"keep:{reward.id}:{keep}") for reward, keep in losses]


def _recounted(decision_id: UUID, case: Case, verdict: Verdict, losses: Sequence[tuple[Reward, int]]) -> Answer:
    counts = isinstance(verdict, Earned)
    state = Conversion.State.COUNTED if counts else Conversion.State.WITHDRAWN
    assert case.conversion is not None
    Conversion.objects.filter(id=case.conversion.id, state=Conversion.State.COUNTED).update(
        state=state, kept_minor=case.facts.order.kept_minor
    )
    outcome = Decision.Outcome.REDUCED if losses else _present_outcome(case)
    effects = [_loss(reward, keep) for reward, keep in losses]
    return Answer(decision_id, case, case.facts, verdict, outcome if counts else Decision.Outcome.WITHDRAWN, effects)


def _present_outcome(case: Case) -> str:
    return case.latest.outcome if case.latest else Decision.Outcome.EARNED


def _loss(reward: Reward, keep: int) -> dict[str, Any]:
    return {
        "reward_id": str(reward.id), "role": reward.role, "kind": reward.kind, "unit": reward.unit.code, "amount": keep,
        "taken": reward.kept - keep, "release_at": reward.hold_until.isoformat(), **_in_kind(reward),
    }  # fmt: skip

