"""What is told on the way of a referral: to the referrer how far it has come, to staff what waits for them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from crm.models import Customer
from foundation.contacts import mask_name
from messaging.operations import Notice, notify_many
from messaging.talk_notices import NOBODY
from tenancy import door
from tenancy.models import Event, Membership, Organisation

PROGRESS = ("referral.contacted", "referral.qualified", "referral.converted", "referral.closed")
# What the referrer need not hear: it is about them, or was found against them.
_NOT_TOLD = frozenset(
    {"fraud_confirmed", "self_referral", "same_household", "policy_conflict", "duplicate_lead", "withdrawn"}
)
_ANSWERS = {
    "accepted": {"en": "has taken over", "zh-hans": "已接手"},
    "declined": {"en": "has declined", "zh-hans": "婉拒了交接"},
}


def on_progress(events: Sequence[Event]) -> None:
    """Tell referrers of a step, each once; of the friend no more than the masked name."""
    events = [event for event in events if event.payload.get("reason") not in _NOT_TOLD]
    names = _masked(event.payload["referee_id"] for event in events)
    slug = _here().slug
    notify_many(
        [
            Notice(
                kind=event.kind.replace(".", "_"), key=f"referral:{event.subject_id}:{event.kind.partition('.')[2]}",
                customer_id=UUID(event.payload["referrer_id"]),
                context={"friend": names.get(UUID(event.payload["referee_id"]), "*"),
                         "campaign": event.payload["campaign_name"]},
                link=f"/o/{slug}/member/referrals/{event.subject_id}",
            )
            for event in events
        ]
    )  # fmt: skip


def on_due(events: Sequence[Event]) -> None:
    """Tell whoever has it, or whoever stands above, that somebody waits."""
    names = _masked(event.payload["referee_id"] for event in events)
    holders = _members(event.payload.get("holder_id") for event in events)
    zone = ZoneInfo(_here().time_zone)
    notices = []
    for event in events:
        told = event.payload
        due = datetime.fromisoformat(told["due_at"])
        context = {
            "customer": names.get(UUID(told["referee_id"]), "*"), "campaign": told["campaign_name"], "due_on": due,
            "due_time": f"{due.astimezone(zone):%H:%M}", "assignee": holders.get(told.get("holder_id"), NOBODY),
        }  # fmt: skip
        notices += _to_members(event, event.kind.replace(".", "_"), context)
    notify_many(notices)


def on_handed(events: Sequence[Event]) -> None:
    """Tell the receiver of a hand-over, and the giver of the answer."""
    names = _masked(event.payload["referee_id"] for event in events)
    people = _members(event.payload.get("by") for event in events)
    notices = []
    for event in events:
        told = event.payload
        context = {
            "customer": names.get(UUID(told["referee_id"]), "*"), "campaign": told["campaign_name"],
            "colleague": people.get(told.get("by"), NOBODY),
        }  # fmt: skip
        if told["what"] == "asked":
            notices += _to_members(event, "referral_handed", context)
        else:
            notices += _to_members(event, "referral_hand_answered", context | {"answer": _ANSWERS[told["what"]]})
    notify_many(notices)


def _to_members(event: Event, kind: str, context: dict) -> list[Notice]:
    link = f"/referrals/{event.payload['referral_id']}/"
    return [
        Notice(kind=kind, key=f"{kind}:{event.id}:{member}", member_id=UUID(member), context=context, link=link)
        for member in event.payload["members"]
    ]


def _masked(ids: Iterable[str]) -> dict[UUID, str]:
    rows = Customer.every.filter(id__in=[UUID(id) for id in ids]).values_list("id", "name")
    return {id: mask_name(name) for id, name in rows}


def _members(ids: Iterable[str | None]) -> dict[str, str]:
    rows = Membership.objects.filter(id__in=[UUID(id) for id in ids if id]).values_list("id", "user__name")
    return {str(id): name for id, name in rows}


def _here() -> Organisation:
    return Organisation.objects.get(id=door.organisation_id())
