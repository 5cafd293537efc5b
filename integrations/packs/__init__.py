"""Industry packs: configurations to start from, one JSON file each.

A pack is a bundle (tenancy.configuration) with a name and a description. Amounts stand in it as
{"amount": {"CNY": 2000, "else": 200}}, whole units of the organisation's currency, and become minor units; texts that
are written for colleagues, who have one language, as {"said": {"zh-hans": …, "en": …}}.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from foundation.money import exponent
from integrations.errors import PackUnknown
from tenancy import door
from tenancy.configuration import Bundle
from tenancy.models import Organisation

_HOME = Path(__file__).parent


@dataclass(frozen=True)
class Pack:
    key: str
    name: dict[str, str]
    about: dict[str, str]
    icon: str
    sections: dict[str, Any]


@cache
def packs() -> dict[str, Pack]:
    """Read every pack, in the order of their files."""
    return {file.stem: _read(file) for file in sorted(_HOME.glob("*.json"))}


def _read(file: Path) -> Pack:
    told = json.loads(file.read_text("utf-8"))
    return Pack(file.stem, told["name"], told["about"], told["icon"], told["sections"])


def pack(key: str) -> Pack:
    try:
        return packs()[key]
    except KeyError:
        raise PackUnknown from None


def bundle_of(key: str) -> Bundle:
    """Give a pack's configuration in the organisation's currency and language."""
    here = Organisation.objects.values_list("currency", "language").get(id=door.organisation_id())
    return _fitted(pack(key).sections, *here)


def _fitted(value: Any, currency: str, language: str) -> Any:
    if isinstance(value, list):
        return [_fitted(each, currency, language) for each in value]
    if not isinstance(value, dict):
        return currency if value == "{currency}" else value
    if value.keys() == {"amount"}:
        amounts = value["amount"]
        return amounts.get(currency, amounts["else"]) * 10 ** exponent(currency)
    if value.keys() == {"said"}:
        return value["said"].get(language) or value["said"]["en"]
    return {name: _fitted(each, currency, language) for name, each in value.items()}
