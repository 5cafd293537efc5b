"""Customers who may be one person: the list, the verdicts, and a hint while somebody is entered."""

from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm import operations as crm
from crm.models import ContactPoint, Customer, DuplicatePair
from crm.queries import duplicates as queries
from crm.rules.duplicates import EXACT, REASONS, speaks_for
from dashboard.access import action, staff
from dashboard.answers import done, listing
from dashboard.forms import FilterForm
from dashboard.sight import seen
from foundation.numbers import whole_number

SHOWN = 50


class PairFilters(FilterForm):
    state = forms.ChoiceField(
        required=False, label=_("State"),
        choices=[("", pgettext_lazy("pairs of duplicates", "Open")), ("dismissed", _("Not the same person"))],
    )  # fmt: skip
    least = forms.ChoiceField(
        required=False, label=_("How alike"),
        choices=[("", _("Any likeness")), ("70", _("70 and more")), (str(EXACT), _("Almost certain"))],
    )  # fmt: skip


@staff("customers:read")
def duplicates(request: HttpRequest) -> HttpResponse:
    """List pairs, the likeliest first."""
    filters = PairFilters(request.GET)
    state = filters.chosen.get("state", DuplicatePair.State.OPEN)
    rows = _seen(request).filter(state=state, score__gte=int(filters.chosen.get("least", 0)))
    start = _start(request)
    found = list(rows[start : start + SHOWN + 1])
    return listing(
        request, page="dashboard/duplicates.html", rows="dashboard/parts/duplicate_rows.html", filters=filters,
        pairs=[_card(pair) for pair in _with_contacts(found[:SHOWN])], next_link=_next(request, start, len(found)),
        exact=_seen(request).filter(state=DuplicatePair.State.OPEN, score__gte=EXACT).count(), is_first=start == 0,
    )  # fmt: skip


def _seen(request) -> QuerySet[DuplicatePair]:
    return seen(request.membership, queries.pairs())


def _start(request) -> int:
    return whole_number(request.GET.get("from", "")) or 0


def _next(request, start: int, found: int) -> str:
    if found <= SHOWN:
        return ""
    query = request.GET.copy()
    query["from"] = str(start + SHOWN)
    return f"?{query.urlencode()}"


def _with_contacts(pairs: list[DuplicatePair]) -> list[DuplicatePair]:
    """Read all contacts of a page in one statement."""
    people = {one.id: one for pair in pairs for one in (pair.first, pair.second)}
    shown: dict[UUID, list[ContactPoint]] = {id: [] for id in people}
    for point in ContactPoint.objects.filter(customer_id__in=people).order_by("kind", "-is_primary", "id"):
        shown[point.customer_id].append(point)
    for pair in pairs:
        pair.first.shown, pair.second.shown = shown[pair.first_id], shown[pair.second_id]
    return pairs


def _card(pair: DuplicatePair) -> dict:
    reasons = [(REASONS[code], speaks_for(code)) for code in pair.reasons]
    return {"pair": pair, "reasons": reasons, "people": (pair.first, pair.second), "is_exact": pair.score >= EXACT}


@action("customers:merge")
def duplicate_dismiss(request: HttpRequest, pair_id: UUID) -> HttpResponse:
    get_object_or_404(_seen(request), id=pair_id)
    crm.dismiss_pair(pair_id)
    return done(request, gettext("Remembered: they are two people."), "dashboard:duplicates")


@action("customers:merge")
def duplicate_reopen(request: HttpRequest, pair_id: UUID) -> HttpResponse:
    get_object_or_404(_seen(request), id=pair_id)
    crm.reopen_pair(pair_id)
    return done(request, gettext("The pair is back on the list."), "dashboard:duplicates")


@action("customers:merge")
def duplicates_merge_exact(request: HttpRequest) -> HttpResponse:
    """Merge what is almost certain, some at a time."""
    seen = _seen(request).filter(state=DuplicatePair.State.OPEN, score__gte=EXACT)
    made, left = crm.merge_exact(list(seen.values_list("id", flat=True)[:500]))
    told = ngettext("%(n)s pair merged.", "%(n)s pairs merged.", len(made)) % {"n": len(made)}
    if left:
        told += " " + ngettext("%(n)s needs a person.", "%(n)s need a person.", left) % {"n": left}
    return done(request, told, "dashboard:duplicates")


@action("customers:merge")
def duplicates_search(request: HttpRequest) -> HttpResponse:
    """Look again now, instead of tonight."""
    found = crm.find_duplicates()
    told = ngettext("%(n)s pair found.", "%(n)s pairs found.", found) % {"n": found}
    return done(request, told, "dashboard:duplicates")


@staff("customers:write")
def duplicate_hint(request: HttpRequest) -> HttpResponse:
    """Say under the form of a new customer whom we know already."""
    typed = {name: request.GET.get(name, "")[:254].strip() for name in ("name", "phone", "email", "wechat")}
    hints = queries.hints(**typed)
    named = Customer.objects.filter(id__in=[hint.customer.id for hint in hints])
    theirs = set(seen(request.membership, named).values_list("id", flat=True))
    known = {"phone": _("the same phone"), "email": _("the same e-mail"), "wechat": _("the same WeChat")}
    shown = [(hint.customer, known.get(hint.reason, _("the same name"))) for hint in hints if hint.customer.id in theirs]
    return render(request, "dashboard/parts/duplicate_hint.html", {"hints": shown})


urls = [
    path("duplicates/", duplicates, name="duplicates"),
    path("duplicates/hint/", duplicate_hint, name="duplicate_hint"),
    path("duplicates/search/", duplicates_search, name="duplicates_search"),
    path("duplicates/merge/", duplicates_merge_exact, name="duplicates_merge_exact"),
    path("duplicates/<uuid:pair_id>/dismiss/", duplicate_dismiss, name="duplicate_dismiss"),
    path("duplicates/<uuid:pair_id>/reopen/", duplicate_reopen, name="duplicate_reopen"),
]
