"""A month is closed while others post into it: each entry is in the seal, or booked into the open month."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from django.db import connections

from rewards import operations, queries
from rewards.models import Closing, Seal
from tenancy import door

OCTOBER = date(2026, 10, 1)
LAST_MINUTE = datetime(2026, 10, 31, 23, 59, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 1, tzinfo=UTC)


def earn(customer, key, amount=1):
    operations.earn_points([operations.Grant(customer.id, amount, key, "order")])


@pytest.fixture
def apart(acme):
    """Do something in a thread, transaction and connection of its own: apart(moment, work)."""

    def run(moment, work):
        try:
            with door.organisation(acme.id, moment=moment):
                return work()
        finally:
            connections["default"].close()

    return run


def sealed_and_late():
    """Ids by where they are: on the pages of the seal, or booked into November."""
    closing = Closing.objects.get(month=OCTOBER)
    booked = {entry.id: entry.booked_at for entry in queries.entries().prefetch_related(None)}
    late = {entry_id for entry_id, at in booked.items() if at >= closing.ends_at}
    return Seal.objects.get(id=closing.id), set(booked) - late, late


def test_a_close_waits_for_a_posting_that_is_under_way(at_acme, apart, ann):
    """The entry was written before the close began and committed after: it is in the month."""
    with at_acme(LAST_MINUTE):
        earn(ann, "first")
    written, order = threading.Event(), []

    def post():
        earn(ann, "slow")
        written.set()
        time.sleep(0.5)
        order.append("posted")

    def close():
        written.wait(10)
        operations.close_month(OCTOBER)
        order.append("closed")

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(apart, [LAST_MINUTE, MIDNIGHT], [post, close]))
    with at_acme():
        seal, inside, late = sealed_and_late()
        assert order == ["posted", "closed"]
        assert (seal.entries, len(inside), late) == (2, 2, set())
        assert queries.verify_seals().is_whole


def test_a_posting_that_comes_during_a_close_waits_and_is_late(at_acme, apart, ann):
    with at_acme(LAST_MINUTE):
        earn(ann, "first")
    closing, order = threading.Event(), []

    def close():
        operations.close_month(OCTOBER)
        closing.set()
        time.sleep(0.5)
        order.append("closed")

    def post():
        closing.wait(10)
        earn(ann, "late")
        order.append("posted")

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(apart, [MIDNIGHT, LAST_MINUTE], [close, post]))
    with at_acme():
        seal, inside, late = sealed_and_late()
        assert order == ["closed", "posted"]
        assert (seal.entries, len(inside), len(late)) == (1, 1, 1)
        assert queries.verify_seals().is_whole
        assert queries.verify_books().wrong == ()


def test_two_hundred_postings_race_with_a_close(at_acme, apart, ann, bea):
    """None is lost between the chairs: the seal holds afterwards, and the rest is in November."""
    with at_acme(LAST_MINUTE):
        earn(ann, "first")

    def work(number):
        if number == 100:
            return apart(MIDNIGHT, lambda: operations.close_month(OCTOBER))
        return apart(LAST_MINUTE, lambda: earn(ann if number % 2 else bea, str(number)))

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(work, range(201)))
    with at_acme():
        seal, inside, late = sealed_and_late()
        assert (len(inside) + len(late), seal.entries) == (201, len(inside))
        assert inside
        assert late
        october, november = queries.month_figures(OCTOBER), queries.month_figures(date(2026, 11, 1))
        assert october.units[0].closing == november.units[0].opening
        assert october.units[0].closing.available == len(inside)
        assert november.units[0].closing.available == 201
        assert november.late_entries == len(late)
        assert queries.verify_seals().is_whole
        assert queries.verify_books().wrong == ()


def test_a_month_closed_by_eight_at_once_is_closed_once(at_acme, apart, ann):
    with at_acme(LAST_MINUTE):
        earn(ann, "first")
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: apart(MIDNIGHT, lambda: operations.close_month(OCTOBER).seal.digest), range(8)))
    assert len(set(made)) == 1
    with at_acme():
        assert (Closing.objects.count(), Seal.objects.count()) == (1, 1)
