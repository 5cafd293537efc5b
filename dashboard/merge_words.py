"""What pages call the fields, tables and reasons of a merge."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.masking import HIDDEN_AMOUNT, is_hidden
from crm.models import Customer
from crm.operations.merging import rooms
from crm.operations.merging.kit import Line
from dashboard.templatetags.dashboard import amount, day, number
from rewards.models import Unit
from tenancy.models import Membership

FIELDS = {
    "name": _("Name"), "kind": _("Kind"), "stage": _("Stage"), "owner_id": pgettext_lazy("of a customer", "Owner"),
    "language": _("Language"), "gender": _("Gender"), "birth_date": _("Birth date"), "province": _("Province"),
    "city": _("City"), "occupation": _("Occupation"), "note": _("Note"), "custom": _("Further fields"), "tags": _("Tags"),
}  # fmt: skip
_CHOICES = {"kind": Customer.Kind, "stage": Customer.Stage, "gender": Customer.Gender}
_LANGUAGES = {"zh-hans": "简体中文", "en": "English"}
_BY_HAND = {
    "crm.consent": _("Consents"), "rewards.reward": _("Rewards"), "crm.contactpoint": _("Ways to reach them"),
    "referrals.referral": _("Friends they brought"), "referrals.referralcode": _("Personal codes"),
}  # fmt: skip


def field_label(name: str) -> str:
    return str(FIELDS[name])


def shown(name: str, value: Any) -> str:
    """Write a field's value as the record page does."""
    if not value or is_hidden(name):
        return "" if not value else HIDDEN_AMOUNT
    if name in _CHOICES:
        return str(_CHOICES[name](value).label)
    if name == "owner_id":
        member = Membership.objects.select_related("user").filter(id=value).first()
        return str(member.user) if member else ""
    if name == "birth_date":
        return day(value)
    if name == "language":
        return _LANGUAGES.get(value, value)
    if name == "tags":
        return ", ".join(value)
    return ", ".join(f"{key}: {one}" for key, one in value.items()) if name == "custom" else str(value)


def line_value(line: Line) -> tuple[str, str]:
    """Give label and figure of what moves: so many rows, or an amount in its unit."""
    where, _dot, code = line.code.partition(".")
    unit = Unit.objects.filter(code=code).first() if where in ("balance", "owed") else None
    if unit is None:
        return str(line.label), number(line.count)
    label = _("Balance") if where == "balance" else _("Owed")
    return str(label), amount(line.count, unit)


def moved_lines(moved: dict[str, int]) -> list[tuple[str, int]]:
    """Name what a merge moved, by table; what has no name of its own moved along with something that has."""
    columns = [column for room in rooms() for column in room.columns]
    labels = {column.model._meta.label_lower: column.label for column in columns if column.label} | _BY_HAND
    return [(str(labels[table]), many) for table, many in moved.items() if table in labels]
