"""One task: what to do and say, its checklist, its result, who has it, what colleagues said."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext

from crm import operations as crm
from crm.models import ContactVisit, Task
from crm.queries import comments_of
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.customer_page import PURPOSES, contacts_of
from dashboard.forms_plans import FindingForm
from dashboard.forms_tasks import SNOOZES, CommentForm, HandOverForm, ResultForm, TaskForm, present, snoozed_until
from dashboard.views.tasks import seen_tasks
from tenancy import door


@staff("tasks:read")
def task(request: HttpRequest, task_id: UUID) -> HttpResponse:
    return _show(request, _found(request, task_id))


def _found(request, task_id: UUID) -> Task:
    return get_object_or_404(seen_tasks(request), id=task_id)


def _show(request, found: Task, **forms) -> HttpResponse:
    """Show the page; a refused form comes back in its place with status 422."""
    visit = ContactVisit.objects.filter(task=found).select_related("step__plan", "case").first()
    fresh = {
        "result_form": ResultForm(), "comment_form": CommentForm(),
        "hand_form": HandOverForm(initial={"assignee": str(found.assignee_id or "")}),
        "finding_form": FindingForm(questions=visit.step.questions) if visit else None,
    }  # fmt: skip
    context = {
        "task": found, "visit": visit, "comments": comments_of(found.id), "snoozes": SNOOZES.items(),
        "is_mine": found.assignee_id == request.membership.id, "is_late": found.due_at < door.moment(),
        "points": contacts_of(found.customer, request.membership) if found.customer else [], "purposes": PURPOSES,
        "followers": Task.objects.filter(key__in=[f"again:{found.id}"])[:1], **fresh, **forms,
    }  # fmt: skip
    response = page(request, "dashboard/task.html", context)
    response.status_code = 422 if forms else 200
    return response


@staff("tasks:write", post="tasks:write")
def task_edit(request: HttpRequest, task_id: UUID) -> HttpResponse:
    found = _found(request, task_id)
    form = TaskForm(request.POST or None, initial=present(found))
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            asked = dict(form.cleaned_data)
            assignee = asked.pop("assignee")
            crm.change_task(task_id, **asked)
            if assignee != found.assignee_id:
                crm.assign_task(task_id, assignee)
            return done(request, gettext("Saved."), "dashboard:task", task_id)
    return page(request, "dashboard/task_form.html", {"task": found}, form=form)


@action("tasks:write")
def task_result(request: HttpRequest, task_id: UUID) -> HttpResponse:
    found, form = _found(request, task_id), ResultForm(request.POST)
    if form.is_valid():
        with blamed_on(form):
            crm.record_result(task_id, **form.cleaned_data)
            said = gettext("Noted; the next call is planned.") if form.cleaned_data["result"] == "again" else ""
            return done(request, said or gettext("Task closed."), "dashboard:task", task_id)
    return _show(request, found, result_form=form)


@action("tasks:write")
def task_finding(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Write down what was found on the return visit that this task is."""
    found = _found(request, task_id)
    visit = get_object_or_404(ContactVisit.objects.select_related("step"), task=found)
    form = FindingForm(request.POST, questions=visit.step.questions)
    if form.is_valid():
        with blamed_on(form):
            crm.record_finding(visit.id, **form.finding)
            return done(request, gettext("What was found is written down."), "dashboard:task", task_id)
    return _show(request, found, finding_form=form)


@action("tasks:write")
def task_comment(request: HttpRequest, task_id: UUID) -> HttpResponse:
    found, form = _found(request, task_id), CommentForm(request.POST)
    if form.is_valid():
        crm.comment_on_task(task_id, form.cleaned_data["text"])
        return done(request, gettext("Written down."), "dashboard:task", task_id)
    return _show(request, found, comment_form=form)


@action("tasks:write")
def task_tick(request: HttpRequest, task_id: UUID) -> HttpResponse:
    found = _found(request, task_id)
    ticked = set(request.POST.getlist("ticked"))
    for position, line in enumerate(found.checklist):
        if line["is_done"] != (str(position) in ticked):
            crm.tick_line(task_id, position, is_done=str(position) in ticked)
    return done(request, gettext("Saved."), "dashboard:task", task_id)


@action("tasks:write")
def task_snooze(request: HttpRequest, task_id: UUID) -> HttpResponse:
    _found(request, task_id)
    choice = request.POST.get("until", "")
    if choice not in SNOOZES:
        raise Http404
    crm.put_off(task_id, snoozed_until(choice, door.moment()))
    return done(request, gettext("Put off."), "dashboard:task", task_id)


@action("tasks:write")
def task_acknowledge(request: HttpRequest, task_id: UUID) -> HttpResponse:
    _found(request, task_id)
    crm.acknowledge_task(task_id)
    return done(request, gettext("You have taken it over."), "dashboard:task", task_id)


urls = [
    path("tasks/<uuid:task_id>/", task, name="task"),
    path("tasks/<uuid:task_id>/edit/", task_edit, name="task_edit"),
    path("tasks/<uuid:task_id>/result/", task_result, name="task_result"),
    path("tasks/<uuid:task_id>/finding/", task_finding, name="task_finding"),
    path("tasks/<uuid:task_id>/comment/", task_comment, name="task_comment"),
    path("tasks/<uuid:task_id>/tick/", task_tick, name="task_tick"),
    path("tasks/<uuid:task_id>/snooze/", task_snooze, name="task_snooze"),
    path("tasks/<uuid:task_id>/acknowledge/", task_acknowledge, name="task_acknowledge"),
]
