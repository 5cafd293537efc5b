"""Who brought a friend: from touches, facts and a campaign's policy alone, without clock or database.

The answer depends on what is known, never on the order in which it became known, nor on how often it was told.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from foundation.money import split
from referrals.rules.attribution_policy import Policy

WHOLE = 10_000  # parts are counted in hundredths of a percent
NONE, ONE, SPLIT = "none", "one", "split"
# How well a way of naming a referrer is proven: somebody's word, a trace of the friend's own, the friend's confirmation.
WORD, TRACE, CONFIRMED = 0, 1, 2
PROOFS = {"word": WORD, "trace": TRACE, "confirmed": CONFIRMED}
_STRENGTH = {"code": 4, "form": 3, "import": 3, "link": 2, "word": 1}  # what a touch of a kind weighs


@dataclass(frozen=True, order=True)
class TouchFact:
    """Something that points from a friend to a referrer."""

    at: datetime
    referrer: str
    kind: str  # link, form, code, word, import
    channel: str = ""
    proof: int = TRACE


@dataclass(frozen=True)
class ClaimFact:
    """What a person decided about it; the last word counts, whatever the touches say."""

    at: datetime
    parts: tuple[tuple[str, int], ...]  # referrer, hundredths of a percent; none: nobody


@dataclass(frozen=True)
class FriendFacts:
    referee: str
    known_at: datetime  # of the sign-up, or of the claim where there was none
    bought: tuple[datetime, ...] = ()  # when orders were paid that were not cancelled
    worked: tuple[datetime, ...] = ()  # when sales staff spoke with them
    circle: frozenset[str] = frozenset()  # whom the friend brought, at however many hands


@dataclass(frozen=True)
class Condition:
    """One check of a candidate."""

    check: str
    expected: Any
    actual: Any
    passed: bool


@dataclass(frozen=True)
class Candidate:
    referrer: str
    weight: int  # hundredths of a percent among those who can win; 0 for those who cannot
    touches: int
    first_at: datetime
    last_at: datetime
    kinds: tuple[str, ...]
    conditions: tuple[Condition, ...]
    can_win: bool


@dataclass(frozen=True)
class Attribution:
    """Who is taken to have brought the friend, and why."""

    outcome: str  # none, one, split
    why: str
    parts: tuple[tuple[str, int], ...]
    touched_at: datetime | None  # from here on the friend's orders count
    is_returning: bool
    candidates: tuple[Candidate, ...]

    @property
    def winner(self) -> str | None:
        """Name who has the largest part; of equal ones the first."""
        return max(self.parts, key=lambda part: part[1])[0] if self.parts else None


@dataclass(frozen=True)
class _Seen:
    touch: TouchFact
    conditions: tuple[Condition, ...]

    @property
    def passed(self) -> bool:
        return all(one.passed for one in self.conditions)


def attribute(
    touches: Iterable[TouchFact], claims: Iterable[ClaimFact], facts: FriendFacts, policy: Policy
) -> Attribution:  # fmt: skip
    """Decide who brought a friend; a decided claim stands above what the touches say."""
    seen = [_Seen(touch, tuple(_conditions(touch, facts, policy))) for touch in sorted(set(touches))]
    by_referrer: dict[str, list[_Seen]] = defaultdict(list)
    for one in seen:
        by_referrer[one.touch.referrer].append(one)
    candidates = _candidates(by_referrer)
    able = [one for one in seen if one.passed]
    if last := max(claims, key=lambda one: one.at, default=None):
        return _decided(last, able, candidates, facts, policy)
    if not able:
        return Attribution(NONE, _why_none(candidates), (), None, False, candidates)
    competing = _competing(able, policy)
    parts, why = _parts(competing, candidates, policy)
    touch = _counting_touch(parts[0][0], competing, policy)
    return Attribution(
        SPLIT if len(parts) > 1 else ONE, why, parts, _from(touch.at, facts, policy), _is_returning(touch, facts, policy),
        candidates,
    )  # fmt: skip


# --- conditions ------------------------------------------------------------------------------------------


def _conditions(touch: TouchFact, facts: FriendFacts, policy: Policy) -> Iterable[Condition]:
    yield _is("not_oneself", touch.referrer != facts.referee)
    yield _is("no_circle", touch.referrer not in facts.circle)
    yield _is("before_sign_up", touch.at <= facts.known_at)
    if policy.click_days:
        days = max(0, -((touch.at - facts.known_at) // timedelta(days=1)))
        within = facts.known_at - touch.at <= timedelta(days=policy.click_days)
        yield Condition("in_window", policy.click_days, days, within)
    needed = PROOFS[policy.proof]
    yield Condition("proof", policy.proof, _proof_name(touch.proof), touch.proof >= needed)
    yield _new_enough(touch, facts, policy)
    if policy.protection_days:
        yield _is("not_protected", not _is_protected(touch.at, facts, policy))


def _is(name: str, passed: bool) -> Condition:
    return Condition(name, True, passed, passed)


def _proof_name(level: int) -> str:
    return next(name for name, one in PROOFS.items() if one == level)


def _new_enough(touch: TouchFact, facts: FriendFacts, policy: Policy) -> Condition:
    earlier = _earlier_purchases(touch.at, facts, policy)
    if not earlier or policy.existing == "allowed":
        return _is("new_customer", True)
    if policy.existing == "win_back":
        idle = (touch.at - earlier[-1]) // timedelta(days=1)
        return Condition("idle_long_enough", policy.win_back_days, idle, idle >= policy.win_back_days)
    return _is("new_customer", False)


def _earlier_purchases(at: datetime, facts: FriendFacts, policy: Policy) -> list[datetime]:
    """List what was bought before a touch, but for what a late code may still be given for."""
    return sorted(paid for paid in facts.bought if paid < _since(at, policy))


def _since(at: datetime, policy: Policy) -> datetime:
    return at - timedelta(days=policy.late_claim_days)


def _is_protected(at: datetime, facts: FriendFacts, policy: Policy) -> bool:
    return any(at - timedelta(days=policy.protection_days) <= worked < at for worked in facts.worked)


# --- candidates ------------------------------------------------------------------------------------------


def _candidates(by_referrer: Mapping[str, Sequence[_Seen]]) -> tuple[Candidate, ...]:
    """Weigh everybody who is named; a hundred scans of one day (UTC, so that no clock here changes it) weigh as one."""
    named = sorted(by_referrer)
    weights = [_weight(by_referrer[name]) for name in named]
    parts = split(WHOLE, weights) if sum(weights) else [0] * len(named)
    made = [_candidate(name, by_referrer[name], part) for name, part in zip(named, parts, strict=True)]
    return tuple(sorted(made, key=lambda one: (-one.weight, one.first_at, one.referrer)))


def _weight(seen: Sequence[_Seen]) -> int:
    days = {(one.touch.kind, one.touch.at.date()) for one in seen if one.passed}
    return sum(_STRENGTH.get(kind, 1) for kind, _day in days)


def _candidate(name: str, seen: Sequence[_Seen], weight: int) -> Candidate:
    able = [one for one in seen if one.passed]
    return Candidate(
        name, weight, len(seen), seen[0].touch.at, seen[-1].touch.at, tuple(sorted({one.touch.kind for one in seen})),
        (able or seen)[-1].conditions, bool(able),
    )  # fmt: skip


def _why_none(candidates: Sequence[Candidate]) -> str:
    """Name what the nearest candidate lacked."""
    if not candidates:
        return "no_touch"
    nearest = min(candidates, key=lambda one: (sum(not each.passed for each in one.conditions), one.first_at, one.referrer))
    return next(each.check for each in nearest.conditions if not each.passed)


# --- who wins --------------------------------------------------------------------------------------------


def _competing(able: Sequence[_Seen], policy: Policy) -> list[TouchFact]:
    touches = [one.touch for one in able]
    typed = [touch for touch in touches if touch.kind == "code"]
    return typed if policy.code_beats_link and typed else touches


def _parts(
    touches: Sequence[TouchFact], candidates: Sequence[Candidate], policy: Policy
) -> tuple[tuple[tuple[str, int], ...], str]:  # fmt: skip
    names = {touch.referrer for touch in touches}
    if len(names) == 1:
        return ((touches[0].referrer, WHOLE),), "only_one"
    if policy.model == "split":
        rivals = [one for one in candidates if one.referrer in names]
        parts = split(WHOLE, [one.weight for one in rivals])
        return tuple((one.referrer, part) for one, part in zip(rivals, parts, strict=True) if part), "split"
    return ((_best(touches, policy).referrer, WHOLE),), policy.model


def _best(touches: Sequence[TouchFact], policy: Policy) -> TouchFact:
    """Find the touch that decides; of two at the same moment always the same one."""
    if policy.model == "first":
        return min(touches)
    if policy.model == "priority":
        order = {kind: number for number, kind in enumerate(policy.priority)}
        return min(touches, key=lambda one: (order.get(one.kind, len(order)), -one.at.timestamp(), one))
    return max(touches)


def _counting_touch(winner: str, touches: Sequence[TouchFact], policy: Policy) -> TouchFact:
    """Find the touch from which the friend's orders count: the link last followed, else the first other trace."""
    own = [touch for touch in touches if touch.referrer == winner]
    links = [touch for touch in own if touch.kind == "link"]
    return max(links) if links and policy.model != "first" else min(own)


def _from(at: datetime, facts: FriendFacts, policy: Policy) -> datetime:
    """Say from when orders count: a code given late reaches back to what was bought shortly before."""
    late = [paid for paid in facts.bought if _since(at, policy) <= paid < at]
    return min(late, default=at) if policy.late_claim_days else at


def _is_returning(touch: TouchFact, facts: FriendFacts, policy: Policy) -> bool:
    return bool(_earlier_purchases(touch.at, facts, policy))


def _decided(
    claim: ClaimFact, able: Sequence[_Seen], candidates: tuple[Candidate, ...], facts: FriendFacts, policy: Policy
) -> Attribution:  # fmt: skip
    parts = tuple(sorted(claim.parts, key=lambda part: -part[1]))
    if not parts:
        return Attribution(NONE, "claim", (), None, False, candidates)
    own = [one.touch for one in able if one.touch.referrer == parts[0][0]]
    at = _from(_counting_touch(parts[0][0], own, policy).at, facts, policy) if own else None
    return Attribution(SPLIT if len(parts) > 1 else ONE, "claim", parts, at, False, candidates)


# --- as data ---------------------------------------------------------------------------------------------


def candidates_json(candidates: Sequence[Candidate]) -> list[dict[str, Any]]:
    return [_plain(asdict(one)) for one in candidates]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime) else value


def parts_json(parts: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"referrer": name, "part": part} for name, part in parts]
