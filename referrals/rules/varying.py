"""Terms with one thing changed: what people ask "what if" about. On data, so that everything else stays as it stands."""

from collections.abc import Mapping
from copy import deepcopy
from decimal import ROUND_DOWN, Decimal
from typing import Any

MOST_PERCENT = 1000
_AMOUNTS = ("points", "minor")


def varied(
    terms: Mapping[str, Any], *, minimum_minor: int | None = None, percent: int | None = None,
    per_referrer: int | None = None, refund_policy: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Change the minimum, all points and money given (to so many per cent), the limit for a referrer, the refund policy."""
    told = deepcopy(dict(terms))
    if minimum_minor is not None:
        told["success"] = told["success"] | {"minimum": {"minor": minimum_minor, "currency": told["currency"]}}
    if per_referrer is not None:
        told["limits"] = told.get("limits", {}) | {"per_referrer": {"count": per_referrer}}
    if refund_policy:
        told["refund_policy"] = refund_policy
    if percent is not None and percent != 100:
        for each in (told, *told.get("schemes", ()), *told.get("milestones", ())):
            each["rewards"] = [_scaled(line, percent) for line in each.get("rewards", ())]
    return told


def _scaled(line: dict[str, Any], percent: int) -> dict[str, Any]:
    """Scale what is counted in points or money, rounded down but never to nothing; things stay as they are."""
    line = dict(line)
    for name in ("amount", "rate", "cap"):
        if name in line:
            line[name] = _amount(line[name], percent)
    if "percent" in line:
        share = Decimal(line["percent"]["percent"]) * percent / 100
        line["percent"] = {"percent": str(min(share, Decimal(100)).quantize(Decimal("0.01"), ROUND_DOWN).normalize())}
    for name in ("options", "steps"):
        if name in line:
            line[name] = [_scaled(each, percent) for each in line[name]]
    return line


def _amount(amount: dict[str, Any], percent: int) -> dict[str, Any]:
    return {name: max(1, value * percent // 100) if name in _AMOUNTS else value for name, value in amount.items()}
