"""What both sides are told of a claim on who brought a customer. The other side stays unnamed, the friend is masked."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from crm.models import Customer
from foundation.contacts import mask_name
from messaging import texts
from messaging.operations import Notice, notify_many
from tenancy import door
from tenancy.models import Event, Organisation

_SIDES = ("claimant_id", "rival_id")


def on_claims_opened(events: Sequence[Event]) -> None:
    """Tell the claimant that it is known, and whose the friend was that the reward waits."""
    _tell(events, lambda facts, role: "claim_opened" if role == "claimant_id" else "claim_contested")


def on_claims_decided(events: Sequence[Event]) -> None:
    _tell(events, lambda facts, role: "claim_decided")


def on_claims_appealed(events: Sequence[Event]) -> None:
    _tell(events, lambda facts, role: "claim_appealed")


def _tell(events: Sequence[Event], kind_of) -> None:
    slug = Organisation.objects.values_list("slug", flat=True).get(id=door.organisation_id())
    names = _names(events)
    notify_many([notice for event in events for notice in _notices(event, kind_of, names, f"/o/{slug}/member/claims")])


def _notices(event: Event, kind_of, names: Mapping[str, str], link: str) -> Iterator[Notice]:
    facts = event.payload
    friend: Any = names.get(facts["referee_id"] or "")
    for role in _SIDES:
        if facts[role]:
            kind = kind_of(facts, role)
            context = {"friend": mask_name(friend) if friend else texts.SOMEBODY}
            if kind == "claim_decided":
                context["result"] = _result(facts, facts[role])
            yield Notice(
                kind=kind, key=f"claim:{event.id}:{role}", customer_id=UUID(facts[role]), context=context, link=link
            )


def _result(facts: Mapping[str, Any], person: str) -> Mapping[str, str]:
    part = next((each["part"] for each in facts["parts"] if each["referrer"] == person), 0)
    if part == 10_000:
        return texts.CLAIM_RESULTS["whole"]
    said = texts.CLAIM_RESULTS["part" if part else "nothing"]
    percent = f"{part / 100:.2f}".rstrip("0").rstrip(".")
    return {language: text.replace("PERCENT", percent) for language, text in said.items()}


def _names(events: Sequence[Event]) -> dict[str, str]:
    ids = {event.payload["referee_id"] for event in events} - {None}
    return {str(id): name for id, name in Customer.objects.filter(id__in=ids).values_list("id", "name")}
