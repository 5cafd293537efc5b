"""What the loyalty room does when it hears of something."""

from collections.abc import Sequence

from crm.models import Order
from loyalty import operations
from tenancy.models import Event


def on_orders_changed(events: Sequence[Event]) -> None:
    """Bring points and tiers into step with orders; any order of events, and any repetition, ends the same."""
    order_ids = sorted({event.subject_id for event in events})
    operations.award_orders(order_ids)
    owners = Order.objects.filter(id__in=order_ids, customer__isnull=False).values_list("customer_id", flat=True)
    operations.review_tiers(sorted(set(owners)))
