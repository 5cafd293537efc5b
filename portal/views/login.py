"""Sign in to the member centre with six digits by e-mail; no password, and no word about who is known here."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from crm.queries import find_by_contact
from foundation.contacts import mask_email
from messaging.operations import queue_login_code
from portal import members, throttle, visitors
from portal.forms import DigitsForm, LoginForm
from portal.page import demo_mailbox, public_page, show
from referrals.operations import note_sighting


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def login(request: HttpRequest) -> HttpResponse:
    if members.member_of(request):
        return redirect(members.way_back(request))
    form = LoginForm(request.POST or None)
    if request.method != "POST":
        return show(request, "login.html", {"form": form})
    if not form.is_valid():
        return show(request, "login.html", {"form": form}, status=422)
    if not _may_send(request, form.cleaned_data["email"]):
        return show(request, "login.html", {"form": form, "problem": _too_many()}, status=429)
    _send(request, form.cleaned_data["email"])
    return redirect(_onward(request, "portal:member_login_code"))


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def login_code(request: HttpRequest) -> HttpResponse:
    address = members.address_waiting(request)
    if not address:
        return redirect(_onward(request, "portal:member_login"))
    form = DigitsForm(request.POST or None)
    if request.method != "POST":
        return _ask(request, form, address)
    if not form.is_valid():
        return _ask(request, form, address, status=422)
    customer_id = members.customer_proved_by(request, form.cleaned_data["digits"])
    if customer_id is None:
        return _wrong(request, form, address)
    members.sign_in(request, customer_id)
    return _remembered(request, customer_id)


def _remembered(request, customer_id) -> HttpResponse:
    """Know the member's device again: a friend's form that comes from it is looked at."""
    token = visitors.token_of(request)
    note_sighting(customer_id, visitors.trace_of(request, token))
    response = redirect(members.way_back(request))
    visitors.remember(response, token, request.organisation.slug)
    return response


@require_POST
@public_page
def send_again(request: HttpRequest) -> HttpResponse:
    address = members.address_waiting(request)
    if not address:
        return redirect(_onward(request, "portal:member_login"))
    if not _may_send(request, address):
        return _ask(request, DigitsForm(), address, problem=_too_many(), status=429)
    _send(request, address)
    return redirect(_onward(request, "portal:member_login_code", sent="1"))


@require_POST
@public_page
def logout(request: HttpRequest) -> HttpResponse:
    members.sign_out(request)
    return redirect("portal:member_login", request.organisation.slug)


def _may_send(request, address: str) -> bool:
    where = visitors.address_of(request)
    return throttle.may(throttle.LOGINS, where) and throttle.may(throttle.LOGIN_CODES, address)


def _send(request, address: str) -> None:
    """Send digits to whom we know; a stranger sees the same page and gets nothing."""
    customer = find_by_contact("email", address)
    digits = members.expect_digits(request, address=address, customer_id=customer.id if customer else None)
    if customer:
        queue_login_code(address=address, language=request.LANGUAGE_CODE, digits=digits, customer_id=customer.id)


def _ask(request, form, address: str, *, problem: str = "", status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "problem": problem,
        "notice": _("We have sent new digits. Only the newest ones count.") if request.GET.get("sent") else "",
        "contact": mask_email(address),
        "validity": _("If the address is known here, the digits arrive within a minute. They are valid for 10 minutes."),
        "action": _("Sign in"),
        "resend_href": _onward(request, "portal:member_login_again"),
        "restart_href": _onward(request, "portal:member_login"),
        "mailbox": demo_mailbox(),
    }
    return show(request, "confirm.html", context, status=status)


def _wrong(request, form, address: str) -> HttpResponse:
    if not members.address_waiting(request):
        context = {
            "form": LoginForm(initial={"email": address}),
            "problem": _("Too many wrong codes. Please ask for a new one."),
        }
        return show(request, "login.html", context, status=422)
    left = members.tries_left(request)
    words = ngettext(
        "These are not the digits we sent. %(left)s try left.",
        "These are not the digits we sent. %(left)s tries left.",
        left,
    )
    form.add_error("digits", words % {"left": left})
    return _ask(request, form, address, status=422)


def _too_many() -> str:
    return _("We have sent several codes already. Please use the newest, or try again in an hour.")


def _onward(request, name: str, **more: str) -> str:
    """Write an address of the sign-in that still knows where the visitor wanted to go."""
    query = request.GET.copy()
    for word in ("lang", "sent"):
        query.pop(word, None)
    query.update(more)
    address = reverse(name, args=[request.organisation.slug])
    return f"{address}?{query.urlencode()}" if query else address
