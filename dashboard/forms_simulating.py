"""Forms: try a draft on the past, and write down a golden case."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.masking import amounts_are_hidden
from dashboard.forms import MoneyField
from referrals.rules import Terms
from referrals.rules.varying import MOST_PERCENT, varied
from referrals.simulation_words import role_name

DAYS = [("30", _("The last 30 days")), ("90", _("The last 90 days")), ("180", _("The last 180 days")),
        ("365", _("The last year")), ("730", _("The last two years"))]  # fmt: skip
_POLICIES = [
    ("", _("As it is")),
    ("proportional", _("Reduced in proportion to what was kept")),
    ("threshold", _("Kept as long as the minimum is kept")),
]


class TryForm(forms.Form):
    """What to try, and on which days. Empty fields leave the terms as they are."""

    days = forms.ChoiceField(label=_("Period"), choices=DAYS, initial="90")
    percent = forms.IntegerField(
        label=_("Points and money given"), min_value=1, max_value=MOST_PERCENT, required=False,
        widget=forms.NumberInput({"data-suffix": "%", "placeholder": "100"}),
        help_text=_("150 gives half as much again."),
    )  # fmt: skip
    per_referrer = forms.IntegerField(
        label=_("Rewards for one referrer in all"), min_value=1, max_value=10**6, required=False
    )
    refund_policy = forms.ChoiceField(label=_("After a partial refund, rewards are"), choices=_POLICIES, required=False)

    def __init__(self, *args, currency: str, has_draft: bool, **kwargs):
        super().__init__(*args, **kwargs)
        bases = [("draft", _("The terms being written"))] if has_draft else []
        self.fields["base"] = forms.ChoiceField(
            label=_("Terms to try"), choices=[*bases, ("in_force", _("The terms in force"))], required=False
        )
        self.fields["minimum"] = MoneyField(label=_("From an amount of"), currency=currency, required=False)
        self.order_fields(["base", "days", "minimum", "percent", "per_referrer", "refund_policy"])

    def terms(self, in_force: Mapping[str, Any], draft: Mapping[str, Any] | None) -> dict[str, Any]:
        told = self.cleaned_data
        return varied(
            draft if draft and told["base"] == "draft" else in_force, minimum_minor=told["minimum"], percent=told["percent"],
            per_referrer=told["per_referrer"], refund_policy=told["refund_policy"],
        )  # fmt: skip


_NUMBERS = ("place", "friend", "days_to_signup", "days_to_order", "counted_30_days", "counted_referrer", "counted_campaign")
_FLAGS = ("bought_before", "is_cancelled", "is_fraud")


class GoldenCaseForm(forms.Form):
    """One order as plain numbers, and what each side must get for it."""

    name = forms.CharField(label=_("What this case is about"), max_length=120)
    place = forms.IntegerField(label=_("Which order of the friend"), min_value=1, initial=1, help_text=_("1 is the first."))
    friend = forms.IntegerField(
        label=_("Which friend of the referrer"), min_value=1, initial=1, help_text=_("Among those who bought.")
    )
    days_to_signup = forms.IntegerField(label=_("Days from click to sign-up"), min_value=0, max_value=36500, initial=0)
    days_to_order = forms.IntegerField(label=_("Days from sign-up to order"), min_value=0, max_value=36500, initial=0)
    counted_30_days = forms.IntegerField(label=_("Rewards of the referrer in 30 days before"), min_value=0, initial=0)
    counted_referrer = forms.IntegerField(label=_("Rewards of the referrer in all before"), min_value=0, initial=0)
    counted_campaign = forms.IntegerField(label=_("Rewards of the campaign before"), min_value=0, initial=0)
    bought_before = forms.BooleanField(label=_("The friend had bought before the click"), required=False)
    is_cancelled = forms.BooleanField(label=_("The order was cancelled"), required=False)
    is_fraud = forms.BooleanField(label=_("Abuse was confirmed"), required=False)

    def __init__(
        self, *args, currency: str, terms: Terms | None = None, facts: Mapping | None = None, is_real: bool = False, **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.currency, self.kept_facts = currency, dict(facts or {})
        self.is_hidden = is_real and amounts_are_hidden()
        self.fields["amount_minor"] = MoneyField(
            label=pgettext_lazy("of an order", "Paid"),
            currency=currency,
            is_of_customer=is_real,
            required=not self.is_hidden,
        )
        self.fields["refunded_minor"] = MoneyField(
            label=_("Of it given back"), currency=currency, is_of_customer=is_real, required=False
        )
        keys = [(each.key, str(each.key)) for each in terms.milestones] if terms else []
        if keys:
            choices = [("", _("The order by itself")), *keys]
            self.fields["milestone"] = forms.ChoiceField(label=_("What is reached"), choices=choices, required=False)
        self.roles = ["referrer", "referee", *sorted((terms.roles if terms else set()) - {"referrer", "referee"})]
        for role in self.roles:
            self._expect(role)

    def _expect(self, role: str) -> None:
        least = {"min_value": 0, "required": False}
        self.fields[f"{role}_points"] = forms.IntegerField(label=_("Points"), **least)
        self.fields[f"{role}_cash"] = MoneyField(label=_("Cash"), currency=self.currency, required=False)
        self.fields[f"{role}_coupon"] = forms.IntegerField(label=_("Coupons"), **least)
        self.fields[f"{role}_pieces"] = forms.IntegerField(label=_("Gifts and other things"), **least)

    @property
    def sides(self) -> list[tuple[str, list]]:
        """Give the fields of what is expected, by side."""
        return [(role_name(role), [self[f"{role}_{kind}"] for kind in _KINDS]) for role in self.roles]

    def facts(self) -> dict[str, Any]:
        """Facts that the form does not show stay as they are."""
        told = self.cleaned_data
        shown = {name: told[name] for name in (*_NUMBERS, *_FLAGS)}
        amounts = {"amount_minor": told["amount_minor"], "refunded_minor": told["refunded_minor"] or 0}
        if self.is_hidden:  # what is not shown is not taken away
            amounts = {name: value for name, value in amounts.items() if value}
        milestone = {"milestone": told["milestone"]} if "milestone" in self.fields else {}
        return self.kept_facts | shown | amounts | milestone

    def expected(self) -> dict[str, dict[str, int]]:
        return {
            role: {kind: self.cleaned_data[f"{role}_{kind}"] or 0 for kind in _KINDS} for role in self.roles
        }  # fmt: skip


_KINDS = ("points", "cash", "coupon", "pieces")


def initial_case(name: str, facts: Mapping[str, Any], expected: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """Give the form's values for a case."""
    wanted = {f"{role}_{kind}": amount for role, kinds in expected.items() for kind, amount in kinds.items()}
    return {"name": name, "place": 1, "friend": 1} | dict.fromkeys(_NUMBERS[2:], 0) | dict(facts) | wanted
