"""Who is on a fixed list."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from crm.errors import SegmentIsDynamic
from crm.models import Customer, Segment, SegmentMember
from crm.operations.segments.keeping import _free_name, create_segment
from crm.queries.segments import members_of
from foundation.ids import new_id
from tenancy import audit, door

MOST_AT_ONCE = 10_000
CHUNK = 2_000


def add_members(segment_id: UUID, customer_ids: Iterable[UUID]) -> int:
    """Put customers on a list and count those who were not there; ids of nobody are left out."""
    segment = _static(segment_id)
    wanted = list(dict.fromkeys(customer_ids))[:MOST_AT_ONCE]
    known = Customer.objects.filter(id__in=wanted).exclude(id__in=_listed(segment_id)).values_list("id", flat=True)
    return _write(segment, list(known))


def remove_members(segment_id: UUID, customer_ids: Iterable[UUID]) -> int:
    """Take customers off a list and count them."""
    segment = _static(segment_id)
    gone, _each = SegmentMember.objects.filter(segment_id=segment_id, customer_id__in=list(customer_ids)).delete()
    if gone:
        _note(segment, "segment.members_removed", gone)
    return gone


def freeze_segment(segment_id: UUID, *, name: str = "", owner_id: UUID | None = None) -> Segment:
    """Make a fixed list of whoever is in a segment now."""
    first = Segment.objects.get(id=segment_id)
    ids = list(members_of(first).order_by().values_list("id", flat=True))
    listed = create_segment(
        name=name or _free_name(first.name), kind=Segment.Kind.STATIC, description=first.description, owner_id=owner_id,
        is_shared=first.is_shared,
    )  # fmt: skip
    _write(listed, ids)
    return listed


def copy_members(source_id: UUID, target_id: UUID) -> None:
    _write(Segment.objects.get(id=target_id), list(_listed(source_id)))


def _static(segment_id: UUID) -> Segment:
    segment = Segment.objects.get(id=segment_id)
    if segment.kind != Segment.Kind.STATIC:
        raise SegmentIsDynamic
    return segment


def _listed(segment_id: UUID):
    return SegmentMember.objects.filter(segment_id=segment_id).values_list("customer_id", flat=True)


def _write(segment: Segment, ids: Sequence[UUID]) -> int:
    rows = [SegmentMember(id=new_id(), segment=segment, customer_id=id, added_at=door.moment()) for id in ids]
    SegmentMember.objects.bulk_create(rows, batch_size=CHUNK, ignore_conflicts=True)
    if rows:
        _note(segment, "segment.members_added", len(rows))
    return len(rows)


def _note(segment: Segment, action: str, customers: int) -> None:
    Segment.objects.filter(id=segment.id).update(updated_at=door.moment())
    audit.record(action, segment, {"customers": customers})
