"""The form of one automatic reminder of a campaign."""

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.forms_promotion import SIDES, words_field
from referrals.models import Reminder
from referrals.operations.promotions import default_texts
from referrals.operations.reminding import texts_of
from referrals.rules.reminding import MOST_TIMES, MOST_WAIT_DAYS, message_kind

_DAYS = {
    Reminder.Kind.BOUGHT: _("Days after the purchase"), Reminder.Kind.PRAISED: _("Days after the good marks"),
    Reminder.Kind.SILENT: _("Days without a friend"), Reminder.Kind.ENDING: _("Days before the end"),
}  # fmt: skip


class ReminderForm(forms.Form):
    is_active = forms.BooleanField(label=_("Send this by itself"), required=False)
    wait_days = forms.IntegerField(min_value=0, max_value=MOST_WAIT_DAYS)
    most = forms.IntegerField(
        label=_("Times at most"), min_value=1, max_value=MOST_TIMES, help_text=_("For one customer in this campaign.")
    )
    subject_zh = words_field(_("Subject in Chinese"), "zh", most=200)
    body_zh = words_field(_("Text in Chinese"), "zh", rows=7, most=4000)
    subject_en = words_field(_("Subject in English"), "en", most=200)
    body_en = words_field(_("Text in English"), "en", rows=7, most=4000)

    def __init__(self, *args, reminder: Reminder, language: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.reminder, self.language = reminder, language
        self.fields["wait_days"].label = _DAYS[Reminder.Kind(reminder.kind)]
        if reminder.kind == Reminder.Kind.ENDING:
            del self.fields["most"]
        self.initial |= {name: getattr(reminder, name) for name in ("is_active", "wait_days", "most")}
        texts = texts_of(reminder)
        for short, code, _name in SIDES:
            self.initial |= {f"{name}_{short}": texts[code][name] for name in ("subject", "body")}

    @property
    def sides(self) -> list:
        """The language of the house first."""
        sides = sorted(SIDES, key=lambda side: side[1] != self.language)
        return [(name, self[f"subject_{short}"], self[f"body_{short}"]) for short, _code, name in sides]

    @property
    def texts(self) -> dict[str, dict[str, str]]:
        """Give the words as they stand, also while they are being written."""
        return {
            code: {name: _plain(self[f"{name}_{short}"].value() or "") for name in ("subject", "body")}
            for short, code, _name in SIDES
        }

    @property
    def changes(self) -> dict:
        """What is to be kept: words that are the template's stay the template's, and follow it."""
        told = {name: self.cleaned_data[name] for name in ("is_active", "wait_days", "most") if name in self.cleaned_data}
        is_own = self.texts != _stripped(default_texts(message_kind(self.reminder.kind)))
        return told | {"texts": self.texts if is_own else {}}


def _stripped(texts) -> dict[str, dict[str, str]]:
    return {language: {name: _plain(text) for name, text in each.items()} for language, each in texts.items()}


def _plain(text: str) -> str:
    """Browsers end lines with CR LF."""
    return text.replace("\r\n", "\n").strip()
