"""Forms on the way of a referral: who told us of whom, hand-overs, evidence, who owns which stage."""

from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dashboard.forms import FilterForm, choices_with_any
from dashboard.people import MemberField, members
from messaging.texting import sends_texts
from referrals.models import Campaign, Evidence, Invitation
from tenancy.models import Membership

LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
PHONE, SPOKEN = "phone", "spoken"


class FriendForm(forms.Form):
    """What we are told of a friend: as little as can be."""

    name = forms.CharField(label=_("The friend's name"), max_length=120, widget=forms.TextInput({"autocomplete": "off"}))
    contact = forms.CharField(
        label=_("The friend's e-mail address"), max_length=254, widget=forms.TextInput({"autocomplete": "off"})
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)


class OralForm(FriendForm):
    campaign = forms.TypedChoiceField(label=_("Campaign"), coerce=UUID)
    note = forms.CharField(
        label=_("What was said"), max_length=1000, required=False, widget=forms.Textarea({"rows": 2}),
        help_text=_("Only what helps to address the friend. It is deleted with the rest if they do not agree."),
    )  # fmt: skip
    agreed = forms.BooleanField(
        label=_("The referrer says that the friend knows of this and does not mind one message."),
        error_messages={"required": _("Ask the referrer first.")},
    )
    field_order = ["campaign", "name", "contact", "language", "note", "agreed"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if sends_texts("referral_question"):
            self.fields["contact"].label = _("E-mail address or phone number")
        rows = Campaign.objects.filter(state=Campaign.State.RUNNING).order_by("-starts_at")
        self.fields["campaign"].choices = [(str(row.id), row.name) for row in rows]


class CounterForm(FriendForm):
    """A code typed at the counter, and how the customer agrees."""

    code = forms.CharField(
        label=_("The friend's code"), max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "class": "mono"}),
    )  # fmt: skip
    way = forms.ChoiceField(
        label=_("How the customer confirms"), widget=forms.RadioSelect,
        choices=[(PHONE, _("On their own phone, with a code we send them")), (SPOKEN, _("Aloud, here and now"))],
    )  # fmt: skip
    agreed = forms.BooleanField(
        label=_("I read the text out, and the customer agreed."), required=False,
    )  # fmt: skip
    field_order = ["code", "name", "contact", "language", "way", "agreed"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code that a friend gave them")
        self.fields["name"].label = _("Customer's name")
        self.fields["contact"].label = _("E-mail address or phone number")


class InvitationFilters(FilterForm):
    cleared = "?state="
    state = forms.ChoiceField(
        required=False, label=_("State"), choices=choices_with_any(_("Any state"), Invitation.State.choices)
    )
    capture = forms.ChoiceField(
        required=False, label=_("How it came"), choices=choices_with_any(_("Any way"), Invitation.Capture.choices)
    )
    campaign = forms.ChoiceField(required=False, label=_("Campaign"))

    def __init__(self, data=None):
        super().__init__(data)
        rows = Campaign.objects.order_by("-id").values_list("id", "name")[:100]
        self.fields["campaign"].choices = choices_with_any(_("Any campaign"), [(str(key), name) for key, name in rows])


class HandReferralForm(forms.Form):
    """To whom a referral goes, with every line of the checklist gone through."""

    def __init__(self, *args, checklist=(), holder_id=None, **kwargs):
        super().__init__(*args, **kwargs)
        people = [each for each in members() if each.id != holder_id and each.may("referrals:write")]
        self.fields["receiver"] = MemberField(people=people, label=_("Hand it to"))
        self.fields["receiver"].required = True
        self.fields["receiver"].choices = [("", _("Choose…")), *self.fields["receiver"].choices[1:]]
        if checklist:
            self.fields["done"] = forms.MultipleChoiceField(
                label=_("Checklist"), widget=forms.CheckboxSelectMultiple, required=False,
                choices=[(str(number), line) for number, line in enumerate(checklist)],
            )  # fmt: skip
        self.fields["note"] = forms.CharField(
            label=_("Note"), max_length=300, required=False, widget=forms.Textarea({"rows": 2})
        )

    @property
    def done(self) -> list[int]:
        return [int(each) for each in self.cleaned_data.get("done", [])]


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("Why not?"), max_length=300, error_messages={"required": _("Say why.")})


class EvidenceForm(forms.Form):
    criterion = forms.ChoiceField(label=_("What it shows"), choices=Evidence.Criterion.choices)
    text = forms.CharField(
        label=_("Note"), max_length=1000, required=False, widget=forms.Textarea({"rows": 3}),
        help_text=_("What happened, when, who was there."),
    )  # fmt: skip
    file = forms.FileField(
        label=pgettext_lazy("evidence", "File"), required=False, help_text=_("Picture, PDF or office file, up to 5 MB.")
    )

    def __init__(self, *args, orders=(), deals=(), **kwargs):
        super().__init__(*args, **kwargs)
        for name, label, rows in (("order_id", _("Order"), orders), ("deal_id", _("Deal"), deals)):
            if rows:
                self.fields[name] = forms.TypedChoiceField(
                    label=label, required=False, coerce=UUID, empty_value=None, choices=[("", _("None")), *rows]
                )


class DecideForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class StageOwnerForm(forms.Form):
    """Who owns one stage; a role stands for whoever of it has least to do."""

    def __init__(self, *args, people=None, default_label="", **kwargs):
        super().__init__(*args, **kwargs)
        people = members() if people is None else people
        roles = [(f"role:{role}", Membership.Role(role).label) for role in Membership.Role.values if role != "auditor"]
        self.fields["owner"] = forms.ChoiceField(
            label=_("Who owns it"), required=False,
            choices=[
                ("", default_label),
                (_("Anybody of a role"), roles),
                (_("One person"), [(str(each.id), each.user.name or each.user.email) for each in people]),
            ],
        )  # fmt: skip
        self.fields["hours"] = forms.IntegerField(
            label=_("Working hours until the next step"), required=False, min_value=1, max_value=2000,
            widget=forms.NumberInput({"inputmode": "numeric"}),
        )  # fmt: skip
        self.fields["checklist"] = forms.CharField(
            label=_("Checklist before it is handed on"), required=False, widget=forms.Textarea({"rows": 3}),
            help_text=_("One line each."),
        )  # fmt: skip

    @property
    def told(self) -> dict:
        owner, data = self.cleaned_data["owner"], self.cleaned_data
        is_role = owner.startswith("role:")
        return {
            "member_id": None if is_role or not owner else UUID(owner), "role": owner[5:] if is_role else "",
            "hours": data["hours"], "checklist": data["checklist"].splitlines(),
        }  # fmt: skip
