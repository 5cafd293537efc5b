"""An enquiry form as a visitor fills it in, and what tells people from machines."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from secrets import token_urlsafe
from typing import Any

from django import forms
from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from crm.models import CustomField
from crm.queries.custom_fields import choice_labels, custom_fields, definition_of
from crm.rules import read_contact
from crm.rules.custom_fields import read_value
from crm.rules.lead_forms import CONTACTS, Definition, Field, in_language, said
from foundation.errors import DomainError
from foundation.money import exponent
from tenancy import door
from tenancy.models import Organisation

HONEYPOT = "homepage"  # a field that people do not see; what fills it in is no person
TOKEN = "page"
FASTEST = timedelta(seconds=2)
OLDEST = timedelta(days=2)
_signer = Signer(salt="lead-form.page")
_AUTOCOMPLETE = {"name": "name", "phone": "tel", "email": "email", "company": "organization", "city": "address-level2"}
_TYPES = {"phone": "tel", "email": "email", "date": "date", "number": "number"}


class EnquiryForm(forms.Form):
    """The questions of a definition, in one language."""

    def __init__(self, *args, definition: Definition, language: str, country: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.definition, self.country = definition, country
        self.own = _own_fields(definition)
        for each in self.asked:
            own = self.own.get(each.own_key)
            self.fields[each.key] = own_control(each, own, language) if own else control(each, language)
        self.fields["consent"] = forms.BooleanField(
            label=in_language(definition.consent, language),
            error_messages={"required": _("Without this we may not keep your details. Please tick the box to go on.")},
        )

    @property
    def asked(self) -> list[Field]:
        """The questions; one for an own field that was archived since is asked no more."""
        return [each for each in self.definition.fields if not each.own_key or each.own_key in self.own]

    def lines(self) -> list[tuple[str, forms.BoundField]]:
        """The questions for the page: (kind, field)."""
        return [(self._shape(each), self[each.key]) for each in self.asked]

    def _shape(self, each: Field) -> str:
        return self.own[each.own_key].kind if each.own_key else each.kind

    def clean(self):
        given = super().clean()
        asked = [each for each in self.definition.fields if each.kind in CONTACTS]
        for each in asked:
            self._check_contact(each, given.get(each.key) or "")
        has_error = any(each.key in self.errors for each in asked)
        if asked and not has_error and not any(given.get(each.key) for each in asked):
            self.add_error(asked[0].key, gettext("Please leave us a way to reach you."))
        for each in self.asked:
            if each.own_key and each.key in given:
                self._check_own(each, given)
        return given

    def _check_own(self, each: Field, given: dict[str, Any]) -> None:
        try:
            given[each.key] = read_value(definition_of(self.own[each.own_key]), given[each.key], country=self.country)
        except DomainError:
            self.add_error(each.key, gettext("This value does not fit here."))

    def _check_contact(self, each: Field, text: str) -> None:
        if not text:
            return
        try:
            read_contact(each.kind, text, self.country)
        except DomainError as error:
            self.add_error(each.key, error.sentence(gettext))

    @property
    def answers(self) -> dict[str, Any]:
        """What was answered, as it is kept."""
        given = {each.key: self.cleaned_data.get(each.key) for each in self.asked}
        return {key: kept_value(value) for key, value in given.items() if value not in (None, "", [])}


def _own_fields(definition: Definition) -> dict[str, CustomField]:
    wanted = [each.own_key for each in definition.fields if each.own_key]
    return {row.key: row for row in custom_fields(CustomField.Subject.LEAD).filter(key__in=wanted)} if wanted else {}


class _MoneyField(forms.DecimalField):
    """An amount as people write it, cleaned to the smallest part of the organisation's currency."""

    def __init__(self, **kwargs):
        self.places = exponent(Organisation.objects.values_list("currency", flat=True).get(id=door.organisation_id()))
        super().__init__(min_value=0, max_digits=14, decimal_places=self.places, **kwargs)

    def clean(self, value):
        amount = super().clean(value)
        return None if amount is None else int(amount.scaleb(self.places))


def own_control(each: Field, own: CustomField, language: str) -> forms.Field:
    """The control of a question for a lead's own field: its kind and its choices are the field's."""
    kinds = CustomField.Kind
    shared = {
        "label": in_language(each.label, language), "help_text": in_language(each.help, language),
        "required": each.is_required, "error_messages": {"required": gettext("Please answer this.")},
    }  # fmt: skip
    match own.kind:
        case kinds.CHOICE:
            return forms.ChoiceField(choices=[("", gettext("Please choose")), *choice_labels(own)], **shared)
        case kinds.CHOICES:
            return forms.MultipleChoiceField(choices=choice_labels(own), widget=forms.CheckboxSelectMultiple, **shared)
        case kinds.MONEY:
            return _MoneyField(**shared)
        case kinds.LONG_TEXT:
            return forms.CharField(max_length=5000, widget=forms.Textarea({"rows": 4}), **shared)
        case kinds.YES_NO | kinds.DATE | kinds.NUMBER:
            return control(Field(own.kind, each.label, each.help, each.is_required), language)
    widget = forms.TextInput({"type": {"link": "url", **_TYPES}.get(own.kind, "text")})
    return forms.CharField(max_length=500 if own.kind == kinds.LINK else 200, widget=widget, **shared)


def kept_value(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def control(each: Field, language: str) -> forms.Field:
    label, about = in_language(each.label, language), in_language(each.help, language)
    shared = {
        "label": label, "help_text": about, "required": each.is_required,
        "error_messages": {"required": gettext("Please answer this.")},
    }  # fmt: skip
    choices = [(said(option), in_language(option, language)) for option in each.options]
    attrs = {"autocomplete": _AUTOCOMPLETE.get(each.kind, "off")}
    match each.kind:
        case "choice" | "product" if choices:
            return forms.ChoiceField(choices=[("", gettext("Please choose")), *choices], **shared)
        case "choices":
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **shared)
        case "yes_no":
            answers = [("yes", pgettext("an answer", "Yes")), ("no", pgettext("an answer", "No"))]
            return forms.ChoiceField(choices=answers, widget=forms.RadioSelect, **shared)
        case "message":
            return forms.CharField(max_length=5000, widget=forms.Textarea({"rows": 4}), **shared)
        case "date":
            return forms.DateField(widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **shared)
        case "number":
            return forms.DecimalField(max_digits=14, decimal_places=4, widget=forms.NumberInput({"step": "any"}), **shared)
    widget = forms.TextInput({**attrs, "type": _TYPES.get(each.kind, "text")})
    return forms.CharField(max_length=254 if each.kind == "email" else 120, widget=widget, **shared)


# --- people and machines --------------------------------------------------------------------------------------


def page_token(code: str) -> str:
    """Mark a page as opened now; it is filled in once."""
    return _signer.sign(f"{code}:{door.moment().timestamp():.0f}:{token_urlsafe(9)}")


def doubt_about(code: str, posted: Mapping[str, Any], *, needs_page: bool) -> tuple[str, str]:
    """Say what speaks against a person, and the key under which this page counts once."""
    token = str(posted.get(TOKEN, ""))
    opened_at = _opened_at(code, token)
    key = f"page:{token.split(':')[2]}" if opened_at else f"post:{token_urlsafe(16)}"
    if str(posted.get(HONEYPOT, "")).strip():
        return "honeypot", key
    if needs_page and opened_at is None:
        return "no_token", key
    if opened_at and door.moment() - opened_at < FASTEST:
        return "too_fast", key
    return "", key


def _opened_at(code: str, token: str) -> datetime | None:
    try:
        of, at, _nonce = _signer.unsign(token).split(":")
    except (BadSignature, ValueError):
        return None
    opened = datetime.fromtimestamp(int(at), UTC)
    return opened if of == code and door.moment() - opened <= OLDEST else None
