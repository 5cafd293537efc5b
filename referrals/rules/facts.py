"""What is known about an order or a milestone when it is judged; a decision keeps it as data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

PAID, OPEN = "paid", "open"


@dataclass(frozen=True)
class OrderFacts:
    order_id: str
    status: str  # placed, paid, cancelled
    currency: str
    total_minor: int
    kept_minor: int  # after refunds; 0 when cancelled
    paid_at: datetime | None = None


@dataclass(frozen=True)
class ReferralFacts:
    referral_id: str
    touched_at: datetime
    confirmed_at: datetime
    is_closed: bool = False
    is_fraud: bool = False
    parts: tuple[int, ...] = ()  # of a divided referral, by seat; none: all is the referrer's
    void: tuple[int, ...] = ()  # seats that get nothing for their part: since a merge they are the friend's own
    first: int = 0  # the seat whom the referral names: of equal parts theirs gets what cannot be divided


@dataclass(frozen=True)
class Facts:
    """What is known about an order, or about whatever else a milestone is reached by: then `order` tells its money."""

    order: OrderFacts
    has_customer: bool = True
    referral: ReferralFacts | None = None
    place: int = 1  # among the friend's kept orders since the touch; 1 is the first
    bought_before: bool = False  # a paid order before the touch
    counted_30_days: int = 0  # other conversions of the referrer that share 30 days with this order
    counted_referrer: int = 0
    counted_campaign: int = 0
    counted: Mapping[str, int] = field(default_factory=dict)  # by the name of the check: what other limits count
    cost_minor: int = 0  # of what this earns, where money is limited
    rank: int = 0  # the friend's place among those friends of the referrer who bought; 0 is unknown
    about: Mapping[str, Any] = field(default_factory=dict)  # the facts that conditions ask for
    nobody: tuple[str, ...] = ()  # roles that nobody fills
    milestone: str = ""  # its key; without one it is about the terms' own event
    subject: str = "order"
    reached: bool = True
    wanted: Any = None  # by the milestone
    seen: Any = None
    before_minor: int = 0  # of a deal's money, what had come before


# --- facts as data: a decision keeps what it was made from -----------------------------------------


def facts_json(facts: Facts) -> dict[str, Any]:
    """Write facts; what is said only where terms ask for it is left out where nothing is said."""
    data = _plain(asdict(facts))
    return {name: value for name, value in data.items() if name not in _FURTHER or value != _FURTHER[name]}


_FURTHER = {
    "counted": {}, "cost_minor": 0, "rank": 0, "about": {}, "nobody": [], "milestone": "", "subject": "order",
    "reached": True, "wanted": None, "seen": None, "before_minor": 0,
}  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime) else value


def read_facts(data: Mapping[str, Any]) -> Facts:
    """Read the facts of a stored decision, so that it can be made again."""
    order, referral = dict(data["order"]), data["referral"] and dict(data["referral"])
    if order["paid_at"]:
        order["paid_at"] = datetime.fromisoformat(order["paid_at"])
    for name in ("touched_at", "confirmed_at") if referral else ():
        referral[name] = datetime.fromisoformat(referral[name])
    for name in ("parts", "void") if referral else ():
        referral[name] = tuple(referral.get(name, ()))
    rest = {name: value for name, value in data.items() if name not in ("order", "referral")}
    if "nobody" in rest:
        rest["nobody"] = tuple(rest["nobody"])
    return Facts(order=OrderFacts(**order), referral=ReferralFacts(**referral) if referral else None, **rest)
