"""What points buy: the catalogue, an item with its order form, the member's orders."""

from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.errors import DomainError
from portal.forms_gifts import AddressForm, OrderForm
from portal.gifts import Offer, address_of, item_name, offers_for, order_line, order_steps, picture_address
from portal.members import member_page
from portal.navigation import show_member
from portal.page import Missing, complaint, public_page
from portal.wallet import wallet_of
from rewards.models import GiftOrder
from rewards.operations import cancel_gift, correct_address, order_gift
from rewards.queries.catalogue import gift_orders_of, offers, picture
from rewards.rules.gift_orders import CANCELLABLE, SEND

_A_PAGE = 24


@require_safe
@member_page
def catalogue(request: HttpRequest) -> HttpResponse:
    """Show what there is; `?now=1` only what the member can have now."""
    only_now = bool(request.GET.get("now"))
    if only_now:
        possible = [offer for offer in _offers(request, list(offers()[:500])) if offer.is_possible]
        page = _page(request, possible)
        shown = list(page)
    else:
        page = _page(request, offers())
        shown = _offers(request, list(page))
    context = {
        "page": page,
        "offers": shown,
        "only_now": only_now,
        "keep": "now=1&" if only_now else "",
        "wallet": wallet_of(request.member.id),
    }
    return show_member(request, "catalogue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    found = offers().filter(id=item_id).first()
    if found is None:
        raise Missing
    [offer] = _offers(request, [found])
    if request.method != "POST":
        return _item(request, offer, OrderForm(offer=offer, initial={"name": request.member.name}))
    form = OrderForm(request.POST, offer=offer)
    if not form.is_valid():
        return _item(request, offer, form, status=422)
    try:
        order = order_gift(item_id, request.member.id, key=_key(request, form), **form.wish)
    except DomainError as refusal:
        return _item(request, offer, form, refusal=refusal)
    return redirect(_order_address(request, order.id) + "?ordered=1")


def _item(request, offer: Offer, form: OrderForm, *, refusal: DomainError | None = None, status: int = 200) -> HttpResponse:
    problem = _blame(form, refusal) if refusal else ""
    context = {"offer": offer, "form": form, "problem": problem, "wallet": wallet_of(request.member.id)}
    return show_member(request, "catalogue_item.html", context, status=refusal.status if refusal else status)


def _blame(form, refusal: DomainError) -> str:
    """Put a refusal on the field it names, or say it above the form."""
    if refusal.field in form.fields:
        form.add_error(refusal.field, complaint(refusal))
        return ""
    return complaint(refusal)


def _key(request, form: OrderForm) -> str:
    return f"member:{request.member.id}:{form.cleaned_data['reference']}"


def _offers(request, items) -> list[Offer]:
    return offers_for(request.member.id, items, slug=request.organisation.slug)


@require_safe
@public_page
def gift_picture(request: HttpRequest, item_id: UUID, version: str) -> HttpResponse:
    found = picture(item_id)
    if found is None:
        raise Missing
    answer = HttpResponse(bytes(found.content), content_type=found.media_type)
    answer["Cache-Control"] = "public, max-age=31536000, immutable"  # another picture has another address
    return answer


# --- orders -------------------------------------------------------------------------------------------------


@require_safe
@member_page
def gifts(request: HttpRequest) -> HttpResponse:
    page = _page(request, gift_orders_of(request.member.id))
    return show_member(request, "gifts.html", {"page": page, "orders": [order_line(order) for order in page]})


@require_safe
@member_page
def gift(request: HttpRequest, gift_order_id: UUID) -> HttpResponse:
    return _gift(request, _mine(request, gift_order_id))


def _gift(
    request: HttpRequest, order: GiftOrder, form: AddressForm | None = None, *, problem: str = "", status: int = 200
) -> HttpResponse:
    line, address = order_line(order), address_of(order)
    context = {
        "order": order, "line": line, "steps": order_steps(order), "name": item_name(order.item), "address": address,
        "picture": picture_address(order.item, request.organisation.slug), "problem": problem,
        "can_cancel": order.state in CANCELLABLE, "is_form_open": form is not None or line.wants_address,
        "can_change_address": order.way == SEND and order.state in CANCELLABLE,
        "form": form or AddressForm(initial=address.facts() if address else {"name": request.member.name}),
        "is_new": bool(request.GET.get("ordered")), "codes": (order.issued or "").splitlines(),
    }  # fmt: skip
    return show_member(request, "gift.html", context, status=status)


@require_POST
@member_page
def gift_cancel(request: HttpRequest, gift_order_id: UUID) -> HttpResponse:
    order = _mine(request, gift_order_id)
    try:
        cancel_gift(order.id)
    except DomainError as refusal:
        return _gift(request, order, problem=complaint(refusal), status=refusal.status)
    return redirect(_order_address(request, order.id))


@require_POST
@member_page
def gift_address(request: HttpRequest, gift_order_id: UUID) -> HttpResponse:
    order, form = _mine(request, gift_order_id), AddressForm(request.POST)
    if not form.is_valid():
        return _gift(request, order, form, status=422)
    try:
        correct_address(order.id, form.address)
    except DomainError as refusal:
        return _gift(request, order, form, problem=_blame(form, refusal), status=refusal.status)
    return redirect(_order_address(request, order.id))


def _mine(request, order_id: UUID) -> GiftOrder:
    order = gift_orders_of(request.member.id).filter(id=order_id).first()
    if order is None:
        raise Missing
    return order


def _order_address(request, order_id: UUID) -> str:
    return reverse("portal:member_gift", args=[request.organisation.slug, order_id])


def _page(request, rows) -> Page:
    return Paginator(rows, _A_PAGE).get_page(request.GET.get("page"))
