"""Configuration as versions: keep it, try a bundle, apply one, go back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Max
from django.utils.translation import gettext

from foundation.errors import DomainError
from integrations.errors import BundleUnreadable, EntryMalformed, EntryRefused, SectionUnknown, VersionUnknown
from integrations.models import ConfigurationVersion
from tenancy import audit, configuration, door
from tenancy.configuration import FORMAT, Bundle, Change, Section

_MALFORMED = (AssertionError, AttributeError, DataError, IntegrityError, KeyError, TypeError, ValueError, ArithmeticError,
              FieldDoesNotExist, ObjectDoesNotExist)  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """What a bundle would do: its changes, and what of them would be refused."""

    changes: list[Change]
    refused: list[tuple[Change, str]]

    @property
    def may_be_applied(self) -> bool:
        return bool(self.changes) and not self.refused


def read_bundle(text: str | bytes) -> Bundle:
    """Read a bundle as text; raises BundleUnreadable or SectionUnknown."""
    try:
        told = json.loads(text)
    except (ValueError, UnicodeDecodeError):
        raise BundleUnreadable from None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise BundleUnreadable
    return check_bundle(told.get("sections"))


def check_bundle(told: Any) -> Bundle:
    """Refuse what is not section -> key -> entry."""
    if not isinstance(told, dict):
        raise BundleUnreadable
    known = {section.name for section in configuration.sections()}
    for name, entries in told.items():
        if name not in known:
            raise SectionUnknown(section=str(name)[:60])
        if not isinstance(entries, dict) or not all(isinstance(entry, dict) for entry in entries.values()):
            raise BundleUnreadable
    return told


def keep_configuration(*, cause: str = "kept", note: str = "") -> ConfigurationVersion:
    """Keep the present configuration as a version; the same as the last one makes none."""
    _one_at_a_time()
    bundle = configuration.present()
    mark = configuration.mark_of(bundle)
    last = ConfigurationVersion.objects.order_by("-number").first()
    if last and last.mark == mark:
        return last
    version = ConfigurationVersion.objects.create(
        number=(ConfigurationVersion.objects.aggregate(most=Max("number"))["most"] or 0) + 1, bundle=bundle, mark=mark,
        cause=cause[:40], note=note[:200], made_by=door.actor().id, created_at=door.moment(),
    )  # fmt: skip
    audit.record("configuration.kept", version, {"number": version.number, "cause": cause})
    return version


def _one_at_a_time() -> None:
    """Let one configuration change run at a time; the lock ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"configuration:{door.organisation_id()}"])


def try_bundle(bundle: Mapping[str, Any], *, is_whole: bool = False) -> Trial:
    """Do it all, note what is refused, and leave nothing of it."""
    changes = configuration.changes(configuration.present(), check_bundle(bundle), is_whole=is_whole)
    refused: list[tuple[Change, str]] = []
    with transaction.atomic():
        for change, section in _in_order(changes):
            try:
                _carry_out(change, section)
            except DomainError as error:
                refused.append((change, error.sentence(gettext)))
        transaction.set_rollback(True)
    return Trial(changes, refused)


@transaction.atomic
def apply_bundle(bundle: Mapping[str, Any], *, cause: str, note: str = "", is_whole: bool = False) -> list[Change]:
    """Apply a bundle whole or not at all; what was before and what is after are kept as versions.

    Raises EntryRefused with the section, the key and the reason.
    """
    keep_configuration(cause="before", note=note)
    changes = configuration.changes(configuration.present(), check_bundle(bundle), is_whole=is_whole)
    for change, section in _in_order(changes):
        _carry_out(change, section)
    keep_configuration(cause=cause, note=note)
    return changes


def go_back(number: int) -> list[Change]:
    """Make the configuration what it was in this version; what has come since is taken out of use where that can be done."""
    version = ConfigurationVersion.objects.filter(number=number).first()
    if version is None:
        raise VersionUnknown
    return apply_bundle(version.bundle, cause=f"back:{number}", is_whole=True)


def _in_order(changes: list[Change]) -> list[tuple[Change, Section]]:
    """Add and change from the bottom up, remove from the top down: what is referred to is there when it is needed."""
    by_name = {section.name: section for section in configuration.sections()}
    told = [(change, by_name[change.section]) for change in changes]
    return [each for each in told if each[0].after is not None] + [each for each in reversed(told) if each[0].after is None]


def _carry_out(change: Change, section: Section) -> None:
    where = {"section": str(section.label), "key": change.key}
    try:
        with transaction.atomic():
            if change.after is not None:
                section.write(change.key, change.after)
            elif section.remove:
                section.remove(change.key)
    except DomainError as error:
        raise EntryRefused(why=error.sentence(gettext), **where) from error
    except _MALFORMED as error:
        raise EntryMalformed(**where) from error
