"""Keep how many each segment holds, once a day."""

from crm.models import Segment, SegmentCount
from crm.queries.segments import count_of, is_relative, today
from foundation.ids import new_id
from tenancy import door


def count_segments() -> int:
    """Count every segment for today; a second count on one day replaces the first. Of “my customers” there is no number."""
    day, moment = today(), door.moment()
    rows = [
        SegmentCount(id=new_id(), segment=segment, day=day, customers=count_of(segment), counted_at=moment)
        for segment in Segment.objects.order_by("id")
        if not is_relative(segment)
    ]
    SegmentCount.objects.filter(day=day).delete()
    SegmentCount.objects.bulk_create(rows)
    return len(rows)
