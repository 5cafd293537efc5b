"""What the referral room does when something has happened elsewhere, or here a moment ago."""

from collections.abc import Sequence

from referrals.operations import judge_orders, judge_referees
from referrals.operations.profiles import close_who_left
from tenancy.models import Event


def on_orders_changed(events: Sequence[Event]) -> None:
    """Judge the orders as they are now; an event told twice or late finds nothing to do."""
    judge_orders(list({event.subject_id for event in events}))


def on_referrals_confirmed(events: Sequence[Event]) -> None:
    """Judge what a friend ordered before the confirmation.

    A listener and not part of the confirmation: what was paid while that transaction was
    open is seen by one of the two, whichever commits last.
    """
    judge_referees({event.payload["referee_id"] for event in events})


def on_members_left(events: Sequence[Event]) -> None:
    """Close the profiles of employees who have left; their codes go on for the house until a colleague takes them."""
    close_who_left([event.subject_id for event in events])
