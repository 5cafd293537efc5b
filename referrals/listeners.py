"""What the referral room does when something has happened elsewhere, or here a moment ago."""

from collections.abc import Sequence
from uuid import UUID

from crm.models import Order
from referrals.models import Referral
from referrals.operations import assess_orders, assess_referees, judge_orders, judge_referees, note_contacts
from referrals.operations.attributing import reconsider
from referrals.operations.handing_on import pass_all_on
from referrals.operations.honours import honour
from referrals.operations.profiles import close_who_left
from referrals.operations.promotions import note_arrivals
from referrals.queries import with_companies
from tenancy.models import Event


def on_orders_changed(events: Sequence[Event]) -> None:
    """Judge the orders as they are now; an event told twice or late finds nothing to do.

    In the same transaction the referrals are assessed: no reward is settled before its signs were weighed.
    """
    order_ids = list({event.subject_id for event in events})
    buyers = set(Order.objects.filter(id__in=order_ids, customer__isnull=False).values_list("customer_id", flat=True))
    reconsider(buyers, cause="order")
    judge_orders(order_ids)
    assess_orders(order_ids)
    _honour(Referral.objects.filter(referee_id__in=buyers))


def on_followers_reached(events: Sequence[Event]) -> None:
    """Note how many followers in WeChat the text of a promotion reached."""
    for event in events:
        note_arrivals(event.payload["message_id"], event.payload["arrived"])


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
    referee_ids = {event.payload["referee_id"] for event in events}
    judge_referees(referee_ids)
    assess_referees(referee_ids)
    _honour(Referral.objects.filter(referee_id__in=referee_ids))


def on_tasks_done(events: Sequence[Event]) -> None:
    """Note that a friend was contacted where the task to do so is finished."""
    keys = [event.payload["key"].split(":") for event in events]
    note_contacts({UUID(key[1]) for key in keys if key[0] == "referral" and key[-1] == "follow_up"})


def on_members_left(events: Sequence[Event]) -> None:
    """Close the profiles of employees who have left; their codes go on for the house until a colleague takes them."""
    close_who_left([event.subject_id for event in events])


def on_members_handed_over(events: Sequence[Event]) -> None:
    """Let referrals go with everything else that a colleague gave away."""
    for event in events:
        pass_all_on(event.subject_id, UUID(event.payload["heir_id"]))


def _honour(referrals) -> None:
    honour(set(referrals.order_by().values_list("referrer_id", flat=True)))
