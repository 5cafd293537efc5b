"""Own fields in lists: columns, quick filters, and what a file holds. For fields that are marked for lists."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext

from crm.models import CustomField
from crm.queries.custom_fields import choice_labels, in_tongue, visible_fields
from crm.queries.sight import Principal
from dashboard.forms import choices_with_any
from dashboard.templatetags.dashboard import money, number, plain_short_day
from foundation.money import Money
from tenancy import door
from tenancy.models import Organisation

PREFIX = "own_"
_FILTERED = (CustomField.Kind.CHOICE, CustomField.Kind.CHOICES, CustomField.Kind.YES_NO)


def listed_fields(subject: str, member: Principal) -> list[CustomField]:
    """The fields of a subject that lists show to this person, each with its `name`."""
    found = [row for row in visible_fields(subject, member) if row.is_in_lists]
    for row in found:
        row.name = in_tongue(row.label)
    return found


def currency_here() -> str:
    return Organisation.objects.values_list("currency", flat=True).get(id=door.organisation_id())


def in_words(row: CustomField, value: Any, currency: str) -> str:
    """Say a value as a cell shows it; nothing where nothing is known."""
    if value in (None, "", []):
        return ""
    kinds = CustomField.Kind
    try:
        match row.kind:
            case kinds.YES_NO:
                return gettext("Yes") if value else gettext("No")
            case kinds.MONEY:
                return money(value, currency)
            case kinds.NUMBER:
                return number(value)
            case kinds.DATE:
                return plain_short_day(value)
            case kinds.CHOICES:
                return ", ".join(value)
    except (TypeError, ValueError, ArithmeticError):
        return str(value)  # written before the field had its kind
    return str(value)


def in_file(row: CustomField, value: Any, currency: str) -> Any:
    """Give a value as a file holds it: amounts as numbers, days as 2026-11-20."""
    if value in (None, "", []):
        return ""
    if row.kind == CustomField.Kind.MONEY and isinstance(value, int):
        return Money(value, currency).major
    if row.kind in (CustomField.Kind.NUMBER, CustomField.Kind.DATE):
        return value
    return in_words(row, value, currency)


class OwnFiltersMixin:
    """Quick filters for the choices among the listed fields; for a FilterForm made with `member=`."""

    own_subject = ""

    def __init__(self, *args, member: Principal, **kwargs):
        super().__init__(*args, **kwargs)
        self.own = [row for row in listed_fields(self.own_subject, member) if row.kind in _FILTERED]
        for row in self.own:
            known = [("yes", gettext("Yes")), ("no", gettext("No"))] if row.kind == "yes_no" else choice_labels(row)
            choices = choices_with_any(gettext("%(field)s: any") % {"field": row.name}, known)
            self.fields[PREFIX + row.key] = forms.ChoiceField(required=False, label=row.name, choices=choices)

    def narrow_own(self, rows: QuerySet) -> QuerySet:
        chosen = self.chosen
        for row in self.own:
            if PREFIX + row.key in chosen:
                rows = _holding(rows, row, chosen[PREFIX + row.key])
        return rows

    @property
    def chosen_plain(self) -> dict[str, Any]:
        """What is chosen besides own fields."""
        return {name: value for name, value in self.chosen.items() if not name.startswith(PREFIX)}


def _holding(rows: QuerySet, row: CustomField, value: str) -> QuerySet:
    """Keep the records with this value; by alias, as a key may be called like a lookup."""
    name = PREFIX + row.key
    rows = rows.alias(**{name: KeyTransform(row.key, "custom")})
    if row.kind == CustomField.Kind.CHOICES:
        return rows.filter(**{f"{name}__contains": [value]})
    return rows.filter(**{name: value == "yes" if row.kind == CustomField.Kind.YES_NO else value})
