"""What visitors and members type in. Forms check shape; the rooms below decide."""

from collections.abc import Sequence
from itertools import product

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.contacts import normalise_email, normalise_phone
from rewards.models import PayoutAccount

_ENTER_EMAIL = {
    "required": _("Enter your e-mail address."),
    "invalid": _("This does not look like an e-mail address. It needs an @, as in name@example.com."),
}
_ENTER_EITHER = {
    "required": _("Enter your phone number or e-mail address."),
    "invalid": _(
        "This is neither a phone number nor an e-mail address. A number from abroad begins with its country code, as in +44."
    ),
}


class ContactField(forms.CharField):
    """Where somebody is reached, in the form in which it is compared; full-width letters and capitals are fine.

    An e-mail address; once it takes phones, a phone number as well.
    """

    def __init__(self, **options):
        super().__init__(max_length=254, label=_("Your e-mail address"), error_messages=_ENTER_EMAIL, **options)
        self.phones_of = ""  # the country (ISO 3166) whose numbers need no prefix

    def take_phones(self, country: str) -> None:
        self.phones_of, self.label = country, _("Your phone number or e-mail address")
        self.error_messages |= _ENTER_EITHER

    def clean(self, value):
        text = super().clean(value)
        try:
            return self._normalised(text) if text else ""
        except ValueError:
            raise forms.ValidationError(self.error_messages["invalid"]) from None

    def _normalised(self, text: str) -> str:
        if self.phones_of and "@" not in text and "＠" not in text:
            return normalise_phone(text, self.phones_of)
        return normalise_email(text)


class JoinForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=120, error_messages={"required": _("Enter your name.")})
    contact = ContactField(help_text=_("We send a six-digit code to it."))
    consent = forms.BooleanField(
        error_messages={"required": _("Without this we may not keep your details. Please tick the box to go on.")},
    )
    marketing = forms.BooleanField(label=_("Send me offers and news the same way, too."), required=False)

    def __init__(self, *args, organisation: str, phones_of: str = "", **options):
        super().__init__(*args, **options)
        if phones_of:
            self.fields["contact"].take_phones(phones_of)
        words = gettext("%(organisation)s may keep my details and contact me about this invitation.")
        self.fields["consent"].label = words % {"organisation": organisation}


class DigitsForm(forms.Form):
    digits = forms.CharField(
        label=_("Six-digit code"), error_messages={"required": _("Enter the six digits that we sent you.")}
    )

    def clean_digits(self):
        digits = "".join(character for character in self.cleaned_data["digits"] if character.isdigit())
        if len(digits) != 6:
            raise forms.ValidationError(_("The code has six digits."))
        return "".join(str(int(digit)) for digit in digits)  # full-width digits as well


class ConsentForm(DigitsForm):
    """Digits, and the yes of somebody whom others told us of."""

    consent = forms.BooleanField(error_messages={"required": _("We need your agreement before we keep your details.")})

    def __init__(self, *args, organisation: str, **kwargs):
        super().__init__(*args, **kwargs)
        words = gettext("%(organisation)s may keep my details and contact me about this invitation.")
        self.fields["consent"].label = words % {"organisation": organisation}


class LoginForm(forms.Form):
    contact = ContactField()

    def __init__(self, *args, phones_of: str = "", **options):
        super().__init__(*args, **options)
        if phones_of:
            self.fields["contact"].take_phones(phones_of)


_PURPOSES = {
    "marketing": _("Offers and news"),
    "reminders": _("Reminders before points expire"),
    "progress": _("How far the friends I invited have come"),
}
_WAYS = {"email": _("By e-mail"), "sms": _("By text message"), "wechat": _("In WeChat")}


class PreferencesForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=120, error_messages={"required": _("Enter your name.")})
    language = forms.ChoiceField(
        label=_("Language of our messages"),
        choices=[("", _("As the shop prefers")), ("zh-hans", "简体中文"), ("en", "English")],
        required=False,
    )

    def __init__(self, *args, channels: Sequence[str], **options):
        super().__init__(*args, **options)
        self._channels = channels
        for purpose, channel in product(_PURPOSES, channels):
            self.fields[f"{purpose}_{channel}"] = forms.BooleanField(label=_WAYS[channel], required=False)

    def switches(self) -> list[tuple[str, list[forms.BoundField]]]:
        """What a member can have sent or not, for the page: (what, a box for each way)."""
        purposes = _PURPOSES.items() if self._channels else []
        return [(label, [self[f"{purpose}_{way}"] for way in self._channels]) for purpose, label in purposes]

    def wanted(self) -> dict[tuple[str, str], bool]:
        """{(purpose, channel): yes or no}"""
        return {(purpose, way): self.cleaned_data[f"{purpose}_{way}"] for purpose, way in product(_PURPOSES, self._channels)}


class PayoutForm(forms.Form):
    """Where a member's cash goes."""

    method = forms.ChoiceField(label=_("How we pay you"), choices=PayoutAccount.Method.choices)
    holder = forms.CharField(
        label=_("Account holder"), max_length=80, help_text=_("The name as your bank writes it."),
        error_messages={"required": _("Enter the name of the account's holder.")},
    )  # fmt: skip
    account = forms.CharField(
        label=_("Account"), max_length=120,
        help_text=_("Account number or IBAN, or the phone, e-mail or name of your wallet."),
        error_messages={"required": _("Enter the account.")},
    )  # fmt: skip
    bank = forms.CharField(label=_("Bank"), max_length=80, required=False, help_text=_("Only for a bank transfer."))
