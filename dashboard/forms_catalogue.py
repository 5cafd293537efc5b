"""Forms of the catalogue and of gift orders."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dashboard.forms import FilterForm, MomentField, MoneyField, SearchField, choices_with_any
from dashboard.people import MemberField
from dashboard.templatetags.dashboard import in_language
from foundation.ids import new_code
from rewards.models import CatalogueItem, GiftOrder
from rewards.queries.catalogue import items, offers

_LANGUAGES = {"en": "en", "zh": "zh-hans"}  # ending of a field's name → language
_WORDS = {"name": _("Name"), "description": _("Description")}


class ItemForm(forms.Form):
    """What an item is, costs and how it reaches people."""

    kind = forms.ChoiceField(label=_("Kind"), choices=CatalogueItem.Kind.choices)
    points = forms.IntegerField(label=_("Price in points"), min_value=1, max_value=10**9)
    per_customer = forms.IntegerField(
        label=_("At most for each person"), min_value=1, max_value=10**6, required=False, help_text=_("Empty: no limit.")
    )
    can_be_sent = forms.BooleanField(label=_("We send it"), required=False)
    can_be_fetched = forms.BooleanField(label=_("It can be picked up"), required=False)
    opens_at = MomentField(label=_("On offer from"), required=False)
    closes_at = MomentField(label=_("On offer until"), required=False)
    is_on_offer = forms.BooleanField(
        label=_("Show it in the catalogue"), required=False, initial=True,
        help_text=_("What is not shown can still be given as a reward of a campaign."),
    )  # fmt: skip

    def __init__(self, *args, currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.currency = currency
        for ending, language in _LANGUAGES.items():
            lang = {"lang": "zh-Hans" if language == "zh-hans" else language}
            self.fields[f"name_{ending}"] = forms.CharField(
                label=_WORDS["name"], max_length=80, required=False, widget=forms.TextInput(lang)
            )
            self.fields[f"description_{ending}"] = forms.CharField(
                label=_WORDS["description"], max_length=1000, required=False, widget=forms.Textarea({"rows": 3, **lang})
            )
        self.fields["money_minor"] = MoneyField(
            label=_("And in money"), currency=currency, required=False,
            help_text=_("Paid when it is handed over. Empty: points only."),
        )  # fmt: skip
        self.fields["responsible"] = MemberField(label=_("Responsible"), help_text=_("Gets a task for each order."))

    @property
    def language_fields(self) -> list[tuple[str, list]]:
        """The texts for the page: (name of the language, fields)."""
        names = {"en": "English", "zh": "简体中文"}
        return [(names[ending], [self[f"name_{ending}"], self[f"description_{ending}"]]) for ending in _LANGUAGES]

    @property
    def facts(self) -> dict[str, Any]:
        told = self.cleaned_data
        money = told["money_minor"] or 0
        return {
            "name": self._texts("name"), "description": self._texts("description"), "points": told["points"],
            "money_minor": money, "currency": self.currency if money else "", "per_customer": told["per_customer"],
            "opens_at": told["opens_at"], "closes_at": told["closes_at"], "can_be_sent": told["can_be_sent"],
            "can_be_fetched": told["can_be_fetched"], "is_on_offer": told["is_on_offer"],
            "responsible_id": told["responsible"],
        }  # fmt: skip

    def _texts(self, name: str) -> dict[str, str]:
        written = {language: self.cleaned_data[f"{name}_{ending}"].strip() for ending, language in _LANGUAGES.items()}
        return {language: text for language, text in written.items() if text}


class NewItemForm(ItemForm):
    stock = forms.IntegerField(
        label=_("Pieces in stock"), min_value=0, max_value=10**9, required=False, help_text=_("Empty: without limit.")
    )


class ChangedItemForm(ItemForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["kind"]


def present(item: CatalogueItem) -> dict[str, Any]:
    """Fill the form with an item as it is."""
    texts = {
        f"{name}_{ending}": getattr(item, name).get(language, "")
        for name in _WORDS
        for ending, language in _LANGUAGES.items()
    }
    plain = ("points", "per_customer", "can_be_sent", "can_be_fetched", "opens_at", "closes_at", "is_on_offer")
    return texts | {name: getattr(item, name) for name in plain} | {
        "money_minor": item.money_minor or None, "responsible": str(item.responsible_id or ""),
    }  # fmt: skip


class StockForm(forms.Form):
    pieces = forms.IntegerField(
        label=_("Pieces"), min_value=-(10**9), max_value=10**9, help_text=_("12 puts twelve in, −2 takes two out.")
    )


class CodesForm(forms.Form):
    codes = forms.CharField(
        label=_("Codes"), max_length=200_000, widget=forms.Textarea({"rows": 6, "spellcheck": "false"}),
        help_text=_("One a line. Each is issued once, in this order; codes that are known already are left out."),
    )  # fmt: skip

    @property
    def lines(self) -> list[str]:
        return self.cleaned_data["codes"].splitlines()


class PictureForm(forms.Form):
    picture = forms.FileField(
        label=_("Picture"), widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_("JPEG, PNG or WebP of at most 5 MB; it is made small for phones."),
    )  # fmt: skip


# --- orders -------------------------------------------------------------------------------------------------


class AddressForm(forms.Form):
    """Where a parcel goes."""

    name = forms.CharField(label=_("Recipient"), max_length=80, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False, widget=forms.TextInput({"inputmode": "tel"}))
    street = forms.CharField(label=_("Street and number"), max_length=200, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=20, required=False)
    city = forms.CharField(label=_("City"), max_length=80, required=False)

    @property
    def address(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("name", "phone", "street", "city", "postcode")}


class NewGiftOrderForm(AddressForm):
    customer = forms.UUIDField(
        label=_("Customer"), widget=forms.HiddenInput, error_messages={"required": _("Choose whose points are used.")}
    )
    quantity = forms.IntegerField(label=_("Pieces"), min_value=1, max_value=100, initial=1)
    way = forms.ChoiceField(label=_("How they get it"), choices=GiftOrder.Way.choices, initial=GiftOrder.Way.FETCH)
    reference = forms.CharField(widget=forms.HiddenInput, max_length=40)  # made with the form: sending it twice orders once

    def __init__(self, *args, **kwargs):
        kwargs["initial"] = {"reference": new_code(12)} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        known = [(str(item.id), in_language(item.name)) for item in offers()]
        self.fields["item"] = forms.TypedChoiceField(label=_("Item"), choices=known)


class ShipForm(forms.Form):
    carrier = forms.CharField(label=_("Carrier"), max_length=40, required=False)
    tracking_number = forms.CharField(label=_("Tracking number"), max_length=60, required=False)


class IssueForm(forms.Form):
    issued = forms.CharField(
        label=_("What the customer gets"), max_length=2000, widget=forms.Textarea({"rows": 3}),
        help_text=_("A code, a link, or the words that say when and where."),
    )  # fmt: skip


_FOR_EVER = _("Kept for ever: write no personal data.")


class CancelForm(forms.Form):
    note = forms.CharField(label=_("Reason"), max_length=200, required=False, help_text=_FOR_EVER)


class ReturnForm(forms.Form):
    note = forms.CharField(label=_("Reason"), max_length=200, help_text=_FOR_EVER)
    is_restocked = forms.BooleanField(label=_("It can be given to somebody else"), required=False, initial=True)


class PurposeForm(forms.Form):
    purpose = forms.ChoiceField(
        label=_("What you need it for"),
        choices=[
            ("packing", _("To pack and send it")), ("question", _("The customer has a question")),
            ("complaint", _("It did not arrive as it should")),
        ],
    )  # fmt: skip


class GiftOrderFilters(FilterForm):
    q = SearchField(_("Order number or customer"))
    state = forms.ChoiceField(
        required=False, label=_("State"), choices=choices_with_any(_("Any state"), GiftOrder.State.choices)
    )
    item = forms.ChoiceField(required=False, label=_("Item"))

    def __init__(self, data=None):
        super().__init__(data)
        known = [(str(item.id), in_language(item.name)) for item in items()[:200]]
        self.fields["item"].choices = choices_with_any(pgettext_lazy("of the catalogue", "Any item"), known)
