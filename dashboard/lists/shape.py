"""What a list is: its columns, orders, editable values and verbs, declared once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise

from crm import masking
from dashboard.forms import FilterForm
from tenancy.models import Membership

Text = str | Promise


@dataclass(frozen=True)
class Sort:
    """An order that an index carries: by a field (or a name that `rows` annotates), then by id."""

    field: str
    is_down: bool = True  # at the first click
    read: Callable[[str], Any] = datetime.fromisoformat


@dataclass(frozen=True)
class Edit:
    """How a value is changed where it stands. Values travel as text, so that they can be compared and put back."""

    permission: str
    control: str  # select, text, date, moment, tags
    read: Callable[[Any], str]
    write: Callable[[UUID, str, str], None]  # (id, before, after): refuses when it is not `before` any more
    choices: Callable[[], Sequence[tuple[str, Text]]] = tuple
    is_open: Callable[[Any], bool] = lambda row: True
    most: int = 80  # characters of a text


@dataclass(frozen=True)
class Column:
    """One column: as the page shows it (`cell`, safe HTML) and as a file holds it (`value`)."""

    key: str
    label: Text
    cell: Callable[[Any], str]
    value: Callable[[Any, Any], Any] | None = None  # (row, reader); none: not in files
    sort: Sort | None = None
    edit: Edit | None = None
    permission: str = ""
    css: str = ""
    is_shown: bool = True  # before somebody chooses
    is_text: bool = False  # digits that are no number: phones, codes, ids
    brings: tuple[str, ...] = ()  # keys of columns that a file holds with this one
    mask: str = ""  # the customer's column or kind of contact that a role may be kept from (crm/masking.py)

    def is_for(self, member: Membership) -> bool:
        """Say whether this person's role is shown the column."""
        return (not self.permission or member.may(self.permission)) and (not self.mask or masking.shows(member, self.mask))

    def is_changed_by(self, member: Membership) -> bool:
        """Say whether this person may change its values where they stand."""
        is_open = bool(self.edit) and self.is_for(member) and member.may(self.edit.permission)
        return is_open and (not self.mask or masking.may_change(member, self.mask))


@dataclass(frozen=True)
class Verb:
    """Something to do to many rows. `run` takes one chunk and gives what came of it: changed, and refusals by row."""

    key: str
    label: Text
    icon: str
    permission: str
    form: Callable[..., forms.Form]
    run: Callable[["Chunk"], "Outcome"]
    title: Text = ""
    text: Text = ""
    is_personal: bool = False  # the form is told who asks, and prepares what the work needs


@dataclass(frozen=True)
class Chunk:
    work_id: UUID
    rows: Sequence[Any]
    arguments: dict[str, Any]

    @property
    def ids(self) -> list[UUID]:
        return [row.id for row in self.rows]


@dataclass
class Outcome:
    changed: int = 0
    unchanged: int = 0
    refused: list[tuple[UUID, str, Exception]] = field(default_factory=list)


@dataclass(frozen=True)
class List:
    """A list of records, with everything that can be done on its page."""

    name: str
    title: Text
    permission: str
    argument: str  # name of a record's id in addresses
    filters: Callable[..., FilterForm]
    rows: Callable[[], QuerySet]  # with what a page shows, whatever the columns
    bare: Callable[[], QuerySet]  # without, for counting, finding and working
    columns: tuple[Column, ...]
    sort: str
    name_of: Callable[[Any], str]
    link_of: Callable[[Any], str]
    empty: str  # template when there is nothing yet
    # Of one row, for the side panel; the customers' own is their record in brief.
    facts: Callable[[Any, HttpRequest], Sequence[tuple[Text, str]]] = lambda row, request: ()
    search: Callable[[str], Sequence[UUID]] | None = None  # best matches first
    fill: Callable[[Membership, Sequence[Any]], None] = lambda member, rows: None
    verbs: tuple[Verb, ...] = ()
    actions: str = ""  # template of the buttons above
    text: Text = ""
    above: str = ""  # template between the header and the list
    subject: str = ""  # of conditions
    tabs: Callable[[HttpRequest], Sequence[tuple]] | None = None
    tab: str = "mine"  # the one that is open before somebody chooses
    css: str = ""  # a style sheet of its own
    is_personal: bool = False  # the filters are told who asks
    is_of_people: bool = False  # a file of it says in each line who took it out
    context: Callable[[HttpRequest, Any], dict] = lambda request, page: {}
    sums: Callable[[Any], str] = lambda state: ""  # rows above the first ones: what all that match come to
    page: str = ""  # name of its address, if that is not the list's own
    row_class: Callable[[Any], str] = lambda row: ""
    own_columns: Callable[[Membership], Sequence[Column]] = lambda member: ()  # of the organisation's own fields

    @property
    def url(self) -> str:
        return f"dashboard:{self.page or self.name}"

    def __getattr__(self, name: str) -> str:
        """Name the list's addresses for templates: list.count_url -> dashboard:customers_count."""
        if name.endswith("_url"):
            return f"dashboard:{self.name}_{name.removesuffix('_url')}"
        raise AttributeError(name)

    def column(self, key: str) -> Column | None:
        return next((each for each in self.columns if each.key == key), None)

    def verb(self, key: str) -> Verb:
        return next(each for each in self.verbs if each.key == key)
