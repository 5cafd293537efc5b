"""Units: what an organisation counts."""

from datetime import datetime

from dateutil.relativedelta import relativedelta

from rewards.errors import UnknownUnit
from rewards.models import Unit
from tenancy import door
from tenancy.models import Organisation

POINT, COUPON, PIECE = "POINT", "COUPON", "PIECE"


def ensure_units() -> dict[str, Unit]:
    """Make points, coupons and the organisation's currency countable; give all units by code."""
    currency = Organisation.objects.values_list("currency", flat=True).get(id=door.organisation_id())
    return units([POINT, COUPON, currency])


def units(codes: list[str]) -> dict[str, Unit]:
    """Give units by code, making those that are missing; a code of three letters is a currency."""
    found = _found(codes)
    if missing := set(codes) - set(found):
        Unit.objects.bulk_create([_new(code) for code in sorted(missing)], ignore_conflicts=True)
        found = _found(codes)
    return found


def set_points_expiry(months: int | None) -> None:
    """Let points that become available from now on expire after so many months, or never."""
    units([POINT])
    Unit.objects.filter(code=POINT).update(expires_after_months=months)


def expiry_of(unit: Unit) -> datetime | None:
    """Say when units expire that become available now."""
    months = unit.expires_after_months
    return door.moment() + relativedelta(months=months) if months else None


def _found(codes: list[str]) -> dict[str, Unit]:
    return {unit.code: unit for unit in Unit.objects.filter(code__in=codes)}


def _new(code: str) -> Unit:
    if code == POINT:
        return Unit(code=code, kind=Unit.Kind.POINTS, expires_after_months=12)
    if code == COUPON:
        return Unit(code=code, kind=Unit.Kind.COUPON)
    if code == PIECE:
        return Unit(code=code, kind=Unit.Kind.PIECE)
    if len(code) != 3 or not code.isalpha() or not code.isupper():
        raise UnknownUnit(unit=code)
    return Unit(code=code, kind=Unit.Kind.MONEY)
