"""What waits for a second person, what was answered, and when one is asked."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, done, listing, page
from dashboard.forms import MoneyField
from dashboard.paging import newest_by_id
from dashboard.people import names_of
from dashboard.sight import seen
from referrals.models import Campaign
from rewards import operations as rewarding
from rewards import queries
from rewards.models import Approval
from rewards.operations.lifecycle.approving import is_second_person

_WAITING, _ANSWERED = "waiting", "answered"


@staff("rewards:read")
def approvals(request: HttpRequest) -> HttpResponse:
    chosen = _ANSWERED if request.GET.get("show") == _ANSWERED else _WAITING
    rows = seen(request.membership, queries.approvals())
    is_waiting = chosen == _WAITING
    found = newest_by_id(request, rows.filter(state="waiting") if is_waiting else rows.exclude(state="waiting"))
    _complete(request, found.rows)
    here = reverse("dashboard:approvals")
    tabs = [
        (_WAITING, pgettext("an approval", "Waiting"), queries.waiting_approvals().count(), here),
        (_ANSWERED, gettext("Answered"), None, f"{here}?show={_ANSWERED}"),
    ]
    return listing(
        request, page="dashboard/approvals.html", rows="dashboard/parts/approval_rows.html", approvals=found, tabs=tabs,
        chosen=chosen, policy=queries.reward_policy(), decline_form=DeclineForm(auto_id="decline_%s"),
        currency=request.organisation.currency,
    )  # fmt: skip


def _complete(request, rows: list[Approval]) -> None:
    """Add who asked, who answered, the campaign, and whether this person may answer."""
    answers = [answer for row in rows for answer in row.answers.all()]
    names = names_of({row.asked_by_id for row in rows} | {answer.person_id for answer in answers})
    campaigns = Campaign.objects.in_bulk({row.reward.campaign_id for row in rows if row.reward} - {None})
    for row in rows:
        row.asker = names.get(row.asked_by_id, "")
        row.answer = next(iter(row.answers.all()), None)
        row.answerer = names.get(row.answer.person_id, "") if row.answer else ""
        row.campaign = campaigns.get(row.reward.campaign_id) if row.reward else None
        row.is_mine_to_answer = row.state == _WAITING and may(request, "approvals:write") and is_second_person(row)


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("Staff read it beside the reward. No personal data, please.")
    )


@action("approvals:write")
def approval_approve(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    rewarding.approve(approval_id)
    return done(request, gettext("Agreed."), "dashboard:approvals")


@action("approvals:write")
def approval_decline(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    get_object_or_404(Approval.objects, id=approval_id)
    form = DeclineForm(request.POST)
    rewarding.decline(approval_id, reason=form.cleaned_data["reason"] if form.is_valid() else "")
    return done(request, gettext("Declined."), "dashboard:approvals")


# --- when one is asked -------------------------------------------------------------------------------------


class PolicyForm(forms.Form):
    approve_cash = forms.BooleanField(label=_("Every reward in cash"), required=False)
    approve_risky = forms.BooleanField(label=_("Rewards of referrals whose risk is not clear"), required=False)
    approve_points_from = forms.IntegerField(
        label=_("Points added or taken away by hand, from"), min_value=1, max_value=10**9, required=False,
        help_text=_("Leave it empty, and nobody is asked for that reason."),
    )  # fmt: skip
    holidays = forms.CharField(
        label=_("Holidays"), required=False, widget=forms.Textarea({"rows": 4}), max_length=6000,
        help_text=_("Days off beside Saturdays and Sundays, one a line: 2026-12-25. Promises are counted without them."),
    )  # fmt: skip

    def __init__(self, *args, currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["approve_cost_from"] = MoneyField(
            label=_("Rewards that cost, from"), currency=currency, minimum=1, required=False,
            help_text=_("Leave it empty, and nobody is asked for that reason."),
        )  # fmt: skip
        self.order_fields(["approve_cost_from", "approve_cash", "approve_risky", "approve_points_from", "holidays"])

    def clean_holidays(self) -> list[str]:
        return self.cleaned_data["holidays"].split()


@staff("settings:write", post="settings:write")
def reward_policy(request: HttpRequest) -> HttpResponse:
    present = queries.reward_policy()
    names = ("approve_cost_from", "approve_cash", "approve_risky", "approve_points_from")
    initial = {name: getattr(present, name) for name in names} | {"holidays": "\n".join(present.holidays)}
    form = PolicyForm(request.POST or None, initial=initial, currency=request.organisation.currency)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            rewarding.set_reward_policy(**form.cleaned_data)
            return done(request, gettext("Saved. What waits already goes on waiting."), "dashboard:approvals")
    return page(request, "dashboard/reward_policy.html", form=form)


urls = [
    path("approvals/", approvals, name="approvals"),
    path("approvals/<uuid:approval_id>/approve/", approval_approve, name="approval_approve"),
    path("approvals/<uuid:approval_id>/decline/", approval_decline, name="approval_decline"),
    path("approvals/policy/", reward_policy, name="reward_policy"),
]
