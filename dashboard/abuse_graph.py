"""Draw who is connected to whom, and by what: referrals as arrows, shared things as dashed lines."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import cos, pi, sin
from uuid import UUID

from django.utils.text import Truncator

from referrals.models import AbuseCaseReferral, Trait

MOST = 31  # a star of thirty; beyond that a picture says nothing more
_SHOWN = ("contact", "device", "payout", "home", "address", "block")
WIDTH, HEIGHT, MARGIN = 640, 420, 70


@dataclass(frozen=True)
class Node:
    id: UUID
    name: str
    x: float
    y: float
    is_referrer: bool

    @property
    def text_y(self) -> float:
        return self.y + (28 if self.y >= HEIGHT / 2 else -18)

    @property
    def short(self) -> str:
        return Truncator(self.name).chars(14)


@dataclass(frozen=True)
class Line:
    kind: str  # referral, or a kind of trait
    label: str
    start: Node
    end: Node

    @property
    def beside(self) -> tuple[float, float, float, float]:
        """Where a dashed line runs: a little beside the arrow between the same two."""
        dx, dy = self.end.x - self.start.x, self.end.y - self.start.y
        length = max((dx * dx + dy * dy) ** 0.5, 1)
        x, y = -dy / length * 7, dx / length * 7
        ends = (self.start.x + x, self.start.y + y, self.end.x + x, self.end.y + y)
        return tuple(round(each, 1) for each in ends)

    @property
    def tip(self) -> tuple[float, float]:
        """Where the arrow ends: before the circle, not under it."""
        dx, dy = self.end.x - self.start.x, self.end.y - self.start.y
        length = max((dx * dx + dy * dy) ** 0.5, 1)
        return round(self.end.x - dx / length * 15, 1), round(self.end.y - dy / length * 15, 1)


@dataclass(frozen=True)
class Graph:
    nodes: list[Node]
    referrals: list[Line]
    shared: list[Line]
    hidden: int  # people who are left out of the picture
    facts: list[tuple[str, list[str]]]  # the same in words: what is shared, by whom
    width: int = WIDTH

    @property
    def top(self) -> float:
        return min((node.y for node in self.nodes), default=0) - 45

    @property
    def height(self) -> float:
        """As high as the people stand apart: two beside each other need no square."""
        return max((node.y for node in self.nodes), default=0) + 45 - self.top


def graph_of(members: Sequence[AbuseCaseReferral]) -> Graph:
    people = {}
    for one in members:
        for who in (one.referral.referrer, one.referral.referee):
            people.setdefault(who.id, who.name)
    brought = defaultdict(int)
    for one in members:
        brought[one.referral.referrer_id] += 1
    ordered = sorted(people, key=lambda id: (-brought[id], id))
    nodes = {node.id: node for node in _placed(ordered[:MOST], people, brought)}
    arrows = [
        Line("referral", "", nodes[one.referral.referrer_id], nodes[one.referral.referee_id])
        for one in members
        if one.referral.referrer_id in nodes and one.referral.referee_id in nodes
    ]
    groups = _groups(list(people))
    shared = [
        Line(kind, str(Trait.Kind(kind).label), nodes[a], nodes[b])
        for kind, ids in groups
        for a, b in _pairs([id for id in ids if id in nodes])
    ]
    facts = [(str(Trait.Kind(kind).label), [people[id] for id in ids]) for kind, ids in groups]
    return Graph(list(nodes.values()), arrows, shared, len(ordered) - len(nodes), facts)


def _placed(ids: list[UUID], people: dict[UUID, str], brought: dict[UUID, int]) -> list[Node]:
    """Put whoever brought most of them in the middle, the others around; a ring has no middle."""
    has_middle = len(ids) > 3 and brought[ids[0]] > sum(brought.values()) / 2
    around = ids[1:] if has_middle else ids
    nodes = [Node(ids[0], people[ids[0]], WIDTH / 2, HEIGHT / 2, True)] if has_middle else []
    for place, id in enumerate(around):
        angle = 2 * pi * place / len(around) - (pi if len(around) == 2 else pi / 2)
        x = WIDTH / 2 + cos(angle) * (WIDTH / 2 - MARGIN)
        y = HEIGHT / 2 + sin(angle) * (HEIGHT / 2 - MARGIN + 20)
        nodes.append(Node(id, people[id], round(x, 1), round(y, 1), brought[id] > 0))
    return nodes


def _groups(ids: list[UUID]) -> list[tuple[str, list[UUID]]]:
    """Who shares what: kinds, never the things themselves."""
    rows = Trait.objects.filter(customer_id__in=ids, kind__in=_SHOWN).order_by("kind", "value", "customer_id")
    by_value: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    for who, kind, value in rows.values_list("customer_id", "kind", "value"):
        by_value[kind, value].append(who)
    unique = {(kind, tuple(who)) for (kind, _value), who in by_value.items() if len(who) > 1}
    return [(kind, list(who)) for kind, who in sorted(unique, key=lambda each: (_SHOWN.index(each[0]), -len(each[1])))]


def _pairs(ids: list[UUID]) -> list[tuple[UUID, UUID]]:
    """Every pair of a few, a chain of many: a hundred lines show no more than a few."""
    return list(combinations(ids, 2)) if len(ids) <= 4 else list(pairwise(ids))
