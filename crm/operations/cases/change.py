"""Change what a case is about, how urgent it is and who has it."""

from typing import Any
from uuid import UUID

from crm.errors import SubjectMissing, UnknownOrder
from crm.models import Case, CaseCategory, Order
from crm.operations.cases.notes import locked, move, note_move
from crm.operations.cases.open import check_category, deadlines
from crm.operations.custom_fields import clean_custom, told_fields
from crm.operations.identity import check_member
from crm.operations.present import present_member
from crm.rules.cases import NEW, OPEN
from tenancy import audit, events

CHANGEABLE = {"subject", "description", "channel", "category_id", "order_id", "priority", "custom"}


def change_case(case_id: UUID, **changes: Any) -> Case:
    """Change facts of a case; with another priority its deadlines are counted anew from its opening."""
    assert changes.keys() <= CHANGEABLE, changes.keys() - CHANGEABLE
    case = locked(case_id)
    _check(case, changes)
    if "custom" in changes:
        changes["custom"] = clean_custom("case", changes["custom"] or {}, case.custom)
    before = {name: getattr(case, name) for name in changes if getattr(case, name) != changes[name]}
    for name in before:
        setattr(case, name, changes[name])
    if "priority" in before:
        pause = case.resolve_due_at - deadlines(case.opened_at, before["priority"])[1]
        case.response_due_at, case.resolve_due_at = deadlines(case.opened_at, case.priority)
        case.resolve_due_at += pause
        note_move(case, "priority", before["priority"], case.priority)
    if before:
        case.save()
        audit.record(
            "case.changed", case, {"fields": told_fields(list(before), before.get("custom", case.custom), case.custom)}
        )
    return case


def _check(case: Case, changes: dict[str, Any]) -> None:
    if "subject" in changes and not changes["subject"].strip():
        raise SubjectMissing
    check_category(changes.get("category_id"), CaseCategory.Kind.TOPIC, field="category")
    order_id = changes.get("order_id")
    if order_id and not Order.objects.filter(id=order_id, customer_id=case.customer_id).exists():
        raise UnknownOrder


def assign_case(case_id: UUID, owner_id: UUID | None, note: str = "") -> Case:
    """Give a case to a member of staff, or back to the queue; whoever has a new one has it in hand."""
    check_member(owner_id, field="owner")
    case = locked(case_id)
    if case.owner_id == owner_id:
        return case
    before, case.owner_id = case.owner_id, owner_id
    if owner_id and case.status == NEW:
        move(case, OPEN)
    else:
        case.save(update_fields=["owner"])
    note_move(case, "owner", before, owner_id, note.strip())
    audit.record("case.assigned", case, {"owner_id": str(owner_id) if owner_id else None})
    if owner_id and owner_id != present_member():
        events.publish("case.given", case.id, owner_id=str(owner_id))
    return case
