"""What the vendor of text messages calls: what became of texts, what was written back."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from messaging.mail import absolute
from messaging.operations import take_callback
from messaging.sms.port import Callback, CallbackRefused
from portal.page import Missing, public_page

_MOST_BYTES = 1_000_000


@csrf_exempt
@require_POST
@public_page
def callback(request: HttpRequest, token: str) -> HttpResponse:
    """Take it from whoever knows the address, and as the vendor signs it where they do; anybody else finds nothing here."""
    if int(request.headers.get("content-length") or 0) > _MOST_BYTES:
        raise Missing
    told = Callback(
        url=absolute(request.get_full_path()), body=request.body,
        headers={name.lower(): value for name, value in request.headers.items()}, content_type=request.content_type,
    )  # fmt: skip
    try:
        content_type, answer = take_callback(token, told)
    except CallbackRefused:
        raise Missing from None
    return HttpResponse(answer, content_type=content_type)
