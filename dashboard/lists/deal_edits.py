"""What of a deal is changed where its list shows it; a stage only by a move, an owner only by a hand-over."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.errors.lists import AmountUnreadable
from crm.models import Deal
from crm.operations.deals import move_deal
from crm.operations.lists.values import change_deal_value
from crm.queries.deals import pipelines
from dashboard.lists.shape import Edit, Text
from dashboard.people import member_choices
from dashboard.templatetags.dashboard import in_language
from foundation.money import Money, to_minor

_MAY = "deals:write"


def is_open(row: Deal) -> bool:
    return row.state == Deal.State.OPEN


def _change(field: str, read: Callable[[str], Any] = str) -> Callable[[UUID, str, str], None]:
    def write(row_id: UUID, before: str, after: str) -> None:
        change_deal_value(row_id, field, before=read(before), after=read(after))

    return write


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _id(text: str) -> UUID | None:
    return UUID(text) if text else None


def _dated(field: str) -> Edit:
    return Edit(
        _MAY, "date", lambda row: str(getattr(row, field) or ""), _change(field, _day), is_open=is_open
    )  # fmt: skip


def _change_amount(row_id: UUID, before: str, after: str) -> None:
    currency = Deal.objects.values_list("currency", flat=True).get(id=row_id)
    change_deal_value(row_id, "amount_minor", before=to_minor(before, currency), after=_minor(after, currency))


def _minor(text: str, currency: str) -> int:
    try:
        amount = to_minor(text, currency)
    except ValueError:
        raise AmountUnreadable from None
    if amount < 0:
        raise AmountUnreadable
    return amount


def _move(row_id: UUID, before: str, after: str) -> None:
    move_deal(row_id, UUID(after), expected_stage_id=UUID(before))


def open_stages() -> list[tuple[str, Text]]:
    """The stages a deal can be worked in; where there are several pipelines each with its own's name."""
    every = list(pipelines())
    found = [(each, stage) for each in every for stage in each.stages.all()]
    used = [(each, stage) for each, stage in found if stage.kind == "open" and stage.archived_at is None]
    return [(str(stage.id), _named(each, stage, len(every) > 1)) for each, stage in used]


def _named(pipeline, stage, is_one_of_many: bool) -> str:
    name = in_language(stage.name)
    return f"{name} · {in_language(pipeline.name)}" if is_one_of_many else name


TITLE = Edit(_MAY, "text", lambda row: row.title, _change("title", str.strip), most=200)
STAGE = Edit(_MAY, "select", lambda row: str(row.stage_id), _move, open_stages, is_open)
# The sum of its lines is changed by changing them.
AMOUNT = Edit(
    _MAY, "text", lambda row: str(Money(row.amount_minor, row.currency).major), _change_amount,
    is_open=lambda row: is_open(row) and row.is_amount_by_hand, most=20,
)  # fmt: skip
OWNER = Edit(
    _MAY,
    "select",
    lambda row: str(row.owner_id or ""),
    _change("owner_id", _id),
    lambda: [("", _("Nobody")), *member_choices()],
)
NEXT_STEP = Edit(_MAY, "text", lambda row: row.next_step, _change("next_step", str.strip), is_open=is_open, most=200)
NEXT_STEP_ON, EXPECTED_CLOSE = _dated("next_step_on"), _dated("expected_close")
