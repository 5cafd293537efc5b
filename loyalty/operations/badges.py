"""Badges: what there is, who has one."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from loyalty.errors import BadgeInvalid, ReasonMissing, UnknownBadge
from loyalty.models import Badge, CustomerBadge
from loyalty.rules import BADGE_ICONS
from tenancy import audit, door

_LANGUAGES = {"zh-hans", "en"}


@transaction.atomic
def save_badge(
    *, code: str, name: Mapping[str, str], about: Mapping[str, str] | None = None, icon: str = "star",
    colour: str = "#d4a017", is_active: bool = True,
) -> Badge:  # fmt: skip
    """Make a badge, or change the one of this code."""
    code, about = code.strip().lower(), about or {}
    _refuse_malformed(code, name, about, icon)
    badge = Badge.objects.select_for_update().filter(code=code).first() or Badge(code=code)
    badge.name, badge.about, badge.icon, badge.colour, badge.is_active = dict(name), dict(about), icon, colour, is_active
    badge.save()
    audit.record("badge.saved", badge, {"code": code, "is_active": is_active})
    return badge


def _refuse_malformed(code: str, name: Mapping[str, str], about: Mapping[str, str], icon: str) -> None:
    if not code or len(code) > 40 or not all(letter.isalnum() or letter in "-_" for letter in code):
        raise BadgeInvalid(field="code")
    if set(name) != _LANGUAGES or not all(0 < len(text.strip()) <= 60 for text in name.values()):
        raise BadgeInvalid(field="name")
    if not set(about) <= _LANGUAGES or not all(len(text) <= 200 for text in about.values()):
        raise BadgeInvalid(field="about")
    if icon not in BADGE_ICONS:
        raise BadgeInvalid(field="icon")


@transaction.atomic
def give_badge(customer_id: UUID, code: str, *, key: str, reason: str = "", reward_id: UUID | None = None) -> CustomerBadge:
    """Give a customer a badge; the same key gives it once."""
    badge = Badge.objects.filter(code=code).first()
    if badge is None:
        raise UnknownBadge(badge=code)
    facts = {"customer_id": customer_id, "badge": badge, "reason": reason[:200], "reward_id": reward_id}
    given, is_new = CustomerBadge.objects.get_or_create(key=key, defaults={**facts, "given_at": door.moment()})
    if is_new:
        audit.record("badge.given", given, {"customer_id": str(customer_id), "badge": code})
    return given


@transaction.atomic
def take_badge(customer_badge_id: UUID, *, reason: str) -> CustomerBadge:
    """Take a badge back, and say why; one that was given for another reason as well stays."""
    if not reason.strip():
        raise ReasonMissing
    given = CustomerBadge.objects.select_related("badge").filter(id=customer_badge_id).first()
    if given is None:
        raise UnknownBadge(badge=customer_badge_id)
    if CustomerBadge.objects.filter(id=given.id, taken_at=None).update(taken_at=door.moment()):
        facts = {"customer_id": str(given.customer_id), "badge": given.badge.code, "reason": reason[:200]}
        audit.record("badge.taken", given, facts)
    return CustomerBadge.objects.select_related("badge").get(id=given.id)
