"""What everybody learns of a gift order: its history, the event, the task of whoever is responsible."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from crm.models import Task
from crm.operations import add_task, complete_task, drop_task
from rewards.models import CatalogueItem, GiftOrder, GiftOrderMove
from tenancy import door, events
from tenancy.models import Organisation

_HANDLED_WITHIN = timedelta(days=2)


def note_move(order: GiftOrder, *, before: str, after: str, note: str = "") -> None:
    """Write down who moved the order, when and why."""
    actor = door.actor()
    GiftOrderMove.objects.create(
        order_id=order.id, before=before, after=after, note=note.strip()[:200], actor_kind=actor.kind, actor_id=actor.id,
        occurred_at=door.moment(),
    )  # fmt: skip


def tell(kind: str, order: GiftOrder) -> None:
    """Let upper rooms, machines and the customer know; no address, no name."""
    facts = {
        "customer_id": str(order.customer_id), "item_id": str(order.item_id), "item": order.item.name,
        "item_kind": order.item.kind, "code": order.code, "quantity": order.quantity, "points": order.points,
        "state": order.state, "way": order.way, "reward_id": str(order.reward_id) if order.reward_id else None,
        "carrier": order.carrier, "tracking_number": order.tracking_number,
        "needs_address": order.way == GiftOrder.Way.SEND and order.address is None,
    }  # fmt: skip
    events.publish(kind, order.id, **facts)


# --- the task of whoever is responsible -----------------------------------------------------------------------

_TASKS = {
    "zh-hans": {"send": "备货并寄出：{what}", "fetch": "备货待取：{what}", "hand_over": "交付：{what}"},
    "en": {"send": "Pack and send: {what}", "fetch": "Put aside for pick-up: {what}", "hand_over": "Hand over: {what}"},
}


def ask_for_it(order: GiftOrder) -> None:
    """Ask whoever is responsible for the item to prepare the order."""
    language = _language(order.item)
    name = _in_language(order.item.name, language)
    pieces = f"{name} × {order.quantity}" if order.quantity > 1 else name
    add_task(
        key=_task_key(order),
        title=_TASKS[language][order.way].format(what=f"{pieces} ({order.code})"),
        due_at=door.moment() + _HANDLED_WITHIN,
        customer_id=order.customer_id,
        assignee_id=_responsible(order.item),
    )


def _responsible(item: CatalogueItem) -> UUID | None:
    """Who has left gets no more tasks."""
    return item.responsible_id if item.responsible_id and item.responsible.is_active else None


def _language(item: CatalogueItem) -> str:
    house = Organisation.objects.values_list("language", flat=True).get(id=door.organisation_id())
    own = item.responsible.user.language if item.responsible_id else ""
    return own if own in _TASKS else house


def _in_language(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next((text for text in texts.values() if text), "")


def close_task(order: GiftOrder) -> None:
    """Tick the task off when the order has left the house; drop it when it was cancelled."""
    task = Task.objects.filter(key=_task_key(order), state=Task.State.OPEN).first()
    if task:
        close = drop_task if order.state == GiftOrder.State.CANCELLED else complete_task
        close(task.id)


def _task_key(order: GiftOrder) -> str:
    return f"gift_order:{order.id}"
