"""What races need: many threads at once, each with a transaction and connection of its own, and a count of deadlocks."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connections

from foundation.errors import DomainError
from rewards import queries
from tenancy import door
from tests.conftest import NOON

THREADS = 12


class Race:
    """Runs work in threads: each gives what it returned, or the class of its refusal; a deadlock is never a refusal."""

    def __init__(self, house: str):
        self.house = house
        self.deadlocks_before = self.deadlocks()

    def deadlocks(self) -> int:
        """Ask the server how often it had to break a ring of waiting transactions in this database."""
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = %s", [self.house])
            return cursor.fetchone()[0]

    def run(self, organisation, tasks: list[Callable], *, moment=NOON) -> list:
        """Start all tasks at once, as many at a time as there are threads."""
        with ThreadPoolExecutor(THREADS) as threads:
            return list(threads.map(lambda task: self.apart(organisation, task, moment=moment), tasks))

    def apart(self, organisation, task: Callable, *, moment=NOON):
        """Do a task in a transaction and connection of its own."""
        try:
            with door.organisation(organisation.id, moment=moment):
                return task()
        except DomainError as refusal:
            return type(refusal)
        finally:
            connections["default"].close()

    def over_and_over(self, organisation, work: Callable[[int], object], *, seconds: float, threads: int) -> list:
        """Let each thread do work(number) again and again for some seconds; give all that came of it."""
        end = time.monotonic() + seconds
        results: list = []

        def keep_going(number):
            while time.monotonic() < end:
                results.append(self.apart(organisation, lambda: work(number)))

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(keep_going, range(threads)))
        return results


@pytest.fixture
def racing(house, database):
    """A race after which there must have been no deadlock."""
    race = Race(house)
    yield race
    time.sleep(0.1)  # the counter is written when a connection ends
    assert race.deadlocks() == race.deadlocks_before


@pytest.fixture
def race(racing, acme, at_acme):
    """Do the same many times at once at acme: race(40, work) gives what each got; the books must be whole after it."""

    def run(times, work, *, days=0):
        moment = NOON + timedelta(days=days)
        return racing.run(acme, [lambda number=number: work(number) for number in range(times)], moment=moment)

    yield run
    with at_acme():
        assert queries.verify_books().wrong == ()


@pytest.fixture
def changed_function(database):
    """Run with another text of a function of the ledger, for as long as the block: changed_function(name, old, new)."""

    @contextmanager
    def change(name: str, old: str, new: str):
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "SELECT pg_get_functiondef(p.oid) FROM pg_proc AS p"
                " WHERE p.proname = %s AND p.pronamespace = 'public'::regnamespace", [name],
            )  # fmt: skip
            [(text,)] = cursor.fetchall()
            assert text.count(old) == 1, f"{name} does not say {old!r} once"
            cursor.execute(text.replace(old, new).replace("%", "%%"), [])
            try:
                yield
            finally:
                cursor.execute(text.replace("%", "%%"), [])

    return change


@pytest.fixture
def waits_for(house):
    """Wait until so many connections wait for a lock: waits_for(1)."""

    def wait(many: int, seconds: float = 10) -> None:
        deadline = time.monotonic() + seconds
        with connections["owner"].cursor() as cursor:
            while True:
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'", [house]
                )
                if cursor.fetchone()[0] >= many:
                    return
                assert time.monotonic() < deadline, "nobody came to wait"
                time.sleep(0.02)

    return wait


@pytest.fixture
def in_thread(racing):
    """Start a task in a thread of its own; calling the result waits for what came of it."""
    started: list[threading.Thread] = []

    def start(organisation, task, *, moment=NOON):
        box: list = []
        thread = threading.Thread(target=lambda: box.append(racing.apart(organisation, task, moment=moment)))
        thread.start()
        started.append(thread)

        def join():
            thread.join(30)
            assert box, "the thread did not end well"
            return box[0]

        return join

    yield start
    for thread in started:
        thread.join(30)
