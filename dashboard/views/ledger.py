"""The books: the journal as arrows, and the trial balance at any date, each with its file."""

from datetime import date, datetime
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.models import Customer
from dashboard.access import may, staff
from dashboard.answers import csv_file, listing, page
from dashboard.forms import DateField, FilterForm, SearchField, choices_with_any
from dashboard.paging import newest_by_id
from dashboard.templatetags.finance import unit_name
from integrations.finance_exports import journal_csv, progress_of, trial_balance_csv
from rewards.models import Account, JournalEntry, Unit
from rewards.queries import entries, trial_balance, with_arrows
from rewards.queries.finance import month_bounds
from rewards.queries.journal import about, booked_between, late
from rewards.rules.months import end_of, month_of, read_month
from tenancy import door
from tenancy.calendar import own_zone


class EntryFilters(FilterForm):
    """Filters of the journal. Those without a control come from links: a customer, a reward, a last day."""

    q = SearchField(_("Start of the key, or an id"))
    kind = forms.ChoiceField(
        required=False, label=_("Kind"), choices=choices_with_any(_("Any kind"), JournalEntry.Kind.choices)
    )
    unit = forms.ChoiceField(required=False, label=_("Unit"))
    compartment = forms.ChoiceField(
        required=False, label=_("Account"), choices=choices_with_any(_("Any account"), Account.Kind.choices)
    )
    month = forms.CharField(required=False, label=_("Month"), widget=forms.DateInput(attrs={"type": "month"}))
    late = forms.ChoiceField(required=False, label=_("When it came"), choices=[("", _("Any time")), ("1", _("Late only"))])
    customer = forms.UUIDField(required=False, widget=forms.HiddenInput)
    reward = forms.UUIDField(required=False, widget=forms.HiddenInput)
    until = forms.DateField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None):
        super().__init__(data)
        codes = Unit.objects.order_by("kind", "code").values_list("code", flat=True)
        self.fields["unit"].choices = choices_with_any(_("Any unit"), [(code, unit_name(code)) for code in codes])

    def clean_month(self):
        try:
            return read_month(self.cleaned_data["month"]) if self.cleaned_data["month"] else None
        except ValueError:
            raise forms.ValidationError(_("Write the month like 2026-10.")) from None

    def narrow(self, journal):
        chosen = self.chosen
        if "kind" in chosen:
            journal = journal.filter(kind=chosen["kind"])
        if "month" in chosen:
            journal = booked_between(journal, *month_bounds(chosen["month"]))
        if "until" in chosen:
            journal = journal.filter(occurred_at__lt=end_of(chosen["until"], own_zone()))
        if "late" in chosen:
            journal = late(journal)
        journal = about(
            journal, unit=chosen.get("unit", ""), compartment=chosen.get("compartment", ""),
            customer_id=chosen.get("customer"), reward_id=chosen.get("reward"),
        )  # fmt: skip
        return _searched(journal, chosen["q"]) if "q" in chosen else journal


def _searched(journal, text: str):
    try:
        return journal.filter(id=UUID(text))
    except ValueError:
        return journal.filter(key__startswith=text)


def _tabs() -> list[tuple]:
    return [
        ("journal", gettext("Journal"), None, reverse("dashboard:ledger")),
        ("trial", gettext("Trial balance"), None, reverse("dashboard:trial_balance")),
    ]


@staff("ledger:read")
def ledger(request: HttpRequest) -> HttpResponse:
    filters = EntryFilters(request.GET)
    found = newest_by_id(request, filters.narrow(entries()))
    found.rows[:] = with_arrows(found.rows)
    context = {
        "filters": filters, "entries": found, "tabs": _tabs(), "about": _about(filters.chosen), "watch": uuid4(),
        "month": filters.chosen.get("month") or this_month(), "may_export": may(request, "exports:read"),
    }  # fmt: skip
    return listing(request, page="dashboard/ledger.html", rows="dashboard/parts/entry_rows.html", **context)


def _about(chosen: dict) -> list[str]:
    """Say in words what links have narrowed the journal to."""
    said = []
    if "customer" in chosen and (customer := Customer.objects.filter(id=chosen["customer"]).first()):
        said.append(customer.name)
    if "reward" in chosen:
        said.append(gettext("One reward"))
    if "until" in chosen:
        said.append(gettext("Up to %(day)s") % {"day": chosen["until"].isoformat()})
    return said


@staff("ledger:read")
def journal_export(request: HttpRequest) -> HttpResponse:
    """Send every arrow of a month; `watch` lets the page show how far it is."""
    month = asked_month(request)
    return exported(request, f"journal-{month:%Y-%m}", lambda: journal_csv(month, watch=_watch(request)))


@staff("ledger:read")
def export_progress(request: HttpRequest, watch: UUID) -> HttpResponse:
    """The part of the page that asks again every second while a file is sent."""
    return render(request, "dashboard/parts/export_progress.html", {"progress": progress_of(watch), "watch": watch})


class TrialForm(FilterForm):
    on = DateField(label=pgettext_lazy("a day", "At the end of"), required=False)
    by = forms.ChoiceField(
        label=_("By"),
        required=False,
        choices=[("occurred", _("as it happened")), ("booked", _("as it was booked"))],
    )

    @property
    def moment(self) -> datetime | None:
        return end_of(self.chosen["on"], own_zone()) if "on" in self.chosen else None

    @property
    def is_booked(self) -> bool:
        return self.chosen.get("by") == "booked"


@staff("ledger:read")
def trial(request: HttpRequest) -> HttpResponse:
    """Units in lines, accounts in columns; every line sums to nothing, and every figure leads to its entries."""
    form = TrialForm(request.GET)
    lines = trial_balance(until=form.moment, is_booked=form.is_booked)
    found = {(line.unit, line.account): line.amount for line in lines}
    kinds = [kind for kind in Account.Kind if any(line.account == kind for line in lines)]
    units = [unit for unit in Unit.objects.order_by("kind", "code") if any(line.unit == unit.code for line in lines)]
    rows = [
        {"unit": unit, "name": unit_name(unit.code), "cells": [(kind, found.get((unit.code, kind), 0)) for kind in kinds],
         "sum": sum(line.amount for line in lines if line.unit == unit.code)}
        for unit in units
    ]  # fmt: skip
    context = {
        "form": form, "kinds": kinds, "rows": rows, "tabs": _tabs(), "on": form.chosen.get("on"),
        "query": request.GET.urlencode(), "may_export": may(request, "exports:read"),
    }  # fmt: skip
    return page(request, "dashboard/trial_balance.html", context)


@staff("ledger:read")
def trial_export(request: HttpRequest) -> HttpResponse:
    form = TrialForm(request.GET)
    day = f"{form.chosen.get('on', timezone.localdate(door.moment())):%Y-%m-%d}"
    return exported(request, f"trial-balance-{day}", lambda: trial_balance_csv(until=form.moment, is_booked=form.is_booked))


def exported(request, name: str, lines) -> HttpResponse:
    """Send a file of the books to who may take files out."""
    if not may(request, "exports:read"):
        return render(request, "dashboard/forbidden.html", {"needed": "exports:read"}, status=403)
    return csv_file(name, lines())


def asked_month(request) -> date:
    """Read the month a page is about; the present one unless it was asked for another."""
    try:
        return read_month(request.GET.get("month", ""))
    except ValueError:
        return this_month()


def this_month() -> date:
    return month_of(door.moment(), own_zone())


def _watch(request) -> UUID | None:
    try:
        return UUID(request.GET.get("watch", ""))
    except ValueError:
        return None


urls = [
    path("ledger/", ledger, name="ledger"),
    path("ledger/journal.csv", journal_export, name="journal_export"),
    path("ledger/export-progress/<uuid:watch>/", export_progress, name="export_progress"),
    path("ledger/trial-balance/", trial, name="trial_balance"),
    path("ledger/trial-balance.csv", trial_export, name="trial_export"),
]
