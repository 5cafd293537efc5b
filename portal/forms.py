"""What visitors and members type in. Forms check shape; the rooms below decide."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.contacts import normalise_email
from rewards.models import PayoutAccount


class EmailField(forms.CharField):
    """An e-mail address in the form in which it is compared; full-width letters and capitals are fine."""

    def __init__(self, **options):
        super().__init__(max_length=254, **options)

    def clean(self, value):
        text = super().clean(value)
        try:
            return normalise_email(text) if text else ""
        except ValueError:
            raise forms.ValidationError(self.error_messages["invalid"]) from None


_ENTER_EMAIL = {
    "required": _("Enter your e-mail address."),
    "invalid": _("This does not look like an e-mail address. It needs an @, as in name@example.com."),
}


class JoinForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=120, error_messages={"required": _("Enter your name.")})
    contact = EmailField(
        label=_("Your e-mail address"),
        help_text=_("We send a six-digit code to it."),
        error_messages={
            "required": _ENTER_EMAIL["required"],
            "invalid": _(
                "This does not look like an e-mail address. We cannot send text messages yet, so a phone number will not do."
            ),
        },
    )
    consent = forms.BooleanField(
        error_messages={"required": _("Without this we may not keep your details. Please tick the box to go on.")},
    )
    marketing = forms.BooleanField(label=_("Send me offers and news by e-mail, too."), required=False)

    def __init__(self, *args, organisation: str, **options):
        super().__init__(*args, **options)
        words = gettext("%(organisation)s may keep my details and contact me about this invitation.")
        self.fields["consent"].label = words % {"organisation": organisation}


class DigitsForm(forms.Form):
    digits = forms.CharField(
        label=_("Six-digit code"), error_messages={"required": _("Enter the six digits from the e-mail.")}
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
    email = EmailField(label=_("Your e-mail address"), error_messages=_ENTER_EMAIL)


class PreferencesForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=120, error_messages={"required": _("Enter your name.")})
    language = forms.ChoiceField(
        label=_("Language of our messages"),
        choices=[("", _("As the shop prefers")), ("zh-hans", "简体中文"), ("en", "English")],
        required=False,
    )
    marketing = forms.BooleanField(label=_("Send me offers and news by e-mail"), required=False)
    reminders = forms.BooleanField(label=_("Remind me by e-mail before points expire"), required=False)
    progress = forms.BooleanField(label=_("Tell me by e-mail how far the friends I invited have come"), required=False)


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
