"""Forms about asking and honouring: answers, scripts, rules, steps, names."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dashboard.segment_choice import segments_for_machines
from dashboard.templatetags.dashboard import in_language
from foundation.ids import new_code
from loyalty.queries import badges
from referrals.models import Ask, AskRules, HonourRules, Recognition, Script

REFUSALS = {
    "no_one_in_mind": _("Knows nobody who would fit"), "not_satisfied": _("Is not happy enough with us"),
    "privacy": _("Does not want to pass names on"), "reward": _("The reward is not worth it"),
    "no_time": _("Has no time now"), "other": _("Another reason"),
}  # fmt: skip


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("What did they say?"), widget=forms.RadioSelect,
        choices=[
            (Ask.State.ACCEPTED, _("Yes, gladly")), (Ask.State.LATER, _("Not now")),
            (Ask.State.REFUSED, pgettext_lazy("to being asked", "No")), (Ask.State.DROPPED, _("I did not ask")),
        ],
    )  # fmt: skip
    reason = forms.ChoiceField(
        label=_("Why not?"), required=False, choices=[("", "–"), *REFUSALS.items()], help_text=_("For a no.")
    )

    def clean(self) -> dict:
        told = super().clean()
        if told.get("answer") == Ask.State.REFUSED and not told.get("reason"):
            self.add_error("reason", _("Choose why they said no."))
        return told


class ScriptForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    variant = forms.RegexField(
        r"^[A-Za-z]$", label=_("Variant"), initial="A",
        help_text=_("Scripts of one name share the customers evenly, so that you see which works better."),
    )  # fmt: skip
    situation = forms.ChoiceField(label=_("When"), choices=Script.Situation.choices)
    segment = forms.ChoiceField(label=_("For the segment"), required=False)
    text_zh = forms.CharField(label=_("What to say, in Chinese"), required=False, max_length=2000,
                              widget=forms.Textarea({"rows": 4, "lang": "zh-Hans"}))  # fmt: skip
    text_en = forms.CharField(label=_("What to say, in English"), required=False, max_length=2000,
                              help_text=_("{customer} and {organisation} are filled in."),
                              widget=forms.Textarea({"rows": 4, "lang": "en"}))  # fmt: skip
    do_zh = forms.CharField(label=_("What helps, in Chinese"), required=False, max_length=2000,
                            widget=forms.Textarea({"rows": 2, "lang": "zh-Hans"}))  # fmt: skip
    do_en = forms.CharField(label=_("What helps, in English"), required=False, max_length=2000,
                            widget=forms.Textarea({"rows": 2, "lang": "en"}))  # fmt: skip
    avoid_zh = forms.CharField(label=_("What to avoid, in Chinese"), required=False, max_length=2000,
                               widget=forms.Textarea({"rows": 2, "lang": "zh-Hans"}))  # fmt: skip
    avoid_en = forms.CharField(label=_("What to avoid, in English"), required=False, max_length=2000,
                               widget=forms.Textarea({"rows": 2, "lang": "en"}))  # fmt: skip
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["segment"].choices = segments_for_machines(self.initial.get("segment", ""))

    @property
    def facts(self) -> dict[str, Any]:
        told = self.cleaned_data
        both = {name: {"zh-hans": told[f"{name}_zh"], "en": told[f"{name}_en"]} for name in ("text", "do", "avoid")}
        plain = {name: told[name] for name in ("name", "variant", "situation", "is_active")}
        return plain | both | {"segment_id": UUID(told["segment"]) if told["segment"] else None}


def present(script: Script) -> dict[str, Any]:
    """What the form of an existing script begins with."""
    texts = {
        f"{name}_{short}": getattr(script, name).get(language, "")
        for name in ("text", "do", "avoid")
        for short, language in (("zh", "zh-hans"), ("en", "en"))
    }
    return texts | {
        "name": script.name, "variant": script.variant, "situation": script.situation, "is_active": script.is_active,
        "segment": str(script.segment_id or ""),
    }  # fmt: skip


class AskRulesForm(forms.ModelForm):
    class Meta:
        model = AskRules
        fields = ["is_active", "least_nps", "least_stars", "repurchase_from", "open_days", "quiet_days", "most_in_90_days",
                  "days_after_no"]  # fmt: skip
        labels = {
            "is_active": _("Cards come by themselves"), "least_nps": _("Good marks begin at (0 to 10)"),
            "least_stars": _("Good marks begin at (1 to 5)"), "repurchase_from": _("A regular from order number"),
            "open_days": _("Days a card stays open"), "quiet_days": _("Days between two questions to one customer"),
            "most_in_90_days": _("Questions in 90 days at most"), "days_after_no": _("Days of quiet after a no"),
        }  # fmt: skip
        help_texts = {
            "least_nps": _("Of a survey that asks who would recommend you."),
            "least_stars": _("Of satisfaction surveys, visits and solved cases."),
            "quiet_days": _("Whoever asks: a colleague, a message to customers of a campaign, or an automatic reminder."),
        }


class HonourRulesForm(forms.Form):
    is_board_shown = forms.BooleanField(label=_("Members see the leaderboard"), required=False)
    is_wall_public = forms.BooleanField(
        label=_("The wall of thanks is public"), required=False, help_text=_("Only those are named who agreed to it.")
    )
    least_group = forms.IntegerField(
        label=_("Referrers it takes for a leaderboard"), min_value=3, max_value=1000,
        help_text=_("In a smaller group ranks would give people away."),
    )  # fmt: skip
    title_zh = forms.CharField(label=_("Title of the wall in Chinese"), required=False, max_length=60)
    title_en = forms.CharField(label=_("Title of the wall in English"), required=False, max_length=60)

    @classmethod
    def of(cls, rules: HonourRules) -> "HonourRulesForm":
        plain = {name: getattr(rules, name) for name in ("is_board_shown", "is_wall_public", "least_group")}
        titles = {"title_zh": rules.title.get("zh-hans", ""), "title_en": rules.title.get("en", "")}
        return cls(initial=plain | titles, auto_id="rules_%s")

    @property
    def facts(self) -> dict[str, Any]:
        told = dict(self.cleaned_data)
        titles = {"zh-hans": told.pop("title_zh").strip(), "en": told.pop("title_en").strip()}
        return told | {"title": {language: text for language, text in titles.items() if text}}


class StepForm(forms.Form):
    friends = forms.IntegerField(label=_("Friends who bought"), min_value=1, max_value=10_000)
    badge = forms.ChoiceField(label=_("Badge"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="step_%s", **kwargs)
        self.fields["badge"].choices = [(each.code, in_language(each.name)) for each in badges() if each.is_active]


class NamedForm(forms.Form):
    """A consent that a customer gave to a member of staff."""

    surface = forms.ChoiceField(label=_("Where"), choices=Recognition.Surface.choices)
    display_name = forms.CharField(label=_("Called"), max_length=40)


class KeyForm(forms.Form):
    """So that pressing a button twice asks once."""

    key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    @classmethod
    def fresh(cls) -> "KeyForm":
        return cls(initial={"key": new_code(16)})
