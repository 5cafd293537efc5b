"""The form of one automatic reminder of a campaign."""

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.forms_words import LETTER, TEXT, WordsForm, phone_field
from messaging.texting import present_texting
from referrals.models import Reminder, Ways
from referrals.operations.promotions import default_texts
from referrals.operations.reminding import texts_of
from referrals.rules.reminding import MOST_TIMES, MOST_WAIT_DAYS, message_kind

_DAYS = {
    Reminder.Kind.BOUGHT: _("Days after the purchase"), Reminder.Kind.PRAISED: _("Days after the good marks"),
    Reminder.Kind.SILENT: _("Days without a friend"), Reminder.Kind.ENDING: _("Days before the end"),
}  # fmt: skip


class ReminderForm(WordsForm):
    is_active = forms.BooleanField(label=_("Send this by itself"), required=False)
    wait_days = forms.IntegerField(min_value=0, max_value=MOST_WAIT_DAYS)
    most = forms.IntegerField(
        label=_("Times at most"), min_value=1, max_value=MOST_TIMES, help_text=_("For one customer in this campaign.")
    )
    ways = forms.ChoiceField(label=_("How customers are told"), choices=Ways.choices, widget=forms.RadioSelect)

    def __init__(self, *args, reminder: Reminder, language: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.reminder, self.language = reminder, language
        self.fields["wait_days"].label = _DAYS[Reminder.Kind(reminder.kind)]
        if reminder.kind == Reminder.Kind.ENDING:
            del self.fields["most"]
        self.initial |= {name: getattr(reminder, name) for name in ("is_active", "wait_days", "most", "ways")}
        self.texting = present_texting()
        self.take_words(texts_of(reminder), self.texting)

    @property
    def changes(self) -> dict:
        """What is to be kept: words that are the template's stay the template's, and follow it."""
        kept = ("is_active", "wait_days", "most", "ways")
        told = {name: self.cleaned_data[name] for name in kept if name in self.cleaned_data}
        return told | {"texts": self._own_words()}

    def _own_words(self) -> dict[str, dict[str, str]]:
        house, own = default_texts(message_kind(self.reminder.kind)), {}
        for names in (LETTER, [name for name in TEXT if f"{name}_en" in self.fields]):
            written = {language: _some(named, names) for language, named in self.texts.items()}
            if written != {language: _some(named, names) for language, named in house.items()}:
                own = {language: own.get(language, {}) | named for language, named in written.items()}
        return own


def _some(named, names) -> dict[str, str]:
    return {name: named.get(name, "").replace("\r\n", "\n").strip() for name in names}


class TextTestForm(forms.Form):
    phone = phone_field()
