"""The builder of enquiry forms."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from crm.models import CustomField, LeadForm
from crm.queries.custom_fields import custom_fields, in_tongue
from crm.rules.lead_forms import KINDS, MOST_FIELDS, ONCE, OWN, WITH_OPTIONS, Definition, control_of
from dashboard.forms import MomentField
from foundation.ids import new_code

LANGUAGES = {"en": "en", "zh": "zh-hans"}  # ending of a field's name → language
_TEXTS = {
    "title": (_("Title"), 120, 1), "intro": (_("Below the title"), 600, 2), "button": (_("Words on the button"), 40, 1),
    "consent": (_("What people agree to"), 600, 2), "thanks_title": (_("Title of the thank-you page"), 120, 1),
    "thanks": (_("What it says"), 600, 2),
}  # fmt: skip


def _text(label, length: int, rows: int, ending: str) -> forms.CharField:
    lang = {"lang": "zh-Hans" if ending == "zh" else "en"}
    widget = forms.Textarea({"rows": rows, **lang}) if rows > 1 else forms.TextInput(lang)
    return forms.CharField(label=label, max_length=length, required=False, widget=widget)


class BuilderForm(forms.Form):
    """What stands around the questions, and when and where the form is open."""

    name = forms.CharField(label=_("Name, for you"), max_length=120)
    campaign = forms.CharField(
        label=_("Campaign"), max_length=80, required=False, help_text=_("Said of every lead of this form.")
    )
    opens_at = MomentField(label=_("Open from"), required=False)
    closes_at = MomentField(label=_("Open until"), required=False)
    limit = forms.IntegerField(
        label=_("At most so many enquiries"), required=False, min_value=1, max_value=10**6, help_text=_("Empty: no limit.")
    )
    origins = forms.CharField(
        label=_("Your sites"), required=False, max_length=1000, widget=forms.Textarea({"rows": 2, "placeholder": "https://www.example.com"}),
        help_text=_("Pages that may show this form or send to it, one a line."),
    )  # fmt: skip
    redirect_to = forms.URLField(
        label=_("Go to this address afterwards"), required=False, max_length=300, assume_scheme="https",
        help_text=_("On one of your sites. Empty: the thank-you page."),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, (label, length, rows) in _TEXTS.items():
            for ending in LANGUAGES:
                self.fields[f"{name}_{ending}"] = _text(label, length, rows, ending)

    def texts(self, *names: str) -> list[tuple[str, str, list]]:
        shown = {"en": "English", "zh": "简体中文"}
        return [(ending, shown[ending], [self[f"{name}_{ending}"] for name in names]) for ending in LANGUAGES]

    @property
    def head_texts(self):
        return self.texts("title", "intro", "button")

    @property
    def end_texts(self):
        return self.texts("consent", "thanks_title", "thanks")

    @property
    def settings(self) -> dict[str, Any]:
        told = self.cleaned_data
        names = ("name", "campaign", "opens_at", "closes_at", "limit", "redirect_to")
        return {name: told[name] for name in names} | {"origins": told["origins"].split()}


class QuestionForm(forms.Form):
    """One question, in both languages."""

    key = forms.CharField(required=False, max_length=50, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=pgettext_lazy("of a question", "Kind"), choices=lambda: question_kinds())
    is_required = forms.BooleanField(label=_("Must be answered"), required=False)
    label_en = _text(_("Question, in English"), 120, 1, "en")
    label_zh = _text(_("Question, in Chinese"), 120, 1, "zh")
    help_en = _text(_("Help, in English"), 200, 1, "en")
    help_zh = _text(_("Help, in Chinese"), 200, 1, "zh")
    options_en = _text(_("Answers to choose from, in English, one a line"), 2000, 3, "en")
    options_zh = _text(_("The same in Chinese, in the same order"), 2000, 3, "zh")


def question_kinds() -> list:
    """Kinds of questions, and below them the organisation's own fields of leads."""
    own = [(f"{OWN}{row.key}", in_tongue(row.label)) for row in custom_fields(CustomField.Subject.LEAD)]
    return [*KINDS.items(), *([(_("Custom fields of leads"), own)] if own else [])]


def _own_labels() -> dict[str, dict[str, str]]:
    return {f"{OWN}{row.key}": row.label for row in custom_fields(CustomField.Subject.LEAD)}


Questions = forms.formset_factory(QuestionForm, extra=0, can_delete=True, can_order=True, max_num=MOST_FIELDS)


def definition_of(form: BuilderForm, questions) -> dict[str, Any]:
    """Read the form as it is being built."""
    texts = {name: _both(form.cleaned_data, name) for name in _TEXTS}
    kept = [each for each in questions.forms if each.cleaned_data.get("kind") and not each.cleaned_data.get("DELETE")]
    kept.sort(key=lambda each: each.cleaned_data.get("ORDER") or 999)
    labels = _own_labels()
    return texts | {"fields": [_question(each.cleaned_data, labels) for each in kept]}


def _both(told: dict, name: str) -> dict[str, str]:
    written = {language: told.get(f"{name}_{ending}", "").strip() for ending, language in LANGUAGES.items()}
    return {language: text for language, text in written.items() if text}


def _question(told: dict, labels: dict[str, dict[str, str]]) -> dict[str, Any]:
    """One question as it is kept; one for an own field is called as the field is, unless it is told otherwise."""
    kind = told["kind"]
    known = told["key"] if told["key"] not in ("", *ONCE) and not told["key"].startswith("own_") else ""
    key = control_of(kind) or known or f"q{new_code(5).lower()}"
    options = _options(told) if kind in WITH_OPTIONS else []
    return {
        "kind": kind, "key": key, "is_required": told["is_required"], "label": _both(told, "label") or labels.get(kind, {}),
        "help": _both(told, "help"), "options": options,
    }  # fmt: skip


def _options(told: dict) -> list[dict[str, str]]:
    english, chinese = ([line.strip() for line in told[f"options_{ending}"].splitlines()] for ending in ("en", "zh"))
    count = max(len(english), len(chinese))
    pairs = zip(english + [""] * (count - len(english)), chinese + [""] * (count - len(chinese)), strict=True)
    both = [{key: text for key, text in (("en", en), ("zh-hans", zh)) if text} for en, zh in pairs]
    return [each for each in both if each]


def present_form(form: LeadForm) -> dict[str, Any]:
    """Fill the builder with a form's draft."""
    draft = Definition.read(form.draft).stored()
    shown = {f"{name}_{ending}": draft[name].get(language, "") for name in _TEXTS for ending, language in LANGUAGES.items()}
    own = {name: getattr(form, name) for name in ("name", "campaign", "opens_at", "closes_at", "limit", "redirect_to")}
    return shown | own | {"origins": "\n".join(form.origins)}


def present_questions(form: LeadForm) -> list[dict[str, Any]]:
    return [_presented(number, each) for number, each in enumerate(Definition.read(form.draft).stored()["fields"], 1)]


def _presented(number: int, each: dict) -> dict[str, Any]:
    texts = {
        f"{name}_{ending}": each[name].get(language, "")
        for name in ("label", "help")
        for ending, language in LANGUAGES.items()
    }
    options = {
        f"options_{ending}": "\n".join(option.get(language, "") for option in each["options"])
        for ending, language in LANGUAGES.items()
    }
    return {"kind": each["kind"], "key": each["key"], "is_required": each["is_required"], "ORDER": number} | texts | options


class NewFormForm(forms.Form):
    name = forms.CharField(label=_("Name, for you"), max_length=120)


def first_draft(organisation: str) -> dict[str, Any]:
    """A form that could be published as it is: name, phone, message."""
    agreed = _("%(organisation)s may keep my details and contact me about this enquiry.")
    consent = {language: text % {"organisation": organisation} for language, text in _spoken(agreed).items()}
    return {
        "title": _spoken(_("How can we help?")), "intro": _spoken(_("Leave your number, and we call you back.")),
        "button": _spoken(_("Send")), "consent": consent, "thanks_title": _spoken(_("Thank you")),
        "thanks": _spoken(_("We have your message and will get back to you soon.")),
        "fields": [
            {"kind": "name", "label": _spoken(_("Your name")), "is_required": True},
            {"kind": "phone", "label": _spoken(_("Your phone number")), "is_required": True},
            {"kind": "message", "label": _spoken(_("What is it about?")), "is_required": False},
        ],
    }  # fmt: skip


def _spoken(text) -> dict[str, str]:
    """Say a text in both languages."""
    said = {}
    for language in LANGUAGES.values():
        with override(language):
            said[language] = str(text)
    return said
