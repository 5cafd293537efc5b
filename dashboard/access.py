"""Who may open a page: sign-in, organisation, role, then language and time zone."""

from collections.abc import Callable
from functools import wraps
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django_htmx.http import trigger_client_event

from dashboard import sight, sight_named
from foundation.errors import DomainError
from tenancy.middleware import SESSION_KEY
from tenancy.rules import PERMISSIONS

ANY_MEMBER = ""  # a page of everybody who works here


def may(request: HttpRequest, permission: str) -> bool:
    return bool(request.membership) and request.membership.may(permission)


def staff(permission: str | None = ANY_MEMBER, *, post: str | None = None, also: str = ANY_MEMBER) -> Callable:
    """Guard a page: `permission` opens it, `post` (where it takes POST) changes through it; `also` is needed for both.

    Without `post` a POST is answered 405, and with `permission` None a GET.
    """
    for needed in (permission, post, also):
        assert needed in (ANY_MEMBER, None, *PERMISSIONS), needed

    opens = {"GET": permission, "HEAD": permission, "POST": post}
    methods = {method: needed for method, needed in opens.items() if needed is not None}

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if refused := _refused(request):
                return refused
            with _place_and_tongue(request):
                needed = methods.get(request.method)
                if needed is None:
                    return HttpResponseNotAllowed(methods)
                for each in filter(None, (needed, also)):
                    if not request.membership.may(each):
                        return render(request, "dashboard/forbidden.html", {"needed": each}, status=403)
                if not sight.may_open(request.membership, kwargs):
                    raise Http404
                sight_named.check_page(request)
                return _answer(view, request, args, kwargs)

        guarded.permission, guarded.post_permission, guarded.also = (
            permission,
            post,
            also,
        )  # read by the test of every address
        return guarded

    return decorate


def action(permission: str) -> Callable:
    """Guard a button: POST only."""
    return staff(None, post=permission)


def signed_in(view: Callable) -> Callable:
    """Guard a page that needs a person but no organisation."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        with translation.override(request.user.language or translation.get_language()):
            return view(request, *args, **kwargs)

    return guarded


def _refused(request) -> HttpResponse | None:
    if not request.user.is_authenticated:
        return _leave_page(request, redirect_to_login(_page_address(request)))
    if request.membership is None:
        request.session.pop(SESSION_KEY, None)
        return _leave_page(request, redirect("dashboard:choose_organisation"))
    return None


def _page_address(request) -> str:
    """The page to come back to: for a part of a page that htmx asked for, the page around it."""
    return request.htmx.current_url_abs_path or "/" if request.htmx else request.get_full_path()


def _leave_page(request, response) -> HttpResponse:
    """Let htmx go to another page instead of putting it into this one."""
    if request.htmx:
        answer = HttpResponse()
        answer["HX-Redirect"] = response.url
        return answer
    return response


class _place_and_tongue:
    """Speak the person's language and the organisation's time while the page is made."""

    def __init__(self, request):
        language = request.user.language or translation.get_language()
        self._both = (translation.override(language), timezone.override(ZoneInfo(request.organisation.time_zone)))

    def __enter__(self):
        for each in self._both:
            each.__enter__()

    def __exit__(self, *error):
        for each in self._both:
            each.__exit__(*error)


def _answer(view, request, args, kwargs) -> HttpResponse:
    try:
        return view(request, *args, **kwargs)
    except ObjectDoesNotExist:
        raise Http404 from None
    except DomainError as error:
        if error.status == 404 or request.method != "POST":
            raise Http404(error.sentence(gettext)) from None
        return _refuse(request, error)


def _refuse(request, error: DomainError) -> HttpResponse:
    """Say why nothing was done, on the page where it was tried; what was begun is rolled back."""
    transaction.set_rollback(True)
    sentence = error.sentence(gettext)
    if request.htmx:
        answer = HttpResponse(status=409)
        answer["HX-Reswap"] = "none"
        return trigger_client_event(answer, "toast", {"text": sentence, "tone": "danger"})
    messages.error(request, sentence)
    back = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()})
    return redirect(back if is_ours else "dashboard:home")
