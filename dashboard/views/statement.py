"""A customer's statement of points: every entry with the balance after it, the lots, and points by hand."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext

from crm.models import Customer
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_growth import AdjustForm, PointsForm, RedeemPointsForm
from dashboard.views.ledger import unit_name
from rewards import operations as rewarding
from rewards.errors import UnknownUnit
from rewards.models import Account, Lot, Unit
from rewards.queries import balances
from rewards.queries import statement as lines_of

POINT = "POINT"


@staff("ledger:read")
def statement(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    return _show(request, get_object_or_404(Customer.objects, id=customer_id))


def _show(request, customer: Customer, *, open_form: str = "", form: PointsForm | None = None) -> HttpResponse:
    held = balances(customer.id)
    asked = request.GET.get("unit", POINT)
    chosen = asked if asked in {each.unit for each in held} else POINT
    forms = {"adjust": AdjustForm(), "redeem": RedeemPointsForm()}
    if form is not None:
        forms[open_form] = form
    context = {
        "customer": customer, "balances": held, "balance": next((each for each in held if each.unit == chosen), None),
        "unit": Unit.objects.filter(code=chosen).first(), "lines": _lines(customer.id, chosen),
        "lots": _lots(customer.id, chosen),
        "tabs": [(each.unit, unit_name(each.unit), None, f"?unit={each.unit}") for each in held], "chosen": chosen,
        "adjust_form": forms["adjust"], "redeem_form": forms["redeem"], "open_form": open_form,
    }  # fmt: skip
    response = page(request, "dashboard/statement.html", context)
    response.status_code = 422 if open_form else 200
    return response


def _lines(customer_id: UUID, unit: str) -> list:
    try:
        return lines_of(customer_id, unit).lines
    except UnknownUnit:
        return []


def _lots(customer_id: UUID, unit: str) -> list[Lot]:
    """What is left of which credit, in the order in which it is used."""
    accounts = Account.objects.filter(customer_id=customer_id, unit__code=unit).values("id")
    rows = Lot.objects.filter(account_id__in=accounts, remaining__gt=0)
    return sorted(rows, key=lambda lot: (lot.expires_at is None, lot.expires_at or lot.earned_at, lot.id))[:200]


@action("rewards:write")
def points_adjust(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    return _move(request, customer_id, "adjust", AdjustForm(request.POST), rewarding.adjust_points)


@action("rewards:write")
def points_redeem(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    return _move(request, customer_id, "redeem", RedeemPointsForm(request.POST), rewarding.redeem_points)


def _move(request, customer_id, name, form, operation) -> HttpResponse:
    customer = get_object_or_404(Customer.objects, id=customer_id)
    if form.is_valid():
        with blamed_on(form):
            told = form.cleaned_data
            operation(customer_id, amount=told["amount"], reason=told["reason"], key=f"staff:{told['key']}")
            return done(request, gettext("The points are booked."), "dashboard:statement", customer_id)
    return _show(request, customer, open_form=name, form=form)


urls = [
    path("customers/<uuid:customer_id>/statement/", statement, name="statement"),
    path("customers/<uuid:customer_id>/points/adjust/", points_adjust, name="points_adjust"),
    path("customers/<uuid:customer_id>/points/redeem/", points_redeem, name="points_redeem"),
]
