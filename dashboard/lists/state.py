"""What a person wants to see of a list: read from the address, which holds all of it."""

import json
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext

from crm.models import ListSetting
from crm.queries.conditions import narrow, read_tree
from dashboard.lists.paging import Cut, cut, cut_ids
from dashboard.lists.shape import Column, List, Sort
from dashboard.sight import seen
from foundation.errors import DomainError
from tenancy.models import Membership

COUNTED_TO = 10_000
# What says how it is shown, not which rows: work on "all that match" does without.
_MANNERS = ("after", "before", "cols", "density", "sort", "saved")


@dataclass
class State:
    """A list as one person asks for it. `query` is the query string, or a saved one."""

    list: List
    member: Membership
    query: QueryDict
    setting: ListSetting | None = None
    problem: str = ""  # what is wrong with the conditions

    @cached_property
    def filters(self):
        asks = {"member": self.member} if self.list.is_personal else {}
        return self.list.filters(self.query, **asks)

    @cached_property
    def text(self) -> str:
        return self.filters.chosen.get("q", "")

    # --- which rows -----------------------------------------------------------------------------------

    def narrowed(self, rows: QuerySet) -> QuerySet:
        """Narrow rows to those that are asked for and that this person sees."""
        rows = self.filters.narrow(seen(self.member, rows))
        if self.conditions:
            rows = narrow(rows, self.conditions, subject=self.list.subject, principal=self.member)
        if self.found is not None:
            rows = rows.filter(id__in=self.found)
        return rows

    @cached_property
    def found(self) -> list | None:
        """What the quick search finds, best first; None when nothing is searched for by rank."""
        return list(self.list.search(self.text)) if self.text and self.list.search else None

    @cached_property
    def conditions(self) -> dict | None:
        """The tree of conditions from the address; one that cannot be read is told, and narrows nothing."""
        text = self.query.get("where", "")
        if not text or not self.list.subject:
            return None
        try:
            tree = json.loads(text)
            read = read_tree(tree, subject=self.list.subject, principal=self.member)
        except (ValueError, DomainError) as error:
            self.problem = (
                error.sentence(gettext) if isinstance(error, DomainError) else gettext("These conditions are broken.")
            )
            return None
        return None if read.is_empty else tree

    @property
    def is_narrowed(self) -> bool:
        """Say whether more is asked for than a tab."""
        return bool(self.filters.chosen.keys() - {"view"} or self.conditions)

    # --- one page -------------------------------------------------------------------------------------

    def page(self) -> Cut:
        where = {name: self.query.get(name, "") for name in ("after", "before")}
        if self.found is not None and not self.query.get("sort"):
            ids = set(self.narrowed(self.list.bare()).values_list("id", flat=True))
            shown, before, after = cut_ids([each for each in self.found if each in ids], **where)
            rows = self.list.rows().in_bulk(shown)
            return Cut([rows[each] for each in shown if each in rows], before, after)
        return cut(self.narrowed(self.list.rows()), self.order, is_down=self.is_down, **where)

    def count(self) -> int:
        """Count the rows that are asked for, up to one more than we tell exactly."""
        return self.narrowed(self.list.bare()).order_by()[: COUNTED_TO + 1].count()

    # --- in which order ---------------------------------------------------------------------------------

    @cached_property
    def _sorted_by(self) -> tuple[str, Sort]:
        key = (self.query.get("sort") or self.list.sort).lstrip("-")
        column = self.list.column(key)
        if column is None or column.sort is None or column not in self.possible:
            column = self.list.column(self.list.sort.lstrip("-"))
        return column.key, column.sort

    @property
    def order(self) -> Sort:
        return self._sorted_by[1]

    @property
    def sort_key(self) -> str:
        """The column it is ordered by; empty while a search orders by how well it fits."""
        return "" if self.found is not None and not self.query.get("sort") else self._sorted_by[0]

    @property
    def is_down(self) -> bool:
        text = self.query.get("sort") or self.list.sort
        is_ours = text.lstrip("-") == self._sorted_by[0]
        return (text if is_ours else self.list.sort).startswith("-")

    # --- what is shown ------------------------------------------------------------------------------------

    @cached_property
    def possible(self) -> list[Column]:
        every = (*self.list.columns, *self.list.own_columns(self.member))
        return [each for each in every if each.is_for(self.member)]

    @cached_property
    def columns(self) -> list[Column]:
        """The columns in their order; the first of the list, which names the row, is always there."""
        wanted = [key for key in self.query.get("cols", "").split(",") if key]
        wanted = wanted or (self.setting.columns if self.setting else [])
        known = {each.key: each for each in self.possible}
        chosen = [known[key] for key in dict.fromkeys(wanted) if key in known]
        chosen = chosen or [each for each in self.possible if each.is_shown]
        first = self.possible[0]
        return [first, *[each for each in chosen if each is not first]]

    @property
    def density(self) -> str:
        wanted = self.query.get("density", "")
        if wanted in ListSetting.Density.values:
            return wanted
        return (self.setting.density if self.setting else "") or ListSetting.Density.COMFORTABLE

    # --- its addresses --------------------------------------------------------------------------------------

    def link(self, **changes: str) -> str:
        """Address of the same with changes; an empty value takes a name out."""
        kept = {name: self.query.getlist(name) for name in self.query if name not in ("after", "before")}
        kept |= {name: [value] for name, value in changes.items()}
        return "?" + urlencode([(name, value) for name, values in kept.items() for value in values if value])

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the form of the filters carries along unseen."""
        asked = [name for name in self.query if name not in self.filters.fields or name in self._hidden]
        pairs = [(name, value) for name in asked for value in self.query.getlist(name)]
        return [(name, value) for name, value in pairs if value and name not in ("after", "before")]

    @property
    def _hidden(self) -> set[str]:
        return {bound.name for bound in self.filters.hidden_fields()}

    @property
    def which(self) -> str:
        """The query string that says which rows, whatever their order."""
        pairs = [(name, value) for name in self.query for value in self.query.getlist(name)]
        return urlencode([(name, value) for name, value in pairs if value and name not in _MANNERS])

    @property
    def kept_query(self) -> str:
        """What a view keeps of the address."""
        return self.link(saved="").lstrip("?")


def state_of(kind: List, member: Membership, query: str) -> State:
    """Read a kept query string, for work and files."""
    return State(kind, member, QueryDict(query))
