"""When an organisation works and who is away: the calendar that every clock in the house runs by."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from foundation.errors import Conflict, Invalid, NotFound
from foundation.public_holidays import known_years, public_holidays
from foundation.working_time import OFFICE_HOURS, Spans, WorkingHours
from tenancy import audit, door
from tenancy.models import Absence, CalendarDay, Membership, Organisation, WorkingWeek


class NobodyWorks(Invalid):
    code = "nobody_works"
    message = "A week needs at least one working hour."


class UnknownHolidays(NotFound):
    code = "unknown_holidays"
    message = "We know no public holidays of %(country)s in %(year)s. Enter them by hand."


class AbsenceBackwards(Invalid):
    code = "absence_backwards"
    message = "The last day is before the first."
    field = "last_day"


class DeputyIsAway(Conflict):
    code = "deputy_is_away"
    message = "Choose a colleague who works here and is not the one who is away."
    field = "deputy"


def own_zone() -> ZoneInfo:
    """Give the organisation's time zone."""
    return ZoneInfo(Organisation.objects.values_list("time_zone", flat=True).get(id=door.organisation_id()))


def working_hours() -> WorkingHours:
    """Read the organisation's calendar, in two small statements."""
    week = WorkingWeek.objects.first()
    days = {row.day: _spans(row.spans) for row in CalendarDay.objects.all()}
    return WorkingHours(own_zone(), tuple(_spans(day) for day in week.days) if week else OFFICE_HOURS, days)


def _spans(stored: Iterable[Sequence[int]]) -> Spans:
    return tuple((start, end) for start, end in stored)


def set_week(days: Sequence[Spans]) -> None:
    """Say when the organisation works, Monday first."""
    assert len(days) == 7
    if not any(days):
        raise NobodyWorks
    week, _ = WorkingWeek.objects.update_or_create(defaults={"days": [[list(span) for span in day] for day in days]})
    audit.record("calendar.week_changed", week)


def forget_week() -> None:
    """Let the organisation work in the usual office hours again."""
    week = WorkingWeek.objects.first()
    if week:
        audit.record("calendar.week_changed", week)
        week.delete()


def set_day(day: date, *, name: str = "", spans: Spans = ()) -> CalendarDay:
    """Let one day differ from the week; without spans nobody works on it."""
    row, _ = CalendarDay.objects.update_or_create(
        day=day, defaults={"name": name.strip()[:80], "spans": [list(span) for span in spans]}
    )
    audit.record("calendar.day_changed", row, {"day": str(day)})
    return row


def forget_day(day_id: UUID) -> None:
    """Let a day be like any other of its weekday again."""
    row = CalendarDay.objects.get(id=day_id)
    audit.record("calendar.day_forgotten", row, {"day": str(row.day)})
    CalendarDay.objects.filter(id=day_id).delete()


def load_holidays(country: str, year: int, *, language: str) -> int:
    """Enter a country's public holidays and make-up days; days that are entered already stay as they are."""
    holidays = public_holidays(country, year)
    if not holidays:
        raise UnknownHolidays(country=country, year=year)
    usual = next((list(map(list, day)) for day in working_hours().week if day), [])
    rows = [
        CalendarDay(day=each.day, name=each.names.get(language) or each.names["en"], spans=usual if each.is_working else [])
        for each in holidays
    ]
    known = set(CalendarDay.objects.filter(day__in=[row.day for row in rows]).values_list("day", flat=True))
    made = CalendarDay.objects.bulk_create([row for row in rows if row.day not in known], ignore_conflicts=True)
    if made:
        audit.record("calendar.holidays_loaded", made[0], {"country": country, "year": year, "days": len(made)})
    return len(made)


def loadable_years(country: str) -> list[int]:
    return known_years(country)


# --- who is away ----------------------------------------------------------------------------------------


def add_absence(
    member_id: UUID, *, first_day: date, last_day: date, deputy_id: UUID | None = None, note: str = ""
) -> Absence:
    """Note that somebody is away; from then on nothing new is given to them."""
    if last_day < first_day:
        raise AbsenceBackwards
    member = Membership.objects.get(id=member_id)
    if deputy_id and (deputy_id == member_id or not Membership.objects.filter(id=deputy_id, is_active=True).exists()):
        raise DeputyIsAway
    absence = Absence.objects.create(
        member=member, deputy_id=deputy_id, first_day=first_day, last_day=last_day, note=note.strip()[:120]
    )
    audit.record("absence.added", absence, {"member_id": str(member_id), "days": [str(first_day), str(last_day)]})
    return absence


def drop_absence(absence_id: UUID) -> None:
    absence = Absence.objects.get(id=absence_id)
    audit.record("absence.dropped", absence, {"member_id": str(absence.member_id)})
    Absence.objects.filter(id=absence_id).delete()


def away_on(day: date) -> Mapping[UUID, UUID | None]:
    """Say who is away on a day, and who stands in for each."""
    rows = Absence.objects.filter(first_day__lte=day, last_day__gte=day).order_by("id")
    return dict(rows.values_list("member_id", "deputy_id"))


def today() -> date:
    """The organisation's present day."""
    return door.moment().astimezone(own_zone()).date()


def add_working_hours(moment: datetime, length: timedelta) -> datetime:
    return working_hours().add_working_hours(moment, length)


def working_hours_between(start: datetime, end: datetime) -> timedelta:
    return working_hours().working_hours_between(start, end)
