"""Measurements. Each module is one: its `cases()` yields what it measured, beside a limit measured in the same run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """One figure. The ratio is value to reference; `goal` is the least ratio we want, none where we only look."""

    case: str
    value: float
    unit: str
    reference: str = ""
    reference_value: float | None = None
    goal: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.reference_value if self.reference_value else None

    @property
    def ok(self) -> bool:
        return self.goal is None or (self.ratio is not None and self.ratio >= self.goal)
