"""Honour referrers: badges for steps, and names shown only with a consent that can be withdrawn."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from crm.models import Customer
from loyalty.models import Badge, CustomerBadge
from loyalty.operations import give_badge, take_badge
from referrals.errors import HonourInvalid, NameToShowMissing, RulesOutOfRange, UnknownSurface
from referrals.models import HonourRules, HonourStep, Recognition
from referrals.queries.honours import friends_who_bought, steps
from tenancy import audit, door

LASTS = timedelta(days=365)  # then a customer is asked anew
TEXT_VERSION = "recognition-1"
_TAKEN = "a friend's order was given back"


def honour(customer_ids: Collection[UUID]) -> None:
    """Give the badges of all steps reached, and take back those that a refund has undone."""
    known = list(steps())
    if not known or not customer_ids:
        return
    friends = friends_who_bought(customer_ids)
    for customer_id in sorted(customer_ids):
        for step in known:
            _settle(step, customer_id, has_reached=friends.get(customer_id, 0) >= step.friends)


def _settle(step: HonourStep, customer_id: UUID, *, has_reached: bool) -> None:
    key = f"honour:{step.id}:{customer_id}"
    given = CustomerBadge.objects.filter(key__startswith=key, taken_at=None).first()
    if has_reached and given is None:
        times = CustomerBadge.objects.filter(key__startswith=key).count()
        give_badge(customer_id, step.badge, key=f"{key}:{times + 1}", reason=f"{step.friends}")
    if given and not has_reached:
        take_badge(given.id, reason=_TAKEN)


def save_honour_step(*, friends: int, badge: str) -> HonourStep:
    """Honour a number of friends with a badge, in place of the one it had."""
    if not 1 <= friends <= 10_000 or not Badge.objects.filter(code=badge, is_active=True).exists():
        raise HonourInvalid
    step, _is_new = HonourStep.objects.update_or_create(friends=friends, defaults={"badge": badge})
    audit.record("honour_step.saved", step, {"friends": friends, "badge": badge})
    return step


def remove_honour_step(step_id: UUID) -> None:
    """Honour a step no longer; who has its badge keeps it."""
    step = HonourStep.objects.get(id=step_id)
    audit.record("honour_step.removed", step, {"friends": step.friends, "badge": step.badge})
    step.delete()


def set_honour_rules(**changes: Any) -> HonourRules:
    """Change least_group, is_board_shown, is_wall_public or the wall's title."""
    if not 3 <= changes.get("least_group", 3) <= 1000:
        raise RulesOutOfRange(least=3, most=1000, field="least_group")
    HonourRules.objects.bulk_create([HonourRules()], ignore_conflicts=True)
    rules = HonourRules.objects.select_for_update().get()
    for name, value in changes.items():
        setattr(rules, name, value)
    rules.save()
    audit.record("honour_rules.changed", rules, {"fields": sorted(changes)})
    return rules


# --- consents --------------------------------------------------------------------------------------------


def agree_to_be_named(customer_id: UUID, *, surface: str, display_name: str, source: str = "member") -> Recognition:
    """Note a customer's consent to be named on a surface for a year; another name replaces the first."""
    name = " ".join(display_name.split())
    if surface not in Recognition.Surface.values:
        raise UnknownSurface
    if not 0 < len(name) <= 40:
        raise NameToShowMissing
    customer = Customer.objects.select_for_update(no_key=True).get(id=customer_id)
    _end(customer_id, surface)
    now = door.moment()
    agreed = Recognition.objects.create(
        customer=customer, surface=surface, display_name=name, source=source, text_version=TEXT_VERSION,
        granted_at=now, expires_at=now + LASTS,
    )  # fmt: skip
    audit.record("recognition.granted", agreed, {"customer_id": str(customer_id), "surface": surface, "source": source})
    return agreed


def withdraw_name(customer_id: UUID, *, surface: str = "") -> int:
    """Take a customer's name off one surface, or off all; gives off how many. The name itself is forgotten."""
    ended = _end(customer_id, surface)
    if ended:
        customer = Customer.objects.get(id=customer_id)
        audit.record("recognition.withdrawn", customer, {"surface": surface or "all", "n": ended})
    return ended


def _end(customer_id: UUID, surface: str) -> int:
    rows = Recognition.objects.filter(customer_id=customer_id, withdrawn_at=None)
    rows = rows.filter(surface=surface) if surface else rows
    return rows.update(withdrawn_at=door.moment(), display_name="")


def consents_of(customer_id: UUID) -> Mapping[str, Recognition]:
    """Give the consents of one customer that count now, by surface."""
    now = door.moment()
    rows = Recognition.objects.filter(customer_id=customer_id, withdrawn_at=None, expires_at__gt=now)
    return {row.surface: row for row in rows}
