"""An organisation's own customer fields as targets of an import: the one place that knows how they are kept."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import crm.models
from integrations import values
from integrations.mapping import Field
from integrations.values import Habits

PREFIX = "custom."


def own_fields() -> list[Any]:
    """Read the fields that are in use; none where the house does not know any."""
    model = getattr(crm.models, "CustomField", None)
    if model is None:
        return []
    found = model.objects.all()
    if _has(model, "archived_at"):
        found = found.filter(archived_at=None)
    if _has(model, "is_active"):
        found = found.filter(is_active=True)
    return list(found.order_by("position", "id") if _has(model, "position") else found.order_by("id"))


def targets(kind: str) -> Sequence[Field]:
    """List own fields as targets of a list of customers."""
    if kind != "customers":
        return ()
    own = own_fields()
    return tuple(
        Field(f"{PREFIX}{one.key}", _label(one), f"{one.key} {_label(one).replace(' ', '')}".lower()) for one in own
    )


def readers(kind: str) -> Mapping[str, Callable[[str, Habits], Any]]:
    """Say how a cell of each own field is read; the answers are what JSON can hold."""
    return {f"{PREFIX}{one.key}": _reader(one) for one in (own_fields() if kind == "customers" else ())}


def _has(model: type, name: str) -> bool:
    return name in {field.name for field in model._meta.get_fields()}


def _label(one: Any) -> str:
    return str(getattr(one, "label", "") or getattr(one, "name", "") or one.key)


def _reader(one: Any) -> Callable[[str, Habits], Any]:
    kind = str(getattr(one, "kind", "text"))
    choices = _choices(getattr(one, "choices", None) or getattr(one, "options", None) or ())
    if kind in ("number", "decimal", "integer"):
        return lambda text, habits: _number(text)
    if kind == "date":
        return lambda text, habits: values.read_date(text, habits).isoformat()
    if kind in ("boolean", "bool", "yes_no", "flag"):
        return lambda text, habits: values.read_yes(text)
    if kind in ("choice", "select", "single") and choices:
        return lambda text, habits: values.read_choice(text, choices)
    if kind in ("choices", "multi", "multiple", "multichoice") and choices:
        return lambda text, habits: [values.read_choice(part, choices) for part in values.parts(text)]
    return lambda text, habits: values.read_text(text, 1000)


def _choices(told: Any) -> dict[str, str]:
    """Read choices told as words, pairs, or {value, label}: both may stand in a cell."""
    found: dict[str, str] = {}
    for one in told:
        if isinstance(one, Mapping):
            value, label = str(one.get("value") or one.get("key") or one.get("label")), str(one.get("label") or "")
        else:
            value, label = (str(one[0]), str(one[1])) if isinstance(one, list | tuple) else (str(one), str(one))
        found |= {value.lower(): value, label.lower(): value}
    return found


def _number(text: str) -> int | float:
    value = values.read_decimal(text)
    return int(value) if value == value.to_integral_value() else float(value)
