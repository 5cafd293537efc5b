"""A member's account as a statement: opening, every line in plain words, closing; of one year or of all time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import wording
from rewards.models import Account, Lot, Reward
from rewards.queries import CustomerBalance, StatementLine, balances, statement
from rewards.queries.statements import Statement, first_booked
from rewards.rules.months import start_of
from tenancy import door
from tenancy.calendar import own_zone

POINT = "POINT"

_WHAT = {
    "accrual": gettext_lazy("Promised: on the way"),
    "settlement": gettext_lazy("Reward arrived"),
    "earning": gettext_lazy("From your order"),
    "redemption": gettext_lazy("Used"),
    "expiry": gettext_lazy("Expired"),
    "reversal": gettext_lazy("Taken back after a refund"),
    "adjustment": gettext_lazy("Corrected by our team"),
    "return": gettext_lazy("Given back"),
    "restoration": gettext_lazy("Given to you again"),
    "opening": gettext_lazy("Brought over from before"),
    "transfer": gettext_lazy("Moved between your accounts"),
    "payout": gettext_lazy("Paid out"),
    "write_off": gettext_lazy("Debt forgiven"),
}
_FOR_WHAT = {
    "referrer": gettext_lazy("For introducing a friend"),
    "referee": gettext_lazy("Your welcome gift"),
}


@dataclass(frozen=True)
class Choice:
    """One of several accounts, or years, that a member can look at."""

    key: str
    name: str
    is_chosen: bool


@dataclass(frozen=True)
class Asked:
    """Which account a member looks at, and which year; no year: all time."""

    unit: str
    year: int | None
    units: list[Choice]
    years: list[Choice]

    @property
    def query(self) -> str:
        return f"unit={self.unit}" + (f"&year={self.year}" if self.year else "")


@dataclass(frozen=True)
class HistoryLine:
    title: str
    amount: str
    is_minus: bool
    at: datetime
    balance: str
    expires_at: datetime | None
    reward_id: UUID | None


def asked(customer_id: UUID, *, unit: str, year: str) -> Asked:
    """Read what a member asks for; what they do not have is answered with what they have."""
    held = balances(customer_id)
    codes = [balance.unit for balance in held]
    chosen = unit if unit in codes else next(iter(codes), POINT)
    years = _years(customer_id, chosen)
    in_year = int(year) if year in {str(one) for one in years} else None
    return Asked(
        chosen, in_year, [Choice(one.unit, _account_name(one), one.unit == chosen) for one in held],
        [Choice(str(one), str(one), one == in_year) for one in years] if len(years) > 1 else [],
    )  # fmt: skip


def statement_of(customer_id: UUID, wanted: Asked, *, limit: int | None, offset: int = 0) -> Statement | None:
    """Give the statement asked for; None while the member has no account."""
    if not wanted.units:
        return None
    zone = own_zone()
    since, until = (None, None) if wanted.year is None else (
        start_of(date(wanted.year, 1, 1), zone), start_of(date(wanted.year + 1, 1, 1), zone)
    )  # fmt: skip
    return statement(customer_id, wanted.unit, since=since, until=until, limit=limit, offset=offset)


def history_lines(customer_id: UUID, found: Statement) -> list[HistoryLine]:
    """Write a page of a statement; expiry dates and roles come in a statement each for all its lines."""
    roles = roles_of(found.lines)
    account = Account.objects.filter(customer_id=customer_id, unit=found.unit).values("id")
    lots = Lot.objects.filter(account_id__in=account, entry_id__in=[line.entry_id for line in found.lines], remaining__gt=0)
    expiry = dict(lots.values_list("entry_id", "expires_at"))
    return [_history_line(line, roles, expiry, found.unit) for line in found.lines]


def roles_of(lines: Sequence[StatementLine]) -> dict[UUID, str]:
    ids = {line.reward_id for line in lines if line.reward_id}
    return dict(Reward.objects.filter(id__in=ids).values_list("id", "role"))


def title_of(line: StatementLine, roles: dict[UUID, str]) -> str:
    for_what = _FOR_WHAT.get(roles.get(line.reward_id, "")) if line.kind == "settlement" else None
    return str(for_what or _WHAT[line.kind])


def title_of_kind(kind: str) -> str:
    return str(_WHAT[kind])


def shown(amount: int, unit) -> str:
    """Write an amount of an account without its unit's name, which stands above it; money with its sign."""
    return wording.money(amount, unit.code) if unit.kind == "money" else wording.whole(amount)


def _history_line(line: StatementLine, roles: dict, expiry: dict, unit) -> HistoryLine:
    amount = line.usable or line.pending or line.paying
    return HistoryLine(
        title=title_of(line, roles),
        amount=f"+{shown(amount, unit)}" if amount > 0 else shown(amount, unit),
        is_minus=amount < 0 or not line.usable,
        at=line.booked_at,
        balance=shown(line.balance, unit),
        expires_at=expiry.get(line.entry_id) if line.usable > 0 else None,
        reward_id=line.reward_id,
    )


def _account_name(balance: CustomerBalance) -> str:
    names = {"points": _("Points"), "coupon": _("Coupons"), "piece": _("Gifts")}
    return names.get(balance.kind) or _("Money (%(currency)s)") % {"currency": balance.unit}


def _years(customer_id: UUID, unit: str) -> list[int]:
    """List the years from the first line to the present one, newest first."""
    first = first_booked(customer_id, unit)
    present = timezone.localtime(door.moment()).year
    return list(range(present, timezone.localtime(first).year - 1, -1)) if first else []
