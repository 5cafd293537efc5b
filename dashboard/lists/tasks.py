"""The list of tasks."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm import operations as crm
from crm.models import Task
from crm.operations.lists import many
from crm.operations.lists.values import change_task
from crm.queries import by_due, search_ids, tasks
from dashboard.forms import FilterForm, SearchField
from dashboard.lists import cells
from dashboard.lists.addresses import address_of
from dashboard.lists.people import one_by_one
from dashboard.lists.shape import Chunk, Column, Edit, List, Outcome, Sort, Verb
from dashboard.people import MemberField, member_choices
from dashboard.sight import seen
from dashboard.templatetags.dashboard import badge, when
from tenancy import door
from tenancy.models import Membership

VIEWS = ("mine", "overdue", "today", "week", "all", "done")


class TaskFilters(FilterForm):
    """`view` is the tab: mine, overdue, due today, due this week, all open, closed."""

    q = SearchField(_("What is to be done, or for whom"))
    view = forms.ChoiceField(required=False, choices=[(key, key) for key in VIEWS], widget=forms.HiddenInput)
    priority = forms.TypedChoiceField(required=False, label=_("Priority"), coerce=int, empty_value=None)
    assignee = forms.ChoiceField(required=False, label=_("Who does it"))

    def __init__(self, data=None):
        super().__init__(data)
        self.fields["priority"].choices = [("", _("Any priority")), *Task.Priority.choices]
        self.fields["assignee"].choices = lambda: [
            ("", _("Anybody")), ("me", _("Me")), ("none", _("Nobody")), *member_choices()
        ]  # fmt: skip

    def narrow(self, rows):
        chosen = self.chosen
        if chosen.get("priority"):
            rows = rows.filter(priority=chosen["priority"])
        if "assignee" in chosen:
            rows = _done_by(rows, chosen["assignee"])
        if "q" in chosen:
            people = search_ids(chosen["q"], 200)
            titled = rows.filter(title__istartswith=chosen["q"])
            rows = titled if titled.exists() else rows.filter(customer_id__in=people)
        return in_view(rows, chosen.get("view", "mine"))


def _done_by(rows, who: str):
    if who == "me":
        return rows.filter(assignee__user_id=door.actor().id)
    return rows.filter(assignee_id=None if who == "none" else who)


def in_view(rows, view: str):
    """Narrow tasks to those of a tab."""
    if view == "done":
        return rows.exclude(state=Task.State.OPEN)
    rows = rows.filter(state=Task.State.OPEN)
    if view == "mine":
        return rows.filter(assignee__user_id=door.actor().id)
    return rows if view == "all" else rows.filter(by_due(door.moment(), timezone.get_current_timezone())[view])


def tabs(request: HttpRequest) -> list[tuple]:
    here, mine = reverse("dashboard:tasks"), seen(request.membership, Task.objects.all())
    labels = {
        "mine": gettext("Mine"), "overdue": gettext("Overdue"), "today": gettext("Today"), "week": gettext("This week"),
        "all": gettext("All open"), "done": gettext("Closed"),
    }  # fmt: skip
    return [
        (key, label, in_view(mine, key).count() if key not in ("all", "done") else None, f"{here}?view={key}")
        for key, label in labels.items()
    ]


# --- cells -----------------------------------------------------------------------------------------------


def _fill(member: Membership, rows: Sequence[Task]) -> None:
    for row in rows:
        row.is_late = row.state == Task.State.OPEN and row.due_at < door.moment()
        row.may_close = row.state == Task.State.OPEN and member.may("tasks:write")


def _title(row: Task) -> SafeString:
    return render_to_string("dashboard/parts/task_title.html", {"task": row})


def _outcome(row: Task) -> SafeString:
    return render_to_string("dashboard/parts/task_outcome.html", {"task": row})


def _due(row: Task) -> SafeString:
    return badge("overdue", when(row.due_at)) if row.is_late else cells.soft(when(row.due_at))


def _assignee(row: Task) -> SafeString:
    if row.assignee:
        return cells.soft(row.assignee.user.name)
    return badge("overdue", gettext("nobody's")) if row.state == Task.State.OPEN else cells.NOTHING


def _state(row: Task) -> SafeString:
    return badge(row.state, row.get_state_display())


def _is_open(row: Task) -> bool:
    return row.state == Task.State.OPEN


def _hand_over(row_id: UUID, before: str, after: str) -> None:
    change_task(row_id, "assignee_id", before=_id(before), after=_id(after))


def _set_priority(row_id: UUID, before: str, after: str) -> None:
    change_task(row_id, "priority", before=int(before), after=int(after))


def _set_due(row_id: UUID, before: str, after: str) -> None:
    change_task(row_id, "due_at", before=_moment(before), after=_moment(after))


def _id(text: str) -> UUID | None:
    return UUID(text) if text else None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment


def _local(row: Task) -> str:
    """The moment as a field for it holds it, to the second: what is compared must be what is kept."""
    return timezone.localtime(row.due_at).isoformat()


_ASSIGNEE = Edit(
    "tasks:write", "select", lambda row: str(row.assignee_id or ""), _hand_over,
    lambda: [("", _("Nobody")), *member_choices()], _is_open,
)  # fmt: skip
_PRIORITY = Edit(
    "tasks:write", "select", lambda row: str(row.priority), _set_priority, lambda: Task.Priority.choices, _is_open
)
_DUE = Edit("tasks:write", "moment", _local, _set_due, is_open=_is_open)

COLUMNS = (
    Column("title", _("What is to be done"), _title, lambda row, reader: row.title),
    Column(
        "customer", _("Customer"), lambda row: cells.customer_link(row.customer),
        lambda row, reader: row.customer.name if row.customer else "",
    ),
    Column("due", pgettext_lazy("deadline", "Due"), _due, lambda row, reader: row.due_at,
           sort=Sort("due_at", is_down=False), edit=_DUE),
    Column(
        "assignee", _("Who does it"), _assignee, lambda row, reader: row.assignee.user.name if row.assignee else "",
        edit=_ASSIGNEE,
    ),
    Column("priority", _("Priority"), **cells.chosen("priority"), edit=_PRIORITY, is_shown=False),
    Column("outcome", _("What came of it"), _outcome, lambda row, reader: row.outcome),
    Column("state", _("State"), _state, lambda row, reader: str(row.get_state_display()), is_shown=False),
    Column("script", _("Words to say"), lambda row: cells.soft(row.script), lambda row, reader: row.script, is_shown=False),
    Column("created", _("Added"), **cells.dated("created_at"), sort=Sort("created_at"), is_shown=False, css="num"),
    Column("completed", _("Closed on"), **cells.timed("completed_at"), is_shown=False, css="num"),
    Column("id", _("Record id"), **cells.RECORD_ID),
)  # fmt: skip


# --- verbs -----------------------------------------------------------------------------------------------


class HandOverForm(forms.Form):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assignee"] = MemberField(label=_("Who does it"))

    @property
    def arguments(self) -> dict:
        return {"assignee": str(self.cleaned_data["assignee"] or "")}


class CloseForm(forms.Form):
    outcome = forms.CharField(label=_("What came of it"), required=False, max_length=300)

    @property
    def arguments(self) -> dict:
        return dict(self.cleaned_data)


def _hand_all_over(chunk: Chunk) -> Outcome:
    changed = many.assign_many(chunk.ids, _id(chunk.arguments["assignee"]))
    return Outcome(changed=changed, unchanged=len(chunk.rows) - changed)


def _close(verb) -> object:
    def run(chunk: Chunk) -> Outcome:
        def do(row) -> bool:
            verb(row.id, chunk.arguments["outcome"])
            return True

        return one_by_one(chunk, do)

    return run


VERBS = (
    Verb("assign", pgettext_lazy("task", "Hand over"), "user-share", "tasks:write", HandOverForm, _hand_all_over),
    Verb("complete", _("Mark as done"), "check", "tasks:write", CloseForm, _close(crm.complete_task)),
    Verb("drop", _("Drop"), "x", "tasks:write", CloseForm, _close(crm.drop_task)),
)


def _facts(row: Task, request: HttpRequest) -> list[tuple]:
    shown = [
        (_("State"), _state(row)), (_("Customer"), cells.customer_link(row.customer)),
        (pgettext_lazy("deadline", "Due"), _due(row)), (_("Who does it"), _assignee(row)),
        (_("Priority"), row.get_priority_display()),
    ]  # fmt: skip
    shown += [(_("Words to say"), row.script)] if row.script else []
    return shown + ([(_("What came of it"), row.outcome)] if row.outcome else [])


TASKS = List(
    name="tasks", title=_("Tasks"), permission="tasks:read", argument="task_id", filters=TaskFilters, rows=tasks,
    bare=lambda: Task.objects.all(), columns=COLUMNS, sort="due", name_of=lambda row: row.title,
    link_of=lambda row: address_of("task", row.id),
    empty="dashboard/parts/empty_tasks.html", facts=_facts, fill=_fill, verbs=VERBS,
    actions="dashboard/parts/tasks_actions.html", subject="task", tabs=tabs,
    context=lambda request, page: {"view": request.GET.get("view", "mine")},
)  # fmt: skip
