"""The way of a gift order, and the address it needs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from foundation.contacts import mask_name, mask_phone

SEND, FETCH, HAND_OVER = "send", "fetch", "hand_over"
CANCELLED, RETURNED = "cancelled", "returned"

THINGS = ("gift",)  # kinds that must be sent or fetched

# way → state → where it may go from there. Packing may be skipped; cancelling and returning are below.
_STEPS = {
    SEND: {"ordered": ("packed", "shipped"), "packed": ("shipped",), "shipped": ("delivered",)},
    FETCH: {"ordered": ("packed", "ready"), "packed": ("ready",), "ready": ("picked_up",)},
    HAND_OVER: {"ordered": ("issued",)},
}
CANCELLABLE = ("ordered", "packed", "ready")  # it has not left the house
RETURNABLE = ("shipped", "delivered", "picked_up", "issued")
OPEN = ("ordered", "packed", "ready", "shipped")
_ENDS = ("delivered", "picked_up", "issued", CANCELLED, RETURNED)

ADDRESS_KEPT = timedelta(days=90)  # after the end, for complaints
ADDRESS_KEPT_ON_THE_WAY = timedelta(days=180)  # after sending, where nobody ever notes the arrival


def next_states(way: str, state: str) -> tuple[str, ...]:
    """List where an order may go from here, the usual step last."""
    ends = ((CANCELLED,) if state in CANCELLABLE else ()) + ((RETURNED,) if state in RETURNABLE else ())
    return ends + _STEPS[way].get(state, ())


def may_move(way: str, before: str, after: str) -> bool:
    return after in next_states(way, before)


def usual_path(way: str) -> tuple[str, ...]:
    """List the states of an order that goes well."""
    return {
        SEND: ("ordered", "packed", "shipped", "delivered"),
        FETCH: ("ordered", "packed", "ready", "picked_up"),
        HAND_OVER: ("ordered", "issued"),
    }[way]


def erase_on(state: str, moment: datetime) -> datetime | None:
    """Say when the address of an order that comes into this state is erased; None: it is still needed."""
    if state in _ENDS:
        return moment + ADDRESS_KEPT
    return moment + ADDRESS_KEPT_ON_THE_WAY if state == "shipped" else None


def ways_of(*, kind: str, can_be_sent: bool, can_be_fetched: bool) -> tuple[str, ...]:
    """List how an item reaches people; what is not a thing is handed over in words."""
    ways = ((SEND,) if can_be_sent else ()) + ((FETCH,) if can_be_fetched else ())
    return ways or ((HAND_OVER,) if kind not in THINGS else ())


@dataclass(frozen=True)
class Address:
    """Where a parcel goes. Personal data: sealed at rest, in no log, event or ledger."""

    name: str
    phone: str  # E.164
    street: str
    city: str
    postcode: str = ""

    @classmethod
    def read(cls, facts: Mapping[str, str]) -> "Address":
        """Take what was typed in; lines of the street become one."""
        return cls(**{name: _one_line(str(facts.get(name) or "")) for name in cls.__dataclass_fields__})

    @property
    def is_complete(self) -> bool:
        return all((self.name, self.phone, self.street, self.city))

    def facts(self) -> dict[str, str]:
        return asdict(self)

    def masked(self) -> dict[str, str]:
        """Show enough to recognise it: whose it is, the ends of the number, the city."""
        return {"name": mask_name(self.name), "phone": mask_phone(self.phone), "street": "***", "city": self.city}


def _one_line(text: str) -> str:
    return ", ".join(" ".join(line.split()).rstrip(",") for line in text.splitlines() if line.strip())[:200]
