"""An organisation's own enquiry forms: page, frame on other sites, plain posts, QR code, poster."""

import json
from io import BytesIO
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from crm.models import LeadForm, LeadFormVersion
from crm.operations import leads as leading
from crm.queries.leads import form_by_code, is_full
from crm.rules.lead_forms import Definition, in_language
from foundation.errors import DomainError
from portal import throttle, visitors
from portal.lead_forms import HONEYPOT, TOKEN, EnquiryForm, doubt_about, page_token
from portal.page import Missing, absolute, public_page, show
from portal.poster import QUIET_ZONE, Poster, draw, qr_code
from portal.sharing import tagged
from referrals.queries import usable_code
from tenancy import door
from tenancy.logo import logo_of

_KEPT = "public, max-age=600"
_UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")


@csrf_exempt  # nobody is signed in here; a signed page that counts once stands in for the token, also within frames
@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def form(request: HttpRequest, code: str) -> HttpResponse:
    return _form(request, code)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def embedded(request: HttpRequest, code: str) -> HttpResponse:
    """The same within a page of the organisation's own site."""
    found = _find(code)
    return _framed(_form(request, code, is_bare=True), found.origins)


def _form(request, code: str, *, is_bare: bool = False) -> HttpResponse:
    found = _find(code)
    is_preview = leading.is_preview(code, request.GET.get("preview", ""))
    if is_preview:
        return _framed(_previewed(request, found), ["'self'"])
    if closed := _closed(request, found):
        return closed
    definition = _published(found)
    if request.method == "POST":
        return _sent(request, found, definition, is_bare=is_bare, needs_page=True)
    if visitors.counts_as_touch(request):
        leading.note_view(found.id)
    return _page(request, found, definition, _blank(request, definition), is_bare=is_bare)


def _find(code: str) -> LeadForm:
    found = form_by_code(code)
    if found is None:
        raise Missing
    return found


def _published(found: LeadForm) -> Definition:
    return Definition.read(LeadFormVersion.objects.get(form=found, number=found.version).definition)


def _framed(response: HttpResponse, origins: list[str]) -> HttpResponse:
    """Let these sites show the page in a frame, and nobody else."""
    response.xframe_options_exempt = True
    response["Content-Security-Policy"] = f"frame-ancestors {' '.join(origins) or chr(39) + 'none' + chr(39)}"
    return response


def _blank(request, definition: Definition, data=None) -> EnquiryForm:
    return EnquiryForm(data, definition=definition, language=request.LANGUAGE_CODE, country=request.organisation.country)


def _page(request, found, definition, shown, *, is_bare=False, status=200, problem="") -> HttpResponse:
    language = request.LANGUAGE_CODE
    context = {
        "lead_form": shown, "title": in_language(definition.title, language),
        "intro": in_language(definition.intro, language),
        "button": in_language(definition.button, language) or _("Send"), "token": page_token(found.code), "problem": problem,
        "honeypot": HONEYPOT, "token_name": TOKEN, "frame": "portal/lead_bare.html" if is_bare else "portal/base.html",
    }  # fmt: skip
    return show(request, "lead_form.html", context, status=status)


def _previewed(request, found: LeadForm) -> HttpResponse:
    """Show the draft; what is typed into it goes nowhere."""
    definition = Definition.read(found.draft)
    if request.method == "POST":
        shown = _blank(request, definition, request.POST)
        return (
            _thank(request, found, definition) if shown.is_valid() else _page(request, found, definition, shown, status=422)
        )
    return _page(request, found, definition, _blank(request, definition))


def _closed(request, found: LeadForm) -> HttpResponse | None:
    now, opens, closes = door.moment(), found.opens_at, found.closes_at
    if not found.version:
        raise Missing
    if opens and now < opens:
        text, status = _("Please come back later."), 404
    elif not found.is_on or (closes and now >= closes) or is_full(found):
        text, status = _("Thank you for coming. This form takes no more answers."), 410
    else:
        return None
    title = _("This form is not open yet") if status == 404 else _("This form is closed")
    return show(request, "closed.html", {"symbol": "rest", "title": title, "text": text}, status=status)


# --- what is sent ------------------------------------------------------------------------------------------------


def _sent(request, found, definition, *, is_bare: bool, needs_page: bool) -> HttpResponse:
    shown = _blank(request, definition, request.POST)
    doubt, key = doubt_about(found.code, request.POST, needs_page=needs_page)
    if doubt != "honeypot" and not shown.is_valid():
        return _page(request, found, definition, shown, is_bare=is_bare, status=422)
    if not throttle.may(throttle.FLOOD, visitors.address_of(request)):
        problem = _("Too many forms from here. Please try again in an hour.")
        return _page(request, found, definition, shown, is_bare=is_bare, status=429, problem=problem)
    answers = shown.answers if shown.is_valid() else _as_posted(definition, request.POST)
    _submit(request, found, key, answers, doubt)
    return _after(request, found, is_bare=is_bare)


def _as_posted(definition: Definition, posted) -> dict:
    """Keep what a machine typed, so that nothing is lost should it have been a person."""
    return {each.key: posted[each.key][:500] for each in definition.fields if posted.get(each.key)}


def _submit(request, found, key: str, answers: dict, doubt: str) -> None:
    if not doubt and not throttle.may(throttle.ENQUIRIES, visitors.address_of(request)):
        doubt = "too_many"
    told = leading.Submission(
        key=key, answers=answers, language=request.LANGUAGE_CODE, channel=visitors.channel_of(request), doubt=doubt,
        campaign=request.GET.get("utm_campaign", "")[:80], utm={name: request.GET.get(name, "") for name in _UTM},
        referrer_id=_referrer(request),
    )  # fmt: skip
    leading.submit_entry(found.id, told)


def _referrer(request):
    """Whose code is in the address; a code that does not work says nothing."""
    code = request.GET.get("ref", "")
    try:
        return usable_code(code).referrer_id if code else None
    except DomainError:
        return None


def _after(request, found, *, is_bare: bool) -> HttpResponse:
    if found.redirect_to and not is_bare:
        return redirect(found.redirect_to)
    here = {"lang": request.LANGUAGE_CODE, **({"frame": "1"} if is_bare else {})}
    address = reverse("portal:lead_form_thanks", args=[request.organisation.slug, found.code])
    return redirect(f"{address}?{urlencode(here)}")


@require_safe
@public_page
def thanks(request: HttpRequest, code: str) -> HttpResponse:
    found = _find(code)
    if not found.version:
        raise Missing
    is_bare = request.GET.get("frame") == "1"
    response = _thank(request, found, _published(found), is_bare=is_bare)
    return _framed(response, found.origins) if is_bare else response


def _thank(request, found, definition: Definition, *, is_bare: bool = False) -> HttpResponse:
    language = request.LANGUAGE_CODE
    context = {
        "title": in_language(definition.thanks_title, language) or _("Thank you"),
        "text": in_language(definition.thanks, language) or _("We have your message and will get back to you soon."),
        "again": reverse("portal:lead_form", args=[request.organisation.slug, found.code]),
        "frame": "portal/lead_bare.html" if is_bare else "portal/base.html",
    }
    return show(request, "lead_thanks.html", context)


# --- posts from other sites ------------------------------------------------------------------------------------


@csrf_exempt
@require_http_methods(["POST", "OPTIONS"])
@public_page
def submit(request: HttpRequest, code: str) -> HttpResponse:
    """Take a post of an own page or script: form fields or JSON, from the sites on the form's list."""
    found = _find(code)
    origin = request.headers.get("Origin", "")
    if origin and origin not in found.origins and origin != absolute(request, "/").rstrip("/"):
        return JsonResponse({"error": "origin_not_allowed"}, status=403)
    response = HttpResponse(status=204) if request.method == "OPTIONS" else _posted(request, found)
    if origin:
        response["Access-Control-Allow-Origin"] = origin
        response["Access-Control-Allow-Methods"] = "POST"
        response["Access-Control-Allow-Headers"] = "Content-Type"
        response["Vary"] = "Origin"
    return response


def _posted(request, found: LeadForm) -> HttpResponse:
    if _closed(request, found):
        return JsonResponse({"error": "form_closed"}, status=410)
    definition = _published(found)
    if "text/html" in request.headers.get("Accept", "") and request.content_type != "application/json":
        return _sent(request, found, definition, is_bare=False, needs_page=False)
    told = _json(request) if request.content_type == "application/json" else request.POST
    if told is None:
        return JsonResponse({"error": "not_json"}, status=400)
    shown = _blank(request, definition, told)
    doubt, key = doubt_about(found.code, told, needs_page=False)
    if doubt != "honeypot" and not shown.is_valid():
        errors = {name: [str(each) for each in lines] for name, lines in shown.errors.items()}
        return JsonResponse({"error": "invalid", "errors": errors}, status=422)
    if not throttle.may(throttle.FLOOD, visitors.address_of(request)):
        return JsonResponse({"error": "too_many"}, status=429, headers={"Retry-After": "3600"})
    _submit(request, found, key, shown.answers if shown.is_valid() else _as_posted(definition, told), doubt)
    return JsonResponse({"ok": True}, status=201)


def _json(request) -> dict | None:
    try:
        told = json.loads(request.body)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


# --- pictures -----------------------------------------------------------------------------------------------------


def _link(request, found: LeadForm, channel: str) -> str:
    return tagged(absolute(request, reverse("portal:lead_form", args=[request.organisation.slug, found.code])), channel)


@require_safe
@public_page
def qr(request: HttpRequest, code: str) -> HttpResponse:
    return _qr(request, code, "svg", "image/svg+xml", xmldecl=True, svgclass=None, lineclass=None, scale=8)


@require_safe
@public_page
def qr_png(request: HttpRequest, code: str) -> HttpResponse:
    return _qr(request, code, "png", "image/png", scale=16)


def _qr(request, code: str, kind: str, content_type: str, **how) -> HttpResponse:
    found, content = _find(code), BytesIO()
    qr_code(_link(request, found, "qr")).save(content, kind=kind, border=QUIET_ZONE, dark="#000", light="#fff", **how)
    response = HttpResponse(content.getvalue(), content_type=content_type, headers={"Cache-Control": _KEPT})
    return _as_file(request, response, f"{found.code}.{kind}")


@require_safe
@public_page
def poster(request: HttpRequest, code: str) -> HttpResponse:
    """Draw what hangs in the shop: the form's title and a QR code."""
    found = _find(code)
    if not throttle.may(throttle.POSTERS, visitors.address_of(request)):
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    definition = _published(found) if found.version else Definition.read(found.draft)
    language, organisation = request.LANGUAGE_CODE, request.organisation
    wanted = Poster(
        colour=organisation.colour, organisation=organisation.name, invitation="",
        headline=in_language(definition.title, language), offer=in_language(definition.intro, language),
        scan=_("Scan with WeChat or any camera"), code_label="", code="", link=_link(request, found, "poster"),
        logo=logo_of(),
    )  # fmt: skip
    response = HttpResponse(draw(wanted), content_type="image/png", headers={"Cache-Control": _KEPT})
    return _as_file(request, response, f"{found.code}.png")


def _as_file(request, response: HttpResponse, name: str) -> HttpResponse:
    if request.GET.get("download"):
        response["Content-Disposition"] = f'attachment; filename="{request.organisation.slug}-{name}"'
    return response
