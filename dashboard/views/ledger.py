"""The books: the journal as arrows, the trial balance, and the proof that all of it is whole."""

import time

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard.access import staff
from dashboard.answers import listing, page
from dashboard.forms import FilterForm, SearchField, choices_with_any
from dashboard.paging import newest_by_id
from rewards.models import Account, JournalEntry, Posting, Unit
from rewards.queries import entries, trial_balance, verify_books, with_arrows
from tenancy import door


class EntryFilters(FilterForm):
    q = SearchField(_("Start of the key"))
    kind = forms.ChoiceField(
        required=False, label=_("Kind"), choices=choices_with_any(_("Any kind"), JournalEntry.Kind.choices)
    )
    unit = forms.ChoiceField(required=False, label=_("Unit"))

    def __init__(self, data=None):
        super().__init__(data)
        codes = Unit.objects.order_by("kind", "code").values_list("code", flat=True)
        self.fields["unit"].choices = choices_with_any(_("Any unit"), [(code, unit_name(code)) for code in codes])

    def narrow(self, rows):
        chosen = self.chosen
        if "kind" in chosen:
            rows = rows.filter(kind=chosen["kind"])
        if "unit" in chosen:
            rows = rows.filter(id__in=Posting.objects.filter(account__unit__code=chosen["unit"]).values("entry_id"))
        return rows.filter(key__startswith=chosen["q"]) if "q" in chosen else rows


def unit_name(code: str) -> str:
    return {"POINT": gettext("Points"), "COUPON": gettext("Coupons")}.get(code, code)


def _tabs() -> list[tuple]:
    here = reverse("dashboard:ledger")
    return [("journal", gettext("Journal"), None, here), ("trial", gettext("Trial balance"), None, f"{here}?view=trial")]


@staff("ledger:read")
def ledger(request: HttpRequest) -> HttpResponse:
    if request.GET.get("view") == "trial":
        return page(request, "dashboard/trial_balance.html", {"tabs": _tabs(), **_trial()})
    filters = EntryFilters(request.GET)
    found = newest_by_id(request, filters.narrow(entries()))
    found.rows[:] = with_arrows(found.rows)
    return listing(
        request,
        page="dashboard/ledger.html",
        rows="dashboard/parts/entry_rows.html",
        filters=filters,
        entries=found,
        tabs=_tabs(),
    )


def _trial() -> dict:
    """Units in columns' place: for each unit a line per kind of account, and its sum, which is nothing."""
    units = {unit.code: unit for unit in Unit.objects.order_by("kind", "code")}
    lines = trial_balance()
    kinds = [kind for kind in Account.Kind if any(line.account == kind for line in lines)]
    found = {(line.unit, line.account): line.amount for line in lines}
    return {
        "kinds": kinds,
        "rows": [
            {"unit": unit, "name": unit_name(code), "cells": [found.get((code, kind), 0) for kind in kinds],
             "sum": sum(line.amount for line in lines if line.unit == code)}
            for code, unit in units.items() if any(line.unit == code for line in lines)
        ],
    }  # fmt: skip


@staff("ledger:read", post="ledger:read")
def books(request: HttpRequest) -> HttpResponse:
    """Recompute every figure of the books from the journal, when asked."""
    context = {}
    if request.method == "POST":
        started = time.perf_counter()
        report = verify_books()
        context = {
            "report": report, "seconds": round(time.perf_counter() - started, 2), "checked_at": door.moment(),
            "counted": [(label, report.checked[key]) for key, label in _counted().items()],
        }  # fmt: skip
    return page(request, "dashboard/books.html", context)


def _counted() -> dict[str, str]:
    return {
        "entries": gettext("Entries"), "postings": gettext("Postings"), "accounts": gettext("Accounts"),
        "lots": gettext("Lots"),
        "rewards": gettext("Rewards"), "budgets": gettext("Budgets"),
    }  # fmt: skip


urls = [path("ledger/", ledger, name="ledger"), path("books/", books, name="books")]
