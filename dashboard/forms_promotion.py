"""Forms: tell customers of a campaign, and the robots of chat groups."""

from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.forms import MomentField
from dashboard.forms_sources import profile_choices
from dashboard.forms_words import WordsForm, phone_field
from messaging.models import GroupRobot
from messaging.robots import MOST_BYTES
from messaging.texting import present_texting
from messaging.wechat_queries import has_wechat
from referrals.models import Ways
from referrals.operations.promotions import Wanted, default_texts, group_words

NOBODY = ("", _("Nobody: only groups"))


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


class PromotionForm(WordsForm, PostForm):
    ways = forms.ChoiceField(
        label=_("How customers are told"), required=False, choices=[*Ways.choices, NOBODY], initial=Ways.EMAIL,
        widget=forms.RadioSelect,
    )  # fmt: skip
    segment_id = forms.TypedChoiceField(
        label=_("Only those in a segment"), required=False, coerce=UUID, empty_value=None,
        help_text=_("The campaign's own target group holds in any case."),
    )  # fmt: skip
    send_at = MomentField(
        label=_("When"), required=False, help_text=_("Empty: now. Nobody is written to between 21:00 and 8:00.")
    )
    phone = phone_field()
    robot_ids = forms.TypedMultipleChoiceField(
        label=_("Post to groups as well"), required=False, coerce=UUID, widget=forms.CheckboxSelectMultiple
    )

    to_followers = forms.BooleanField(label=_("To followers in WeChat as well"), required=False)

    def __init__(self, *args, segments, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["segment_id"].choices = segments
        robots = GroupRobot.objects.filter(is_active=True).order_by("name")
        self.fields["robot_ids"].choices = [(str(each.id), f"{each.name} · {each.get_kind_display()}") for each in robots]
        if not has_wechat():
            del self.fields["to_followers"]
        self.texting = present_texting()
        self.take_words(default_texts(), self.texting)

    @property
    def chosen_ways(self) -> str:
        """Give the ways as they are chosen, also before the form is sent; nobody's are e-mail's."""
        asked = self["ways"].value()
        return asked if asked in Ways.values else Ways.EMAIL

    @property
    def wanted(self) -> Wanted:
        told = self.cleaned_data
        is_told = bool(told["ways"])
        return Wanted(
            ways=self.chosen_ways, texts=self.texts if is_told else {}, segment_id=told["segment_id"] if is_told else None,
            send_at=told["send_at"], group_text=told["group_text"], robot_ids=told["robot_ids"],
            profile_id=told["profile_id"], to_followers=told.get("to_followers", False),
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
