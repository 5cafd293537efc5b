"""Lists and segments: customers put on a fixed list and taken off, and a list's filters as the conditions of a segment."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm import operations as crm
from crm.errors import SegmentIsDynamic, UnknownSegment
from crm.models import Segment
from crm.queries.conditions import read_tree
from crm.queries.segments import segments_for
from crm.rules.conditions import ALL
from dashboard.lists.shape import Chunk, Outcome, Verb
from dashboard.lists.state import State
from foundation.errors import DomainError
from tenancy.models import Membership


class OffListForm(forms.Form):
    """Which fixed list."""

    segment = forms.ChoiceField(label=_("Fixed list"))

    def __init__(self, data=None, *, member: Membership):
        super().__init__(data)
        lists = segments_for(member).filter(kind=Segment.Kind.STATIC)
        self.member = member
        self.fields["segment"].choices = [("", _("Choose a list…")), *[(str(each.id), each.name) for each in lists]]

    def prepare(self) -> None:
        """Nothing has to be there first."""

    @property
    def arguments(self) -> dict[str, Any]:
        return {"segment": self.cleaned_data["segment"]}


class OnListForm(OffListForm):
    """Which fixed list, or the name of one that is to be made."""

    name = forms.CharField(label=_("Or a new list"), max_length=80, required=False, help_text=_("Name of the new list."))

    def __init__(self, data=None, *, member: Membership):
        super().__init__(data, member=member)
        self.fields["segment"].required = False

    def clean(self) -> dict[str, Any]:
        told = super().clean()
        if bool(told.get("segment")) == bool(told.get("name", "").strip()) and not self.errors:
            self.add_error("segment", _("Choose a list, or name a new one."))
        return told

    def prepare(self) -> None:
        """Make the new list. Raises SegmentNameTaken."""
        if name := self.cleaned_data["name"].strip():
            made = crm.create_segment(name=name, kind=Segment.Kind.STATIC, owner_id=self.member.id)
            self.cleaned_data["segment"] = str(made.id)


def put(person_of: Callable[[Any], UUID | None]) -> Verb:
    return Verb(
        "list", _("Put on a list"), "list-check", "segments:write", OnListForm, _run(person_of, crm.add_members),
        text=_("Fixed lists are segments that you fill by hand. Who is on the list already stays on it once."),
        is_personal=True,
    )  # fmt: skip


def take_off(person_of: Callable[[Any], UUID | None]) -> Verb:
    return Verb(
        "unlist", _("Take off a list"), "playlist-x", "segments:write", OffListForm, _run(person_of, crm.remove_members),
        is_personal=True,
    )  # fmt: skip


def _run(person_of: Callable[[Any], UUID | None], do: Callable[[UUID, Sequence[UUID]], int]) -> Callable[[Chunk], Outcome]:
    def run(chunk: Chunk) -> Outcome:
        segment_id = UUID(chunk.arguments["segment"])
        people = list(dict.fromkeys(person for row in chunk.rows if (person := person_of(row))))
        try:
            changed = do(segment_id, people) if Segment.objects.filter(id=segment_id).exists() else _gone()
        except (UnknownSegment, SegmentIsDynamic) as error:  # deleted since it was asked for: every row says so
            return Outcome(refused=[(row.id, str(row), error) for row in chunk.rows])
        return Outcome(changed=changed, unchanged=len(chunk.rows) - changed)

    return run


def _gone() -> int:
    raise UnknownSegment


# --- a list's filters as conditions --------------------------------------------------------------------------


def conditions_of(state: State) -> tuple[dict[str, Any] | None, list[str]]:
    """Say what a list of customers is narrowed to as conditions, and name what cannot be said so (the search)."""
    chosen = state.filters.chosen
    parts = [_leaf(name, value) for name, value in chosen.items() if name in _LEAVES]
    left = [gettext("the search for “%(text)s”") % {"text": chosen["q"]}] if "q" in chosen else []
    if "segment" in chosen:
        parts.append(_of_segment(Segment.objects.get(id=chosen["segment"])))
    where = state.conditions
    if where and where.get("match", ALL) == ALL and "conditions" in where:
        parts += where["conditions"]
    elif where:
        parts.append(where)
    if not parts:
        return None, left
    tree = {"match": ALL, "conditions": parts}
    try:
        read_tree(tree, subject="customer", principal=state.member)
    except DomainError as error:
        return None, [*left, error.sentence(gettext)]
    return tree, left


def _of_segment(segment: Segment) -> dict[str, Any]:
    """A fixed list is named; of the others the conditions are taken as they are now."""
    if segment.kind == Segment.Kind.STATIC:
        return {"fact": "lists", "op": "any_of", "value": [str(segment.id)]}
    return segment.conditions or {"match": ALL, "conditions": []}


def _leaf(name: str, value: str) -> dict[str, Any]:
    fact, op = _LEAVES[name]
    if (name, value) == ("owner", "none"):
        return {"fact": "owner", "op": "is_empty"}
    return {"fact": fact, "op": op, "value": [value]}


_LEAVES = {
    "stage": ("stage", "one_of"), "source": ("source", "one_of"), "tag": ("tags", "any_of"), "owner": ("owner", "one_of"),
}  # fmt: skip


def as_text(tree: dict[str, Any]) -> str:
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":"))
