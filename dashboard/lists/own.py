"""The organisation's own fields as columns of a list: those that are marked for lists."""

from collections.abc import Callable
from typing import Any

from crm import masking
from crm.models import CustomField
from crm.queries.custom_fields import shown_values
from dashboard.lists import cells
from dashboard.lists.shape import Column
from dashboard.own_columns import currency_here, in_file, in_words, listed_fields
from tenancy.models import Membership

_IN_FIGURES = (CustomField.Kind.NUMBER, CustomField.Kind.MONEY)


def own_columns_of(subject: str, *, is_shown: bool = False) -> Callable[[Membership], list[Column]]:
    """Give what makes a column for each own field of a subject that lists show; amounts only to who sees amounts."""

    def columns(member: Membership) -> list[Column]:
        fields = [row for row in listed_fields(subject, member) if _is_for(member, row)]
        currency = currency_here() if fields else ""
        return [_column(row, currency, is_shown) for row in fields]

    return columns


def _is_for(member: Membership, row: CustomField) -> bool:
    return row.kind != CustomField.Kind.MONEY or masking.shows(member, "money")


def _column(row: CustomField, currency: str, is_shown: bool) -> Column:
    def told(record: Any) -> Any:
        return next((value for _field, value in shown_values([row], record.custom or {})), None)

    return Column(
        f"custom.{row.key}", row.name, lambda record: cells.soft(in_words(row, told(record), currency)),
        lambda record, reader: in_file(row, told(record), currency), is_shown=is_shown, mask="custom",
        css="num" if row.kind in _IN_FIGURES else "", is_text=row.kind == CustomField.Kind.PHONE,
    )  # fmt: skip
