"""Whom not to tell of a campaign, and when nobody is told. Plain data and functions."""

from datetime import time

# In the order in which they are looked at: the first that holds is the one that is named.
LEFT_OUT = (
    "no_address", "no_consent", "source", "suspected", "withdrawn", "open_case", "said_no", "told_lately",
    "asked_lately", "asked_often",
)  # fmt: skip
# Why somebody who was chosen was not told in the end.
ALSO_LEFT_OUT = ("gone", "not_in_target", "refused", "no_channel", "switched_off")
PLACES = ("organisation", "name", "customer", "campaign", "link")
GROUP_PLACES = ("organisation", "campaign", "link")
QUIET_FROM, QUIET_UNTIL = time(21), time(8)  # on the organisation's clock


def is_quiet(now: time) -> bool:
    """Say whether people are left in peace at this hour; it goes over midnight."""
    return now >= QUIET_FROM or now < QUIET_UNTIL
