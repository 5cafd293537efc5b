"""Give a customer a reward by hand, of any kind."""

from datetime import timedelta
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.models import Customer
from dashboard.access import staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_reward_lines import RewardLineForm, choices_of
from foundation.ids import new_code
from loyalty.operations import give_reward
from referrals.rules import Due, whole_due
from referrals.rules.quantities import Reader
from referrals.rules.reward_lines import read_line
from rewards.models import Budget, CouponKind, Reward
from rewards.operations import Promise
from rewards.queries import calendar
from tenancy import door

_LEFT_OUT = ("points_rate", "cash_percent")  # there is no order to take them of


class GiveForm(RewardLineForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("It stands in the audit log. No personal data, please.")
    )
    hold_days = forms.IntegerField(label=_("Days to wait"), min_value=0, max_value=365, initial=0)
    promise_days = forms.IntegerField(
        label=_("Working days until it is there after that"), min_value=0, max_value=90, initial=3
    )
    budget = forms.ChoiceField(label=_("Budget"), required=False)
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)  # with the form, so that sending it twice gives once

    def __init__(self, *args, currency: str, **kwargs):
        kwargs["initial"] = {"key": new_code(16), "kind": "gift", "to": "referee", **kwargs.get("initial", {})}
        super().__init__(*args, currency=currency, choices=choices_of(""), **kwargs)
        for name in ("to", "group", "rate", "per", "percent", "cap"):
            del self.fields[name]
        self.fields["kind"].choices = [pair for pair in self.fields["kind"].choices if pair[0] not in ("", *_LEFT_OUT)]
        self.fields["kind"].required = True
        known = Budget.objects.filter(currency=currency).order_by("-id").values_list("id", "name")[:100]
        self.fields["budget"].choices = [("", _("None")), *((str(key), name) for key, name in known)]

    def clean(self):
        self.cleaned_data["to"] = "referee"
        return super().clean()


@staff("rewards:write", post="rewards:write")
def reward_new(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    customer = get_object_or_404(Customer.objects, id=customer_id)
    form = GiveForm(request.POST or None, currency=request.organisation.currency)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            given = give_reward(_promise(form, customer), reason=form.cleaned_data["reason"])
            return done(request, _said(given), "dashboard:reward", given.id)
    return page(request, "dashboard/reward_new.html", {"customer": customer}, form=form)


def _promise(form: GiveForm, customer: Customer) -> Promise:
    told = form.cleaned_data
    due: Due = whole_due(read_line(Reader(form.line), form.currency))
    hold_until = door.moment() + timedelta(days=told["hold_days"])
    return Promise(
        key=f"reward:staff:{told['key']}", kind=due.kind, customer_id=customer.id, role="member", amount=due.amount,
        currency=due.unit if due.kind == "cash" else "", title=due.title.json() if due.title else {}, details=due.details,
        coupon_kind_id=CouponKind.objects.values_list("id", flat=True).get(code=due.coupon) if due.coupon else None,
        cost_minor=due.amount * due.piece_cost_minor if due.unit == "PIECE" else None, hold_until=hold_until,
        promised_by=calendar().end_of(hold_until, days=told["promise_days"]),
        budget_id=UUID(told["budget"]) if told["budget"] else None,
    )  # fmt: skip


def _said(given: Reward) -> str:
    if given.state == Reward.State.HELD:
        return gettext("It is promised, and waits for a second person.")
    return gettext("It is promised.")


urls = [path("customers/<uuid:customer_id>/rewards/new/", reward_new, name="reward_new")]
