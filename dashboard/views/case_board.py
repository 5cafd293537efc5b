"""Cases as a board: columns by status, and moves on it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext

from crm import operations as crm
from crm.models import Case
from crm.queries.case_board import CLOSED_SHOWN, ORDER, Lane, lanes, on_board
from crm.rules.cases import CLOSED, NEW, OPEN, SOLVED, WAITING, reachable
from dashboard.access import staff
from dashboard.answers import blamed_on, done, listing
from dashboard.forms_cases import CaseFilters, CaseMoveForm
from dashboard.lists.cases import dress
from dashboard.lists.paging import cut
from dashboard.lists.shape import Sort
from dashboard.views.cases import seen_cases
from foundation.numbers import whole_number
from tenancy import door

CARDS, MOST_CARDS = 20, 200
_COLOURS = {NEW: "#d97706", OPEN: "#2563eb", WAITING: "#64707d", SOLVED: "#15803d", CLOSED: "#334155"}


@staff("cases:read")
def case_board(request: HttpRequest) -> HttpResponse:
    filters = CaseFilters(request.GET, member=request.membership)
    rows = _rows(request, filters)
    columns = [_column(request, rows, lane) for lane in lanes(rows, door.moment())]
    return listing(
        request, page="dashboard/case_board.html", rows="dashboard/parts/board_columns.html", filters=filters,
        columns=columns,
        is_empty=not filters.chosen and not any(column["count"] for column in columns),
    )  # fmt: skip


def _rows(request, filters: CaseFilters):
    return on_board(filters.narrow(seen_cases(request)), door.moment())


def _column(request, rows, lane: Lane, *, after: str = "", size: int = CARDS) -> dict:
    query = request.GET.copy()
    for name in ("after", "shown"):
        query.pop(name, None)
    field, is_down = ORDER[lane.status]
    found = cut(rows.filter(status=lane.status), Sort(field), is_down=is_down, after=after, size=size)
    here = reverse("dashboard:case_column", args=[lane.status])
    plain = f"{here}?{query.urlencode()}"
    if found.after:
        query["after"] = found.after
    late = ngettext("%(n)s late", "%(n)s late", lane.late) % {"n": lane.late} if lane.late else ""
    return {
        "key": lane.status, "name": Case.Status(lane.status).label, "colour": _COLOURS[lane.status], "kind": lane.status,
        "count": lane.count, "under": late, "days": CLOSED_SHOWN.days if lane.status == CLOSED else None, "link": plain,
        "more": f"{here}?{query.urlencode()}" if found.after else "", "template": "dashboard/parts/case_card.html",
        "list_link": f"{reverse('dashboard:cases')}?view={lane.status}", "cards": [_card(case) for case in found.rows],
    }  # fmt: skip


def _card(case: Case) -> Case:
    """Say besides where keys may take it."""
    case.reach = " ".join(sorted(reachable(case.status)))
    return dress(case)


@staff("cases:read")
def case_column(request: HttpRequest, case_status: str) -> HttpResponse:
    """Give one column afresh, as far as it had been opened, or (`after`) the cards that follow."""
    rows = _rows(request, CaseFilters(request.GET, member=request.membership))
    lane = next((each for each in lanes(rows, door.moment()) if each.status == case_status), None)
    if lane is None:
        raise Http404
    after = request.GET.get("after", "")
    size = min(max(whole_number(request.GET.get("shown", "")) or 0, CARDS), MOST_CARDS)
    context = {"column": _column(request, rows, lane, after=after, size=size)}
    response = render(request, f"dashboard/parts/{'board_cards' if after else 'board_column'}.html", context)
    response["Vary"] = "HX-Request"
    return response


# --- moving -------------------------------------------------------------------------------------------------


@staff("cases:write", post="cases:write")
def case_move(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Move a case: by hand or keys on the board, from a card's menu, or by this page alone.

    What the step asks for (what was done, why it is open again) is asked in the same form, with status 422.
    """
    case = get_object_or_404(seen_cases(request), id=case_id)
    shared = {"case": case, "member": request.membership}
    if request.method != "POST":
        return _ask(request, case, CaseMoveForm(to="", initial={"version": case.status}, **shared), status=200)
    to = request.POST.get("stage", "")
    if to not in Case.Status.values:
        raise Http404
    if to not in reachable(case.status):
        return _moved(request, crm.move_case(case.id, to))  # refuses
    form = CaseMoveForm(request.POST, to=to, **shared)
    if form.asks and "is_asked" not in request.POST:
        initial = {"stage": to, "version": request.POST.get("version", "")}
        return _ask(request, case, CaseMoveForm(to=to, initial=initial, **shared), status=422)
    if not form.is_valid():
        return _ask(request, case, form, status=422)
    if not form.asks:
        return _moved(request, crm.move_case(case.id, to, **form.told))  # a refusal is a toast
    with blamed_on(form):
        return _moved(request, crm.move_case(case.id, to, **form.told))
    return _ask(request, case, form, status=422)


def _ask(request, case: Case, form: CaseMoveForm, *, status: int) -> HttpResponse:
    template = "dashboard/parts/case_move_dialog.html" if request.htmx else "dashboard/case_move.html"
    return render(request, template, {"case": case, "form": form, "to": form.to_label}, status=status)


def _moved(request, case: Case) -> HttpResponse:
    said = gettext("Case %(number)s: %(status)s") % {"number": case.code, "status": case.get_status_display()}
    if request.htmx:
        return JsonResponse({"said": said, "stage": case.status, "card": str(case.id)})
    return done(request, said, "dashboard:case", case.id)


urls = [
    path("cases/board/", case_board, name="case_board"),
    path("cases/columns/<slug:case_status>/", case_column, name="case_column"),
    path("cases/<uuid:case_id>/move/", case_move, name="case_move"),
]
