"""What a member fills in to get something for points."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from foundation.ids import new_code
from portal.gifts import Offer, way_choices
from rewards.rules.gift_orders import ADDRESS_KEPT, SEND


class AddressForm(forms.Form):
    name = forms.CharField(label=_("Recipient"), max_length=80, error_messages={"required": _("Who is it for?")})
    phone = forms.CharField(
        label=_("Phone"), max_length=40, help_text=_("The carrier calls it if nobody is there."),
        error_messages={"required": _("Enter a phone number for the carrier.")},
    )  # fmt: skip
    street = forms.CharField(
        label=_("Street and number"), max_length=200, error_messages={"required": _("Enter street and number.")}
    )
    postcode = forms.CharField(label=_("Postcode"), max_length=20, required=False)
    city = forms.CharField(label=_("City"), max_length=80, error_messages={"required": _("Enter the city.")})
    consent = forms.BooleanField(
        error_messages={"required": _("Without this we cannot send it. Please tick the box to go on.")}
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        words = ngettext(
            "You may use this address to deliver this order. It is erased %(days)s day after delivery.",
            "You may use this address to deliver this order. It is erased %(days)s days after delivery.",
            ADDRESS_KEPT.days,
        )
        self.fields["consent"].label = words % {"days": ADDRESS_KEPT.days}

    @property
    def address(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("name", "phone", "street", "city", "postcode")}


class OrderForm(AddressForm):
    reference = forms.CharField(widget=forms.HiddenInput, max_length=40)  # made with the form: sending it twice orders once

    def __init__(self, *args, offer: Offer, **kwargs):
        kwargs["initial"] = {"reference": new_code(12), "quantity": 1, "way": offer.ways[0]} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        pieces = [(number, str(number)) for number in range(1, max(1, offer.most) + 1)]
        self.fields["quantity"] = forms.TypedChoiceField(choices=pieces, coerce=int, label=_("How many"), required=False)
        self.fields["way"] = forms.ChoiceField(choices=way_choices(offer.ways), label=_("How do you get it?"))
        if not self._is_sent():
            for name in ("name", "phone", "street", "city", "consent"):
                self.fields[name].required = False

    def _is_sent(self) -> bool:
        wish = self.data.get("way") if self.is_bound else None
        return (wish or self.initial["way"]) == SEND

    @property
    def wish(self) -> dict:
        """What `order_gift` is told."""
        told = self.cleaned_data
        is_sent = told["way"] == SEND
        return {"quantity": told["quantity"] or 1, "way": told["way"], "address": self.address if is_sent else None}
