"""Say what units are worth."""

from decimal import Decimal
from uuid import UUID

from django.db import transaction

from rewards.errors.closing import ValueNotNegative, ValuesItself
from rewards.errors.general import UnknownUnit
from rewards.models import Unit
from rewards.rules.roll_forward import text_of
from tenancy import audit


@transaction.atomic
def value_unit(unit_id: UUID, value_minor: Decimal | None) -> Unit:
    """Set what one of a unit is worth, in the smallest part of the organisation's currency; none: not valued.

    Months that are sealed keep the value they were sealed with.
    """
    unit = Unit.objects.select_for_update().filter(id=unit_id).first()
    if unit is None:
        raise UnknownUnit(unit=str(unit_id))
    if unit.kind == Unit.Kind.MONEY:
        raise ValuesItself
    if value_minor is not None and value_minor < 0:
        raise ValueNotNegative
    if unit.value_minor != value_minor:
        changes = {"unit": unit.code, "value_minor": [text_of(unit.value_minor), text_of(value_minor)]}
        unit.value_minor = value_minor
        unit.save(update_fields=["value_minor"])
        audit.record("unit.valued", unit, changes)
    return unit
