"""The form of a landing page: name, address, consents, and what the organisation asks besides."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.models import CustomField
from crm.queries.custom_fields import custom_fields, definition_of
from crm.rules.custom_fields import read_value
from crm.rules.lead_forms import Field
from foundation.errors import DomainError
from portal.forms import JoinForm
from portal.lead_forms import control, kept_value, own_control
from referrals.rules.pages import OWN

_PLAIN = {"city": _("City"), "message": pgettext_lazy("a question of a form", "Message")}


class LandingForm(JoinForm):
    """The form with the questions of a page; a field of one's own that was archived since is asked no more."""

    def __init__(
        self, *args, organisation: str, country: str, language: str, asks: Mapping[str, str], takes_phones: bool, **options
    ):
        super().__init__(*args, organisation=organisation, phones_of=country if takes_phones else "", **options)
        self.country, self._own, self._kinds = country, _own(asks), {}
        for name, label in _PLAIN.items():
            if name in asks:
                self._ask(name, name, control(Field(name, {language: str(label)}, {}, asks[name] == "required"), language))
        for key, row in self._own.items():
            asked = Field(f"{OWN}{key}", row.label, {}, asks[f"{OWN}{key}"] == "required")
            self._ask(f"own_{key}", row.kind, own_control(asked, row, language))

    def _ask(self, name: str, kind: str, field: forms.Field) -> None:
        self.fields[name], self._kinds[name] = field, kind

    def lines(self) -> list[tuple[str, forms.BoundField]]:
        """What is asked besides, for the page: (kind, field)."""
        return [(kind, self[name]) for name, kind in self._kinds.items()]

    def clean(self):
        given = super().clean()
        for key, row in self._own.items():
            if f"own_{key}" in given:
                try:
                    given[f"own_{key}"] = read_value(definition_of(row), given[f"own_{key}"], country=self.country)
                except DomainError:
                    self.add_error(f"own_{key}", gettext("This value does not fit here."))
        return given

    @property
    def answers(self) -> dict[str, Any]:
        """What was answered besides, as it is kept: city, message, own fields by key."""
        given = self.cleaned_data
        plain = {name: str(given[name]).strip() for name in _PLAIN if given.get(name)}
        own = {key: kept_value(given.get(f"own_{key}")) for key in self._own}
        own = {key: value for key, value in own.items() if value not in (None, "", [])}
        return plain | ({"own": own} if own else {})


def _own(asks: Mapping[str, str]) -> dict[str, CustomField]:
    wanted = [name.removeprefix(OWN) for name in asks if name.startswith(OWN)]
    if not wanted:
        return {}
    return {row.key: row for row in custom_fields(CustomField.Subject.CUSTOMER).filter(key__in=wanted)}
