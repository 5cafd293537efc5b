"""What is to be done: by when it is due, mine or everybody's, with what came of it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext

from crm import operations as crm
from crm.models import Customer
from crm.queries import search_ids
from crm.queries import tasks as all_tasks
from dashboard.access import action, staff
from dashboard.answers import blamed_on, done, page
from dashboard.forms_tasks import HandOverForm, OutcomeForm, TaskForm
from dashboard.lists.showing import show
from dashboard.lists.tasks import TASKS
from dashboard.sight import found_customers, seen
from foundation.ids import new_id


@staff("tasks:read")
def tasks(request: HttpRequest) -> HttpResponse:
    return show(TASKS, request)


def seen_tasks(request):
    """List the tasks this person may see."""
    return seen(request.membership, all_tasks())


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
        return get_object_or_404(seen(request.membership, Customer.objects.all()), id=UUID(wanted)) if wanted else None
    except ValueError:
        raise Http404 from None


@staff("tasks:write")
def task_customers(request: HttpRequest) -> HttpResponse:
    """Find whom a task is about, for the form."""
    text = request.GET.get("find", "").strip()
    found = found_customers(request, search_ids(text, 50) if text else [])[:8]
    return page(request, "dashboard/parts/order_customers.html", {"found": found, "text": text})


@action("tasks:write")
def task_close(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Close a task with what came of it, or drop it."""
    get_object_or_404(seen_tasks(request), id=task_id)
    form = OutcomeForm(request.POST)
    if not form.is_valid():
        return page(request, "dashboard/bad_request.html", form=form)
    close = crm.drop_task if form.cleaned_data["is_dropped"] else crm.complete_task
    close(task_id, form.cleaned_data["outcome"])
    return done(request, gettext("Task closed."), "dashboard:tasks")


@action("tasks:write")
def task_assign(request: HttpRequest, task_id: UUID) -> HttpResponse:
    get_object_or_404(seen_tasks(request), id=task_id)
    form = HandOverForm(request.POST)
    if not form.is_valid():
        return page(request, "dashboard/bad_request.html", form=form)
    crm.assign_task(task_id, form.cleaned_data["assignee"], form.cleaned_data["note"])
    return done(request, gettext("Handed over."), "dashboard:task", task_id)


urls = [
    path("tasks/", tasks, name="tasks"),
    path("tasks/new/", task_new, name="task_new"),
    path("tasks/customers/", task_customers, name="task_customers"),
    path("tasks/<uuid:task_id>/close/", task_close, name="task_close"),
    path("tasks/<uuid:task_id>/assign/", task_assign, name="task_assign"),
]
