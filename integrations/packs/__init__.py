"""Industry packs: configurations to start from, one JSON file each.

A pack is a bundle (tenancy.configuration) with a name and a description. Amounts stand in it as
{"amount": {"CNY": 2000, "else": 200}}, whole units of the organisation's currency, and become minor units; texts that
are written for colleagues, who have one language, as {"said": {"zh-hans": …, "en": …}}. What is known by its name is
@so_and_so wherever it is named, and the pack's "names" say it in both languages.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from foundation.money import exponent
from integrations.errors import PackUnknown
from tenancy import door
from tenancy.configuration import Bundle
from tenancy.models import Organisation

_HOME = Path(__file__).parent
_NAME = re.compile(r"(?:(?<=/)|^)@(\w+)$")


@dataclass(frozen=True)
class Pack:
    key: str
    name: dict[str, str]
    about: dict[str, str]
    icon: str
    names: dict[str, dict[str, str]]
    sections: dict[str, Any]


@cache
def packs() -> dict[str, Pack]:
    """Read every pack, in the order of their files."""
    return {file.stem: _read(file) for file in sorted(_HOME.glob("*.json"))}


def _read(file: Path) -> Pack:
    told = json.loads(file.read_text("utf-8"))
    return Pack(file.stem, told["name"], told["about"], told["icon"], told["names"], told["sections"])


def pack(key: str) -> Pack:
    try:
        return packs()[key]
    except KeyError:
        raise PackUnknown from None


def bundle_of(key: str) -> Bundle:
    """Give a pack's configuration in the organisation's currency and language."""
    found, here = pack(key), Organisation.objects.only("currency", "language").get(id=door.organisation_id())
    names = {name: in_language(both, here.language) for name, both in found.names.items()}
    return _fitted(found.sections, Fit(here.currency, here.language, names))


class Fit(NamedTuple):
    """What a pack is fitted to."""

    currency: str
    language: str
    names: Mapping[str, str]


def in_language(both: Mapping[str, str], language: str) -> str:
    return both.get(language) or both["en"]


def _fitted(value: Any, fit: Fit) -> Any:
    if isinstance(value, list):
        return [_fitted(each, fit) for each in value]
    if isinstance(value, str):
        return fit.currency if value == "{currency}" else _named(value, fit)
    if not isinstance(value, dict):
        return value
    if value.keys() == {"amount"}:
        amounts = value["amount"]
        return amounts.get(fit.currency, amounts["else"]) * 10 ** exponent(fit.currency)
    if value.keys() == {"said"}:
        return in_language(value["said"], fit.language)
    return {_named(name, fit): _fitted(each, fit) for name, each in value.items()}


def _named(text: str, fit: Fit) -> str:
    return _NAME.sub(lambda found: fit.names[found[1]], text)
