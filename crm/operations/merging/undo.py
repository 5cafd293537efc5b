"""Take a merge back, or say what that would do."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from crm.errors import CannotUndoMerge, MergeUndoneAlready, TooLateToUndo, UnknownMerge
from crm.models import Customer, Merge, MergeStep
from crm.operations.merging.kit import MOVES, Block, Line, Undoing, every, read_row, read_values, write
from crm.operations.merging.merge import UNDO_DAYS
from crm.operations.merging.own import give_each_a_primary
from crm.operations.merging.rooms import model_of, rooms
from tenancy import audit, door, events

Act = MergeStep.Act


@dataclass
class UndoPlan:
    """What stays with the winner because it came since, what to know, and what stands in the way."""

    merge: Merge
    stays: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)


def plan_undo(merge_id: UUID) -> UndoPlan:
    """Say what undoing would do, and write nothing."""
    undoing = _read(merge_id)
    plan = UndoPlan(undoing.merge, _came_since(undoing))
    if undoing.merge.undo_until <= door.moment():
        plan.blocks.append(gettext("It is too old to be undone."))
    if _has_later(undoing):
        plan.blocks.append(gettext("One of the two was merged again later. Undo that first."))
    if _is_changed_since(undoing):
        plan.notes.append(gettext("Facts that were changed since the merge stay as they are."))
    for room in rooms():
        for one in room.look_back(undoing) if room.look_back else ():
            (plan.blocks if isinstance(one, Block) else plan.notes).append(one.text)
    return plan


@transaction.atomic
def undo_merge(merge_id: UUID) -> Merge:
    """Make two customers of one again: what was moved goes back, what came since stays with the winner."""
    merge = Merge.objects.select_for_update(of=("self",)).filter(id=merge_id).first()
    if merge is None:
        raise UnknownMerge
    if merge.undone_at:
        raise MergeUndoneAlready
    list(Customer.every.select_for_update(no_key=True, of=("self",)).filter(
        id__in=[merge.winner_id, merge.loser_id]).order_by("id"))  # fmt: skip
    _refuse(merge, plan_undo(merge_id))
    undoing = _read(merge_id)
    for room in reversed(rooms()):
        if room.undo:
            room.undo(undoing)
    for step in reversed(undoing.steps):
        _take_back(step, undoing)
    for finish in [give_each_a_primary, *undoing.after]:
        finish(undoing)
    return _close(merge)


def _refuse(merge: Merge, plan: UndoPlan) -> None:
    if merge.undo_until <= door.moment():
        raise TooLateToUndo(days=UNDO_DAYS)
    if plan.blocks:
        raise CannotUndoMerge(why=" ".join(plan.blocks), reasons=plan.blocks)


def _close(merge: Merge) -> Merge:
    who = door.actor()
    changes = {"undone_at": door.moment(), "undone_by_kind": who.kind, "undone_by_id": who.id}
    Merge.objects.filter(id=merge.id).update(**changes)
    facts = {"winner_id": str(merge.winner_id), "loser_id": str(merge.loser_id), "merge_id": str(merge.id)}
    audit.record("customer.merge_undone", Customer.every.get(id=merge.winner_id), facts)
    events.publish("customer.merge_undone", merge.winner_id, **facts)
    return Merge.objects.get(id=merge.id)


def _read(merge_id: UUID) -> Undoing:
    merge = Merge.objects.filter(id=merge_id).first()
    if merge is None:
        raise UnknownMerge
    people = Customer.every.in_bulk([merge.winner_id, merge.loser_id])
    steps = list(MergeStep.objects.filter(merge=merge).order_by("place"))
    return Undoing(merge, people[merge.winner_id], people[merge.loser_id], steps)


def _has_later(undoing: Undoing) -> bool:
    """Moves lie on one another: the last is taken back first."""
    later = Merge.objects.filter(undone_at=None, id__gt=undoing.merge.id)
    return undoing.winner.merged_into_id is not None or later.filter(winner=undoing.winner).exists()


def _came_since(undoing: Undoing) -> list[Line]:
    """Count what the winner got after the merge; ids follow the clock."""
    told = []
    for room in rooms():
        for column in room.columns:
            if column.fate == MOVES and column.label:
                rows = column.rows_of(undoing.winner.id).filter(id__gt=undoing.merge.id)
                since = rows.exclude(id__in=undoing.ids(column.model)).count()
                told.append(Line(column.label, since, column.model._meta.label_lower))
    return [line for line in told if line.count]


def _is_changed_since(undoing: Undoing) -> bool:
    rows = [row for step in undoing.of(Customer, Act.CHANGED) for row in step.rows if row["id"] == str(undoing.winner.id)]
    return any(getattr(undoing.winner, name) != value for row in rows
               for name, value in read_values(Customer, row["after"]).items())  # fmt: skip


# --- steps -----------------------------------------------------------------------------------------------


def _take_back(step: MergeStep, undoing: Undoing) -> None:
    if step.act != Act.NOTED:
        _BACK[step.act](step, undoing, set(undoing.kept.get(step.table, ())))


def _point_back(step: MergeStep, undoing: Undoing, kept: set[str]) -> None:
    ids = [id for id in step.rows if id not in kept]
    rows = every(model_of(step.table)).filter(id__in=ids, **{step.column: undoing.winner.id})
    rows.update(**{step.column: undoing.loser.id})


def _change_back(step: MergeStep, undoing: Undoing, kept: set[str]) -> None:
    """Put back what still is as the merge left it."""
    model = model_of(step.table)
    rows = {str(row.id): row for row in every(model).filter(id__in=[row["id"] for row in step.rows])}
    values = {}
    for told in step.rows:
        row = rows.get(told["id"])
        if row is not None and told["id"] not in kept:
            before, after = read_values(model, told["before"]), read_values(model, told["after"])
            values[row.id] = {name: before[name] for name in before if getattr(row, name) == after[name]}
    write(model, {id: changes for id, changes in values.items() if changes})


def _put_back(step: MergeStep, undoing: Undoing, kept: set[str]) -> None:
    model = model_of(step.table)
    every(model).bulk_create([read_row(model, told) for told in step.rows], ignore_conflicts=True)


def _take_away(step: MergeStep, undoing: Undoing, kept: set[str]) -> None:
    every(model_of(step.table)).filter(id__in=[id for id in step.rows if id not in kept]).delete()


_BACK = {
    Act.REPOINTED: _point_back,
    Act.CHANGED: _change_back,
    Act.REMOVED: _put_back,
    Act.ADDED: _take_away,
}
