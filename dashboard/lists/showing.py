"""The page of a list: its tabs, its head, its rows, each value ready to be shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from crm.models import SavedView
from crm.operations.lists.views import ALL
from crm.queries.conditions import in_words
from crm.queries.lists import may_change, opening_of, settings_for, views_for
from dashboard.lists.rows import written
from dashboard.lists.shape import Column, List
from dashboard.lists.state import State


@dataclass(frozen=True)
class Page:
    """Rows as the templates want them."""

    rows: list[Any]
    previous_link: str
    next_link: str
    is_first: bool

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Head:
    key: str
    label: str
    css: str
    link: str  # empty where no index carries the order
    direction: str  # ascending, descending, none


def show(kind: List, request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    """Answer with the page of a list, or for htmx (search, filters, more) only with its rows."""
    settings = settings_for(request.membership, kind.name)
    if not request.GET and (opens := _opening(kind, request, settings)):
        return redirect(f"{request.path}?{opens}")
    is_part = _is_part(request)
    views = [] if is_part else list(views_for(request.membership, kind.name))
    view = next((each for each in views if str(each.id) == request.GET.get("saved")), None)
    if view and view.query and set(request.GET) == {"saved"}:
        return redirect(f"{request.path}?{view.query}&saved={view.id}")
    is_kept_from = not is_part and view is None and _names_a_view(request)
    query = QueryDict("saved=all") if is_kept_from else request.GET
    state = State(kind, request.membership, query, settings.get(query.get("saved", "")) or settings.get(""))
    cut = state.page()
    kind.fill(request.membership, cut.rows)
    page = Page(
        cut.rows,
        _page_link(state, before=cut.before),
        _page_link(state, after=cut.after),
        not (request.GET.get("after") or request.GET.get("before")),
    )
    context = {
        "list": kind, "state": state, "page": page, kind.name: page, "filters": state.filters,
        "lines": written(state, cut.rows), "columns_shown": len(state.columns) + 2,
        "sums": kind.sums(state) if page.is_first and page.rows else "",
        **kind.context(request, page), **more,
    }  # fmt: skip
    context |= {} if is_part else _around(kind, request, state, page, views, view) | {"is_kept_from": is_kept_from}
    template = "dashboard/lists/rows.html" if is_part else "dashboard/lists/page.html"
    response = render(request, template, context, status=status)
    response["Vary"] = "HX-Request"  # or the back button shows rows without a page
    return response


def _is_part(request: HttpRequest) -> bool:
    return bool(request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request)


def _page_link(state: State, **cursor: str) -> str:
    return state.link(**cursor) if any(cursor.values()) else ""


def _names_a_view(request: HttpRequest) -> bool:
    """Say whether the address says that it comes from a view: one that is not theirs, or gone, shows the plain list."""
    try:
        return bool(UUID(request.GET.get("saved", "")))
    except ValueError:
        return False


def _opening(kind: List, request: HttpRequest, settings: dict) -> str:
    """The query string a list opens with: this person's choice, else their team's, else everybody's."""
    chosen = settings[""].opens_with if "" in settings else ""
    view = None if chosen == ALL else opening_of(request.membership, kind.name, chosen)
    return f"{view.query}&saved={view.id}".lstrip("&") if view else ""


def heads(state: State) -> list[Head]:
    return [_head(state, column) for column in state.columns]


def _head(state: State, column: Column) -> Head:
    if column.sort is None:
        return Head(column.key, str(column.label), column.css, "", "none")
    is_here = column.key == state.sort_key
    goes_down = not state.is_down if is_here else column.sort.is_down
    direction = ("descending" if state.is_down else "ascending") if is_here else "none"
    return Head(
        column.key, str(column.label), column.css, state.link(sort=f"{'-' if goes_down else ''}{column.key}"), direction
    )


# --- around them -------------------------------------------------------------------------------------------


def _around(
    kind: List, request: HttpRequest, state: State, page: Page, views: list[SavedView], view: SavedView | None
) -> dict[str, Any]:
    return {
        "heads": heads(state),
        "views": [(each, f"?{each.query}&saved={each.id}".replace("?&", "?")) for each in views],
        "view": view,
        "is_view_changed": view is not None and state.kept_query != view.query,
        "is_view_mine": view is not None and may_change(request.membership, view),
        "view_address": request.build_absolute_uri(reverse("dashboard:view", args=[view.id])) if view else "",
        "tabs": kind.tabs(request) if kind.tabs else [],
        "verbs": _verbs(kind, request),
        "has_rows": bool(page.rows) or state.is_narrowed or not page.is_first,
        "conditions_words": in_words(state.conditions, kind.subject) if state.conditions else "",
        "may_export": request.membership.may("exports:read"),
        "clear_link": _clear_link(kind, request),
    }  # fmt: skip


def _verbs(kind: List, request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {"label": each.label, "icon": each.icon, "address": reverse(f"dashboard:{kind.name}_do_{each.key}")}
        for each in kind.verbs
        if request.membership.may(each.permission)
    ]


def _clear_link(kind: List, request: HttpRequest) -> str:
    view = request.GET.get("view", "")
    return f"{request.path}?view={view}" if kind.tabs and view else f"{request.path}?saved=all"


def column_choices(state: State) -> list[tuple[Column, bool]]:
    """The columns that can be chosen, those shown first and in their order; the first one is no choice."""
    shown = state.columns[1:]
    hidden = [each for each in state.possible[1:] if each not in shown]
    return [*((each, True) for each in shown), *((each, False) for each in hidden)]


def chosen_columns(keys: Sequence[str], state: State) -> list[str]:
    """Keep what are columns of the list, each once."""
    known = {each.key for each in state.possible}
    return [key for key in dict.fromkeys(keys) if key in known]
