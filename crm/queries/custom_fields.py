"""Reads of the fields that organisations add."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Case, CharField, DecimalField, Func, QuerySet, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast
from django.db.models.lookups import Exact
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.models import CustomField
from crm.queries.facts import Column, Fact
from crm.queries.sight import Principal
from crm.rules.conditions import CHOICE, DATE, MONEY, NUMBER, SET, TEXT, YES_NO
from crm.rules.custom_fields import Definition
from tenancy import door

GROUP = _("Custom fields")
_TYPES = {
    "text": TEXT, "long_text": TEXT, "link": TEXT, "phone": TEXT, "email": TEXT, "number": NUMBER, "money": MONEY,
    "date": DATE, "choice": CHOICE, "choices": SET, "yes_no": YES_NO,
}  # fmt: skip
TABLES = {"customer": "crm_customer", "deal": "crm_deal", "lead": "crm_lead", "case": "crm_case"}


def custom_fields(subject: str, *, archived: bool = False) -> QuerySet[CustomField]:
    """List the fields of a subject in their order."""
    return CustomField.objects.filter(subject=subject, archived_at__isnull=not archived).order_by("position", "id")


def visible_fields(subject: str, principal: Principal) -> list[CustomField]:
    """List the fields that a principal may see; owners and keys see all."""
    role = getattr(principal, "role", "")
    return [one for one in custom_fields(subject) if not one.roles or role in (*one.roles, "owner", "")]


def definition_of(row: CustomField) -> Definition:
    values = tuple(choice["value"] for choice in row.choices)
    return Definition(row.key, row.kind, values, tuple(row.required_stages), row.label)


def definitions(subject: str) -> list[Definition]:
    """Give the fields of a subject as the rules see them."""
    return [definition_of(row) for row in custom_fields(subject)]


def in_tongue(texts: Mapping[str, str]) -> str:
    """Choose the reader's language."""
    language = "zh-hans" if (get_language() or "").startswith("zh") else "en"
    return texts.get(language) or next((text for text in texts.values() if text), "")


def choice_labels(row: CustomField) -> list[tuple[str, str]]:
    return [(choice["value"], in_tongue(choice) or choice["value"]) for choice in row.choices]


def shown_values(rows: Sequence[CustomField], values: Mapping[str, Any]) -> list[tuple[CustomField, Any]]:
    """Pair fields with what a record says, choices by their labels; without those that say nothing."""
    return [(row, _shown(row, values[row.key])) for row in rows if values.get(row.key) not in (None, "", [])]


def _shown(row: CustomField, value: Any) -> Any:
    labels = dict(choice_labels(row))
    if row.kind == CustomField.Kind.CHOICES and isinstance(value, list):
        return [labels.get(each, each) for each in value]
    return labels.get(value, value) if row.kind == CustomField.Kind.CHOICE else value


def usage(subject: str) -> dict[str, int]:
    """Count the records that have a value, by key; in one pass over the subject's own rows."""
    table = TABLES[subject]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT keys.key, count(*)
            FROM {table} AS subject, jsonb_object_keys(subject.custom) AS keys (key)
            WHERE subject.organisation_id = %s AND jsonb_typeof(subject.custom) = 'object'
            GROUP BY keys.key
            """,
            [door.organisation_id()],
        )
        return dict(cursor.fetchall())


# --- as facts ------------------------------------------------------------------------------------------------


class _TypeOf(Func):
    function = "jsonb_typeof"
    output_field = CharField()


def custom_facts(subject: str, permission: str = "customers:read"):
    """Give what makes facts of a subject's own fields, for `Facts(…, more=custom_facts("deal", "deals:read"))`."""
    return lambda: [_fact(row, permission) for row in custom_fields(subject)]


def _fact(row: CustomField, permission: str) -> Fact:
    choices = choice_labels(row) if row.choices else None
    label, roles = in_tongue(row.label), tuple(row.roles)
    return Fact(f"custom.{row.key}", label, GROUP, _TYPES[row.kind], _place(row), choices, permission, roles)


def _place(row: CustomField) -> Column:
    """Find a value in the record's JSON; what was written before the field had a kind must not break a cast."""
    value = KeyTransform(row.key, "custom")
    if row.kind in (CustomField.Kind.NUMBER, CustomField.Kind.MONEY):
        number = Cast(KeyTextTransform(row.key, "custom"), DecimalField(max_digits=30, decimal_places=6))
        return Column(Case(When(Exact(_TypeOf(value), "number"), then=number)))
    if row.kind == CustomField.Kind.DATE:
        return Column(KeyTextTransform(row.key, "custom"), is_iso_text=True)
    if row.kind in (CustomField.Kind.CHOICES, CustomField.Kind.YES_NO, CustomField.Kind.CHOICE):
        return Column(value)
    return Column(KeyTextTransform(row.key, "custom"), empty=("",))
