"""Forms of sources: referrers of every kind, what a source may do, printed batches, payroll."""

from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dashboard.forms import DateField, FilterForm, MomentField, SearchField, choices_with_any
from dashboard.people import MemberField
from dashboard.sight import seen
from referrals.models import Campaign, MaterialBatch, Source
from referrals.operations.material import MOST
from referrals.queries.sources import profiles
from tenancy.models import Store

ENROLLED = [choice for choice in Source.choices if choice[0] != Source.CUSTOMER]


def _running_first(campaigns) -> list[Campaign]:
    """Order them as somebody who prints wants them: those that friends can join now, then the newest."""
    running = Campaign.State.RUNNING
    return sorted(campaigns.order_by("-id")[:200], key=lambda row: row.state != running)


class SourceFilters(FilterForm):
    q = SearchField(_("Name or organisation"))
    store = forms.ChoiceField(required=False, label=_("Outlet"))
    standing = forms.ChoiceField(
        required=False,
        label=_("State"),
        choices=[("", pgettext_lazy("of a referrer", "Active")), ("left", _("Has left")), ("all", _("Everybody"))],
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["store"].choices = choices_with_any(_("Any outlet"), store_choices())

    def narrow(self, rows):
        chosen = self.chosen
        standing = chosen.get("standing", "")
        rows = rows if standing == "all" else rows.filter(is_active=standing != "left")
        if "store" in chosen:
            rows = rows.filter(store_id=chosen["store"])
        if "q" in chosen:
            name = chosen["q"]
            rows = rows.filter(customer__name__icontains=name) | rows.filter(organisation_name__icontains=name)
        return rows


def store_choices() -> list[tuple[str, str]]:
    return [(str(store.id), store.name) for store in Store.objects.filter(is_open=True).order_by("name")]


class _Choice(forms.TypedChoiceField):
    """One of our records, cleaned to its id; nothing where it may be left open."""

    def __init__(self, *, choices, nothing="", **kwargs):
        offered = choices if kwargs.get("required", True) else choices_with_any(nothing, choices)
        super().__init__(choices=offered, coerce=UUID, empty_value=None, **kwargs)


class ProfileForm(forms.Form):
    """What is said of a referrer of any kind."""

    def __init__(self, *args, kind: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["store"] = _Choice(label=_("Outlet"), choices=store_choices(), nothing=_("None"), required=False)
        if kind in (Source.PARTNER, Source.COMMUNITY, Source.MATERIAL):
            label = _("Community") if kind == Source.COMMUNITY else _("Organisation")
            self.fields["organisation_name"] = forms.CharField(label=label, max_length=120, required=False)
        if kind == Source.PARTNER:
            self.fields["terms"] = forms.CharField(
                label=_("What was agreed"), required=False, max_length=4000, widget=forms.Textarea({"rows": 4}),
                help_text=_("For our eyes: contract, commission, who to ask."),
            )  # fmt: skip
        self.fields["notes"] = forms.CharField(
            label=_("Notes"), required=False, max_length=4000, widget=forms.Textarea({"rows": 3})
        )

    @property
    def facts(self) -> dict:
        told = dict(self.cleaned_data)
        return {"store_id": told.pop("store"), **told}


class NewProfileForm(ProfileForm):
    def __init__(self, *args, kind: str, **kwargs):
        super().__init__(*args, kind=kind, **kwargs)
        own = dict(self.fields)
        self.fields.clear()
        if kind == Source.EMPLOYEE:
            self.fields["membership"] = MemberField(label=_("Colleague"))
            self.fields["membership"].required = True
        else:
            self.fields["name"] = forms.CharField(label=_("Name"), max_length=120)
            self.fields["phone"] = forms.CharField(label=_("Phone"), max_length=40, required=False)
            self.fields["email"] = forms.EmailField(
                label=_("E-mail"), required=False, help_text=_("Who is on our books already is found by phone or e-mail.")
            )
        self.fields.update(own)


class CloseProfileForm(forms.Form):
    def __init__(self, *args, principal, profile, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["heir"] = _Choice(
            label=_("Who goes on with the codes"), choices=profile_choices(principal, but=profile.id),
            nothing=_("The organisation itself"), required=False,
        )  # fmt: skip


def profile_choices(principal, *, but=None) -> list[tuple[str, str]]:
    rows = seen(principal, profiles(is_active=True)).exclude(id=but).order_by("customer__name", "id")[:500]
    return [(str(row.id), f"{row.customer.name} · {row.get_kind_display()}") for row in rows]


class RepointForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=60, required=False)

    def __init__(self, *args, principal, but=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["profile_id"] = _Choice(label=_("New owner"), choices=profile_choices(principal, but=but))
        self.order_fields(["profile_id", "reason"])


class BatchForm(forms.Form):
    """A batch of printed pieces."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("How you will find it again: place, event, month."))
    kind = forms.ChoiceField(label=_("What is printed"), choices=MaterialBatch.Kind.choices)
    design = forms.ChoiceField(label=_("Design"), choices=MaterialBatch.Design.choices)
    size = forms.IntegerField(label=_("Pieces"), min_value=1, max_value=MOST, initial=100)
    has_own_codes = forms.BooleanField(
        label=_("Each piece has a code of its own"), required=False, initial=True,
        help_text=_("So that you see which piece worked. Without it, the whole batch carries one code."),
    )  # fmt: skip
    valid_from = MomentField(label=_("Valid from"), required=False)
    valid_to = MomentField(label=_("Valid until"), required=False)

    def __init__(self, *args, principal, **kwargs):
        super().__init__(*args, **kwargs)
        over = Campaign.State.ENDED
        campaigns = [(str(row.id), row.name) for row in _running_first(Campaign.objects.exclude(state=over))]
        self.fields["campaign_id"] = _Choice(label=_("Campaign"), choices=campaigns)
        self.fields["profile_id"] = _Choice(
            label=_("Whose pieces"),
            choices=profile_choices(principal),
            help_text=_("Is credited for whoever comes by them."),
        )
        self.fields["store_id"] = _Choice(label=_("Outlet"), choices=store_choices(), nothing=_("None"), required=False)


class BatchFilters(FilterForm):
    q = SearchField(_("Name of the batch"))
    kind = forms.ChoiceField(
        required=False, label=_("Kind"), choices=choices_with_any(_("Any kind"), MaterialBatch.Kind.choices)
    )

    def narrow(self, rows):
        chosen = self.chosen
        rows = rows.filter(kind=chosen["kind"]) if "kind" in chosen else rows
        return rows.filter(name__icontains=chosen["q"]) if "q" in chosen else rows


class RuleForm(forms.Form):
    """What one source may do in a campaign."""

    is_allowed = forms.BooleanField(label=_("May refer in this campaign"), required=False)
    limit_30_days = forms.IntegerField(
        label=_("Referrals in 30 days"), min_value=1, max_value=100_000, required=False,
        help_text=_("More of one referrer wait for a look. Empty: no limit."),
    )  # fmt: skip
    hold_days = forms.IntegerField(
        label=_("Extra waiting days"), min_value=0, max_value=365, initial=0,
        help_text=_("For the referrer's reward, on top of the terms."),
    )  # fmt: skip
    needs_approval = forms.BooleanField(label=_("A second person agrees to the referrer's reward"), required=False)
    by_payroll = forms.BooleanField(label=_("Points are paid with the salary"), required=False)

    def __init__(self, *args, source: str, **kwargs):
        super().__init__(*args, prefix=source, **kwargs)
        if source != Source.EMPLOYEE:
            del self.fields["by_payroll"]


class PayrollForm(forms.Form):
    period_from = DateField(label=_("From"))
    period_to = DateField(label=_("Until, included"))
