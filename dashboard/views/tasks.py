"""What is to be done: mine, everybody's, overdue; each with the words to say."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm import operations as crm
from crm.models import Task
from crm.queries import tasks as all_tasks
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, listing, page
from dashboard.forms import MomentField
from dashboard.paging import newest_first, soonest_first
from dashboard.people import MemberField
from dashboard.sight import seen
from foundation.ids import new_id
from tenancy import door


class NewTaskForm(forms.Form):
    title = forms.CharField(label=_("What is to be done"), max_length=200)
    due_at = MomentField(label=pgettext_lazy("deadline", "Due"))
    script = forms.CharField(label=_("Words to say"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3}))
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=Task.Priority.choices, coerce=int, initial=Task.Priority.NORMAL
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assignee"] = MemberField(label=_("Who does it"))


class OutcomeForm(forms.Form):
    outcome = forms.CharField(label=_("What came of it"), required=False, max_length=300)
    is_dropped = forms.BooleanField(required=False)


class AssigneeForm(forms.Form):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assignee"] = MemberField(label=_("Who does it"))


@staff("tasks:read")
def tasks(request: HttpRequest) -> HttpResponse:
    return _show(request)


def _show(request, form: NewTaskForm | None = None) -> HttpResponse:
    view = request.GET.get("view", "mine")
    view = view if view in _VIEWS else "mine"
    rows = seen(request.membership, _VIEWS[view](all_tasks(), request))
    shown = newest_first(request, rows, by="completed_at") if view == "done" else soonest_first(request, rows, by="due_at")
    response = listing(
        request, page="dashboard/tasks.html", rows="dashboard/parts/task_rows.html", tasks=shown, view=view,
        tabs=_tabs(request), task_form=form or NewTaskForm(initial={"assignee": str(request.membership.id)}),
        is_form_open=form is not None, assignees=AssigneeForm().fields["assignee"].choices,
    )  # fmt: skip
    response.status_code = 422 if form else 200
    return response


_VIEWS = {
    "mine": lambda rows, request: rows.filter(state=Task.State.OPEN, assignee=request.membership),
    "overdue": lambda rows, request: rows.filter(state=Task.State.OPEN, due_at__lt=door.moment()),
    "all": lambda rows, request: rows.filter(state=Task.State.OPEN),
    "done": lambda rows, request: rows.exclude(state=Task.State.OPEN),
}


def _tabs(request) -> list[tuple]:
    here = reverse("dashboard:tasks")
    labels = {"mine": gettext("Mine"), "overdue": gettext("Overdue"), "all": gettext("All open"), "done": gettext("Closed")}
    return [(key, label, _count(request, key), f"{here}?view={key}") for key, label in labels.items()]


def _count(request, view: str) -> int | None:
    """Count what presses."""
    is_counted = view in ("mine", "overdue")
    return seen(request.membership, _VIEWS[view](Task.objects.all(), request)).count() if is_counted else None


@action("tasks:write")
def task_new(request: HttpRequest) -> HttpResponse:
    form = NewTaskForm(request.POST)
    if form.is_valid():
        with blamed_on(form):
            asked = dict(form.cleaned_data)
            crm.add_task(key=f"staff:{new_id()}", assignee_id=asked.pop("assignee"), **asked)
            return done(request, gettext("Task added."), "dashboard:tasks")
    return _show(request, form)


@action("tasks:write")
def task_close(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Close a task with what came of it, or drop it."""
    get_object_or_404(Task.objects, id=task_id)
    form = OutcomeForm(request.POST)
    if not form.is_valid():
        return _refused(request, form)
    close = crm.drop_task if form.cleaned_data["is_dropped"] else crm.complete_task
    close(task_id, form.cleaned_data["outcome"])
    return done(request, gettext("Task closed."), _back(request))


@action("tasks:write")
def task_assign(request: HttpRequest, task_id: UUID) -> HttpResponse:
    get_object_or_404(Task.objects, id=task_id)
    form = AssigneeForm(request.POST)
    if not form.is_valid():
        return _refused(request, form)
    crm.assign_task(task_id, form.cleaned_data["assignee"])
    return done(request, gettext("Handed over."), _back(request))


def _refused(request, form) -> HttpResponse:
    return page(request, "dashboard/bad_request.html", form=form)


def _back(request) -> str:
    view = request.POST.get("view", "mine")
    return f"{reverse('dashboard:tasks')}?view={view if view in _VIEWS else 'mine'}"


urls = [
    path("tasks/", tasks, name="tasks"),
    path("tasks/new/", task_new, name="task_new"),
    path("tasks/<uuid:task_id>/close/", task_close, name="task_close"),
    path("tasks/<uuid:task_id>/assign/", task_assign, name="task_assign"),
]
