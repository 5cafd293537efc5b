"""From a request to an organisation: by API key, by public address, or by the signed-in person's choice."""

import re
from collections.abc import Iterator
from uuid import UUID

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import BadRequest
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django_htmx.middleware import HtmxMiddleware

from tenancy import door, keys
from tenancy.api import unknown_reference, unreadable
from tenancy.models import Organisation
from tenancy.parsing import has_nul
from tenancy.people import membership_of

SESSION_KEY = "organisation"
PUBLIC_PATH = re.compile(r"^/o/(?P<slug>[-a-z0-9]+)/")
# Behind a personal link: thousands come at once, and its one statement checks the address with all the rest.
ARRIVAL_PATH = re.compile(r"^/o/[-a-z0-9]+/r/[^/]+$")
_known_slugs: dict[str, UUID] = {}
_BEARER = "bearer "


def has_key(request: HttpRequest) -> bool:
    """Say whether a program asks, with an API key: it has no session, no form and no page."""
    return request.path.startswith("/api/") and request.META.get("HTTP_AUTHORIZATION", "")[: len(_BEARER)].lower() == _BEARER


def for_people(middleware: type) -> type:
    """Give a middleware that lets programs pass by: what it does is for people with a session."""

    class ForPeople(middleware):
        def __call__(self, request):
            return self.get_response(request) if has_key(request) else super().__call__(request)

    return ForPeople


class Languages(LocaleMiddleware):
    """Django's; a program that names no language is not looked at for one."""

    def __call__(self, request):
        if not has_key(request) or "HTTP_ACCEPT_LANGUAGE" in request.META:
            return super().__call__(request)
        translation.activate(settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = settings.LANGUAGE_CODE
        response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", settings.LANGUAGE_CODE)
        return response


Sessions = for_people(SessionMiddleware)
SignedIn = for_people(AuthenticationMiddleware)
Messages = for_people(MessageMiddleware)
Htmx = for_people(HtmxMiddleware)


class ReadableMiddleware:
    """Refuse at the gate a NUL in the address or a form: no text of ours holds one, and the database takes none."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not has_nul(request):
            return self.get_response(request)
        if request.path.startswith("/api/"):
            return unreadable(request)
        raise BadRequest("NUL in the address or a form")


class OrganisationMiddleware:
    """One request, one organisation, one transaction. An error response never commits.

    Not ATOMIC_REQUESTS: that ends before templates render, and rendering reads.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.organisation = request.membership = request.key_holder = None
        if request.path.startswith("/api/"):
            organisation_id, actor = self._by_key(request)
        elif found := PUBLIC_PATH.match(request.path):
            organisation_id, actor = self._by_address(request, found["slug"]), door.VISITOR
        else:
            organisation_id, actor = None, door.SYSTEM
        if organisation_id is None and not has_key(request) and request.user.is_authenticated:
            organisation_id, actor = self._by_session(request), door.Actor("user", request.user.id)
        if organisation_id is None:
            return self.get_response(request)
        try:
            return self._behind_the_door(request, organisation_id, actor)
        except IntegrityError as breach:  # at the commit: foreign keys wait until then
            if request.path.startswith("/api/") and (answer := unknown_reference(breach)):
                return answer
            raise

    def _by_key(self, request):
        if not has_key(request):
            return None, door.SYSTEM
        secret = request.META["HTTP_AUTHORIZATION"][len(_BEARER) :]
        request.key_holder = keys.remembered_holder_of(secret.strip())
        if request.key_holder is None:
            request.has_bad_key = True
            return None, door.SYSTEM
        return request.key_holder.organisation_id, door.Actor("api_key", request.key_holder.key_id)

    def _by_address(self, request, slug):
        known = _known_slugs.get(slug)
        if known and ARRIVAL_PATH.match(request.path):
            request.organisation = SimpleLazyObject(lambda: _at_address(slug, known))
            return known
        request.organisation = Organisation.objects.filter(slug=slug).first()
        if request.organisation is None:
            return None
        _known_slugs[slug] = request.organisation.id
        return request.organisation.id

    def _by_session(self, request):
        chosen = request.session.get(SESSION_KEY)
        return UUID(chosen) if chosen else None

    def _behind_the_door(self, request, organisation_id, actor):
        with door.organisation(organisation_id, actor=actor):
            if request.organisation is None:
                request.organisation = _organisation(organisation_id, is_lazy=actor.kind == "api_key")
            if actor.kind != "api_key" and not isinstance(request.organisation, SimpleLazyObject) and request.organisation:
                door.tell_clock(request.organisation.clock_offset)
            if actor.kind == "user":
                request.membership = membership_of(request.user)
                if request.membership:
                    request.membership.organisation = request.organisation  # asked for what its role may see
            response = self.get_response(request)
            if hasattr(response, "render") and not response.is_rendered:
                response = response.render()
            if response.status_code >= 400:
                transaction.set_rollback(True)
        if response.streaming:
            response.streaming_content = _inside(organisation_id, actor, response.streaming_content)
        return response


def _organisation(organisation_id: UUID, *, is_lazy: bool) -> Organisation | None:
    """Read the organisation; for a machine only when something asks for it, which most endpoints do not."""

    def read() -> Organisation | None:
        return Organisation.objects.filter(id=organisation_id).first()

    return SimpleLazyObject(read) if is_lazy else read()


def _at_address(slug: str, organisation_id: UUID) -> Organisation | None:
    """Read an organisation that was at an address; None, and forgotten, when it is there no more."""
    found = Organisation.objects.filter(slug=slug, id=organisation_id).first()
    if found is None:
        _known_slugs.pop(slug, None)
    return found


def _inside(organisation_id: UUID, actor: door.Actor, content) -> Iterator[bytes]:
    """Stream a body in a transaction of its own; the request's has ended."""
    with door.organisation(organisation_id, actor=actor):
        yield from content
