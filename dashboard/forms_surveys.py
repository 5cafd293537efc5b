"""The form of a survey: its texts, when it asks, what it asks, what a low score does."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Survey
from crm.rules.surveys import KINDS, MOST_QUESTIONS, Question, questions_of
from dashboard.people import MemberField
from foundation.ids import new_code

_KIND_NAMES = {
    "text": _("Text"), "choice": _("One of several"), "choices": _("Several of several"), "stars": _("1 to 5 stars"),
    "yes_no": _("Yes or no"),
}  # fmt: skip
_PAIRS = ("title", "intro", "thanks")
_BLANK = 2


def _text(label, language: str, *, rows: int = 0, **kwargs) -> forms.CharField:
    attrs = {"lang": {"zh": "zh-Hans", "en": "en"}[language]}
    widget = forms.Textarea(attrs | {"rows": rows}) if rows else forms.TextInput(attrs)
    return forms.CharField(label=label, required=False, widget=widget, **kwargs)


class SurveyForm(forms.Form):
    kind = forms.ChoiceField(label=_("What it measures"), choices=Survey.Kind.choices, widget=forms.RadioSelect)
    name = forms.CharField(
        label=_("Name"), max_length=120, required=False, help_text=_("For your own lists. Empty: the title.")
    )
    title_zh = _text(_("Question or title in Chinese"), "zh", max_length=200)
    title_en = _text(_("Question or title in English"), "en", max_length=200)
    intro_zh = _text(_("Some words before, in Chinese"), "zh", rows=2, max_length=1000)
    intro_en = _text(_("Some words before, in English"), "en", rows=2, max_length=1000)
    thanks_zh = _text(_("Thanks afterwards, in Chinese"), "zh", rows=2, max_length=1000)
    thanks_en = _text(_("Thanks afterwards, in English"), "en", rows=2, max_length=1000)
    trigger = forms.ChoiceField(label=_("When customers are asked"), choices=Survey.Trigger.choices, required=False)
    delay_hours = forms.IntegerField(
        label=_("Hours to wait before asking"), min_value=0, max_value=8760, initial=48,
        help_text=_("Give the parcel time to arrive and the product time to be tried."),
    )  # fmt: skip
    quiet_days = forms.IntegerField(
        label=_("Days of rest for each customer"), min_value=0, max_value=730, initial=60,
        help_text=_("Nobody is asked twice within so many days, by whatever survey."),
    )  # fmt: skip
    takes_anybody = forms.BooleanField(label=_("Anybody with the link or QR code may answer"), required=False, initial=True)
    low_score = forms.IntegerField(
        label=_("A low score is this or less"), min_value=0, max_value=10, required=False,
        help_text=_("Empty: 6 of 10, or 2 of 5."),
    )  # fmt: skip
    low_action = forms.ChoiceField(
        label=_("What a low score does"), choices=Survey.LowAction.choices, initial=Survey.LowAction.TASK
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["responsible"] = MemberField(label=_("Who follows up"), help_text=_("Nobody: the customer's owner."))

    def clean(self):
        told = super().clean()
        if not (told.get("title_zh") or told.get("title_en")):
            self.add_error("title_en", _("Give it a title in at least one language."))
        return told

    @property
    def facts(self) -> dict[str, Any]:
        told = self.cleaned_data
        texts = {
            name: {
                language: text for language, text in (("zh-hans", told[f"{name}_zh"]), ("en", told[f"{name}_en"])) if text
            }
            for name in _PAIRS
        }
        plain = ["name", "trigger", "delay_hours", "quiet_days", "takes_anybody", "low_action"]
        plain += ["low_score"] if told["low_score"] is not None else []
        return texts | {name: told[name] for name in plain} | {"responsible_id": told["responsible"]}


def shown(survey: Survey) -> dict[str, Any]:
    """Give the form's first values of a survey."""
    values = {
        f"{name}_{short}": getattr(survey, name).get(language, "")
        for name in _PAIRS
        for short, language in (("zh", "zh-hans"), ("en", "en"))
    }
    plain = ("kind", "name", "trigger", "delay_hours", "quiet_days", "takes_anybody", "low_score", "low_action")
    values |= {name: getattr(survey, name) for name in plain}
    return values | {"responsible": str(survey.responsible_id or "")}


class QuestionForm(forms.Form):
    key = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    label_zh = _text(_("Question in Chinese"), "zh", max_length=300)
    label_en = _text(_("Question in English"), "en", max_length=300)
    kind = forms.ChoiceField(
        label=pgettext_lazy("question", "Answer"), choices=[(kind, _KIND_NAMES[kind]) for kind in KINDS]
    )
    is_required = forms.BooleanField(label=_("Has to be answered"), required=False)
    choices = forms.CharField(
        label=_("Choices"), required=False, max_length=3000,
        widget=forms.Textarea({"rows": 3, "placeholder": "味道 | Taste\n服务 | Service"}),
        help_text=_("One a line: Chinese | English. For the two kinds with choices."),
    )  # fmt: skip

    @property
    def is_empty(self) -> bool:
        return not (self.cleaned_data.get("label_zh") or self.cleaned_data.get("label_en"))

    def question(self, before: Question | None) -> Question:
        told = self.cleaned_data
        label = {"zh-hans": told["label_zh"], "en": told["label_en"]}
        keys = before.choice_keys if before else []
        choices = tuple(_choice(line, position, keys) for position, line in enumerate(_lines(told["choices"])))
        has_choices = told["kind"] in ("choice", "choices")
        return Question(
            key=told["key"] or new_code(6).lower(), kind=told["kind"], is_required=told["is_required"],
            label={language: text for language, text in label.items() if text}, choices=choices if has_choices else (),
        )  # fmt: skip


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip(" |")]


def _choice(line: str, position: int, keys: Sequence[str]) -> dict[str, str]:
    """Read one choice; what stood in this place keeps its key, whatever it is called now."""
    chinese, _bar, english = (part.strip() for part in line.replace("｜", "|").partition("|"))
    key = keys[position] if position < len(keys) else new_code(4).lower()
    return {"key": key, "zh-hans": chinese, "en": english or chinese}


def question_forms(data=None, survey: Survey | None = None) -> forms.BaseFormSet:
    """Make the lines of the questions: those there are, and some empty ones."""
    present = [_question_shown(question) for question in questions_of(survey.questions)] if survey else []
    kind = forms.formset_factory(QuestionForm, extra=_BLANK, max_num=MOST_QUESTIONS, absolute_max=MOST_QUESTIONS + 5)
    return kind(data, initial=present, prefix="questions")


def _question_shown(question: Question) -> dict[str, Any]:
    return {
        "key": question.key, "kind": question.kind, "is_required": question.is_required,
        "label_zh": question.label.get("zh-hans", ""), "label_en": question.label.get("en", ""),
        "choices": "\n".join(f"{choice['zh-hans']} | {choice['en']}" for choice in question.choices),
    }  # fmt: skip


def asked_questions(lines: forms.BaseFormSet, survey: Survey | None) -> list[Question]:
    """Read the questions that were written down."""
    before = {question.key: question for question in questions_of(survey.questions)} if survey else {}
    return [line.question(before.get(line.cleaned_data.get("key", ""))) for line in lines if not line.is_empty]
