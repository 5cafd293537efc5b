"""Forms: tell customers of a campaign, and the robots of chat groups."""

from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.forms import MomentField
from dashboard.forms_sources import profile_choices
from messaging.models import GroupRobot
from messaging.robots import MOST_BYTES
from referrals.operations.promotions import Wanted, default_texts, group_words

SIDES = (("zh", "zh-hans", _("Chinese")), ("en", "en", _("English")))


def words_field(label, language: str, *, rows: int = 0, most: int) -> forms.CharField:
    attrs = {"lang": {"zh": "zh-Hans", "en": "en"}[language]}
    widget = forms.Textarea(attrs | {"rows": rows}) if rows else forms.TextInput(attrs)
    return forms.CharField(label=label, required=False, max_length=most, widget=widget)


class PostForm(forms.Form):
    """A text for groups, and whose link it carries."""

    profile_id = forms.TypedChoiceField(
        label=_("Whose link"), required=False, coerce=UUID, empty_value=None,
        help_text=_("Friends who come through it count as theirs."),
    )  # fmt: skip
    group_text = forms.CharField(
        label=_("Text for groups"), required=False, max_length=MOST_BYTES, widget=forms.Textarea({"rows": 4}),
        help_text=_("Places: {campaign}, {link}, {organisation}."),
    )  # fmt: skip

    def __init__(self, *args, principal, language: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.language = language
        self.fields["profile_id"].choices = [("", _("The organisation itself")), *profile_choices(principal)]
        self.initial.setdefault("group_text", group_words(language))


class PromotionForm(PostForm):
    by_email = forms.BooleanField(label=_("Write to customers by e-mail"), required=False, initial=True)
    segment_id = forms.TypedChoiceField(
        label=_("Only those in a segment"), required=False, coerce=UUID, empty_value=None,
        help_text=_("The campaign's own target group holds in any case."),
    )  # fmt: skip
    subject_zh = words_field(_("Subject in Chinese"), "zh", most=200)
    body_zh = words_field(_("Text in Chinese"), "zh", rows=7, most=4000)
    subject_en = words_field(_("Subject in English"), "en", most=200)
    body_en = words_field(_("Text in English"), "en", rows=7, most=4000)
    send_at = MomentField(
        label=_("When"), required=False, help_text=_("Empty: now. Nobody is written to between 21:00 and 8:00.")
    )
    robot_ids = forms.TypedMultipleChoiceField(
        label=_("Post to groups as well"), required=False, coerce=UUID, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, segments, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["segment_id"].choices = segments
        robots = GroupRobot.objects.filter(is_active=True).order_by("name")
        self.fields["robot_ids"].choices = [(str(each.id), f"{each.name} · {each.get_kind_display()}") for each in robots]
        for short, language, _name in SIDES:
            told = default_texts()[language]
            self.initial |= {f"{name}_{short}": told[name] for name in ("subject", "body")}

    @property
    def sides(self) -> list:
        """The language of the house first."""
        sides = sorted(SIDES, key=lambda side: side[1] != self.language)
        return [(name, self[f"subject_{short}"], self[f"body_{short}"]) for short, _code, name in sides]

    @property
    def texts(self) -> dict[str, dict[str, str]]:
        """Give the words as they stand, also while they are being written."""
        return {
            code: {name: (self[f"{name}_{short}"].value() or "").strip() for name in ("subject", "body")}
            for short, code, _name in SIDES
        }

    @property
    def wanted(self) -> Wanted:
        told = self.cleaned_data
        return Wanted(
            texts=self.texts if told["by_email"] else {}, segment_id=told["segment_id"] if told["by_email"] else None,
            send_at=told["send_at"], group_text=told["group_text"], robot_ids=told["robot_ids"],
            profile_id=told["profile_id"],
        )  # fmt: skip


class RobotForm(forms.Form):
    name = forms.CharField(label=_("Name of the group"), max_length=60)
    kind = forms.ChoiceField(label=_("Robot of"), choices=GroupRobot.Kind.choices)
    url = forms.CharField(
        label=_("Address of the robot"), max_length=500, widget=forms.TextInput({"inputmode": "url", "autocomplete": "off"}),
        help_text=_("Copy it from the group's settings. It is sealed and never shown again."),
    )  # fmt: skip
    secret = forms.CharField(
        label=_("Secret for signing"), max_length=200, required=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("For DingTalk and Feishu, where the robot asks for signed messages."),
    )  # fmt: skip
