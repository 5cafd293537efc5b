"""Where a member's cash goes: entered by the member, shown masked from then on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from foundation.errors import DomainError
from portal.cash import cash_card
from portal.forms import PayoutForm
from portal.members import member_page
from portal.navigation import show_member
from portal.page import complaint
from rewards.operations.payouts import forget_payout_account, set_payout_account
from rewards.queries.payouts import account_of


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def payout(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _show(request, PayoutForm(initial={"holder": request.member.name, "method": _usual(request)}))
    form = PayoutForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    try:
        set_payout_account(request.member.id, **form.cleaned_data)
    except DomainError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, complaint(refusal))
        return _show(request, form, status=422)
    response = redirect("portal:member_payout", request.organisation.slug)
    response["Location"] += "?saved=1"
    return response


@require_POST
@member_page
def payout_forget(request: HttpRequest) -> HttpResponse:
    forget_payout_account(request.member.id)
    return redirect("portal:member_payout", request.organisation.slug)


def _usual(request) -> str:
    """The way that most people here are paid."""
    return "alipay" if request.organisation.country == "CN" else "bank"


def _show(request, form: PayoutForm, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form, "account": account_of(request.member.id), "card": cash_card(request.member.id),
        "saved": bool(request.GET.get("saved")), "is_open": form.is_bound,
    }  # fmt: skip
    return show_member(request, "payout.html", context, status=status)
