"""Ranks, and when a group is large enough to be shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

PERIODS = ("month", "quarter", "year", "all")


@dataclass(frozen=True)
class Score:
    """Friends of one referrer who bought in the period, and when the last of them did."""

    customer_id: UUID
    friends: int
    last_at: datetime


@dataclass(frozen=True)
class Place:
    rank: int
    customer_id: UUID
    friends: int


def ranked(scores: Sequence[Score]) -> list[Place]:
    """Rank by friends; equals share a rank and the next one is left out. Who got there first stands first."""
    ordered = sorted(scores, key=lambda one: (-one.friends, one.last_at, one.customer_id))
    places: list[Place] = []
    for number, one in enumerate(ordered, start=1):
        is_equal = places and places[-1].friends == one.friends
        places.append(Place(places[-1].rank if is_equal else number, one.customer_id, one.friends))
    return places


def next_step(friends: int, steps: Sequence[int]) -> int | None:
    """Say how many friends the next honour takes."""
    return min((step for step in steps if step > friends), default=None)
