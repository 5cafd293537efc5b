"""What fits into a field that an organisation added. The same for forms, API and import."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from crm.errors.custom_fields import (
    CustomValueInvalid,
    FieldChoicesInvalid,
    FieldKeyInvalid,
    FieldLabelMissing,
    UnknownCustomField,
)
from foundation.contacts import normalise_email, normalise_phone

LANGUAGES = ("zh-hans", "en")
MOST_CHOICES, LONGEST_CHOICE = 100, 60
LONGEST = {"text": 200, "long_text": 5_000, "link": 500}
_KEY = re.compile(r"[a-z](?:_?[a-z0-9])*")


@dataclass(frozen=True)
class Definition:
    """A field as the rules see it."""

    key: str
    kind: str
    choices: tuple[str, ...] = ()
    required_stages: tuple[str, ...] = ()
    label: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.label.get("en") or self.label.get("zh-hans") or self.key


def read_values(
    definitions: Sequence[Definition], given: Mapping[str, Any], *, present: Mapping[str, Any], country: str
) -> dict[str, Any]:
    """Put what is given into what is there, and clean it. Empty values take a field away.

    What was there before a field had a definition stays as it is. Raises UnknownCustomField, CustomValueInvalid.
    """
    known = {each.key: each for each in definitions}
    values = dict(present)
    for key, value in given.items():
        if key in present and present[key] == value:
            continue
        if key not in known:
            raise UnknownCustomField(name=str(key)[:80], field=f"custom.{key}"[:80])
        clean = read_value(known[key], value, country=country)
        values.pop(key, None)
        if clean is not None:
            values[key] = clean
    return values


def read_value(definition: Definition, value: Any, *, country: str) -> Any:
    """Clean one value; None when it is empty. Raises CustomValueInvalid and says what is expected."""
    if value is None or value == [] or (isinstance(value, str) and not value.strip()):
        return None
    read, expected = _READERS[definition.kind]
    try:
        return read(value, definition, country)
    except (ValueError, TypeError, InvalidOperation, AttributeError):
        raise CustomValueInvalid(name=definition.name, expected=expected, field=f"custom.{definition.key}") from None


def missing(definitions: Sequence[Definition], values: Mapping[str, Any], stage: str) -> list[Definition]:
    """List the fields that must be filled in at a stage, and are not."""
    return [each for each in definitions if stage in each.required_stages and values.get(each.key) in (None, "", [])]


def _text(value: Any, definition: Definition, country: str) -> str:
    text = value.strip()
    if "\x00" in text or len(text) > LONGEST[definition.kind]:
        raise ValueError
    return text


def _number(value: Any, definition: Definition, country: str) -> int | float:
    if isinstance(value, bool):
        raise TypeError
    number = Decimal(str(value).strip().replace(",", ""))
    if not number.is_finite() or abs(number) > 10**15:
        raise ValueError
    return int(number) if number == number.to_integral_value() else float(number)


def _money(value: Any, definition: Definition, country: str) -> int:
    number = _number(value, definition, country)
    if not isinstance(number, int):
        raise ValueError
    return number


def _date(value: Any, definition: Definition, country: str) -> str:
    return (value if isinstance(value, date) else date.fromisoformat(value.strip())).isoformat()[:10]


def _choice(value: Any, definition: Definition, country: str) -> str:
    if value not in definition.choices:
        raise ValueError
    return value


def _choices(value: Any, definition: Definition, country: str) -> list[str]:
    many = value.replace("；", ";").split(";") if isinstance(value, str) else list(value)
    chosen = {_choice(each.strip(), definition, country) for each in many if each.strip()}
    return [each for each in definition.choices if each in chosen]


def _yes_no(value: Any, definition: Definition, country: str) -> bool:
    if isinstance(value, bool):
        return value
    said = value.strip().lower()
    if said in ("yes", "true", "1", "y", "是"):
        return True
    if said in ("no", "false", "0", "n", "否"):
        return False
    raise ValueError


def _link(value: Any, definition: Definition, country: str) -> str:
    text = _text(value, definition, country)
    parts = urlsplit(text if "//" in text else f"https://{text}")
    if parts.scheme not in ("http", "https") or "." not in (parts.hostname or "") or " " in text:
        raise ValueError
    return parts.geturl()


_READERS: dict[str, tuple[Callable[[Any, Definition, str], Any], str]] = {
    "text": (_text, "a text of at most 200 characters"),
    "long_text": (_text, "a text of at most 5000 characters"),
    "number": (_number, "a number"),
    "money": (_money, "an amount in the currency's smallest part"),
    "date": (_date, "a date such as 2026-11-20"),
    "choice": (_choice, "one of the choices"),
    "choices": (_choices, "some of the choices"),
    "yes_no": (_yes_no, "yes or no"),
    "link": (_link, "a web address"),
    "phone": (lambda value, definition, country: normalise_phone(value, country), "a phone number"),
    "email": (lambda value, definition, country: normalise_email(value), "an e-mail address"),
}


# --- definitions ---------------------------------------------------------------------------------------------


def check_key(key: str) -> str:
    if not _KEY.fullmatch(key) or len(key) > 40:
        raise FieldKeyInvalid
    return key


def check_label(label: Mapping[str, str]) -> dict[str, str]:
    clean = {language: label.get(language, "").strip()[:80] for language in LANGUAGES}
    if not any(clean.values()):
        raise FieldLabelMissing
    first = clean["en"] or clean["zh-hans"]
    return {language: text or first for language, text in clean.items()}


def check_choices(kind: str, choices: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Clean choices: {"value", "zh-hans", "en"}; a text that is missing is the value's."""
    if kind not in ("choice", "choices"):
        return []
    clean = [_one_choice(each) for each in choices]
    values = [each["value"] for each in clean]
    if not 1 <= len(clean) <= MOST_CHOICES or len(set(values)) != len(values) or not all(values):
        raise FieldChoicesInvalid
    return clean


def _one_choice(choice: Mapping[str, str]) -> dict[str, str]:
    value = str(choice.get("value", "")).strip()
    if len(value) > LONGEST_CHOICE or ";" in value:
        raise FieldChoicesInvalid
    return {"value": value, **{language: str(choice.get(language) or value).strip()[:80] for language in LANGUAGES}}
