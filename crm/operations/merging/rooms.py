"""The rooms that have a say when two customers become one, from the lowest floor up."""

from collections.abc import Sequence
from functools import cache

from django.db.models import Model
from django.utils.module_loading import import_string

from crm.operations.merging.kit import Room

_paths: list[str] = []


def wire(paths: Sequence[str]) -> None:
    """Take in the table of config/wiring.py: dotted paths of modules that hold a ROOM."""
    _paths[:] = paths
    rooms.cache_clear()


@cache
def rooms() -> tuple[Room, ...]:
    return tuple(import_string(f"{path}.ROOM") for path in _paths)


def model_of(table: str) -> type[Model]:
    return next(known[table] for room in rooms() if table in (known := room.models()))
