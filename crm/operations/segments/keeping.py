"""Make segments, change, copy and delete them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from crm.errors import SegmentChanged, SegmentInUse, SegmentIsRelative, SegmentNameMissing, SegmentNameTaken
from crm.models import Segment
from crm.operations.identity import check_member
from crm.queries.conditions import read_tree
from crm.queries.segments import uses
from crm.rules.conditions import Group, as_data, is_relative
from tenancy import audit, door


def create_segment(
    *,
    name: str,
    conditions: Any = None,
    kind: str = Segment.Kind.DYNAMIC,
    description: str = "",
    owner_id: UUID | None = None,
    is_shared: bool = True,
) -> Segment:
    """Keep a segment. Raises InvalidConditions, SegmentNameTaken."""
    check_member(owner_id, field="owner")
    segment = Segment(
        name=_name(name), description=description.strip()[:300], kind=kind, owner_id=owner_id, is_shared=is_shared,
        conditions=_clean(conditions) if kind == Segment.Kind.DYNAMIC else {},
        created_at=door.moment(), updated_at=door.moment(),
    )  # fmt: skip
    _save(segment)
    audit.record("segment.created", segment, {"kind": kind})
    return segment


def update_segment(segment_id: UUID, *, expected: datetime | None = None, **changes: Any) -> Segment:
    """Change name, description, conditions, owner_id, is_shared. Raises SegmentChanged when it is not as `expected`."""
    assert changes.keys() <= {"name", "description", "conditions", "owner_id", "is_shared"}, changes
    segment = Segment.objects.select_for_update().get(id=segment_id)
    if expected is not None and expected != segment.updated_at:
        raise SegmentChanged
    if "name" in changes:
        changes["name"] = _name(changes["name"])
    if "conditions" in changes:
        changes["conditions"] = _clean(changes["conditions"]) if segment.kind == Segment.Kind.DYNAMIC else {}
        _check_users(segment, changes["conditions"])
    check_member(changes.get("owner_id"), field="owner")
    changed = [name for name, value in changes.items() if getattr(segment, name) != value]
    if not changed:
        return segment
    for name in changed:
        setattr(segment, name, changes[name])
    if "conditions" in changed:
        segment.followed_at = None  # whom other conditions find has not entered: they are taken as they are
    segment.updated_at = door.moment()
    _save(segment)
    audit.record("segment.updated", segment, {"fields": sorted(changed)})
    return segment


def duplicate_segment(segment_id: UUID, *, owner_id: UUID | None = None) -> Segment:
    """Make another one like it, to be changed; of a fixed list, with its customers."""
    from crm.operations.segments.lists import copy_members

    first = Segment.objects.get(id=segment_id)
    copy = create_segment(
        name=_free_name(first.name), conditions=first.conditions, kind=first.kind, description=first.description,
        owner_id=owner_id, is_shared=first.is_shared,
    )  # fmt: skip
    if first.kind == Segment.Kind.STATIC:
        copy_members(first.id, copy.id)
    return copy


def delete_segment(segment_id: UUID) -> None:
    """Delete a segment that nothing needs. Raises SegmentInUse and says what does."""
    segment = Segment.objects.select_for_update().get(id=segment_id)
    if found := uses(segment_id):
        raise SegmentInUse(uses=", ".join(use.name for use in found[:5]))
    audit.record("segment.deleted", segment, {"name": segment.name})
    segment.delete()


def _check_users(segment: Segment, conditions: dict[str, Any]) -> None:
    """What runs by itself cannot ask who I am. Raises SegmentIsRelative."""
    if is_relative(conditions) and (segment.is_followed or uses(segment.id)):
        raise SegmentIsRelative(name=segment.name)


def _name(name: str) -> str:
    if not name.strip():
        raise SegmentNameMissing
    return name.strip()[:80]


def _clean(conditions: Any) -> dict[str, Any]:
    tree = conditions if isinstance(conditions, Group) else read_tree(conditions, subject="customer")
    return {} if tree.is_empty else as_data(tree)


def _save(segment: Segment) -> None:
    try:
        with transaction.atomic():
            segment.save()
    except IntegrityError as error:
        if "segment_once" not in str(error):
            raise
        raise SegmentNameTaken from None


def _free_name(name: str) -> str:
    taken = set(Segment.objects.values_list("name", flat=True))
    tries = (gettext("%(name)s (copy)") % {"name": name[:60]}, *(f"{name[:60]} ({n})" for n in range(2, 1000)))
    return next(each for each in tries if each not in taken)
