"""Forms of campaigns, referrals, rewards, budgets, coupons, points and loyalty."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.models import Customer, Segment, Tag
from dashboard.forms import DateField, MomentField, MoneyField, choices_with_any
from dashboard.forms_terms import TermsForm
from dashboard.people import MemberField
from dashboard.templatetags.dashboard import in_language
from foundation.ids import new_code
from loyalty.queries import tiers
from referrals.reasons import choices as close_reasons
from referrals.templates import LANGUAGES, TEXT_FIELDS

_TEXT_LABELS = {
    "headline": _("Headline"), "offer": _("The offer"), "terms": _("Small print"), "share": _("Words to pass on"),
}  # fmt: skip


def text_name(language: str, name: str) -> str:
    return f"text_{name}_{'zh' if language == 'zh-hans' else language}"


class CampaignForm(forms.Form):
    """Name, window, target group, people and texts of a campaign."""

    name = forms.CharField(label=_("Name"), max_length=120)
    starts_at = MomentField(label=_("Starts"))
    ends_at = MomentField(label=_("Ends"), required=False, help_text=_("Leave it empty for a campaign without an end."))
    stages = forms.MultipleChoiceField(
        label=_("Stages"), choices=Customer.Stage.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        levels = [(tier.code, in_language(tier.name)) for tier in tiers()]
        boxes = {"required": False, "widget": forms.CheckboxSelectMultiple}
        if levels:
            self.fields["tiers"] = forms.MultipleChoiceField(label=_("Tiers"), choices=levels, **boxes)
        tags = [(name, name) for name in Tag.objects.order_by("name").values_list("name", flat=True)[:60]]
        if tags:
            self.fields["tags"] = forms.MultipleChoiceField(label=_("Tags"), choices=tags, **boxes)
        segments = [(str(one.id), one.name) for one in Segment.objects.filter(is_shared=True).order_by("name")]
        if segments:
            self.fields["segment"] = forms.TypedChoiceField(
                label=_("Segment"), choices=choices_with_any(_("No segment"), segments), required=False, coerce=UUID,
                empty_value=None, help_text=_("Only customers who are in it when they ask for their link."),
            )  # fmt: skip
        self.fields["responsible"] = MemberField(
            label=_("Responsible"), help_text=_("Gets the tasks to call referred friends.")
        )
        for language in LANGUAGES:
            for name in TEXT_FIELDS:
                self.fields[text_name(language, name)] = forms.CharField(
                    label=_TEXT_LABELS[name], required=False, max_length=2000, widget=_writing(name, language)
                )

    @property
    def target(self) -> dict[str, list[str]]:
        return {name: self.cleaned_data[name] for name in ("stages", "tiers", "tags") if self.cleaned_data.get(name)}

    @property
    def texts(self) -> dict[str, dict[str, str]]:
        """The texts that were written, by language."""
        return {
            language: {name: text for name in TEXT_FIELDS if (text := self.cleaned_data[text_name(language, name)])}
            for language in LANGUAGES
        }

    @property
    def text_groups(self) -> list[tuple[str, str, list]]:
        """The text fields for the page: (language, its name, fields)."""
        names = {"zh-hans": "简体中文", "en": "English"}
        return [(each, names[each], [self[text_name(each, name)] for name in TEXT_FIELDS]) for each in LANGUAGES]

    @property
    def group_fields(self) -> list:
        return [self[name] for name in ("stages", "tiers", "tags", "segment") if name in self.fields]


def _writing(name: str, language: str) -> forms.Widget:
    attrs = {"lang": "zh-Hans" if language == "zh-hans" else language}
    return forms.TextInput(attrs) if name == "headline" else forms.Textarea({"rows": 3, **attrs})


class NewCampaignForm(CampaignForm, TermsForm):
    def __init__(self, *args, currency: str, template: str, **kwargs):
        super().__init__(*args, currency=currency, template=template, **kwargs)
        self.fields["budget_limit_minor"] = MoneyField(
            label=_("Budget"), currency=currency, minimum=1, required=False,
            help_text=_("The most that all rewards of this campaign may cost. A campaign needs one before it can start."),
        )  # fmt: skip


class ChangedCampaignForm(CampaignForm):
    follow_up_hours = forms.IntegerField(label=_("Call within hours"), min_value=1, max_value=720)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for language in LANGUAGES:
            self.fields[text_name(language, "script")] = forms.CharField(
                label=_("What to say on the phone"), required=False, max_length=2000, widget=_writing("script", language)
            )

    @property
    def script(self) -> dict[str, str]:
        return {language: self.cleaned_data[text_name(language, "script")] for language in LANGUAGES}

    @property
    def text_groups(self) -> list[tuple[str, str, list]]:
        return [(key, name, [*fields, self[text_name(key, "script")]]) for key, name, fields in super().text_groups]


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
