"""What can be done with segments."""

from crm.operations.segments.counting import count_segments
from crm.operations.segments.following import follow_segment, follow_segments
from crm.operations.segments.keeping import create_segment, delete_segment, duplicate_segment, update_segment
from crm.operations.segments.lists import MOST_AT_ONCE, add_members, freeze_segment, remove_members

__all__ = [
    "MOST_AT_ONCE",
    "add_members",
    "count_segments",
    "create_segment",
    "delete_segment",
    "duplicate_segment",
    "follow_segment",
    "follow_segments",
    "freeze_segment",
    "remove_members",
    "update_segment",
]
