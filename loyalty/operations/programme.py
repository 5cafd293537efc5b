"""The points programme of an organisation."""

from decimal import Decimal

from django.db import transaction

from loyalty.errors import TermsInvalid
from loyalty.models import Programme
from rewards.operations import ensure_units, value_unit
from rewards.operations.accounts.units import POINT
from tenancy import audit


@transaction.atomic
def set_up_programme(
    *, points_per_unit: Decimal = Decimal(1), warn_days_before_expiry: int = 30, point_cost_minor: Decimal = Decimal(1),
    is_active: bool = True,
) -> Programme:  # fmt: skip
    """Set or change how customers earn points; what they have earned stays as it is, and how long it lives is elsewhere."""
    terms = {
        "points_per_unit": Decimal(points_per_unit),
        "warn_days_before_expiry": warn_days_before_expiry,
        "point_cost_minor": Decimal(point_cost_minor),
        "is_active": is_active,
    }
    if terms["points_per_unit"] < 0 or terms["point_cost_minor"] < 0 or warn_days_before_expiry < 0:
        raise TermsInvalid
    programme = Programme.objects.select_for_update().first() or Programme()
    is_dearer = programme.point_cost_minor != terms["point_cost_minor"]
    for name, value in terms.items():
        setattr(programme, name, value)
    programme.save()
    point = ensure_units()[POINT]
    if is_dearer or point.value_minor is None:  # finance may have valued points otherwise since
        value_unit(point.id, terms["point_cost_minor"])
    audit.record("programme.set_up", programme, {name: str(value) for name, value in terms.items()})
    return programme
