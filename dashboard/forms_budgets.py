"""Forms of budgets."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.forms import DateField
from dashboard.forms_growth import NewBudgetForm
from dashboard.people import MemberField
from referrals.models import Campaign
from rewards.models import Budget
from rewards.rules.budgets import STEPS


class StepsField(forms.CharField):
    """Per cents as people write them (50, 80, 95), cleaned to a list."""

    def __init__(self, **kwargs):
        super().__init__(max_length=60, required=False, widget=forms.TextInput({"inputmode": "numeric"}), **kwargs)

    def prepare_value(self, value):
        return ", ".join(str(one) for one in value) if isinstance(value, list | tuple) else value

    def clean(self, value) -> list[int]:
        words = [word for word in re.split(r"[\s,;%，、]+", super().clean(value)) if word]
        if not all(word.isascii() and word.isdigit() for word in words):
            raise forms.ValidationError(_("Write per cents, such as 50, 80, 95, 100."))
        return [int(word) for word in words]


class BudgetForm(NewBudgetForm):
    """Everything of a budget that can be changed."""

    policy = forms.ChoiceField(
        label=_("When it is used up"), choices=Budget.Policy.choices, widget=forms.RadioSelect,
        help_text=_("Friends who came while there was room get what they were shown, whatever you choose."),
    )  # fmt: skip
    least_percent = forms.IntegerField(
        label=_("Least share, per cent"), min_value=1, max_value=100,
        help_text=_("“Give what is left” gives no less than this share of a reward."),
    )  # fmt: skip
    overrun_percent = forms.IntegerField(
        label=_("Over the limit, per cent"), min_value=1, max_value=100,
        help_text=_("“Go over with approval” goes over by at most this share of the limit."),
    )  # fmt: skip
    steps = StepsField(label=_("Tell somebody at"), help_text=_("Per cents of the limit, such as 50, 80, 95, 100."))
    period = forms.ChoiceField(label=_("The limit holds"), choices=Budget.Period.choices, required=False)
    carries_over = forms.BooleanField(label=_("What a month leaves goes to the next one"), required=False)
    starts_on = DateField(label=_("First day"), required=False)
    ends_on = DateField(label=_("Last day"), required=False, help_text=_("Nothing new is promised after it."))
    field_order = [
        "name", "limit_minor", "period", "carries_over", "starts_on", "ends_on", "policy", "least_percent",
        "overrun_percent", "steps", "responsible_id",
    ]  # fmt: skip

    def __init__(self, *args, budget: Budget, **kwargs):
        initial = {name: getattr(budget, name) for name in self.field_order}
        initial["responsible_id"] = budget.responsible_id and str(budget.responsible_id)
        kwargs.setdefault("initial", initial | {"steps": budget.steps or STEPS})
        super().__init__(*args, currency=budget.currency, **kwargs)
        self.fields["responsible_id"] = told = MemberField(label=_("Who is told"))
        told.choices = [("", _("Owners and finance")), *told.choices[1:]]
        self.order_fields(self.field_order)


class CampaignPickForm(forms.Form):
    """A campaign that has no budget yet."""

    campaign = forms.ModelChoiceField(queryset=None, label=_("Campaign"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        free = Campaign.objects.filter(budget=None).exclude(state=Campaign.State.ENDED).order_by("name", "id")
        self.fields["campaign"].queryset = free
        self.fields["campaign"].label_from_instance = lambda campaign: campaign.name
