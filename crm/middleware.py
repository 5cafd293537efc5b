"""Old addresses lead on: whoever asks for a customer who became one with another is sent to that one."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext

from crm.queries.merging import standing_id
from tenancy import door


class FollowMergesMiddleware:
    """Turn "no such customer" into 308 where there is a stone; what has an answer costs nothing.

    308 keeps method and body, so that a program that follows redirects writes to the right
    one. The body says the same in the words of a problem.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        asked = request.resolver_match.kwargs.get("customer_id") if request.resolver_match else None
        if response.status_code != 404 or asked is None or not _is_known(request):
            return response
        now = standing_id(asked)
        return response if now == asked else _moved(request, response, asked, now)


def _is_known(request: HttpRequest) -> bool:
    """Strangers and visitors learn nothing from an address."""
    return door.inside() and bool(request.membership or request.key_holder)


def _moved(request, response, asked, now) -> HttpResponse:
    transaction.set_rollback(True)  # what was begun before it was not found
    address = request.get_full_path().replace(str(asked), str(now))
    if not request.path.startswith("/api/"):
        answer = HttpResponse(status=302 if request.method in ("GET", "HEAD") else 307)
    else:
        answer = JsonResponse(
            {
                "type": "urn:yinjian:problem:customer_merged", "status": 308, "code": "customer_merged",
                "title": gettext("This customer has become one with another."),
                "facts": {"customer_id": str(asked), "merged_into": str(now)},
            },
            status=308, content_type="application/problem+json",
        )  # fmt: skip
    answer["Location"] = address
    if request.headers.get("HX-Request"):
        answer = HttpResponse()
        answer["HX-Redirect"] = address
    return answer
