"""Forms of contact plans: the plan, its contacts, and what was found."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.models import ContactPlan, ContactStep, Customer, Tag, Task
from crm.operations import StepReport
from dashboard.forms import choices_with_any
from dashboard.people import MemberField
from dashboard.segment_choice import segments_for_machines

MOST_STEPS = 12
_STARS = [(str(n), "★" * n) for n in range(5, 0, -1)]


class FindingForm(forms.Form):
    """What was found on a return visit: four things that are counted, the plan's own questions, free words."""

    satisfied = forms.TypedChoiceField(
        label=_("How satisfied is the customer?"), coerce=int, empty_value=None, required=False, widget=forms.RadioSelect,
        choices=_STARS,
    )  # fmt: skip
    has_problem = forms.BooleanField(label=_("There is a problem"), required=False, help_text=_("Opens a case."))
    wants_to_buy = forms.BooleanField(label=_("Wants to buy"), required=False, help_text=_("Makes a task to send an offer."))
    text = forms.CharField(label=_("What was found"), required=False, max_length=5000, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args, questions: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.questions = questions
        for place, question in enumerate(questions):
            self.fields[f"answer_{place}"] = forms.CharField(label=question, required=False, max_length=500)
        self.order_fields(
            ["satisfied", *[f"answer_{n}" for n in range(len(questions))], "has_problem", "wants_to_buy", "text"]
        )

    @property
    def finding(self) -> dict[str, Any]:
        told = self.cleaned_data
        answers = {question: told[f"answer_{n}"] for n, question in enumerate(self.questions) if told[f"answer_{n}"]}
        return {
            "satisfied": told["satisfied"], "has_problem": told["has_problem"], "wants_to_buy": told["wants_to_buy"],
            "answers": answers, "text": told["text"],
        }  # fmt: skip


class PlanForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    trigger = forms.ChoiceField(label=_("Begins when"), choices=ContactPlan.Trigger.choices)
    every_days = forms.IntegerField(
        label=_("Days between"), required=False, min_value=1, max_value=1000, help_text=_("For “Every so many days”.")
    )
    stage = forms.ChoiceField(
        label=_("For customers at"), required=False, choices=choices_with_any(_("Any stage"), Customer.Stage.choices)
    )
    tag = forms.ModelChoiceField(
        label=_("With the tag"), queryset=Tag.objects.none(), required=False, empty_label=_("Any tag")
    )
    segment = forms.ChoiceField(
        label=_("In the segment"), required=False,
        help_text=_("With “Somebody enters a segment”, this is the one that is entered; it is looked at every 15 minutes."),
    )  # fmt: skip
    stops_when_unsubscribed = forms.BooleanField(
        label=_("Stop when the customer wants no more offers"), required=False, initial=True
    )
    stops_when_lost = forms.BooleanField(label=_("Stop when the customer is lost"), required=False, initial=True)
    stops_on_refund = forms.BooleanField(label=_("Stop when money is given back"), required=False, initial=True)
    stops_on_order = forms.BooleanField(label=_("Stop when the customer buys again"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["tag"].queryset = Tag.objects.order_by("name")
        self.fields["tag"].label_from_instance = lambda tag: tag.name
        self.fields["segment"].choices = segments_for_machines(self.initial.get("segment", ""))

    @property
    def facts(self) -> dict[str, Any]:
        told = dict(self.cleaned_data)
        tag, segment = told.pop("tag"), told.pop("segment")
        return told | {"tag_id": tag.id if tag else None, "segment_id": UUID(segment) if segment else None}


class StepForm(forms.Form):
    """One contact of a plan; a line without a title is left out."""

    day = forms.IntegerField(label=_("Day"), required=False, min_value=0, max_value=3650)
    title = forms.CharField(label=_("What is to be done"), required=False, max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=Task.Kind.choices, initial=Task.Kind.RETURN_VISIT, required=False)
    assignee_rule = forms.ChoiceField(label=_("Who does it"), choices=ContactStep.Assignee.choices, required=False)
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=Task.Priority.choices, coerce=int, initial=Task.Priority.NORMAL, required=False,
        empty_value=Task.Priority.NORMAL,
    )  # fmt: skip
    script = forms.CharField(label=_("Words to say"), required=False, max_length=5000, widget=forms.Textarea({"rows": 2}))
    questions = forms.CharField(
        label=_("What to find out"), required=False, max_length=2000, widget=forms.Textarea({"rows": 2}),
        help_text=_("A question a line. Satisfaction, problems and wishes are always asked."),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assignee"] = MemberField(label=_("The person"))

    def clean(self):
        told = super().clean()
        if told.get("title") and told.get("day") is None and "day" not in self.errors:
            self.add_error("day", _("Say after how many days."))
        return told

    @property
    def report(self) -> StepReport | None:
        told = self.cleaned_data
        if not told.get("title"):
            return None
        asks = tuple(line.strip() for line in told["questions"].splitlines() if line.strip())
        return StepReport(
            day=told["day"], title=told["title"], kind=told["kind"] or Task.Kind.RETURN_VISIT, script=told["script"],
            assignee_rule=told["assignee_rule"] or ContactStep.Assignee.OWNER, assignee_id=told["assignee"],
            priority=told["priority"], questions=asks,
        )  # fmt: skip


StepSet = forms.formset_factory(StepForm, extra=1, max_num=MOST_STEPS, absolute_max=MOST_STEPS)


def steps_of(plan: ContactPlan) -> list[dict[str, Any]]:
    """What the step forms of an existing plan begin with."""
    return [
        {"day": step.day, "title": step.title, "kind": step.kind, "assignee_rule": step.assignee_rule,
         "assignee": str(step.assignee_id or ""), "priority": step.priority, "script": step.script,
         "questions": "\n".join(step.questions)}
        for step in plan.steps.all()
    ]  # fmt: skip


def facts_of(plan: ContactPlan) -> dict[str, Any]:
    names = ("name", "trigger", "every_days", "stage", "tag", "stops_when_unsubscribed", "stops_when_lost",
             "stops_on_refund", "stops_on_order")  # fmt: skip
    return {name: getattr(plan, name) for name in names} | {"segment": str(plan.segment_id or "")}
