"""Terms that contradict themselves: limits that are never reached, conditions that never hold."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

from referrals.rules.conditions import COUNT, DAYS, FACTS, MONEY, SCORE, Condition, Group, Tree
from referrals.rules.milestones import SUBJECTS, Milestone
from referrals.rules.reward_lines import STEPPED, CashPercent, EventInvitation, PointsRate
from referrals.rules.terms import Limits, Terms

_SCOPES = ("per_referrer", "per_campaign")
_SPANS = ("_day", "_30_days", "")  # each holds whatever the ones before it hold
_MOST_WAYS = 500  # more ways to meet conditions than this are not gone through
_NUMBERS = (MONEY, COUNT, DAYS, SCORE)


@dataclass(frozen=True)
class DeadEnd:
    """`place` is the path of the term that never comes to bear."""

    code: str
    place: str
    facts: Mapping[str, Any] = field(default_factory=dict)


# --- limits ------------------------------------------------------------------------------------------------


def dead_limits(limits: Limits, *, cost_minor: int, is_fixed: bool, budget_minor: int = 0) -> Iterator[DeadEnd]:
    """List limits that others reach before them.

    `cost_minor` is the least that one friend costs, 0 where that cannot be said; with `is_fixed` it is also the most.
    """
    for name, most in _of(limits, ""):
        yield from _before(name, most, limits, "")
        yield from _money_first(name, most, limits, cost_minor)
    for name, most in _of(limits, "_cost"):
        if most < cost_minor:
            yield DeadEnd("limit_below_one", f"limits/{name}", {"limit": name, "most": most, "cost": cost_minor})
            continue
        yield from _before(name, most, limits, "_cost")
        if is_fixed:
            yield from _count_first(name, most, limits, cost_minor)
        if 0 < budget_minor < most and name.startswith("per_campaign"):
            yield DeadEnd("limit_above_budget", f"limits/{name}", {"limit": name, "most": most, "budget": budget_minor})


def _of(limits: Limits, kind: str) -> Iterator[tuple[str, int]]:
    for scope, span in product(_SCOPES, _SPANS):
        value = getattr(limits, f"{scope}{span}{kind}")
        if value is not None:
            yield f"{scope}{span}{kind}", value.minor if kind else value.count


def _wider(name: str, kind: str) -> list[str]:
    """Name the limits under which everything counts that counts under this one, itself among them."""
    bare = name.removesuffix("_cost")
    scope = next(scope for scope in _SCOPES if bare.startswith(scope))
    scopes, spans = _SCOPES[_SCOPES.index(scope) :], _SPANS[_SPANS.index(bare.removeprefix(scope)) :]
    return [f"{scope}{span}{kind}" for scope, span in product(scopes, spans)]


def _lowest(name: str, limits: Limits, kind: str) -> tuple[str, int] | None:
    found = [each for each in _of(limits, kind) if each[0] in _wider(name, kind) and each[0] != name]
    return min(found, key=lambda each: each[1], default=None)


def _before(name: str, most: int, limits: Limits, kind: str) -> Iterator[DeadEnd]:
    if (other := _lowest(name, limits, kind)) and other[1] < most:
        facts = {"limit": name, "most": most, "other": other[0], "least": other[1]}
        yield DeadEnd("limit_never_reached", f"limits/{name}", facts)


def _money_first(name: str, most: int, limits: Limits, cost_minor: int) -> Iterator[DeadEnd]:
    other = _lowest(name, limits, "_cost")
    if other and cost_minor <= other[1] < most * cost_minor:
        facts = {"limit": name, "most": most, "other": other[0], "least": other[1], "cost": cost_minor}
        yield DeadEnd("limit_money_first", f"limits/{name}", facts)


def _count_first(name: str, most: int, limits: Limits, cost_minor: int) -> Iterator[DeadEnd]:
    other = _lowest(name, limits, "")
    if other and other[1] * cost_minor < most:
        facts = {"limit": name, "most": most, "other": other[0], "least": other[1], "cost": cost_minor}
        yield DeadEnd("limit_count_first", f"limits/{name}", facts)


def costs_the_same(terms: Terms) -> tuple[bool, bool]:
    """Say whether every friend costs at least what the first one costs at the minimum, and whether never more."""
    if terms.schemes or terms.milestones or any(isinstance(line, STEPPED) for line in terms.rewards):
        return False, False
    return True, not any(isinstance(line, (CashPercent, PointsRate)) for line in terms.rewards)


# --- conditions --------------------------------------------------------------------------------------------


def dead_conditions(terms: Terms) -> Iterator[DeadEnd]:
    """List what nobody can ever meet: the campaign's own conditions, a scheme's, a milestone's."""
    usual = _usual(terms)
    if terms.rewards and is_contradiction([terms.conditions, *usual]):
        yield DeadEnd("conditions_contradict", "success/conditions")
        return
    for number, scheme in enumerate(terms.schemes):
        if is_contradiction([scheme.when, terms.conditions, *usual]):
            facts = {"name": scheme.title or scheme.key}
            yield DeadEnd("scheme_contradicts", f"schemes/{number}/when", facts)
    for number, milestone in enumerate(terms.milestones):
        if is_contradiction([milestone.conditions, *_own(milestone)]):
            facts = {"name": milestone.title or milestone.key}
            yield DeadEnd("milestone_contradicts", f"milestones/{number}/conditions", facts)


def _usual(terms: Terms) -> list[Condition]:
    """Say as conditions what the terms ask of an order anyway."""
    told = [
        Condition("order.kept", "at_least", max(terms.minimum.minor, 1), terms.currency),
        Condition("order.days_since_signup", "at_most", terms.order_window.days),
        Condition("order.place", "at_least", 1),
    ]
    return told + ([Condition("order.place", "at_most", 1)] if terms.event == "first_paid_order" else [])


def _own(milestone: Milestone) -> list[Condition]:
    if SUBJECTS[milestone.trigger] != "order":
        return []
    first = [Condition("order.place", "at_most", 1)] if milestone.trigger == "first_paid_order" else []
    return [Condition("order.kept", "at_least", max(milestone.minimum.minor, 1), milestone.minimum.currency), *first]


def is_contradiction(trees: Iterable[Tree | None]) -> bool:
    """Say whether there is no way to meet all of these at once; where there are too many ways to look, there is one."""
    ways = list(islice(_ways(Group("all", tuple(tree for tree in trees if tree))), _MOST_WAYS + 1))
    return len(ways) <= _MOST_WAYS and not any(_is_possible(way) for way in ways)


def _ways(tree: Tree) -> Iterator[tuple[Condition, ...]]:
    """Give every way to meet conditions: what has to hold together."""
    if isinstance(tree, Condition):
        yield (tree,)
    elif tree.joined == "any":
        for part in tree.parts:
            yield from _ways(part)
    else:
        for chosen in product(*(list(islice(_ways(part), _MOST_WAYS + 1)) for part in tree.parts)):
            yield tuple(condition for way in chosen for condition in way)


def _is_possible(way: tuple[Condition, ...]) -> bool:
    facts = {condition.fact for condition in way}
    return all(_is_fact_possible(fact, [each for each in way if _bears_on(each, fact)]) for fact in facts)


def _bears_on(condition: Condition, fact: str) -> bool:
    """What is kept of an order is never more than its total: what that is at least, the total is too."""
    if condition.fact == fact:
        return True
    is_low = condition.operator in ("at_least", "more_than", "equals")
    return fact == "order.total" and condition.fact == "order.kept" and is_low


def _is_fact_possible(fact: str, told: list[Condition]) -> bool:
    kind = FACTS[fact].type
    if kind in _NUMBERS:
        return max(map(_low, _bounds(told, fact)), default=0) <= min(map(_high, _bounds(told, fact)), default=10**18)
    if kind in ("text", "weekday"):
        wanted = [set(_values(each)) for each in told if each.operator in ("is", "one_of")]
        barred = {value for each in told if each.operator in ("is_not", "none_of") for value in _values(each)}
        return not wanted or bool(set.intersection(*wanted) - barred)
    return True


def _bounds(told: list[Condition], fact: str) -> list[tuple[str, int]]:
    return [("at_least" if each.fact != fact and each.operator == "equals" else each.operator, each.value) for each in told]


def _low(bound: tuple[str, int]) -> int:
    operator, value = bound
    return {"at_least": value, "equals": value, "more_than": value + 1}.get(operator, 0)


def _high(bound: tuple[str, int]) -> int:
    operator, value = bound
    return {"at_most": value, "equals": value, "less_than": value - 1}.get(operator, 10**18)


def _values(condition: Condition) -> tuple[str, ...]:
    return condition.value if isinstance(condition.value, tuple) else (condition.value,)


# --- time --------------------------------------------------------------------------------------------------


def late_events(terms: Terms, starts_at) -> Iterator[DeadEnd]:
    """List events that are over before anybody who earned an invitation gets it."""
    for number, line in enumerate(terms.all_rewards):
        for part in [line, *getattr(line, "options", ())]:
            if isinstance(part, EventInvitation) and part.starts_at and (part.starts_at - starts_at).days < terms.hold.days:
                facts = {"name": part.title, "days": terms.hold.days}
                yield DeadEnd("event_before_reward", f"rewards/{number}", facts)
