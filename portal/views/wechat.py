"""WeChat: what its servers push to us, and the page on which a member binds theirs."""

from io import BytesIO
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.errors import DomainError
from messaging import wechat_queries as queries
from messaging.models import WechatAccount, WechatCode
from messaging.operations.wechat import ToldTooEarly, ask_for_code, take_push, unbind
from messaging.wechat.callbacks import LARGEST, Keys, PushRefused, greeting, read_push
from portal import throttle
from portal.members import member_page
from portal.navigation import show_member
from portal.page import Missing, complaint, public_page
from portal.poster import QUIET_ZONE, qr_code
from portal.visitors import address_of
from tenancy import door

_TAKEN = "success"  # anything else, or nothing within five seconds, and WeChat pushes it again
_PIXELS = 8  # of a code's module


@csrf_exempt  # WeChat's servers come here; what they say is signed
@require_http_methods(["GET", "POST"])
@public_page
def push(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Answer WeChat's greeting, and take what it pushes: the same once more changes nothing."""
    if throttle.is_used_up(throttle.BAD_PUSHES, address_of(request)):
        return _plain("", status=429)
    account = WechatAccount.objects.filter(id=account_id, is_active=True).first()
    if account is None:
        raise Missing
    keys = Keys(account.app_id, account.callback_token, account.aes_key)
    try:
        if request.method == "GET":
            return _plain(greeting(keys, request.GET, now=timezone.now()))
        if len(request.body) > LARGEST:
            return _plain("", status=413)
        take_push(account, read_push(keys, request.GET, request.body, now=timezone.now()))
    except PushRefused:
        throttle.may(throttle.BAD_PUSHES, address_of(request))
        return _plain("", status=403)
    except ToldTooEarly:
        return _plain("", status=503)
    return _plain(_TAKEN)


def _plain(text: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)


# --- the member's page --------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
@never_cache
def bind(request: HttpRequest) -> HttpResponse:
    """Show whose WeChat is bound, or a code by which to follow and bind it; POST asks for the code."""
    account = _account()
    if request.method != "POST":
        return _show(request, account)
    if not throttle.may(throttle.WECHAT_CODES, str(request.member.id)):
        return _show(request, account, problem=_("Too many requests. Please try again in an hour."), status=429)
    try:
        ask_for_code(request.member.id)
    except DomainError as refusal:
        return _show(request, account, problem=complaint(refusal), status=refusal.status)
    return redirect("portal:member_wechat", request.organisation.slug)


def _account() -> WechatAccount:
    account = queries.wechat_account()
    if account is None:
        raise Missing
    return account


def _show(request, account: WechatAccount, *, problem: str = "", status: int = 200) -> HttpResponse:
    context = wechat_facts(request.member.id) | {"account": account, "problem": problem, "state": _state(request.member.id)}
    return show_member(request, "wechat.html", context, status=status)


def wechat_facts(customer_id: UUID) -> dict:
    """Give what pages show of a member's WeChat: the follower, and the code that is theirs."""
    follower, code = queries.follower_of(customer_id), queries.code_of(customer_id)
    states = WechatCode.State
    is_alive = code is not None and code.ends_at > door.moment()
    return {
        "follower": follower if follower and follower.unfollowed_at is None else None,
        "has_left": follower is not None and follower.unfollowed_at is not None,
        "code": code if is_alive and code.state == states.READY else None,
        "is_waiting": is_alive and code.state in (states.WAITING, states.MAKING),
        "has_failed": is_alive and code.state == states.FAILED,
        "is_over": code is not None and not is_alive and code.state == states.READY,
    }


@require_safe
@member_page
@never_cache
def state(request: HttpRequest) -> HttpResponse:
    """Say in a word how far it is, for the page that waits for a change."""
    _account()
    return _plain(_state(request.member.id))


def _state(customer_id: UUID) -> str:
    facts = wechat_facts(customer_id)
    if facts["follower"]:
        return "bound"
    known = {"code": "ready", "is_waiting": "waiting", "has_failed": "failed", "is_over": "over"}
    return next((word for name, word in known.items() if facts[name]), "none")


@require_safe
@member_page
@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """Draw the member's code: a picture, which WeChat reads when it is pressed long."""
    found = wechat_facts(request.member.id)["code"]
    if found is None:
        raise Missing
    content = BytesIO()
    qr_code(found.url).save(content, kind="png", scale=_PIXELS, border=QUIET_ZONE)
    return HttpResponse(content.getvalue(), content_type="image/png")


@require_POST
@member_page
def let_go(request: HttpRequest) -> HttpResponse:
    account = _account()
    try:
        unbind(request.member.id)
    except DomainError as refusal:
        return _show(request, account, problem=complaint(refusal), status=refusal.status)
    return redirect("portal:member_wechat", request.organisation.slug)
