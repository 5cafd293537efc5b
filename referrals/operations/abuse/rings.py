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


# What customers share, with those who share it: counted in the order of the index that holds it, which is read alone.
_MARKS = """SELECT kind, value FROM referrals_trait WHERE organisation_id = %(here)s AND kind = '{kind}'
    GROUP BY 1, 2 HAVING count(*) BETWEEN {fewest} AND %(hub)s"""


def _shared(*kinds: str, fewest: str = "2") -> str:
    """Write what gives kind, value and people; each kind by itself, else they would be sorted anew."""
    marks = " UNION ALL ".join(_MARKS.format(kind=kind, fewest=fewest) for kind in kinds)
    return f"""SELECT kind, value, ARRAY(
    SELECT t.customer_id FROM referrals_trait AS t
    WHERE t.organisation_id = %(here)s AND t.kind = m.kind AND t.value = m.value) AS people
  FROM ({marks}) AS m"""


# Every customer under one id for the person: the smallest of those that share a mailbox, phone or payout account. Only who
# was brought and brought somebody lies on a cycle: referrals of those who brought nobody are put aside first. A cycle is
# begun at its smallest person, or at the smaller of two who are opposite. One row an edge of a cycle.
CYCLES = f"""
  WITH same AS MATERIALIZED (
    SELECT customer_id, min(person)::uuid AS person
    FROM ({_shared("contact", "payout")}) AS shared,
      LATERAL (SELECT min(each::text) AS person FROM unnest(people) AS each) AS smallest, unnest(people) AS customer_id
    GROUP BY 1
  ), edges AS MATERIALIZED (
    SELECT r.id, coalesce(a.person, r.referrer_id) AS source, coalesce(b.person, r.referee_id) AS target
    FROM referrals_referral AS r
    LEFT JOIN same AS a ON a.customer_id = r.referrer_id LEFT JOIN same AS b ON b.customer_id = r.referee_id
    WHERE r.organisation_id = %(here)s AND r.close_reason <> 'past_relation'
  ), inner_edges AS MATERIALIZED (
    SELECT * FROM edges WHERE source <> target AND target IN (SELECT source FROM edges)
  ), two AS MATERIALIZED (
    SELECT a.source AS start, a.target AS over, b.target AS stop, a.id AS first, b.id AS second
    FROM inner_edges AS a JOIN inner_edges AS b ON b.source = a.target
  ), paths AS (
    SELECT ARRAY[first, second] AS path FROM two WHERE stop = start AND start < over
    UNION ALL
    SELECT ARRAY[t.first, t.second, c.id] FROM two AS t JOIN inner_edges AS c ON c.source = t.stop AND c.target = t.start
    WHERE t.start < t.stop AND t.start < t.over
    UNION ALL
    SELECT ARRAY[t.first, t.second, u.first, u.second] FROM two AS t JOIN two AS u ON u.start = t.stop AND u.stop = t.start
    WHERE t.start < t.stop AND u.start > u.stop AND t.over <> u.over
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
# Of those who share a thing all that they brought, if it is more than %(closed)s and each shares it too. As everybody is
# brought once (referral_one_referrer), they are more than that themselves.
_CLOSE = _shared("contact", "device", "payout", "home", fewest="%(closed)s + 1")
GROUPS = f"""
  WITH shared AS MATERIALIZED (
    SELECT row_number() OVER () AS mark, * FROM ({_CLOSE}) AS s
  ), brought AS (
    SELECT mark, r.id, r.referee_id = ANY (people) AND r.close_reason <> 'past_relation' AS is_inside
    FROM (SELECT mark, people, unnest(people) AS member FROM shared) AS members
    JOIN referrals_referral AS r ON r.organisation_id = %(here)s AND r.referrer_id = member
  ), closed AS (
    SELECT mark, array_agg(id) AS ids FROM brought GROUP BY 1 HAVING count(*) > %(closed)s AND bool_and(is_inside)
  )
  SELECT kind, value, ids FROM closed JOIN shared USING (mark)
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
