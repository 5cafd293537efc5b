"""How payouts are made: provider, minimum, payday, tax note; the secret shared with a provider."""

from django.conf import settings as installation
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext

from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_payouts import PayoutSettingsForm
from rewards.operations import payouts as paying
from rewards.queries.payouts import payout_settings as settings_here


@staff("payouts:read", post="payouts:write")
def payout_settings(request: HttpRequest) -> HttpResponse:
    form = PayoutSettingsForm(request.POST or None, currency=request.organisation.currency, present=settings_here())
    if request.method == "POST" and form.is_valid():
        with blamed_on(form, url="web_address"):
            paying.change_payout_settings(**form.cleaned_data)
            return done(request, gettext("Saved."), "dashboard:payout_settings")
    return _show(request, form)


def _show(request, form: PayoutSettingsForm, **more) -> HttpResponse:
    callback = installation.PUBLIC_URL + reverse("payout_callback", args=[paying.callback_token()])
    response = page(request, "dashboard/payout_settings.html", {"callback": callback, **more}, form=form)
    response["Cache-Control"] = "no-store"
    return response


@action("payouts:write")
def payout_secret(request: HttpRequest) -> HttpResponse:
    """Make a new secret for the provider; it is on this answer and on no other."""
    secret = paying.renew_web_secret()
    form = PayoutSettingsForm(currency=request.organisation.currency, present=settings_here())
    return _show(request, form, secret=secret)


urls = [
    path("payouts/settings/", payout_settings, name="payout_settings"),
    path("payouts/settings/secret/", payout_secret, name="payout_secret"),
]
