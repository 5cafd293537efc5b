"""The books as CSV: statements, trial balance, roll-forward, ageing, and the journal of a month."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.utils import translation
from django.utils.translation import gettext as _

from crm.masking import check_amounts_are_shown
from foundation.money import Money
from integrations.exports import csv_lines
from rewards import queries
from rewards.models import Unit
from rewards.queries.finance import LINE_LABELS, MonthFigures
from rewards.queries.journal import month_arrows
from rewards.queries.statements import Statement, StatementLine
from rewards.rules.roll_forward import HELD, LINES, Held
from tenancy import audit, door
from tenancy.models import Organisation

_NOTED_EVERY = 1000  # lines between two notes of how far an export has come
_REMEMBERED = 600  # seconds


def statement_csv(found: Statement, *, title: Callable[[StatementLine], str] | None = None) -> Iterator[str]:
    """Write a statement as a bank does: opening balance, every line, closing balance, oldest first.

    For the customer, `title` says what a line is; what staff wrote as a reason is left out.
    """
    check_amounts_are_shown()
    unit = found.unit
    said = title or (lambda line: f"{line.kind_label}: {line.reason}" if line.reason else line.kind_label)
    rows = [
        [found.since, _("Opening balance"), "", *_held(found.opening, unit), _amount(found.opening.balance, unit)],
        *([line.booked_at, said(line), line.reward_id or line.order_id, _amount(line.pending, unit),
           _amount(line.available, unit), _amount(line.paying, unit), _amount(line.owed, unit), _amount(line.balance, unit)]
          for line in reversed(found.lines)),
        [found.until, _("Closing balance"), "", *_held(found.closing, unit), _amount(found.closing.balance, unit)],
    ]  # fmt: skip
    heads = [
        _("Date"), _("What"), _("Reward or order"), _("Pending"), _("Available"), _("Being paid out"), _("Owed"),
        _("Balance"),
    ]  # fmt: skip
    return csv_lines(heads, rows)


def trial_balance_csv(*, until: datetime | None, is_booked: bool) -> Iterator[str]:
    check_amounts_are_shown()
    _note("trial_balance", {"until": until.isoformat() if until else ""})
    units = {unit.code: unit for unit in Unit.objects.all()}
    lines = queries.trial_balance(until=until, is_booked=is_booked)
    rows = [[line.unit, line.account, line.account_label, _amount(line.amount, units[line.unit])] for line in lines]
    return csv_lines([_("Unit"), "compartment", _("Account"), _("Amount")], rows)


def roll_forward_csv(figures: MonthFigures) -> Iterator[str]:
    check_amounts_are_shown()
    _note("roll_forward", {"month": f"{figures.month:%Y-%m}"})
    return csv_lines(
        [_("Month"), _("Unit"), "line", _("Movement"), _("Pending"), _("Available"), _("Being paid out"), _("Arrears"),
         _("Total")],
        list(_roll_forward_rows(figures)),  # now: the labels are in the request's language
    )  # fmt: skip


def _roll_forward_rows(figures: MonthFigures) -> Iterator[list]:
    for unit in figures.units:
        lines = [(line, LINE_LABELS[line], unit.lines[line]) for line in LINES if line in unit.lines]
        ends = ("", _("Opening balance"), unit.opening), ("", _("Closing balance"), unit.closing)
        for code, label, held in [ends[0], *lines, ends[1]]:
            amounts = [_amount(each, unit) for each in (*(getattr(held, name) for name in HELD), held.total)]
            yield [f"{figures.month:%Y-%m}", unit.unit, code, str(label), *amounts]


def ageing_csv() -> Iterator[str]:
    check_amounts_are_shown()
    _note("ageing", {})
    units = {unit.code: unit for unit in Unit.objects.all()}
    rows = [
        [each.unit, f"{each.month:%Y-%m}" if each.month else _("never"), each.lots, _amount(each.amount, units[each.unit]),
         _amount(each.overdue, units[each.unit])]
        for each in queries.ageing()
    ]  # fmt: skip
    return csv_lines([_("Unit"), _("Expires in"), _("Lots"), _("Amount"), _("Overdue")], rows)


def journal_csv(month: date, *, watch: UUID | None = None) -> Iterator[str]:
    """Write every arrow of a month, entry by entry; `watch` names the export for `progress_of`."""
    check_amounts_are_shown()
    figures = queries.month_figures(month)
    _note("journal", {"month": f"{month:%Y-%m}", "postings": figures.postings})
    heads = [
        "entry_id", _("Booked"), _("Occurred"), _("Recorded"), _("Kind"), _("Key"), _("Reason"), "reverses", "posting_id",
        "customer_id", "reward_id", _("Unit"), _("From"), _("To"), _("Amount"),
    ]  # fmt: skip
    language = translation.get_language()
    units = {unit.code: unit for unit in Unit.objects.all()}
    arrows = month_arrows(figures.begins_at, figures.ends_at)
    rows = ([*row[:-1], _amount(row[-1], units[row[11]])] for row in arrows)
    return _watched(csv_lines(heads, rows), watch, total=figures.postings, language=language)


@dataclass(frozen=True)
class Progress:
    done: int
    total: int
    is_over: bool

    @property
    def percent(self) -> int:
        return 100 if self.is_over else min(99, 100 * self.done // max(self.total, 1))


def progress_of(watch: UUID) -> Progress | None:
    """Tell how far an export has come that is being sent; None before it begins and some time after its end."""
    noted = cache.get(_place(watch))
    return Progress(*noted) if noted else None


def _watched(lines: Iterable[str], watch: UUID | None, *, total: int, language: str | None) -> Iterator[str]:
    """Pass lines on, and note how many. They are read after the request's language was left."""
    place = _place(watch) if watch else ""
    with translation.override(language):
        for done, line in enumerate(lines):
            if place and done % _NOTED_EVERY == 0:
                cache.set(place, (done, total, False), _REMEMBERED)
            yield line
    if place:
        cache.set(place, (total, total, True), _REMEMBERED)


def _place(watch: UUID) -> str:
    return f"export:{door.organisation_id()}:{watch}"


def _note(name: str, facts: dict[str, Any]) -> None:
    audit.record("books.exported", Organisation.objects.get(id=door.organisation_id()), {"list": name, **facts})


def note_statement(customer_id: UUID) -> None:
    """Note that a member of staff took a customer's statement out of the house."""
    _note("statement", {"customer_id": str(customer_id)})


def _held(held: Held, unit) -> list[Any]:
    return [_amount(each, unit) for each in (held.pending, held.available, held.paying, -held.arrears)]


def _amount(value: int, unit) -> Any:
    """Write money with its decimals, and everything else as a whole number."""
    code = getattr(unit, "code", "") or unit.unit
    return Money(value, code).major if unit.kind == Unit.Kind.MONEY else value
