"""Public holidays and make-up days that can be loaded into a calendar.

CN 2026: notice of the State Council's General Office of November 2025, with make-up days. CN 2027: the
statutory days only; the notice with bridges and make-up days comes each November and is entered by hand.
GB: bank holidays of England and Wales, substitute days included.
"""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Holiday:
    day: date
    names: dict[str, str]  # by language
    is_working: bool = False  # a make-up day (调休): worked although it is a weekend


_NAMES = {
    "new_year": ("元旦", "New Year"),
    "spring": ("春节", "Spring Festival"),
    "tomb": ("清明节", "Tomb-Sweeping Day"),
    "labour": ("劳动节", "Labour Day"),
    "dragon": ("端午节", "Dragon Boat Festival"),
    "autumn": ("中秋节", "Mid-Autumn Festival"),
    "national": ("国庆节", "National Day"),
    "makeup": ("调休上班", "Make-up working day"),
    "good_friday": ("耶稣受难日", "Good Friday"),
    "easter": ("复活节星期一", "Easter Monday"),
    "early_may": ("五月初公共假日", "Early May bank holiday"),
    "spring_bank": ("春季公共假日", "Spring bank holiday"),
    "summer_bank": ("夏季公共假日", "Summer bank holiday"),
    "christmas": ("圣诞节", "Christmas Day"),
    "boxing": ("节礼日", "Boxing Day"),
}
# country, year -> name: (first day, number of days)
_DAYS: dict[tuple[str, int], tuple[tuple[str, str, int], ...]] = {
    ("CN", 2026): (
        ("new_year", "01-01", 3), ("spring", "02-15", 9), ("tomb", "04-04", 3), ("labour", "05-01", 5),
        ("dragon", "06-19", 3), ("autumn", "09-25", 3), ("national", "10-01", 7),
        ("makeup", "01-04", 1), ("makeup", "02-14", 1), ("makeup", "02-28", 1), ("makeup", "05-09", 1),
        ("makeup", "09-20", 1), ("makeup", "10-10", 1),
    ),
    ("CN", 2027): (
        ("new_year", "01-01", 1), ("spring", "02-05", 4), ("tomb", "04-05", 1), ("labour", "05-01", 2),
        ("dragon", "06-09", 1), ("autumn", "09-15", 1), ("national", "10-01", 3),
    ),
    ("GB", 2026): (
        ("new_year", "01-01", 1), ("good_friday", "04-03", 1), ("easter", "04-06", 1), ("early_may", "05-04", 1),
        ("spring_bank", "05-25", 1), ("summer_bank", "08-31", 1), ("christmas", "12-25", 1), ("boxing", "12-28", 1),
    ),
    ("GB", 2027): (
        ("new_year", "01-01", 1), ("good_friday", "03-26", 1), ("easter", "03-29", 1), ("early_may", "05-03", 1),
        ("spring_bank", "05-31", 1), ("summer_bank", "08-30", 1), ("christmas", "12-27", 1), ("boxing", "12-28", 1),
    ),
}  # fmt: skip


def known_years(country: str) -> list[int]:
    return sorted(year for place, year in _DAYS if place == country)


def public_holidays(country: str, year: int) -> list[Holiday]:
    """List what is known of a country's year, by date; nothing where we know nothing."""
    found = [
        Holiday(
            date.fromisoformat(f"{year}-{first}") + timedelta(days=n),
            dict(zip(("zh-hans", "en"), _NAMES[name], strict=True)),
            is_working=name == "makeup",
        )
        for name, first, length in _DAYS.get((country, year), ())
        for n in range(length)
    ]
    return sorted(found, key=lambda holiday: holiday.day)
