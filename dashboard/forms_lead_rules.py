"""Forms of rules, pools, times and limits."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Lead, LeadForm, LeadPool, LeadRule
from crm.rules.assignment import NAMED
from dashboard.people import member_choices
from dashboard.segment_choice import segments_for_machines

_LISTS = ("product", "province", "city", "campaign", "tag")
_YES_NO = [("", _("does not matter")), ("yes", pgettext_lazy("an answer", "yes")), ("no", pgettext_lazy("an answer", "no"))]


_SEVERAL = _("Several with commas. Empty: does not matter.")


def _words(label, help_text=_SEVERAL):
    return forms.CharField(label=label, max_length=300, required=False, help_text=help_text)


class RuleForm(forms.Form):
    """When a rule fits, and who gets the lead then."""

    name = forms.CharField(label=_("Name of the rule"), max_length=80)
    source = forms.MultipleChoiceField(
        label=_("Source"), required=False, choices=list(NAMED["source"].items()), widget=forms.CheckboxSelectMultiple
    )
    form = forms.MultipleChoiceField(label=_("Form"), required=False, widget=forms.CheckboxSelectMultiple)
    province = _words(_("Province"))
    city = _words(_("City"))
    is_city_negated = forms.BooleanField(label=_("Any city but these"), required=False)
    product = _words(_("Product"), _("SKU, name or category; several with commas."))
    campaign = _words(_("Campaign"))
    tag = _words(_("Customer's tag"))
    segment = forms.MultipleChoiceField(
        label=_("Customer's segment"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Only for customers we knew before: one of these segments holds them."),
    )  # fmt: skip
    is_known = forms.ChoiceField(label=_("Known customer"), required=False, choices=_YES_NO)
    is_referred = forms.ChoiceField(label=_("Was referred"), required=False, choices=_YES_NO)
    how = forms.ChoiceField(label=_("Then"), choices=LeadRule.How.choices, initial=LeadRule.How.ROUND_ROBIN)
    members = forms.MultipleChoiceField(
        label=_("Who"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("For one person, in turn, or fewest open leads. Who is away is passed over, or stood in for."),
    )  # fmt: skip
    pool = forms.ChoiceField(
        label=pgettext_lazy("of leads", "Pool"), required=False, help_text=_("For “Into a pool”, or when nobody is there.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["members"].choices = member_choices()
        self.fields["pool"].choices = [("", "–"), *[(str(each.id), each.name) for each in LeadPool.objects.order_by("name")]]
        self.names = dict(LeadForm.objects.order_by("name").values_list("code", "name"))
        self.fields["form"].choices = list(self.names.items())
        self.segments = dict(segments_for_machines()[1:])
        self.fields["segment"].choices = list(self.segments.items())

    @property
    def facts(self) -> dict[str, Any]:
        told = self.cleaned_data
        return {
            "name": told["name"], "how": told["how"], "members": [UUID(each) for each in told["members"]],
            "pool_id": UUID(told["pool"]) if told["pool"] else None, "criteria": list(self._criteria(told)),
        }  # fmt: skip

    def _criteria(self, told):
        names = {"form": self.names, "segment": self.segments}
        for name in ("source", "form", "segment"):
            if told[name]:
                shown = {"shown": [str(names[name][key]) for key in told[name]]} if name in names else {}
                yield {"fact": name, "values": told[name], **shown}
        for name in _LISTS:
            if values := [each.strip() for each in told[name].replace("，", ",").split(",") if each.strip()]:
                yield {"fact": name, "values": values, "is_negated": name == "city" and told["is_city_negated"]}
        for name in ("is_known", "is_referred"):
            if told[name]:
                yield {"fact": name, "values": [told[name]]}


def present_rule(rule: LeadRule) -> dict[str, Any]:
    """Fill the form with a rule as it is."""
    shown: dict[str, Any] = {
        "name": rule.name, "how": rule.how, "members": rule.members, "pool": str(rule.pool_id) if rule.pool_id else "",
    }  # fmt: skip
    for each in rule.criteria:
        fact, values = each["fact"], each["values"]
        shown[fact] = (
            values if fact in ("source", "form", "segment") else values[0] if fact.startswith("is_") else ", ".join(values)
        )
        if fact == "city":
            shown["is_city_negated"] = each.get("is_negated", False)
    return shown


class TryForm(forms.Form):
    """A made-up lead."""

    source = forms.ChoiceField(label=_("Source"), choices=Lead.Source.choices, initial=Lead.Source.FORM)
    city = forms.CharField(label=_("City"), required=False, max_length=60)
    province = forms.CharField(label=_("Province"), required=False, max_length=60)
    campaign = forms.CharField(label=_("Campaign"), required=False, max_length=80)
    interest = forms.CharField(label=_("Product"), required=False, max_length=200)


class PolicyForm(forms.Form):
    """How fast, how often, how many."""

    response_hours = forms.DecimalField(
        label=_("First answer within working hours"), min_value=0.25, max_value=400, decimal_places=2,
        help_text=_("By your calendar: nights, weekends and holidays do not count."),
    )  # fmt: skip
    remind_percent = forms.IntegerField(label=_("Remind the owner after per cent of it"), min_value=10, max_value=100)
    known_to_owner = forms.BooleanField(
        label=_("A known customer's enquiry goes to their owner, before any rule"), required=False
    )
    contact_hours = forms.IntegerField(
        label=_("Back to the pool without an answer, after working hours"), min_value=0, max_value=2000,
        help_text=_("0: never."),
    )  # fmt: skip
    progress_days = forms.IntegerField(
        label=_("Back to the pool when nothing happens, after days"), min_value=0, max_value=730, help_text=_("0: never.")
    )
    claims_a_day = forms.IntegerField(label=_("Claims a person may make in a day"), min_value=0, max_value=1000)
    in_hand = forms.IntegerField(label=_("Open leads with which nobody claims more"), min_value=1, max_value=10_000)
    cooldown_days = forms.IntegerField(
        label=_("Days until the same person may claim a lead again"), min_value=0, max_value=365
    )
    customers_in_hand = forms.IntegerField(
        label=_("Most customers one person may hold"), min_value=0, max_value=1_000_000, help_text=_("0: any number.")
    )
    idle_days = forms.IntegerField(
        label=_("Back to the pool when nobody talks to them, after days"), min_value=0, max_value=3650,
        help_text=_("0: never. Orders, open deals, leads and cases, and planned tasks keep a customer with the owner."),
    )  # fmt: skip
    warn_days = forms.IntegerField(label=_("The owner is told so many days before"), min_value=1, max_value=365)
    script_en = forms.CharField(
        label=_("Words to say at the first contact, in English"), max_length=2000, required=False,
        widget=forms.Textarea({"rows": 3, "lang": "en"}),
    )  # fmt: skip
    script_zh = forms.CharField(
        label=_("Words to say at the first contact, in Chinese"), max_length=2000, required=False,
        widget=forms.Textarea({"rows": 3, "lang": "zh-Hans"}),
    )  # fmt: skip

    @property
    def facts(self) -> dict[str, Any]:
        told = dict(self.cleaned_data)
        hours, en, zh = told.pop("response_hours"), told.pop("script_en").strip(), told.pop("script_zh").strip()
        script = {key: text for key, text in (("en", en), ("zh-hans", zh)) if text}
        return told | {"response_minutes": int(hours * 60), "script": script}


class PoolForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    members = forms.MultipleChoiceField(
        label=_("Who may take leads out of it"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Nobody chosen: everybody in sales."),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["members"].choices = member_choices()

    @property
    def facts(self) -> dict[str, Any]:
        return {"name": self.cleaned_data["name"], "members": [UUID(each) for each in self.cleaned_data["members"]]}
