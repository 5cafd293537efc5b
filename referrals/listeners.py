"""What the referral room does when something has happened elsewhere, or here a moment ago."""

from collections.abc import Sequence

from crm.models import Order
from referrals.operations import judge_orders, judge_referees
from referrals.operations.attributing import reconsider
from tenancy.models import Event


def on_orders_changed(events: Sequence[Event]) -> None:
    """Judge the orders as they are now; an event told twice or late finds nothing to do."""
    order_ids = list({event.subject_id for event in events})
    buyers = Order.objects.filter(id__in=order_ids, customer__isnull=False).values_list("customer_id", flat=True)
    reconsider(set(buyers), cause="order")
    judge_orders(order_ids)


def on_referrals_confirmed(events: Sequence[Event]) -> None:
    """Judge what a friend ordered before the confirmation.

    A listener and not part of the confirmation: what was paid while that transaction was
    open is seen by one of the two, whichever commits last.
    """
    judge_referees({event.payload["referee_id"] for event in events})
