"""What can be done to many deals at once: each by the operation that does it to one."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Deal
from crm.operations.deals import change_deal, hand_over, lose_deal, move_deal
from dashboard.forms import DateField
from dashboard.forms_deals import HandOverForm, reason_choices
from dashboard.lists.deal_edits import open_stages
from dashboard.lists.people import one_by_one, verbs_for
from dashboard.lists.shape import Chunk, Outcome, Verb


class AssignForm(HandOverForm):
    @property
    def arguments(self) -> dict[str, Any]:
        return {"owner": str(self.cleaned_data["owner"] or ""), "note": self.cleaned_data["note"]}


class StageForm(forms.Form):
    stage = forms.ChoiceField(label=_("Stage"), choices=open_stages)

    @property
    def arguments(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class CloseForm(forms.Form):
    expected_close = DateField(label=_("Expected close"))

    @property
    def arguments(self) -> dict[str, Any]:
        return {"expected_close": self.cleaned_data["expected_close"].isoformat()}


class LoseForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=reason_choices)
    competitor = forms.CharField(label=_("Competitor"), required=False, max_length=120)
    note = forms.CharField(label=_("Note"), required=False, max_length=500, widget=forms.Textarea({"rows": 2}))

    @property
    def arguments(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


def _each(do: Callable[[Deal, dict[str, Any]], bool]) -> Callable[[Chunk], Outcome]:
    """Do it to each; `do` says whether anything changed."""
    return lambda chunk: one_by_one(chunk, lambda row: do(row, chunk.arguments))


def _assign(row: Deal, told: dict[str, Any]) -> bool:
    owner = UUID(told["owner"]) if told["owner"] else None
    hand_over(row.id, owner, note=told["note"])
    return row.owner_id != owner


def _move(row: Deal, told: dict[str, Any]) -> bool:
    stage = UUID(told["stage"])
    if row.stage_id == stage:
        return False  # it keeps its place there
    move_deal(row.id, stage)
    return True


def _expect(row: Deal, told: dict[str, Any]) -> bool:
    wanted = date.fromisoformat(told["expected_close"])
    change_deal(row.id, expected_close=wanted)
    return row.expected_close != wanted


def _lose(row: Deal, told: dict[str, Any]) -> bool:
    lose_deal(row.id, reason_id=UUID(told["reason"]), competitor=told["competitor"], note=told["note"])
    return True


VERBS = (
    Verb("assign", pgettext_lazy("deal", "Hand over"), "user-share", "deals:write", AssignForm, _each(_assign)),
    Verb(
        "move", _("Move to a stage"), "arrows-move", "deals:write", StageForm, _each(_move),
        text=_("A deal that lacks what the stage asks for stays where it is, and you are told which."),
    ),
    Verb("expect", _("Set the expected close"), "calendar", "deals:write", CloseForm, _each(_expect)),
    Verb("lose", _("Mark as lost"), "mood-sad", "deals:write", LoseForm, _each(_lose)),
    *verbs_for(lambda row: row.customer_id, wanted=("tag", "list", "task")),
)  # fmt: skip
