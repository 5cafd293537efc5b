"""What is kept about people, and how to get no more offers."""

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from crm.models import Customer
from crm.operations import record_consent
from crm.queries import addresses, has_consented
from crm.queries.merging import standing_id
from foundation.contacts import mask_email
from messaging.unsubscribing import customer_of
from portal.consents import TEXT_VERSION
from portal.page import Missing, public_page, show
from tenancy import door


@require_safe
@public_page
def privacy(request: HttpRequest) -> HttpResponse:
    return show(request, "privacy.html")


@public_page
def nothing_here(request: HttpRequest, rest: str) -> HttpResponse:
    raise Missing


@csrf_exempt  # mail programs post here themselves (RFC 8058); the signed token says who it is
@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    try:
        customer = Customer.objects.filter(id=standing_id(customer_of(token))).first()
    except signing.BadSignature:
        customer = None
    if customer is None:
        raise Missing
    if request.method == "POST":
        _withdraw(request, customer)
    contact = addresses([customer.id]).get(customer.id, "")
    context = {"is_done": request.method == "POST", "contact": mask_email(contact) if contact else customer.name[:1]}
    return show(request, "unsubscribe.html", context)


def _withdraw(request, customer: Customer) -> None:
    if not has_consented(customer.id, purpose="marketing"):
        return
    door.act_as(door.Actor("customer", customer.id))
    record_consent(
        customer.id,
        purpose="marketing",
        channel="email",
        is_granted=False,
        text_version=TEXT_VERSION,
        language=request.LANGUAGE_CODE,
        source="unsubscribe link",
    )
