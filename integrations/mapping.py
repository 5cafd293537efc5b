"""Which column of a file is which field of ours: guessed from its name in two languages, then chosen by a person."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from foundation.ids import fingerprint
from integrations.errors import (
    BuyerMissing,
    ColumnsCollide,
    ColumnUnknown,
    FieldMissing,
    FieldUnknown,
    IdentityMissing,
    MatchColumnMissing,
)
from integrations.vocabulary import FIELDS, Field

IDENTITY = ("external_id", "phone", "email", "wechat")
_OF_PEOPLE = ("customers", "opening_balances")
_BUYERS = ("customer_name", "customer_phone", "customer_email", "customer_id")
_COLUMN_OF = {"external": "external_id", "phone": "phone", "email": "email", "wechat": "wechat"}
Fields = Sequence[Field]


def guess(kind: str, columns: Sequence[str], more: Fields = ()) -> dict[str, str]:
    """Propose field → column from the names; each column once, in the order of the fields."""
    free = {_plain(column): column for column in reversed(columns)}
    found = {}
    for field in (*FIELDS[kind], *more):
        for word in (field.name.replace("_", ""), _plain(str(field.label)), *field.synonyms.split()):
            if word in free:
                found[field.name] = free.pop(word)
                break
    return found


def fitting(mapping: Mapping[str, str], columns: Sequence[str], kind: str, more: Fields = ()) -> dict[str, str]:
    """Take over of an earlier mapping what this file and these fields have."""
    known = {field.name for field in (*FIELDS[kind], *more)}
    return {name: column for name, column in mapping.items() if name in known and column in columns}


def columns_key(columns: Sequence[str]) -> str:
    """Name a set of columns: their order does not matter, nor does the column of an error file."""
    return fingerprint(sorted({_plain(column) for column in columns} - ERROR_COLUMNS))


def settle(
    kind: str, columns: Sequence[str], told: Mapping[str, str], *, more: Fields = (), match: str = "any"
) -> dict[str, str]:
    """Check what a person chose and give it back as field → column.

    `told` may say column → field, as a form with a choice beneath each column does,
    or field → column. Empty values mean: not imported.
    """
    fields = {field.name: field for field in (*FIELDS[kind], *more)}
    chosen = {key: value for key, value in told.items() if value}
    is_by_field = all(key in fields for key in chosen) and all(value in columns for value in chosen.values())
    mapping = dict(chosen) if is_by_field else _by_field(fields, columns, chosen)
    for field in fields.values():
        if field.is_required and field.name not in mapping:
            raise FieldMissing(name=str(field.label))
    if kind in _OF_PEOPLE and match != "none" and not any(name in mapping for name in IDENTITY):
        raise IdentityMissing
    if kind == "deals" and not any(name in mapping for name in _BUYERS):
        raise BuyerMissing
    if kind == "customers" and match in _COLUMN_OF and _COLUMN_OF[match] not in mapping:
        raise MatchColumnMissing(name=str(fields[_COLUMN_OF[match]].label))
    return mapping


def _by_field(fields: Mapping[str, Field], columns: Sequence[str], chosen: Mapping[str, str]) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for column, name in chosen.items():
        if column not in columns:
            raise ColumnUnknown(column=column)
        if name not in fields:
            raise FieldUnknown(name=name)
        if name in mapping:
            raise ColumnsCollide(first=mapping[name], second=column, name=str(fields[name].label))
        mapping[name] = column
    return mapping


def _plain(header: str) -> str:
    """Compare headers without case, spaces, punctuation and what stands in brackets: "Mobile (必填)" is "mobile"."""
    text = re.sub(r"\(.*?\)|（.*?）|\*", "", header)
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())


ERROR_COLUMNS = {_plain(word) for word in ("Error", "错误", "Error (not imported)")}
