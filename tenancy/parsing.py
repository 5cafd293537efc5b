"""What callers may send: JSON that can be kept, addresses without characters that no text has."""

from collections.abc import Iterator
from io import BytesIO

from django.http import HttpRequest
from django.utils.translation import gettext
from rest_framework import exceptions, parsers


class JSONParser(parsers.JSONParser):
    """The framework's; strings that PostgreSQL cannot keep and nesting without end are refused by name, not by a 500.

    Both come only out of escapes (\\u0000, half a surrogate pair), so that a body without them is not walked through.
    """

    def parse(self, stream, media_type=None, parser_context=None):
        body = stream.read()
        try:
            told = super().parse(BytesIO(body), media_type, parser_context)
            if _has_suspects(body) and (pointers := list(_unkeepable(told, ""))):
                raise exceptions.ValidationError(_refusal(pointers))
        except RecursionError:
            raise exceptions.ParseError(gettext("The JSON is nested too deeply.")) from None
        return told


def _has_suspects(body: bytes) -> bool:
    return b"\\u0000" in body or b"\\ud" in body or b"\\uD" in body


def _unkeepable(told, pointer: str) -> Iterator[str]:
    """Name the places whose text holds NUL or half a pair of surrogates."""
    if isinstance(told, str):
        if "\0" in told or not _is_unicode(told):
            yield pointer
    elif isinstance(told, dict):
        for name, inner in told.items():
            if "\0" in name or not _is_unicode(name):
                yield pointer
            else:
                yield from _unkeepable(inner, f"{pointer}/{name}")
    elif isinstance(told, list):
        for place, inner in enumerate(told):
            yield from _unkeepable(inner, f"{pointer}/{place}")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refusal(pointers: list[str]) -> dict[str, list[str]]:
    sentence = gettext("This text holds a character that cannot be kept: NUL, or half of a pair. Take it out.")
    return {pointer.removeprefix("/") or "non_field_errors": [sentence] for pointer in pointers}


def has_nul(request: HttpRequest) -> bool:
    """Tell a request that no page and no programme in earnest sends."""
    if "\0" in request.path or "%00" in request.META["QUERY_STRING"]:
        return True
    return request.content_type == "application/x-www-form-urlencoded" and b"%00" in request.body
