"""Every endpoint of the API, from the addresses there are."""

import re
from dataclasses import dataclass

from django.urls import get_resolver
from django.urls.resolvers import URLPattern


@dataclass(frozen=True)
class Endpoint:
    method: str
    route: str
    permission: str

    @property
    def arguments(self) -> list[str]:
        return re.findall(r"<\w+:(\w+)>", self.route)

    def at(self, facts: dict) -> str:
        return "/" + re.sub(r"<\w+:(\w+)>", lambda found: str(facts[found[1]]), self.route)


def _walk(patterns, prefix=""):
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern.callback
        else:
            yield from _walk(pattern.url_patterns, route)


def _endpoints() -> list[Endpoint]:
    found = []
    for route, view in _walk(get_resolver().url_patterns):
        shape = getattr(view, "cls", None) or getattr(view, "view_class", None)
        permissions = getattr(shape, "permissions", None)
        if getattr(shape, "is_public", False):
            continue  # whoever calls it has to sign: tests/rewards/test_payout_callbacks.py
        if route.startswith("api/v1/") and not route.endswith("schema/"):
            assert permissions, f"{route} names no permissions"
            found += [Endpoint(method, route, needed) for method, needed in permissions.items()]
    return found


ENDPOINTS = _endpoints()
NAMES = [f"{endpoint.method} {endpoint.route}" for endpoint in ENDPOINTS]
