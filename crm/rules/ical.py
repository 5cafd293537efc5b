"""Write a calendar as RFC 5545 has it: UTC times, escaped texts, folded lines. Sixty lines need no library."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_LONGEST = 75  # octets of a line, before its CRLF


@dataclass(frozen=True)
class Entry:
    """Something in the calendar: at a moment, or on a whole day."""

    uid: str
    title: str
    at: datetime | date
    stamp: datetime
    text: str = ""
    url: str = ""
    is_done: bool = False
    minutes: int = 30
    remind_minutes: int = 0


def calendar(name: str, zone: str, entries: Iterable[Entry]) -> bytes:
    """Write all entries as one calendar."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Yinjian//Tasks//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
            f"X-WR-CALNAME:{escaped(name)}", f"X-WR-TIMEZONE:{zone}", "REFRESH-INTERVAL;VALUE=DURATION:PT15M"]  # fmt: skip
    lines = [*head, *(line for entry in entries for line in _event(entry)), "END:VCALENDAR"]
    return b"".join(folded(line) for line in lines)


def _event(entry: Entry) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.uid}"
    yield f"DTSTAMP:{_utc(entry.stamp)}"
    if isinstance(entry.at, datetime):
        yield f"DTSTART:{_utc(entry.at)}"
        yield f"DTEND:{_utc(entry.at + timedelta(minutes=entry.minutes))}"
    else:
        yield f"DTSTART;VALUE=DATE:{entry.at:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{entry.at + timedelta(days=1):%Y%m%d}"
        yield "TRANSP:TRANSPARENT"
    yield f"SUMMARY:{escaped(('✓ ' if entry.is_done else '') + entry.title)}"
    if entry.text:
        yield f"DESCRIPTION:{escaped(entry.text)}"
    if entry.url:
        yield f"URL:{entry.url}"
    yield "STATUS:CONFIRMED"
    if entry.remind_minutes and not entry.is_done:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{escaped(entry.title)}",
                    f"TRIGGER:-PT{entry.remind_minutes}M", "END:VALARM")  # fmt: skip
    yield "END:VEVENT"


def escaped(text: str) -> str:
    """Escape a text value; control characters have no place in one."""
    plain = "".join(character for character in text if character >= " " or character in "\n\t")
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> bytes:
    """Fold a line at 75 octets, never within a character."""
    parts, part = [], b""
    for character in line:
        octets = character.encode()
        if len(part) + len(octets) > (_LONGEST if not parts else _LONGEST - 1):
            parts.append(part)
            part = b""
        part += octets
    return b"\r\n ".join([*parts, part]) + b"\r\n"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
