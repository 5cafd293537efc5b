"""Where a customer's cash goes, entered or removed by staff; shown masked."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext

from crm.models import Customer
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_payouts import AccountForm
from dashboard.people import names_of
from rewards.models import PayoutAccount
from rewards.operations import payouts as paying
from rewards.queries.payouts import account_of, sharers_of


@staff("payouts:read", post="payouts:write")
def payout_account(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    customer = get_object_or_404(Customer.objects, id=customer_id)
    account = account_of(customer_id)
    form = AccountForm(request.POST or None, initial={"method": PayoutAccount.Method.BANK, "holder": customer.name})
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            paying.set_payout_account(customer_id, **form.cleaned_data)
            said = gettext("The account is entered. The customer is told of it.")
            return done(request, said, "dashboard:payout_account", customer_id)
    context = {
        "customer": customer, "account": account, "sharers": sharers_of(account) if account else [],
        "entered_by": names_of([account.entered_by_id]).get(account.entered_by_id, "") if account else "",
        "is_form_open": form.is_bound or account is None,
    }  # fmt: skip
    return page(request, "dashboard/payout_account.html", context, form=form)


@action("payouts:write")
def payout_account_forget(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    get_object_or_404(Customer.objects, id=customer_id)
    paying.forget_payout_account(customer_id)
    return done(request, gettext("The account is removed."), "dashboard:payout_account", customer_id)


urls = [
    path("customers/<uuid:customer_id>/payout-account/", payout_account, name="payout_account"),
    path("customers/<uuid:customer_id>/payout-account/forget/", payout_account_forget, name="payout_account_forget"),
]
