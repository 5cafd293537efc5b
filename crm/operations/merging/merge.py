"""Make two customers one, or say what that would do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from crm.errors import AlreadyMerged, MergeAnswerMissing, MergeBlocked, MergedWithItself
from crm.models import Customer, Merge, MergeStep
from crm.operations.merging import fields as choosing
from crm.operations.merging.kit import MOVES, Block, Line, Note, Pair, Question, Work
from crm.operations.merging.rooms import rooms
from foundation.ids import new_id
from tenancy import audit, door, events

UNDO_DAYS = 30


@dataclass
class Plan:
    """What a merge would do: fields that differ, what moves, what to know, what to decide, what stands in the way."""

    winner: Customer
    loser: Customer
    fields: list[choosing.Choice]
    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)


def plan_merge(winner_id: UUID, loser_id: UUID) -> Plan:
    """Say what merging would do, and write nothing."""
    pair = _pair(winner_id, loser_id)
    plan = Plan(pair.winner, pair.loser, choosing.differing(pair))
    for room in rooms():
        plan.lines += [Line(column.label, many, _code(column)) for column, many in _counts(room, pair) if many]
        for one in room.look(pair) if room.look else ():
            _sort_in(plan, one)
    return plan


def _counts(room, pair: Pair):
    told = [column for column in room.columns if column.fate == MOVES and column.label]
    return [(column, column.rows_of(pair.loser.id).count()) for column in told]


def _code(column) -> str:
    return column.model._meta.label_lower


def _sort_in(plan: Plan, one: Line | Note | Block | Question) -> None:
    if isinstance(one, Line):
        plan.lines += [one] if one.count else []
    elif isinstance(one, Question):
        plan.questions.append(one)
    else:
        (plan.notes if isinstance(one, Note) else plan.blocks).append(one.text)


@transaction.atomic
def merge_customers(
    winner_id: UUID, loser_id: UUID, *, fields: Mapping[str, str] | None = None, answers: Mapping[str, str] | None = None
) -> Merge:
    """Make the loser one with the winner: everything of the one belongs to the other, in one transaction.

    `fields` says for fields in which they differ what is kept: winner, loser or both.
    `answers` answers the questions of the plan. Locks the two in id order. The journal
    lets it be undone for 30 days. Refused while something stands in the way.
    """
    pair = _pair(winner_id, loser_id, lock=True)
    ways = choosing.chosen(pair, fields or {})
    settled = _answered(plan_merge(winner_id, loser_id), answers or {})
    who, now = door.actor(), door.moment()
    merge = Merge.objects.create(
        id=new_id(), winner=pair.winner, loser=pair.loser, choices={"fields": ways, "answers": settled}, merged_at=now,
        merged_by_kind=who.kind, merged_by_id=who.id, undo_until=now + timedelta(days=UNDO_DAYS),
    )  # fmt: skip
    _carry_out(Work(merge, pair.winner, pair.loser, ways, settled))
    facts = {"winner_id": str(winner_id), "loser_id": str(loser_id), "merge_id": str(merge.id)}
    audit.record("customer.merged", pair.winner, facts | {"fields": ways, "moved": merge.moved})
    events.publish("customer.merged", winner_id, **facts)
    return merge


def catch_up(merge_id: UUID) -> bool:
    """Move what came to the stone after all: somebody was writing it while the merge was made. Says whether any came."""
    merge = Merge.objects.select_for_update(of=("self",)).filter(id=merge_id, undone_at=None).first()
    if merge is None or not _is_left_behind(merge):
        return False
    last = MergeStep.objects.filter(merge=merge).order_by("-place").values_list("place", flat=True).first() or 0
    winner, loser = Customer.every.get(id=merge.winner_id), Customer.every.get(id=merge.loser_id)
    if winner.merged_into_id:
        winner = Customer.every.get(id=winner.merged_into_id)
    _carry_out(Work(merge, winner, loser, merge.choices["fields"], merge.choices["answers"], dict(merge.moved), last))
    return True


def _is_left_behind(merge: Merge) -> bool:
    columns = [column for room in rooms() for column in room.columns if column.fate == MOVES and column.once_with is None]
    return any(column.rows_of(merge.loser_id).exists() for column in columns)


def _carry_out(work: Work) -> None:
    for room in rooms():
        if room.before:
            room.before(work)
        for column in room.columns:
            if column.fate == MOVES:
                work.move(column)
        if room.after:
            room.after(work)
    Merge.objects.filter(id=work.merge.id).update(moved=work.moved)
    work.merge.moved = work.moved


def _pair(winner_id: UUID, loser_id: UUID, *, lock: bool = False) -> Pair:
    if winner_id == loser_id:
        raise MergedWithItself
    rows = Customer.every.filter(id__in=[winner_id, loser_id]).order_by("id")
    # Not FOR UPDATE: whoever writes an order of theirs at this moment must not wait, see catch_up.
    found = {row.id: row for row in (rows.select_for_update(no_key=True, of=("self",)) if lock else rows)}
    for wanted in (winner_id, loser_id):
        if wanted not in found:
            raise Customer.DoesNotExist(wanted)
    if any(one.merged_into_id for one in found.values()):
        raise AlreadyMerged
    return Pair(found[winner_id], found[loser_id])


def _answered(plan: Plan, answers: Mapping[str, str]) -> dict[str, Any]:
    """Take the answers, and the defaults of what was not answered; refuse what stands in the way."""
    if plan.blocks:
        raise MergeBlocked(why=" ".join(plan.blocks), reasons=plan.blocks)
    taken = {}
    for question in plan.questions:
        answer = answers.get(question.code) or question.default
        if answer not in {value for value, _label in question.options}:
            raise MergeAnswerMissing(question=gettext(question.text), code=question.code)
        taken[question.code] = answer
    return taken
