"""What the forms of all pages share."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.masking import amounts_are_hidden
from foundation.money import exponent, to_minor


def choices_with_any(label, choices) -> list[tuple[str, str]]:
    """Choices of a filter, with "any" in front."""
    return [("", label), *choices]


class FilterForm(forms.Form):
    """A list's filters from the address; a value that is no choice filters nothing."""

    cleared = ""  # the query of the unfiltered list, where the list itself begins filtered

    def __init__(self, data=None, **kwargs):
        kwargs.setdefault("auto_id", "filter_%s")
        super().__init__(data or {}, **kwargs)

    @property
    def chosen(self) -> dict:
        """The valid, non-empty filters."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None, [])}


class SearchField(forms.CharField):
    """The quick search of a list; `/` goes to it."""

    def __init__(self, placeholder, **kwargs):
        attrs = {
            "type": "search",
            "placeholder": placeholder,
            "data-list-search": "",
            "autocomplete": "off",
            "enterkeyhint": "search",
        }
        super().__init__(required=False, max_length=120, label=placeholder, widget=forms.TextInput(attrs), **kwargs)


class DateField(forms.DateField):
    def __init__(self, **kwargs):
        super().__init__(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs)


class MomentField(forms.DateTimeField):
    """Date and time on the organisation's clock."""

    def __init__(self, **kwargs):
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        super().__init__(widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **kwargs)


class MoneyField(forms.CharField):
    """An amount as people write it (12.50), cleaned to the currency's smallest part (1250)."""

    def __init__(self, *, currency: str, minimum: int = 0, is_of_customer: bool = False, **kwargs):
        """`is_of_customer`: what it is now is not shown to those whose role does not see amounts."""
        self.currency, self.minimum, self.is_of_customer = currency, minimum, is_of_customer
        widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "data-suffix": currency})
        super().__init__(widget=widget, max_length=20, **kwargs)

    def prepare_value(self, value):
        if isinstance(value, int):
            if self.is_of_customer and amounts_are_hidden():
                return ""
            return str(Decimal(value).scaleb(-exponent(self.currency)))
        return value

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        try:
            minor = to_minor(text, self.currency)
        except ValueError:
            raise forms.ValidationError(_("Enter an amount such as 12.50.")) from None
        if minor < self.minimum or minor > 10**15:
            raise forms.ValidationError(_("This amount is out of bounds."))
        return minor
