"""Sign in to the member centre with six digits by e-mail or text; no password, and no word about who is known here."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from crm.queries import find_by_contact
from messaging.operations import queue_login_code
from messaging.texting import sends_texts
from portal import members, text_limits, throttle, visitors, wording
from portal.forms import DigitsForm, LoginForm
from portal.page import complaint, demo_mailbox, public_page, show
from referrals.errors import PhoneNotReachable
from referrals.operations import note_sighting
from referrals.operations.reaching import refuse_unreachable

_KIND = "member_login"


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def login(request: HttpRequest) -> HttpResponse:
    if members.member_of(request):
        return redirect(members.way_back(request))
    form = _form(request, request.POST or None)
    if request.method != "POST":
        return show(request, "login.html", {"form": form})
    if not form.is_valid() or not _is_reachable(form):
        return show(request, "login.html", {"form": form}, status=422)
    contact = form.cleaned_data["contact"]
    if problem := _too_many(request, contact):
        if contact == members.address_waiting(request):  # sent twice
            return redirect(_onward(request, "portal:member_login_code"))
        return show(request, "login.html", {"form": form, "problem": problem}, status=429)
    _send(request, contact)
    return redirect(_onward(request, "portal:member_login_code"))


def _form(request, told=None, **options) -> LoginForm:
    phones_of = request.organisation.country if sends_texts(_KIND) else ""
    return LoginForm(told, phones_of=phones_of, **options)


def _is_reachable(form: LoginForm) -> bool:
    """Refuse a phone to which no text can go, whoever's it is."""
    contact = form.cleaned_data["contact"]
    try:
        if _is_phone(contact):
            refuse_unreachable(contact, kind=_KIND)
    except PhoneNotReachable as refusal:
        form.add_error("contact", complaint(refusal))
    return not form.errors


def _is_phone(contact: str) -> bool:
    return contact.startswith("+")


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
    if problem := _too_many(request, address):
        return _ask(request, DigitsForm(), address, problem=problem, status=429)
    _send(request, address)
    return redirect(_onward(request, "portal:member_login_code", sent="1"))


@require_POST
@public_page
def logout(request: HttpRequest) -> HttpResponse:
    members.sign_out(request)
    return redirect("portal:member_login", request.organisation.slug)


def _too_many(request, address: str) -> str:
    """Count a code that somebody asks for, and say why it may not be sent now; empty: it may."""
    is_one_too_many = _("We have sent several codes already. Please use the newest, or try again in an hour.")
    if not throttle.may(throttle.LOGINS, visitors.address_of(request)):
        return is_one_too_many
    if _is_phone(address):
        return text_limits.refusal(request, address)
    return "" if throttle.may(throttle.LOGIN_CODES, address) else is_one_too_many


def _send(request, address: str) -> None:
    """Send digits to whom we know; a stranger sees the same page and gets nothing."""
    customer = find_by_contact("phone" if _is_phone(address) else "email", address)
    digits = members.expect_digits(request, address=address, customer_id=customer.id if customer else None)
    if customer:
        queue_login_code(address=address, language=request.LANGUAGE_CODE, digits=digits, customer_id=customer.id)
        if _is_phone(address):
            text_limits.note_sent()


def _ask(request, form, address: str, *, problem: str = "", status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "problem": problem,
        "notice": _("We have sent new digits. Only the newest ones count.") if request.GET.get("sent") else "",
        "contact": wording.masked(address),
        "is_phone": _is_phone(address),
        "validity": _validity(address),
        "action": _("Sign in"),
        "resend_href": _onward(request, "portal:member_login_again"),
        "restart_href": _onward(request, "portal:member_login"),
        "mailbox": demo_mailbox(),
    }
    return show(request, "confirm.html", context, status=status)


def _validity(address: str) -> str:
    if _is_phone(address):
        return _("If the number is known here, the digits arrive within a minute. They are valid for 10 minutes.")
    return _("If the address is known here, the digits arrive within a minute. They are valid for 10 minutes.")


def _wrong(request, form, address: str) -> HttpResponse:
    if not members.address_waiting(request):
        context = {
            "form": _form(request, initial={"contact": address}),
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


def _onward(request, name: str, **more: str) -> str:
    """Write an address of the sign-in that still knows where the visitor wanted to go."""
    query = request.GET.copy()
    for word in ("lang", "sent"):
        query.pop(word, None)
    query.update(more)
    address = reverse(name, args=[request.organisation.slug])
    return f"{address}?{query.urlencode()}" if query else address
