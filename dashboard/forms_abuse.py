"""Forms of suspected abuse."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dashboard.forms import FilterForm, MomentField
from referrals.models import AbuseCase, AbuseListing
from referrals.rules.signals import SIGNALS, Policy
from referrals.signal_words import WORDS

_KINDS = [(key, words.label) for key, words in WORDS.items()]


class CaseFilters(FilterForm):
    state = forms.ChoiceField(
        required=False, label=_("State"),
        choices=[("", _("To be decided")), ("cleared", AbuseCase.State.CLEARED.label),
                 ("confirmed", AbuseCase.State.CONFIRMED.label)],
    )  # fmt: skip
    kind = forms.ChoiceField(required=False, label=_("Sign"), choices=[("", _("Every sign")), *_KINDS])
    shadow = forms.ChoiceField(
        required=False, label=_("Effect"),
        choices=[("", _("Held or watched")), ("no", pgettext_lazy("abuse case", "Held")), ("yes", _("Only watched"))],
    )  # fmt: skip


class VerdictForm(forms.Form):
    verdict = forms.ChoiceField(choices=[(name, name) for name in ("clear", "confirm", "proof", "reopen")])
    reason = forms.CharField(
        label=_("Why do you decide so?"), max_length=300, widget=forms.Textarea({"rows": 3}),
        help_text=_("Colleagues read it, the customer does not. No personal data, please."),
    )  # fmt: skip


class FromCaseForm(forms.Form):
    side = forms.ChoiceField(label=_("What for"), choices=[("allow", _("Never hold it again")), ("block", _("Refuse it"))])
    kind = forms.ChoiceField(
        label=_("What"),
        choices=[("referrer", _("This referrer")), ("device", _("The device most forms came from, for 30 days")),
                 ("network", _("The internet address most forms came from, for 30 days"))],
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=200)


class ListingForm(forms.Form):
    side = forms.ChoiceField(label=_("What for"), choices=AbuseListing.Side.choices)
    kind = forms.ChoiceField(
        label=_("What"),
        choices=[(kind.value, kind.label) for kind in AbuseListing.Kind if kind not in ("device", "referrer")],
    )
    value = forms.CharField(
        label=_("Entry"), max_length=64, help_text=_("mailbox.example, +86170, 203.0.113.9 or 203.0.113.0/24")
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)
    expires_at = MomentField(label=_("Expires"), required=False, help_text=_("Empty: it stays until somebody takes it off."))


class PolicyForm(forms.Form):
    is_shadow = forms.BooleanField(
        label=_("Only watch"), required=False,
        help_text=_("Nothing is held. Each case says what would have been done, so that you can see first whether it fits."),
    )  # fmt: skip
    delay_from = forms.IntegerField(label=_("Rewards wait longer from"), min_value=1, max_value=500, required=False)
    delay_days = forms.IntegerField(label=_("Days longer"), min_value=1, max_value=180)
    hold_from = forms.IntegerField(label=_("Held for review from"), min_value=1, max_value=500, required=False)
    proof_from = forms.IntegerField(label=_("Proof is asked for from"), min_value=1, max_value=500, required=False)
    block_from = forms.IntegerField(
        label=_("Blocked from"), min_value=1, max_value=500, required=False,
        help_text=_("Empty: never by itself. We advise to leave it empty: a family looks much like a fraud."),
    )  # fmt: skip

    def __init__(self, *args, policy: Policy, **kwargs):
        steps = ("is_shadow", "delay_from", "delay_days", "hold_from", "proof_from", "block_from")
        initial = {name: getattr(policy, name) for name in steps}
        for key, one in policy.signals.items():
            initial |= {f"{key}__{name}": value for name, value in vars(one).items()}
        super().__init__(*args, initial=initial, **kwargs)
        self.steps = steps
        for key, one in SIGNALS.items():
            self.fields |= _of_signal(key, has_limit=one.limit is not None)

    def of_signal(self, key: str) -> dict[str, Any]:
        return {name: self[f"{key}__{name}"] for name in _PARTS if f"{key}__{name}" in self.fields}

    @property
    def facts(self) -> dict[str, Any]:
        told = self.cleaned_data
        signals = {
            key: {name: told[f"{key}__{name}"] for name in _PARTS if f"{key}__{name}" in self.fields} for key in SIGNALS
        }
        return {**{name: told[name] for name in self.steps}, "signals": signals}


_PARTS = ("is_on", "weight", "limit", "is_shadow")


def _of_signal(key: str, *, has_limit: bool) -> dict[str, forms.Field]:
    fields = {
        f"{key}__is_on": forms.BooleanField(label=pgettext_lazy("a sign of abuse", "Counts"), required=False),
        f"{key}__weight": forms.IntegerField(label=_("Weight"), min_value=0, max_value=200),
        f"{key}__is_shadow": forms.BooleanField(label=_("Only watch"), required=False),
    }
    if has_limit:
        fields[f"{key}__limit"] = forms.IntegerField(
            label=_("Up to"), min_value=1, max_value=100_000, help_text=WORDS[key].limit
        )
    return fields
