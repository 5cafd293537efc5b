"""Find rings by SQL over the whole graph: who brought whom, and who shares a device, an address, an account.

A cycle is a chain of at most four referrals that comes back to where it began; customers who share a mailbox, a phone
or a payout account are one person in it. A star is a referrer with a burst of friends within a day. A closed group
shares something and brings only its own: nobody outside ever came of it. Relations of the past, which were taken in
from elsewhere and pay nothing, are left out.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from referrals.hashes import hash_of
from referrals.models import AbuseCase, AbuseCaseReferral, Referral
from referrals.operations.abuse.opening import join
from referrals.queries.abuse import abuse_policy
from tenancy import door

HUB = 60  # a device or address of more customers than this is a shop's or a dormitory's, and says nothing


@dataclass(frozen=True)
class Ring:
    kind: str
    group: str
    referrer_id: UUID  # who brought the most of it
    referral_ids: tuple[UUID, ...]


# Every customer under one id for the person: the smallest of those that share a mailbox, phone or payout account.
_PEOPLE = """
  marks AS (
    SELECT kind, value, min(customer_id::text) AS person, count(*) AS n FROM referrals_trait
    WHERE organisation_id = %(here)s AND kind IN ('contact', 'payout') GROUP BY 1, 2 HAVING count(*) BETWEEN 2 AND %(hub)s
  ), same AS (
    SELECT t.customer_id, min(m.person)::uuid AS person FROM marks AS m
    JOIN referrals_trait AS t ON t.organisation_id = %(here)s AND t.kind = m.kind AND t.value = m.value GROUP BY 1
  ), edges AS (
    SELECT r.id, r.referrer_id, coalesce(a.person, r.referrer_id) AS source, coalesce(b.person, r.referee_id) AS target
    FROM referrals_referral AS r
    LEFT JOIN same AS a ON a.customer_id = r.referrer_id LEFT JOIN same AS b ON b.customer_id = r.referee_id
    WHERE r.organisation_id = %(here)s AND r.close_reason <> 'past_relation'
  )
"""
# Only who both brought somebody and was brought can lie on a cycle: each turn leaves fewer. One row an edge of a cycle.
CYCLES = f"""
  WITH {_PEOPLE}, inner1 AS MATERIALIZED (
    SELECT * FROM edges AS e WHERE source <> target
      AND EXISTS (SELECT FROM edges AS u WHERE u.target = e.source)
      AND EXISTS (SELECT FROM edges AS d WHERE d.source = e.target)
  ), inner2 AS MATERIALIZED (
    SELECT * FROM inner1 AS e
    WHERE EXISTS (SELECT FROM inner1 AS u WHERE u.target = e.source)
      AND EXISTS (SELECT FROM inner1 AS d WHERE d.source = e.target)
  ), two AS (
    SELECT a.source AS start, b.target AS stop, ARRAY[a.id, b.id] AS path, a.target AS over
    FROM inner2 AS a JOIN inner2 AS b ON b.source = a.target
  ), paths AS (
    SELECT path FROM two WHERE start = stop
    UNION ALL
    SELECT t.path || c.id FROM two AS t JOIN inner2 AS c ON c.source = t.stop AND c.target = t.start WHERE t.start <> t.stop
    UNION ALL
    SELECT t.path || u.path FROM two AS t JOIN two AS u ON u.start = t.stop AND u.stop = t.start
    WHERE t.start < t.stop AND t.over <> u.over
  )
  SELECT path FROM paths LIMIT 10000
"""
STARS = """
  WITH many AS (
    SELECT referrer_id FROM referrals_referral WHERE organisation_id = %(here)s AND close_reason <> 'past_relation'
    GROUP BY 1 HAVING count(*) >= %(star)s
  ), bursts AS (
    SELECT r.id, r.referrer_id, r.confirmed_at, count(*) OVER (
      PARTITION BY r.referrer_id ORDER BY r.confirmed_at
      RANGE BETWEEN interval '1 day' PRECEDING AND CURRENT ROW) AS n
    FROM many AS m JOIN referrals_referral AS r ON r.organisation_id = %(here)s AND r.referrer_id = m.referrer_id
      AND r.close_reason <> 'past_relation'
  ), last AS (
    SELECT referrer_id, confirmed_at FROM bursts WHERE n >= %(star)s
  )
  SELECT b.referrer_id, array_agg(b.id) FROM bursts AS b WHERE EXISTS (
    SELECT FROM last AS l WHERE l.referrer_id = b.referrer_id
      AND b.confirmed_at BETWEEN l.confirmed_at - interval '1 day' AND l.confirmed_at)
  GROUP BY 1
"""
# Referrals between two who share something, more than %(closed)s of them for one thing; only for those few it is asked
# whether whoever shares it has brought anybody else.
GROUPS = """
  WITH inside AS MATERIALIZED (
    SELECT t.kind, t.value, array_agg(r.id) AS ids FROM referrals_referral AS r
    JOIN referrals_trait AS t ON t.organisation_id = %(here)s AND t.customer_id = r.referrer_id
      AND t.kind IN ('contact', 'device', 'payout', 'home')
    JOIN referrals_trait AS i ON i.organisation_id = %(here)s AND i.customer_id = r.referee_id
      AND i.kind = t.kind AND i.value = t.value
    WHERE r.organisation_id = %(here)s AND r.close_reason <> 'past_relation'
    GROUP BY 1, 2 HAVING count(*) > %(closed)s
  )
  SELECT n.kind, n.value, n.ids FROM inside AS n
  CROSS JOIN LATERAL (
    SELECT count(DISTINCT m.customer_id) AS people, count(r.id) AS brought FROM referrals_trait AS m
    LEFT JOIN referrals_referral AS r ON r.organisation_id = %(here)s AND r.referrer_id = m.customer_id
    WHERE m.organisation_id = %(here)s AND m.kind = n.kind AND m.value = n.value
  ) AS about
  WHERE about.people <= %(hub)s AND about.brought = cardinality(n.ids)
"""


def search_rings() -> list[Ring]:
    """Search the whole graph of this organisation; three statements.

    Everything is joined with everything, so by hashes in memory: row by row, which the planner chooses while it knows
    little of the tables, twenty thousand people took minutes.
    """
    signals = abuse_policy().signals
    told = {
        "here": str(door.organisation_id()), "hub": HUB, "star": signals["star"].limit or 20,
        "closed": signals["closed_group"].limit or 2,
    }  # fmt: skip
    with _by_hashes():
        rings = [*_cycles(told), *_stars(told), *_groups(told)]
    return [ring for ring in rings if signals[ring.kind].is_on]


_SETTINGS = (("work_mem", "'256MB'"), ("enable_nestloop", "off"), ("jit", "off"))


@contextmanager
def _by_hashes() -> Iterator[None]:
    with connection.cursor() as cursor:
        for name, value in _SETTINGS:
            cursor.execute(f"SET LOCAL {name} = {value}")
        yield
        for name, _value in _SETTINGS:
            cursor.execute(f"SET LOCAL {name} TO DEFAULT")


def find_rings() -> list[AbuseCase]:
    """Search the graph and put what is found into cases; a ring that was decided is not brought up again."""
    cases = [
        join((ring.referrer_id, ring.kind, ring.group), ring.referral_ids, is_shadow=True)
        for ring in _unknown(search_rings())
    ]
    return [case for case in cases if case]


def _unknown(rings: Sequence[Ring]) -> list[Ring]:
    """Leave out rings all of whose referrals are in such a case already."""
    rows = AbuseCaseReferral.objects.filter(case__kind__in={ring.kind for ring in rings})
    known = set(rows.values_list("case__kind", "referral_id"))
    return [ring for ring in rings if any((ring.kind, id) not in known for id in ring.referral_ids)]


def _ask(sql: str, told: dict) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, told)
        return cursor.fetchall()


def _cycles(told: dict) -> list[Ring]:
    """Give each cycle once, wherever on it one began."""
    paths = {tuple(sorted(path)) for (path,) in _ask(CYCLES, told)}
    return _named("cycle", {hash_of("cycle", "".join(map(str, path))): path for path in paths})


def _stars(told: dict) -> list[Ring]:
    return [Ring("star", "", referrer_id, tuple(sorted(ids))) for referrer_id, ids in _ask(STARS, told)]


def _groups(told: dict) -> list[Ring]:
    """Give each group once, though it may share several things."""
    by_members = {tuple(sorted(ids)): hash_of("group", f"{kind}:{value}") for kind, value, ids in _ask(GROUPS, told)}
    return _named("closed_group", {group: ids for ids, group in by_members.items()})


def _named(kind: str, found: dict[str, tuple[UUID, ...]]) -> list[Ring]:
    """Name the referrer who brought the most of each."""
    every = {id for ids in found.values() for id in ids}
    referrers = _referrers(every)
    rings = []
    for group, ids in found.items():
        brought = defaultdict(int)
        for id in ids:
            brought[referrers[id]] += 1
        rings.append(Ring(kind, group, min(brought, key=lambda who: (-brought[who], who)), ids))
    return rings


def _referrers(ids: set[UUID]) -> dict[UUID, UUID]:
    return dict(Referral.objects.filter(id__in=ids).values_list("id", "referrer_id"))
