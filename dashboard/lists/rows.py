"""Rows of a list as HTML. In Python and not in a template: fifty rows of ten cells took 30 ms there, and take 4 here."""

from collections.abc import Iterable
from typing import Any

from django.urls import get_script_prefix
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from dashboard.lists.addresses import SOMEBODY, pattern
from dashboard.lists.cells import NOTHING
from dashboard.lists.shape import Column, List
from dashboard.lists.state import State
from dashboard.templatetags.dashboard import icon


def written(state: State, rows: Iterable[Any]) -> SafeString:
    """Write rows as the chosen columns show them; every part that is the same for all is made once."""
    return _Writer(state).rows(rows)


def value_of(column: Column, row: Any) -> SafeString:
    return conditional_escape(column.cell(row))


class _Writer:
    def __init__(self, state: State):
        self.kind, self.first, rest = state.list, state.columns[0], state.columns[1:]
        self.columns = [(each, escape(str(each.label)), self._edited_at(each, state)) for each in rest]
        self.first_at = self._edited_at(self.first, state)
        self.peek = self._address(f"{self.kind.name}_peek")
        self.pencil, self.panel = icon("pencil"), icon("layout-sidebar-right-expand")
        self.words = {
            "tick": escape(gettext("Select %(name)s")), "edit": escape(gettext("Change %(column)s of %(name)s")),
            "look": escape(gettext("Look at %(name)s")), "title": escape(gettext("Look at it")),
        }  # fmt: skip

    def _edited_at(self, column: Column, state: State) -> str:
        return self._address(f"{self.kind.name}_{column.key}") if column.is_changed_by(state.member) else ""

    def _address(self, name: str) -> str:
        return pattern(name, get_script_prefix())

    def rows(self, rows: Iterable[Any]) -> SafeString:
        return mark_safe("".join(self._row(row) for row in rows))

    def _row(self, row: Any) -> str:
        kind: List = self.kind
        name, link, row_id = escape(str(kind.name_of(row))), escape(kind.link_of(row)), str(row.id)
        named = {"name": name}
        href = f' data-href="{link}"' if link else ""
        cells = "".join(self._cell(column, label, address, row, name, row_id) for column, label, address in self.columns)
        return (
            f'<tr data-row="{row_id}"{href}><td class="list-tick"><input type="checkbox" class="form-check-input" data-tick'
            f' value="{row_id}" aria-label="{self.words["tick"] % named}"></td>'
            f"{self._first(row, name, row_id)}{cells}"
            f'<td class="list-peek"><button type="button" class="icon-button" data-peek="{_filled(self.peek, row_id)}"'
            f' aria-label="{self.words["look"] % named}" title="{self.words["title"]}">{self.panel}</button></td></tr>'
        )

    def _first(self, row: Any, name: str, row_id: str) -> str:
        html, address = value_of(self.first, row), self.first_at
        if not address or not self.first.edit.is_open(row):
            return f'<th scope="row">{html}</th>'
        changed = self._changed(html, escape(str(self.first.label)), name)
        return f'<th scope="row" data-cell="{_filled(address, row_id)}">{changed}</th>'

    def _cell(self, column: Column, label: str, address: str, row: Any, name: str, row_id: str) -> str:
        html = value_of(column, row)
        if not address or not column.edit.is_open(row):
            css = f"{column.css} is-empty".strip() if html == NOTHING else column.css
            return f'<td class="{css}" data-label="{label}">{html}</td>'
        changed = self._changed(html, label, name)
        return f'<td class="{column.css}" data-label="{label}" data-cell="{_filled(address, row_id)}">{changed}</td>'

    def _changed(self, html: str, label: str, name: str) -> str:
        """A value with the pencil that changes it."""
        said = self.words["edit"] % {"column": label, "name": name}
        return (
            f'<div class="list-cell"><span class="list-value">{html}</span>'
            f'<button type="button" class="list-edit" aria-label="{said}">{self.pencil}</button></div>'
        )


def _filled(address: str, row_id: str) -> str:
    return address.replace(SOMEBODY, row_id)
