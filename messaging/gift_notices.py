"""What customers are told while a gift is on its way to them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from messaging.operations import Notice, notify_many
from tenancy import door
from tenancy.models import Event, Organisation

_KINDS = {
    "gift.ordered": "gift_ordered",
    "gift.shipped": "gift_shipped",
    "gift.ready": "gift_ready",
    "gift.delivered": "gift_delivered",
    "gift.cancelled": "gift_cancelled",
    "gift.returned": "gift_returned",
}
GIFT_EVENTS = tuple(_KINDS)
_NEXT = {
    "send": {"zh-hans": "寄出后我们会通知您。", "en": "We shall tell you when it is sent."},
    "fetch": {"zh-hans": "备好后我们会通知您来取。", "en": "We shall tell you when you can pick it up."},
    "hand_over": {"zh-hans": "准备好后我们会通知您。", "en": "We shall tell you as soon as it is there."},
    "address": {"zh-hans": "请在会员中心填写收件地址。", "en": "Please tell us in the member centre where to send it."},
}
_NO_POINTS = {"zh-hans": "它没有扣除您的积分。", "en": "It had cost you no points."}
_NO_NUMBER = {"zh-hans": "预计几天内送达。", "en": "It should arrive within a few days."}


def on_gift_moved(events: Sequence[Event]) -> None:
    """Tell of each step that concerns the customer; a code that was there at once is told of once."""
    slug = Organisation.objects.values_list("slug", flat=True).get(id=door.organisation_id())
    notify_many([_notice(event, slug) for event in events if not _is_told_by_the_next(event)])


def _is_told_by_the_next(event: Event) -> bool:
    return event.kind == "gift.ordered" and event.payload["state"] == "issued"


def _notice(event: Event, slug: str) -> Notice:
    facts = event.payload
    kind = "gift_issued" if facts["state"] == "issued" and event.kind == "gift.delivered" else _KINDS[event.kind]
    context = {"gift": _gift(facts), "code": facts["code"]}
    return Notice(
        kind=kind, key=f"{event.kind}:{event.subject_id}", customer_id=UUID(facts["customer_id"]),
        context=context | _more(kind, facts), link=f"/o/{slug}/member/gifts/{event.subject_id}",
    )  # fmt: skip


def _more(kind: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    match kind:
        case "gift_ordered":
            return {"next": _NEXT["address" if facts["needs_address"] else facts["way"]]}
        case "gift_shipped":
            return {"parcel": _parcel(facts["carrier"], facts["tracking_number"])}
        case "gift_cancelled" | "gift_returned":
            return {"given_back": _given_back(facts["points"])}
    return {}


def _gift(facts: Mapping[str, Any]) -> dict[str, str]:
    """Name what it is, and how many; an item named in one language keeps that name in the other."""
    names = {language: text for language, text in facts["item"].items() if text}
    pieces = f" × {facts['quantity']}" if facts["quantity"] > 1 else ""
    return {language: f"{text}{pieces}" for language, text in names.items()}


def _parcel(carrier: str, number: str) -> dict[str, str]:
    if number:
        return {
            "zh-hans": f"快递：{carrier} 单号 {number}" if carrier else f"快递单号：{number}",
            "en": f"It travels with {carrier}, number {number}." if carrier else f"Its tracking number is {number}.",
        }
    return {"zh-hans": f"快递：{carrier}", "en": f"It travels with {carrier}."} if carrier else _NO_NUMBER


def _given_back(points: int) -> dict[str, str]:
    if not points:
        return _NO_POINTS
    plural = "point is" if points == 1 else "points are"
    return {"zh-hans": f"{points:,} 积分已退回您的账户。", "en": f"The {points:,} {plural} back in your account."}
