"""Rows for whom conditions hold, in one statement; what can be asked; and the answer explained."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet

from crm import masking
from crm.errors.conditions import RelativeConditions
from crm.models import Customer
from crm.queries.condition_words import sentence, shown_value, words_of_leaf
from crm.queries.fact_sql import Asked, Compiled, rows_of, values_of
from crm.queries.facts import VALUE, Column, Fact, Many, facts_about
from crm.queries.sight import Principal
from crm.rules.conditions import MONEY, YES_NO, Group, Leaf, is_relative, leaves, parse
from tenancy import door
from tenancy.models import Membership, Organisation

MOST_SHOWN = 20


def facts_for(subject: str, principal: Principal) -> dict[str, Fact]:
    """Give the facts about a subject that this principal may read and so may ask about."""
    facts = {key: fact for key, fact in facts_about(subject).items() if fact.is_readable_by(principal)}
    return {key: fact for key, fact in facts.items() if masking.shows(principal, _masked_by(fact))}


def _masked_by(fact: Fact) -> str:
    """Name the field whose mask covers a fact: whoever does not see a value does not learn it by asking either."""
    if fact.type == MONEY:
        return "money"
    return "custom" if fact.key.startswith("custom.") else fact.key.removeprefix("customer_")


def read_tree(tree: Any, *, subject: str, principal: Principal | None = None) -> Group:
    """Check a tree against the facts; with a principal, against those it may read. Raises InvalidConditions."""
    read = parse(tree, facts_for(subject, principal) if principal else facts_about(subject))
    _check_reader(read, principal)
    return read


def read_for_machines(tree: Any, *, subject: str) -> Group:
    """Check a tree that is asked by nobody in particular. Raises RelativeConditions where it speaks of me or my team."""
    read = parse(tree, facts_about(subject))
    if is_relative(read):
        raise RelativeConditions
    return read


def _check_reader(tree: Group, principal: Principal | None) -> None:
    """A key is nobody: to it, “is me” would quietly be no one."""
    if principal is not None and not isinstance(principal, Membership) and is_relative(tree):
        raise RelativeConditions


def narrow(rows: QuerySet, tree: Any, *, subject: str, principal: Principal | None = None) -> QuerySet:
    """Keep the rows for whom the conditions hold: no statement of its own, one more WHERE clause of yours.

    `rows` are of the subject's model; `tree` is JSON or a Group that was read. With `principal`,
    facts it may not read are refused.
    """
    facts = facts_for(subject, principal) if principal else facts_about(subject)
    read = parse(tree, facts)
    _check_reader(read, principal)
    return rows if read.is_empty else _narrowed(rows, read, facts, asked_now())


def _narrowed(rows: QuerySet, tree: Group | Leaf, facts: Mapping[str, Fact], asked: Asked) -> QuerySet:
    compiled = Compiled(asked, dict(facts), {})
    condition = compiled.tree(tree)
    return rows.alias(**compiled.aliases).filter(condition) if compiled.aliases else rows.filter(condition)


def asked_now(*, only: Collection[UUID] = ()) -> Asked:
    """Tell the moment, the organisation's zone and who asks."""
    organisation = Organisation.objects.only("time_zone").get(id=door.organisation_id())
    return Asked(door.moment(), ZoneInfo(organisation.time_zone), _me(), tuple(only))


def _me() -> UUID | None:
    actor = door.actor()
    if actor.kind != "user" or actor.id is None:
        return None
    return Membership.objects.filter(user_id=actor.id).values_list("id", flat=True).first()


def matches(tree: Any, customer_id: UUID) -> bool:
    """Say whether the conditions hold for one customer."""
    facts = facts_about("customer")
    rows = Customer.objects.filter(id=customer_id)
    return _narrowed(rows, parse(tree, facts), facts, asked_now(only=[customer_id])).exists()


def in_words(tree: Any, subject: str) -> str:
    """Say the conditions as one sentence in the reader's language."""
    facts = facts_about(subject)
    read = parse(tree, facts)
    return sentence(read, facts, subject, members=_names(read, facts))


def _names(tree: Group, facts: Mapping[str, Fact]) -> dict[str, str]:
    """Name the members of staff of whom the conditions speak."""
    ids = {each for leaf in leaves(tree) if facts[leaf.fact].type == "member" for each in leaf.value or ()}
    if not ids:
        return {}
    rows = Membership.objects.filter(id__in=ids).values_list("id", "user__name", "user__email")
    return {str(id): name or email for id, name, email in rows}


# --- why -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LeafAnswer:
    """One condition, what is so, and whether it holds."""

    fact: str
    words: str
    actual: str
    holds: bool
    depth: int = 0


@dataclass(frozen=True)
class GroupAnswer:
    match: str
    holds: bool
    depth: int
    answers: tuple["LeafAnswer | GroupAnswer", ...]

    @property
    def lines(self) -> list["LeafAnswer | GroupAnswer"]:
        """List groups and leaves as they are read, from top to bottom."""
        return [self, *(line for each in self.answers for line in (each.lines if isinstance(each, GroupAnswer) else [each]))]


def explain(tree: Any, customer_id: UUID, *, subject: str = "customer", principal: Principal | None = None) -> GroupAnswer:
    """Say of one customer what each condition found. Values that `principal` may not read are left out."""
    facts = facts_about(subject)
    readable = facts_for(subject, principal) if principal else facts
    read = parse(tree, facts)
    return _Explained(facts, readable, asked_now(only=[customer_id]), customer_id, _names(read, facts)).group(read, 0)


@dataclass(frozen=True)
class _Explained:
    facts: Mapping[str, Fact]
    readable: Mapping[str, Fact]
    asked: Asked
    id: UUID
    names: Mapping[str, str]

    def group(self, group: Group, depth: int) -> GroupAnswer:
        answers = tuple(
            self.group(each, depth + 1) if isinstance(each, Group) else self.leaf(each, depth + 1)
            for each in group.conditions
        )
        held = [answer.holds for answer in answers]
        verdict = {"all": all(held), "any": any(held) or not held, "none": not any(held)}[group.match]
        return GroupAnswer(group.match, verdict, depth, answers)

    def leaf(self, leaf: Leaf, depth: int) -> LeafAnswer:
        fact = self.facts[leaf.fact]
        rows = Customer.objects.filter(id=self.id)
        holds = _narrowed(rows, leaf, self.facts, self.asked).exists()
        actual = self._actual(fact, leaf) if leaf.fact in self.readable else "•••"
        return LeafAnswer(leaf.fact, words_of_leaf(leaf, fact, self.names), actual, holds, depth)

    def _actual(self, fact: Fact, leaf: Leaf) -> str:
        return shown_value(fact, self._value(fact, leaf), self.asked.zone)

    def _value(self, fact: Fact, leaf: Leaf) -> Any:
        if isinstance(fact.place, Column):
            row = Customer.objects.filter(id=self.id).annotate(**{VALUE: _expression(fact.place.of)})
            return row.values_list(VALUE, flat=True).first()
        if isinstance(fact.place, Many):
            rows = rows_of(fact, leaf.within_days, self.asked)
            if not fact.place.value or fact.type == YES_NO:
                return rows.exists()
            return list(rows.values_list(fact.place.value, flat=True).distinct()[:MOST_SHOWN])
        found = next(iter(values_of(fact, leaf, self.asked).values_list(VALUE, flat=True)), None)
        return fact.place.nothing if found is None else found


def _expression(of: Any) -> Any:
    if isinstance(of, str):
        return F(of)
    return of() if callable(of) else of
