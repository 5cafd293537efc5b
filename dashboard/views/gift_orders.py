"""Orders of gifts: the delivery board, the list, one order, and what is done with it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext

from crm.models import Customer
from crm.queries import search_ids
from crm.queries.sight import seen_owners
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, listing, page
from dashboard.forms_catalogue import (
    AddressForm,
    CancelForm,
    GiftOrderFilters,
    IssueForm,
    NewGiftOrderForm,
    PurposeForm,
    ReturnForm,
    ShipForm,
)
from dashboard.paging import newest_first
from dashboard.people import members
from dashboard.sight import check, found_customers, seen
from dashboard.templatetags.dashboard import number
from foundation.ids import normalise_code
from rewards import operations as rewarding
from rewards.models import GiftOrder
from rewards.queries.catalogue import gift_order_history, gift_orders, orders_by_state, steps
from rewards.rules.gift_orders import CANCELLABLE, SEND, Address, next_states

_BOARD = [GiftOrder.State.ORDERED, GiftOrder.State.PACKED, GiftOrder.State.READY, GiftOrder.State.SHIPPED]
_CHOOSABLE = (GiftOrder.State.ORDERED, GiftOrder.State.PACKED)  # for what is done with many at once
_A_COLUMN = 40
_MOST_AT_ONCE = 200


# --- the board and the list -------------------------------------------------------------------------------


@staff("rewards:read")
def board(request: HttpRequest) -> HttpResponse:
    """Show what is under way, a column a state, the longest waiting first."""
    counts = orders_by_state()
    columns = [_column(request, state, counts.get(state, 0)) for state in _BOARD]
    return page(request, "dashboard/gift_orders.html", {"columns": columns, "is_empty": not counts, "tabs": _tabs()})


def _column(request, state, count: int) -> dict:
    rows = seen(request.membership, gift_orders().filter(state=state))
    orders = rows.order_by("ordered_at", "id")[:_A_COLUMN] if count else []
    link = f"{reverse('dashboard:gift_order_list')}?state={state}"
    return {
        "label": state.label, "count": count, "orders": orders, "more": count - len(orders), "link": link,
        "can_choose": state in _CHOOSABLE,
    }  # fmt: skip


def _tabs() -> list[tuple]:
    return [
        ("board", gettext("Under way"), None, reverse("dashboard:gift_orders")),
        ("list", gettext("All orders"), None, reverse("dashboard:gift_order_list")),
    ]


@staff("rewards:read")
def gift_order_list(request: HttpRequest) -> HttpResponse:
    filters = GiftOrderFilters(request.GET)
    found = newest_first(request, seen(request.membership, _narrow(gift_orders(), filters.chosen)), by="ordered_at")
    return listing(
        request, page="dashboard/gift_order_list.html", rows="dashboard/parts/gift_order_rows.html", filters=filters,
        orders=found, tabs=_tabs(),
    )  # fmt: skip


def _narrow(rows, chosen: dict):
    if "state" in chosen:
        rows = rows.filter(state=chosen["state"])
    if "item" in chosen:
        rows = rows.filter(item_id=chosen["item"])
    if "q" in chosen:
        by_code = rows.filter(code=normalise_code(chosen["q"]))
        return by_code if by_code.exists() else rows.filter(customer_id__in=search_ids(chosen["q"], 50))
    return rows


@action("till:write")
def gift_orders_move(request: HttpRequest) -> HttpResponse:
    """Pack or send many at once; those that have moved on meanwhile are left alone."""
    ids = _chosen_ids(request)
    if request.POST.get("step") == "ship":
        moved = rewarding.ship_gifts(ids, carrier=request.POST.get("carrier", ""))
        said = ngettext("%(n)s order sent.", "%(n)s orders sent.", moved)
    else:
        moved = rewarding.pack_gifts(ids)
        said = ngettext("%(n)s order packed.", "%(n)s orders packed.", moved)
    left = len(ids) - moved
    rest = ngettext("%(n)s could not be moved.", "%(n)s could not be moved.", left) % {"n": number(left)} if left else ""
    return done(request, f"{said % {'n': number(moved)}} {rest}".strip(), "dashboard:gift_orders")


@action("contacts:reveal")
def packing_list(request: HttpRequest) -> HttpResponse:
    """Print what goes where; each address that is shown is noted."""
    ids = _chosen_ids(request)
    orders = list(gift_orders().filter(id__in=ids).order_by("ordered_at", "id"))
    addresses = rewarding.reveal_addresses([order.id for order in orders], "packing")
    for order in orders:
        order.shown_address = addresses.get(order.id)
    return page(request, "dashboard/packing_list.html", {"orders": orders})


def _chosen_ids(request) -> list[UUID]:
    try:
        ids = [UUID(text) for text in request.POST.getlist("ids")][:_MOST_AT_ONCE]
    except ValueError:
        raise Http404 from None
    if seen_owners(request.membership) is None:
        return ids
    return list(seen(request.membership, GiftOrder.objects.filter(id__in=ids)).values_list("id", flat=True))


# --- one order ----------------------------------------------------------------------------------------------


@staff("rewards:read")
def gift_order(request: HttpRequest, gift_order_id: UUID) -> HttpResponse:
    return _show(request, gift_order_id)


_FORMS = {"ship": ShipForm, "issue": IssueForm, "cancel": CancelForm, "return": ReturnForm, "address": AddressForm}


def _show(request, order_id: UUID, *, status: int = 200, open_form: str = "", **more) -> HttpResponse:
    order = get_object_or_404(gift_orders(), id=order_id)
    address = Address(**order.address) if order.address else None
    nexts = next_states(order.way, order.state)
    context = {
        "order": order, "steps": steps(order), "moves": _told(order), "masked": address.masked() if address else None,
        "address": None, "nexts": nexts, "is_open": {open_form: True},
        "can_change_address": order.way == SEND and order.state in CANCELLABLE, "purpose_form": PurposeForm(),
        "was_issued": _issued(order), **{f"{name}_form": shape(auto_id=f"{name}_%s") for name, shape in _FORMS.items()},
    }  # fmt: skip
    response = page(request, "dashboard/gift_order.html", context | more)
    response.status_code = status
    return response


def _issued(order: GiftOrder) -> str:
    """What was handed over; of a code only its end, because whoever knows it can use it."""
    if not order.issued or order.item.kind != order.item.Kind.VOUCHER:
        return order.issued or ""
    return "\n".join(f"•••• {code[-4:]}" if len(code) > 6 else "••••" for code in order.issued.splitlines())


def _told(order: GiftOrder) -> list[dict]:
    """The history, newest first, with the names of those who did it."""
    names = {member.user_id: member.user.name for member in members()}
    who = {"customer": gettext("the customer"), "api_key": gettext("over the API"), "system": ""}
    return [
        {
            "state": GiftOrder.State(move.after), "at": move.occurred_at, "note": move.note,
            "who": names.get(move.actor_id) or who.get(move.actor_kind, ""),
        }
        for move in reversed(gift_order_history(order.id))
    ]  # fmt: skip


_STEPS = {
    "pack": rewarding.pack_gift,
    "deliver": rewarding.confirm_delivery,
    "ready": rewarding.make_gift_ready,
    "hand_out": rewarding.hand_out_gift,
    "pay": rewarding.note_payment,
}


@action("till:write")
def gift_order_step(request: HttpRequest, gift_order_id: UUID) -> HttpResponse:
    """Take a step that needs no words."""
    get_object_or_404(GiftOrder.objects, id=gift_order_id)
    verb = _STEPS.get(request.POST.get("step", ""))
    if verb is None:
        raise Http404
    verb(gift_order_id)
    return done(request, gettext("Noted."), "dashboard:gift_order", gift_order_id)


@action("till:write")
def gift_order_ship(request: HttpRequest, gift_order_id: UUID) -> HttpResponse:
    said = gettext("Noted. The customer is told how to follow it.")
    return _with_form(request, gift_order_id, "ship", rewarding.ship_gift, said)


@action("till:write")
def gift_order_issue(request: HttpRequest, gift_order_id: UUID) -> HttpResponse:
    said = gettext("Handed over. The customer reads it in the member centre.")
    return _with_form(request, gift_order_id, "issue", rewarding.issue_gift, said)


@action("till:write")
def gift_order_cancel(request: HttpRequest, gift_order_id: UUID) -> HttpResponse:
    said = gettext("The order is cancelled; points and stock are back.")
    return _with_form(request, gift_order_id, "cancel", rewarding.cancel_gift, said)


@action("till:write")
def gift_order_return(request: HttpRequest, gift_order_id: UUID) -> HttpResponse:
    said = gettext("It is taken back; the points are with the customer again.")
    return _with_form(request, gift_order_id, "return", rewarding.return_gift, said)


def _with_form(request, order_id: UUID, name: str, verb, said: str) -> HttpResponse:
    get_object_or_404(GiftOrder.objects, id=order_id)
    form = _FORMS[name](request.POST, auto_id=f"{name}_%s")
    if form.is_valid():
        with blamed_on(form):
            verb(order_id, **form.cleaned_data)
            return done(request, said, "dashboard:gift_order", order_id)
    return _show(request, order_id, status=422, open_form=name, **{f"{name}_form": form})


@action("contacts:reveal")
def gift_order_reveal(request: HttpRequest, gift_order_id: UUID) -> HttpResponse:
    """Show where the order goes, on this page and this once; who looked, and what for, is noted."""
    get_object_or_404(GiftOrder.objects, id=gift_order_id)
    form = PurposeForm(request.POST)
    if not form.is_valid():
        return _show(request, gift_order_id, status=422, purpose_form=form)
    return _show(request, gift_order_id, address=rewarding.reveal_address(gift_order_id, form.cleaned_data["purpose"]))


@action("till:write")
def gift_order_address(request: HttpRequest, gift_order_id: UUID) -> HttpResponse:
    get_object_or_404(GiftOrder.objects, id=gift_order_id)
    form = AddressForm(request.POST, auto_id="address_%s")
    if form.is_valid():
        with blamed_on(form):
            rewarding.correct_address(gift_order_id, form.address)
            return done(request, gettext("It goes to the new address."), "dashboard:gift_order", gift_order_id)
    return _show(request, gift_order_id, status=422, open_form="address", address_form=form)


# --- for a customer, at the till ------------------------------------------------------------------------------


@staff("till:write", post="till:write")
def gift_order_new(request: HttpRequest) -> HttpResponse:
    """Redeem points for somebody who is there or calls."""
    form = NewGiftOrderForm(request.POST or None, initial={"customer": request.GET.get("customer", "")})
    chosen = _chosen(request, form["customer"].value())
    if request.method == "POST" and form.is_valid():
        with blamed_on(form, item_id="item"):
            made = _ordered(form)
            return done(request, gettext("Ordered."), "dashboard:gift_order", made.id)
    return page(request, "dashboard/gift_order_form.html", {"chosen": chosen}, form=form)


def _ordered(form: NewGiftOrderForm) -> GiftOrder:
    told = form.cleaned_data
    return rewarding.order_gift(
        UUID(told["item"]), told["customer"], key=f"staff:{told['reference']}", quantity=told["quantity"], way=told["way"],
        address=form.address if told["way"] == SEND else None,
    )  # fmt: skip


def _chosen(request, customer_id) -> Customer | None:
    """Read whom the form names; somebody this person does not see is not found."""
    try:
        wanted = UUID(str(customer_id))
    except ValueError:
        return None
    check(request, wanted)
    return Customer.objects.filter(id=wanted).first()


@staff("till:write")
def gift_order_customers(request: HttpRequest) -> HttpResponse:
    """Find whose points are used, for the form."""
    text = request.GET.get("find", "").strip()
    ids = search_ids(text, 50) if text else []
    found = found_customers(request, ids)[:8]
    return page(request, "dashboard/parts/order_customers.html", {"found": found, "text": text})


urls = [
    path("gift-orders/", board, name="gift_orders"),
    path("gift-orders/all/", gift_order_list, name="gift_order_list"),
    path("gift-orders/move/", gift_orders_move, name="gift_orders_move"),
    path("gift-orders/packing-list/", packing_list, name="packing_list"),
    path("gift-orders/new/", gift_order_new, name="gift_order_new"),
    path("gift-orders/customers/", gift_order_customers, name="gift_order_customers"),
    path("gift-orders/<uuid:gift_order_id>/", gift_order, name="gift_order"),
    path("gift-orders/<uuid:gift_order_id>/step/", gift_order_step, name="gift_order_step"),
    path("gift-orders/<uuid:gift_order_id>/ship/", gift_order_ship, name="gift_order_ship"),
    path("gift-orders/<uuid:gift_order_id>/issue/", gift_order_issue, name="gift_order_issue"),
    path("gift-orders/<uuid:gift_order_id>/cancel/", gift_order_cancel, name="gift_order_cancel"),
    path("gift-orders/<uuid:gift_order_id>/return/", gift_order_return, name="gift_order_return"),
    path("gift-orders/<uuid:gift_order_id>/reveal/", gift_order_reveal, name="gift_order_reveal"),
    path("gift-orders/<uuid:gift_order_id>/address/", gift_order_address, name="gift_order_address"),
]
