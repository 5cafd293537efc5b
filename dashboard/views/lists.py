"""What every list offers below its page: counting, cells that change, the side panel, columns, conditions."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext

from crm.models import ListSetting
from crm.operations.lists import views as keeping
from crm.queries.lists import settings_for, views_for
from dashboard.access import staff
from dashboard.answers import page
from dashboard.conditions import Builder
from dashboard.lists.registry import LISTS
from dashboard.lists.rows import value_of
from dashboard.lists.shape import Column, List
from dashboard.lists.showing import chosen_columns, column_choices, show
from dashboard.lists.state import COUNTED_TO, State
from dashboard.sight import seen
from dashboard.views.customer import panel_of


def _state(kind: List, request: HttpRequest) -> State:
    settings = settings_for(request.membership, kind.name)
    return State(kind, request.membership, request.GET, settings.get(request.GET.get("saved", "")) or settings.get(""))


def rows_page(request: HttpRequest, kind: List) -> HttpResponse:
    return show(kind, request)


def count(request: HttpRequest, kind: List) -> HttpResponse:
    """How many rows are asked for; asked after the page is there, so that the page need not wait."""
    found = _state(kind, request).count()
    return page(request, "dashboard/lists/count.html", {"count": found, "is_more": found > COUNTED_TO, "most": COUNTED_TO})


def peek(request: HttpRequest, kind: List, **ids: UUID) -> HttpResponse:
    """The key facts of one row, for the panel at the side."""
    row = _one(kind, request, ids[kind.argument])
    if kind.name == "customers":
        return page(request, "dashboard/lists/peek_customer.html", panel_of(request, row.id))
    context = {
        "list": kind,
        "row": row,
        "name": kind.name_of(row),
        "link": kind.link_of(row),
        "facts": kind.facts(row, request),
    }
    return page(request, "dashboard/lists/peek.html", context)


def _one(kind: List, request: HttpRequest, row_id: UUID):
    return _filled(kind, request, get_object_or_404(seen(request.membership, kind.rows()), id=row_id))


def _filled(kind: List, request: HttpRequest, row):
    kind.fill(request.membership, [row])
    return row


# --- one value ---------------------------------------------------------------------------------------------


class ValueForm(forms.Form):
    before = forms.CharField(required=False, max_length=2000, strip=False)
    value = forms.CharField(required=False, max_length=2000)


def cell(request: HttpRequest, kind: List, column: Column, **ids: UUID) -> HttpResponse:
    """The control that changes a value; by POST, the change itself if the value still is what was seen."""
    row_id = ids[kind.argument]
    row = _one(kind, request, row_id)
    if not column.is_changed_by(request.membership):
        raise Http404
    before = column.edit.read(row)
    if request.method != "POST":
        context = {"list": kind, "column": column, "row": row, "value": before, "choices": column.edit.choices()}
        return page(request, "dashboard/lists/editor.html", context)
    form = ValueForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    try:
        column.edit.write(row_id, form.cleaned_data["before"], form.cleaned_data["value"])
    except ValueError:
        return HttpResponse(status=422)
    return _changed(request, kind, column, row_id, before)


def _changed(request: HttpRequest, kind: List, column: Column, row_id: UUID, before: str) -> HttpResponse:
    row = _filled(kind, request, kind.rows().get(id=row_id))  # whoever has given it away does not see it any more
    said = gettext("%(column)s of %(name)s changed.") % {"column": column.label, "name": kind.name_of(row)}
    return JsonResponse({"html": value_of(column, row), "before": before, "value": column.edit.read(row), "said": said})


# --- columns ------------------------------------------------------------------------------------------------


def columns(request: HttpRequest, kind: List) -> HttpResponse:
    """Choose columns and their order; remembered for this person and this view."""
    if request.method != "POST":
        state = _state(kind, request)
        return page(
            request, "dashboard/lists/columns.html", {"list": kind, "state": state, "choices": column_choices(state)}
        )
    state = State(kind, request.membership, query_of(request.POST.get("back", "")))
    chosen = [] if request.POST.get("reset") else chosen_columns(request.POST.getlist("columns"), state)
    density = request.POST.get("density", "")
    density = density if density in ListSetting.Density.values else None
    keeping.choose_columns(request.membership, kind.name, view=_known_view(kind, request), columns=chosen, density=density)
    return _go(request, reverse(kind.url) + state.link(cols=",".join(chosen), density=""))


def _known_view(kind: List, request: HttpRequest) -> str:
    view = request.POST.get("view", "")
    return view if any(str(each.id) == view for each in views_for(request.membership, kind.name)) else ""


def query_of(text: str) -> QueryDict:
    return QueryDict(text.lstrip("?"))


def _go(request: HttpRequest, address: str) -> HttpResponse:
    answer = HttpResponse(status=204 if request.htmx else 302)
    answer["HX-Redirect" if request.htmx else "Location"] = address
    return answer


def conditions(request: HttpRequest, kind: List) -> HttpResponse:
    """Build conditions over everything that is known of a row."""
    state = _state(kind, request)
    builder = Builder(kind.subject, request.membership, state.conditions, key="list")
    kept = [(name, value) for name, value in request.GET.items() if value and name not in ("where", "after", "before")]
    context = {"builder": builder, "kept": kept, "to": reverse(kind.url), "size": "modal-lg"}
    return page(request, "dashboard/lists/conditions.html", context)


# --- addresses -----------------------------------------------------------------------------------------------


def bound(view: Callable, kind: List, permission: str, *, post: str | None = None, **more) -> Callable:
    """A view of one list, guarded with the list's own permission."""
    narrowed = partial(view, kind=kind, **more)
    narrowed.__name__ = narrowed.__qualname__ = f"{kind.name}_{view.__name__}"
    narrowed.__doc__ = view.__doc__
    return staff(permission, post=post)(narrowed)


def addresses(kind: List) -> list:
    """The addresses below a list's own: `customers/count/`, `customers/<id>/cells/stage/` …"""
    here, may = f"{kind.name}/", kind.permission
    one = f"{here}<uuid:{kind.argument}>/"
    asking = bound(conditions, kind, may)
    conditional = [path(f"{here}conditions/", asking, name=f"{kind.name}_conditions")] if kind.subject else []
    edits = [
        path(
            f"{one}cells/{column.key}/",
            bound(cell, kind, column.edit.permission, post=column.edit.permission, column=column),
            name=f"{kind.name}_{column.key}",
        )
        for column in kind.columns
        if column.edit
    ]
    return [
        path(f"{here}count/", bound(count, kind, may), name=f"{kind.name}_count"),
        path(f"{here}columns/", bound(columns, kind, may, post=may), name=f"{kind.name}_columns"),
        *conditional,
        path(f"{one}peek/", bound(peek, kind, may), name=f"{kind.name}_peek"),
        *edits,
    ]


urls = [address for kind in LISTS.values() for address in addresses(kind)]
