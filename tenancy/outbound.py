"""Requests that leave the house: which addresses they may go to, and a session that cannot be led elsewhere."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from requests_hardened import Config, HTTPSession

from foundation.errors import Invalid

TIMEOUT = (5, 15)  # seconds to connect, to answer
_PORTS = {None, 443, 8443}
_OWN_NAMES = ("localhost", ".local", ".internal", ".intranet", ".lan", ".home", ".corp", ".test", ".invalid", ".arpa")


class AddressRefused(Invalid):
    code = "address_refused"
    message = "This address cannot be used: %(reason)s"
    field = "url"


def check_address(url: str) -> None:
    """Refuse an address that is no public https one. The name is not looked up here: the session checks what it means."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused(reason=gettext("It is not a web address.")) from None
    if is_own_machine(url):
        return
    if reason := _objection(parts, port):
        raise AddressRefused(reason=gettext(reason))


def _objection(parts, port: int | None) -> str:
    if parts.scheme != "https":
        return _("It must begin with https://.")
    if parts.username is not None or parts.password is not None:
        return _("It must not contain a user name or password.")
    if port not in _PORTS:
        return _("Only the ports 443 and 8443 are allowed.")
    if not _is_public(parts.hostname or ""):
        return _("It must be a public address.")
    return ""


def _is_public(host: str) -> bool:
    host = host.rstrip(".").lower()
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        pass
    last = host.rpartition(".")[2]
    # "127.1", "0x7f000001" and "2130706433" are addresses in disguise: a public name ends in letters.
    is_name = "." in host and not last.isdigit() and not last.startswith("0x")
    return is_name and not host.endswith(_OWN_NAMES)


def is_own_machine(url: str) -> bool:
    """Allow http to 127.0.0.1 where it is the developer's own: in the demo and in tests."""
    parts = urlsplit(url)
    is_plain = parts.scheme in ("http", "https") and parts.hostname == "127.0.0.1" and parts.username is None
    return is_plain and settings.MODE in ("demo", "test")


def session(url: str, *, name: str) -> HTTPSession:
    """Open a session for an address. What a name stands for is looked up, judged and used in one go; no redirects."""
    hardened = HTTPSession(
        Config(
            ip_filter_enable=True,
            ip_filter_allow_loopback_ips=is_own_machine(url),
            never_redirect=True,
            default_timeout=TIMEOUT,
            user_agent_override=name,
        )
    )
    hardened.trust_env = False  # no proxy and no password from the environment
    return hardened
