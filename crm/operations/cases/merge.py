"""Make one case of two that are about the same thing."""

from uuid import UUID

from crm.errors import CannotMerge
from crm.models import Case, CaseMessage, Task
from crm.operations.cases.notes import move, note_move
from crm.rules.cases import MERGED, UNFINISHED
from tenancy import audit


def merge_cases(keep_id: UUID, double_id: UUID) -> Case:
    """Move what was said and is to be done in the double to the case that is kept; the double points there."""
    both = {
        case.id: case
        for case in Case.objects.select_for_update(of=("self",)).filter(id__in=[keep_id, double_id]).order_by("id")
    }
    keep, double = both.get(keep_id), both.get(double_id)
    if not keep or not double or keep_id == double_id or keep.customer_id != double.customer_id:
        raise CannotMerge
    if keep.status == MERGED or double.status not in UNFINISHED:
        raise CannotMerge
    CaseMessage.objects.filter(case=double).update(case=keep)
    Task.objects.filter(case=double).update(case=keep)
    if double.description and double.description not in keep.description:
        keep.description = f"{keep.description}\n\n{double.code} {double.subject}\n{double.description}".strip()
        keep.save(update_fields=["description"])
    if more := {key: value for key, value in double.custom.items() if key not in keep.custom}:
        keep.custom = keep.custom | more
        keep.save(update_fields=["custom"])
    double.merged_into = keep
    move(double, MERGED, note=keep.code)
    note_move(keep, "merge", double.code, keep.code)
    audit.record("case.merged", keep, {"double": double.number})
    return keep
