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

from crm.rules import read_contact
from crm.rules.lead_forms import CONTACTS, Definition, Field, in_language, said
from foundation.errors import DomainError
from tenancy import door

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
        for each in definition.fields:
            self.fields[each.key] = _control(each, language)
        self.fields["consent"] = forms.BooleanField(
            label=in_language(definition.consent, language),
            error_messages={"required": _("Without this we may not keep your details. Please tick the box to go on.")},
        )

    def lines(self) -> list[tuple[str, forms.BoundField]]:
        """The questions for the page: (kind, field)."""
        return [(each.kind, self[each.key]) for each in self.definition.fields]

    def clean(self):
        given = super().clean()
        asked = [each for each in self.definition.fields if each.kind in CONTACTS]
        for each in asked:
            self._check_contact(each, given.get(each.key) or "")
        has_error = any(each.key in self.errors for each in asked)
        if asked and not has_error and not any(given.get(each.key) for each in asked):
            self.add_error(asked[0].key, gettext("Please leave us a way to reach you."))
        return given

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
        given = {each.key: self.cleaned_data.get(each.key) for each in self.definition.fields}
        return {key: _kept(value) for key, value in given.items() if value not in (None, "", [])}


def _kept(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _control(each: Field, language: str) -> forms.Field:
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
