"""What every endpoint of the REST API shares: keys, permissions, paging, problems, idempotency.

A view names its permissions as `permissions = {"GET": "orders:read", "POST": "orders:write"}`,
its filters by django-filter (unknown parameters are refused), and calls operations and queries.
"""

import json
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import lru_cache, wraps
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.signing import BadSignature, Signer
from django.db import DataError, IntegrityError, connection
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.defaults import server_error
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from django_filters.utils import translate_validation
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter
from rest_framework import authentication, exceptions, permissions
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.pagination import BasePagination
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from foundation.errors import Conflict, DomainError, Invalid
from foundation.ids import fingerprint
from foundation.numbers import whole_number
from tenancy import door
from tenancy.keyset import place
from tenancy.models import IdempotentRequest


class KeyAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer yj_live_…`; the middleware has already found the key's organisation."""

    def authenticate(self, request):
        if getattr(request, "has_bad_key", False):
            raise exceptions.AuthenticationFailed(_("This API key is unknown, revoked or expired."))
        holder = request._request.key_holder
        return (holder, holder) if holder else None

    def authenticate_header(self, request):
        return 'Bearer realm="api"'


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = KeyAuthentication
    name = "ApiKey"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer", "description": "An API key from Settings → API keys."}


class StaffSessionAuthentication(authentication.SessionAuthentication):
    """A signed-in member of staff, so that the documentation can be tried in the browser."""

    def authenticate(self, request):
        if request._request.membership is None or super().authenticate(request) is None:
            return None
        return request._request.membership, request._request.membership


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = StaffSessionAuthentication
    name = "StaffSession"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "cookie", "name": "yj_session"}


class MayDoThis(permissions.BasePermission):
    """Ask the key's scopes or the member's role for the view's permission."""

    def has_permission(self, request, view):
        needed = getattr(view, "permissions", {}).get("GET" if request.method == "HEAD" else request.method)
        if request.method == "OPTIONS":
            return request.auth is not None
        if request.auth is None or needed is None:
            return False
        if not request.auth.may(needed):
            raise exceptions.PermissionDenied(gettext("This needs the permission “%(scope)s”.") % {"scope": needed})
        return True


class Negotiation(DefaultContentNegotiation):
    """The usual way to find a format; who wants none in particular is not asked further."""

    def select_renderer(self, request, renderers, format_suffix=None):
        if request.META.get("HTTP_ACCEPT", "*/*") == "*/*" and not format_suffix and "format" not in request.query_params:
            return renderers[0], renderers[0].media_type
        return super().select_renderer(request, renderers, format_suffix)


class StrictFilterBackend(DjangoFilterBackend):
    """Refuse unknown parameters, so that a typing mistake does not answer with everything."""

    always_allowed = frozenset({"limit", "after", "sort", "fields", "format", "lang"})

    def filter_queryset(self, request, queryset, view):
        asked = frozenset(request.query_params) - self.always_allowed
        if not asked:
            return queryset
        whole = self.get_filterset_class(view, queryset)
        for name in request.query_params:
            if name in asked and (whole is None or name not in whole.base_filters):
                raise exceptions.ValidationError({name: [gettext("This parameter does not exist.")]})
        filterset = _only(whole, asked)(**self.get_filterset_kwargs(request, queryset, view))
        if not filterset.is_valid():
            raise translate_validation(filterset.errors)
        return filterset.qs


@lru_cache(maxsize=512)
def _only(whole: type[FilterSet], asked: frozenset[str]) -> type[FilterSet]:
    """Leave the filters that nobody asks for out: to build the form of all of them costs more than the page."""
    narrow = type(whole.__name__, (whole,), {})
    narrow.base_filters = {name: each for name, each in whole.base_filters.items() if name in asked}
    return narrow


class NewestFirst(BasePagination):
    """Keyset paging on the time-ordered id: it cannot loop, skip or slow down with depth."""

    default_limit, max_limit = 50, 200
    _signer = Signer(salt="cursor")

    def paginate_queryset(self, queryset, request, view=None):
        limit = self._limit(request)
        if after := request.query_params.get("after"):
            queryset = queryset.filter(id__lt=place(self._read(after)))
        rows = list(queryset.order_by("-id")[: limit + 1])
        self.has_more = len(rows) > limit
        self.rows = rows[:limit]
        return self.rows

    def get_paginated_response(self, data):
        return Response(
            OrderedDict(
                data=data,
                has_more=self.has_more,
                next_cursor=self._signer.sign(str(self.rows[-1].id)) if self.has_more else None,
            )
        )

    def get_paginated_response_schema(self, schema):
        return {
            "type": "object",
            "required": ["data", "has_more", "next_cursor"],
            "properties": {
                "data": schema,
                "has_more": {"type": "boolean"},
                "next_cursor": {"type": "string", "nullable": True, "description": "Send it as `after`."},
            },
        }

    def get_schema_operation_parameters(self, view):
        limit = {"type": "integer", "minimum": 1, "maximum": self.max_limit, "default": self.default_limit}
        return [
            {"name": "limit", "in": "query", "required": False, "schema": limit},
            {"name": "after", "in": "query", "required": False, "schema": {"type": "string"}},
        ]

    def _limit(self, request) -> int:
        asked = whole_number(request.query_params.get("limit", str(self.default_limit)))
        if asked is None or not 1 <= asked <= self.max_limit:
            raise exceptions.ValidationError({"limit": [gettext("Use a whole number from 1 to 200.")]})
        return asked

    def _read(self, cursor: str) -> UUID:
        try:
            return UUID(self._signer.unsign(cursor))
        except (BadSignature, ValueError):
            raise exceptions.ValidationError({"after": [gettext("This cursor was not given by us.")]}) from None


# --- problems (RFC 9457) -----------------------------------------------------------------------------

FOREIGN_KEY_VIOLATION = "23503"
_BEYOND = ("22008", "22009")  # datetime_field_overflow, invalid_time_zone_displacement_value
_SNAKE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class ProblemResponse(Response):
    def __init__(self, status: int, code: str, title: str, *, headers=None, **members):
        body = {"type": f"urn:yinjian:problem:{code}", "title": title, "status": status, "code": code, **members}
        super().__init__(body, status=status, headers=headers, content_type="application/problem+json")


def problem(error: Exception, context: dict) -> Response | None:
    """Turn an error into problem+json; None lets an unexpected one become a 500."""
    if isinstance(error, DomainError):
        return _domain_problem(error, _sent(context))
    if isinstance(error, DjangoValidationError):
        error = exceptions.ValidationError(error.message_dict if hasattr(error, "error_dict") else error.messages)
    if isinstance(error, (Http404, ObjectDoesNotExist)):
        return _missing(error, _sent(context))
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if _is_beyond(error):
        error = exceptions.ValidationError(gettext("A date is too far away. Use years from 1900 to 2999."))
    if isinstance(error, exceptions.APIException):
        return _api_problem(error)
    return None


def _is_beyond(error: Exception) -> bool:
    """Tell the day after the last day of all, and moments in zones that PostgreSQL does not know (-21:07)."""
    if isinstance(error, OverflowError):
        return "date" in str(error)
    return isinstance(error, DataError) and getattr(error.__cause__, "pgcode", "") in _BEYOND


@csrf_exempt
def unknown_address(request) -> JsonResponse:
    """Answer for an address under /api/ that is none of ours, in the shape of every other refusal."""
    return _plain_problem(404, "no_such_address", gettext("The API has no such address."))


def unreadable(request) -> JsonResponse:
    """Answer for an address or a form with a NUL in it."""
    return _plain_problem(
        400, "nul_character", gettext("The request holds a character that no text has (NUL). Take it out.")
    )


def broken(request) -> HttpResponse:
    """Answer when something broke on our side: to programs in the shape of every refusal, to people with a page."""
    if not request.path.startswith("/api/"):
        return server_error(request)
    sentence = gettext("Something broke on our side. Nothing of this request was kept; send it again later.")
    return _plain_problem(500, "internal_error", sentence)


def _plain_problem(status: int, code: str, title: str, **members) -> JsonResponse:
    """Problem+json where there is no view of the framework."""
    body = {"type": f"urn:yinjian:problem:{code}", "title": title, "status": status, "code": code, **members}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def _sent(context: dict) -> Mapping:
    """Give the body of the request that was refused, as far as it can be read."""
    try:
        body = context["request"].data
    except (KeyError, exceptions.APIException):
        return {}
    return body if isinstance(body, Mapping) else {}


def _missing(error: Exception, sent: Mapping) -> Response:
    """Name the id in the body that is of nobody, where the record that was looked for tells which."""
    sentence = gettext("There is no such record.")
    name = _SNAKE.sub("_", type(error).__qualname__.removesuffix(".DoesNotExist")).lower() + "_id"
    told = {"errors": [{"pointer": f"/{name}", "code": "not_found", "detail": sentence}]} if name in sent else {}
    return ProblemResponse(404, "not_found", sentence, **told)


def unknown_reference(error: IntegrityError) -> JsonResponse | None:
    """Answer for an id of nobody that only the commit noticed; None for any other breach."""
    told = getattr(error.__cause__, "diag", None)
    if getattr(error.__cause__, "pgcode", "") != FOREIGN_KEY_VIOLATION or told is None:
        return None
    sentence = gettext("There is no such record.")
    named = re.match(rf"{told.table_name}_(.+)_[0-9a-f]{{8}}_fk", told.constraint_name or "")
    errors = {"errors": [{"pointer": f"/{named[1]}", "code": "unknown_reference", "detail": sentence}]} if named else {}
    return _plain_problem(422, "unknown_reference", sentence, **errors)


def _pointer(error: DomainError, sent: Mapping) -> str:
    """Name the field as the caller wrote it: what a page calls segment may be segment_id in a body."""
    path = error.field.replace(".", "/")
    first, slash, rest = path.partition("/")
    if error.within in sent and first != error.within:
        return f"/{error.within}/{path}"
    if first not in sent and f"{first}_id" in sent:
        first += "_id"
    return f"/{first}{slash}{rest}"


def _domain_problem(error: DomainError, sent: Mapping) -> Response:
    sentence = error.sentence(gettext)
    members = {"facts": json.loads(json.dumps(error.facts, default=str))} if error.facts else {}
    if error.field:
        members["errors"] = [{"pointer": _pointer(error, sent), "code": error.code, "detail": sentence}]
    headers = {"Retry-After": "1"} if getattr(error, "is_retryable", False) else None
    return ProblemResponse(error.status, error.code, sentence, headers=headers, **members)


def _api_problem(error: exceptions.APIException) -> Response:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait) + 1)
    if isinstance(error, exceptions.ValidationError):
        title = gettext("The input is not valid.")
        return ProblemResponse(422, "invalid", title, errors=list(_pointers(error.detail, "")))
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else "error"
    return ProblemResponse(error.status_code, code, str(error.detail), headers=headers)


def _pointers(detail, pointer: str):
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _pointers(inner, pointer if name == "non_field_errors" else f"{pointer}/{name}")
    elif isinstance(detail, list):
        for position, inner in enumerate(detail):
            is_text = isinstance(inner, exceptions.ErrorDetail)
            yield from _pointers(inner, pointer if is_text else f"{pointer}/{position}")
    else:
        yield {"pointer": pointer or "/", "code": getattr(detail, "code", "invalid"), "detail": str(detail)}


# --- idempotency ---------------------------------------------------------------------------------------


class KeyReused(Invalid):
    code = "idempotency_key_reused"
    message = "This Idempotency-Key was used for another request. Use a new key for new content."
    field = "Idempotency-Key"


class KeyMissing(Invalid):
    code = "idempotency_key_missing"
    status = 400
    message = "Send an Idempotency-Key header, so that a repeated request has no second effect."
    field = "Idempotency-Key"


class KeyTooLong(Invalid):
    code = "idempotency_key_too_long"
    message = "An Idempotency-Key has at most %(most)s characters."
    field = "Idempotency-Key"


class StillRunning(Conflict):
    code = "request_in_progress"
    message = "The first request with this Idempotency-Key is still running. Try again in a second."
    is_retryable = True


LONGEST_KEY = 255
IDEMPOTENCY_HEADER = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="Any text of yours, the same for every repetition."
)


def idempotent(*, required: bool = False) -> Callable:
    """Give the first answer to every repetition of a POST that carries the same Idempotency-Key.

    Record and effect share the request's transaction: a crash leaves neither, so
    a key cannot get stuck. Refusals are not kept; they are decided anew.
    """

    def decorate(method):
        @wraps(method)
        def run(view, request, *args, **kwargs):
            key = request.headers.get("Idempotency-Key", "")
            if key:
                return _once(lambda: method(view, request, *args, **kwargs), request, key)
            if required:
                raise KeyMissing
            return method(view, request, *args, **kwargs)

        return run

    return decorate


def _once(answer: Callable[[], Response], request, key: str) -> Response:
    if len(key) > LONGEST_KEY:
        raise KeyTooLong(most=LONGEST_KEY)
    principal = str(getattr(request.auth, "key_id", None) or request.auth.id)
    _hold(principal, key)
    same = {"method": request.method, "path": request.path, "body_hash": fingerprint(request.data)}
    first = IdempotentRequest.objects.filter(principal=principal, key=key).first()
    if first:
        if any(getattr(first, name) != value for name, value in same.items()):
            raise KeyReused
        return Response(first.body, status=first.status, headers={"Idempotent-Replayed": "true"})
    response = answer()
    if 200 <= response.status_code < 300:
        body = json.loads(JSONRenderer().render(response.data)) if response.data is not None else None
        IdempotentRequest.objects.create(
            principal=principal, key=key, status=response.status_code, body=body,
            expires_at=door.moment() + timedelta(days=7), **same,
        )  # fmt: skip
    return response


def _hold(principal: str, key: str) -> None:
    """Let one request with this key run at a time; the lock ends with the transaction."""
    name = f"{door.organisation_id()}:{principal}:{key}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        if not cursor.fetchone()[0]:
            raise StillRunning
