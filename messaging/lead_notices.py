"""What members of staff are told of leads: yours now, due soon, late, nobody's."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from crm.models import Lead
from foundation.contacts import mask_name
from messaging.operations import Notice, notify_many
from tenancy.calendar import own_zone
from tenancy.models import Event, Membership


def on_leads_assigned(events: Sequence[Event]) -> None:
    """Tell the new owner, unless they took it themselves or with its customer."""
    _tell("lead_assigned", [event for event in events if event.payload.get("how") not in ("claimed", "with_customer")])


def on_leads_due_soon(events: Sequence[Event]) -> None:
    _tell("lead_due_soon", events)


def on_leads_overdue(events: Sequence[Event]) -> None:
    """Tell those who answer for the organisation that a customer still waits."""
    _tell("lead_overdue", events, members=_owners())


def on_leads_unassigned(events: Sequence[Event]) -> None:
    _tell("lead_unassigned", events, members=_owners())


def _owners() -> list[UUID]:
    owners = Membership.objects.filter(role=Membership.Role.OWNER, is_active=True)
    return list(owners.values_list("id", flat=True))


def _tell(kind: str, events: Sequence[Event], members: Iterable[UUID] | None = None) -> None:
    ids = {event.subject_id for event in events}
    leads = Lead.objects.filter(id__in=ids).select_related("customer", "owner__user").in_bulk()
    zone = own_zone()
    notices = [
        Notice(
            kind=kind, key=f"{kind}:{event.id}:{member}", member_id=member, link=f"/leads/{lead.id}/",
            context=_facts(lead, zone),
        )
        for event in events
        if (lead := leads.get(event.subject_id))
        for member in ([UUID(event.payload["owner_id"])] if members is None else members)
    ]  # fmt: skip
    notify_many(notices)


def _facts(lead: Lead, zone: ZoneInfo) -> dict:
    due = lead.response_due_at or lead.created_at
    assignee = lead.owner.user.name if lead.owner else {"zh-hans": "未分配", "en": "nobody"}
    customer = mask_name(lead.customer.name)  # a mailbox is not our house
    return {"customer": customer, "due_on": due, "due_time": f"{due.astimezone(zone):%H:%M}", "assignee": assignee}


# --- the pool of customers --------------------------------------------------------------------------------------


def on_owners_warned(events: Sequence[Event]) -> None:
    """Tell whoever looks after them how many go back to the pool soon."""
    _tell_members("pool_warned", events)


def on_customers_recycled(events: Sequence[Event]) -> None:
    _tell_members("pool_recycled", events)


def _tell_members(kind: str, events: Sequence[Event]) -> None:
    here = set(Membership.objects.filter(is_active=True).values_list("id", flat=True))
    notify_many(
        [
            Notice(
                kind=kind, key=f"{kind}:{event.id}", member_id=event.subject_id, context=_counted(event),
                link="/customers/pool/?view=soon" if kind == "pool_warned" else "/customers/pool/",
            )
            for event in events
            if event.subject_id in here
        ]
    )  # fmt: skip


def _counted(event: Event) -> dict:
    day = event.payload.get("day")
    return {"count": event.payload["count"], **({"due_on": date.fromisoformat(day)} if day else {})}
