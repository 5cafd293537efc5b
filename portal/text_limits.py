"""How many text messages strangers may cause: vendors take only so many for a number, and every one is paid for."""

from ipaddress import ip_address, ip_network

from django.http import HttpRequest
from django.utils.translation import gettext as _
from limits import RateLimitItemPerDay, RateLimitItemPerHour, RateLimitItemPerMinute

from portal import visitors
from portal.throttle import is_used_up, may
from referrals.operations import keyed_hash

# A number: what vendors take for codes; more of them would be refused there, and paid for.
A_MINUTE = RateLimitItemPerMinute(1, namespace="texts_to_number")
AN_HOUR = RateLimitItemPerHour(5, namespace="texts_to_number")
A_DAY = RateLimitItemPerDay(10, namespace="texts_to_number")
# Who asks: a shop's guests may share an address, and carriers put many phones behind one.
BROWSERS = RateLimitItemPerHour(10, namespace="texts_by_browser")
ADDRESSES = RateLimitItemPerHour(30, namespace="texts_by_address")
NETWORKS = RateLimitItemPerHour(120, namespace="texts_by_network")
# All of them together: below what a day is allowed, so that somebody can look before it is spent.
EVERYBODY = RateLimitItemPerHour(300, namespace="texts")


def refusal(request: HttpRequest, phone: str) -> str:
    """Count a text that a visitor asks for, and say why it may not go; empty: it may.

    It is the same for numbers that we know and that we do not.
    """
    if is_used_up(EVERYBODY) or not _may_ask(request):
        return _("Too many text messages were asked for from here. Please use your e-mail address, or try again in an hour.")
    number = keyed_hash("text", phone)
    if not may(A_MINUTE, number):
        return _("We have just sent a code to this number. Please wait a minute before you ask for another one.")
    if not may(AN_HOUR, number):
        return _("We have sent several codes already. Please use the newest, or try again in an hour.")
    if not may(A_DAY, number):
        return _("This number has had as many codes as it may get in a day. Use your e-mail address, or come back tomorrow.")
    return ""


def note_sent() -> None:
    """Count a text that did go out."""
    may(EVERYBODY)


def _may_ask(request: HttpRequest) -> bool:
    address = visitors.address_of(request)
    browser = visitors.visitor_of(visitors.token_of(request))
    return may(NETWORKS, _around(address, 24, 48)) and may(ADDRESSES, _around(address, 32, 64)) and may(BROWSERS, browser)


def _around(address: str, bits: int, bits_of_six: int) -> str:
    """Name the network around an address, by so many bits of an IPv4 or IPv6 one; who has one of IPv6 has many."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, bits if found.version == 4 else bits_of_six), strict=False))
