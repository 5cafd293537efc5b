"""Play stories again under terms: limits fill, budgets empty, refunds take back, in the order in which it all became known.

What is done here to numbers is what counting.py, recounting.py and the strong room do to rows; a test holds them together.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from referrals.operations.cases import Case
from referrals.operations.offers import whole_of
from referrals.operations.simulating.stories import Story
from referrals.operations.tally import Counted, Tally
from referrals.rules import Declined, Due, Earned, Facts, Terms, cost_minor, dues, judge, read_facts, rejudge
from rewards.rules import cost_of_part
from rewards.rules.budgets import Ask, Funding, Part, Purse, grant_one

_DIVISIBLE = ("points", "cash")
Place = tuple[int, int]  # a line of the terms, and the seat of a divided referral
_FREE_AGAIN = 10  # per cent of the limit, as in rewards/operations/budgets/figures.py


@dataclass
class Held:
    """What somebody has of one line: a reward of the ledger, in numbers."""

    due: Due
    amount: int
    kept: int
    cost_minor: int
    since: int = 0  # of what was promised on top: from which amount on
    cuts: list[list[int]] = field(default_factory=list)  # [amount, cost, given again], oldest first

    def keep(self, keep: int) -> int:
        """Keep so much; says what that costs more, or (below zero) less."""
        before = self.cost_minor
        if keep < self.kept:
            cost = cost_of_part(cost_minor=self.cost_minor, whole=self.kept, part=keep)
            self.cuts.append([self.kept - keep, self.cost_minor - cost, 0])
            self.kept, self.cost_minor = keep, cost
        for cut in reversed(self.cuts) if keep > self.kept else ():
            amount = min(keep - self.kept, cut[0] - cut[2])
            self.cost_minor += cut[1] * (cut[2] + amount) // cut[0] - cut[1] * cut[2] // cut[0]
            self.kept, cut[2] = self.kept + amount, cut[2] + amount
        return self.cost_minor - before


@dataclass
class Played:
    """What became of one story."""

    story: Story
    at: datetime
    counted: Counted | None = None  # as limits count it; also when it was withdrawn
    is_counted: bool = False
    failed: tuple[str, ...] = ()
    first: dict[Place, Held] = field(default_factory=dict)
    on_top: dict[Place, list[Held]] = field(default_factory=dict)
    begun: dict[Place, int] = field(default_factory=dict)
    budget: str = ""  # what the budget made of it, where it did not just cover it

    @property
    def held(self) -> Iterator[Held]:
        yield from self.first.values()
        for each in self.on_top.values():
            yield from each

    @property
    def cost_minor(self) -> int:
        return sum(one.cost_minor for one in self.held)

    @property
    def lines(self) -> dict[tuple[str, str, str], list[int]]:
        """Sum amount and cost by role, kind and unit. What may be chosen is known by its cost alone."""
        found: dict[tuple[str, str, str], list[int]] = {}
        for one in self.held:
            if one.kept:
                add(
                    found, name_of(one.due.role, one.due.kind, one.due.unit, bool(one.due.options)), one.kept, one.cost_minor
                )
        return found


def name_of(role: str, kind: str, unit: str, is_choice: bool) -> tuple[str, str, str]:
    return (role, "choice", "") if is_choice else (role, kind, unit)


def add(found: dict, name: tuple[str, str, str], amount: int, cost: int) -> None:
    line = found.setdefault(name, [0, 0])
    line[0] += cost if name[1] == "choice" else amount
    line[1] += cost


class Counts(Tally):
    """A tally that begins empty, counts only what is limited, and forgets what was withdrawn."""

    def note(self, case: Case, counted: Counted) -> None:
        self.of_referrers[case.referral.campaign_id, case.referral.referrer_id].append(counted)
        if case.terms.limits.is_of_campaign:
            self.of_campaigns[case.referral.campaign_id].append(counted)

    def forget(self, case: Case, counted: Counted) -> None:
        for rows in (
            self.of_referrers[case.referral.campaign_id, case.referral.referrer_id],
            self.of_campaigns[case.referral.campaign_id],
        ):
            if counted in rows:
                rows.remove(counted)


@dataclass
class Money:
    """A budget while it is played: what is left, and since when it had no room."""

    purse: Purse
    limit_minor: int
    ran_out: datetime | None = None  # taken up when the next thing becomes known

    def give(self, dues_: Sequence[tuple[Due, int]], *, confirmed_at: datetime, now: datetime):
        self._turn(now)
        parts = tuple(Part(due.amount, cost, due.kind in _DIVISIBLE and len(due.options) < 2) for due, cost in dues_)
        grant, self.purse = grant_one(Ask(parts, self.purse.was_open(confirmed_at)), self.purse)
        if grant.funding != Funding.COVERED and self.purse.exhausted_at is None:
            self.ran_out = self.ran_out or now
        return grant

    def move(self, cost: int, now: datetime) -> None:
        """Take more from it, or (below zero) give back."""
        self._turn(now)
        self.purse = replace(self.purse, left_minor=self.purse.left_minor - cost)
        if cost < 0 and self.purse.left_minor * 100 >= self.limit_minor * _FREE_AGAIN:
            self.purse = replace(self.purse, exhausted_at=None)

    def _turn(self, now: datetime) -> None:
        if self.ran_out and now > self.ran_out:
            self.purse, self.ran_out = replace(self.purse, exhausted_at=self.ran_out), None


@dataclass
class Player:
    """Plays stories of one campaign. `costs`: of coupons; `money`: None where there is no budget."""

    terms: Mapping[str, Terms]
    campaign_id: UUID
    costs: Mapping[str, int]
    money: Money | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    def play(self, stories: Iterable[Story]) -> list[Played]:
        self.counts = Counts(self.zone)
        played = [Played(story, datetime.fromisoformat(story["at"])) for story in stories]
        for now, _id, _place, number, step in _in_order(played):
            self._step(played[number], read_facts(step["facts"]), now)
        return played

    def _step(self, one: Played, facts: Facts, now: datetime) -> None:
        terms = self.terms[one.story["version"]]
        case = self._case(one.story, facts, terms)
        if one.counted is None:
            self._begin(one, case, now)
        else:
            self._again(one, case, now)

    def _case(self, story: Story, facts: Facts, terms: Terms) -> Case:
        referral = SimpleNamespace(
            id=UUID(story["referral"]), campaign_id=self.campaign_id, referrer_id=UUID(story["referrer"])
        )
        milestone = terms.milestone(story["milestone"]) if story["milestone"] else None
        return Case(None, referral, terms, facts, None, None, None, milestone, story["source"])

    def _begin(self, one: Played, case: Case, now: datetime) -> None:
        """Let it count, as far as limits and the budget go."""
        verdict = rejudge(case.facts, case.terms)
        cost, is_limited = self._whole_cost(case), any(vars(case.terms.limits).values())
        if isinstance(verdict, Earned) and is_limited:
            verdict = judge(self.counts.facts(case, cost), case.terms)
        if isinstance(verdict, Declined):
            one.failed = verdict.failed
            return
        priced = [(due, self._cost(due, case.terms)) for due in verdict.dues]
        given = [(due, due.amount, price) for due, price in priced]
        if self.money and priced:
            grant = self.money.give(priced, confirmed_at=case.facts.referral.confirmed_at, now=now)
            one.budget = "" if grant.funding == Funding.COVERED else str(grant.funding)
            if grant.funding == Funding.REFUSED:
                one.failed = ("budget",)
                return
            given = [(due, part.amount, part.cost_minor) for (due, _), part in zip(priced, grant.parts, strict=True)]
        self._count(one, case, verdict, given, cost, is_limited)

    def _count(self, one: Played, case: Case, verdict: Earned, given, cost: int, is_limited: bool) -> None:
        one.is_counted, one.failed = True, ()
        one.counted = Counted(case.at, cost, _group(case))
        one.begun = {(due.line, due.seat): due.amount for due in verdict.dues}
        one.first = {(due.line, due.seat): Held(due, amount, amount, price) for due, amount, price in given}
        if is_limited:
            self.counts.note(case, one.counted)

    def _again(self, one: Played, case: Case, now: datetime) -> None:
        """Bring what it has in line with what is kept now; limits it passed stay passed."""
        verdict = rejudge(case.facts, case.terms)
        earned = {(due.line, due.seat): due for due in verdict.dues} if isinstance(verdict, Earned) else {}
        one.failed = verdict.failed if isinstance(verdict, Declined) else ()
        is_limited = any(vars(case.terms.limits).values())
        if is_limited and isinstance(verdict, Earned) != one.is_counted:
            (self.counts.forget if one.is_counted else self.counts.note)(case, one.counted)
        one.is_counted = isinstance(verdict, Earned)
        places = {*one.first, *one.on_top, *earned}
        cost = sum(self._line(one, place, earned.get(place), case.terms) for place in places)
        if self.money and cost:
            self.money.move(cost, now)
        one.begun = {place: due.amount for place, due in earned.items()} | one.begun

    def _line(self, one: Played, line: Place, due: Due | None, terms: Terms) -> int:
        """Set one line of one seat to what it earns now; says what that costs more or less."""
        whole, first, on_top = due.amount if due else 0, one.first.get(line), one.on_top.get(line, [])
        cost = first.keep(min(whole, first.amount)) if first else 0
        cost += sum(each.keep(min(max(whole - each.since, 0), each.amount)) for each in on_top)
        promised = max([one.begun.get(line, 0), *(each.since + each.amount for each in on_top)])
        if due and whole > promised:
            rest = replace(due, amount=whole - promised, options=())
            more = Held(rest, rest.amount, rest.amount, self._cost(rest, terms), promised)
            if first is None and not promised:
                one.first[line] = more
            else:
                one.on_top.setdefault(line, []).append(more)
            cost += more.cost_minor
        return cost

    def _whole_cost(self, case: Case) -> int:
        return sum(self._cost(due, case.terms) for due in dues(whole_of(case.facts), case.terms))

    def _cost(self, due: Due, terms: Terms) -> int:
        return cost_minor(due, terms, self.costs)


def _group(case: Case) -> tuple:
    is_part = case.milestone is not None and case.milestone.subject == "receipt"
    return (case.referral.id, case.milestone.key, case.source_id) if is_part else ()


def _in_order(played: Sequence[Played]) -> list[tuple[datetime, str, str, int, dict[str, Any]]]:
    """Put all steps in the order in which they became known: ids of decisions rise with time, and break ties."""
    steps = (
        (datetime.fromisoformat(step["known"]), step["id"], one.story["at"] + one.story["place"], number, step)
        for number, one in enumerate(played)
        for step in one.story["steps"]
    )
    return sorted(steps, key=lambda each: each[:4])
