"""Who is looking, without knowing who it is: a random cookie and keyed hashes."""

import hashlib
import hmac
import re
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from referrals.operations import Origin
from referrals.rules.signals import AD_PARAMETERS
from tenancy import door

COOKIE = "yj_visitor"
_HALF_A_YEAR = 180 * 86_400
_BOTS = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|facebookexternalhit|whatsapp/|telegrambot|embedly|headlesschrome/0"
    r"|python-|curl/|wget/|go-http|okhttp|java/|libwww|monitor|uptime|lighthouse|scan",
    re.IGNORECASE,
)
_WECHAT = re.compile(r"micromessenger|wxwork", re.IGNORECASE)

# How a link was passed on; anything else in ?ch= counts as a plain link.
CHANNELS = (
    "link", "wechat", "moments", "weibo", "qq", "qzone", "whatsapp", "x", "facebook", "linkedin", "telegram",
    "email", "sms", "native", "poster", "qr", "code", "card", "leaflet", "flyer", "insert", "table",
)  # fmt: skip

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")


def token_of(request: HttpRequest) -> str:
    """Read the visitor's random cookie, or draw one for them."""
    kept = request.COOKIES.get(COOKIE, "")
    return kept if re.fullmatch(r"[\w-]{20,40}", kept) else secrets.token_urlsafe(18)


def remember(response: HttpResponse, token: str, slug: str) -> None:
    response.set_cookie(
        COOKIE, token, max_age=_HALF_A_YEAR, path=f"/o/{slug}/", httponly=True, samesite="Lax", secure=settings.IS_PRODUCTION
    )


def visitor_of(token: str) -> str:
    return _keyed(f"visitor:{door.organisation_id()}", token)


def address_of(request: HttpRequest) -> str:
    """Name the sender's address; a forwarded one counts only behind our own proxy, and only its last hop."""
    hops = request.headers.get("X-Forwarded-For", "")
    if settings.SECURE_PROXY_SSL_HEADER and hops:
        return hops.rsplit(",", 1)[-1].strip()
    return request.META.get("REMOTE_ADDR", "")


def trace_of(request: HttpRequest, token: str) -> Origin:
    """Say where a form came from; the referral room keeps no more than keyed hashes of it."""
    ads = tuple(name for name in AD_PARAMETERS if name in request.GET)
    return Origin(address=address_of(request), visitor=visitor_of(token), ads=ads)


def channel_of(request: HttpRequest) -> str:
    channel = request.GET.get("ch", "")
    return channel if channel in CHANNELS else "link"


def utm_of(request: HttpRequest) -> dict[str, str]:
    """Read the campaign tags of an address, as the organisation's own advertising writes them."""
    return {name: value[:100] for name in UTM if (value := request.GET.get(name, "").strip())}


def counts_as_touch(request: HttpRequest) -> bool:
    """Tell a person who looks from machines that fetch: bots, previews, HEAD, prefetch."""
    purpose = " ".join(request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    agent = request.headers.get("User-Agent", "")
    return request.method == "GET" and "prefetch" not in purpose.lower() and bool(agent) and not _BOTS.search(agent)


def is_wechat(request: HttpRequest) -> bool:
    return bool(_WECHAT.search(request.headers.get("User-Agent", "")))


def _keyed(purpose: str, text: str) -> str:
    key = hmac.new(settings.SECRET_KEY.encode(), purpose.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
