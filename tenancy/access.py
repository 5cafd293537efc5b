"""What an organisation may set about who sees what. One document in its row; what is not set is as the house has it."""

from collections.abc import Mapping
from typing import Any

OWN, TEAM, ALL = "own", "team", "all"
SIGHTS = (OWN, TEAM, ALL)
REVEALS_PER_HOUR = 60
LARGE_EXPORT = 0  # rows; 0: no export needs the owner


def sight_of(access: Mapping[str, Any], role: str) -> str:
    """Say how far a role sees here: all, unless the organisation has narrowed it."""
    told = access.get("sight", {}).get(role, ALL)
    return told if told in SIGHTS else ALL


def reveals_per_hour(access: Mapping[str, Any]) -> int:
    return int(access.get("reveals_per_hour", REVEALS_PER_HOUR))


def field_level(access: Mapping[str, Any], role: str, field: str) -> str | None:
    """Give the level that was set for a field of the customer; None leaves it as the house has it."""
    return access.get("fields", {}).get(role, {}).get(field)


def largest_export(access: Mapping[str, Any]) -> int:
    """Say how many rows anybody may take out; more needs an owner. 0: no limit."""
    return int(access.get("largest_export", LARGE_EXPORT))
