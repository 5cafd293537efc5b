"""Who may do what: roles × permissions × fields × sight, read from the tables that enforce it."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.rules.fields import CONTACTS, FIELDS, house_level, levels_of
from integrations.exports import csv_lines
from tenancy.access import field_level, largest_export, reveals_per_hour, sight_of
from tenancy.models import Membership
from tenancy.rules import PERMISSIONS, ROLES

FIELD_NAMES = {
    "phone": _("Phone"), "email": _("E-mail"), "wechat": _("WeChat"), "external": _("External id"),
    "birth_date": _("Birth date and gender"), "address": _("Address and place"), "work": _("Occupation and company"),
    "income": _("Income band"), "character": _("Interests and values"), "note": _("Note"), "custom": _("Own fields"),
    "money": _("Amounts of orders, deals and rewards"),
}  # fmt: skip
LEVEL_NAMES = {
    "hidden": pgettext_lazy("a field", "Hidden"), "masked": pgettext_lazy("a field", "Masked"),
    "reveal": pgettext_lazy("a field", "May reveal"), "read": pgettext_lazy("a field", "Read"),
    "write": pgettext_lazy("a field", "Change"),
}  # fmt: skip
_OWNER = Membership.Role.OWNER
NARROWABLE = [(role, label) for role, label in Membership.Role.choices if role != _OWNER]


def powers() -> list[tuple[str, list[bool]]]:
    """A line for each permission, a mark for each role: who may do what, as the house enforces it."""
    return [(permission, [permission in ROLES[role] for role in Membership.Role.values]) for permission in PERMISSIONS]


def sight_table(access: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How far each role sees."""
    return [(label, str(Membership.Sight(_sight(access, role)).label)) for role, label in Membership.Role.choices]


def _sight(access, role: str) -> str:
    return Membership.Sight.ALL if role == _OWNER else sight_of(access, role)


def level_of(access: Mapping[str, Any], role: str, field: str) -> str:
    """What a role gets of a field, with what its permissions leave of it."""
    set_here = None if role == _OWNER else field_level(access, role, field)
    told = set_here or house_level(role, field)
    if told == "reveal" and "contacts:reveal" not in ROLES[role]:
        return "masked"
    return "read" if told == "write" and "customers:write" not in ROLES[role] else told


def field_table(access: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """A line for each field, a level (code, name) for each role."""
    return [
        (
            str(FIELD_NAMES[field]),
            [(level, str(LEVEL_NAMES[level])) for role in ROLES for level in [level_of(access, role, field)]],
        )
        for field in FIELDS
    ]


def table_lines(access: Mapping[str, Any]) -> Iterator[str]:
    """The same as a file."""
    heads = [gettext("What"), *(str(label) for _role, label in Membership.Role.choices)]
    lines = [[permission, *(gettext("yes") if mark else gettext("no") for mark in marks)] for permission, marks in powers()]
    lines += [[gettext("Sees customers"), *(label for _role, label in sight_table(access))]]
    lines += [[name, *(label for _level, label in levels)] for name, levels in field_table(access)]
    return csv_lines(heads, lines)


class SightForm(forms.Form):
    """How far each role sees, unless it is set for the person."""

    def __init__(self, *args, access: Mapping[str, Any], **kwargs):
        super().__init__(*args, auto_id="sight_%s", **kwargs)
        for role, label in NARROWABLE:
            self.fields[role] = forms.ChoiceField(
                label=label, choices=Membership.Sight.choices, initial=sight_of(access, role)
            )

    @property
    def sections(self) -> dict[str, Any]:
        return {"sight": {role: self.cleaned_data[role] for role, _label in NARROWABLE}}


class FieldsForm(forms.Form):
    """What each role gets of each field; only what differs from the house's own table is kept."""

    def __init__(self, *args, access: Mapping[str, Any], **kwargs):
        super().__init__(*args, auto_id="field_%s", **kwargs)
        for role, label in NARROWABLE:
            for field in FIELDS:
                self.fields[f"{role}-{field}"] = forms.ChoiceField(
                    label=f"{label}: {FIELD_NAMES[field]}",
                    choices=[(level, LEVEL_NAMES[level]) for level in levels_of(field)],
                    initial=field_level(access, role, field) or house_level(role, field),
                )

    @property
    def lines(self) -> list[tuple]:
        """For the table: the field's name and a choice for each role."""
        return [(FIELD_NAMES[field], [self[f"{role}-{field}"] for role, _label in NARROWABLE]) for field in FIELDS]

    @property
    def sections(self) -> dict[str, Any]:
        told = {
            role: {
                field: self.cleaned_data[f"{role}-{field}"]
                for field in FIELDS
                if self.cleaned_data[f"{role}-{field}"] != house_level(role, field)
            }
            for role, _label in NARROWABLE
        }
        return {"fields": {role: fields for role, fields in told.items() if fields}}


class LimitsForm(forms.Form):
    reveals_per_hour = forms.IntegerField(
        label=_("Contacts that one person may reveal in an hour"), min_value=1, max_value=10_000,
    )  # fmt: skip
    largest_export = forms.IntegerField(
        label=_("Rows of an export that need no owner"), min_value=0, max_value=10_000_000,
        help_text=_("0 sets no limit. Larger files can be taken out by an owner only; every export is in the audit log."),
    )  # fmt: skip

    def __init__(self, *args, access: Mapping[str, Any], **kwargs):
        present = {"reveals_per_hour": reveals_per_hour(access), "largest_export": largest_export(access)}
        super().__init__(*args, auto_id="limit_%s", initial=present, **kwargs)

    @property
    def sections(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


assert set(FIELD_NAMES) == set(FIELDS) and set(CONTACTS) <= set(FIELDS)
