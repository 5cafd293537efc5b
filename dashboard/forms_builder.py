"""The steps in which a campaign is built, as forms: each fills itself from a campaign and writes what differs."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Customer, Segment, Tag
from dashboard.forms import MomentField, MoneyField, choices_with_any
from dashboard.forms_terms import LimitsForm
from dashboard.people import MemberField
from dashboard.templatetags.dashboard import in_language
from loyalty.queries import tiers
from referrals.models import Campaign
from referrals.templates import LANGUAGES, TEMPLATES, TEXT_FIELDS

_AIMS = [
    ("new_customers", _("Win new customers")), ("revenue", _("Sell more")), ("members", _("Gain members")),
    ("reactivation", _("Bring customers back")), ("awareness", pgettext_lazy("an aim", "Become known")),
]  # fmt: skip
AIMS = dict(_AIMS)
_TEXT_LABELS = {
    "headline": _("Headline"), "offer": _("The offer"), "terms": _("Small print"), "share": _("Words to pass on"),
}  # fmt: skip
_TEXT_HINTS = {
    "headline": _("The first thing a friend reads."), "offer": _("Who gets what, and when."),
    "terms": _("The rules of the promotion: who may take part, when rewards come, what happens after a refund."),
    "share": _("What the referrer sends along with the link. They may change it."),
}  # fmt: skip
_NAMES = {"zh-hans": "简体中文", "en": "English"}


def text_name(language: str, name: str) -> str:
    return f"text_{name}_{'zh' if language == 'zh-hans' else language}"


# How the operations call a text, and what this form calls it.
TEXTS_CALLED = {f"texts/{language}/{name}": text_name(language, name) for language in LANGUAGES for name in TEXT_FIELDS}


class GoalForm(forms.Form):
    """Why, when, and who may refer."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("Staff and members see it. Friends read the headline.")
    )
    aim = forms.ChoiceField(label=_("What it is for"), choices=_AIMS)
    friends = forms.IntegerField(
        label=_("Friends who should buy"), min_value=1, max_value=10**6, required=False,
        help_text=_("The campaign's page shows how far you have come."),
    )  # fmt: skip
    starts_at = MomentField(label=_("Starts"))
    ends_at = MomentField(label=_("Ends"), required=False, help_text=_("Leave it empty for a campaign without an end."))
    stages = forms.MultipleChoiceField(
        label=_("Stages"), choices=Customer.Stage.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["revenue_minor"] = MoneyField(
            label=_("Revenue it should bring"), currency=currency, minimum=1, required=False
        )
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

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        if told.get("ends_at") and told.get("starts_at") and told["ends_at"] <= told["starts_at"]:
            self.add_error("ends_at", _("The campaign has to end after it starts."))
        return told

    @property
    def target(self) -> dict[str, list[str]]:
        return {name: self.cleaned_data[name] for name in ("stages", "tiers", "tags") if self.cleaned_data.get(name)}

    @property
    def goal(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("aim", "friends", "revenue_minor") if self.cleaned_data[name]}

    @property
    def group_fields(self) -> list:
        return [self[name] for name in ("stages", "tiers", "tags", "segment") if name in self.fields]

    @staticmethod
    def initial_of(campaign: Campaign) -> dict[str, Any]:
        return dict(campaign.target) | {"aim": "new_customers"} | dict(campaign.goal) | {
            "name": campaign.name, "starts_at": campaign.starts_at, "ends_at": campaign.ends_at,
            "segment": str(campaign.segment_id or ""),
        }  # fmt: skip


class TemplateForm(forms.Form):
    """A pattern to start from: a template for a line of business, or an earlier campaign."""

    template = forms.ChoiceField(label=_("Template"), required=False, widget=forms.RadioSelect)
    earlier = forms.TypedChoiceField(
        label=_("Or take over an earlier campaign"), required=False, coerce=UUID, empty_value=None,
        help_text=_("Its terms, texts, script and people. Referrals, codes and budget are not taken over."),
    )  # fmt: skip

    def __init__(self, *args, campaign_id: UUID | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["template"].choices = [(key, in_language(each.name)) for key, each in TEMPLATES.items()]
        rows = Campaign.objects.exclude(id=campaign_id).exclude(template="").order_by("-id").values_list("id", "name")[:60]
        self.fields["earlier"].choices = [("", "–"), *((str(key), name) for key, name in rows)]

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        if not self.errors and not told.get("template") and not told.get("earlier"):
            self.add_error("template", _("Choose a template or an earlier campaign."))
        return told


class BudgetedLimitsForm(LimitsForm):
    """Limits, with the budget as long as there is none."""

    def __init__(self, *args, currency: str, is_funded: bool, **kwargs):
        super().__init__(*args, currency=currency, **kwargs)
        if not is_funded:
            self.fields["budget_limit_minor"] = MoneyField(
                label=_("Budget"), currency=currency, minimum=1, required=False,
                help_text=_(
                    "The most that all rewards of this campaign may cost. A campaign needs one before it can start."
                ),
            )  # fmt: skip


class TextsForm(forms.Form):
    is_wechat_safe = forms.BooleanField(
        label=_("WeChat-safe mode"), required=False,
        help_text=_(
            "The campaign does not start while its words or rewards would get the link blocked in WeChat. "
            "Without it, you are only warned."
        ),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for language in LANGUAGES:
            for name in TEXT_FIELDS:
                self.fields[text_name(language, name)] = forms.CharField(
                    label=_TEXT_LABELS[name], required=False, max_length=2000, widget=_writing(name, language),
                    help_text=_TEXT_HINTS[name],
                )  # fmt: skip

    @property
    def texts(self) -> dict[str, dict[str, str]]:
        return {
            language: {name: self.cleaned_data[text_name(language, name)] for name in TEXT_FIELDS} for language in LANGUAGES
        }

    @property
    def groups(self) -> list[tuple[str, str, list]]:
        """The text fields for the page: (language, its name, fields)."""
        return [(each, _NAMES[each], [self[text_name(each, name)] for name in TEXT_FIELDS]) for each in LANGUAGES]

    @staticmethod
    def initial_of(campaign: Campaign) -> dict[str, Any]:
        texts = {
            text_name(language, name): campaign.texts.get(language, {}).get(name, "")
            for language in LANGUAGES
            for name in TEXT_FIELDS
        }
        return texts | {"is_wechat_safe": campaign.is_wechat_safe}


class PeopleForm(forms.Form):
    """Who looks after referred friends, how soon, with what words."""

    follow_up_hours = forms.IntegerField(
        label=_("First contact within working hours"), min_value=1, max_value=720,
        help_text=_("Counted from the moment the friend confirms, while you are open: nine are a usual day."),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["responsible"] = MemberField(
            label=_("Responsible"), help_text=_("Gets the tasks to call referred friends.")
        )
        for language in LANGUAGES:
            self.fields[text_name(language, "script")] = forms.CharField(
                label=_("What to say on the phone"), required=False, max_length=2000, widget=_writing("script", language, 6)
            )
        self.order_fields(["responsible", "follow_up_hours"])

    @property
    def script(self) -> dict[str, str]:
        return {language: self.cleaned_data[text_name(language, "script")] for language in LANGUAGES}

    @property
    def groups(self) -> list[tuple[str, str, list]]:
        return [(each, _NAMES[each], [self[text_name(each, "script")]]) for each in LANGUAGES]

    @staticmethod
    def initial_of(campaign: Campaign) -> dict[str, Any]:
        scripts = {text_name(language, "script"): campaign.script.get(language, "") for language in LANGUAGES}
        return scripts | {"responsible": str(campaign.responsible_id or ""), "follow_up_hours": campaign.follow_up_hours}


def _writing(name: str, language: str, rows: int = 3) -> forms.Widget:
    attrs = {"lang": "zh-Hans" if language == "zh-hans" else language}
    return forms.TextInput(attrs) if name == "headline" else forms.Textarea({"rows": rows, **attrs})
