"""Forms of campaigns, referrals, rewards, budgets, coupons, points and loyalty."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.forms import DateField, MomentField, MoneyField
from foundation.ids import new_code
from referrals.reasons import choices as close_reasons


class CopyForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    starts_at = MomentField(label=_("Starts"))
    ends_at = MomentField(label=_("Ends"), required=False)

    def __init__(self, *args, currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["budget_limit_minor"] = MoneyField(label=_("Budget"), currency=currency, minimum=1, required=False)


class LimitForm(forms.Form):
    def __init__(self, *args, currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["limit_minor"] = MoneyField(label=_("Limit"), currency=currency, minimum=1)


class NewBudgetForm(LimitForm):
    name = forms.CharField(label=_("Name"), max_length=120)
    field_order = ["name", "limit_minor"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.order_fields(self.field_order)


# --- referrals, rewards -------------------------------------------------------------------------------


class CloseForm(forms.Form):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"] = forms.ChoiceField(label=_("Reason"), choices=[("", _("Choose…")), *close_reasons()])
        self.fields["competitor"] = forms.CharField(
            label=_("Whom they chose"), max_length=80, required=False, help_text=_("Where they chose another supplier.")
        )
        self.fields["revisit_on"] = DateField(
            label=_("Try again on"), required=False, help_text=_("Makes a task for that day.")
        )
        self.fields["note"] = forms.CharField(
            label=_("Note"), max_length=500, required=False, widget=forms.Textarea({"rows": 2})
        )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=60)


class RedeemCouponForm(forms.Form):
    code = forms.CharField(
        label=_("Coupon code"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "class": "mono"}),
    )
    external_id = forms.CharField(label=_("Order number"), max_length=80, widget=forms.TextInput({"autocomplete": "off"}))

    def __init__(self, *args, currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["order_minor"] = MoneyField(label=_("Amount of the order"), currency=currency, minimum=1)


class PointsForm(forms.Form):
    """`key` comes with the form, so that sending it twice moves points once."""

    amount = forms.IntegerField(label=_("Points"), min_value=-(10**9), max_value=10**9)
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("It stands in the books for good. No personal data, please.")
    )
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        kwargs["initial"] = {"key": new_code(16), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)


class AdjustForm(PointsForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="adjust_%s", **kwargs)
        self.fields["amount"].help_text = _("With a minus, points are taken away.")


class RedeemPointsForm(PointsForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="redeem_%s", **kwargs)
        self.fields["amount"] = forms.IntegerField(label=_("Points"), min_value=1, max_value=10**9)
        self.fields["reason"].label = _("What for")
        self.order_fields(["amount", "reason", "key"])


# --- loyalty --------------------------------------------------------------------------------------------


class ProgrammeForm(forms.Form):
    is_active = forms.BooleanField(label=_("Customers earn points"), required=False)
    points_per_unit = forms.DecimalField(min_value=0, max_digits=8, decimal_places=4)
    warn_days_before_expiry = forms.IntegerField(
        label=_("Warn customers so many days before points expire"), min_value=0, max_value=365,
        help_text=_("With 0, nobody is warned."),
    )  # fmt: skip
    point_cost_minor = forms.DecimalField(min_value=0, max_digits=10, decimal_places=4)

    def __init__(self, *args, currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["points_per_unit"].label = _("Points for one %(currency)s") % {"currency": currency}
        self.fields["point_cost_minor"].label = _("What a point costs us, in the smallest part of %(currency)s") % {
            "currency": currency
        }


class TierForm(forms.Form):
    def __init__(self, *args, currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["threshold_minor"] = MoneyField(label=_("Reached with a spend of"), currency=currency)
        self.fields["window_days"] = forms.IntegerField(label=_("within days"), min_value=1, max_value=3650)
        self.fields["multiplier"] = forms.DecimalField(
            label=_("Times the points"), min_value=0, max_digits=4, decimal_places=2
        )


def present(source: Any, *names: str) -> dict[str, Any]:
    """Take a form's first values from a row."""
    return {name: getattr(source, name) for name in names}
