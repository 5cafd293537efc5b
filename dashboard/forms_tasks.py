"""Forms of tasks: what is to be done, what came of it, who takes over."""

from datetime import datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Task
from crm.queries import search_ids
from dashboard.forms import DateField, FilterForm, MomentField, SearchField, choices_with_any
from dashboard.people import MemberField

REMIND = [(0, _("No reminder")), (15, _("15 minutes before")), (60, _("An hour before")), (120, _("2 hours before")),
          (1440, _("A day before"))]  # fmt: skip


class TaskFilters(FilterForm):
    q = SearchField(_("Task or customer"))
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=choices_with_any(_("Any kind"), Task.Kind.choices))
    priority = forms.TypedChoiceField(
        label=_("Priority"), required=False, coerce=int, empty_value=None,
        choices=choices_with_any(_("Any priority"), Task.Priority.choices),
    )  # fmt: skip

    def narrow(self, rows):
        chosen = self.chosen
        rows = rows.filter(**{name: chosen[name] for name in ("kind", "priority") if name in chosen})
        if "q" in chosen:
            by_title = rows.filter(title__icontains=chosen["q"])
            rows = by_title | rows.filter(customer_id__in=search_ids(chosen["q"], 50))
        return rows


class TaskForm(forms.Form):
    """All there is to say of a task."""

    title = forms.CharField(label=_("What is to be done"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=Task.Kind.choices, initial=Task.Kind.TODO, required=False)
    due_at = MomentField(label=pgettext_lazy("deadline", "Due"))
    is_all_day = forms.BooleanField(label=_("Any time on that day"), required=False)
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=Task.Priority.choices, coerce=int, initial=Task.Priority.NORMAL
    )
    remind_minutes = forms.TypedChoiceField(
        label=_("Reminder"), choices=REMIND, coerce=int, initial=120, required=False, empty_value=120
    )
    description = forms.CharField(
        label=_("Description"), required=False, max_length=5000, widget=forms.Textarea({"rows": 3})
    )
    script = forms.CharField(label=_("Words to say"), required=False, max_length=5000, widget=forms.Textarea({"rows": 3}))
    checklist = forms.CharField(
        label=_("Checklist"),
        required=False,
        max_length=5000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("A line each."),
    )
    repeats = forms.ChoiceField(label=_("Repeats"), choices=Task.Repeats.choices, required=False)
    repeat_every = forms.IntegerField(
        label=_("Every"), required=False, min_value=1, max_value=365, help_text=_("2 with “Weekly”: every second week.")
    )
    repeat_until = DateField(label=pgettext_lazy("end of a repetition", "Until"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assignee"] = MemberField(label=_("Who does it"))

    def clean(self):
        told = super().clean()
        if told.get("is_all_day") and told.get("due_at"):
            told["due_at"] = end_of_day(told["due_at"])
        told["kind"] = told.get("kind") or Task.Kind.TODO
        told["repeat_every"] = told.get("repeat_every") or 1
        told["checklist"] = told.get("checklist", "").splitlines()
        return told


def end_of_day(moment: datetime) -> datetime:
    """A task of a whole day is late when the day is over."""
    local = timezone.localtime(moment)
    return datetime.combine(local.date(), time(23, 59), local.tzinfo)


def present(task: Task) -> dict:
    """What the form of an existing task begins with."""
    return {
        "title": task.title, "kind": task.kind, "due_at": timezone.localtime(task.due_at), "is_all_day": task.is_all_day,
        "priority": task.priority, "remind_minutes": task.remind_minutes, "description": task.description,
        "script": task.script, "checklist": "\n".join(line["text"] for line in task.checklist), "repeats": task.repeats,
        "repeat_every": task.repeat_every, "repeat_until": task.repeat_until,
        "assignee": str(task.assignee_id) if task.assignee_id else "",
    }  # fmt: skip


class OutcomeForm(forms.Form):
    outcome = forms.CharField(label=_("What came of it"), required=False, max_length=300)
    is_dropped = forms.BooleanField(required=False)


class ResultForm(forms.Form):
    """What came of a call or visit; "call again" asks when."""

    result = forms.ChoiceField(
        label=_("Result"), widget=forms.RadioSelect, required=False,
        choices=[(each.value, each.label) for each in Task.Result if each.value],
    )  # fmt: skip
    again_at = MomentField(label=_("Call again at"), required=False)
    outcome = forms.CharField(label=_("What came of it"), required=False, max_length=300, widget=forms.Textarea({"rows": 2}))


class HandOverForm(forms.Form):
    note = forms.CharField(label=_("Note for whoever takes over"), required=False, max_length=300)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assignee"] = MemberField(label=_("Who does it"))
        self.order_fields(["assignee", "note"])


class CommentForm(forms.Form):
    text = forms.CharField(label=_("Comment"), max_length=5000, widget=forms.Textarea({"rows": 2}))


SNOOZES = {
    "hour": _("In an hour"), "tomorrow": _("Tomorrow morning"), "monday": _("Next Monday"), "week": _("In a week"),
}  # fmt: skip


def snoozed_until(choice: str, now: datetime) -> datetime:
    """Say when a choice of putting off is, on the organisation's clock."""
    local = timezone.localtime(now)
    if choice == "hour":
        return now + timedelta(hours=1)
    days = {"tomorrow": 1, "week": 7, "monday": 7 - local.weekday()}[choice]
    return datetime.combine(local.date() + timedelta(days=days), time(9), local.tzinfo)
