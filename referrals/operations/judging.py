"""Judge orders: one Decision for each, rewards for those that earn, less or nothing for those given back.

All orders of a referred friend are judged together from present facts, so the order in which an order, its
refund and the referral became known changes nothing.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from crm.models import Order
from crm.queries import kept_minor
from foundation.ids import fingerprint, new_id
from referrals.models import Decision, Referral
from referrals.operations.answers import Answer
from referrals.operations.cases import Case, cases_of, lock
from referrals.operations.counting import count_new, coupon_kinds
from referrals.operations.expecting import give_up_declined
from referrals.operations.gathering import order_facts
from referrals.operations.recounting import recount
from referrals.operations.sharing import hold
from referrals.queries import latest_decisions
from referrals.rules import Declined, Earned, Facts, facts_json, judge, rejudge
from tenancy import door


def judge_orders(order_ids: Sequence[UUID]) -> None:
    """Judge these orders; those of referred friends together with the friends' other orders."""
    orders = list(Order.objects.filter(id__in=order_ids))
    buyers = {order.customer_id for order in orders} - {None}
    referred = set(Referral.objects.filter(referee_id__in=buyers).values_list("referee_id", flat=True)) if buyers else set()
    _decline_without_referral([order for order in orders if order.customer_id not in referred])
    judge_referees(referred)


def judge_referees(referee_ids: Sequence[UUID]) -> None:
    """Judge all that referred friends did under a lock, and bring their rewards in line."""
    referrals = lock(referee_ids) if referee_ids else []
    cases = cases_of(referrals) if referrals else []
    kinds = coupon_kinds(cases)
    recounted, changes = recount([case for case in cases if case.conversion], kinds)
    earning = [case for case in cases if not case.conversion and isinstance(rejudge(case.facts, case.terms), Earned)]
    answers = _declined(cases) + count_new(earning, recounted, changes, kinds)
    decisions = [_decision(answer) for answer in answers if _is_news(answer)]
    _write(decisions)
    give_up_declined(decisions, {case.version_id: case.terms for case in cases})
    hold({case.referral.id for case in cases if case.referral.attribution == Referral.Attribution.CONTESTED})


def _declined(cases: Sequence[Case]) -> list[Answer]:
    verdicts = [(case, rejudge(case.facts, case.terms)) for case in cases if not case.counts]
    return [
        Answer(new_id(), case, case.facts, verdict, Decision.Outcome.DECLINED)
        for case, verdict in verdicts
        if isinstance(verdict, Declined)
    ]


# --- decisions -------------------------------------------------------------------------------------


def _is_news(answer: Answer) -> bool:
    latest = answer.case.latest
    return latest is None or latest.key.rpartition(":")[2] != _print_of(answer)


def _print_of(answer: Answer) -> str:
    """Tell one decision from another; not by counts of other orders, which replays would change."""
    facts, case = answer.facts, answer.case
    failed = answer.verdict.failed if isinstance(answer.verdict, Declined) else ()
    dues = answer.verdict.dues if isinstance(answer.verdict, Earned) else ()
    amounts = [[due.line, due.amount, *[due.seat] * bool(due.seat)] for due in dues]
    told = [facts.order.status, facts.order.kept_minor, str(case.referral.id), failed, amounts]
    if case.version_id != case.referral.rule_version_id:
        told.append(str(case.version_id))
    return _short(told)


def _short(facts: list) -> str:
    return fingerprint(facts)[:12]


def _decision(answer: Answer) -> Decision:
    case = answer.case
    return Decision(
        id=answer.decision_id,
        key=_key(answer.facts, case.latest, _print_of(answer), case.place),
        customer_id=case.referral.referee_id,
        **_about(case),
        referral_id=case.referral.id,
        campaign_id=case.referral.campaign_id,
        rule_version_id=case.version_id,
        facts=facts_json(answer.facts),
        checks=[vars(check) for check in answer.verdict.checks],
        outcome=answer.outcome,
        effects=answer.effects,
        decided_at=door.moment(),
    )


def _about(case: Case) -> dict[str, Any]:
    if case.milestone is None:
        return {"order_id": case.id}
    return {"milestone": case.milestone.key, "subject_kind": case.milestone.subject, "subject_id": case.id}


def _key(facts: Facts, latest: Decision | None, print_: str, place: str = "") -> str:
    number = int(latest.key.split(":")[4]) + 1 if latest else 1
    order = facts.order
    return f"decision:{place or order.order_id}:{order.kept_minor}:{order.status}:{number}:{print_}"


def _decline_without_referral(orders: Sequence[Order]) -> None:
    ids = [order.id for order in orders]
    kept, latest = (kept_minor(ids), latest_decisions(ids)) if ids else ({}, {})
    told = [(order, Facts(order=order_facts(order, kept), has_customer=order.customer_id is not None)) for order in orders]
    _write([d for order, facts in told if (d := _plain_decline(order, facts, latest.get(order.id)))])


def _plain_decline(order: Order, facts: Facts, latest: Decision | None) -> Decision | None:
    print_ = _short([facts.order.status, facts.order.kept_minor, facts.has_customer])
    if latest and latest.key.rpartition(":")[2] == print_:
        return None
    return Decision(
        id=new_id(), key=_key(facts, latest, print_), order_id=order.id, customer_id=order.customer_id,
        facts=facts_json(facts), checks=[vars(check) for check in judge(facts, None).checks],
        outcome=Decision.Outcome.DECLINED, decided_at=door.moment(),
    )  # fmt: skip


def _write(decisions: Sequence[Decision]) -> None:
    """Write decisions; two workers with the same news write it once."""
    Decision.objects.bulk_create(decisions, ignore_conflicts=True, batch_size=500)
