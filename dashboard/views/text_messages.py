"""The account that text messages are sent with: what goes, how much, how it went."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext

from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_texts import GatewayForm, TextTestForm
from messaging.operations import remove_gateway, set_gateway, try_gateway
from messaging.operations.day_limit import sent_today
from messaging.queries import texts_lately, texts_to_file
from messaging.sms.words import why_not
from messaging.texting import callback_address, present_texting
from tenancy.models import Organisation


@staff("messages:read", post="integrations:write")
def text_messages(request: HttpRequest) -> HttpResponse:
    form = _form(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            set_gateway(form.asked)
            return done(request, gettext("Saved. Send a test to see that it works."), "dashboard:text_messages")
    return _show(request, form)


def _form(request: HttpRequest, data=None) -> GatewayForm:
    return GatewayForm(data, gateway=present_texting().gateway, country=request.organisation.country)


def _show(request: HttpRequest, form: GatewayForm, test: TextTestForm | None = None) -> HttpResponse:
    texting = present_texting()
    gateway = texting.gateway
    lately = texts_lately()
    context = {
        "gateway": gateway, "test": test or TextTestForm(), "needs_template": texting.needs_template,
        "to_file": texts_to_file() if texting.needs_template else [],
        "callback": _callback(request.organisation, gateway),
        "today": sent_today() if gateway else 0, "lately": lately,
        "failures": [(why_not(reason), count) for reason, count in lately.failures],
    }  # fmt: skip
    response = page(request, "dashboard/text_messages.html", context, form=form)
    if test is not None:
        response.status_code = 422
    return response


def _callback(organisation: Organisation, gateway) -> str:
    return callback_address(organisation, gateway) if gateway else ""


@action("integrations:write")
def text_messages_test(request: HttpRequest) -> HttpResponse:
    """Send an example to a phone; the page of the message says what became of it."""
    test = TextTestForm(request.POST)
    if test.is_valid():
        with blamed_on(test):
            language = request.organisation.language
            message = try_gateway(phone=test.cleaned_data["phone"], language=language, member_id=request.membership.id)
            sent = gettext("It is on its way. This page says what becomes of it; load it again in a moment.")
            return done(request, sent, "dashboard:message", message.id)
    return _show(request, _form(request), test)


@action("integrations:write")
def text_messages_remove(request: HttpRequest) -> HttpResponse:
    remove_gateway()
    return done(request, gettext("The account is forgotten. No texts are sent any more."), "dashboard:text_messages")


urls = [
    path("text-messages/", text_messages, name="text_messages"),
    path("text-messages/test/", text_messages_test, name="text_messages_test"),
    path("text-messages/remove/", text_messages_remove, name="text_messages_remove"),
]
