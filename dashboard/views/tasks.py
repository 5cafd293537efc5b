"""What is to be done: by when it is due, mine or everybody's, with what came of it."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext

from crm import operations as crm
from crm.models import Customer, Task
from crm.queries import by_due
from crm.queries import tasks as all_tasks
from crm.queries.sight import seen_by
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, listing, page
from dashboard.forms_tasks import HandOverForm, OutcomeForm, TaskFilters, TaskForm
from dashboard.paging import newest_first, soonest_first
from dashboard.templatetags.dashboard import number
from foundation.ids import new_id
from tenancy import door

_VIEWS = ("open", "overdue", "today", "week", "later", "done")


@staff("tasks:read")
def tasks(request: HttpRequest) -> HttpResponse:
    who, view = _chosen(request)
    filters = TaskFilters(request.GET)
    rows = filters.narrow(_of(request, who)).filter(_parts(request)[view])
    cut, by = (newest_first, "completed_at") if view == "done" else (soonest_first, "due_at")
    shown = cut(request, rows, by=by)
    here = reverse("dashboard:tasks")
    return listing(
        request, page="dashboard/tasks.html", rows="dashboard/parts/task_rows.html", tasks=shown, view=view, who=who,
        tabs=_tabs(request, who), filters=filters, here=here,
        people=[("mine", gettext("Mine"), f"{here}?who=mine&view={view}"),
                ("all", gettext("Everybody's"), f"{here}?who=all&view={view}")],
    )  # fmt: skip


def _chosen(request) -> tuple[str, str]:
    """Read whose tasks and which; `view=mine` and `view=all` are older addresses of all that is open."""
    who, view = request.GET.get("who", "mine"), request.GET.get("view", "open")
    if view in ("mine", "all"):
        who, view = view, "open"
    return who if who in ("mine", "all") else "mine", view if view in _VIEWS else "open"


def seen(request):
    """List the tasks this person may see."""
    return seen_by(request.membership, all_tasks(), owner="assignee")


def _of(request, who: str):
    rows = seen(request)
    return rows.filter(assignee=request.membership) if who == "mine" else rows


def _parts(request) -> dict[str, Q]:
    is_open = Q(state=Task.State.OPEN)
    due = by_due(door.moment(), ZoneInfo(request.organisation.time_zone))
    return {"open": is_open, **{key: is_open & part for key, part in due.items()}, "done": ~is_open}


def _tabs(request, who: str) -> list[tuple]:
    here = reverse("dashboard:tasks")
    labels = {
        "open": gettext("All open"), "overdue": gettext("Overdue"), "today": gettext("Today"), "week": gettext("This week"),
        "later": gettext("Later"), "done": gettext("Closed"),
    }  # fmt: skip
    rows, parts = _of(request, who), _parts(request)
    return [
        (key, label, rows.filter(parts[key]).count() if key != "done" else None, f"{here}?who={who}&view={key}")
        for key, label in labels.items()
    ]


@staff("tasks:write", post="tasks:write")
def task_new(request: HttpRequest) -> HttpResponse:
    customer = _customer(request)
    form = TaskForm(request.POST or None, initial={"assignee": str(request.membership.id)})
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            asked = dict(form.cleaned_data)
            made = crm.add_task(
                key=f"staff:{new_id()}", assignee_id=asked.pop("assignee"), customer_id=customer and customer.id, **asked
            )
            return done(request, gettext("Task added."), "dashboard:task", made.id)
    return page(request, "dashboard/task_form.html", {"customer": customer}, form=form)


def _customer(request) -> Customer | None:
    wanted = request.POST.get("customer") or request.GET.get("customer")
    try:
        return get_object_or_404(seen_by(request.membership, Customer.objects.all()), id=UUID(wanted)) if wanted else None
    except ValueError:
        raise Http404 from None


@action("tasks:write")
def tasks_close(request: HttpRequest) -> HttpResponse:
    """Close all that are ticked as done."""
    ids = [UUID(text) for text in request.POST.getlist("ids") if _is_id(text)]
    mine = list(seen(request).filter(id__in=ids).values_list("id", flat=True))
    closed = crm.close_many(mine)
    said = ngettext("%(n)s task done.", "%(n)s tasks done.", closed) % {"n": number(closed)}
    return done(request, said, _back(request))


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


@action("tasks:write")
def task_close(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Close a task with what came of it, or drop it."""
    get_object_or_404(seen(request), id=task_id)
    form = OutcomeForm(request.POST)
    if not form.is_valid():
        return page(request, "dashboard/bad_request.html", form=form)
    close = crm.drop_task if form.cleaned_data["is_dropped"] else crm.complete_task
    close(task_id, form.cleaned_data["outcome"])
    return done(request, gettext("Task closed."), _back(request))


@action("tasks:write")
def task_assign(request: HttpRequest, task_id: UUID) -> HttpResponse:
    get_object_or_404(seen(request), id=task_id)
    form = HandOverForm(request.POST)
    if not form.is_valid():
        return page(request, "dashboard/bad_request.html", form=form)
    crm.assign_task(task_id, form.cleaned_data["assignee"], form.cleaned_data["note"])
    return done(request, gettext("Handed over."), "dashboard:task", task_id)


def _back(request) -> str:
    who, view = request.POST.get("who", "mine"), request.POST.get("view", "open")
    who, view = (who if who in ("mine", "all") else "mine"), (view if view in _VIEWS else "open")
    return f"{reverse('dashboard:tasks')}?who={who}&view={view}"


urls = [
    path("tasks/", tasks, name="tasks"),
    path("tasks/new/", task_new, name="task_new"),
    path("tasks/close/", tasks_close, name="tasks_close"),
    path("tasks/<uuid:task_id>/close/", task_close, name="task_close"),
    path("tasks/<uuid:task_id>/assign/", task_assign, name="task_assign"),
]
