"""What is owed to customers: each month from opening to closing, ageing by expiry, what a unit is worth."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.models import Customer
from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, done, page
from dashboard.templatetags.finance import line_label, month_name, unit_name
from dashboard.views.ledger import asked_month, exported, this_month
from foundation.money import exponent
from integrations.finance_exports import ageing_csv, roll_forward_csv
from rewards import operations, queries
from rewards.models import Closing, Unit
from rewards.queries.finance import MonthFigures
from rewards.rules.months import next_month
from rewards.rules.roll_forward import HELD, LINES, UnitFigures


def tabs() -> list[tuple]:
    return [
        ("roll_forward", gettext("Month by month"), None, reverse("dashboard:finance")),
        ("ageing", gettext("By expiry"), None, reverse("dashboard:ageing")),
        ("closings", gettext("Closing of months"), None, reverse("dashboard:closings")),
    ]


class ValueForm(forms.Form):
    """What one of a unit is worth, as people write it (0.005), cleaned to smallest parts (0.5)."""

    value = forms.DecimalField(
        required=False, min_value=0, max_digits=14, decimal_places=6, widget=forms.NumberInput({"step": "any"}),
        help_text=_("Such as 0.01. Empty: it is not valued."),
    )  # fmt: skip

    def __init__(self, data=None, *, unit: Unit, currency: str):
        self.currency = currency
        present = unit.value_minor
        shown = None if present is None else present.normalize().scaleb(-exponent(currency))
        super().__init__(data, initial={"value": shown}, prefix=unit.code)
        self.fields["value"].label = _("What one is worth in %(currency)s") % {"currency": currency}

    def clean_value(self) -> Decimal | None:
        value = self.cleaned_data["value"]
        if value is None:
            return None
        minor = value.scaleb(exponent(self.currency))
        if minor != minor.quantize(Decimal("0.0001")) or minor >= 10**8:
            raise forms.ValidationError(_("This value is out of bounds."))
        return minor


@staff("ledger:read")
def finance(request: HttpRequest) -> HttpResponse:
    return _show(request, asked_month(request))


def _show(request, month: date, *, unit_id: UUID | None = None, form: ValueForm | None = None) -> HttpResponse:
    figures = queries.month_figures(month)
    before = queries.month_figures(_month_before(month))
    closing = Closing.objects.filter(month=month).first()
    by_code = {unit.code: unit for unit in Unit.objects.all()}
    balances = _balances() if month == this_month() else {}
    context = {
        "figures": figures, "month": month, "closing": closing, "tabs": tabs(), "is_present": month == this_month(),
        "before": _month_before(month), "after": next_month(month) if month < this_month() else None,
        "units": [_unit(request, each, before, by_code[each.unit], balances, unit_id, form) for each in figures.units],
        "cost_minor": _cost(figures, request.organisation.currency), "may_export": may(request, "exports:read"),
    }  # fmt: skip
    response = page(request, "dashboard/finance.html", context)
    response.status_code = 422 if form else 200
    return response


def _balances() -> dict[str, int]:
    """What is owed by unit as the balances have it, without the journal."""
    owed: dict[str, int] = {}
    for line in queries.trial_balance():
        if line.account in HELD:
            owed[line.unit] = owed.get(line.unit, 0) + line.amount
    return owed


def _month_before(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def _cost(figures: MonthFigures, currency: str) -> int | None:
    """Sum what is owed in the organisation's currency; money of others stays apart. None: nothing is valued."""
    ours = [unit.cost_minor for unit in figures.units if unit.kind != Unit.Kind.MONEY or unit.unit == currency]
    valued = [cost for cost in ours if cost is not None]
    return sum(valued) if valued else None


def _unit(request, found: UnitFigures, before: MonthFigures, row: Unit, balances: dict, unit_id, form) -> dict:
    earlier = next((unit.closing for unit in before.units if unit.unit == found.unit), None)
    is_asked = form is not None and row.id == unit_id
    return {
        "figures": found, "name": unit_name(found.unit), "row": row, "chart": _chart(found),
        "lines": [(line, found.lines[line]) for line in LINES if line in found.lines],
        "shown": [name for name in HELD if _ever(found, name)],
        "adds_up": sum(found.lines.values(), found.opening) == found.closing,
        "follows": earlier == found.opening if earlier else found.opening.total == 0,
        "form": form if is_asked else ValueForm(unit=row, currency=request.organisation.currency),
        "is_open": is_asked, "agrees": balances.get(found.unit) == found.closing.total if balances else None,
    }  # fmt: skip


def _ever(found: UnitFigures, name: str) -> bool:
    return any(getattr(held, name) for held in (found.opening, found.closing, *found.lines.values()))


def _chart(found: UnitFigures) -> dict:
    """From opening to closing, step by step; what only moves between a customer's compartments is no step."""
    totals = [(line, found.lines[line].total) for line in LINES if line in found.lines]
    steps = [(line_label(line), total) for line, total in totals if total]
    return {
        "labels": [gettext("Opening"), *(label for label, _amount in steps), gettext("Closing")],
        "series": [{"name": gettext("Amount"), "data": [
            found.opening.total, *(amount for _label, amount in steps), found.closing.total
        ]}],
        "unit": "money" if found.kind == Unit.Kind.MONEY else "count", "currency": found.unit,
    }  # fmt: skip


@action("ledger:write")
def unit_value(request: HttpRequest, unit_id: UUID) -> HttpResponse:
    """Say what one of a unit is worth."""
    unit = Unit.objects.get(id=unit_id)
    form = ValueForm(request.POST, unit=unit, currency=request.organisation.currency)
    if form.is_valid():
        with blamed_on(form, value_minor="value"):
            operations.value_unit(unit_id, form.cleaned_data["value"])
            return done(request, gettext("Valued. Sealed months keep the value they were sealed with."), "dashboard:finance")
    return _show(request, this_month(), unit_id=unit_id, form=form)


@staff("ledger:read")
def roll_forward_export(request: HttpRequest) -> HttpResponse:
    month = asked_month(request)
    return exported(request, f"roll-forward-{month:%Y-%m}", lambda: roll_forward_csv(queries.month_figures(month)))


@staff("ledger:read")
def ageing(request: HttpRequest) -> HttpResponse:
    """What is available by the month in which it expires, what is overdue, and what expired in the past."""
    buckets, broken = queries.ageing(), {each.unit: each for each in queries.breakage()}
    rows = {unit.code: unit for unit in Unit.objects.all()}
    codes = list(dict.fromkeys(each.unit for each in buckets))
    overdue = queries.overdue_lots()
    names = Customer.objects.in_bulk({lot.customer_id for lot in overdue})
    context = {
        "units": [_aged(rows[code], [each for each in buckets if each.unit == code], broken.get(code)) for code in codes],
        "overdue": [(lot, names.get(lot.customer_id), rows[lot.unit]) for lot in overdue], "tabs": tabs(),
        "may_export": may(request, "exports:read"),
    }  # fmt: skip
    return page(request, "dashboard/ageing.html", context)


def _aged(unit: Unit, buckets: list, breakage) -> dict:
    total = sum(each.amount for each in buckets)
    labels = [month_name(each.month) if each.month else gettext("Never") for each in buckets]
    chart = {
        "labels": labels, "series": [{"name": unit_name(unit.code), "data": [each.amount for each in buckets]}],
        "unit": "money" if unit.kind == Unit.Kind.MONEY else "count", "currency": unit.code,
    }  # fmt: skip
    shares = [(each, label, each.amount / total if total else 0) for each, label in zip(buckets, labels, strict=True)]
    return {"unit": unit, "name": unit_name(unit.code), "chart": chart, "rows": shares, "total": total, "breakage": breakage}


@staff("ledger:read")
def ageing_export(request: HttpRequest) -> HttpResponse:
    return exported(request, "ageing", ageing_csv)


urls = [
    path("finance/", finance, name="finance"),
    path("finance/roll-forward.csv", roll_forward_export, name="roll_forward_export"),
    path("finance/ageing/", ageing, name="ageing"),
    path("finance/ageing.csv", ageing_export, name="ageing_export"),
    path("finance/units/<uuid:unit_id>/value/", unit_value, name="unit_value"),
]
