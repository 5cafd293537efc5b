"""What the customer room does when something has happened upstairs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from crm.models import Customer, Merge, Order, Task
from crm.operations.duplicates import find_duplicates
from crm.operations.identity import here
from crm.operations.merging import catch_up
from crm.operations.tasks import add_task
from crm.queries.merging import standing_id
from tenancy.models import Event, Membership, Organisation


def on_referral_confirmed(events: Sequence[Event]) -> None:
    """Give the referred friend's follow-up to whoever is responsible, in the words they read."""
    for event in events:
        _follow_up(event.payload)


def on_orders_changed(events: Sequence[Event]) -> None:
    """Bring orders to the winner that somebody was recording for the loser while they were merged."""
    left = Order.objects.filter(id__in={event.subject_id for event in events}, customer__merged_into__isnull=False)
    stones = set(left.values_list("customer_id", flat=True))
    for merge_id in Merge.objects.filter(loser_id__in=stones, undone_at=None).order_by("id").values_list("id", flat=True):
        catch_up(merge_id)


def on_customers_created(events: Sequence[Event]) -> None:
    """Compare new customers with those we know; those of an import wait for its end."""
    find_duplicates({event.subject_id for event in events if event.payload.get("source") != Customer.Source.IMPORT})


def on_import_finished(events: Sequence[Event]) -> None:
    """Compare everybody once, however many imports have ended."""
    if events:
        find_duplicates()


def on_customers_merged(events: Sequence[Event]) -> None:
    """Look once more whether something came to the stone meanwhile."""
    for event in events:
        catch_up(UUID(event.payload["merge_id"]))
        find_duplicates({event.subject_id})


def on_merges_undone(events: Sequence[Event]) -> None:
    """They may be taken for one another again, and by others."""
    find_duplicates({UUID(event.payload[name]) for event in events for name in ("winner_id", "loser_id")})


def _follow_up(told: dict[str, Any]) -> None:
    customer = Customer.objects.get(id=standing_id(UUID(told["referee_id"])))
    assignee = _assignee(told["task"].get("assignee_id"), customer)
    language = _language(assignee, here())
    add_task(
        key=f"referral:{told['referral_id']}:follow_up",
        title=_in(language, told["task"]["title"]),
        script=_in(language, told["task"].get("script") or {}),
        due_at=datetime.fromisoformat(told["task"]["due_at"]),
        customer_id=customer.id,
        assignee_id=assignee.id if assignee else None,
        priority=Task.Priority.HIGH,
    )


def _assignee(membership_id: str | None, customer: Customer) -> Membership | None:
    """Take the one who was named, else the customer's owner; who has left gets no more tasks."""
    active = Membership.objects.filter(is_active=True).select_related("user")
    for candidate in (UUID(membership_id) if membership_id else None, customer.owner_id):
        if candidate and (member := active.filter(id=candidate).first()):
            return member
    return None


def _language(assignee: Membership | None, organisation: Organisation) -> str:
    return (assignee and assignee.user.language) or organisation.language


def _in(language: str, texts: dict[str, str]) -> str:
    return texts.get(language) or next((text for text in texts.values() if text), "")
