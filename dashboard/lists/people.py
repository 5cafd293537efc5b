"""Verbs that lists share: whatever the rows are, they are about customers."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm import operations as crm
from crm.models import Customer
from crm.operations.lists import many
from dashboard.forms import MomentField
from dashboard.lists import segments
from dashboard.lists.shape import Chunk, Outcome, Verb
from dashboard.people import MemberField
from foundation.errors import DomainError
from rewards.operations import adjust_points
from tenancy import door

PersonOf = Callable[[Any], UUID | None]


class TagForm(forms.Form):
    tag = forms.CharField(
        label=_("Tag"), max_length=40, widget=forms.TextInput({"list": "known-tags", "autocomplete": "off"})
    )

    @property
    def arguments(self) -> dict:
        return {"tag": self.cleaned_data["tag"].strip()}


class StageForm(forms.Form):
    stage = forms.ChoiceField(label=_("Stage"), choices=Customer.Stage.choices)

    @property
    def arguments(self) -> dict:
        return dict(self.cleaned_data)


class OwnerForm(forms.Form):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"] = MemberField(label=pgettext_lazy("of a customer", "Owner"))

    @property
    def arguments(self) -> dict:
        return {"owner": str(self.cleaned_data["owner"] or "")}


class PointsForm(forms.Form):
    amount = forms.IntegerField(
        label=_("Points"), min_value=-1_000_000, max_value=1_000_000, help_text=_("A minus takes points away.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("The customers see it in their history."))

    @property
    def arguments(self) -> dict:
        return dict(self.cleaned_data)


class TaskForm(forms.Form):
    title = forms.CharField(label=_("What is to be done"), max_length=200)
    due_at = MomentField(label=pgettext_lazy("deadline", "Due"))
    script = forms.CharField(label=_("Words to say"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["assignee"] = MemberField(label=_("Who does it"))
        self.fields["assignee"].choices = [("owner", _("The customer's owner")), *self.fields["assignee"].choices]
        self.fields["assignee"].coerce = str

    @property
    def arguments(self) -> dict:
        told = self.cleaned_data
        return {**told, "due_at": told["due_at"].isoformat(), "assignee": told["assignee"] or ""}


# --- what they do ------------------------------------------------------------------------------------------


def one_by_one(chunk: Chunk, do: Callable[[Any], bool]) -> Outcome:
    """Do something to each row; one that is refused leaves nothing behind and keeps nobody else from it."""
    outcome = Outcome()
    for row in chunk.rows:
        try:
            with transaction.atomic():
                is_new = do(row)
        except DomainError as error:
            outcome.refused.append((row.id, str(row), error))
        else:
            outcome.changed += is_new
            outcome.unchanged += not is_new
    return outcome


def _together(person_of: PersonOf, do: Callable[[list[UUID], dict], int]) -> Callable[[Chunk], Outcome]:
    def run(chunk: Chunk) -> Outcome:
        people = list({person for row in chunk.rows if (person := person_of(row))})
        changed = do(people, chunk.arguments)
        return Outcome(changed=changed, unchanged=len(chunk.rows) - changed)

    return run


def _give_points(person_of: PersonOf) -> Callable[[Chunk], Outcome]:
    def run(chunk: Chunk) -> Outcome:
        told = chunk.arguments

        def do(row) -> bool:
            key = f"list:{chunk.work_id}:{person_of(row)}"
            adjust_points(person_of(row), amount=told["amount"], reason=told["reason"], key=key)
            return True

        return one_by_one(chunk, do)

    return run


def _add_tasks(person_of: PersonOf) -> Callable[[Chunk], Outcome]:
    def run(chunk: Chunk) -> Outcome:
        told, people = chunk.arguments, [person for row in chunk.rows if (person := person_of(row))]
        owners = dict(Customer.objects.filter(id__in=people).values_list("id", "owner_id"))

        def do(row) -> bool:
            person = person_of(row)
            if person is None:
                return False
            assignee = owners.get(person) if told["assignee"] == "owner" else _id(told["assignee"])
            crm.add_task(
                key=f"list:{chunk.work_id}:{person}", title=told["title"], due_at=_moment(told["due_at"]),
                script=told["script"], customer_id=person, assignee_id=assignee,
            )  # fmt: skip
            return True

        return one_by_one(chunk, do)

    return run


def _id(text: str) -> UUID | None:
    return UUID(text) if text else None


def _moment(text: str):
    return type(door.moment()).fromisoformat(text)


def verbs_for(person_of: PersonOf, *, wanted: tuple[str, ...]) -> tuple[Verb, ...]:
    """Give the verbs that are wanted, for the people the rows are about."""
    known = {
        "tag": Verb(
            "tag", _("Add a tag"), "tag", "customers:write", TagForm,
            _together(person_of, lambda ids, told: many.tag_many(ids, told["tag"])),
        ),
        "untag": Verb(
            "untag", _("Remove a tag"), "tag-off", "customers:write", TagForm,
            _together(person_of, lambda ids, told: many.untag_many(ids, told["tag"])),
        ),
        "owner": Verb(
            "owner", _("Change the owner"), "user-share", "customers:write", OwnerForm,
            _together(person_of, lambda ids, told: many.change_many(ids, "owner_id", _id(told["owner"]))),
        ),
        "stage": Verb(
            "stage", _("Change the stage"), "stairs-up", "customers:write", StageForm,
            _together(person_of, lambda ids, told: many.change_many(ids, "stage", told["stage"])),
        ),
        "points": Verb(
            "points", _("Give or take points"), "coins", "rewards:write", PointsForm, _give_points(person_of),
            text=_("Each customer gets the same. What needs a second person waits under Approvals."),
        ),
        "task": Verb("task", _("Add a task for each"), "checkbox", "tasks:write", TaskForm, _add_tasks(person_of)),
        "list": segments.put(person_of),
        "unlist": segments.take_off(person_of),
    }  # fmt: skip
    return tuple(known[key] for key in wanted)
