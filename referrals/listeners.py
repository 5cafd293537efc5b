"""What the referral room does when something has happened elsewhere, or here a moment ago."""

from collections.abc import Sequence
from uuid import UUID

from referrals.operations import judge_orders, judge_referees, note_contacts
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


def on_tasks_done(events: Sequence[Event]) -> None:
    """Note that a friend was contacted where the task to do so is finished."""
    keys = [event.payload["key"].split(":") for event in events]
    note_contacts({UUID(key[1]) for key in keys if key[0] == "referral" and key[-1] == "follow_up"})
