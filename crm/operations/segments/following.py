"""Note who enters and leaves the segments that somebody follows, and tell of it."""

from datetime import timedelta
from uuid import UUID

from django.db import connection

from crm.errors import SegmentIsRelative
from crm.models import Segment, SegmentStay
from crm.queries.following import followed
from crm.queries.segments import is_relative, members_sql
from tenancy import audit, door, events

KEPT = timedelta(days=400)  # of who has left: a year, and the same month of the year before
ENTERED, LEFT = "segment.entered", "segment.left"

# UUIDv7 (RFC 9562), so that rows of a time lie together.
_NEW_ID = """encode(
    substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
      || int2send((28672 | (random() * 4095)::int)::int2) || substring(uuid_send(gen_random_uuid()) FROM 9),
    'hex')::uuid"""
_TAKE = """
WITH present AS MATERIALIZED ({members}),
gone AS (
  UPDATE crm_segmentstay AS s SET left_at = %(now)s
  WHERE s.organisation_id = %(organisation)s AND s.segment_id = %(segment)s AND s.left_at IS NULL
    AND NOT EXISTS (SELECT FROM present AS p WHERE p.id = s.customer_id)
  RETURNING s.customer_id
),
come AS (
  INSERT INTO crm_segmentstay (organisation_id, id, segment_id, customer_id, entered_at, was_there)
  SELECT %(organisation)s, {id}, %(segment)s, p.id, %(now)s, %(is_first)s
  FROM present AS p
  WHERE NOT EXISTS (
    SELECT FROM crm_segmentstay AS s
    WHERE s.organisation_id = %(organisation)s AND s.segment_id = %(segment)s AND s.customer_id = p.id AND s.left_at IS NULL)
  RETURNING customer_id
)
SELECT %(entered)s, customer_id FROM come WHERE NOT %(is_first)s
UNION ALL
SELECT %(left)s, customer_id FROM gone WHERE NOT %(is_first)s
"""


def follow_segments() -> int:
    """Take every followed segment as it is now, one statement each, and count who came and went.

    Where following begins, and after conditions were changed, nobody enters or leaves: it is taken as it is.
    """
    wanted = followed()
    ids = [segment.id for segment in wanted]
    Segment.objects.filter(followed_at__isnull=False).exclude(id__in=ids).update(followed_at=None)
    moved = sum(_take(segment_id) for segment_id in ids)
    SegmentStay.objects.filter(left_at__lt=door.moment() - KEPT).delete()
    return moved


def _take(segment_id: UUID) -> int:
    """Take one segment; nothing where another worker does, or it is gone."""
    segment = Segment.objects.select_for_update(skip_locked=True, of=("self",)).filter(id=segment_id).first()
    if segment is None:
        return 0
    moves = _moves(segment)
    Segment.objects.filter(id=segment_id).update(followed_at=door.moment())
    for kind in (LEFT, ENTERED):
        told = {"segment_id": str(segment_id)}
        of_kind = [(customer, None, told | {"customer_id": str(customer)}) for each, customer in moves if each == kind]
        events.publish_all(kind, of_kind)
    return len(moves)


def _moves(segment: Segment) -> list[tuple[str, UUID]]:
    members, facts = members_sql(segment, "who")
    told = {
        "organisation": str(door.organisation_id()), "segment": str(segment.id), "now": door.moment(),
        "is_first": segment.followed_at is None, "entered": ENTERED, "left": LEFT,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_TAKE.format(members=members, id=_NEW_ID), facts | told)
        return cursor.fetchall()


def follow_segment(segment_id: UUID, *, is_followed: bool) -> Segment:
    """Begin or end following a segment by hand. Raises SegmentIsRelative."""
    segment = Segment.objects.select_for_update().get(id=segment_id)
    if is_followed and is_relative(segment):
        raise SegmentIsRelative(name=segment.name)
    if segment.is_followed != is_followed:
        Segment.objects.filter(id=segment_id).update(is_followed=is_followed)
        segment.is_followed = is_followed
        audit.record("segment.followed" if is_followed else "segment.unfollowed", segment)
        if is_followed and segment.followed_at is None:
            _take(segment_id)
    return segment
