"""What every list offers below its page: counting, cells that change, the side panel, columns, views, files."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.models import ListSetting, SavedView
from crm.operations.lists import views as keeping
from crm.queries.lists import settings_for, views_for
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
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
    row = get_object_or_404(seen(request.membership, kind.rows()), id=row_id)
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
    row = _one(kind, request, row_id)
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
    state = State(kind, request.membership, _query(request.POST.get("back", "")))
    chosen = [] if request.POST.get("reset") else chosen_columns(request.POST.getlist("columns"), state)
    density = request.POST.get("density", "")
    density = density if density in ListSetting.Density.values else None
    keeping.choose_columns(request.membership, kind.name, view=_known_view(kind, request), columns=chosen, density=density)
    return _go(request, reverse(f"dashboard:{kind.name}") + state.link(cols=",".join(chosen), density=""))


def _known_view(kind: List, request: HttpRequest) -> str:
    view = request.POST.get("view", "")
    return view if any(str(each.id) == view for each in views_for(request.membership, kind.name)) else ""


def _query(text: str):
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
    context = {"builder": builder, "kept": kept, "to": reverse(f"dashboard:{kind.name}"), "size": "modal-lg"}
    return page(request, "dashboard/lists/conditions.html", context)


# --- views -------------------------------------------------------------------------------------------------


class ViewForm(forms.Form):
    name = forms.CharField(label=_("Name of the view"), max_length=60)
    is_shared = forms.BooleanField(label=_("Show it to everybody here"), required=False)


def view_new(request: HttpRequest, kind: List) -> HttpResponse:
    """Keep the list as it is seen now."""
    form = ViewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        state = State(kind, request.membership, _query(request.POST.get("query", "")))
        view = keeping.keep_view(request.membership, kind.name, query=state.kept_query, **form.cleaned_data)
        return done(request, gettext("View kept."), _address(view))
    context = {"list": kind, "title": gettext("Keep this view"), "query": request.META.get("QUERY_STRING", "")}
    context |= {"query": request.POST.get("query", "")} if request.method == "POST" else {}
    return page(
        request, "dashboard/lists/view_form.html", {**context, "to": reverse(f"dashboard:{kind.name}_view_new")}, form=form
    )


def _address(view: SavedView) -> str:
    query = f"{view.query}&saved={view.id}".lstrip("&")
    return f"{reverse(f'dashboard:{view.list_name}')}?{query}"


def _view(request: HttpRequest, view_id: UUID) -> SavedView:
    view = get_object_or_404(SavedView.objects, id=view_id)
    is_theirs = view.is_shared or view.owner_id in (None, request.membership.id)
    if not is_theirs or not request.membership.may(LISTS[view.list_name].permission):
        raise Http404
    return view


@staff(post="")
def view_edit(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Rename a view, or share it."""
    view = _view(request, view_id)
    form = ViewForm(request.POST or None, initial={"name": view.name, "is_shared": view.is_shared})
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            return done(
                request,
                gettext("View saved."),
                _address(keeping.change_view(request.membership, view_id, **form.cleaned_data)),
            )
    context = {"list": LISTS[view.list_name], "title": gettext("Rename or share"), "to": request.path, "view": view}
    return page(request, "dashboard/lists/view_form.html", context, form=form)


@action("")
def view_save(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Let the view keep what is seen now."""
    view = _view(request, view_id)
    state = State(LISTS[view.list_name], request.membership, _query(request.POST.get("query", "")))
    view = keeping.change_view(request.membership, view_id, query=state.kept_query)
    return done(request, gettext("View saved."), _address(view))


@action("")
def view_copy(request: HttpRequest, view_id: UUID) -> HttpResponse:
    view = _view(request, view_id)
    name = gettext("Copy of %(name)s") % {"name": view.name}
    copy = keeping.duplicate_view(request.membership, view, name=name)
    return done(request, gettext("View duplicated."), _address(copy))


@action("")
def view_forget(request: HttpRequest, view_id: UUID) -> HttpResponse:
    view = _view(request, view_id)
    keeping.forget_view(request.membership, view_id)
    return done(request, gettext("View deleted."), f"{reverse(f'dashboard:{view.list_name}')}?saved=all")


def view_opens(request: HttpRequest, kind: List) -> HttpResponse:
    """Choose what the list opens with: a view or everything, for oneself or for everybody."""
    wanted = request.POST.get("view", "")
    view = _view(request, UUID(wanted)) if _is_id(wanted) else None
    if request.POST.get("for") == "everybody":
        if not request.membership.may("settings:write"):
            return render(request, "dashboard/forbidden.html", {"needed": "settings:write"}, status=403)
        keeping.open_with_for_all(view, kind.name)
    else:
        keeping.open_with(request.membership, kind.name, view)
    to = _address(view) if view else f"{reverse(f'dashboard:{kind.name}')}?saved=all"
    return done(request, gettext("The list opens with this from now on."), to)


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


# --- addresses -----------------------------------------------------------------------------------------------


def _bound(view: Callable, kind: List, permission: str, *, post: str | None = None, **more) -> Callable:
    """A view of one list, guarded with the list's own permission."""
    bound = partial(view, kind=kind, **more)
    bound.__name__ = bound.__qualname__ = f"{kind.name}_{view.__name__}"
    bound.__doc__ = view.__doc__
    return staff(permission, post=post)(bound)


def addresses(kind: List) -> list:
    """The addresses below a list's own: `customers/count/`, `customers/<id>/cells/stage/` …"""
    here, may = f"{kind.name}/", kind.permission
    one = f"{here}<uuid:{kind.argument}>/"
    asking = _bound(conditions, kind, may)
    conditional = [path(f"{here}conditions/", asking, name=f"{kind.name}_conditions")] if kind.subject else []
    edits = [
        path(
            f"{one}cells/{column.key}/",
            _bound(cell, kind, column.edit.permission, post=column.edit.permission, column=column),
            name=f"{kind.name}_{column.key}",
        )
        for column in kind.columns
        if column.edit
    ]
    return [
        path(f"{here}count/", _bound(count, kind, may), name=f"{kind.name}_count"),
        path(f"{here}columns/", _bound(columns, kind, may, post=may), name=f"{kind.name}_columns"),
        path(f"{here}views/new/", _bound(view_new, kind, may, post=may), name=f"{kind.name}_view_new"),
        path(f"{here}views/opens/", _bound(view_opens, kind, None, post=may), name=f"{kind.name}_opens"),
        *conditional,
        path(f"{one}peek/", _bound(peek, kind, may), name=f"{kind.name}_peek"),
        *edits,
    ]


urls = [
    *[address for kind in LISTS.values() for address in addresses(kind)],
    path("views/<uuid:view_id>/edit/", view_edit, name="view_edit"),
    path("views/<uuid:view_id>/save/", view_save, name="view_save"),
    path("views/<uuid:view_id>/copy/", view_copy, name="view_copy"),
    path("views/<uuid:view_id>/delete/", view_forget, name="view_forget"),
]
