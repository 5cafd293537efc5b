"""Signing in and out, choosing an organisation, a language and a theme."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from dashboard.access import signed_in as for_a_person
from dashboard.answers import page
from foundation.errors import DomainError
from tenancy.middleware import SESSION_KEY
from tenancy.models import User
from tenancy.operations import choose_language, choose_theme
from tenancy.people import organisations_of

# As config/demo makes them.
_DEMO_OWNERS = [("Acme Coffee Roasters", "owner@acme.example"), ("春熙美妆", "owner@chunxi.example")]
_DEMO_PASSWORD = "demo-demo"


class SignInForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput({"autocomplete": "username", "autofocus": True}))
    password = forms.CharField(label=_("Password"), widget=forms.PasswordInput({"autocomplete": "current-password"}))

    def __init__(self, request, data=None):
        self.request, self.user = request, None
        super().__init__(data)

    def clean(self):
        if self.errors:
            return
        email = self.cleaned_data["email"].lower()  # named as the user model does: django-axes counts by that name
        self.user = authenticate(self.request, email=email, password=self.cleaned_data["password"])
        if self.user is None:
            self.add_error(None, _TOO_OFTEN if self.is_locked_out else _WRONG)

    @property
    def is_locked_out(self) -> bool:
        return bool(getattr(self.request, "axes_locked_out", False))


_WRONG = _("E-mail and password do not match.")
_TOO_OFTEN = _("Too many attempts. Wait 15 minutes, then try again.")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated and request.membership:
        return redirect("dashboard:home")
    form = SignInForm(request, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _enter(request, form.user)
    wanted = request.POST.get("next") or request.GET.get("next", "")
    response = page(request, "dashboard/login.html", {"demo_logins": _demo_logins(), "next": wanted}, form=form)
    if form.is_locked_out:
        request.axes_locked_out = False  # or its middleware answers with a page of its own
        response.status_code = 429
    return response


def _demo_logins() -> list[tuple[str, str, str]]:
    """Organisation, e-mail and password of those one may sign in as, in a demo and nowhere else."""
    if settings.MODE != "demo":
        return []
    made = set(User.objects.filter(email__in=[email for _, email in _DEMO_OWNERS]).values_list("email", flat=True))
    return [(place, email, _DEMO_PASSWORD) for place, email in _DEMO_OWNERS if email in made]


def _enter(request, user) -> HttpResponse:
    login(request, user)
    places = organisations_of(user)
    if len(places) == 1:
        request.session[SESSION_KEY] = str(places[0].id)
    response = redirect(
        _wanted(request, request.POST.get("next", "")) if len(places) == 1 else "dashboard:choose_organisation"
    )
    return _with_language(response, user.language) if user.language else response


def _wanted(request, address: str) -> str:
    is_ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if is_ours else "dashboard:home"


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("dashboard:login")


@never_cache
@require_http_methods(["GET", "POST"])
@for_a_person
def choose_organisation(request: HttpRequest) -> HttpResponse:
    places = organisations_of(request.user)
    if request.method == "POST":
        chosen = next((place for place in places if str(place.id) == request.POST.get("organisation")), None)
        if chosen:
            request.session[SESSION_KEY] = str(chosen.id)
            return redirect("dashboard:home")
        messages.error(request, gettext("You do not work there."))
        return redirect("dashboard:choose_organisation")
    return render(request, "dashboard/choose_organisation.html", {"places": places})


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Change the language of the pages; also before signing in."""
    language = request.POST.get("language", "")
    response = redirect(_wanted(request, request.POST.get("next", "")))
    if language not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated:
        choose_language(request.user, language)
    return _with_language(response, language)


def _with_language(response, language: str) -> HttpResponse:
    translation.activate(language)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 86400, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return response


@require_POST
@for_a_person
def set_theme(request: HttpRequest) -> HttpResponse:
    try:
        choose_theme(request.user, request.POST.get("theme", ""))
    except DomainError:
        return HttpResponse(status=422)
    return HttpResponse(status=204) if request.htmx else redirect(_wanted(request, request.headers.get("Referer", "")))


urls = [
    path("login/", sign_in, name="login"),
    path("logout/", sign_out, name="logout"),
    path("organisations/", choose_organisation, name="choose_organisation"),
    path("language/", set_language, name="language"),
    path("theme/", set_theme, name="theme"),
]
