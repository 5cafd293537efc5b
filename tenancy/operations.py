"""An organisation's own data, its demo clock, and a person's preferences."""

import re
from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.db.models import F

from foundation.errors import Conflict, Invalid
from tenancy import audit, door
from tenancy.models import Organisation, User

CHANGEABLE = {"name", "language", "time_zone", "country", "currency", "colour"}
LONGEST_JUMP = timedelta(days=366)


class UnknownTimeZone(Invalid):
    code = "unknown_time_zone"
    message = "“%(time_zone)s” is not a time zone."
    field = "time_zone"


class UnknownColour(Invalid):
    code = "unknown_colour"
    message = "Write a colour as # and six digits, such as #0f766e."
    field = "colour"


class UnknownPreference(Invalid):
    code = "unknown_preference"
    message = "There is no such choice."


class ClockStands(Conflict):
    code = "clock_stands"
    message = "The clock can be moved in the demo only, forwards, and by a year at most."


def change_organisation(**changes: Any) -> Organisation:
    """Change what the organisation says of itself."""
    assert changes.keys() <= CHANGEABLE, changes.keys() - CHANGEABLE
    if "time_zone" in changes and changes["time_zone"] not in available_timezones():
        raise UnknownTimeZone(time_zone=changes["time_zone"])
    if "colour" in changes and not re.fullmatch(r"#[0-9a-fA-F]{6}", changes["colour"]):
        raise UnknownColour
    organisation = Organisation.objects.select_for_update().get(id=door.organisation_id())
    changed = sorted(name for name, value in changes.items() if getattr(organisation, name) != value)
    if changed:
        for name in changed:
            setattr(organisation, name, changes[name])
        organisation.save(update_fields=changed)
        audit.record("organisation.changed", organisation, {"fields": changed})
    return organisation


def change_access(section: str, value: Any) -> Organisation:
    """Set one section of who sees what (sight, fields, reveals_per_hour, largest_export); checked by whoever calls."""
    organisation = Organisation.objects.select_for_update().get(id=door.organisation_id())
    before = organisation.access.get(section)
    if before != value:
        organisation.access = organisation.access | {section: value}
        organisation.save(update_fields=["access"])
        audit.record("access.changed", organisation, {"section": section, "change": [before, value]})
    return organisation


def move_clock(by: timedelta) -> Organisation:
    """Let the organisation live later than the world, in the demo and in tests."""
    if not settings.MOVABLE_CLOCK or not timedelta(0) < by <= LONGEST_JUMP:
        raise ClockStands
    door.moment()  # of before the jump
    Organisation.objects.filter(id=door.organisation_id()).update(clock_offset=F("clock_offset") + by)
    organisation = Organisation.objects.get(id=door.organisation_id())
    audit.record("clock.moved", organisation, {"days": by.days})
    return organisation


def choose_language(user: User, language: str) -> None:
    """Remember the language a person reads our pages in."""
    if language not in dict(settings.LANGUAGES):
        raise UnknownPreference(field="language")
    User.objects.filter(id=user.id).update(language=language)


def choose_theme(user: User, theme: str) -> None:
    """Remember whether a person wants light pages, dark ones, or what their machine says."""
    if theme not in ("auto", "light", "dark"):
        raise UnknownPreference(field="theme")
    User.objects.filter(id=user.id).update(theme=theme)
