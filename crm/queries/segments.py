"""Reads of segments: who is in one, how many, since when, and who uses it."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db.models import Count, Q, QuerySet
from django.utils.module_loading import import_string
from django.utils.translation import gettext

from crm.errors import InvalidConditions, SegmentIsRelative, UnknownSegment
from crm.models import ContactPlan, Customer, LeadRule, LifecycleRule, Segment, SegmentCount, SegmentMember
from crm.queries.conditions import GroupAnswer, LeafAnswer, explain, in_words, matches, narrow
from crm.queries.sight import Principal
from crm.rules.conditions import facts_named
from crm.rules.conditions import is_relative as is_about_the_reader
from tenancy.calendar import today
from tenancy.models import Membership

__all__ = ["explain_membership", "is_member", "matches", "members", "segments_for", "uses"]


def segments_for(principal: Principal) -> QuerySet[Segment]:
    """List the segments a principal sees: shared ones, and their own."""
    own = Q(owner_id=principal.id) if isinstance(principal, Membership) else Q()
    rows = Segment.objects.select_related("owner__user").order_by("name", "id")
    return rows.filter(Q(is_shared=True) | own) if own else rows.filter(is_shared=True)


def segment_for(principal: Principal, segment_id: UUID) -> Segment:
    """Find a segment that this principal sees. Raises UnknownSegment."""
    found = segments_for(principal).filter(id=segment_id).first()
    if found is None:
        raise UnknownSegment
    return found


def members(segment_id: UUID) -> QuerySet[Customer]:
    """Give the customers of a segment, as of now: one statement, to be narrowed and paged further.

    A segment whose conditions can no longer be read (a field of it is gone) holds nobody.
    """
    segment = Segment.objects.filter(id=segment_id).first()
    if segment is None:
        raise UnknownSegment
    return members_of(segment)


def members_of(segment: Segment) -> QuerySet[Customer]:
    if segment.kind == Segment.Kind.STATIC:
        return Customer.objects.filter(id__in=SegmentMember.objects.filter(segment_id=segment.id).values("customer_id"))
    try:
        return narrow(Customer.objects.all(), segment.conditions, subject="customer")
    except InvalidConditions:
        return Customer.objects.none()


def within(rows: QuerySet, segment: Segment | None, *, by: str = "customer_id") -> QuerySet:
    """Keep rows of a segment's customers; without one, all. No statement of its own."""
    return rows if segment is None else rows.filter(**{f"{by}__in": members_of(segment).order_by().values("id")})


def members_sql(segment: Segment, prefix: str) -> tuple[str, dict[str, Any]]:
    """Give the statement that finds the ids of a segment, with its values by name, to stand within another statement."""
    try:
        sql, values = members_of(segment).order_by().values("id").query.sql_with_params()
    except EmptyResultSet:
        return "SELECT NULL::uuid AS id WHERE false", {}
    facts = {f"{prefix}_{place}": value for place, value in enumerate(values)}
    names = iter(facts)
    return re.sub(r"%%|%s", lambda each: each[0] if each[0] == "%%" else f"%({next(names)})s", sql), facts


def is_member(segment_id: UUID, customer_id: UUID) -> bool:
    """Say whether a customer is in a segment now."""
    segment = Segment.objects.filter(id=segment_id).first()
    if segment is None:
        raise UnknownSegment
    if segment.kind == Segment.Kind.STATIC:
        return SegmentMember.objects.filter(segment_id=segment_id, customer_id=customer_id).exists()
    try:
        return matches(segment.conditions, customer_id)
    except InvalidConditions:
        return False


def is_relative(segment: Segment) -> bool:
    """Say whether who is in a segment depends on who looks."""
    return segment.kind == Segment.Kind.DYNAMIC and is_about_the_reader(segment.conditions)


def check_for_machines(segment_id: UUID | None) -> None:
    """Refuse a segment that what runs by itself cannot ask. Raises UnknownSegment, SegmentIsRelative."""
    if segment_id is None:
        return
    segment = Segment.objects.filter(id=segment_id).first()
    if segment is None:
        raise UnknownSegment
    if is_relative(segment):
        raise SegmentIsRelative(name=segment.name)


def segment_read_by(principal: Principal, segment_id: UUID) -> Segment:
    """Find a segment whose customers a principal wants to see; a key is nobody's team. Raises SegmentIsRelative."""
    segment = segment_for(principal, segment_id)
    if not isinstance(principal, Membership) and is_relative(segment):
        raise SegmentIsRelative(name=segment.name)
    return segment


def segments_of(customer_id: UUID, among: Iterable[Segment]) -> list[Segment]:
    """List those of some segments that a customer is in."""
    return [segment for segment in among if is_member(segment.id, customer_id)]


def sentence_of(segment: Segment) -> str:
    """Say who is in a segment."""
    if segment.kind == Segment.Kind.STATIC:
        return gettext("Customers who were put on this list")
    try:
        return in_words(segment.conditions, "customer")
    except InvalidConditions as error:
        return error.sentence(gettext)


def count_of(segment: Segment) -> int:
    return members_of(segment).order_by().count()


def explain_membership(segment: Segment, customer_id: UUID, *, principal: Principal | None = None) -> GroupAnswer:
    """Say why a customer is in a segment or not, condition by condition."""
    if segment.kind == Segment.Kind.DYNAMIC:
        return explain(segment.conditions, customer_id, principal=principal)
    listed = is_member(segment.id, customer_id)
    line = LeafAnswer("list", gettext("who are on this list"), gettext("yes") if listed else gettext("no"), listed, 1)
    return GroupAnswer("all", listed, 0, (line,))


# --- over time -----------------------------------------------------------------------------------------------


def last_counts(segment_ids: Iterable[UUID]) -> dict[UUID, SegmentCount]:
    """Give the newest kept count of each segment."""
    rows = (
        SegmentCount.objects.filter(segment_id__in=list(segment_ids)).order_by("segment_id", "-day").distinct("segment_id")
    )
    return {row.segment_id: row for row in rows}


def counts_over(segment_id: UUID, days: int = 90) -> list[SegmentCount]:
    """List the daily counts of the last days, oldest first."""
    since = today() - timedelta(days=days)
    return list(SegmentCount.objects.filter(segment_id=segment_id, day__gte=since).order_by("day"))


# --- who uses it ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Use:
    """Something that needs a segment: what it is, what it is called, and its page."""

    kind: str
    name: str
    page: str = ""  # URL name in the dashboard
    id: UUID | None = None


_paths: list[str] = []


def wire(paths: Sequence[str]) -> None:
    """Take in the table of who uses segments (config/wiring.py): functions of a segment's id."""
    _paths[:] = paths


def uses(segment_id: UUID) -> list[Use]:
    """List everything that needs this segment."""
    askers: list[Callable[[UUID], Iterable[Use]]] = [_own_uses, *(import_string(path) for path in _paths)]
    return [use for ask in askers for use in ask(segment_id)]


def _own_uses(segment_id: UUID) -> list[Use]:
    """What names it: plans, rules for leads and stages, and other segments where it is a list in their conditions."""
    named = str(segment_id)
    found: list[Use] = []
    for segment in Segment.objects.exclude(id=segment_id):
        if named in _values_of(segment.conditions, "lists"):
            found.append(Use(gettext("Segment"), segment.name, "segment", segment.id))
    for rule in LifecycleRule.objects.all():
        if rule.segment_id == segment_id or named in _values_of(rule.conditions, "lists"):
            found.append(Use(gettext("Lifecycle rule"), rule.name, "lifecycle"))
    for plan in ContactPlan.objects.filter(segment_id=segment_id).order_by("name"):
        found.append(Use(gettext("Contact plan"), plan.name, "plan", plan.id))
    for lead_rule in LeadRule.objects.order_by("position", "id"):
        if any(each["fact"] == "segment" and named in each["values"] for each in lead_rule.criteria):
            found.append(Use(gettext("Rule for leads"), lead_rule.name, "lead_rule", lead_rule.id))
    return found


def _values_of(tree: Any, fact: str) -> set[str]:
    if not isinstance(tree, dict) or fact not in facts_named(tree):
        return set()
    if "conditions" in tree:
        return set().union(*(_values_of(child, fact) for child in tree["conditions"]), set())
    value = tree.get("value")
    return set(value) if isinstance(value, list) else set()


def sizes(segments: Iterable[Segment]) -> dict[UUID, int]:
    """Count the members of fixed lists, in one statement."""
    ids = [segment.id for segment in segments if segment.kind == Segment.Kind.STATIC]
    rows = SegmentMember.objects.filter(segment_id__in=ids).values("segment_id").annotate(n=Count("id")).order_by()
    return dict.fromkeys(ids, 0) | {row["segment_id"]: row["n"] for row in rows}
