"""One case: what was said, what is to be done, how it moved, how it was rated."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext

from crm import operations as crm
from crm.models import Case
from crm.queries import moves_of, ratings_of, said_in
from crm.rules.cases import MOVES, UNFINISHED, seconds_taken
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.custom_fields import custom_facts
from dashboard.forms_cases import CaseForm, MergeForm, OwnerForm, ReopenForm, SolveForm, TalkForm
from dashboard.people import member_choices, names_of
from dashboard.views.cases import seen_cases
from dashboard.views.tasks import seen_tasks
from foundation.ids import new_id
from tenancy import door


@staff("cases:read")
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    return _show(request, _found(request, case_id))


def _found(request, case_id: UUID) -> Case:
    rows = seen_cases(request).select_related("order", "cause", "merged_into")
    return get_object_or_404(rows, id=case_id)


def _show(request, found: Case, **forms) -> HttpResponse:
    """Show the page; a refused form comes back in its place with status 422."""
    fresh = {
        "talk_form": TalkForm(),
        "solve_form": SolveForm(initial={"resolution": found.resolution}, case=found, member=request.membership),
        "owner_form": OwnerForm(initial={"owner": str(found.owner_id or "")}), "reopen_form": ReopenForm(),
        "merge_form": MergeForm(case=found, reader=request.membership),
        "edit_form": CaseForm(
            customer=found.customer, initial=_present(found), custom=found.custom, member=request.membership
        ),
    }  # fmt: skip
    context = {
        "case": found, "said": said_in(found.id), "moves": _told(found), "ratings": ratings_of(found.id),
        "tasks": seen_tasks(request).filter(case_id=found.id).order_by("state", "due_at"), "nexts": MOVES[found.status],
        "is_unfinished": found.status in UNFINISHED, "now": door.moment(), "is_open": dict.fromkeys(forms, True),
        "hours_taken": _taken(found), "custom_facts": custom_facts("case", request.membership, found.custom),
        "is_answerable": found.status in UNFINISHED, **fresh, **forms,
    }  # fmt: skip
    response = page(request, "dashboard/case.html", context)
    response.status_code = 422 if forms else 200
    return response


def _present(found: Case) -> dict:
    return {
        "subject": found.subject, "description": found.description, "channel": found.channel, "priority": found.priority,
        "category": str(found.category_id or ""), "order": str(found.order_id or ""),
    }  # fmt: skip


def _taken(found: Case) -> float | None:
    """Hours from opening to solution, without the times in which we waited; pauses after it do not count."""
    if not found.solved_at:
        return None
    after = int((found.closed_at - found.solved_at).total_seconds()) if found.closed_at else 0
    return round(seconds_taken(found.opened_at, found.solved_at, found.paused_seconds - after) / 3600, 1)


def _told(found: Case) -> list[dict]:
    """Put the moves into words: who did what, from where to where."""
    rows = list(moves_of(found.id))
    people, members = names_of([row.actor_id for row in rows if row.actor_id]), dict(member_choices())
    return [
        {"title": _words(row, members), "who": people.get(row.actor_id, ""), "note": row.note, "at": row.occurred_at,
         "what": row.what, "is_customer": row.actor_kind == "customer"}
        for row in rows
    ]  # fmt: skip


def _words(row, members: dict[str, str]) -> str:
    if row.what == "status":
        return str(Case.Status(row.after).label)
    if row.what == "owner":
        name = members.get(row.after)
        return gettext("Given to %(name)s") % {"name": name} if name else gettext("Back in the queue")
    if row.what == "priority":
        return gettext("Priority: %(priority)s") % {"priority": Case.Priority(int(row.after)).label}
    if row.what == "merge":
        return gettext("%(number)s was merged into this case") % {"number": row.before}
    return gettext("Rated %(stars)s of 5") % {"stars": row.after}


# --- what can be done ---------------------------------------------------------------------------------------


@action("cases:write")
def case_talk(request: HttpRequest, case_id: UUID) -> HttpResponse:
    found, form = _found(request, case_id), TalkForm(request.POST)
    if form.is_valid():
        with blamed_on(form):
            says, text = form.cleaned_data["says"], form.cleaned_data["text"]
            if says == "note":
                crm.note_on_case(case_id, text)
            elif says == "in":
                crm.hear_from_customer(case_id, text)
            else:
                crm.reply_to_case(case_id, text, waits=says == "wait")
            return done(request, gettext("Written down."), "dashboard:case", case_id)
    return _show(request, found, talk_form=form)


@action("cases:write")
def case_edit(request: HttpRequest, case_id: UUID) -> HttpResponse:
    found = _found(request, case_id)
    form = CaseForm(request.POST, customer=found.customer, custom=found.custom, member=request.membership)
    if form.is_valid():
        with blamed_on(form):
            crm.change_case(case_id, **form.facts)
            return done(request, gettext("Saved."), "dashboard:case", case_id)
    return _show(request, found, edit_form=form)


@action("cases:write")
def case_assign(request: HttpRequest, case_id: UUID) -> HttpResponse:
    found, form = _found(request, case_id), OwnerForm(request.POST)
    if "take" in request.POST:
        crm.assign_case(case_id, request.membership.id)
        return done(request, gettext("The case is yours."), "dashboard:case", case_id)
    if form.is_valid():
        with blamed_on(form):
            crm.assign_case(case_id, form.cleaned_data["owner"], form.cleaned_data["note"])
            return done(request, gettext("Handed over."), "dashboard:case", case_id)
    return _show(request, found, owner_form=form)


@action("cases:write")
def case_step(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Wait for the customer, go on, close."""
    _found(request, case_id)
    steps = {"wait": crm.wait_for_customer, "resume": crm.resume_case, "close": crm.close_case}
    step = steps.get(request.POST.get("step", ""))
    if step is None:
        raise Http404
    step(case_id)
    return done(request, gettext("Noted."), "dashboard:case", case_id)


@action("cases:write")
def case_solve(request: HttpRequest, case_id: UUID) -> HttpResponse:
    found = _found(request, case_id)
    form = SolveForm(request.POST, case=found, member=request.membership)
    if form.is_valid():
        with blamed_on(form):
            told = form.cleaned_data
            crm.solve_case(case_id, resolution=told["resolution"], cause_id=told["cause"], custom=form.custom_values)
            if "close" in request.POST:
                crm.close_case(case_id)
            return done(request, gettext("Solved."), "dashboard:case", case_id)
    return _show(request, found, solve_form=form)


@action("cases:write")
def case_reopen(request: HttpRequest, case_id: UUID) -> HttpResponse:
    found, form = _found(request, case_id), ReopenForm(request.POST)
    if form.is_valid():
        with blamed_on(form):
            crm.reopen_case(case_id, form.cleaned_data["reason"])
            return done(request, gettext("The case is open again."), "dashboard:case", case_id)
    return _show(request, found, reopen_form=form)


@action("cases:write")
def case_merge(request: HttpRequest, case_id: UUID) -> HttpResponse:
    found = _found(request, case_id)
    form = MergeForm(request.POST, case=found, reader=request.membership)
    if form.is_valid():
        with blamed_on(form):
            crm.merge_cases(case_id, form.cleaned_data["number"])
            return done(request, gettext("The two cases are one now."), "dashboard:case", case_id)
    return _show(request, found, merge_form=form)


@action("tasks:write")
def case_task(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Add a task about this case, due tomorrow morning."""
    found = _found(request, case_id)
    local = timezone.localtime(door.moment()) + timezone.timedelta(days=1)
    made = crm.add_task(
        key=f"staff:{new_id()}", title=f"{found.code} {found.subject}"[:200], case_id=found.id,
        due_at=local.replace(hour=9, minute=0, second=0, microsecond=0), customer_id=found.customer_id,
        assignee_id=request.membership.id,
    )  # fmt: skip
    return done(request, gettext("Task added."), "dashboard:task_edit", made.id)


urls = [
    path("cases/<uuid:case_id>/", case, name="case"),
    path("cases/<uuid:case_id>/talk/", case_talk, name="case_talk"),
    path("cases/<uuid:case_id>/edit/", case_edit, name="case_edit"),
    path("cases/<uuid:case_id>/assign/", case_assign, name="case_assign"),
    path("cases/<uuid:case_id>/step/", case_step, name="case_step"),
    path("cases/<uuid:case_id>/solve/", case_solve, name="case_solve"),
    path("cases/<uuid:case_id>/reopen/", case_reopen, name="case_reopen"),
    path("cases/<uuid:case_id>/merge/", case_merge, name="case_merge"),
    path("cases/<uuid:case_id>/task/", case_task, name="case_task"),
]
