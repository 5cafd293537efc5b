"""What the strong room does when something has happened in it."""

from collections.abc import Sequence
from uuid import UUID

from crm.models import Order
from crm.queries import kept_minor
from rewards import operations, queries
from rewards.operations.budgets.alerts import tell
from tenancy import events
from tenancy.models import Event


def on_settled(packs: Sequence[Event]) -> None:
    """Tell of each reward that a settlement made available."""
    news = [fact for pack in packs for fact in queries.settled(pack.subject_id, pack.payload["first"], pack.payload["last"])]
    events.publish_many("reward.settled", [(fact["id"], fact.pop("at"), _plain(fact)) for fact in news])


def on_orders_changed(happened: Sequence[Event]) -> None:
    """Give coupons and points back that were used on orders of whose money nothing is kept; a part changes nothing."""
    lost = {event.subject_id for event in happened if event.payload["cause"] in ("refunded", "cancelled")}
    gone = [order_id for order_id, kept in kept_minor(lost).items() if kept <= 0] if lost else []
    if gone:
        operations.reverse_refunded(list(Order.objects.filter(id__in=gone).values_list("source", "external_id")))


def on_gifts_delivered(happened: Sequence[Event]) -> None:
    """Issue the rewards that reached their owners by an order."""
    for event in happened:
        if event.payload["reward_id"]:
            operations.issue_delivered(UUID(event.payload["reward_id"]))


def on_rewards_reversed(happened: Sequence[Event]) -> None:
    """Call off what was on its way."""
    gone = [event.subject_id for event in happened if event.payload["kind"] == "gift" and not event.payload["kept"]]
    if gone:
        operations.call_gifts_off(gone)


def on_budget_alerts(happened: Sequence[Event]) -> None:
    """Tell whoever is responsible for the budgets, or finance."""
    tell([event.payload["alert_id"] for event in happened])


def _plain(fact: dict) -> dict:
    return {name: value if isinstance(value, (int, str, dict, type(None))) else str(value) for name, value in fact.items()}
