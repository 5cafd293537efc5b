"""Make two customers one: choose the other, compare, merge; the list of merges, and undoing one."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm import operations as crm
from crm.models import Customer, Merge
from crm.operations.merging import UNDO_DAYS
from crm.operations.merging.fields import BOTH, LOSER, WINNER
from crm.queries import customers, search_ids
from crm.queries.duplicates import pair_of, pairs_of
from crm.queries.merging import merges as all_merges
from crm.rules.duplicates import REASONS
from dashboard.access import staff
from dashboard.answers import blamed_on, done, listing, page
from dashboard.forms import FilterForm, SearchField
from dashboard.merge_words import field_label, line_value, moved_lines, shown
from dashboard.paging import newest_first
from dashboard.people import names_of
from dashboard.sight import seen
from tenancy import door

MATCHES = 12


def seen_customer(request: HttpRequest, customer_id: UUID) -> Customer:
    return get_object_or_404(seen(request.membership, customers()), id=customer_id)


# --- choosing the other ------------------------------------------------------------------------------------


class OtherForm(FilterForm):
    q = SearchField(_("Name, pinyin, phone or e-mail"))


@staff("customers:merge")
def merge_choose(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Choose who it is that this customer is the same as."""
    customer, filters = seen_customer(request, customer_id), OtherForm(request.GET)
    found = _matching(request, filters.chosen["q"]) if "q" in filters.chosen else _suggested(request, customer)
    others = [(other, reasons) for other, reasons in found if other.id != customer.id]
    return listing(
        request, page="dashboard/merge_choose.html", rows="dashboard/parts/merge_choices.html", customer=customer,
        others=others, filters=filters,
    )  # fmt: skip


def _matching(request, text: str) -> list[tuple[Customer, list]]:
    rank = {id: place for place, id in enumerate(search_ids(text, MATCHES))}
    rows = seen(request.membership, customers()).filter(id__in=rank)
    return [(row, []) for row in sorted(rows, key=lambda row: rank[row.id])]


def _suggested(request, customer: Customer) -> list[tuple[Customer, list]]:
    reasons = {
        (pair.second_id if pair.first_id == customer.id else pair.first_id): [REASONS[code] for code in pair.reasons]
        for pair in pairs_of(customer.id)[:MATCHES]
    }
    rows = seen(request.membership, customers()).filter(id__in=reasons)
    return [(row, reasons[row.id]) for row in rows]


# --- comparing ---------------------------------------------------------------------------------------------


class MergeForm(forms.Form):
    """A choice for each field that differs, and an answer to each question."""

    def __init__(self, data, plan):
        super().__init__(data)
        self.plan, self.rows, self.asked = plan, [], []
        for choice in plan.fields:
            self._add_field(choice)
        for question in plan.questions:
            name = f"q_{question.code}"
            self.fields[name] = forms.ChoiceField(
                label=question.text, choices=question.options, initial=question.default or None, widget=forms.RadioSelect
            )
            self.asked.append(self[name])

    def _add_field(self, choice) -> None:
        name = f"f_{choice.name}"
        labels = {WINNER: self.plan.winner.name, LOSER: self.plan.loser.name, BOTH: gettext("Both")}
        ways = [(way, labels[way]) for way in choice.options]
        self.fields[name] = forms.ChoiceField(label=field_label(choice.name), choices=ways, required=False)
        value = self.data.get(name, choice.default) if self.is_bound else choice.default
        self.rows.append(
            {
                "name": name, "label": field_label(choice.name), "value": value, "both": BOTH in choice.options,
                "winner": shown(choice.name, choice.winner), "loser": shown(choice.name, choice.loser),
            }
        )  # fmt: skip

    def chosen(self, prefix: str) -> dict[str, str]:
        return {name[2:]: value for name, value in self.cleaned_data.items() if name.startswith(prefix) and value}


@staff("customers:merge", post="customers:merge")
def merge_preview(request: HttpRequest, customer_id: UUID, loser_id: UUID) -> HttpResponse:
    """Show two customers side by side with what a merge would do; merge them."""
    winner, loser = seen_customer(request, customer_id), seen_customer(request, loser_id)
    plan = crm.plan_merge(customer_id, loser_id)
    form = MergeForm(request.POST or None, plan)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            merge = crm.merge_customers(customer_id, loser_id, fields=form.chosen("f_"), answers=form.chosen("q_"))
            told = gettext("%(loser)s and %(winner)s are one customer now. You can undo this for %(days)s days.")
            return done(request, told % {"loser": loser.name, "winner": winner.name, "days": UNDO_DAYS},
                        "dashboard:merge", merge.id)  # fmt: skip
    context = {
        "plan": plan, "winner": winner, "loser": loser, "lines": [line_value(line) for line in plan.lines],
        "pair": pair_of(customer_id, loser_id), "days": UNDO_DAYS,
    }  # fmt: skip
    return page(request, "dashboard/merge_preview.html", context, form=form)


# --- what was merged ---------------------------------------------------------------------------------------


@staff("customers:read")
def merges(request: HttpRequest) -> HttpResponse:
    """List merges, newest first."""
    rows = newest_first(request, seen(request.membership, all_merges()), by="merged_at")
    return listing(
        request, page="dashboard/merges.html", rows="dashboard/parts/merge_rows.html", merges=rows, names=_names(rows),
        clock=door.moment(),
    )  # fmt: skip


def _names(rows) -> dict[UUID, str]:
    ids = {one for row in rows for one in (row.merged_by_id, row.undone_by_id) if one}
    return names_of(ids)


@staff("customers:read")
def merge(request: HttpRequest, merge_id: UUID) -> HttpResponse:
    """Tell what a merge moved, and what undoing it would do."""
    found = _seen_merge(request, merge_id)
    plan = None if found.undone_at else crm.plan_undo(merge_id)
    context = {
        "merge": found, "plan": plan, "names": _names([found]), "days": UNDO_DAYS,
        "stays": [line_value(line) for line in plan.stays] if plan else [],
        "moved": moved_lines(found.moved),
        "chosen": [(field_label(name), way) for name, way in found.choices.get("fields", {}).items()],
    }  # fmt: skip
    return page(request, "dashboard/merge.html", context)


@staff(None, post="customers:merge")
def merge_undo(request: HttpRequest, merge_id: UUID) -> HttpResponse:
    found = _seen_merge(request, merge_id)
    crm.undo_merge(merge_id)
    return done(request, gettext("They are two customers again."), "dashboard:merge", found.id)


def _seen_merge(request, merge_id: UUID) -> Merge:
    return get_object_or_404(seen(request.membership, all_merges()), id=merge_id)


urls = [
    path("customers/<uuid:customer_id>/merge/", merge_choose, name="merge_choose"),
    path("customers/<uuid:customer_id>/merge/<uuid:loser_id>/", merge_preview, name="merge_preview"),
    path("merges/", merges, name="merges"),
    path("merges/<uuid:merge_id>/", merge, name="merge"),
    path("merges/<uuid:merge_id>/undo/", merge_undo, name="merge_undo"),
]
