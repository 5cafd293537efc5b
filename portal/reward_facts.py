"""What a member needs to know of one reward beside why it is there: its options, day, place, and the code to show."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import get_language

from portal import wording
from portal.coupons import qr_of
from portal.page import in_language
from rewards.models import CouponKind, Reward

_SHOWN = (Reward.State.AVAILABLE, Reward.State.ISSUED)


@dataclass(frozen=True)
class OptionLine:
    number: int
    name: str
    is_now: bool


@dataclass(frozen=True)
class DoorFacts:
    """What is shown at the door of an event, or to begin a trial."""

    starts_at: datetime | None
    place: str
    days: int
    code: str  # as soon as it is theirs
    qr: SafeString | str


def options_of(reward: Reward) -> list[OptionLine]:
    """Name what the member may choose from."""
    ids = {UUID(option["coupon_kind_id"]) for option in reward.options if option["coupon_kind_id"]}
    kinds = CouponKind.objects.in_bulk(ids)
    return [
        OptionLine(number, _name(option, kinds), number == reward.option) for number, option in enumerate(reward.options)
    ]


def _name(option: dict, kinds: dict[UUID, CouponKind]) -> str:
    if option["title"]:
        title = in_language(option["title"], get_language())
        return wording.in_kind(option["kind"], title, option["amount"], option["details"].get("days", 0))
    kind = kinds.get(UUID(option["coupon_kind_id"])) if option["coupon_kind_id"] else None
    return wording.amount(option["kind"], option["unit"], option["amount"], kind)


def door_facts(reward: Reward) -> DoorFacts | None:
    """Tell day, place and code of an invitation or a trial; nothing of other kinds."""
    if reward.kind not in (Reward.Kind.EVENT, Reward.Kind.TRIAL) or reward.kept == 0:
        return None
    starts_at = reward.details.get("starts_at")
    place = in_language(reward.details.get("place"), get_language())
    code = reward.code if reward.state in _SHOWN else ""
    return DoorFacts(
        datetime.fromisoformat(starts_at) if starts_at else None, str(place), reward.details.get("days", 0), code,
        qr_of(code) if code else "",
    )  # fmt: skip
