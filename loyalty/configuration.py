"""What of the loyalty programme is configuration: how points are earned, tiers, badges."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from loyalty.models import Badge, Programme, Tier
from loyalty.operations import save_badge, save_tier, set_up_programme
from tenancy.configuration import Entry, Section, entry_of

_PROGRAMME = ("points_per_unit", "warn_days_before_expiry", "point_cost_minor", "is_active")
_TIER = ("name", "rank", "threshold_minor", "window_days", "multiplier", "benefits", "colour")
_BADGE = ("name", "about", "icon", "colour", "is_active")


def _read_programme() -> dict[str, Entry]:
    programme = Programme.objects.first()
    return {"programme": _exact(entry_of(programme, _PROGRAMME))} if programme else {}


def _exact(entry: Entry) -> Entry:
    """Write decimals without the zeros that the database keeps behind them."""
    return {name: _short(value) if isinstance(value, str) else value for name, value in entry.items()}


def _short(text: str) -> str:
    return f"{Decimal(text).normalize():f}"


def _write_programme(key: str, entry: Entry) -> None:
    now = next(iter(_read_programme().values()), {}) | entry
    decimals = {name: Decimal(now[name]) for name in ("points_per_unit", "point_cost_minor") if name in now}
    set_up_programme(**now | decimals)


def _read_tiers() -> dict[str, Entry]:
    rows = {row.code: entry_of(row, _TIER) for row in Tier.objects.all()}
    return {code: entry | {"multiplier": _short(entry["multiplier"])} for code, entry in rows.items()}


def _write_tier(code: str, entry: Entry) -> None:
    save_tier(code=code, **entry | ({"multiplier": Decimal(entry["multiplier"])} if "multiplier" in entry else {}))


def _read_badges() -> dict[str, Entry]:
    return {row.code: entry_of(row, _BADGE) for row in Badge.objects.all()}


def _write_badge(code: str, entry: Entry) -> None:
    save_badge(code=code, **_read_badges().get(code, {}) | entry)


PROGRAMME = Section("programme", _("Points programme"), _read_programme, _write_programme)
TIERS = Section("tiers", _("Tiers"), _read_tiers, _write_tier)
BADGES = Section(
    "badges", _("Badges"), _read_badges, _write_badge, remove=lambda code: _write_badge(code, {"is_active": False})
)
