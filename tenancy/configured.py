"""What of the organisation itself is configuration: its week, its special days, its stores and teams."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from tenancy.calendar import forget_day, forget_week, set_day, set_week
from tenancy.configuration import Entry, Section, entry_of
from tenancy.models import CalendarDay, Store, Team, WorkingWeek
from tenancy.people import save_store, save_team

_MIDNIGHT = 24 * 60


def _read_week() -> dict[str, Entry]:
    week = WorkingWeek.objects.first()
    return {"week": {"days": week.days}} if week else {}


def _write_week(key: str, entry: Entry) -> None:
    set_week([_spans(day) for day in entry["days"]])


def _spans(told: list) -> tuple:
    """Take spans as they are told; ValueError where they are no times of one day, one after the other."""
    spans = tuple((int(start), int(end)) for start, end in told)
    edges = [0, *(edge for span in spans for edge in span), _MIDNIGHT]
    if edges != sorted(edges) or any(start == end for start, end in spans):
        raise ValueError(told)
    return spans


WORKING_WEEK = Section("working_week", _("Working week"), _read_week, _write_week, remove=lambda key: forget_week())


def _read_days() -> dict[str, Entry]:
    return {str(row.day): entry_of(row, ("name", "spans")) for row in CalendarDay.objects.all()}


def _write_day(key: str, entry: Entry) -> None:
    told = _read_days().get(key, {}) | entry
    set_day(date.fromisoformat(key), name=told.get("name", ""), spans=_spans(told.get("spans", [])))


def _remove_day(key: str) -> None:
    forget_day(CalendarDay.objects.get(day=date.fromisoformat(key)).id)


CALENDAR_DAYS = Section("calendar_days", _("Holidays and special days"), _read_days, _write_day, _remove_day)


def _read_stores() -> dict[str, Entry]:
    return {row.name: entry_of(row, ("city", "address")) for row in Store.objects.filter(is_open=True)}


def _write_store(name: str, entry: Entry) -> None:
    known = Store.objects.filter(name=name).first()
    present = entry_of(known, ("city", "address")) if known else {}
    save_store(known.id if known else None, name=name, is_open=True, **present | entry)


def _remove_store(name: str) -> None:
    row = Store.objects.get(name=name)
    save_store(row.id, name=name, city=row.city, address=row.address, is_open=False)


STORES = Section("stores", _("Stores"), _read_stores, _write_store, _remove_store)


def _read_teams() -> dict[str, Entry]:
    return {row.name: {} for row in Team.objects.all()}


def _write_team(name: str, entry: Entry) -> None:
    """A team comes without its people, who are not configuration; one that is there keeps them."""
    if entry:
        raise ValueError(entry)
    save_team(None, name=name, lead_id=None)


# Without `remove`: who is in a team says what they see, and that does not change by the way.
TEAMS = Section("teams", _("Teams"), _read_teams, _write_team)
