"""The import of lists: customers and orders with what is wrong in real lists, beside the bare database and a known library.

Sizes by environment: BENCH_IMPORT_CUSTOMERS (100000), BENCH_IMPORT_ORDERS (1000000), BENCH_IMPORT_PEER (5000).
Each list is imported as a worker does it, by the serving role under the policies, with validation, repeats, issues, audit,
events, deliveries and traces. Beside it, in the same run, the rows that came of it are copied with one bare INSERT … SELECT
a table into the same indexed tables. All that any correct insert must do is in the bare figure: constraints, foreign keys
checked at the commit, expressions and trigrams of the indexes. What only an import does is not: unpacking and reading the
file, comparing it with what is there, the policies, a commit every 10,000 rows, and the stage of customers who now bought.
One customer in fifty stands twice, one in a hundred has no phone number that is one, one in a hundred no address. Memory
is that of this process, read from the system while it imports.
"""

import csv
import gzip
import io
import os
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import connections

from benchmarks import Case, _peers

CUSTOMERS = int(os.environ.get("BENCH_IMPORT_CUSTOMERS", 100_000))
ORDERS = int(os.environ.get("BENCH_IMPORT_ORDERS", 1_000_000))
PEER = int(os.environ.get("BENCH_IMPORT_PEER", 5_000))
_PART = 250_000  # rows of one file: 20 MB is the most that is taken
_FAMILY, _GIVEN = "张李王刘陈杨赵黄周吴徐孙", "伟芳娜敏静磊洋勇艳杰涛明超秀兰霞平刚桂英"
_CITIES = ["上海", "北京", "成都", "杭州", "Leeds", "York", "Köln"]
# What a list of a kind writes, in an order that foreign keys allow.
_TABLES = {
    "customers": ["crm_customer", "crm_contactpoint"],
    "orders": ["crm_order"],
}  # fmt: skip
_BESIDE = [
    "tenancy_auditrecord",
    "tenancy_event",
    "tenancy_delivery",
    "integrations_importtrace",
    "integrations_importissue",
]


@dataclass(frozen=True)
class Taken:
    rows: int
    seconds: float
    memory_mb: float
    grown_mb: float


def cases() -> Iterator[Case]:
    shop, copy = _open("shop"), _open("copy")
    customers = _customers(CUSTOMERS)
    taken = _take(shop, "customers", [customers])
    bare_seconds = _bare(shop, copy, "customers")
    yield _beside(taken, "customers", bare_seconds)
    before = _written(shop)
    again = _take(shop, "customers", [customers])
    yield Case("customers again, the same list: rows written", _written(shop) - before, "rows")
    assert _written(shop) == before, "an identical list has touched customers"
    yield Case("customers again", again.rows / again.seconds, "rows/s", "the first time", taken.rows / taken.seconds, 1.0)
    parts = [_orders(at, min(_PART, ORDERS - at)) for at in range(0, ORDERS, _PART)]
    ordered = _take(shop, "orders", parts)
    yield _beside(ordered, "orders", _bare(shop, copy, "orders"))
    peak = max(taken.memory_mb, ordered.memory_mb)
    yield Case("memory of the whole process at its highest", peak, "MB")
    grown = max(taken.grown_mb, ordered.grown_mb)
    yield Case("memory that the import may add", 100.0, "MB", "MB it added", grown, 1.0)
    yield from _peer(taken, bare_seconds)
    _close(shop, copy)


def _beside(taken: Taken, kind: str, bare_seconds: float) -> Case:
    return Case(
        f"{kind} imported", taken.rows / taken.seconds, "rows/s", "bare INSERT … SELECT of what came of it",
        taken.rows / bare_seconds, 0.55,
    )  # fmt: skip


# --- the lists ---------------------------------------------------------------------------------------


def _customers(count: int) -> bytes:
    chance, rows = random.Random(7), []
    for n in range(count):
        phone = f"138{n:08d}"
        kind = n % 100
        if kind in (10, 60):
            rows.append(rows[-1])
            continue
        rows.append([
            chance.choice(_FAMILY) + chance.choice(_GIVEN) + chance.choice(_GIVEN),
            "12" if kind == 20 else phone, "nobody" if kind == 30 else f"user{n}@example{n % 50}.com", f"K{n}",
            chance.choice(_CITIES), f"19{50 + n % 50}-0{1 + n % 9}-1{n % 9}", "女" if n % 2 else "男",
        ])  # fmt: skip
    return _file(["姓名", "手机", "邮箱", "会员号", "城市", "生日", "性别"], rows)


def _orders(start: int, count: int) -> bytes:
    chance = random.Random(start)
    rows = [
        [
            f"A{n if n % 50 != 10 else n - 1}", "free" if n % 100 == 30 else f"{chance.randrange(100, 99999) / 100:.2f}",
            f"2026-0{1 + n % 9}-{10 + n % 18} 1{n % 10}:00", f"138{_known(n):08d}", "已完成" if n % 10 else "待付款",
        ]
        for n in range(start, start + count)
    ]  # fmt: skip
    return _file(["订单号", "金额", "日期", "客户手机", "状态"], rows)


def _known(order: int) -> int:
    """Name a customer who was taken in."""
    n = order * 7919 % CUSTOMERS
    return n if n % 100 not in (10, 60, 20, 30) else n - n % 100


def _file(heads: list[str], rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([heads, *rows])
    return gzip.compress(text.getvalue().encode("gb18030"), 6)


# --- taking them in ----------------------------------------------------------------------------------


def _open(name: str) -> UUID:
    from foundation.ids import new_code
    from tenancy.people import found_organisation

    slug = f"bench-{name}-{new_code().lower()}"
    return found_organisation(slug=slug, name="Bench", currency="CNY", country="CN", language="zh-hans").id


def _take(shop: UUID, kind: str, files: list[bytes]) -> Taken:
    from integrations.models import Import
    from integrations.operations import preview, run, start, upload
    from tenancy import door

    uploaded = []
    for file in files:
        with door.organisation(shop):
            imported = upload(kind=kind, file_name="list.csv.gz", content=file)
            start(imported.id, mapping=preview(imported).mapping, is_dry_run=False, is_run_here=True)
        uploaded.append(imported.id)
    with _Memory() as memory:
        begun = time.perf_counter()
        for import_id in uploaded:
            assert run(shop, import_id, seconds=3600)
        seconds = time.perf_counter() - begun
    with door.organisation(shop):
        done = list(Import.objects.filter(id__in=uploaded).select_related("job").defer("content"))
    assert all(one.job.state == "done" for one in done), [one.job.state for one in done]
    rows = sum(one.counts["rows"] for one in done)
    assert sum(one.counts["failed"] for one in done) and sum(one.counts["skipped"] for one in done)
    return Taken(rows, seconds, memory.peak, memory.peak - memory.before)


class _Memory:
    """Watch the resident memory of this process."""

    def __enter__(self) -> "_Memory":
        self.before = self.peak = self._now()
        self.is_over = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self.is_over.set()

    def _watch(self) -> None:
        while not self.is_over.wait(0.05):
            self.peak = max(self.peak, self._now())

    def _now(self) -> float:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _written(shop: UUID) -> int:
    """Sum over customers and contacts which transaction wrote each row: one that was written again has another."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(xmin::text::bigint), 0) FROM (SELECT xmin FROM crm_customer WHERE organisation_id = %s"
            " UNION ALL SELECT xmin FROM crm_contactpoint WHERE organisation_id = %s) AS rows",
            [str(shop), str(shop)],
        )
        return int(cursor.fetchone()[0])


def _bare(shop: UUID, copy: UUID, kind: str) -> float:
    """Copy what came of the list to another organisation, a bare INSERT … SELECT a table, and say how long that takes."""
    seconds = 0.0
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join([*_TABLES[kind], *_BESIDE])}")  # or it may check foreign keys by a poor index
        for table in [*_TABLES[kind], *_BESIDE]:
            cursor.execute(f"DROP TABLE IF EXISTS bench_rows; CREATE TEMP TABLE bench_rows AS SELECT * FROM {table} WHERE"
                           " organisation_id = %s", [str(shop)])  # fmt: skip
            cursor.execute("UPDATE bench_rows SET organisation_id = %s", [str(copy)])
            columns = "" if table not in _BESIDE else " WHERE NOT EXISTS (SELECT FROM {0} AS t WHERE t.organisation_id ="
            where = f"{columns.format(table)} bench_rows.organisation_id AND t.id = bench_rows.id)" if columns else ""
            cursor.execute(f"CREATE TEMP TABLE bench_new AS SELECT * FROM bench_rows{where}; ANALYZE bench_new")
            begun = time.perf_counter()
            cursor.execute(f"INSERT INTO {table} SELECT * FROM bench_new")
            seconds += time.perf_counter() - begun
            cursor.execute("DROP TABLE bench_new")
    return seconds


def _close(*shops: UUID) -> None:
    """Leave the database as it was found, but for what is kept for ever."""
    with connections["owner"].cursor() as cursor:
        for table in ("integrations_importtrace", "integrations_importissue", "tenancy_delivery", "crm_order",
                      "crm_contactpoint", "crm_customer"):  # fmt: skip
            cursor.execute(f"DELETE FROM {table} WHERE organisation_id = ANY(%s::uuid[])", [[str(one) for one in shops]])


def _peer(taken: Taken, bare_seconds: float) -> Iterator[Case]:
    """Beside django-import-export, which is given fewer rows: it takes the same time for each.

    The goal is that of its own ground, one flat table with three indexes; a customer of ours is eight rows in six tables
    with forty entries of indexes, so what the bare database reaches with them is told too: no import could do better. Last
    it makes customers and contacts in our tables, without the audit, events and traces that are in our figure.
    """
    if not PEER:
        return
    shop = _open("peer")
    found = _peers.import_export(str(PEER), str(shop))
    _close(shop)
    ours, it = taken.rows / taken.seconds, f"django-import-export {found['version']}"
    for way, rate in found["flat"].items():
        beside = f"it, {PEER} rows", rate
        yield Case(f"customers imported, beside {it} {way}", ours, "rows/s", *beside, 30.0)
        yield Case(f"bare INSERT … SELECT into our tables, beside it {way}", taken.rows / bare_seconds, "rows/s", *beside)
    for way, rate in found["ours"].items():
        yield Case(f"customers imported, beside {it} {way} into our tables", ours, "rows/s", f"it, {PEER} rows", rate)
