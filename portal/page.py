"""What every public page shares: the organisation, the reader's language and time, the colours, the headers."""

from collections.abc import Callable
from functools import wraps
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

from foundation.colour import palettes
from foundation.errors import DomainError
from portal.visitors import is_wechat

View = Callable[..., HttpResponse]
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
LANGUAGE_NAMES = (("zh-hans", "中文"), ("en", "English"))
_A_YEAR = 365 * 86_400


class Missing(Exception):
    """There is nothing for this visitor here, whoever else may have it."""


def public_page(view: View) -> View:
    """Show a view in the organisation's name, in the reader's language and the organisation's time zone."""

    @wraps(view)
    def shown(request: HttpRequest, slug: str, **parts) -> HttpResponse:
        if request.organisation is not None and request.organisation.slug != slug:
            request.organisation = request.membership = None  # a member of staff at an address that is nobody's
        language = language_of(request)
        zone = request.organisation.time_zone if request.organisation else "UTC"
        with translation.override(language), timezone.override(ZoneInfo(zone)):
            request.LANGUAGE_CODE = language
            try:
                if request.organisation is None:
                    raise Missing
                response = view(request, **parts)
            except Missing:
                response = show(request, "missing.html", status=404)
        return finished(request, response, language)

    return shown


def language_of(request: HttpRequest) -> str:
    """Choose by ?lang=, by cookie, by browser, by organisation."""
    wished = wished_language(request)
    if wished or not request.organisation:
        return wished or settings.LANGUAGE_CODE
    return _spoken(request.organisation.language) or settings.LANGUAGE_CODE


def wished_language(request: HttpRequest) -> str | None:
    wishes = [request.GET.get("lang", ""), request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")]
    wishes += [code for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", ""))]
    return next((found for wish in wishes if (found := _spoken(wish))), None)


def show(request: HttpRequest, template: str, context: dict | None = None, *, status: int = 200) -> HttpResponse:
    light, dark = palettes(request.organisation.colour if request.organisation else "")
    shared = {
        "light": light,
        "dark": dark,
        "is_wechat": is_wechat(request),
        "language_links": _language_links(request),
        "member": getattr(request, "member", None),
    }
    return render(request, f"portal/{template}", shared | (context or {}), status=status)


def complaint(error: DomainError) -> str:
    """Say in the reader's language why something was refused."""
    return error.sentence(_)


def in_language(texts: dict | None, language: str) -> str | list:
    """Take one of several stored languages; another one is better than nothing."""
    texts = texts or {}
    return texts.get(language) or next((text for text in texts.values() if text), "")


def absolute(request: HttpRequest, path: str) -> str:
    """Write an address that can leave the house; a demo is looked at from other machines too."""
    return settings.PUBLIC_URL + path if settings.IS_PRODUCTION else request.build_absolute_uri(path)


def demo_mailbox() -> str:
    """Name the demo's mailbox page; it belongs to the staff pages, which may not be there."""
    try:
        return reverse("dashboard:mailbox") if settings.MODE == "demo" else ""
    except NoReverseMatch:
        return ""


def _spoken(wish: str) -> str | None:
    try:
        return translation.get_supported_language_variant(wish.lower()) if wish and wish != "*" else None
    except LookupError:
        return None


def _language_links(request) -> list[dict]:
    return [
        {"code": code, "name": name, "href": _with(request, lang=code), "is_current": code == request.LANGUAGE_CODE}
        for code, name in LANGUAGE_NAMES
    ]


def _with(request, **changes) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value
    return "?" + query.urlencode()


def finished(request: HttpRequest, response: HttpResponse, language: str) -> HttpResponse:
    """Set the headers that every public page has."""
    if request.GET.get("lang") and _spoken(request.GET["lang"]) == language:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=_A_YEAR, samesite="Lax")
    response.setdefault("Content-Language", language)
    response.setdefault("Cache-Control", "no-store")
    response.setdefault("Referrer-Policy", "same-origin")
    patch_vary_headers(response, ("Accept-Language", "Cookie"))
    return response
