"""Forms of the pages about payouts."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dashboard.forms import DateField, MoneyField, choices_with_any
from referrals.models import Campaign
from rewards.models import PayoutAccount, PayoutSettings, Unit
from rewards.operations.payouts import providers_here


class NewPayoutForm(forms.Form):
    """What a payout gathers; it comes by GET for the preview and by POST for the draft."""

    currency = forms.ChoiceField(label=_("Currency"))
    until = DateField(label=_("Available until"), help_text=_("Rewards that were available by the end of this day."))
    minimum_minor = forms.CharField(label=_("Minimum for each person"))
    campaign_id = forms.ChoiceField(label=_("Campaign"), required=False)
    note = forms.CharField(label=_("Note"), required=False, max_length=200, help_text=_("For your colleagues."))

    def __init__(self, data=None, *, currency: str, today: date, minimum_minor: int):
        codes = {*Unit.objects.filter(kind=Unit.Kind.MONEY).values_list("code", flat=True), currency}
        chosen = data.get("currency") if data and data.get("currency") in codes else currency
        minimum = MoneyField(currency=chosen, label=_("Minimum for each person"))
        usual = {"currency": currency, "until": today.isoformat(), "minimum_minor": minimum.prepare_value(minimum_minor)}
        super().__init__(data or usual)
        self.fields["minimum_minor"] = minimum
        self.fields["currency"].choices = [(code, code) for code in sorted(codes)]
        known = [(str(key), name) for key, name in Campaign.objects.order_by("-id").values_list("id", "name")[:100]]
        self.fields["campaign_id"].choices = choices_with_any(_("Any campaign"), known)

    @property
    def choice(self) -> dict:
        """What operations and queries are to be asked for."""
        told = self.cleaned_data
        return {
            "currency": told["currency"], "until": _end_of(told["until"]), "minimum_minor": told["minimum_minor"],
            "campaign_id": told["campaign_id"] or None,
        }  # fmt: skip


def _end_of(day: date) -> datetime:
    start = datetime.combine(day + timedelta(days=1), time(), timezone.get_current_timezone())
    return start - timedelta(microseconds=1)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)


class FileForm(forms.Form):
    purpose = forms.CharField(
        label=_("What for"), max_length=200, initial=_("Upload at the bank"),
        help_text=_("The accounts stand in the file in full. Your name and this line are kept in the audit log."),
    )  # fmt: skip


class ResultsForm(forms.Form):
    file = forms.FileField(
        label=_("The bank's result file"), widget=forms.FileInput({"accept": ".csv,.txt,text/csv"}),
        help_text=_("CSV with the columns “reference” and “status” (paid or failed); “amount” and “reason” if it has them."),
    )  # fmt: skip


class NoteForm(forms.Form):
    note = forms.CharField(label=_("How you know"), max_length=200)


class AccountForm(forms.Form):
    """Where a customer's cash goes, entered by staff."""

    method = forms.ChoiceField(label=_("Way of payment"), choices=PayoutAccount.Method.choices, widget=forms.RadioSelect)
    holder = forms.CharField(label=_("Account holder"), max_length=80, help_text=_("The name as the bank writes it."))
    account = forms.CharField(
        label=_("Account"), max_length=120, widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Account number or IBAN, or the name, phone or e-mail of the wallet. From then on it is shown masked."),
    )  # fmt: skip
    bank = forms.CharField(label=_("Bank"), required=False, max_length=80, help_text=_("For a bank transfer."))


class PayoutSettingsForm(forms.Form):
    provider = forms.ChoiceField(label=_("How payouts are made"), widget=forms.RadioSelect)
    web_address = forms.CharField(
        label=_("Address of the provider"), required=False, max_length=300,
        widget=forms.TextInput({"type": "url", "placeholder": "https://"}),
        help_text=_("Only for a payment provider. Payments are posted to …/payments, signed."),
    )  # fmt: skip
    minimum_minor = forms.CharField(label=_("Minimum for each person"))
    payday = forms.IntegerField(
        label=_("Payday"), required=False, min_value=1, max_value=28,
        help_text=_("Day of the month, 1 to 28, that members are told. Empty: no fixed day."),
    )  # fmt: skip
    arrival_days = forms.IntegerField(
        label=_("Working days until the money arrives"), min_value=0, max_value=30,
        help_text=_("Counted from sending; members are told."),
    )  # fmt: skip
    tax_threshold_minor = forms.CharField(label=_("Tax threshold"), required=False)
    tax_note = forms.CharField(
        label=_("Tax note"), required=False, max_length=2000, widget=forms.Textarea({"rows": 4}),
        help_text=_("Shown with each payout that somebody over the threshold is in. A reminder of yours, not legal advice."),
    )  # fmt: skip

    def __init__(self, data=None, *, currency: str, present: PayoutSettings):
        super().__init__(data, initial={name: getattr(present, name) for name in self.base_fields})
        self.fields["provider"].choices = providers_here()
        self.fields["minimum_minor"] = MoneyField(
            currency=currency, label=_("Minimum for each person"), help_text=_("Whoever has less waits for the next payout.")
        )
        self.fields["tax_threshold_minor"] = MoneyField(
            currency=currency, minimum=1, required=False, label=_("Tax threshold"),
            help_text=_("Whoever is paid more than this in a calendar year is marked. Empty: nobody is."),
        )  # fmt: skip
