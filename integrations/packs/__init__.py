"""Industry packs: configurations to start from, one JSON file each.

A pack is a bundle (tenancy.configuration) with a name and a description. Amounts stand in it as
{"amount": {"CNY": 2000, "else": 200}}, whole units of the organisation's currency, and become minor units.
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
    """Give a pack's configuration in the organisation's currency."""
    currency = Organisation.objects.values_list("currency", flat=True).get(id=door.organisation_id())
    return _in_currency(pack(key).sections, currency)


def _in_currency(value: Any, currency: str) -> Any:
    if isinstance(value, list):
        return [_in_currency(each, currency) for each in value]
    if not isinstance(value, dict):
        return currency if value == "{currency}" else value
    if value.keys() == {"amount"}:
        amounts = value["amount"]
        return amounts.get(currency, amounts["else"]) * 10 ** exponent(currency)
    return {name: _in_currency(each, currency) for name, each in value.items()}
