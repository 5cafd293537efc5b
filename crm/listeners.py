"""What the customer room does when something has happened upstairs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from crm.models import Customer, Lead, Task
from crm.operations.identity import here
from crm.operations.leads import recycle_lead
from crm.operations.tasks import add_task
from crm.rules.leads import IN_HAND
from tenancy.models import Event, Membership, Organisation


def on_referral_confirmed(events: Sequence[Event]) -> None:
    """Give the referred friend's follow-up to whoever is responsible, in the words they read."""
    for event in events:
        _follow_up(event.payload)


def on_members_left(events: Sequence[Event]) -> None:
    """Put the open leads of who has left where others can take them."""
    left = Membership.objects.filter(id__in=[event.subject_id for event in events], is_active=False)
    open_leads = Lead.objects.filter(owner__in=left, state__in=IN_HAND).order_by("id")
    for lead_id in open_leads.values_list("id", flat=True):
        recycle_lead(lead_id, reason="member_left")


def _follow_up(told: dict[str, Any]) -> None:
    customer = Customer.objects.get(id=told["referee_id"])
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
