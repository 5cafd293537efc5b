"""Let orders count, or count less: conversions, limits, promises and what is taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db.models import F

from foundation.ids import new_id
from referrals.models import Conversion, Decision, Referral
from referrals.operations import moves
from referrals.operations.cases import Case, Tally
from referrals.rules import Check, Declined, Due, Earned, Facts, Verdict, cost_minor, judge, rejudge
from rewards.errors import BudgetExhausted
from rewards.models import CouponKind, Reward
from rewards.operations import Cut, Promise, accrue, keep_only_many
from tenancy import audit, door

_UNDER_REVIEW = (Referral.Risk.FLAGGED, Referral.Risk.HELD)
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


# --- orders that begin to count --------------------------------------------------------------------


def count_new(cases: Sequence[Case]) -> list[Answer]:
    """Count orders that earn, in the order they were paid, as far as limits and budgets go."""
    cases = sorted(cases, key=lambda case: (case.order.paid_at, case.order.id))
    if not cases:
        return []
    kinds = _coupon_kinds(cases)
    answers = _within_limits(cases)
    earned = [answer for answer in answers if isinstance(answer.verdict, Earned)]
    try:
        promised = _promise(earned, kinds)
    except BudgetExhausted:
        return _one_by_one(cases, kinds)
    _count(earned)
    return [replace(answer, effects=_gains(answer, promised)) for answer in answers]


def _within_limits(cases: Sequence[Case]) -> list[Answer]:
    tally, answers = Tally.of(cases), []
    for case in cases:
        answer = _answer(case, tally)
        if isinstance(answer.verdict, Earned):
            tally.add(case)
        answers.append(answer)
    return answers


def _answer(case: Case, tally: Tally) -> Answer:
    facts = tally.facts(case)
    verdict = judge(facts, case.terms)
    outcome = Decision.Outcome.EARNED if isinstance(verdict, Earned) else Decision.Outcome.DECLINED
    return Answer(new_id(), case, facts, verdict, outcome)


def _one_by_one(cases: Sequence[Case], kinds: Mapping[str, CouponKind]) -> list[Answer]:
    """Give the rest of a budget to those it still covers."""
    tally, answers = Tally.of(cases), []
    for case in cases:
        answer = _answer(case, tally)
        if isinstance(answer.verdict, Earned):
            try:
                answer = replace(answer, effects=_gains(answer, _promise([answer], kinds)))
                _count([answer])
                tally.add(case)
            except BudgetExhausted:
                answer = _beyond_budget(answer, kinds)
        answers.append(answer)
    return answers


def _beyond_budget(answer: Answer, kinds: Mapping[str, CouponKind]) -> Answer:
    """Decline for the budget, saying what it would have cost and what was left."""
    assert isinstance(answer.verdict, Earned)
    cost = sum(_cost(due, answer.case, kinds) for due in answer.verdict.dues)
    budget = answer.case.referral.campaign.budget
    budget.refresh_from_db()
    left = budget.limit_minor - budget.reserved_minor - budget.committed_minor - budget.spent_minor
    checks = (*answer.verdict.checks, Check("budget", cost, left, passed=False))
    return replace(answer, verdict=Declined(checks), outcome=Decision.Outcome.DECLINED)


def _promise(answers: Sequence[Answer], kinds: Mapping[str, CouponKind]) -> dict[str, Reward]:
    promises = [_promise_of(answer, due, kinds) for answer in answers for due in answer.verdict.dues]
    return {reward.key: reward for reward in accrue(promises)} if promises else {}


def _promise_of(answer: Answer, due: Due, kinds: Mapping[str, CouponKind]) -> Promise:
    case, verdict = answer.case, answer.verdict
    referral = case.referral
    is_held = referral.risk in _UNDER_REVIEW
    return Promise(
        key=reward_key(case, due.line),
        kind=due.kind,
        customer_id=referral.referrer_id if due.role == "referrer" else referral.referee_id,
        role=due.role,
        amount=due.amount,
        currency=due.unit if due.kind == "cash" else "",
        coupon_kind_id=kinds[due.coupon].id if due.coupon else None,
        budget_id=referral.campaign.budget_id,
        cost_minor=_cost(due, case, kinds),
        hold_until=verdict.hold_until,
        hold_cause="review" if is_held else "refund_window",
        is_held=is_held,
        promised_by=verdict.promised_by,
        campaign_id=referral.campaign_id,
        referral_id=referral.id,
        decision_id=answer.decision_id,
        order_id=case.order.id,
    )


def reward_key(case: Case, line: int) -> str:
    """Name a reward: the same order under the same terms gives it once, on whatever path it came.

    A second line for the same person and a second earning after a withdrawal add to the name.
    """
    to = case.terms.rewards[line].to
    before = sum(other.to == to for other in case.terms.rewards[:line])
    ends = f":{before + 1}" * bool(before) + f":r{case.round}" * bool(case.round)
    return f"reward:{case.referral.rule_version_id}:{case.order.id}:{to}{ends}"


def _cost(due: Due, case: Case, kinds: Mapping[str, CouponKind]) -> int:
    costs = {code: kind.value_minor or kind.cap_minor or 0 for code, kind in kinds.items()}
    return cost_minor(due, case.terms, costs)


def _coupon_kinds(cases: Sequence[Case]) -> dict[str, CouponKind]:
    codes = {code for case in cases for code in case.terms.coupons}
    return {kind.code: kind for kind in CouponKind.objects.filter(code__in=codes)} if codes else {}


def _gains(answer: Answer, promised: Mapping[str, Reward]) -> list[dict[str, Any]]:
    if not isinstance(answer.verdict, Earned):
        return []
    return [
        {
            "reward_id": str(promised[reward_key(answer.case, due.line)].id), "role": due.role, "kind": due.kind,
            "unit": due.unit, "amount": due.amount, "coupon": due.coupon,
            "release_at": answer.verdict.hold_until.isoformat(),
        }
        for due in answer.verdict.dues
    ]  # fmt: skip


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


def recount(cases: Sequence[Case]) -> list[Answer]:
    """Judge orders that count again on what was kept, and take back the difference."""
    verdicts = [(new_id(), case, rejudge(case.facts, case.terms)) for case in cases]
    rewards = {row.key: row for row in _rewards_of(cases)}
    losses = {decision_id: _losses(case, verdict, rewards) for decision_id, case, verdict in verdicts}
    cuts = [cut for decision_id, case, verdict in verdicts for cut in _cuts(case, losses[decision_id])]
    if cuts:
        keep_only_many(sorted(cuts, key=lambda cut: cut.reward_id))
    return [_recounted(decision_id, case, verdict, losses[decision_id]) for decision_id, case, verdict in verdicts]


def _rewards_of(cases: Sequence[Case]):
    return Reward.objects.filter(order_id__in=[case.order.id for case in cases]).select_related("unit")


def _losses(case: Case, verdict: Verdict, rewards: Mapping[str, Reward]) -> list[tuple[Reward, int]]:
    """Say which rewards shrink, and to what."""
    due = {one.line: one.amount for one in verdict.dues} if isinstance(verdict, Earned) else {}
    mine = [(rewards.get(reward_key(case, line)), due.get(line, 0)) for line in range(len(case.terms.rewards))]
    return [(reward, keep) for reward, keep in mine if reward is not None and keep < reward.kept]


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
        "taken": reward.kept - keep, "release_at": reward.hold_until.isoformat(),
    }  # fmt: skip

