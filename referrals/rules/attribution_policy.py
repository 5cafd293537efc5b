"""A campaign's policy on who is taken to have brought a friend: data with limits, read strictly."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from referrals.errors.attribution import PolicyInvalid

MODELS = ("last", "first", "priority", "split")
EXISTING = ("never", "win_back", "allowed")
PROOF = ("word", "trace", "confirmed")
KINDS = ("code", "form", "link", "import", "word")
_MOST_DAYS = 3650


@dataclass(frozen=True)
class Policy:
    """What `{}` means is the default: the last touch, new customers only, no protection, no late codes."""

    model: str = "last"
    priority: tuple[str, ...] = KINDS  # the strongest first, under the model "priority"
    code_beats_link: bool = True
    click_days: int = 0  # 0: only the click window of the terms
    protection_days: int = 0  # whom sales staff spoke with so many days before is theirs; 0: nobody
    existing: str = "never"
    win_back_days: int = 180  # without a purchase, under "win_back"
    late_claim_days: int = 0  # a code may be given so many days after the purchase; 0: never
    proof: str = "word"
    change_days: int = 30  # facts that come late change the referrer by themselves so long after the sign-up
    claim_days: int = 90  # claims may be opened so long after the sign-up or the purchase
    answer_days: int = 3  # working days until a claim is decided
    appeal_days: int = 7


_CHOICES = {"model": MODELS, "existing": EXISTING, "proof": PROOF}
_LEAST = {"win_back_days": 1, "claim_days": 1, "answer_days": 1}


def read_policy(data: Mapping[str, Any]) -> Policy:
    """Read a policy; what is not said is as in the default. Raises PolicyInvalid, which names the field."""
    if not isinstance(data, Mapping):
        raise PolicyInvalid(field="policy", name="policy")
    known = {one.name for one in fields(Policy)}
    for name in data:
        if name not in known:
            raise PolicyInvalid(field=name, name=name)
    return Policy(**{name: _read(name, value) for name, value in data.items()})


def _read(name: str, value: Any) -> Any:
    if name in _CHOICES:
        is_good = value in _CHOICES[name]
    elif name == "priority":
        is_good = isinstance(value, list | tuple) and len(value) == len(KINDS) and set(value) == set(KINDS)
        value = tuple(value) if is_good else value
    elif name == "code_beats_link":
        is_good = isinstance(value, bool)
    else:
        is_good = type(value) is int and _LEAST.get(name, 0) <= value <= _MOST_DAYS
    if not is_good:
        raise PolicyInvalid(field=name, name=name)
    return value


def policy_json(policy: Policy) -> dict[str, Any]:
    """Write what differs from the default, so that a default that grows better reaches those who never chose."""
    plain = Policy()
    told = {name: value for name, value in asdict(policy).items() if value != getattr(plain, name)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}


def whole_policy_json(policy: Policy) -> dict[str, Any]:
    """Write all of a policy, as a decision keeps it."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(policy).items()}
