"""The books, beside bare statements of PostgreSQL that write or read the same rows on the same server."""

import resource
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import UUID

from django.conf import settings
from django.db import connection, connections

from benchmarks import Case
from benchmarks._books import Shop, open_shop, promise
from benchmarks._clients import Rate, rate
from benchmarks._peers import hordak
from rewards import operations, queries
from rewards.models import JournalEntry, Reward
from tenancy import door

CUSTOMERS = 20_000
SECONDS = 5.0  # of a round of single postings
PEER = "transactions of two legs by django-hordak's bulk_create"
BARE = "bare INSERT … SELECT of every row version it writes, same indexes"
ADDED = "bare INSERT … SELECT of the rows it adds only, same indexes"
# What a settlement writes. The rewards and balances that it changes get a new version and no index entry (HOT), so their
# bare tables have no index. %s: the organisation and the entry.
_ADDED = {
    "rewards_journalentry": "SELECT * FROM rewards_journalentry WHERE organisation_id = %s AND id = %s",
    "rewards_posting": "SELECT * FROM rewards_posting WHERE organisation_id = %s AND entry_id = %s",
    "rewards_lot": "SELECT * FROM rewards_lot WHERE organisation_id = %s AND entry_id = %s",
    "tenancy_event": "SELECT * FROM tenancy_event WHERE organisation_id = %s AND subject_id = %s",
    "tenancy_delivery": "SELECT d.* FROM tenancy_delivery AS d JOIN tenancy_event AS e ON (e.organisation_id, e.id) ="
    " (d.organisation_id, d.event_id) WHERE e.organisation_id = %s AND e.subject_id = %s",
}
_CHANGED = {
    "rewards_reward": "SELECT * FROM rewards_reward WHERE organisation_id = %s AND settled_entry_id = %s",
    "rewards_balance": "SELECT * FROM rewards_balance WHERE (organisation_id, id) IN ("
    "SELECT organisation_id, account_id FROM rewards_posting WHERE organisation_id = %s AND entry_id = %s)",
}


def cases() -> Iterator[Case]:
    """Settle, replay, post, prove and look up; a fast wrong run is a failed run."""
    shop, other = open_shop(customers=CUSTOMERS), open_shop(customers=CUSTOMERS)
    alone = yield from _settling(shop)
    yield from _two_workers(shop, other, alone)
    yield from _replaying(shop, alone)
    yield from _posting(shop)
    yield from _reading(shop)
    yield Case("memory of the process that settled 100,000 at once", _peak_mib(), "MiB")
    for one in (shop, other):
        with door.organisation(one.id):
            report = queries.verify_books()
        assert report.is_whole, report.wrong


# --- settling ----------------------------------------------------------------------------------------------


def _settling(shop: Shop):
    """Batches of 10,000 and of 100,000, three rounds each, the bare inserts after each round; gives the last rates."""
    promise(shop, 3 * 110_000)
    rates = 0.0, 0.0
    peer = hordak("bulk", "10000", "100000")["bulk"]
    with _bare_tables():
        for size in (10_000, 100_000):
            rounds = [_settle_beside_bare(shop, size) for _ in range(3)]
            ours, added, written = (statistics.median(side) for side in zip(*rounds, strict=True))
            rates = ours, written
            yield Case(f"settled, batches of {size:,}", ours, "rewards/s", BARE, written, goal=0.45)
            yield Case(f"settled, batches of {size:,}, strictly", ours, "rewards/s", ADDED, added)
            theirs = peer[str(size)]["per_second"]
            yield Case(f"settled, batches of {size:,}, beside a peer", ours, "rewards/s", PEER, theirs, goal=6)
    with door.organisation(shop.id):
        assert Reward.objects.filter(state="available").count() == 3 * 110_000
    return rates


def _settle_beside_bare(shop: Shop, size: int) -> tuple[float, float, float]:
    ours = _seconds(_settle, shop, size)
    added, changed = _bare_seconds(shop)
    return size / ours, size / added, size / (added + changed)


def _settle(shop: Shop, size: int) -> None:
    with door.organisation(shop.id):
        assert operations.settle_due(limit=size) == size


@contextmanager
def _bare_tables():
    """Tables with the columns, indexes and rows of the real ones, and nothing else: no keys, policies or functions."""
    with connections["owner"].cursor() as cursor:
        for table in _ADDED:
            cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
            cursor.execute(f"INSERT INTO bare_{table} SELECT * FROM {table}")
        for table in _CHANGED:
            cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING CONSTRAINTS)")
        try:
            yield
        finally:
            for table in _ADDED | _CHANGED:
                cursor.execute(f"DROP TABLE bare_{table}")


def _bare_seconds(shop: Shop) -> tuple[float, float]:
    """Write the rows of the last settlement again, into the bare tables: those it added, those it changed."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT id FROM rewards_journalentry WHERE organisation_id = %s AND kind = 'settlement'"
            " ORDER BY id DESC LIMIT 1",
            [shop.id],
        )
        [entry] = cursor.fetchone()
        for table, rows in (_ADDED | _CHANGED).items():
            cursor.execute(f"CREATE TEMP TABLE same_{table} AS {rows}", [shop.id, entry])
        times = _seconds(_insert_barely, cursor, _ADDED), _seconds(_insert_barely, cursor, _CHANGED)
        for table in _ADDED | _CHANGED:
            cursor.execute(f"DROP TABLE same_{table}")
    return times


def _insert_barely(cursor, tables) -> None:
    cursor.execute("BEGIN")
    for table in tables:
        cursor.execute(f"INSERT INTO bare_{table} SELECT * FROM same_{table}")
    cursor.execute("COMMIT")


def _two_workers(shop: Shop, other: Shop, alone: tuple[float, float]) -> Iterator[Case]:
    """Two organisations at once; the limit is what one session inserts barely."""
    size, together = 50_000, []
    for one in (shop, other):
        promise(one, 3 * size)
    for _ in range(3):
        with ThreadPoolExecutor(2) as pool:
            together.append(_per_second(2 * size, lambda pool=pool: list(pool.map(_settle, (shop, other), (size, size)))))
    yield Case("settled by two workers, two organisations", statistics.median(together), "rewards/s", BARE, alone[1], 0.6)


def _replaying(shop: Shop, alone: tuple[float, float]) -> Iterator[Case]:
    """Give a settled batch its right to settle again, as a restored queue would: nothing may move."""
    size = 100_000
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO rewards_duereward (organisation_id, id, hold_until, account_id)"
            " SELECT organisation_id, id, hold_until, account_id FROM rewards_reward"
            " WHERE organisation_id = %s ORDER BY id LIMIT %s",
            [shop.id, size],
        )
        cursor.execute("ANALYZE rewards_duereward")
    before = _journal_size(shop)

    def replay():
        with door.organisation(shop.id):
            assert operations.settle_due(limit=size) == 0

    value = _per_second(size, replay)
    assert _journal_size(shop) == before
    yield Case("a settled batch of 100,000 again", value, "rewards/s", "settling it", alone[0], goal=5)


def _journal_size(shop: Shop) -> int:
    with door.organisation(shop.id):
        return JournalEntry.objects.count()


# --- single postings ---------------------------------------------------------------------------------------


def _posting(shop: Shop) -> Iterator[Case]:
    """All clients credit from one programme account, a commit each."""
    facts = {"dsn": _dsn(), "organisation": str(shop.id), "unit": str(shop.unit_id)}
    facts["customers"] = [str(one) for one in shop.customer_ids[:5_000]]
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE bench_row (LIKE rewards_journalentry INCLUDING ALL)")
    try:
        for clients in (8, 32):
            limit = rate("insert", clients=clients, seconds=SECONDS, **facts)
            ours = rate("enter", clients=clients, seconds=SECONDS, **facts)
            again = rate("insert", clients=clients, seconds=SECONDS, **facts)
            bare = (limit.per_second + again.per_second) / 2
            yield Case(f"single credits, {clients} clients", ours.per_second, "commits/s", "single-row INSERTs", bare, 0.5)
            yield Case(f"single credits, {clients} clients, p99", ours.p99_ms, "ms", "single-row INSERTs", limit.p99_ms)
            yield from _beside_peer(clients, ours, rate("door", clients=clients, seconds=SECONDS, **facts))
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("DROP TABLE bench_row")


def _beside_peer(clients: int, ours: Rate, through_django: Rate) -> Iterator[Case]:
    """Hordak has no way in but Django; ours has both."""
    theirs = hordak("single", "--processes", str(clients), "--seconds", str(SECONDS))["single"]["per_second"]
    peer = "django-hordak from as many processes"
    yield Case(f"single credits, {clients} clients, beside a peer", ours.per_second, "commits/s", peer, theirs, goal=6)
    name = f"single credits through Django, {clients} processes"
    yield Case(name, through_django.per_second, "commits/s", peer, theirs)


def _dsn() -> str:
    at = settings.DATABASES["owner"]
    return f"host={at['HOST']} port={at['PORT']} dbname={at['NAME']} user={at['USER']} password={at['PASSWORD']}"


# --- reading -----------------------------------------------------------------------------------------------


def _reading(shop: Shop) -> Iterator[Case]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE rewards_posting, rewards_balance, rewards_account, rewards_lot")
        cursor.execute("SELECT count(*) FROM rewards_posting WHERE organisation_id = %s", [shop.id])
        [postings] = cursor.fetchone()
    with door.organisation(shop.id):
        grouped = statistics.median(_seconds(_group_by, shop) for _ in range(5))
        proved = statistics.median(_seconds(_reconcile) for _ in range(5))
        looked = statistics.median(_seconds(queries.balances, one) for one in shop.customer_ids[:500])
        row = statistics.median(_seconds(_one_row, one) for one in shop.customer_ids[:500])
        whole = _seconds(queries.verify_books)
    size = f"{postings:,} postings"
    yield Case(f"reconciled, {size}", postings / proved, "postings/s", "a bare GROUP BY", postings / grouped, goal=1 / 1.5)
    yield Case(f"a customer's balances, {size}", 1 / looked, "look-ups/s", "a row by its key", 1 / row)
    yield Case(f"every rule of the books, {size}", whole, "s")


def _group_by(shop: Shop) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(s) FROM (SELECT account_id, sum(amount) AS s FROM rewards_posting WHERE organisation_id = %s"
            " GROUP BY account_id) AS g",
            [shop.id],
        )
        cursor.fetchone()


def _reconcile() -> None:
    assert queries.reconcile() is None


def _one_row(customer_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM crm_customer WHERE organisation_id = %s AND id = %s", [door.organisation_id(), customer_id]
        )
        cursor.fetchone()


# --- clocks ------------------------------------------------------------------------------------------------


def _per_second(count: int, work: Callable[[], object]) -> float:
    return count / _seconds(work)


def _seconds(work: Callable, *arguments) -> float:
    with _timed() as took:
        work(*arguments)
    return took[0]


@contextmanager
def _timed():
    took: list[float] = []
    begun = time.perf_counter()
    yield took
    took.append(time.perf_counter() - begun)


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
