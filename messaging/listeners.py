"""What messaging tells people when something has happened upstairs. Every key comes from the event."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime

from crm.models import Customer
from foundation.contacts import mask_name
from messaging import texts
from messaging.operations import Notice, notify_many
from messaging.rules import Amount
from tenancy import door
from tenancy.models import Event, Organisation


def on_referral_confirmed(events: Sequence[Event]) -> None:
    """Thank the referrer and welcome the referee; each sees the other's name masked."""
    people = _masked_names(event.payload[role] for event in events for role in ("referrer_id", "referee_id"))
    member = _member_pages()
    notices = []
    for event in events:
        facts = event.payload
        key = f"referral:{facts['referral_id']}:confirmed"
        referrer, referee = UUID(facts["referrer_id"]), UUID(facts["referee_id"])
        campaign = {"campaign": facts["campaign_name"]}
        thanks = campaign | {"friend": people.get(referee, "*")}
        welcome = campaign | {"referrer": people.get(referrer, "*")}
        notices += [
            Notice(
                kind="referral_confirmed",
                key=f"{key}:referrer",
                customer_id=referrer,
                context=thanks,
                link=f"{member}referrals",
            ),
            Notice(kind="welcome", key=f"{key}:referee", customer_id=referee, context=welcome, link=member),
        ]
    notify_many(notices)


def on_reward_accrued(events: Sequence[Event]) -> None:
    member = _member_pages()
    notify_many(
        [
            _reward("reward_accrued", event, member, available_on=parse_datetime(event.payload["hold_until"]))
            for event in events
        ]
    )


def on_reward_settled(events: Sequence[Event]) -> None:
    member = _member_pages()
    notify_many([_reward("reward_settled", event, member) for event in events])


def on_reward_reversed(events: Sequence[Event]) -> None:
    """Tell of every part taken back; a reward may shrink several times. What was exchanged is no loss."""
    events = [event for event in events if event.payload["cause"] != "chosen"]
    member = _member_pages()
    notify_many(
        [
            _reward(
                "reward_reversed", event, member, occasion=f":{event.id}",
                kept=_amount(event.payload, event.payload["kept"]) if event.payload["kept"] else texts.NOTHING,
                cause=texts.CAUSES.get(event.payload["cause"], texts.ANY_CAUSE),
            )
            for event in events
        ]
    )  # fmt: skip


def on_reward_restored(events: Sequence[Event]) -> None:
    """Tell of what was taken back and is given again."""
    member = _member_pages()
    notify_many(
        [
            _reward(
                "reward_restored", event, member, occasion=f":{event.id}",
                kept=_amount(event.payload, event.payload["kept"]),
                cause=texts.CAUSES.get(event.payload["cause"], texts.CAUSES["refund_cancelled"]),
            )
            for event in events
        ]
    )  # fmt: skip


def on_tier_changed(events: Sequence[Event]) -> None:
    """Tell of a new level; where everybody starts is no news."""
    member = _member_pages()
    notify_many(
        [
            Notice(
                kind="tier_changed", key=f"tier:{event.id}", customer_id=UUID(event.payload["customer_id"]),
                context={"tier": event.payload["names"]}, link=member,
            )
            for event in events
            if event.payload["before"]
        ]
    )  # fmt: skip


def _reward(kind: str, event: Event, member: str, *, occasion: str = "", **facts: Any) -> Notice:
    payload = event.payload
    context = {
        "reward": _amount(payload, payload["amount"]),
        "reason": texts.REASONS.get(payload["role"], texts.ANY_REASON),
        "reason_title": texts.REASON_TITLES.get(payload["role"], texts.ANY_REASON_TITLE),
    }
    return Notice(
        kind=kind, key=f"{kind}:{event.subject_id}{occasion}", customer_id=UUID(payload["customer_id"]),
        context=context | facts, link=f"{member}rewards/{event.subject_id}",
    )  # fmt: skip


def _amount(payload: Mapping[str, Any], amount: int) -> Amount:
    return Amount(payload["kind"], payload["unit"], amount, payload.get("title") or {})


def _masked_names(ids) -> dict[UUID, str]:
    rows = Customer.every.filter(id__in=[UUID(id) for id in ids]).values_list("id", "name")
    return {id: mask_name(name) for id, name in rows}


def _member_pages() -> str:
    slug = Organisation.objects.values_list("slug", flat=True).get(id=door.organisation_id())
    return f"/o/{slug}/member/"
