"""Expectations: what referrer and friend will get if the friend buys, from the confirmation until it is decided."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from loyalty.operations import named
from referrals.models import Decision, Referral, Share
from referrals.names import names_in
from referrals.operations.giving import options_of
from referrals.operations.traits import about_people, pin_traits
from referrals.rules import Due, Terms, by_seat, expected, read_terms
from referrals.rules.terms import ONLY_MILESTONES
from rewards.models import CouponKind, Reward
from rewards.operations import Promise, estimate, expect_again, expected_of, lapse

_BOTH = ("referrer", "referee")  # of others it is known who they are only when the friend has bought
Place = tuple[UUID, str, int]  # referral, role, line of its terms


def expect_rewards(referral: Referral) -> None:
    """Note what both get if the friend buys as much as is asked."""
    terms = read_terms(referral.rule_version.terms)
    pin_traits([referral], {referral.id: [terms]})
    if terms.event == ONLY_MILESTONES:
        return
    dues = [due for due in _expected(referral, terms) if due.role in _BOTH]
    estimate(named(_expectations(referral, dues, terms)))


def _expected(referral: Referral, terms: Terms) -> Sequence[Due]:
    return expected(terms, about_people(referral) if terms.schemes else {})


def _expectations(referral: Referral, dues: Sequence[Due], terms: Terms) -> list[Promise]:
    kinds = names_in(terms.all_rewards).coupons
    until = referral.confirmed_at + timedelta(days=terms.order_window.days)
    return [_expectation(referral, due, terms, kinds, until) for due in dues]


def _expectation(referral: Referral, due: Due, terms: Terms, kinds: Mapping[str, CouponKind], until: datetime) -> Promise:
    return Promise(
        key=f"expected:{referral.id}:{due.role}:{due.line}", kind=due.kind,
        customer_id=referral.referrer_id if due.role == "referrer" else referral.referee_id, role=due.role,
        amount=due.amount, currency=due.unit if due.kind == "cash" else "",
        coupon_kind_id=kinds[due.coupon].id if due.coupon else None, title=due.title.json() if due.title else {},
        details=due.details, options=options_of(due, terms, kinds), hold_until=until, campaign_id=referral.campaign_id,
        referral_id=referral.id,
    )  # fmt: skip


def expect_parts(referral: Referral, seats: Sequence[Share]) -> None:
    """Note what each gets who has a part of a divided referral; what they had expected before, they expect again."""
    terms = read_terms(referral.rule_version.terms)
    whole = [due for due in _expected(referral, terms) if due.role == "referrer"]
    own = [seat.seat for seat in seats if seat.referrer_id == referral.referee_id]
    first = next((seat.seat for seat in seats if seat.referrer_id == referral.referrer_id), 0)
    dues = by_seat(whole, [seat.part for seat in seats], own, first)
    promises = [
        replace(one, key=f"expected:{referral.id}:referrer@{due.seat}:{due.line}:{due.amount}",
                customer_id=seats[due.seat].referrer_id)
        for one, due in zip(_expectations(referral, dues, terms), dues, strict=True)
    ]  # fmt: skip
    estimate(named(promises))
    gone = Reward.objects.filter(key__in=[one.key for one in promises], state=Reward.State.LAPSED)
    expect_again(list(gone.values_list("id", flat=True)), cause="attribution")


def expectations_of(referral_ids: Sequence[UUID]) -> dict[Place, UUID]:
    """Find the rewards that are still expected of referrals."""
    return {_place(key): reward_id for reward_id, key in expected_of(referral_ids).values_list("id", "key")}


def _place(key: str) -> Place:
    _word, referral_id, role, line, *_amount = key.split(":")
    return UUID(referral_id), role, int(line)


def give_up(referral_ids: Sequence[UUID], *, cause: str) -> None:
    """Let the expectations of referrals go."""
    if ids := list(expected_of(referral_ids).values_list("id", flat=True)):
        lapse(ids, cause=cause)


def give_up_declined(decisions: Sequence[Decision], terms: Mapping[UUID, Terms]) -> None:
    """Let expectations go where only the first order counts, and it came and earned nothing."""
    spent = [
        decision.referral_id
        for decision in decisions
        if decision.outcome == Decision.Outcome.DECLINED
        and not decision.milestone
        and terms[decision.rule_version_id].event == "first_paid_order"
        and decision.facts["place"] == 1
        and decision.facts["order"]["status"] == "paid"
    ]
    if spent:
        give_up(spent, cause="declined")
