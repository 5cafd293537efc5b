"""Forms of claims, of decisions about them, and of a campaign's attribution policy."""

from decimal import Decimal
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Customer
from dashboard.forms import FilterForm, MomentField, choices_with_any
from referrals.attribution_words import touch_kind
from referrals.errors import PartsWrong
from referrals.models import Campaign, Claim
from referrals.rules.attribution import WHOLE
from referrals.rules.attribution_policy import KINDS, Policy

DIVIDE, NOBODY = "divide", "nobody"


class ClaimFilters(FilterForm):
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=choices_with_any(_("Any state"), Claim.State.choices)
    )
    channel = forms.ChoiceField(
        label=_("Came from"), required=False, choices=choices_with_any(_("From anywhere"), Claim.Channel.choices)
    )

    def narrow(self, rows):
        return rows.filter(**{name: value for name, value in self.chosen.items() if name in ("state", "channel")})


class ClaimForm(forms.Form):
    """What somebody claims; whom it is about stands in the address."""

    text = forms.CharField(label=_("How it was"), max_length=5000, widget=forms.Textarea({"rows": 5}))
    happened_at = MomentField(
        label=_("When they brought them"), required=False, help_text=_("It counts from then, as their word.")
    )
    code = forms.CharField(
        label=_("Their code, if it was given"),
        max_length=16,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    campaign = forms.TypedChoiceField(label=_("Campaign"), required=False, coerce=UUID, empty_value=None)

    def __init__(self, *args, asks_campaign: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if asks_campaign:
            self.fields["campaign"].choices = campaign_choices()
        else:
            del self.fields["campaign"]


def campaign_choices() -> list[tuple[str, str]]:
    rows = Campaign.objects.exclude(state=Campaign.State.DRAFT).order_by("-id")[:60]
    return choices_with_any(_("Not decided yet"), [(str(row.id), row.name) for row in rows])


class DecisionForm(forms.Form):
    """Whom a claim is decided for, with a reason both sides read."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea({"rows": 3}), help_text=_("Both sides read it.")
    )

    def __init__(self, *args, parties: list[Customer], parts: dict[UUID, int], asks_campaign: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.parties = parties
        everything = [(str(number), _("All to %(name)s") % {"name": one.name}) for number, one in enumerate(parties)]
        self.fields["outcome"] = forms.ChoiceField(
            label=pgettext_lazy("a claim", "Decision"), widget=forms.RadioSelect,
            choices=[*everything, (DIVIDE, _("Divide, in these parts")), (NOBODY, _("To nobody"))],
            initial=self._initial(parts),
        )  # fmt: skip
        for number, one in enumerate(parties):
            self.fields[f"part_{number}"] = forms.DecimalField(
                label=_("Part of %(name)s in percent") % {"name": one.name}, min_value=0, max_value=100, decimal_places=2,
                required=False, initial=Decimal(parts.get(one.id, 0)) / 100,
            )  # fmt: skip
        if asks_campaign:
            self.fields["campaign"] = forms.TypedChoiceField(
                label=_("Campaign"), required=False, coerce=UUID, empty_value=None, choices=campaign_choices(),
                help_text=_("Its present terms hold for the new referral."),
            )  # fmt: skip
        self.order_fields(["outcome", *(f"part_{number}" for number in range(len(parties))), "campaign", "reason"])

    def _initial(self, parts: dict[UUID, int]) -> str:
        whole = [str(number) for number, one in enumerate(self.parties) if parts.get(one.id) == WHOLE]
        return whole[0] if whole else DIVIDE if parts else ""

    @property
    def parts(self) -> list[tuple[UUID, int]]:
        """What was chosen, in hundredths of a percent."""
        chosen = self.cleaned_data["outcome"]
        if chosen == NOBODY:
            return []
        if chosen != DIVIDE:
            return [(self.parties[int(chosen)].id, WHOLE)]
        told = [(one.id, self.cleaned_data.get(f"part_{number}") or 0) for number, one in enumerate(self.parties)]
        parts = [(id, int(part * 100)) for id, part in told if part]
        if not parts:
            raise PartsWrong(field="outcome")
        return parts


class AppealForm(forms.Form):
    party = forms.ChoiceField(label=_("Who appeals"))
    text = forms.CharField(label=_("Why"), max_length=5000, widget=forms.Textarea({"rows": 4}))

    def __init__(self, *args, parties: list[Customer], **kwargs):
        super().__init__(*args, **kwargs)
        self.parties = parties
        self.fields["party"].choices = [(str(number), one.name) for number, one in enumerate(parties)]

    @property
    def appellant_id(self) -> UUID:
        return self.parties[int(self.cleaned_data["party"])].id


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500)


class EvidenceForm(forms.Form):
    file = forms.FileField(label=_("Screenshot, call note or chat record"))


class CorrectForm(forms.Form):
    """Who else brought a friend, and how much of it is theirs."""

    part = forms.DecimalField(
        label=_("Their part in percent"), min_value=Decimal("0.01"), max_value=100, decimal_places=2, initial=100,
        help_text=_("What is left stays with the present referrer."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea({"rows": 3}))


# --- the policy --------------------------------------------------------------------------------------------

_DAYS = pgettext_lazy("beside a number", "days")


def _days(label, help_text="", *, least: int = 0):
    return forms.IntegerField(
        label=label, min_value=least, max_value=3650, help_text=help_text, widget=forms.NumberInput({"data-suffix": _DAYS})
    )


class PolicyForm(forms.Form):
    """A campaign's policy on who is taken to have brought a friend."""

    model = forms.ChoiceField(
        label=_("Who counts when several are named"), widget=forms.RadioSelect,
        choices=[
            ("last", _("Whose link or code was used last")), ("first", _("Whose link or code was used first")),
            ("priority", _("Whoever has the strongest evidence, then the latest")),
            ("split", _("All of them, by the weight of the evidence")),
        ],
    )  # fmt: skip
    code_beats_link = forms.BooleanField(label=_("A code that is typed in beats a link that was followed"), required=False)
    click_days = _days(_("A link counts for"), _("0: only the window of the campaign's terms holds."))
    existing = forms.ChoiceField(
        label=_("Who has bought before"),
        choices=[
            ("never", _("Cannot be referred")), ("win_back", _("Can be referred after a long time without a purchase")),
            ("allowed", _("Can be referred")),
        ],
    )  # fmt: skip
    win_back_days = _days(_("A long time is"), least=1)
    protection_days = _days(
        _("Whom staff spoke to is protected for"), _("Nobody can refer them before that is over. 0: nobody is protected.")
    )
    late_claim_days = _days(_("A code may be given after the purchase for"), _("0: a late code never counts."))
    proof = forms.ChoiceField(
        label=_("Least evidence"),
        choices=[
            ("word", _("Somebody's word")), ("trace", _("A link, a code or a list")),
            ("confirmed", _("What the friend has confirmed")),
        ],
    )  # fmt: skip
    change_days = _days(
        _("Late facts change the referrer by themselves for"),
        _("After that, and once rewards are paid out, a claim is opened."),
    )
    claim_days = _days(_("Claims can be made for"), least=1)
    answer_days = _days(_("Working days until a claim is decided"), least=1)
    appeal_days = _days(_("Appeals can be made for"))

    def __init__(self, *args, policy: Policy, **kwargs):
        super().__init__(*args, initial={name: getattr(policy, name) for name in self.base_fields}, **kwargs)
        for place, kind in enumerate(policy.priority):
            self.fields[f"priority_{place}"] = forms.ChoiceField(
                label=_("Evidence no. %(n)s") % {"n": place + 1}, initial=kind,
                choices=[(each, touch_kind(each)) for each in KINDS],
            )  # fmt: skip

    @property
    def priority_fields(self) -> list:
        return [self[f"priority_{place}"] for place in range(len(KINDS))]

    @property
    def told(self) -> dict:
        values = {name: self.cleaned_data[name] for name in self.base_fields}
        return values | {"priority": [self.cleaned_data[f"priority_{place}"] for place in range(len(KINDS))]}

    def clean(self):
        data = super().clean()
        chosen = [data.get(f"priority_{place}") for place in range(len(KINDS))]
        if all(chosen) and len(set(chosen)) != len(KINDS):
            self.add_error("priority_0", _("Put each kind of evidence in one place."))
        return data
