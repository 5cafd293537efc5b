"""An organisation's configuration as data: what each room contributes, the bundle, and what two bundles differ in.

A bundle is plain JSON: section -> key -> entry. Entries name each other by key, never by id, and name no people,
so that a bundle fits every organisation.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.module_loading import import_string

from foundation.ids import fingerprint

FORMAT = "yinjian-configuration/1"
Entry = dict[str, Any]
Bundle = dict[str, dict[str, Entry]]


@dataclass(frozen=True)
class Section:
    """One kind of thing that is configured.

    `read` gives every entry by its key; `write` makes the entry of a key or changes it, through the room's own
    operations; `remove` takes one out of use, and is missing where that cannot be done.
    """

    name: str
    label: str | Promise
    read: Callable[[], dict[str, Entry]]
    write: Callable[[str, Entry], None]
    remove: Callable[[str], None] | None = None


@dataclass(frozen=True)
class Change:
    """What becomes of one entry. `before` and `after` hold only what differs; None where there is no entry."""

    section: str
    key: str
    before: Entry | None
    after: Entry | None

    @property
    def kind(self) -> str:
        return "add" if self.before is None else "remove" if self.after is None else "change"

    @property
    def fields(self) -> list[str]:
        return sorted((self.before or {}).keys() | (self.after or {}).keys())


_paths: list[str] = []


def wire(paths: Sequence[str]) -> None:
    """Take in the table of sections (config/wiring.py): dotted paths, what others refer to first."""
    _paths[:] = paths


def sections() -> list[Section]:
    return [import_string(path) for path in _paths]


def present() -> Bundle:
    """Read the whole configuration of this organisation, in canonical order."""
    return {section.name: dict(sorted(section.read().items())) for section in sections()}


def text_of(bundle: Mapping[str, Any]) -> str:
    """Write a bundle as text, always the same for the same configuration."""
    whole = {"format": FORMAT, "sections": dict(bundle)}
    return json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def mark_of(bundle: Mapping[str, Any]) -> str:
    """Give a mark that is another one as soon as anything in the bundle is."""
    return fingerprint({name: entries for name, entries in bundle.items() if entries})


def changes(before: Bundle, wanted: Mapping[str, Mapping[str, Entry]], *, is_whole: bool) -> list[Change]:
    """Say what has to change to get from one bundle to another, in the order of the sections.

    A bundle that is not the whole adds and changes; a whole one also removes what it does not hold, in the sections
    that it has (one from before there was a section says nothing about it) and where something can be taken out.
    """
    found: list[Change] = []
    for section in sections():
        has, wants = before.get(section.name, {}), wanted.get(section.name, {})
        found += [change for key in sorted(wants) if (change := _change(section.name, key, has.get(key), wants[key]))]
        if is_whole and section.remove and section.name in wanted:
            found += [Change(section.name, key, entry, None) for key, entry in sorted(has.items()) if key not in wants]
    return found


def _change(section: str, key: str, has: Entry | None, wants: Entry) -> Change | None:
    """What the wanted entry does not say stays as it is."""
    if has is None:
        return Change(section, key, None, wants)
    names = [name for name, value in wants.items() if has.get(name) != value]
    if not names:
        return None
    return Change(section, key, {name: has.get(name) for name in names}, {name: wants[name] for name in names})


def entry_of(row, names: Iterable[str]) -> Entry:
    """Write columns of a row as an entry: decimals as text, moments left to the caller."""
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, bool, list, dict, type(None))) else str(value)
