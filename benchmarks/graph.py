"""Ring search over who brought whom, beside plain aggregates of the same rows, read in the same run.

YINJIAN_BENCH_REFERRALS makes it smaller.
"""

import os
import statistics
import time
from collections.abc import Iterator

from django.db import connection

from benchmarks import Case
from benchmarks._graph import PLANTED, Grown, graph
from referrals.operations.abuse.rings import search_rings
from tenancy import door

REFERRALS = int(os.environ.get("YINJIAN_BENCH_REFERRALS", "1000000"))
ROUNDS = 3
# Reads what the search has to read, once, and does the least with it.
_PLAIN = (
    "SELECT referrer_id, count(*), max(confirmed_at) FROM referrals_referral WHERE organisation_id = %(here)s GROUP BY 1",
    "SELECT kind, value, count(*) FROM referrals_trait WHERE organisation_id = %(here)s GROUP BY 1, 2",
)
PLAIN = "each of both tables grouped once"


def cases() -> Iterator[Case]:
    with graph(20_000) as small:
        ours, _plain, rings = _measure(small)
        _check(rings)
        yield Case("ring search, 20,000 people", 1 / ours, "searches/s", "one in 2 s", 0.5, goal=1)
        yield Case("referrals in a case that nobody planted", _organic(rings, small), "share", "0.5 %", 0.005)
    with graph(REFERRALS) as large:
        ours, plain, rings = _measure(large)
        _check(rings)
        yield Case("referrals searched", large.referrals, "rows")
        yield Case(f"ring search, {REFERRALS:,} people", 1 / ours, "searches/s", PLAIN, 1 / plain, goal=0.25)
        yield Case("referrals searched a second", large.referrals / ours, "rows/s")


def _measure(there: Grown) -> tuple[float, float, list]:
    """Seconds of the search and of the plain aggregates, in turn, after one round to warm up; and what was found."""
    times = []
    with door.organisation(there.organisation_id):
        for _round in range(ROUNDS + 1):
            begun = time.perf_counter()
            rings = search_rings()
            between = time.perf_counter()
            with connection.cursor() as cursor:
                for sql in _PLAIN:
                    cursor.execute(f"SELECT count(*) FROM ({sql}) AS groups", {"here": str(there.organisation_id)})
            times.append((between - begun, time.perf_counter() - between))
    ours, plain = zip(*times[1:], strict=True)
    return statistics.median(ours), statistics.median(plain), rings


def _planted(rings: list) -> dict[str, int]:
    """Count rings of the sizes that were planted."""
    sizes = {"cycle": 3, "star": 30, "closed_group": 3}
    return {
        kind: sum(ring.kind == kind and len(ring.referral_ids) == size for ring in rings) for kind, size in sizes.items()
    }


def _check(rings: list) -> None:
    """A fast search that misses something is a failed one."""
    found = _planted(rings)
    assert all(number >= PLANTED for number in found.values()), found


def _organic(rings: list, there: Grown) -> float:
    every = {id for ring in rings for id in ring.referral_ids}
    return max(len(every) - PLANTED * (3 + 30 + 3), 0) / there.referrals
