"""Who is signed in to the member centre: a customer of one organisation, apart from any staff session."""

import secrets
from functools import wraps
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme

from crm.models import Customer
from crm.queries.merging import standing_id
from portal.page import View, public_page
from tenancy import door

CODE_LIVES = 10 * 60  # seconds
TRIES = 5
_STAYS = 30 * 86_400  # seconds a member stays signed in


def member_page(view: View) -> View:
    """Show a view to a signed-in member only; everybody else is led to the sign-in page and back."""

    @wraps(view)
    def shown(request: HttpRequest, **parts) -> HttpResponse:
        request.member = member_of(request)
        if request.member is None:
            return redirect(login_address(request, back_to=request.path))
        door.act_as(door.Actor("customer", request.member.id))
        return view(request, **parts)

    return public_page(shown)


def member_of(request: HttpRequest) -> Customer | None:
    kept = request.session.get(_key())
    fresh = kept and door.moment().timestamp() - kept["since"] < _STAYS
    return Customer.objects.filter(id=standing_id(UUID(kept["customer"]))).first() if fresh else None


def sign_in(request: HttpRequest, customer_id: UUID) -> None:
    """Let a customer in whose address was just proved, into a session with a new name: nobody waits inside an old one."""
    request.session.cycle_key()
    request.session[_key()] = {"customer": str(customer_id), "since": door.moment().timestamp()}
    request.session.pop(_code_key(), None)


def sign_out(request: HttpRequest) -> None:
    for key in (_key(), _code_key()):
        request.session.pop(key, None)


def login_address(request: HttpRequest, *, back_to: str = "") -> str:
    address = reverse("portal:member_login", args=[request.organisation.slug])
    return f"{address}?{urlencode({'next': back_to})}" if back_to else address


def way_back(request: HttpRequest) -> str:
    """Read where the visitor wanted to go; only within this organisation's pages."""
    wish = request.GET.get("next", "")
    home = f"/o/{request.organisation.slug}/"
    is_ours = wish.startswith(home) and url_has_allowed_host_and_scheme(wish, allowed_hosts=None)
    return wish if is_ours else reverse("portal:member_home", args=[request.organisation.slug])


# --- six digits by e-mail or text ------------------------------------------------------------------------


def expect_digits(request: HttpRequest, *, address: str, customer_id: UUID | None) -> str:
    """Draw six digits for this browser. Without a customer nobody gets them, and none fit."""
    digits = f"{secrets.randbelow(10**6):06d}"
    request.session[_code_key()] = {
        "address": address,
        "customer": str(customer_id) if customer_id else "",
        "hash": _hash(digits, address),
        "until": door.moment().timestamp() + CODE_LIVES,
        "tries": TRIES,
    }
    return digits


def address_waiting(request: HttpRequest) -> str:
    """Name the address whose digits this browser waits for; empty when there is none, or no longer."""
    waiting = request.session.get(_code_key())
    alive = waiting and waiting["until"] > door.moment().timestamp() and waiting["tries"] > 0
    return waiting["address"] if alive else ""


def tries_left(request: HttpRequest) -> int:
    return request.session[_code_key()]["tries"]


def customer_proved_by(request: HttpRequest, digits: str) -> UUID | None:
    """Check the digits and use up a try. The session is saved outside the door, so a refused try stays counted."""
    if not address_waiting(request):
        return None
    waiting = request.session[_code_key()]
    waiting["tries"] -= 1
    request.session.modified = True
    fits = constant_time_compare(waiting["hash"], _hash(digits, waiting["address"]))
    return UUID(waiting["customer"]) if fits and waiting["customer"] else None


def _hash(digits: str, address: str) -> str:
    return salted_hmac(
        "portal.login", f"{door.organisation_id()}:{address}:{digits}", secret=settings.SECRET_KEY
    ).hexdigest()


def _key() -> str:
    return f"member:{door.organisation_id()}"


def _code_key() -> str:
    return f"member-code:{door.organisation_id()}"
