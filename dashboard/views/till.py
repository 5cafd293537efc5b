"""The till: coupons and points on an order, counted step by step, reserved while the customer pays, redeemed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext

from crm.models import Customer, Product
from crm.queries import search_ids
from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, done, page
from dashboard.coupon_speech import receipt_of, receipt_of_checkout
from dashboard.forms_coupons import TillForm, TillLineForm, TillTermsForm
from foundation.errors import DomainError
from foundation.ids import normalise_code
from foundation.numbers import whole_number
from rewards import operations as rewarding
from rewards.models import Checkout
from rewards.queries import Asked, assess, available_points, till_terms
from rewards.queries import checkout as one_checkout
from rewards.queries import checkouts as all_checkouts
from rewards.queries.checkouts import payer_id
from rewards.rules.basket import PointsRate, points_off
from rewards.rules.coupons import MOST_CODES, Basket, Line
from tenancy import door

AT_THE_TILL = "till"  # the source of orders told here: half of their business key
MOST_LINES = 50
TODAY = 30  # checkouts shown


@staff("till:write", post="till:write")
def till(request: HttpRequest) -> HttpResponse:
    """Count what is on the counter; with "reserve" hold it."""
    counter = _Counter.read(request)
    if request.method == "POST" and request.POST.get("do") == "reserve" and counter.form.is_valid() and counter.has_lines:
        with blamed_on(counter.form, codes="code", customer_id="customer", lines="amount_minor", external_id="number"):
            checkout = rewarding.reserve(counter.asked())
            return done(
                request, gettext("Reserved. Redeem it when the customer has paid."), "dashboard:checkout", checkout.id
            )
    context = _shown(counter)
    if request.htmx:
        return page(request, "dashboard/parts/till_counted.html", context | {"is_part": True})
    return page(request, "dashboard/till.html", context | {"today": _today()}, form=counter.form)


@dataclass
class _Counter:
    """What the cashier has entered so far."""

    form: TillForm
    lines: list[TillLineForm]
    codes: list[str]
    currency: str

    @classmethod
    def read(cls, request: HttpRequest) -> "_Counter":
        currency = request.organisation.currency
        if request.method != "POST":
            initial = {"customer": request.GET.get("customer", ""), "code": ""}
            first = [request.GET["code"]] if request.GET.get("code") else []
            return cls(TillForm(currency=currency, initial=initial), [_line(None, currency, 0)], _typed(first), currency)
        told = request.POST
        gone = normalise_code(told.get("remove", ""))
        codes = [code for code in _typed([*told.getlist("codes"), told.get("code", "")]) if code != gone]
        lines = [_line(told, currency, place) for place in range(min(_count(told), MOST_LINES))]
        return cls(TillForm(told, currency=currency), lines, codes, currency)

    @property
    def has_lines(self) -> bool:
        valid = [line.is_valid() for line in self.lines]  # of every line, so that each says what it lacks
        return all(valid)

    def told(self, name: str) -> Any:
        """What is entered in a field; nothing while it cannot be read."""
        self.form.is_valid()
        return getattr(self.form, "cleaned_data", {}).get(name)

    def asked(self) -> Asked:
        lines = tuple(filter(None, (_article(line.cleaned_data) for line in self.lines if line.is_valid())))
        amount = self.told("amount_minor")
        basket = Basket(lines or ((Line(amount),) if amount else ()), self.currency, self.told("shipping_minor") or 0)
        return Asked(
            basket, tuple(self.codes), customer_id=self.customer_id, points=self.told("points") or 0, source=AT_THE_TILL,
            external_id=self.told("number") or self.told("reference") or "",
        )  # fmt: skip

    @property
    def customer_id(self) -> UUID | None:
        return self.told("customer") if self.form.is_bound else _uuid(self.form.initial.get("customer"))


def _typed(codes: list[str]) -> list[str]:
    """The codes in the order in which they were entered, each once."""
    return list(dict.fromkeys(code for code in map(normalise_code, codes) if code))[:MOST_CODES]


def _count(told: QueryDict) -> int:
    found = whole_number(told.get("lines", "1"))
    return 1 if found is None else found


def _line(told: QueryDict | None, currency: str, place: int) -> TillLineForm:
    return TillLineForm(told, currency=currency, place=place)


def _article(told: dict[str, Any]) -> Line | None:
    """Read a line; an article is known by its number or its name."""
    if not told.get("amount_minor"):
        return None
    text = told["article"].strip()
    known = Product.objects.filter(sku=text).first() or Product.objects.filter(name=text).first() if text else None
    sku, name, category = (known.sku, known.name, known.category) if known else (text[:80], text, "")
    return Line(told["amount_minor"], sku=sku, name=name, category=category, quantity=told["quantity"] or 1)


def _uuid(text) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def _shown(counter: _Counter) -> dict[str, Any]:
    terms = till_terms()
    context = {
        "form": counter.form, "lines": counter.lines, "codes": counter.codes, "currency": counter.currency, "terms": terms,
        "articles": Product.objects.order_by("name")[:300], "reserve_refused": "",
    }  # fmt: skip
    payer = counter.customer_id
    if counter.codes or counter.told("amount_minor") or counter.form.is_bound:
        try:
            calculation, coupons = assess(counter.asked())
            payer = payer_id(counter.asked(), coupons)
            context |= {"receipt": receipt_of(calculation), "has_something": bool(calculation.steps)}
            context["refused"] = {refusal.code for refusal in calculation.refusals}
            context["most_points"] = _most_points(payer, calculation, terms)
        except DomainError as refusal:
            context["reserve_refused"] = refusal.sentence(gettext)
    return context | _member(counter, payer)


def _member(counter: _Counter, payer: UUID | None) -> dict[str, Any]:
    customer = Customer.objects.filter(id=payer).first() if payer else None
    return {
        "payer": customer, "is_holder": customer is not None and counter.customer_id is None,
        "points": available_points([payer])[payer] if customer else 0,
    }  # fmt: skip


def _most_points(payer: UUID | None, calculation, terms) -> int:
    """The most points this customer could use now."""
    if payer is None or not terms.points_step:
        return 0
    rate = PointsRate(terms.points_step, terms.step_minor, terms.points_percent)
    left = calculation.to_pay_minor + calculation.points_minor
    return points_off(available_points([payer])[payer], rate=rate, left_minor=left)[0]


def _today():
    midnight = timezone.localtime(door.moment()).replace(hour=0, minute=0, second=0, microsecond=0)
    return all_checkouts().filter(reserved_at__gte=midnight).order_by("-reserved_at", "-id")[:TODAY]


@staff("till:write")
def till_line(request: HttpRequest) -> HttpResponse:
    """One more line for an article."""
    place = min(_count(request.GET), MOST_LINES - 1)
    line = _line(None, request.organisation.currency, place)
    return render(request, "dashboard/parts/till_line.html", {"line": line, "is_more": True})


@staff("till:write")
def till_customers(request: HttpRequest) -> HttpResponse:
    """Find the member who pays."""
    text = request.GET.get("find", "").strip()
    ids = search_ids(text, 8) if text else []
    rows = Customer.objects.in_bulk(ids)
    found = [rows[each] for each in ids if each in rows]
    return page(request, "dashboard/parts/order_customers.html", {"found": found, "text": text})


# --- a checkout ----------------------------------------------------------------------------------------------


@staff("rewards:read")
def checkout(request: HttpRequest, checkout_id: UUID) -> HttpResponse:
    found = one_checkout(checkout_id)
    states = Checkout.State
    context = {
        "checkout": found, "receipt": receipt_of_checkout(found), "uses": found.uses.all(),
        "is_overdue": found.state == states.RESERVED and found.expires_at <= door.moment(),
        "can_use": may(request, "till:write"),
        "minutes": max(int((found.expires_at - door.moment()).total_seconds() // 60), 0),
    }  # fmt: skip
    return page(request, "dashboard/checkout.html", context)


@action("till:write")
def checkout_redeem(request: HttpRequest, checkout_id: UUID) -> HttpResponse:
    rewarding.redeem(checkout_id)
    return done(request, gettext("Redeemed."), "dashboard:checkout", checkout_id)


@action("till:write")
def checkout_release(request: HttpRequest, checkout_id: UUID) -> HttpResponse:
    rewarding.release(checkout_id)
    return done(request, gettext("Released: coupons and points are free again."), "dashboard:till")


@action("till:write")
def checkout_reverse(request: HttpRequest, checkout_id: UUID) -> HttpResponse:
    """Take a redemption back, or one coupon of it."""
    rewarding.reverse(checkout_id, code=request.POST.get("code", ""))
    return done(request, gettext("Taken back: it can be used again."), "dashboard:checkout", checkout_id)


@staff("rewards:write", post="rewards:write")
def till_settings(request: HttpRequest) -> HttpResponse:
    present = till_terms()
    names = ("hold_minutes", "points_step", "step_minor", "points_percent")
    form = TillTermsForm(
        request.POST or None,
        currency=request.organisation.currency,
        initial={name: getattr(present, name) for name in names},
    )
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            rewarding.set_till_terms(**form.cleaned_data)
            return done(request, gettext("Saved."), "dashboard:till_settings")
    return page(request, "dashboard/till_settings.html", form=form)


urls = [
    path("till/", till, name="till"),
    path("till/line/", till_line, name="till_line"),
    path("till/customers/", till_customers, name="till_customers"),
    path("till/settings/", till_settings, name="till_settings"),
    path("till/<uuid:checkout_id>/", checkout, name="checkout"),
    path("till/<uuid:checkout_id>/redeem/", checkout_redeem, name="checkout_redeem"),
    path("till/<uuid:checkout_id>/release/", checkout_release, name="checkout_release"),
    path("till/<uuid:checkout_id>/reverse/", checkout_reverse, name="checkout_reverse"),
]
