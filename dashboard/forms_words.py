"""The words of what a campaign tells customers: letters and text messages in both languages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from messaging.texting import MOST_CHARACTERS, Texting

SIDES = (("zh", "zh-hans", _("Chinese")), ("en", "en", _("English")))
LETTER, TEXT = ("subject", "body"), ("sms", "sms_template")


def words_field(label, language: str, *, rows: int = 0, most: int) -> forms.CharField:
    attrs = {"lang": {"zh": "zh-Hans", "en": "en"}[language]}
    widget = forms.Textarea(attrs | {"rows": rows}) if rows else forms.TextInput(attrs)
    return forms.CharField(label=label, required=False, max_length=most, widget=widget)


def code_field(label) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=64, widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("File the text with your vendor as the preview has it, and enter its code. One language is enough."),
    )  # fmt: skip


def phone_field() -> forms.CharField:
    return forms.CharField(
        label=_("Phone for a test"), required=False, max_length=40, help_text=_("With country code: +86 138 0013 8000."),
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel"}),
    )  # fmt: skip


class WordsForm(forms.Form):
    subject_zh = words_field(_("Subject in Chinese"), "zh", most=200)
    body_zh = words_field(_("Text in Chinese"), "zh", rows=7, most=4000)
    sms_zh = words_field(_("Text message in Chinese"), "zh", rows=3, most=MOST_CHARACTERS)
    sms_template_zh = code_field(_("Code of the Chinese text message"))
    subject_en = words_field(_("Subject in English"), "en", most=200)
    body_en = words_field(_("Text in English"), "en", rows=7, most=4000)
    sms_en = words_field(_("Text message in English"), "en", rows=3, most=MOST_CHARACTERS)
    sms_template_en = code_field(_("Code of the English text message"))

    def take_words(self, texts, texting: Texting) -> None:
        """Begin with these words; codes are asked for where the vendor wants texts to be filed."""
        for short, language, _name in SIDES:
            if not texting.needs_template:
                del self.fields[f"sms_template_{short}"]
            self.initial |= {f"{name}_{short}": texts[language].get(name, "") for name in (*LETTER, *TEXT)}

    def sides(self) -> list[dict]:
        """Each language with its fields, that of the house first."""
        sides = sorted(SIDES, key=lambda side: side[1] != self.language)
        return [
            {
                "name": name,
                "letter": [self[f"{each}_{short}"] for each in LETTER],
                "text": [self[f"{each}_{short}"] for each in TEXT if f"{each}_{short}" in self.fields],
            }
            for short, _code, name in sides
        ]

    @property
    def texts(self) -> dict[str, dict[str, str]]:
        """Give the words as they stand, also while they are being written."""
        return {code: {name: self._word(f"{name}_{short}") for name in (*LETTER, *TEXT)} for short, code, _name in SIDES}

    def _word(self, field: str) -> str:
        """Browsers end lines with CR LF."""
        return (self[field].value() or "").replace("\r\n", "\n").strip() if field in self.fields else ""
