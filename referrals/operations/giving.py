"""What campaigns give, as promises to the strong room; and whether all of it exists and costs what it should."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from crm.models import DealStage, Pipeline, Segment
from foundation.calendar import WorkingCalendar
from loyalty.queries import reward_names
from referrals.errors import (
    ClosedCouponKind,
    OptionsCostDiffer,
    UnknownCouponKind,
    UnknownItem,
    UnknownPlace,
    UnknownTierOrBadge,
)
from referrals.models import Referral
from referrals.names import Names, names_in
from referrals.operations.cases import Case
from referrals.queries.sources import rule_among
from referrals.rules import Due, Earned, Terms, cost_minor, option_costs
from referrals.rules.conditions import Condition, leaves
from referrals.rules.sources import Rule
from referrals.rules.terms import BadgeGift, Choice, CouponGift, Gift, RewardLine, TierUpgrade, parts
from referrals.wording import money
from rewards.models import CatalogueItem, CouponKind, Reward
from rewards.operations import Option, Promise
from tenancy import door

MORE = ":more:"  # in the key of what an order earns beyond the first promise; the amount from which on follows
_UNDER_REVIEW = (Referral.Risk.FLAGGED, Referral.Risk.HELD)


# --- what terms may name ---------------------------------------------------------------------------


def refuse_unknown_rewards(terms: Terms) -> Names:
    """Refuse terms that give what does not exist, or options of unequal cost; give the names of what they give."""
    names = names_in(terms.all_rewards)
    for path, line in _paths(terms):
        for part in parts(line):
            _refuse_unknown(part, names, path)
        if isinstance(line, Choice):
            _refuse_unequal(line, terms, names, f"{path}/options")
    _refuse_unknown_places(terms)
    return names


def _refuse_unknown_places(terms: Terms) -> None:
    """Refuse stages, pipelines, segments and tiers that do not exist: such terms could never be met."""
    for number, milestone in enumerate(terms.milestones):
        for name, model in (("stage", DealStage), ("pipeline", Pipeline)):
            id = getattr(milestone, name)
            if id and not model.objects.filter(id=id).exists():
                raise UnknownPlace(name=id, field=f"milestones/{number}/{name}")
    named = [leaf for tree in terms.trees for leaf in leaves(tree)]
    segments = {value for leaf in named if leaf.fact.endswith(".segments") for value in leaf.value}
    known = {str(id) for id in Segment.objects.values_list("id", flat=True)} if segments else set()
    tiers = {value for leaf in named if leaf.fact.endswith(".tier") for value in _values(leaf)}
    codes = {code for kind, code in reward_names() if kind == "tier"} if tiers else set()
    for missing in sorted((segments - known) | (tiers - codes)):
        raise UnknownPlace(name=missing, field="terms")


def _values(leaf: Condition) -> tuple[str, ...]:
    return leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)


def _paths(terms: Terms) -> Iterator[tuple[str, RewardLine]]:
    for number, line in enumerate(terms.rewards):
        yield f"rewards/{number}", line
    for name, further in (("schemes", terms.schemes), ("milestones", terms.milestones)):
        for place, each in enumerate(further):
            for number, line in enumerate(each.rewards):
                yield f"{name}/{place}/rewards/{number}", line


def _refuse_unknown(line: RewardLine, names: Names, path: str) -> None:
    match line:
        case CouponGift(_to, code) if code not in names.coupons:
            raise UnknownCouponKind(coupon=code, field="rewards")
        case CouponGift(_to, code) if not names.coupons[code].is_open(door.moment()):
            raise ClosedCouponKind(coupon=code, field="rewards")
        case TierUpgrade(_to, tier) if ("tier", tier) not in names.loyalty:
            raise UnknownTierOrBadge(name=tier, field=f"{path}/tier")
        case BadgeGift(_to, badge) if ("badge", badge) not in names.loyalty:
            raise UnknownTierOrBadge(name=badge, field=f"{path}/badge")
        case Gift(item=item) if item and not CatalogueItem.objects.filter(id=item).exists():
            raise UnknownItem(field=f"{path}/item")


def _refuse_unequal(choice: Choice, terms: Terms, names: Names, path: str) -> None:
    costs = option_costs(choice, terms, coupon_costs(names.coupons))
    if len(set(costs)) > 1:
        raise OptionsCostDiffer(costs=", ".join(money(cost, terms.currency, "en") for cost in costs), field=path)


def coupon_costs(kinds: Mapping[str, CouponKind]) -> dict[str, int]:
    """Say what a coupon of each kind costs its budget."""
    return {code: kind.value_minor or kind.cap_minor or 0 for code, kind in kinds.items()}


# --- promises --------------------------------------------------------------------------------------


def promises_of(
    case: Case, verdict: Earned, *, decision_id: UUID, kinds: Mapping[str, CouponKind], working: WorkingCalendar,
    expectations: Mapping[tuple[UUID, str, int], UUID],
) -> list[Promise]:  # fmt: skip
    """Say what an order that earns promises to whom."""
    return [
        promise_of(case, verdict, due, decision_id=decision_id, kinds=kinds, working=working, expectations=expectations)
        for due in verdict.dues
    ]


def promise_of(case: Case, verdict: Earned, due: Due, *, decision_id, kinds, working, expectations) -> Promise:
    """Say what one line of the terms promises."""
    referral = case.referral
    is_held = referral.risk in _UNDER_REVIEW
    publisher = referral.rule_version.published_by
    holder_id, source = case.holder(due.seat)
    rule = rule_among(referral.campaign.source_rules.all(), source) if due.role == "referrer" else Rule()
    is_paid_with_salary = rule.by_payroll and due.kind == "points"
    hold_until = verdict.hold_until + timedelta(days=rule.hold_days)
    return Promise(
        key=reward_key(case, due.line, due.seat),
        kind=due.kind,
        customer_id={"referrer": holder_id, "referee": referral.referee_id, **case.people}[due.role],
        role=due.role,
        amount=due.amount,
        currency=due.unit if due.kind == "cash" else "",
        coupon_kind_id=kinds[due.coupon].id if due.coupon else None,
        title=due.title.json() if due.title else {},
        details=due.details,
        options=options_of(due, case.terms, kinds),
        budget_id=referral.campaign.budget_id,
        cost_minor=cost_of(due, case.terms, kinds),
        hold_until=hold_until,
        hold_cause="review" if is_held else "payroll" if is_paid_with_salary else "refund_window",
        is_held=is_held or is_paid_with_salary,
        asks=("source",) if rule.needs_approval else (),
        is_risky=is_held,
        makers=(publisher,) if publisher else (),
        fulfils=None if case.milestone else expectations.get((referral.id, seat_name(case, due), due.line)),
        promised_by=working.end_of(hold_until, days=case.terms.promise.working_days),
        campaign_id=referral.campaign_id,
        referral_id=referral.id,
        decision_id=decision_id,
        order_id=None if case.milestone else case.id,
    )


def seat_name(case: Case, due: Due) -> str:
    """Name who expects something of a referral, as the keys of expectations do."""
    return f"{due.role}@{due.seat}" if due.role == "referrer" and case.seats else due.role


def options_of(due: Due, terms: Terms, kinds: Mapping[str, CouponKind]) -> tuple[Option, ...]:
    """Give the options that cost no more than the first: after a refund some things cannot be cut with it."""
    most = cost_of(due, terms, kinds)
    offered = (_option(one, terms, kinds) for one in due.options)
    options = tuple(option for option in offered if option.amount and option.cost_minor <= most)
    return options if len(options) > 1 else ()


def _option(due: Due, terms: Terms, kinds: Mapping[str, CouponKind]) -> Option:
    return Option(
        kind=due.kind, amount=due.amount, whole=due.whole, currency=due.unit if due.kind == "cash" else "",
        coupon_kind_id=kinds[due.coupon].id if due.coupon else None, title=due.title.json() if due.title else {},
        details=due.details, cost_minor=cost_of(due, terms, kinds),
    )  # fmt: skip


def cost_of(due: Due, terms: Terms, kinds: Mapping[str, CouponKind]) -> int:
    return cost_minor(due, terms, coupon_costs(kinds))


def reward_key(case: Case, line: int, seat: int = 0) -> str:
    """Name a reward: the same order under the same terms gives it once, on whatever path it came.

    A second line for the same person adds to the name, and so does another seat than the first of a divided referral.
    """
    lines = case.terms.all_rewards
    to = lines[line].to
    before = sum(other.to == to for other in lines[:line])
    return f"reward:{case.version_id}:{case.place}:{to}" + f":{before + 1}" * bool(before) + f":seat-{seat}" * bool(seat)


def standing_rewards(rewards: Sequence[Reward]) -> dict[str, Reward]:
    """Give rewards by the key they were promised under: of one that was exchanged, what it is now."""
    by_id = {reward.id: reward for reward in rewards}
    return {reward.key: _now(reward, by_id) for reward in rewards if ":choice-" not in reward.key}


def _now(reward: Reward, by_id: Mapping[UUID, Reward]) -> Reward:
    while reward.successor_id:
        reward = by_id[reward.successor_id]
    return reward


def kept_of(due: Due, reward: Reward) -> int:
    """Say how much of a reward an order still earns, in the unit of the option that was chosen."""
    if not reward.options:
        return due.amount
    chosen = chosen_due(due, reward)
    return chosen.amount if chosen else 0


def chosen_due(due: Due, reward: Reward) -> Due | None:
    """Give what an order earns, as the option that was chosen."""
    if not reward.options:
        return due
    chosen = reward.options[reward.option]
    return next((one for one in due.options if _is_option(one, chosen)), None)


def _is_option(due: Due, option: Mapping) -> bool:
    title = due.title.json() if due.title else {}
    is_same_name = not title or title == option["title"]
    return (due.kind, due.unit, due.whole) == (option["kind"], option["unit"], option["whole"]) and is_same_name
