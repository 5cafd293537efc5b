"""A customer's statement of account: opening, every line with its reason, closing, lots; as a page, on paper, as a file."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.models import Customer, Order
from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms import DateField, FilterForm
from dashboard.forms_growth import AdjustForm, PointsForm, RedeemPointsForm
from dashboard.forms_points import ForgiveForm, ReturnForm
from dashboard.templatetags.dashboard import in_language
from dashboard.templatetags.finance import unit_name
from dashboard.templatetags.growth import role
from dashboard.views.ledger import exported
from foundation.numbers import whole_number
from integrations.finance_exports import note_statement, statement_csv
from rewards import operations as rewarding
from rewards.models import Approval, GiftOrder, JournalEntry, Reward
from rewards.queries import DebtLine, balances, debts, left_of_redemptions, lots
from rewards.queries import statement as statement_of
from rewards.queries.redemptions import of_orders
from rewards.queries.statements import Statement, StatementLine
from rewards.rules.months import end_of, start_of
from tenancy import door
from tenancy.calendar import own_zone

POINT = "POINT"
A_PAGE = 500
MONTHS_BACK = 12


class PeriodForm(FilterForm):
    """From the first day to the last one; the last twelve months unless told otherwise."""

    since = DateField(label=_("From"), required=False)
    until = DateField(label=pgettext_lazy("end of a period", "To"), required=False)

    def days(self) -> tuple[date, date]:
        today = door.moment().astimezone(own_zone()).date()
        last = self.chosen.get("until", today)
        first = self.chosen.get("since", last - timedelta(days=365))
        return (first, last) if first <= last else (last, first)


@staff("ledger:read")
def statement(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    return _show(request, get_object_or_404(Customer.objects, id=customer_id))


def _show(request, customer: Customer, *, open_form: str = "", form: PointsForm | None = None) -> HttpResponse:
    held = balances(customer.id)
    chosen = _unit(request, held)
    first, last = PeriodForm(request.GET).days()
    number = _page_number(request)
    found = _found(customer.id, chosen, first, last, limit=A_PAGE, offset=A_PAGE * (number - 1)) if held else None
    forms = {"adjust": AdjustForm(), "redeem": RedeemPointsForm(), "return": ReturnForm(), "forgive": ForgiveForm()}
    if form is not None:
        forms[open_form] = form
    owing = debts(customer.id, chosen)
    context = {
        "customer": customer, "balances": held, "balance": next((each for each in held if each.unit == chosen), None),
        "statement": found, "lines": _described(request, found.lines[::-1]) if found else [], "unit": found and found.unit,
        "first": first, "last": last, "period": PeriodForm({"since": first, "until": last}), "today": door.moment(),
        "tabs": [(each.unit, unit_name(each.unit), None, f"?unit={each.unit}") for each in held], "chosen": chosen,
        "earlier": number + 1 if found and found.count > A_PAGE * number else None, "later": number - 1,
        "query": f"unit={chosen}&since={first}&until={last}", "may_export": may(request, "exports:read"),
        "adjust_form": forms["adjust"], "redeem_form": forms["redeem"], "return_form": forms["return"],
        "forgive_form": forms["forgive"], "open_form": open_form, "lots": lots(customer.id, chosen),
        "debts": _described(request, owing), "owed": owing[0].owed if owing else 0,
    }  # fmt: skip
    response = page(request, "dashboard/statement.html", context)
    response.status_code = 422 if open_form else 200
    return response


def _unit(request, held) -> str:
    codes = [each.unit for each in held]
    asked = request.GET.get("unit", POINT)
    return asked if asked in codes else next(iter(codes), POINT)


def _page_number(request) -> int:
    return whole_number(request.GET.get("page", "")) or 1


def _found(customer_id: UUID, unit: str, first: date, last: date, *, limit: int | None, offset: int = 0) -> Statement:
    zone = own_zone()
    return statement_of(customer_id, unit, since=start_of(first, zone), until=end_of(last, zone), limit=limit, offset=offset)


def _described(request, lines: Sequence[StatementLine | DebtLine]) -> list[dict]:
    """Give each line its reason: the reward or the order that it comes from, with a link for who may see it."""
    rewards = Reward.objects.in_bulk({line.reward_id for line in lines if line.reward_id})
    orders = Order.objects.in_bulk({line.order_id for line in lines if line.order_id})
    gifts = _gifts({line.entry_id for line in lines})
    left = _returnable(line.entry_id for line in lines if line.kind == JournalEntry.Kind.REDEMPTION)
    return [{"line": line, "left": left.get(line.entry_id), **_why(request, line, rewards, orders, gifts)} for line in lines]


def _returnable(entry_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Say what of these redemptions can be given back by hand."""
    alone = set(entry_ids)
    alone -= of_orders(alone)
    return left_of_redemptions(alone)


def _why(request, line: StatementLine, rewards: dict, orders: dict, gifts: dict) -> dict[str, str]:
    """Name what a line comes from, in place of the reason in the books where it says the same."""
    reads_rewards, reads_orders = may(request, "rewards:read"), may(request, "orders:read")
    if reward := rewards.get(line.reward_id):
        link = reverse("dashboard:reward", args=[reward.id]) if reads_rewards else ""
        return {"why": role(reward.role), "reason": line.reason, "link": link}
    if order := orders.get(line.order_id):
        link = reverse("dashboard:order", args=[order.id]) if reads_orders else ""
        said = line.reason if line.kind != JournalEntry.Kind.EARNING else ""
        return {"why": gettext("Order %(number)s") % {"number": order.external_id}, "reason": said, "link": link}
    if gift := gifts.get(line.entry_id):
        link = reverse("dashboard:gift_order", args=[gift.id]) if reads_rewards else ""
        return {"why": f"{in_language(gift.item.name)} · {gift.code}", "reason": "", "link": link}
    return {"why": "", "reason": line.reason, "link": ""}


def _gifts(entry_ids: set[UUID]) -> dict[UUID, GiftOrder]:
    """Find the orders of gifts whose points these entries took or gave back."""
    found = GiftOrder.objects.select_related("item").filter(Q(redemption_id__in=entry_ids) | Q(return_id__in=entry_ids))
    return {entry_id: gift for gift in found for entry_id in (gift.redemption_id, gift.return_id) if entry_id}


@staff("ledger:read")
def statement_export(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    customer = get_object_or_404(Customer.objects, id=customer_id)
    unit, (first, last) = _unit(request, balances(customer.id)), PeriodForm(request.GET).days()

    def lines():
        note_statement(customer.id)
        return statement_csv(_found(customer.id, unit, first, last, limit=None))

    return exported(request, f"statement-{unit}-{first}-{last}", lines)


@action("rewards:write")
def points_adjust(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    return _move(request, customer_id, "adjust", AdjustForm(request.POST), rewarding.adjust_points)


@action("rewards:write")
def points_redeem(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    return _move(request, customer_id, "redeem", RedeemPointsForm(request.POST), rewarding.redeem_points)


@action("rewards:write")
def points_return(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Give a redemption back, wholly or in part."""
    customer, form = get_object_or_404(Customer.objects, id=customer_id), ReturnForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        get_object_or_404(JournalEntry.objects, id=told["entry_id"], postings__account__customer_id=customer_id)
        with blamed_on(form):
            rewarding.return_redemption(
                told["entry_id"], amount=told["amount"], reason=told["reason"], key=f"staff:{told['key']}"
            )
            return done(request, gettext("The points are with the customer again."), "dashboard:statement", customer_id)
    return _show(request, customer, open_form="return", form=form)


@action("ledger:write")
def debt_forgive(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Let a customer owe less of the unit that is shown."""
    customer, form = get_object_or_404(Customer.objects, id=customer_id), ForgiveForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        with blamed_on(form):
            rewarding.forgive_debt(
                customer_id, amount=told["amount"], reason=told["reason"], unit_code=told["unit"], key=f"staff:{told['key']}"
            )
            return done(request, gettext("The debt is smaller now."), "dashboard:statement", customer_id)
    return _show(request, customer, open_form="forgive", form=form)


def _move(request, customer_id, name, form, operation) -> HttpResponse:
    customer = get_object_or_404(Customer.objects, id=customer_id)
    if form.is_valid():
        with blamed_on(form):
            told = form.cleaned_data
            moved = operation(customer_id, amount=told["amount"], reason=told["reason"], key=f"staff:{told['key']}")
            is_asked = isinstance(moved, Approval)
            message = gettext("A second person is asked first.") if is_asked else gettext("The points are booked.")
            return done(request, message, "dashboard:statement", customer_id)
    return _show(request, customer, open_form=name, form=form)


urls = [
    path("customers/<uuid:customer_id>/statement/", statement, name="statement"),
    path("customers/<uuid:customer_id>/statement.csv", statement_export, name="statement_export"),
    path("customers/<uuid:customer_id>/points/adjust/", points_adjust, name="points_adjust"),
    path("customers/<uuid:customer_id>/points/redeem/", points_redeem, name="points_redeem"),
    path("customers/<uuid:customer_id>/points/return/", points_return, name="points_return"),
    path("customers/<uuid:customer_id>/debts/forgive/", debt_forgive, name="debt_forgive"),
]
