"""The catalogue: what points buy, in which order it is shown, and what is left of it."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext

from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_catalogue import ChangedItemForm, CodesForm, NewItemForm, PictureForm, StockForm, present
from dashboard.templatetags.dashboard import number
from rewards import operations as rewarding
from rewards.models import CatalogueItem, GiftOrder
from rewards.queries.catalogue import (
    free_codes,
    gift_orders,
    items_with_orders,
    on_offer,
    orders_by_state,
    picture,
    stock_moves,
    ways,
)
from rewards.rules.gift_orders import OPEN
from tenancy import door

_A_PAGE = 100
_BLAMED = {"name": "name_en", "responsible_id": "responsible"}


@staff("rewards:read")
def catalogue(request: HttpRequest) -> HttpResponse:
    view = request.GET.get("view", "")
    view = view if view in _VIEWS else "offered"
    shown = Paginator(_VIEWS[view](items_with_orders()), _A_PAGE).get_page(request.GET.get("page"))
    context = {"shown": shown, "items": [_dressed(item) for item in shown], "view": view, "tabs": _tabs(), "tiles": _tiles()}
    return page(request, "dashboard/catalogue.html", context)


_VIEWS = {
    "offered": lambda rows: rows.filter(is_on_offer=True),
    "withdrawn": lambda rows: rows.filter(is_on_offer=False),
}


def _tabs() -> list[tuple]:
    here = reverse("dashboard:catalogue")
    labels = {"offered": gettext("In the catalogue"), "withdrawn": gettext("Not shown")}
    return [(key, label, _VIEWS[key](CatalogueItem.objects).count(), f"{here}?view={key}") for key, label in labels.items()]


def _tiles() -> list[dict]:
    states = orders_by_state()
    board = reverse("dashboard:gift_orders")
    sold_out = CatalogueItem.objects.filter(on_offer(door.moment()), stock=0).count()
    under_way = sum(states.get(state, 0) for state in OPEN)
    to_pack = states.get("ordered", 0)
    return [
        {"label": gettext("On offer now"), "value": number(CatalogueItem.objects.filter(on_offer(door.moment())).count())},
        {"label": gettext("Sold out"), "value": number(sold_out), "tone": "orange" if sold_out else "",
         "note": gettext("still shown, cannot be ordered")},
        {"label": gettext("Waiting to be prepared"), "value": number(to_pack), "link": board,
         "note": gettext("of %(n)s under way") % {"n": number(under_way)}},
    ]  # fmt: skip


def _dressed(item: CatalogueItem) -> CatalogueItem:
    """Say in a word how it stands with an item; `mark` is a state that has this colour."""
    now = door.moment()
    if not item.is_on_offer:
        item.standing, item.mark = gettext("Not shown"), "over"
    elif item.opens_at and item.opens_at > now:
        item.standing, item.mark = gettext("Comes later"), "scheduled"
    elif item.closes_at and item.closes_at <= now:
        item.standing, item.mark = gettext("Over"), "over"
    elif item.stock == 0:
        item.standing, item.mark = gettext("Sold out"), "parked"
    else:
        item.standing, item.mark = gettext("On offer"), "active"
    return item


@action("loyalty:write")
def catalogue_arrange(request: HttpRequest) -> HttpResponse:
    """Take the order in which the list was dragged, or move one item up."""
    ids = [_id(text) for text in request.POST.getlist("ids")]
    if up := request.POST.get("up"):
        ids = _one_up(_id(up))
    rewarding.arrange_items(ids)
    if request.htmx:
        return HttpResponse(status=204)
    return redirect(reverse("dashboard:catalogue"))


def _one_up(item_id: UUID) -> list[UUID]:
    ids = list(_VIEWS["offered"](CatalogueItem.objects).order_by("position", "id").values_list("id", flat=True))
    at = ids.index(item_id) if item_id in ids else 0
    if at:
        ids[at - 1], ids[at] = ids[at], ids[at - 1]
    return ids[: at + 1]


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


# --- one item -----------------------------------------------------------------------------------------------


@staff("rewards:read")
def item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    return _show(request, item_id)


def _show(request, item_id: UUID, **forms) -> HttpResponse:
    found = _dressed(get_object_or_404(items_with_orders(), id=item_id))
    is_voucher = found.kind == CatalogueItem.Kind.VOUCHER
    context = {
        "item": found, "ways": [GiftOrder.Way(way).label for way in ways(found)],
        "orders": gift_orders().filter(item_id=item_id).order_by("-ordered_at", "-id")[:10],
        "moves": stock_moves(item_id)[:15], "stock_form": StockForm(), "picture_form": PictureForm(),
        "codes_form": CodesForm() if is_voucher and may(request, "loyalty:write") else None,
        "free_codes": free_codes(item_id) if is_voucher else None,
    }  # fmt: skip
    response = page(request, "dashboard/catalogue_item.html", context | forms)
    response.status_code = 422 if forms else 200
    return response


@staff("loyalty:write", post="loyalty:write")
def item_new(request: HttpRequest) -> HttpResponse:
    form = NewItemForm(request.POST or None, currency=request.organisation.currency, initial={"can_be_fetched": True})
    if request.method == "POST" and form.is_valid():
        with blamed_on(form, **_BLAMED):
            told = form.cleaned_data
            made = rewarding.create_item(kind=told["kind"], stock=told["stock"], **form.facts)
            return done(request, gettext("It is in the catalogue."), "dashboard:item", made.id)
    return page(request, "dashboard/catalogue_form.html", form=form)


@staff("loyalty:write", post="loyalty:write")
def item_edit(request: HttpRequest, item_id: UUID) -> HttpResponse:
    found = get_object_or_404(CatalogueItem.objects, id=item_id)
    form = ChangedItemForm(
        request.POST or None, currency=found.currency or request.organisation.currency, initial=present(found)
    )
    if request.method == "POST" and form.is_valid():
        with blamed_on(form, **_BLAMED):
            rewarding.change_item(item_id, **form.facts)
            return done(request, gettext("Saved."), "dashboard:item", item_id)
    return page(request, "dashboard/catalogue_form.html", {"item": found}, form=form)


@action("loyalty:write")
def item_offer(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Take an item out of the catalogue, or put it back."""
    found = get_object_or_404(CatalogueItem.objects, id=item_id)
    rewarding.change_item(item_id, is_on_offer=not found.is_on_offer)
    said = gettext("It is not shown any more.") if found.is_on_offer else gettext("It is in the catalogue again.")
    return done(request, said, "dashboard:item", item_id)


@action("loyalty:write")
def item_stock(request: HttpRequest, item_id: UUID) -> HttpResponse:
    get_object_or_404(CatalogueItem.objects, id=item_id)
    form = StockForm(request.POST)
    if form.is_valid():
        with blamed_on(form):
            left = rewarding.add_stock(item_id, pieces=form.cleaned_data["pieces"]).stock
            said = ngettext("%(n)s piece in stock now.", "%(n)s pieces in stock now.", left) % {"n": number(left)}
            return done(request, said, "dashboard:item", item_id)
    return _show(request, item_id, stock_form=form)


@action("loyalty:write")
def item_unlimited(request: HttpRequest, item_id: UUID) -> HttpResponse:
    rewarding.lift_stock_limit(item_id)
    return done(request, gettext("Its stock is not counted any more."), "dashboard:item", item_id)


@action("loyalty:write")
def item_codes(request: HttpRequest, item_id: UUID) -> HttpResponse:
    get_object_or_404(CatalogueItem.objects, id=item_id)
    form = CodesForm(request.POST)
    if form.is_valid():
        with blamed_on(form):
            added = rewarding.add_codes(item_id, form.lines)
            said = ngettext("%(n)s new code.", "%(n)s new codes.", added) % {"n": number(added)}
            return done(request, said, "dashboard:item", item_id)
    return _show(request, item_id, codes_form=form)


@staff("rewards:read", post="loyalty:write")
def item_picture(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Give the picture, take a new one, or remove it."""
    get_object_or_404(CatalogueItem.objects, id=item_id)
    if request.method != "POST":
        return _picture(item_id)
    if "remove" in request.POST:
        rewarding.remove_picture(item_id)
        return done(request, gettext("The picture is removed."), "dashboard:item", item_id)
    form = PictureForm(request.POST, request.FILES)
    if form.is_valid():
        with blamed_on(form):
            rewarding.set_picture(item_id, form.cleaned_data["picture"].read())
            return done(request, gettext("The picture is changed."), "dashboard:item", item_id)
    return _show(request, item_id, picture_form=form)


def _picture(item_id: UUID) -> HttpResponse:
    found = picture(item_id)
    if found is None:
        return HttpResponse(_NOTHING, content_type="image/svg+xml")
    answer = HttpResponse(bytes(found.content), content_type=found.media_type)
    answer["Cache-Control"] = "private, max-age=31536000, immutable"  # its version is in its address
    return answer


_NOTHING = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'

urls = [
    path("catalogue/", catalogue, name="catalogue"),
    path("catalogue/new/", item_new, name="item_new"),
    path("catalogue/arrange/", catalogue_arrange, name="catalogue_arrange"),
    path("catalogue/<uuid:item_id>/", item, name="item"),
    path("catalogue/<uuid:item_id>/edit/", item_edit, name="item_edit"),
    path("catalogue/<uuid:item_id>/offer/", item_offer, name="item_offer"),
    path("catalogue/<uuid:item_id>/stock/", item_stock, name="item_stock"),
    path("catalogue/<uuid:item_id>/unlimited/", item_unlimited, name="item_unlimited"),
    path("catalogue/<uuid:item_id>/codes/", item_codes, name="item_codes"),
    path("catalogue/<uuid:item_id>/picture/", item_picture, name="item_picture"),
]
