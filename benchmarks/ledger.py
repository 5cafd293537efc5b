"""The books: promising, settling and proving rewards, beside a bare INSERT … SELECT into the same indexes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connections
from django.utils import timezone

from benchmarks import Case
from crm.models import Customer
from foundation.ids import new_code, new_id
from rewards import ledger, operations, queries
from tenancy import door
from tenancy.people import found_organisation

CUSTOMERS, REWARDS, ONLINE = 2_000, 20_000, 500


def cases() -> Iterator[Case]:
    """Settle 20,000 rewards of 2,000 customers in transactions of 5,000; a fast wrong run is a failed run."""
    organisation = found_organisation(slug=f"bench-{new_code().lower()}", name="Bench", currency="GBP").id
    times: dict[str, float] = {}
    customers = _customers(organisation)
    with _timed(times, "accrue"):
        _accrue(organisation, customers)
    with _timed(times, "settle"):
        settled = _settle(organisation)
    with _timed(times, "settle again"):
        again = _settle(organisation)
    with _timed(times, "raw"):
        raw = _raw_insert(organisation)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")  # autovacuum would have by now; a table filled a second ago is planned blindly
    with _timed(times, "online"):
        _earn_one_by_one(organisation, customers)
    with _timed(times, "verify"):
        is_whole = _prove(organisation)
    assert (settled, again, is_whole) == (REWARDS, 0, True), (settled, again, is_whole)
    bare = ("postings a second by a bare INSERT … SELECT into the same indexes", raw / times["raw"])
    yield Case("rewards promised", REWARDS / times["accrue"], "rewards/s", *bare)
    yield Case("rewards settled, with events, budget and history", REWARDS / times["settle"], "rewards/s", *bare)
    yield Case("single credits, one client, a transaction each", ONLINE / times["online"], "credits/s")
    yield Case("books proved", 1 / times["verify"], "proofs/s")


def _customers(organisation) -> list[Customer]:
    with door.organisation(organisation):
        operations.ensure_units()
        now = timezone.now()
        return Customer.objects.bulk_create(
            Customer(name=f"C{n}", search_text=f"c{n}", created_at=now) for n in range(CUSTOMERS)
        )


def _accrue(organisation, customers) -> None:
    with door.organisation(organisation):
        budget = operations.open_budget(name="Bench", currency="GBP", limit_minor=10**12)
    for start in range(0, REWARDS, 2_000):
        with door.organisation(organisation):
            operations.accrue([_promise(n, customers, budget) for n in range(start, start + 2_000)])


def _promise(n: int, customers, budget) -> operations.Promise:
    return operations.Promise(
        key=f"bench:{n}", kind="points", customer_id=customers[n % CUSTOMERS].id, role="referrer", amount=100,
        hold_until=door.moment() - timedelta(seconds=1), budget_id=budget.id,
    )  # fmt: skip


def _settle(organisation) -> int:
    total = done = 0
    while total == 0 or done:
        with door.organisation(organisation):
            done = operations.settle_due(limit=5_000)
        total += done
        if not done:
            break
    return total


def _raw_insert(organisation) -> int:
    """Copy the organisation's postings into a table with the same columns and indexes, no foreign keys; count them."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE bench_posting (LIKE rewards_posting INCLUDING ALL)")
        try:
            cursor.execute(
                "INSERT INTO bench_posting SELECT * FROM rewards_posting WHERE organisation_id = %s", [organisation]
            )
            return cursor.rowcount
        finally:
            cursor.execute("DROP TABLE bench_posting")


def _earn_one_by_one(organisation, customers) -> None:
    for n in range(ONLINE):
        with door.organisation(organisation):
            unit = operations.ensure_units()["POINT"]
            arrow = ledger.Arrow(customers[n].id, unit.id, "programme", "available", 10)
            ledger.post([ledger.Entry("earning", f"online:{new_id()}", (arrow,))])


def _prove(organisation) -> bool:
    with door.organisation(organisation):
        return queries.verify_books().is_whole


@contextmanager
def _timed(times: dict[str, float], name: str):
    begun = time.perf_counter()
    yield
    times[name] = time.perf_counter() - begun
