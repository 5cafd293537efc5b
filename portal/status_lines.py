"""Friends as the status page shows them: masked, with their line, what is expected when, and why."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from crm.models import Case, ContactPoint
from foundation.contacts import mask_email, mask_phone
from portal.friends import Friend, friends_of
from portal.wallet import RewardLine, reward_lines
from referrals.models import Referral
from referrals.queries.paths import Dot, line_of, path_of
from referrals.why_not import why_referral
from referrals.why_sections import CUSTOMER
from rewards.models import Reward


@dataclass(frozen=True)
class StatusLine:
    id: UUID
    friend: Friend
    contact: str  # masked
    line: list[Dot]
    rewards: list[RewardLine]
    why: list[str] = field(default_factory=list)
    next_step: str = ""
    has_asked: bool = False


def status_lines(referrals: Sequence[Referral], owner_id: UUID, language: str | None) -> list[StatusLine]:
    """Write a referrer's friends, newest first."""
    friends = {friend.referral_id: friend for friend in friends_of(referrals)}
    contacts, rewards = _contacts(referrals), _rewards(referrals, owner_id)
    asked = set(Case.objects.filter(customer_id=owner_id, key__in=[_key(each) for each in referrals])
                .values_list("key", flat=True))  # fmt: skip
    return [
        _line(each, friends[each.id], contacts.get(each.referee_id, ""), rewards[each.id], owner_id, language,
              _key(each) in asked)
        for each in referrals
    ]  # fmt: skip


def _key(referral: Referral) -> str:
    return f"appeal:{referral.id}:{referral.stage}"


def _line(referral, friend, contact, rewards, owner_id, language, has_asked) -> StatusLine:
    why = why_referral(referral.id, language, audience=CUSTOMER, customer_id=owner_id)
    told = [step.text for section in why.sections if section.key in ("story", "checks") for step in section.steps]
    return StatusLine(
        id=referral.id, friend=friend, contact=contact, line=line_of(path_of(referral.id), referral),
        rewards=reward_lines(owner_id, rewards), why=list(dict.fromkeys(told)), next_step=why.next_step,
        has_asked=has_asked,
    )  # fmt: skip


def _contacts(referrals: Sequence[Referral]) -> dict[UUID, str]:
    """Mask one contact of each friend: a phone number where there is one, in the national way for China."""
    found: dict[UUID, str] = {}
    points = ContactPoint.objects.filter(
        customer_id__in=[each.referee_id for each in referrals], kind__in=["phone", "email"]
    )
    for point in points.order_by("kind", "id"):  # e-mail before phone: the later one stays
        is_phone = point.kind == "phone"
        found[point.customer_id] = _phone(point.normalised) if is_phone else mask_email(point.normalised)
    return found


def _phone(number: str) -> str:
    """138****8800 as people in China write it; elsewhere with its prefix."""
    return mask_phone(number.removeprefix("+86")) if number.startswith("+86") else mask_phone(number)


def _rewards(referrals: Sequence[Referral], owner_id: UUID) -> dict[UUID, list[Reward]]:
    rows = Reward.objects.filter(
        referral_id__in=[each.id for each in referrals], beneficiary_id=owner_id, successor_id=None
    )  # fmt: skip
    found: dict[UUID, list[Reward]] = defaultdict(list)
    for row in rows.select_related("unit", "coupon_kind").order_by("id"):
        found[row.referral_id].append(row)
    return found
