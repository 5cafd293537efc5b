"""What the referral room does when something has happened elsewhere, or here a moment ago."""

from collections.abc import Sequence

from referrals.operations import judge_orders, judge_referees
from referrals.queries import with_companies
from tenancy.models import Event


def on_orders_changed(events: Sequence[Event]) -> None:
    """Judge the orders as they are now; an event told twice or late finds nothing to do."""
    judge_orders(list({event.subject_id for event in events}))


def on_deals_changed(events: Sequence[Event]) -> None:
    """Judge the friends whose deals moved, or whose deals' money came or went."""
    buyers = {event.payload.get(name) for event in events for name in ("customer_id", "was_customer_id")}
    judge_referees(with_companies(buyers, {event.subject_id for event in events}))


def on_surveys_answered(events: Sequence[Event]) -> None:
    """Judge the friends who said how satisfied they are."""
    judge_referees({event.payload["customer_id"] for event in events} - {None})


def on_referrals_confirmed(events: Sequence[Event]) -> None:
    """Judge what a friend ordered before the confirmation.

    A listener and not part of the confirmation: what was paid while that transaction was
    open is seen by one of the two, whichever commits last.
    """
    judge_referees({event.payload["referee_id"] for event in events})
