"""Work on many rows, and files of lists: ask for it, watch it, stop it, take the file."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import get_language, gettext

from crm.errors.lists import NothingChosen, TooManyNamed
from crm.models import ListPiece, ListWork
from crm.operations.lists import work as working
from crm.queries.lists import pieces_of, problems_of, settings_for
from dashboard import tasks
from dashboard.access import action, may, staff
from dashboard.answers import blamed_on, done, page
from dashboard.lists import files
from dashboard.lists.customers import known_tags
from dashboard.lists.registry import LISTS
from dashboard.lists.shape import List, Verb
from dashboard.lists.state import State, state_of
from dashboard.sight import seen
from tenancy import audit, events, jobs

MOST_NAMED = 2_000
_TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


# --- ask for it --------------------------------------------------------------------------------------------


def ask(request: HttpRequest, kind: List, verb: Verb) -> HttpResponse:
    """The form of a verb; by POST, the work for a worker."""
    told = {"member": request.membership} if verb.is_personal else {}
    form = verb.form(request.POST or None, **told)
    if request.method == "POST" and form.is_valid() and (begun := _begun(request, kind, verb, form)):
        return begun
    context = {"list": kind, "verb": verb, "known_tags": known_tags() if "tag" in form.fields else []}
    return page(request, "dashboard/lists/verb.html", context, form=form)


def _begun(request: HttpRequest, kind: List, verb: Verb, form: forms.Form) -> HttpResponse | None:
    """Write the work down; nothing where what it needs cannot be made."""
    ids, query = _chosen(request)
    total = _count(kind, request, ids, query)
    if verb.is_personal:
        with blamed_on(form):
            form.prepare()
        if form.errors:
            return None
    work = working.ask_for(
        request.membership, kind.name, verb.key, total=total, arguments=form.arguments, language=get_language(),
        query=query, ids=ids,
    )  # fmt: skip
    _ring(request, work)
    return done(request, gettext("Begun. You can leave this page; the work goes on."), "dashboard:work", work.job_id)


def _chosen(request: HttpRequest) -> tuple[list[UUID] | None, str]:
    """The rows that were ticked, or the query whose matches are all meant."""
    if request.POST.get("all"):
        return None, request.POST.get("query", "").lstrip("?")
    try:
        ids = [UUID(each) for each in request.POST.get("ids", "").split(",") if each]
    except ValueError:
        raise NothingChosen from None
    if not ids:
        raise NothingChosen
    if len(ids) > MOST_NAMED:
        raise TooManyNamed(most=MOST_NAMED)
    return ids, ""


def _count(kind: List, request: HttpRequest, ids: list[UUID] | None, query: str) -> int:
    """Count what will be done, for the bar: only what this person sees."""
    if ids is not None:
        total = seen(request.membership, kind.bare()).filter(id__in=ids).count()
    else:
        total = state_of(kind, request.membership, query).narrowed(kind.bare()).order_by().count()
    if not total:
        raise NothingChosen
    return total


def _ring(request: HttpRequest, work: ListWork) -> None:
    organisation_id, work_id = str(request.organisation.id), str(work.id)
    transaction.on_commit(lambda: events.ring(tasks.run_list_work, organisation_id, work_id))


# --- files -------------------------------------------------------------------------------------------------


class FileForm(forms.Form):
    format = forms.ChoiceField(choices=[(each, each) for each in files.FORMATS], required=False)
    raw = forms.BooleanField(required=False)


def export(request: HttpRequest, kind: List) -> HttpResponse:
    """Send the view as a file; a long one is written by a worker."""
    state = State(kind, request.membership, _without_manners(request), _setting(kind, request))
    form = FileForm(request.GET)
    if not form.is_valid():
        raise Http404
    format, is_raw = form.cleaned_data["format"] or "csv", form.cleaned_data["raw"]
    if state.found is None and (rows := _how_many(state)) > files.AT_ONCE:
        return _later(request, state, rows, format, is_raw)
    files.check_may_leave(state, request.organisation)
    rows = list(files.read(state))
    files.note(state, rows=len(rows), format=format, subject=request.organisation)
    body = list(files.xlsx(state, rows)) if format == "xlsx" else files.csv(state, rows, is_raw=is_raw)
    return _attached(body, kind.name, format)


def _without_manners(request: HttpRequest):
    query = request.GET.copy()
    for name in ("format", "raw", "after", "before"):
        query.pop(name, None)
    return query


def _setting(kind: List, request: HttpRequest):
    settings = settings_for(request.membership, kind.name)
    return settings.get(request.GET.get("saved", "")) or settings.get("")


def _how_many(state: State) -> int:
    return state.narrowed(state.list.bare()).order_by()[: files.AT_ONCE + 1].count()


def _later(request: HttpRequest, state: State, rows: int, format: str, is_raw: bool) -> HttpResponse:
    total = files.check_may_leave(state, request.organisation)
    query = state.link(cols=",".join(each.key for each in state.columns)).lstrip("?")
    work = working.ask_for(
        request.membership, state.list.name, "export", total=total, language=get_language(), query=query,
        arguments={"format": format, "is_raw": is_raw},
    )  # fmt: skip
    _ring(request, work)
    return redirect("dashboard:work", work.job_id)


def _attached(body, name: str, format: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(body, content_type=_TYPES[format])
    response["Content-Disposition"] = f'attachment; filename="{name}.{format}"'
    return response


# --- watch it ----------------------------------------------------------------------------------------------


@staff()
def work(request: HttpRequest, work_job_id: UUID) -> HttpResponse:
    """How far a work has come, what it could not do and why."""
    found = get_object_or_404(ListWork.objects.select_related("job", "member__user"), job_id=work_job_id)
    is_theirs = found.member_id == request.membership.id
    context = {"work": found, "job": found.job, "list": LISTS[found.list_name], "is_theirs": is_theirs}
    context["verb"] = gettext("Export") if found.verb == "export" else LISTS[found.list_name].verb(found.verb).label
    if is_theirs or may(request, "audit:read"):
        context["problems"] = list(problems_of(found.id)[:200])
        context["has_file"] = ListPiece.objects.filter(work_id=found.id, kind=ListPiece.Kind.FILE).exists()
    is_part = request.htmx and request.GET.get("part")
    response = page(request, "dashboard/lists/work_state.html" if is_part else "dashboard/lists/work.html", context)
    if is_part and found.job.is_over:
        response["HX-Refresh"] = "true"
    return response


@action("")
def work_cancel(request: HttpRequest, work_job_id: UUID) -> HttpResponse:
    found = get_object_or_404(ListWork.objects.select_related("job"), job_id=work_job_id)
    if found.member_id != request.membership.id and not may(request, "people:write"):
        raise Http404
    if jobs.request_cancel(work_job_id):
        audit.record("job.cancel_requested", found.job, {"kind": found.job.kind})
    return done(request, gettext("It stops after its present step."), "dashboard:work", work_job_id)


@action("exports:read")
def work_file(request: HttpRequest, work_job_id: UUID) -> HttpResponse:
    """Give the file to whoever asked for it: it holds what they may see."""
    found = get_object_or_404(ListWork.objects, job_id=work_job_id, verb="export", member=request.membership)
    if not ListPiece.objects.filter(work_id=found.id, kind=ListPiece.Kind.FILE).exists():
        raise Http404
    pieces = pieces_of(found.id, ListPiece.Kind.FILE)
    return _attached(pieces, found.list_name, found.arguments["format"])


# --- addresses ---------------------------------------------------------------------------------------------


def _bound(view: Callable, name: str, permission: str, post: str | None, **more) -> Callable:
    bound = partial(view, **more)
    bound.__name__ = bound.__qualname__ = name
    bound.__doc__ = view.__doc__
    return staff(permission, post=post, also=more["kind"].permission)(bound)


def _addresses(kind: List) -> list:
    verbs = [
        path(
            f"{kind.name}/work/{verb.key}/",
            _bound(ask, f"{kind.name}_{verb.key}", verb.permission, verb.permission, kind=kind, verb=verb),
            name=f"{kind.name}_do_{verb.key}",
        )
        for verb in kind.verbs
    ]
    exporting = _bound(export, f"{kind.name}_export", "exports:read", None, kind=kind)
    return [*verbs, path(f"{kind.name}/export/", exporting, name=f"{kind.name}_export")]


urls = [
    *[address for kind in LISTS.values() for address in _addresses(kind)],
    path("work/<uuid:work_job_id>/", work, name="work"),
    path("work/<uuid:work_job_id>/cancel/", work_cancel, name="work_cancel"),
    path("work/<uuid:work_job_id>/file/", work_file, name="work_file"),
]
