"""The books for finance: trial balance at any date, and each month from opening to closing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from rewards.models import Account, Closing, JournalEntry, Seal, Unit
from rewards.queries.scanning import BOOKED, OCCURRED, joined_by_hash, rows
from rewards.rules.months import month_of, months_between, next_month, read_month, start_of
from rewards.rules.roll_forward import COMPARTMENTS, Flow, Held, UnitFigures, roll, trial
from tenancy import door
from tenancy.calendar import own_zone
from tenancy.models import Organisation

LINE_LABELS = {
    "opening": _("Taken over from before"), "accrual": _("Rewards promised"), "earning": _("Points earned"),
    "restoration": _("Rewards given again"), "adjustment_up": _("Adjusted upwards"),
    "settlement": _("Rewards that became available"), "return": _("Redemptions given back"),
    "transfer": _("Moved between customers"), "redemption": _("Redeemed"), "expiry": _("Expired"),
    "reversal": _("Taken back"), "adjustment_down": _("Adjusted downwards"), "payout": _("Paid out"),
    "write_off": _("Debts forgiven"),
}  # fmt: skip


@dataclass(frozen=True)
class TrialLine:
    unit: str
    account: str
    amount: int

    @property
    def account_label(self) -> str:
        return Account.Kind(self.account).label


@dataclass(frozen=True)
class MonthFigures:
    """A month of the books. `late_entries` are of them those that belong to months closed before they came."""

    month: date
    begins_at: datetime | None
    ends_at: datetime
    currency: str
    entries: int
    postings: int
    late_entries: int
    units: tuple[UnitFigures, ...]

    def plain(self) -> dict[str, Any]:
        """Give what is sealed and what the API shows; the same figures give the same bytes."""
        return {
            "month": f"{self.month:%Y-%m}", "begins_at": _utc(self.begins_at), "ends_at": _utc(self.ends_at),
            "currency": self.currency, "entries": self.entries, "postings": self.postings,
            "late_entries": self.late_entries, "units": [unit.plain() for unit in self.units],
        }  # fmt: skip


@dataclass(frozen=True)
class BooksMonth:
    """A month in the list of months: closed, sealed, late corrections in it, and whether it can be closed now."""

    month: date
    closing: Closing | None = None
    seal: Seal | None = None
    is_over: bool = False
    is_next: bool = False


# --- trial balance -------------------------------------------------------------------------------------


def trial_balance(*, until: datetime | None = None, is_booked: bool = False) -> list[TrialLine]:
    """Sum all accounts by unit and compartment; each unit sums to nothing.

    Without `until` as they are now; with it, by the arrows that occurred before that
    moment, or that were booked before it.
    """
    if until is None:
        return [
            TrialLine(code, name, amount)
            for code, *amounts in rows(_BALANCES)
            for name, amount in zip(COMPARTMENTS, amounts, strict=True)
            if amount
        ]
    found = groupby(_flows(None, until, moment=BOOKED if is_booked else OCCURRED), key=lambda flow: flow.unit)
    return [TrialLine(unit, name, amount) for unit, flows in found for name, amount in trial(flows).items() if amount]


# --- months --------------------------------------------------------------------------------------------


def month_figures(month: date) -> MonthFigures:
    """Give a month from opening to closing: as it was sealed, or as the books have it now."""
    seal = Seal.objects.filter(id__in=Closing.objects.filter(month=month).values("id")).first()
    if seal:
        return read_figures(seal.figures)
    return compute_figures(month, *month_bounds(month), values=unit_values())


def compute_figures(
    month: date, begins_at: datetime | None, ends_at: datetime, *, values: Mapping[str, Decimal | None], currency: str = ""
) -> MonthFigures:
    """Sum the arrows that were booked in a month; a few scans, whatever the size of the books."""
    kinds = dict(Unit.objects.values_list("code", "kind"))
    flows = _flows(begins_at, ends_at, moment=BOOKED)
    by_unit = groupby(flows, key=lambda flow: flow.unit)
    units = tuple(roll(each, kind=kinds[code], value_minor=values.get(code)) for code, each in by_unit)
    entries, late = rows(_COUNTS, begins=begins_at, until=ends_at)[0]
    postings = sum(flow.arrows for flow in flows)
    return MonthFigures(month, begins_at, ends_at, currency or _here().currency, entries, postings, late, units)


def read_figures(plain: Mapping[str, Any]) -> MonthFigures:
    """Read figures as they were sealed."""
    return MonthFigures(
        month=read_month(plain["month"]),
        begins_at=parse_datetime(plain["begins_at"]) if plain["begins_at"] else None,
        ends_at=parse_datetime(plain["ends_at"]),
        currency=plain["currency"],
        entries=plain["entries"],
        postings=plain["postings"],
        late_entries=plain["late_entries"],
        units=tuple(_read_unit(unit) for unit in plain["units"]),
    )


def _read_unit(plain: Mapping[str, Any]) -> UnitFigures:
    return UnitFigures(
        unit=plain["unit"], kind=plain["kind"], opening=_read_held(plain["opening"]), closing=_read_held(plain["closing"]),
        lines={line["line"]: _read_held(line) for line in plain["lines"]}, trial=dict(plain["trial"]),
        value_minor=Decimal(plain["value_minor"]) if plain["value_minor"] is not None else None,
    )  # fmt: skip


def _read_held(plain: Mapping[str, Any]) -> Held:
    return Held(plain["pending"], plain["available"], plain["paying"], plain["arrears"])


def month_bounds(month: date) -> tuple[datetime | None, datetime]:
    """Tell where a month begins and ends: as it was closed, or where the last closing ended, else by the calendar."""
    last = last_closing()
    if last and month <= last.month and (closing := Closing.objects.filter(month=month).first()):
        return closing.begins_at, closing.ends_at
    zone = own_zone()
    follows = last is not None and next_month(last.month) == month
    return last.ends_at if follows else start_of(month, zone), start_of(next_month(month), zone)


def books_months() -> list[BooksMonth]:
    """List the months of the books, newest first, up to the present one."""
    zone, now = own_zone(), door.moment()
    closings = {closing.month: closing for closing in Closing.objects.all()}
    seals = {seal.id: seal for seal in Seal.objects.all()}
    first, following = min(closings, default=None) or first_month(), first_open_month()
    if first is None or following is None:
        return []
    last = max(month_of(now, zone), following, first)
    return [
        BooksMonth(month, closing, seals.get(closing.id) if closing else None, is_over, is_over and month == following)
        for month in reversed(months_between(first, last))
        for closing, is_over in [(closings.get(month), start_of(next_month(month), zone) <= now)]
    ]


def first_month() -> date | None:
    """Name the month of the first entry; None while the books are empty."""
    first = JournalEntry.objects.order_by("occurred_at").values_list("occurred_at", flat=True).first()
    return month_of(first, own_zone()) if first else None


def first_open_month() -> date | None:
    """Name the month that has to be closed next; None while the books are empty."""
    last = last_closing()
    return next_month(last.month) if last else first_month()


def last_closing() -> Closing | None:
    return Closing.objects.order_by("-ends_at").first()


def unit_values() -> dict[str, Decimal | None]:
    """Tell what one of each unit is worth, in the smallest part of the organisation's currency."""
    return dict(Unit.objects.values_list("code", "value_minor"))


def _here() -> Organisation:
    return Organisation.objects.get(id=door.organisation_id())


def _flows(begins_at: datetime | None, until: datetime, *, moment: str) -> list[Flow]:
    with joined_by_hash():
        return [Flow(*row) for row in rows(_FLOWS.format(moment=moment), begins=begins_at, until=until)]


def _utc(moment: datetime | None) -> str | None:
    return moment.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment else None


_FLOWS = """
SELECT u.code, g.kind, g.source, g.target, coalesce(sum(g.before), 0)::bigint, coalesce(sum(g.within), 0)::bigint,
  sum(g.arrows)::bigint
FROM (
  SELECT p.account_id, e.kind, p.source, p.target,
    sum(p.amount) FILTER (WHERE {moment} < %(begins)s) AS before,
    sum(p.amount) FILTER (WHERE %(begins)s::timestamptz IS NULL OR {moment} >= %(begins)s) AS within,
    count(*) FILTER (WHERE %(begins)s::timestamptz IS NULL OR {moment} >= %(begins)s) AS arrows
  FROM rewards_posting AS p
  JOIN rewards_journalentry AS e ON e.organisation_id = %(organisation)s AND e.id = p.entry_id
  WHERE p.organisation_id = %(organisation)s AND {moment} < %(until)s
  GROUP BY p.account_id, e.kind, p.source, p.target
) AS g
JOIN rewards_account AS a ON a.organisation_id = %(organisation)s AND a.id = g.account_id
JOIN rewards_unit AS u ON u.organisation_id = %(organisation)s AND u.id = a.unit_id
GROUP BY u.kind, u.code, g.kind, g.source, g.target
ORDER BY u.kind <> 'points', u.code, g.kind, g.source, g.target
"""

_BALANCES = f"""
SELECT u.code, {", ".join(f"sum(b.{name})::bigint" for name in COMPARTMENTS)}
FROM rewards_balance AS b
JOIN rewards_account AS a ON a.organisation_id = %(organisation)s AND a.id = b.id
JOIN rewards_unit AS u ON u.organisation_id = %(organisation)s AND u.id = a.unit_id
WHERE b.organisation_id = %(organisation)s
GROUP BY u.kind, u.code
ORDER BY u.kind <> 'points', u.code
"""

_COUNTS = f"""
SELECT count(*), count(*) FILTER (WHERE e.open_from > e.occurred_at)
FROM rewards_journalentry AS e
WHERE e.organisation_id = %(organisation)s
  AND {BOOKED} < %(until)s AND (%(begins)s::timestamptz IS NULL OR {BOOKED} >= %(begins)s)
"""
