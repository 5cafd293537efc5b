"""Units: what an organisation counts."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from django.db import transaction

from rewards.errors.general import LimitContradicts, UnknownUnit
from rewards.models import Unit
from rewards.rules.expiry import Expiry, ends
from tenancy import audit, door
from tenancy.calendar import own_zone
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


@dataclass(frozen=True)
class Policy:
    """How long units live from the day they become available, and what becomes of what is taken back and not there."""

    expires_after_months: int | None = None
    expires_after_years: int | None = None  # at the end of a year: 0 of this one, 1 of the next …
    extends_on_activity: bool = False
    shortfall: str = Unit.Shortfall.OWE
    owed_limit: int | None = None

    def __post_init__(self) -> None:
        Expiry(self.expires_after_months, self.expires_after_years)
        if self.owed_limit is not None and (self.shortfall != Unit.Shortfall.OWE or self.owed_limit < 0):
            raise LimitContradicts

    @property
    def expiry(self) -> Expiry:
        return Expiry(self.expires_after_months, self.expires_after_years)


def policy_of(unit: Unit) -> Policy:
    return Policy(**{name: getattr(unit, name) for name in Policy.__dataclass_fields__})


@transaction.atomic
def set_policy(policy: Policy, *, unit_code: str = POINT) -> Unit:
    """Let units live and be owed by other rules from now on; lots that are open keep their dates."""
    units([unit_code])
    unit = Unit.objects.select_for_update(no_key=True).get(code=unit_code)
    before, after = asdict(policy_of(unit)), asdict(policy)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changes:
        Unit.objects.filter(id=unit.id).update(**after)
        audit.record("unit.policy_set", unit, changes)
        unit.refresh_from_db()
    return unit


def set_points_expiry(months: int | None) -> None:
    """Let points that become available from now on expire after so many months, or never."""
    unit = units([POINT])[POINT]
    set_policy(replace(policy_of(unit), expires_after_months=months, expires_after_years=None))


def expiry_of(unit: Unit, since: datetime | None = None) -> datetime | None:
    """Say when units expire that become available now, or became so at `since`."""
    expiry = policy_of(unit).expiry
    return ends(expiry, since or door.moment(), own_zone()) if expiry != Expiry() else None


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
