"""Which of two customers' facts the one customer keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm.errors import UnknownMergeField
from crm.models import Customer, CustomerTag
from crm.operations.merging.kit import Pair

WINNER, LOSER, BOTH = "winner", "loser", "both"
# Attribute, whether both can be kept.
CHOSEN = {
    "name": False, "kind": False, "stage": False, "owner_id": False, "language": False, "gender": False, "birth_date": False,
    "province": False, "city": False, "occupation": False, "note": True, "custom": True, "tags": True,
}  # fmt: skip
CHOSEN_NAMES = [(name, name) for name in CHOSEN]  # for the API's schema
WAYS = [(way, way) for way in (WINNER, LOSER, BOTH)]
_STAGES = [Customer.Stage.LOST, Customer.Stage.PROSPECT, Customer.Stage.LEAD, Customer.Stage.CUSTOMER, Customer.Stage.LOYAL]


@dataclass(frozen=True)
class Choice:
    """A field in which the two differ, and what is kept unless somebody chooses otherwise."""

    name: str
    winner: Any
    loser: Any
    default: str
    can_keep_both: bool

    @property
    def options(self) -> list[str]:
        return [WINNER, LOSER, BOTH] if self.can_keep_both else [WINNER, LOSER]


def differing(pair: Pair) -> list[Choice]:
    """List the fields in which two customers differ."""
    told = [(name, _value(pair.winner, name), _value(pair.loser, name)) for name in CHOSEN]
    return [Choice(name, a, b, _default(pair, name, a, b), CHOSEN[name]) for name, a, b in told if a != b]


def chosen(pair: Pair, wanted: Mapping[str, str]) -> dict[str, str]:
    """Say for each differing field what is kept; refuses names and ways that do not exist."""
    for name, way in wanted.items():
        if name not in CHOSEN or way not in (WINNER, LOSER, *([BOTH] if CHOSEN[name] else [])):
            raise UnknownMergeField(name=name)
    return {choice.name: wanted.get(choice.name, choice.default) for choice in differing(pair)}


def new_values(pair: Pair, ways: Mapping[str, str]) -> dict[str, Any]:
    """Give the columns of the winner that change; tags are not among them."""
    values = {name: _kept(pair, name, way) for name, way in ways.items() if name != "tags" and way != WINNER}
    if pair.loser.created_at < pair.winner.created_at:
        values["created_at"] = pair.loser.created_at  # known since
    return {name: value for name, value in values.items() if value != getattr(pair.winner, name)}


def _kept(pair: Pair, name: str, way: str) -> Any:
    mine, theirs = getattr(pair.winner, name), getattr(pair.loser, name)
    if way == LOSER:
        return theirs
    if name == "custom":
        return {**theirs, **mine}
    return "\n\n".join(part for part in (mine, theirs) if part)


def tags_of(customer: Customer) -> list[str]:
    return list(CustomerTag.objects.filter(customer=customer).order_by("tag__name").values_list("tag__name", flat=True))


def _value(customer: Customer, name: str) -> Any:
    return tags_of(customer) if name == "tags" else getattr(customer, name)


def _default(pair: Pair, name: str, mine: Any, theirs: Any) -> str:
    """Better filled, then newer; a stage that is further on; both where both can be kept."""
    if not theirs or not mine:
        return WINNER if mine else LOSER
    if CHOSEN[name]:
        return BOTH
    if name == "stage":
        return WINNER if _STAGES.index(mine) >= _STAGES.index(theirs) else LOSER
    if name in ("owner_id", "kind"):
        return WINNER
    return WINNER if pair.winner.updated_at >= pair.loser.updated_at else LOSER
