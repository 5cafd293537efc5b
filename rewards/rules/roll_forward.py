"""What the house owes its customers, from one end of a month to the other: opening, every movement, closing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

HELD = ("pending", "available", "paying", "arrears")  # the customers' compartments; their sum is what is owed to them
HOUSE = ("programme", "opening", "redeemed", "expired", "paid", "transfer")
COMPARTMENTS = (*HELD, *HOUSE)

# Kinds of entries in the order of a statement to finance; an adjustment is told apart by its direction.
LINES = (
    "opening", "accrual", "earning", "restoration", "adjustment_up", "settlement", "return", "transfer", "redemption",
    "expiry", "reversal", "adjustment_down", "payout", "write_off",
)  # fmt: skip


@dataclass(frozen=True)
class Held:
    """What customers have in their four compartments; arrears are negative: owed to the house."""

    pending: int = 0
    available: int = 0
    paying: int = 0
    arrears: int = 0

    @property
    def total(self) -> int:
        return self.pending + self.available + self.paying + self.arrears

    @property
    def balance(self) -> int:
        """What can be used, less what is owed."""
        return self.available + self.arrears

    def __add__(self, other: "Held") -> "Held":
        return Held(*(getattr(self, name) + getattr(other, name) for name in HELD))

    def plain(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in HELD} | {"total": self.total}


@dataclass(frozen=True)
class Flow:
    """All arrows of one unit, kind of entry, source and target: what they moved before a period, and within it."""

    unit: str
    kind: str
    source: str
    target: str
    before: int
    within: int
    arrows: int = 0


@dataclass(frozen=True)
class UnitFigures:
    """One unit's month. `trial` sums every compartment at its end; it sums to nothing."""

    unit: str
    kind: str  # of the unit: points, money, coupon, piece
    opening: Held
    closing: Held
    lines: Mapping[str, Held] = field(default_factory=dict)
    trial: Mapping[str, int] = field(default_factory=dict)
    value_minor: Decimal | None = None  # what one was worth when the month was closed

    @property
    def movement(self) -> int:
        return self.closing.total - self.opening.total

    @property
    def cost_minor(self) -> int | None:
        return cost_of(self.closing.total, kind=self.kind, value_minor=self.value_minor)

    def plain(self) -> dict[str, Any]:
        return {
            "unit": self.unit, "kind": self.kind, "value_minor": text_of(self.value_minor), "cost_minor": self.cost_minor,
            "opening": self.opening.plain(),
            "lines": [{"line": line, **self.lines[line].plain()} for line in LINES if line in self.lines],
            "closing": self.closing.plain(), "trial": {name: self.trial.get(name, 0) for name in COMPARTMENTS},
        }  # fmt: skip


def roll(flows: Iterable[Flow], *, kind: str, value_minor: Decimal | None) -> UnitFigures:
    """Sum one unit's flows to its opening, lines and closing."""
    flows = list(flows)
    lines: dict[str, Held] = {}
    for flow in flows:
        if flow.within:
            name = line_of(flow)
            lines[name] = lines.get(name, Held()) + _felt(flow, flow.within)
    opening = sum((_felt(flow, flow.before) for flow in flows), Held())
    return UnitFigures(
        unit=flows[0].unit, kind=kind, opening=opening, closing=sum(lines.values(), opening), lines=lines,
        trial=trial(flows), value_minor=value_minor,
    )  # fmt: skip


def trial(flows: Iterable[Flow]) -> dict[str, int]:
    """Sum every compartment at the end of the period."""
    sums = dict.fromkeys(COMPARTMENTS, 0)
    for flow in flows:
        sums[flow.source] -= flow.before + flow.within
        sums[flow.target] += flow.before + flow.within
    return sums


def line_of(flow: Flow) -> str:
    if flow.kind != "adjustment":
        return flow.kind
    return "adjustment_up" if flow.target in HELD else "adjustment_down"


def _felt(flow: Flow, amount: int) -> Held:
    moved = {name: amount * ((flow.target == name) - (flow.source == name)) for name in HELD}
    return Held(**moved)


def cost_of(amount: int, *, kind: str, value_minor: Decimal | None) -> int | None:
    """Value an amount in smallest parts of a currency, rounded half up; money is worth itself, others what was set."""
    if kind == "money":
        return amount
    if value_minor is None:
        return None
    return int((Decimal(amount) * value_minor).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def text_of(value: Decimal | None) -> str | None:
    """Write a rate without trailing noughts, so that it reads the same wherever it came from."""
    return None if value is None else f"{value.normalize():f}"
