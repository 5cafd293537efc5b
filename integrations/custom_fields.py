"""An organisation's own fields as targets of an import: the one place that knows how they are kept."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils import translation

from crm.models import CustomField
from foundation.contacts import normalise_phone
from integrations import values
from integrations.values import Habits, Unreadable
from integrations.vocabulary import Field

PREFIX = "custom."
_SUBJECTS = {"customers": "customer", "deals": "deal"}
_LONGEST = {"long_text": 5000, "link": 500}
_Reader = Callable[[str, Habits], Any]


def own_fields(kind: str) -> list[CustomField]:
    """List the fields in use of what a kind of list holds."""
    used = CustomField.objects.filter(subject=_SUBJECTS.get(kind, ""), archived_at=None)
    return list(used.order_by("position", "id")) if kind in _SUBJECTS else []


def targets(kind: str) -> Sequence[Field]:
    """List own fields as targets of a list, by their names in any language."""
    return tuple(Field(f"{PREFIX}{one.key}", _label(one), _words(one)) for one in own_fields(kind))


def readers(kind: str) -> Mapping[str, _Reader]:
    """Say how a cell of each own field is read; the answers are what the customer room keeps."""
    return {f"{PREFIX}{one.key}": _reader(one) for one in own_fields(kind)}


def _label(one: Any) -> str:
    return one.label.get(translation.get_language() or "en") or next(iter(one.label.values()), one.key)


def _words(one: Any) -> str:
    names = (one.key.replace("_", ""), *one.label.values())
    return " ".join(name.replace(" ", "").lower() for name in names)


def _reader(one: Any) -> _Reader:
    choices = _choices(one.choices)
    readers: dict[str, _Reader] = {
        "number": lambda text, habits: _number(text),
        "money": lambda text, habits: values.read_minor(text, habits.currency),
        "date": lambda text, habits: values.read_date(text, habits).isoformat(),
        "yes_no": lambda text, habits: values.read_yes(text),
        "choice": lambda text, habits: values.read_choice(text, choices),
        "choices": lambda text, habits: _several(text, choices),
        "link": lambda text, habits: values.read_text(text if "//" in text else f"https://{text}", _LONGEST["link"]),
        "phone": _phone,
        "email": lambda text, habits: values.read_email(text),
    }
    return readers.get(one.kind, lambda text, habits: values.read_text(text, _LONGEST.get(one.kind, 200)))


def _choices(told: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """A cell may hold a choice's value or its name in any language."""
    return {str(word).strip().lower(): one["value"] for one in told for word in one.values() if word}


def _several(text: str, choices: Mapping[str, str]) -> list[str]:
    chosen = {values.read_choice(part, choices) for part in values.parts(text)}
    return [value for value in dict.fromkeys(choices.values()) if value in chosen]


def _number(text: str) -> int | float:
    value = values.read_decimal(text)
    return int(value) if value == value.to_integral_value() else float(value)


def _phone(text: str, habits: Habits) -> str:
    try:
        return normalise_phone(values.read_phone(text, habits), habits.country)
    except ValueError:
        raise Unreadable(values.NOT_A_PHONE, text) from None
