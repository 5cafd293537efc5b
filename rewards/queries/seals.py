"""Seals over closed months: how they are made, and whether they still hold.

An entry's text is a JSON array of its facts, then a line for each arrow; its hash is
the SHA-256 of that text. A page holds the ids and hashes of a thousand entries in the
order of their ids. The seal of a month is the SHA-256 over the seal of the month
before, the month's figures as canonical JSON and the SHA-256 of each page, a line
each. Before the first stands the SHA-256 of the organisation's id. All of it can be
done again with any tool that reads the tables (a test does it in Python).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from rewards.models import Closing, Seal
from rewards.queries.finance import compute_figures, read_figures
from rewards.queries.scanning import BOOKED, rows
from tenancy import door

RECORDS = 1000  # entries of a page
RECORD = 16 + 32  # bytes of one: its id, its hash

CHANGED, MISSING, ADDED = "changed", "missing", "added"


@dataclass(frozen=True)
class BrokenSeal:
    """The first month whose seal does not hold, and the first entry that differs.

    `what`: entry (with `entry_id` and `how`: changed, missing, added), figures (the
    entries are right but the frozen figures are not what they sum to), or seal (the
    seal or its pages were changed, or do not go on from the month before).
    """

    month: date
    closing_id: UUID
    what: str
    how: str = ""
    entry_id: UUID | None = None


@dataclass(frozen=True)
class SealReport:
    months: int  # that were looked at
    entries: int
    broken: BrokenSeal | None

    @property
    def is_whole(self) -> bool:
        return self.broken is None


def verify_seals() -> SealReport:
    """Make every seal again from the journal; a closing that is not sealed yet is passed over."""
    months = entries = 0
    previous = genesis()
    for closing, seal in sealed_closings():
        months, entries = months + 1, entries + seal.entries
        if broken := verify_seal(closing, seal, previous=previous):
            return SealReport(months, entries, broken)
        previous = seal.digest
    return SealReport(months, entries, None)


def verify_seal(closing: Closing, seal: Seal, *, previous: str) -> BrokenSeal | None:
    """Make one seal again; say the first thing that differs."""
    differing = rows(_DIFFERENT, **span(closing), closing=str(closing.id), page=RECORDS)
    if differing:
        how, entry_id = first_difference(*(bytes(content or b"") for content in differing[0]))
        return BrokenSeal(closing.month, closing.id, "entry", how, entry_id)
    figures = read_figures(seal.figures)
    values = {unit.unit: unit.value_minor for unit in figures.units}
    found = compute_figures(closing.month, closing.begins_at, closing.ends_at, values=values, currency=figures.currency)
    if found.plain() != seal.figures:
        return BrokenSeal(closing.month, closing.id, "figures")
    if seal.previous != previous or seal.digest != digest_of(previous, seal.figures, page_hashes(closing.id)):
        return BrokenSeal(closing.month, closing.id, "seal")
    return None


def sealed_closings() -> list[tuple[Closing, Seal]]:
    """List closings with their seals, oldest first."""
    seals = {seal.id: seal for seal in Seal.objects.all()}
    return [(one, seals[one.id]) for one in Closing.objects.order_by("ends_at") if one.id in seals]


def genesis() -> str:
    """Give what stands before an organisation's first seal."""
    return sha256(str(door.organisation_id()).encode()).hexdigest()


def digest_of(previous: str, figures: dict[str, Any], pages: Sequence[str]) -> str:
    """Chain a month to the one before."""
    canonical = json.dumps(figures, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256("\n".join([previous, canonical, *pages]).encode()).hexdigest()


def page_hashes(closing_id: UUID) -> list[str]:
    found = rows(
        "SELECT encode(sha256(content), 'hex') FROM rewards_sealpage"
        " WHERE organisation_id = %(organisation)s AND closing_id = %(closing)s ORDER BY number",
        closing=str(closing_id),
    )
    return [row[0] for row in found]


def entries_in(closing: Closing) -> int:
    return rows(f"SELECT count(*) FROM rewards_journalentry AS e WHERE {_IN_CLOSING}", **span(closing))[0][0]


def first_difference(sealed: bytes, found: bytes) -> tuple[str, UUID]:
    """Name the first entry in which two pages differ."""
    for before, after in zip(_records(sealed), _records(found), strict=False):
        if before == after:
            continue
        if before[0] == after[0]:
            return CHANGED, before[0]
        return (MISSING, before[0]) if before[0].bytes < after[0].bytes else (ADDED, after[0])
    shorter = min(len(sealed), len(found))
    rest, how = (sealed, MISSING) if len(sealed) > shorter else (found, ADDED)
    return how, _records(rest[shorter:])[0][0]


def _records(content: bytes) -> list[tuple[UUID, bytes]]:
    starts = range(0, len(content), RECORD)
    return [(UUID(bytes=content[at : at + 16]), content[at + 16 : at + RECORD]) for at in starts]


def span(closing: Closing, *, after: UUID | None = None, limit: int | None = None) -> dict[str, Any]:
    """Say which entries `ENTRIES` reads: those of a closing, after one of them, at most so many."""
    return {
        "begins": closing.begins_at, "ends": closing.ends_at, "limit": limit,
        "after": str(after or UUID(int=0)),
    }  # fmt: skip


_IN_CLOSING = f"""e.organisation_id = %(organisation)s AND e.id > %(after)s
      AND {BOOKED} < %(ends)s AND (%(begins)s::timestamptz IS NULL OR {BOOKED} >= %(begins)s)"""

_MOMENT = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
_ENTRY_TEXT = (
    f"json_build_array(c.id, c.kind, c.key, c.input_hash, {_MOMENT.format('c.occurred_at')},"
    f" {_MOMENT.format('c.recorded_at')}, {_MOMENT.format('c.open_from')}, c.reverses_id, c.reason)::text"
)
_ARROW_TEXT = "concat_ws(' ', p.id, p.account_id, p.source, p.target, p.amount, coalesce(p.reward_id::text, '-'))"

# Entries of a closing in the order of their ids, each with its place and its record.
ENTRIES = f"""
  chosen AS MATERIALIZED (
    SELECT e.* FROM rewards_journalentry AS e
    WHERE {_IN_CLOSING}
    ORDER BY e.id LIMIT %(limit)s
  ), arrows AS (
    SELECT p.entry_id, string_agg({_ARROW_TEXT}, E'\\n' ORDER BY p.id) AS text
    FROM rewards_posting AS p
    WHERE p.organisation_id = %(organisation)s AND p.entry_id IN (SELECT id FROM chosen)
    GROUP BY p.entry_id
  ), entries AS (
    SELECT c.id, row_number() OVER (ORDER BY c.id) - 1 AS place,
      uuid_send(c.id) || sha256(convert_to(concat_ws(E'\\n', {_ENTRY_TEXT}, a.text), 'UTF8')) AS record
    FROM chosen AS c
    LEFT JOIN arrows AS a ON a.entry_id = c.id
  )"""

_DIFFERENT = f"""
WITH {ENTRIES}
SELECT s.content, f.content
FROM (
  SELECT number, content FROM rewards_sealpage WHERE organisation_id = %(organisation)s AND closing_id = %(closing)s
) AS s
FULL JOIN (
  SELECT place / %(page)s AS number, string_agg(record, ''::bytea ORDER BY place) AS content
  FROM entries GROUP BY place / %(page)s
) AS f ON f.number = s.number
WHERE s.content IS DISTINCT FROM f.content
ORDER BY coalesce(s.number, f.number)
LIMIT 1
"""
