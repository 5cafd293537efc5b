"""Recount orders that counted before: less after a refund, the same again when the refund was cancelled.

What an order earns follows from what is kept of it now, whatever came before. Limits that it passed stay passed, and its
budget bears again what it had promised.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from foundation.calendar import WorkingCalendar
from foundation.ids import new_id
from referrals.models import Conversion, Decision, Referral
from referrals.operations.answers import Answer, Changes, in_kind
from referrals.operations.cases import Case
from referrals.operations.giving import MORE, chosen_due, kept_of, promise_of, reward_key, standing_rewards
from referrals.rules import Due, Earned, Verdict, judge, read_facts, rejudge
from rewards.models import CouponKind, Reward
from rewards.operations import Cut, GiveAgain, Promise
from rewards.queries import calendar
from rewards.rules import cost_of_part
from rewards.rules.budgets import Funding
from tenancy import door

State = Conversion.State
Place = tuple[int, int]  # a line of the terms, and the seat of a divided referral
_COUNTING = (Decision.Outcome.EARNED, Decision.Outcome.REDUCED)
_UNDER_REVIEW = (Referral.Risk.FLAGGED, Referral.Risk.HELD)


@dataclass(frozen=True)
class _Wanted:
    """What a reward is to keep now."""

    reward: Reward
    keep: int


@dataclass(frozen=True)
class _Recount:
    """One order judged again."""

    decision_id: UUID
    case: Case
    verdict: Verdict
    wanted: list[_Wanted]
    more: list[Promise]
    moved: list[Promise]  # to seats that had nothing of a line before

    @property
    def dues(self) -> dict[Place, Due]:
        return dues_by_place(self.verdict)

    @property
    def losses(self) -> list[_Wanted]:
        return [one for one in self.wanted if one.keep < one.reward.kept]

    @property
    def gains(self) -> list[_Wanted]:
        return [one for one in self.wanted if one.keep > one.reward.kept]


def recount(cases: Sequence[Case], kinds: Mapping[str, CouponKind]) -> tuple[list[Answer], Changes]:
    """Judge orders that count, or counted, on what is kept now; say what is to be taken back and given again."""
    cases = [case for case in cases if case.counts or isinstance(rejudge(case.facts, case.terms), Earned)]
    if not cases:
        return [], Changes()
    standing = standing_rewards(list(_rewards_of(cases)))
    decisions, working = _decisions(cases), calendar()
    recounts = [_recount(case, standing, decisions[case.referral.id, case.place], kinds, working) for case in cases]
    for one in recounts:
        _move_conversion(one)
    return [_answer(one) for one in recounts], _changes(recounts)


def _rewards_of(cases: Sequence[Case]):
    """Find all rewards of these orders, and all of referrals with milestones that are about no order by itself."""
    orders = [case.id for case in cases if case.milestone is None]
    referrals = {case.referral.id for case in cases if case.milestone}
    wanted = Q(order_id__in=orders)
    if referrals:
        wanted |= Q(referral_id__in=referrals, order_id=None)
    return Reward.objects.filter(wanted).select_related("unit").order_by("id")


def _decisions(cases: Sequence[Case]) -> Mapping[tuple[UUID, str], list[Decision]]:
    """Find the decisions by which things count, oldest first; what more they earn since is measured from there."""
    orders = [case.id for case in cases if case.milestone is None]
    wanted = Q(order_id__in=orders)
    if any(case.milestone for case in cases):
        wanted |= Q(subject_id__in=[case.id for case in cases if case.milestone])
    found: dict[tuple[UUID, str], list[Decision]] = defaultdict(list)
    for row in Decision.objects.filter(wanted, outcome__in=_COUNTING).order_by("id"):
        found[row.referral_id, _place(row)].append(row)
    return found


def _place(row: Decision) -> str:
    return f"{row.subject_id}.{row.milestone}" if row.subject_id else str(row.order_id)


def _recount(
    case: Case, standing: Mapping[str, Reward], decisions: Sequence[Decision], kinds: Mapping[str, CouponKind],
    working: WorkingCalendar,
) -> _Recount:  # fmt: skip
    decision_id, verdict = new_id(), rejudge(case.facts, case.terms)
    one = _Recount(decision_id, case, verdict, [], [], [])
    begun = _begun(case, decisions) if decisions else one.dues
    for line, seat in product(_lines(case), range(len(case.seats) or 1)):
        due, key = one.dues.get((line, seat)), reward_key(case, line, seat)
        one.wanted.extend(_wanted(due, key, standing))
        if isinstance(verdict, Earned) and due:
            rest = _more(due, begun.get((line, seat)), key, standing)
            promises = (_promise(one, verdict, each, name, kinds, working) for name, each in rest)
            is_new_here = bool(case.seats) and (line, seat) not in begun and key not in standing
            (one.moved if is_new_here else one.more).extend(promises)
    one.wanted.extend(_Wanted(reward, 0) for reward in _of_other_terms(case, standing))
    return one


def _begun(case: Case, decisions: Sequence[Decision]) -> dict[Place, Due]:
    """Say what each line gave each seat when it first gave them anything, under the terms that hold now."""
    verdicts = (judge(read_facts(row.facts), case.terms) for row in decisions if row.rule_version_id == case.version_id)
    found: dict[Place, Due] = {}
    for verdict in verdicts:
        found = dues_by_place(verdict) | found
    return found


def dues_by_place(verdict: Verdict) -> dict[Place, Due]:
    return {(due.line, due.seat): due for due in verdict.dues} if isinstance(verdict, Earned) else {}


def _lines(case: Case) -> list[int]:
    """Number the lines that may give something for a case: those of all schemes, since another may be the one now."""
    if case.milestone:
        return [number for number, _line in case.terms.lines_of(case.milestone.key)]
    named = ["", *(scheme.key for scheme in case.terms.schemes)]
    return [number for scheme in named for number, _line in case.terms.lines_of("", scheme)]


def _of_other_terms(case: Case, standing: Mapping[str, Reward]) -> list[Reward]:
    """Find what was promised for the same by other terms, from before it was known that these are the better ones."""
    found = []
    for key, reward in standing.items():
        word, version, place = (*key.split(":"), "", "")[:3]
        if word == "reward" and place == case.place and version != str(case.version_id):
            found += [reward] if reward.referral_id == case.referral.id else []
    return found


def _wanted(due: Due | None, key: str, standing: Mapping[str, Reward]) -> Iterator[_Wanted]:
    """Say what the rewards of a line keep: the first as much as was promised, then those that were promised on top."""
    reward = standing.get(key)
    whole = 0 if due is None else kept_of(due, reward) if reward else due.amount
    if reward:
        yield _Wanted(reward, min(whole, reward.amount))
    for since, more in _promised_on_top(key, standing):
        yield _Wanted(more, min(max(whole - since, 0), more.amount))


def _promised_on_top(key: str, standing: Mapping[str, Reward]) -> list[tuple[int, Reward]]:
    """List what was promised beyond the first reward of a line: (from which amount on, reward)."""
    found = [(int(name.removeprefix(f"{key}{MORE}")), one) for name, one in standing.items() if name.startswith(key + MORE)]
    return sorted(found, key=lambda pair: pair[0])


def _more(due: Due, before: Due | None, key: str, standing: Mapping[str, Reward]) -> Iterator[tuple[str, Due]]:
    """Say what a line earns beyond all that was ever promised: a refund that it began with was cancelled."""
    reward = standing.get(key)
    chosen = chosen_due(due, reward) if reward else due
    begun = chosen_due(before, reward) if before and reward else before
    own = reward.amount if reward else 0  # more than it began with, where the referral was given back to somebody
    promised = max([begun.amount if begun else 0, own, *(s + one.amount for s, one in _promised_on_top(key, standing))])
    if chosen and chosen.amount > promised:
        rest = replace(chosen, amount=chosen.amount - promised, options=())
        yield (f"{key}{MORE}{promised}" if promised or reward else key), rest


def _promise(
    one: _Recount, verdict: Earned, due: Due, key: str, kinds: Mapping[str, CouponKind], working: WorkingCalendar
) -> Promise:
    promise = promise_of(one.case, verdict, due, decision_id=one.decision_id, kinds=kinds, working=working, expectations={})
    return replace(promise, key=key, funding=Funding.KEPT)  # what has moved is funded in counting.py


# --- what follows ---------------------------------------------------------------------------------------


def _move_conversion(one: _Recount) -> None:
    """Let the order count, or count no more; one that begins again is told from one that always did."""
    conversion = one.case.conversion
    assert conversion is not None
    counts = isinstance(one.verdict, Earned)
    changes: dict[str, Any] = {"kept_minor": one.case.facts.order.kept_minor}
    if counts and not one.case.counts:
        changes |= {"round": F("round") + 1, "counted_at": door.moment(), "paid_at": one.case.at}
    state = State.COUNTED if counts else State.WITHDRAWN
    type(conversion).objects.filter(id=conversion.id, state=conversion.state).update(state=state, **changes)


def _changes(recounts: Sequence[_Recount]) -> Changes:
    changes = Changes()
    for one in recounts:
        changes.cuts += [_cut(one, loss) for loss in one.losses]
        changes.gifts += [_gift(one, gain) for gain in one.gains]
        changes.promises += one.more
        changes.moved += [(one.case, one.moved)] * bool(one.moved)
        _free(one, changes)
    return changes


def _cut(one: _Recount, loss: _Wanted) -> Cut:
    return Cut(loss.reward.id, loss.keep, _cause(one.case), f"keep:{one.decision_id}:{loss.reward.id}")


def _cause(case: Case) -> str:
    if case.facts.referral and case.facts.referral.is_fraud:
        return "fraud"
    if _is_divided_anew(case):
        return "attribution"
    if case.milestone:
        return "refund" if case.facts.reached else "milestone_undone"
    return "refund" if case.facts.order.status == "paid" else "order_cancelled"


def _is_divided_anew(case: Case) -> bool:
    """Say that nothing was given back: then it is somebody else's part now."""
    return bool(case.seats) and case.facts.reached and case.facts.order.status == "paid" and case.is_whole


def _gift(one: _Recount, gain: _Wanted) -> GiveAgain:
    referral = one.case.referral
    return GiveAgain(
        gain.reward.id, gain.keep, _again_cause(one.case), f"again:{one.decision_id}:{gain.reward.id}",
        is_held=referral.risk in _UNDER_REVIEW, budget_id=referral.campaign.budget_id,
    )  # fmt: skip


def _again_cause(case: Case) -> str:
    if _is_divided_anew(case):
        return "attribution"
    failed = case.latest.checks if case.latest else []
    was_fraud = any(check["check"] == "no_fraud" and not check["passed"] for check in failed)
    if was_fraud:
        return "cleared"
    return "milestone_again" if case.milestone else "refund_cancelled"


def _free(one: _Recount, changes: Changes) -> None:
    """Say what budgets have again when promises shrink, and less when they grow; of what is settled some may be spent."""
    for loss in one.losses:
        reward = loss.reward
        if reward.state in (Reward.State.ACCRUED, Reward.State.HELD):
            rest = cost_of_part(cost_minor=reward.cost_minor, whole=reward.kept, part=loss.keep)
            changes.freed[reward.budget_id] += reward.cost_minor - rest
    for promise in one.more:
        changes.freed[promise.budget_id] -= promise.cost_minor or 0


def _answer(one: _Recount) -> Answer:
    effects = [_effect(each, taken=each.reward.kept - each.keep) for each in one.losses]
    effects += [_effect(each, again=each.keep - each.reward.kept) for each in one.gains]
    promises = tuple(promise.key for promise in (*one.more, *one.moved))
    return Answer(one.decision_id, one.case, one.case.facts, one.verdict, _outcome(one), effects, promises)


def _outcome(one: _Recount) -> str:
    if not isinstance(one.verdict, Earned):
        return Decision.Outcome.WITHDRAWN
    if one.losses:
        return Decision.Outcome.REDUCED
    if one.gains or one.more or one.moved:
        is_whole = all(each.keep == each.reward.amount for each in one.wanted)
        return Decision.Outcome.EARNED if is_whole else Decision.Outcome.REDUCED
    return one.case.latest.outcome if one.case.latest else Decision.Outcome.EARNED


def _effect(each: _Wanted, **moved: int) -> dict[str, Any]:
    reward = each.reward
    return {
        "reward_id": str(reward.id), "role": reward.role, "kind": reward.kind, "unit": reward.unit.code,
        "amount": each.keep, **moved, "release_at": reward.hold_until.isoformat(), **in_kind(reward),
    }  # fmt: skip
