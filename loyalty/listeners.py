"""What the loyalty room does when it hears of something."""

from collections.abc import Sequence
from uuid import UUID

from crm.models import Order
from loyalty import operations
from rewards.rules.in_kind import OF_LOYALTY
from tenancy.models import Event


def on_membership_due(events: Sequence[Event]) -> None:
    """Give the tiers and badges of rewards that were settled."""
    operations.give_rewards([event.subject_id for event in events])


def on_rewards_reversed(events: Sequence[Event]) -> None:
    """Take back the tiers and badges of rewards that were taken back."""
    operations.take_back_rewards([event.subject_id for event in events if event.payload["kind"] in OF_LOYALTY])


def on_orders_changed(events: Sequence[Event]) -> None:
    """Bring points and tiers into step with orders; any order of events, and any repetition, ends the same."""
    order_ids = sorted({event.subject_id for event in events})
    operations.award_orders(order_ids)
    owners = Order.objects.filter(id__in=order_ids, customer__isnull=False).values_list("customer_id", flat=True)
    operations.review_tiers(sorted(set(owners)))


def on_customers_merged(events: Sequence[Event]) -> None:
    """What both have spent counts together now."""
    operations.review_tiers(sorted({event.subject_id for event in events}))


def on_merges_undone(events: Sequence[Event]) -> None:
    """Each stands again where their own spend brings them."""
    both = {UUID(event.payload[name]) for event in events for name in ("winner_id", "loser_id")}
    operations.review_tiers(sorted(both), may_fall=True)
