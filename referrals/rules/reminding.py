"""When a campaign writes to customers by itself: what holds where nobody has said otherwise. Plain data.

After a purchase three days: the parcel has come, the joy is fresh. After good marks the next day. A link that
brought nobody is named once after two weeks, and who passed theirs on hears five days before the end.
"""

WAIT_DAYS = {"bought": 3, "praised": 1, "silent": 14, "ending": 5}
MOST_WAIT_DAYS, MOST_TIMES = 180, 5
FRESH_DAYS = 14  # then a purchase or good marks are no occasion any more
PATIENCE_DAYS = 90  # so long a reminder of an unused link waits for its turn
LOOK_BACK_DAYS = 30  # how many had such an occasion lately
EVERY_DAYS = 1  # what stands against it is looked at again


def message_kind(kind: str) -> str:
    """Name the message (messaging/texts.py) of a reminder."""
    return f"reminder_{kind}"
