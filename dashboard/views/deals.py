"""Deals: the board, its columns, the list, and moves on the board."""

from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext

from crm.models import Deal, DealStage
from crm.operations import deals as selling
from crm.queries import deals as reading
from dashboard.access import staff
from dashboard.answers import blamed_on, done, listing
from dashboard.forms_deal_moves import MoveForm
from dashboard.forms_deals import DealFilters
from dashboard.lists.deals import DEALS, rooms
from dashboard.lists.showing import show
from dashboard.sight import seen
from dashboard.templatetags.dashboard import in_language
from dashboard.templatetags.deals import dress, sums
from foundation.numbers import whole_number
from tenancy import door

CARDS = 20
MOST_CARDS = 200  # of a column that is shown again as far as it had been opened
_signer = Signer(salt="deals.column")


def seen_deals(request: HttpRequest):
    return seen(request.membership, reading.deals())


@staff("deals:read")
def deals_board(request: HttpRequest) -> HttpResponse:
    every = _pipelines()
    pipeline = _chosen(request, every)
    filters = DealFilters(request.GET, member=request.membership, currency=request.organisation.currency)
    rows = reading.on_board(filters.narrow(seen_deals(request)), door.moment())
    columns = [_dressed(request, each) for each in reading.board(rows, pipeline.id, size=CARDS)]
    return listing(
        request, page="dashboard/deals_board.html", rows="dashboard/parts/board_columns.html", filters=filters,
        columns=columns, pipeline=pipeline, pipelines=every, pipeline_links=_links(request, every),
        is_empty=not filters.chosen and not any(column["count"] for column in columns), rooms=rooms(request),
        kept=_kept(request, filters),
    )  # fmt: skip


def _kept(request, filters: DealFilters) -> list[tuple[str, str]]:
    """What the list was asked for and the board does not know: it is still there on the way back."""
    known = {*filters.fields, "pipeline", "after", "shown"}
    return [(name, value) for name in request.GET if name not in known for value in request.GET.getlist(name) if value]


def _pipelines() -> list:
    selling.ensure_pipeline()
    return list(reading.pipelines())


def _chosen(request, every: list):
    """The pipeline that is asked for, or that of the stage which the list was narrowed to."""
    wanted, stage = request.GET.get("pipeline", ""), request.GET.get("stage", "")
    chosen = (each for each in every if str(each.id) == wanted)
    around = (each for each in every if not wanted and any(str(one.id) == stage for one in each.stages.all()))
    return next(chosen, None) or next(around, every[0])


def _links(request, every: list) -> list[tuple]:
    query = request.GET.copy()
    query.pop("stage", None)  # of one of them
    found = []
    for each in every:
        query["pipeline"] = str(each.id)
        found.append((each, f"?{query.urlencode()}"))
    return found


def _dressed(request, column: reading.Column) -> dict:
    query = request.GET.copy()
    query.pop("shown", None)
    query.pop("after", None)
    here = f"{reverse('dashboard:deal_column', args=[column.stage.id])}"
    plain = f"{here}?{query.urlencode()}"
    more = ""
    if column.after:
        query["after"] = _signer.sign(f"{column.after[0]}|{column.after[1]}")
        more = f"{here}?{query.urlencode()}"
    query.pop("after", None)
    deals = [dress(deal) for deal in column.deals]
    return {
        "key": column.stage.id, "name": in_language(column.stage.name), "colour": column.stage.colour,
        "kind": column.stage.kind, "under": sums(column.sums) if column.sums else "", "cards": deals,
        "days": reading.CLOSED_SHOWN.days if column.stage.kind != "open" else None,
        "template": "dashboard/parts/deal_card.html",
        "list_link": f"{reverse('dashboard:deals_list')}?{_in_stage(query, column.stage)}",
        "stage": column.stage, "count": column.count, "sums": column.sums, "link": plain, "more": more,
        "deals": deals,
    }  # fmt: skip


def _in_stage(query: QueryDict, stage: DealStage) -> str:
    """The same filters in the list, narrowed to a stage."""
    query = query.copy()
    query.pop("state", None)  # the stage says it
    query["stage"] = str(stage.id)
    return query.urlencode()


@staff("deals:read")
def deal_column(request: HttpRequest, stage_id: UUID) -> HttpResponse:
    """Give one column afresh, as far as it had been opened, or (`after`) the cards that follow."""
    stage = get_object_or_404(DealStage.objects.select_related("pipeline"), id=stage_id)
    filters = DealFilters(request.GET, member=request.membership, currency=request.organisation.currency)
    rows = reading.on_board(filters.narrow(seen_deals(request)), door.moment())
    after = _read(request.GET.get("after", ""))
    found = reading.column(rows, stage, after=after, size=_size(request))
    template = "board_cards" if after else "board_column"
    context = {"column": _dressed(request, found), "pipeline": stage.pipeline}
    response = render(request, f"dashboard/parts/{template}.html", context)
    response["Vary"] = "HX-Request"
    return response


def _size(request) -> int:
    return min(max(whole_number(request.GET.get("shown", "")) or 0, CARDS), MOST_CARDS)


def _read(cursor: str) -> tuple[int, UUID] | None:
    if not cursor:
        return None
    try:
        rank, _, deal_id = _signer.unsign(cursor).partition("|")
        return int(rank), UUID(deal_id)
    except (BadSignature, ValueError):
        raise Http404 from None


# --- moving -------------------------------------------------------------------------------------------------


@staff("deals:write", post="deals:write")
def deal_move(request: HttpRequest, deal_id: UUID) -> HttpResponse:
    """Move a deal: from the board by hand or keys, from its menu, or by this page alone.

    What the stage asks for is asked in the same form; then the answer is 422 with the form.
    """
    deal = get_object_or_404(seen_deals(request), id=deal_id)
    if request.method != "POST":
        initial = {"stage": request.GET.get("stage") or str(deal.stage_id), "version": deal.version}
        return _ask(request, deal, MoveForm(initial=initial, deal=deal, to=None, member=request.membership), status=200)
    to = _stage(request.POST.get("stage", ""))
    form = MoveForm(request.POST, deal=deal, to=to, member=request.membership)
    if form.asks and "is_asked" not in request.POST:
        initial = {name: request.POST.get(name) for name in ("stage", "version", "after")}
        return _ask(request, deal, MoveForm(initial=initial, deal=deal, to=to, member=request.membership), status=422)
    if not form.is_valid() or form.needs_elsewhere:
        return _ask(request, deal, form, status=422)
    if not form.asks:
        return _moved(request, selling.move_deal(deal_id, to.id, **form.told))  # a refusal is a toast
    with blamed_on(form, reason_id="reason"):
        return _moved(request, selling.move_deal(deal_id, to.id, **form.told))
    return _ask(request, deal, form, status=422)


def _stage(text: str) -> DealStage:
    try:
        return get_object_or_404(DealStage.objects.filter(archived_at=None), id=UUID(text))
    except ValueError:
        raise Http404 from None


def _ask(request, deal: Deal, form: MoveForm, *, status: int) -> HttpResponse:
    template = "dashboard/parts/deal_move_dialog.html" if request.htmx else "dashboard/deal_move.html"
    return render(request, template, {"deal": deal, "form": form, "to": form.to}, status=status)


def _moved(request, deal: Deal) -> HttpResponse:
    name = in_language(deal.stage.name)
    said = gettext("“%(title)s” is now in “%(stage)s”.") % {"title": deal.title, "stage": name}
    if request.htmx:
        return JsonResponse({"said": said, "stage": str(deal.stage_id), "card": str(deal.id)})
    return done(request, said, "dashboard:deal", deal.id)


# --- the list -------------------------------------------------------------------------------------------------


@staff("deals:read")
def deals_list(request: HttpRequest) -> HttpResponse:
    selling.ensure_pipeline()
    return show(DEALS, request)


urls = [
    path("deals/", deals_board, name="deals"),
    path("deals/list/", deals_list, name="deals_list"),
    path("deals/columns/<uuid:stage_id>/", deal_column, name="deal_column"),
    path("deals/<uuid:deal_id>/move/", deal_move, name="deal_move"),
]
