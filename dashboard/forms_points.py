"""How long points live and who bears what is taken back: the policy as a form, and in sentences."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard.forms_growth import PointsForm
from dashboard.templatetags.dashboard import number, plain_day
from rewards.models import Unit
from rewards.operations import Policy
from rewards.rules.expiry import MOST_MONTHS, ends

MONTHS, YEARS, NEVER = "months", "years", "never"
_SHORTFALLS = [
    (Unit.Shortfall.OWE, _("The customer owes it, and the next points repay it")),
    (Unit.Shortfall.FORGIVE, _("The shop bears it")),
    (Unit.Shortfall.OWN_LOT, _("The shop bears it, and only points of the same order or reward are taken back")),
]


class PointsPolicyForm(forms.Form):
    expiry = forms.ChoiceField(
        label=_("Points expire"), widget=forms.RadioSelect,
        choices=[(MONTHS, _("After some months")), (YEARS, _("At the end of a year")), (NEVER, _("Never"))],
    )  # fmt: skip
    expires_after_months = forms.IntegerField(label=_("Months"), min_value=1, max_value=MOST_MONTHS, required=False)
    expires_after_years = forms.TypedChoiceField(
        label=_("At the end of"), coerce=int, required=False, empty_value=None,
        choices=[(0, _("this year")), (1, _("next year")), (2, _("the year after next"))],
    )  # fmt: skip
    extends_on_activity = forms.BooleanField(
        label=_("Orders and redemptions let them live longer"), required=False,
        help_text=_("Unexpired points then live at least as long as points that become available on that day."),
    )  # fmt: skip
    shortfall = forms.ChoiceField(
        label=_("When points are taken back that were spent"), choices=_SHORTFALLS, widget=forms.RadioSelect
    )
    owed_limit = forms.IntegerField(
        label=_("Nobody owes more than"), min_value=0, max_value=10**9, required=False,
        help_text=_("The shop bears what is more. Leave it empty, and there is no limit."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        if told.get("expiry") == MONTHS and told.get("expires_after_months") is None:
            self.add_error("expires_after_months", _("Say after how many months."))
        return told

    @property
    def policy(self) -> Policy:
        """The policy that a valid form says."""
        told = self.cleaned_data
        return Policy(
            expires_after_months=told["expires_after_months"] if told["expiry"] == MONTHS else None,
            expires_after_years=(told["expires_after_years"] or 0) if told["expiry"] == YEARS else None,
            extends_on_activity=told["extends_on_activity"] and told["expiry"] != NEVER,
            shortfall=told["shortfall"],
            owed_limit=told["owed_limit"] if told["shortfall"] == Unit.Shortfall.OWE else None,
        )


def first_values(policy: Policy) -> dict[str, Any]:
    """Say what a form of this policy begins with."""
    kind = MONTHS if policy.expires_after_months else NEVER if policy.expires_after_years is None else YEARS
    return {
        "expiry": kind, "expires_after_months": policy.expires_after_months or 12,
        "expires_after_years": policy.expires_after_years or 0, "extends_on_activity": policy.extends_on_activity,
        "shortfall": policy.shortfall, "owed_limit": policy.owed_limit,
    }  # fmt: skip


def sentences(policy: Policy, now: datetime, zone: ZoneInfo) -> list[str]:
    """Say what a policy means, with the day on which points of today would expire."""
    return [*_of_time(policy, now, zone), *_of_debts(policy)]


def _of_time(policy: Policy, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    last = ends(policy.expiry, now, zone)
    if last is None:
        yield gettext("Points never expire.")
        return
    with_day = {"day": plain_day(last)}
    yield gettext("Points that become available today can be used up to and including %(day)s.") % with_day
    if policy.extends_on_activity:
        yield gettext("An order or a redemption today would let all unexpired points live until %(day)s.") % with_day
    else:
        yield gettext("Orders and redemptions do not change that day.")
    yield gettext("Points that customers have already keep their dates.")


def _of_debts(policy: Policy) -> Iterator[str]:
    if policy.shortfall == Unit.Shortfall.OWE:
        yield gettext("Who has spent points that a refund takes back owes them; the next points repay the debt.")
        if policy.owed_limit is not None:
            yield gettext("Nobody owes more than %(limit)s; finance sees the rest as written off.") % {
                "limit": number(policy.owed_limit)
            }
        return
    if policy.shortfall == Unit.Shortfall.OWN_LOT:
        yield gettext("A refund takes back only what is left of the points of its own order or reward.")
    yield gettext("Points that a refund takes back and that are spent are the shop's loss.")
    yield gettext("Finance sees them as written off.")


# --- by hand ------------------------------------------------------------------------------------------------


class ReturnForm(PointsForm):
    """Which redemption is the page's to say; all that is left of it unless told."""

    entry_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="return_%s", **kwargs)
        self.fields["amount"] = forms.IntegerField(label=_("Points to give back"), min_value=1, max_value=10**9)
        self.fields["reason"].label = _("Why they are given back")
        self.order_fields(["amount", "reason", "key", "entry_id"])


class ForgiveForm(PointsForm):
    unit = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="forgive_%s", **kwargs)
        self.fields["amount"] = forms.IntegerField(
            label=_("How much is forgiven"), min_value=1, max_value=10**12,
            help_text=_("Of money in its smallest part. The house bears it, and finance sees it as written off."),
        )  # fmt: skip
        self.order_fields(["amount", "reason", "key", "unit"])
