"""What is refused about segments, and why."""

from foundation.errors import Conflict, Invalid, NotFound


class UnknownSegment(NotFound):
    code = "unknown_segment"
    message = "There is no such segment."
    field = "segment"


class SegmentNameTaken(Conflict):
    code = "segment_name_taken"
    message = "There is already a segment of this name."
    field = "name"


class SegmentNameMissing(Invalid):
    code = "segment_name_missing"
    message = "A segment needs a name."
    field = "name"


class SegmentIsDynamic(Conflict):
    code = "segment_is_dynamic"
    message = "Who is in this segment follows from its conditions. Make a fixed list of it to choose customers by hand."


class SegmentInUse(Conflict):
    code = "segment_in_use"
    message = "This segment is used by: %(uses)s. Change that first."


class SegmentChanged(Conflict):
    code = "segment_changed"
    status = 412
    message = "Somebody else has changed this segment in the meantime. Load it again."


class SegmentIsRelative(Conflict):
    code = "segment_is_relative"
    message = (
        "Who is in “%(name)s” depends on who looks: it asks for “me” or “my team”. What runs by itself needs a segment "
        "that names the people."
    )
    field = "segment"


class SegmentMissing(Invalid):
    code = "segment_missing"
    message = "Choose the segment that is entered."
    field = "segment"
