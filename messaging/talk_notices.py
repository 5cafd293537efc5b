"""What colleagues are told of each other's work: named in a note, a customer handed over, the answer to that."""

from collections.abc import Sequence
from uuid import UUID

from crm.models import Customer, HandOver, Interaction
from crm.queries.talk import along
from foundation.contacts import mask_name
from messaging.operations import Notice, notify_many
from tenancy.models import Event, Membership

_ANSWERS = {
    "accepted": {"en": "has taken over", "zh-hans": "已接手"},
    "declined": {"en": "has declined", "zh-hans": "婉拒了交接"},
    "withdrawn": {"en": "has withdrawn the hand-over", "zh-hans": "撤回了交接"},
}
NOBODY = {"en": "A colleague", "zh-hans": "同事"}


def on_member_mentioned(events: Sequence[Event]) -> None:
    """Tell those who were named in a note; one that was removed in the meantime tells nobody."""
    notes = Interaction.objects.filter(id__in=[event.subject_id for event in events], removed_at=None)
    by_id = {note.id: note for note in notes.select_related("customer", "author__user")}
    notify_many([_mention(event, by_id[event.subject_id]) for event in events if event.subject_id in by_id])


def _mention(event: Event, note: Interaction) -> Notice:
    return Notice(
        kind="mentioned",
        key=f"interaction:{note.id}:mention:{event.payload['member_id']}",
        member_id=UUID(event.payload["member_id"]),
        context={"colleague": _name(note.author), "customer": mask_name(note.customer.name)},
        link=_link(note.customer),
    )


def on_hand_over_moved(events: Sequence[Event]) -> None:
    """Tell the receiver of a question, and the giver of its answer."""
    rows = HandOver.objects.filter(id__in=[event.subject_id for event in events])
    by_id = {row.id: row for row in rows.select_related("customer", "giver__user", "receiver__user")}
    notices = [
        _moved(by_id[event.subject_id], event.kind.partition(".")[2]) for event in events if event.subject_id in by_id
    ]
    notify_many([notice for notice in notices if notice])


def _moved(row: HandOver, what: str) -> Notice | None:
    is_for_receiver = what in ("asked", "withdrawn")
    reader, other = (row.receiver, row.giver) if is_for_receiver else (row.giver, row.receiver)
    if reader is None:
        return None
    context = {"colleague": _name(other), "customer": mask_name(row.customer.name)}
    if what == "asked":
        context["along"] = _along(row)
    else:
        context["answer"] = _ANSWERS[what]
    return Notice(
        kind="hand_over_asked" if what == "asked" else "hand_over_answered",
        key=f"hand_over:{row.id}:{what}",
        member_id=reader.id,
        context=context,
        link=_link(row.customer),
    )


_WORK = {
    "tasks": ("task", "tasks", "任务 {} 项"),
    "deals": ("deal", "deals", "商机 {} 个"),
    "leads": ("lead", "leads", "线索 {} 条"),
    "cases": ("case", "cases", "工单 {} 个"),
}


def _along(row: HandOver) -> dict[str, str]:
    """Say in both languages what comes with the customer; nothing where nothing does."""
    counts = {kind: len(rows) for kind, rows in along(row, row.customer.owner_id).items() if rows}
    if not counts:
        return {"en": "", "zh-hans": ""}
    en = ", ".join(f"{n} {_WORK[kind][n != 1]}" for kind, n in counts.items())
    zh = "、".join(_WORK[kind][2].format(n) for kind, n in counts.items())
    return {"en": f"Comes along: {en}.", "zh-hans": f"一并交接：{zh}。"}


def _name(member: Membership | None):
    return member.user.name if member else NOBODY


def _link(customer: Customer) -> str:
    return f"/customers/{customer.id}/"
