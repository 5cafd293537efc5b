"""Fields that an organisation added, in forms and on record pages.

In a form of a customer, deal, lead or case, two lines:

    class DealForm(CustomFieldsMixin, forms.Form):
        custom_subject = "deal"

made with `DealForm(data, initial=…, member=request.membership, custom=deal.custom)`. Its
`custom_values` go to the operation as `custom`; `{% for bound in form.custom_bound %}{% field bound %}{% endfor %}`
shows them. `stage_field` names the field that says the stage, for what is required there; `custom_stage` is a
stage that the form itself stands for. With `custom_keys` only these are shown, and all of them are needed.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.errors import CustomValueInvalid
from crm.models import CustomField
from crm.queries.custom_fields import choice_labels, definition_of, definitions, in_tongue, shown_values, visible_fields
from crm.queries.sight import Principal
from crm.rules.custom_fields import missing, read_value
from dashboard.forms import DateField, MoneyField
from dashboard.templatetags.dashboard import number
from tenancy import door
from tenancy.models import Organisation

PREFIX = "custom_"


class CustomFieldsMixin:
    custom_subject = "customer"
    stage_field = "stage"
    custom_stage = ""

    def __init__(
        self,
        *args,
        member: Principal,
        custom: Mapping[str, Any] | None = None,
        custom_keys: Collection[str] | None = None,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self._present = custom or {}
        self._place = Organisation.objects.only("country", "currency").get(id=door.organisation_id())
        shown = visible_fields(self.custom_subject, member)
        self._customs = [row for row in shown if custom_keys is None or row.key in custom_keys]
        for row in self._customs:
            self.fields[PREFIX + row.key] = _form_field(row, self._place.currency, is_needed=custom_keys is not None)
            self.initial.setdefault(PREFIX + row.key, _initial(row, self._present.get(row.key)))

    @property
    def custom_bound(self) -> list:
        return [self[PREFIX + row.key] for row in self._customs]

    def clean(self):
        told = super().clean() or self.cleaned_data
        for row in self._customs:
            self._clean_one(row)
        self._require(self.custom_stage or told.get(self.stage_field))
        return told

    def _clean_one(self, row: CustomField) -> None:
        name = PREFIX + row.key
        if name not in self.cleaned_data:
            return
        try:
            self.cleaned_data[name] = read_value(definition_of(row), self.cleaned_data[name], country=self._place.country)
        except CustomValueInvalid:
            self.add_error(name, gettext("This value does not fit here."))

    def _require(self, stage: Any) -> None:
        values = {row.key: self.cleaned_data.get(PREFIX + row.key) for row in self._customs}
        for each in missing([definition_of(row) for row in self._customs], values, str(stage or "")):
            if PREFIX + each.key not in self.errors:
                self.add_error(PREFIX + each.key, gettext("This must be filled in at this stage."))

    @property
    def custom_values(self) -> dict[str, Any]:
        """What the form says of the fields it shows; empty ones are None, which takes them away."""
        return {row.key: self.cleaned_data.get(PREFIX + row.key) for row in self._customs}


def _initial(row: CustomField, value: Any) -> Any:
    return {True: "yes", False: "no"}.get(value, "") if row.kind == CustomField.Kind.YES_NO else value


def missing_keys(subject: str, values: Mapping[str, Any], stage: str) -> set[str]:
    """Name the own fields that a step asks for and that are empty."""
    return {each.key for each in missing(definitions(subject), values, stage)}


def _form_field(row: CustomField, currency: str, *, is_needed: bool = False) -> forms.Field:
    about = {"label": in_tongue(row.label), "help_text": in_tongue(row.help), "required": is_needed}
    kinds = CustomField.Kind
    if row.kind == kinds.CHOICE:
        return forms.ChoiceField(choices=[("", "–"), *choice_labels(row)], **about)
    if row.kind == kinds.CHOICES:
        return forms.MultipleChoiceField(choices=choice_labels(row), widget=forms.CheckboxSelectMultiple, **about)
    if row.kind == kinds.YES_NO:
        return forms.ChoiceField(choices=[("", "–"), ("yes", _("Yes")), ("no", _("No"))], **about)
    if row.kind == kinds.DATE:
        return DateField(**about)
    if row.kind == kinds.MONEY:
        return MoneyField(currency=currency, minimum=-(10**15), **about)
    if row.kind == kinds.NUMBER:
        return forms.DecimalField(max_digits=18, decimal_places=6, **about)
    if row.kind == kinds.LONG_TEXT:
        return forms.CharField(max_length=5000, widget=forms.Textarea({"rows": 3}), **about)
    types = {kinds.LINK: "url", kinds.PHONE: "tel", kinds.EMAIL: "email"}
    widget = forms.TextInput({"type": types.get(row.kind, "text")})
    return forms.CharField(max_length=500 if row.kind == kinds.LINK else 254, widget=widget, **about)


def custom_facts(subject: str, member: Principal, values: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """What a record says in these fields, for its page: label, kind and value."""
    shown = shown_values(visible_fields(subject, member), values or {})
    return [{"label": in_tongue(row.label), "kind": row.kind, "value": _read(row.kind, value)} for row, value in shown]


def _read(kind: str, value: Any) -> Any:
    """Give dates as dates, numbers in words; what was written before the field had its kind is shown as it is."""
    if kind == CustomField.Kind.NUMBER and isinstance(value, int | float) and not isinstance(value, bool):
        return number(value)
    try:
        return date.fromisoformat(value) if kind == CustomField.Kind.DATE else value
    except (TypeError, ValueError):
        return value
