"""The chunks in which a list is read ahead while the database takes the one before."""

import threading

import pytest

from crm.models import Customer
from integrations import columns
from integrations.models import Import
from integrations.operations import cancel_import, run, start, upload
from tenancy import door
from tests.integrations.test_imports import MAPPING, _many


@pytest.fixture(autouse=True)
def first_chunk_of_a_hundred(monkeypatch):
    monkeypatch.setattr(columns, "_FIRST", 100)


@pytest.fixture
def started(acme):
    with door.organisation(acme.id):
        imported = upload(kind="customers", file_name="list.csv", content=_many(1300, bad_every=10).encode())
        start(imported.id, mapping=MAPPING, is_dry_run=False)
    return imported


def _progress(acme, imported, **limits) -> list[int]:
    rows = []
    run(acme.id, imported.id, watch=lambda progress: rows.append(progress.done), **limits)
    return rows


def _end(acme, imported) -> tuple[str, int, int, int]:
    """Give the state, the rows read, those who were made and those who are there."""
    with door.organisation(acme.id):
        now = Import.objects.select_related("job").get(id=imported.id)
        return now.job.state, now.counts["rows"], now.counts["created"], Customer.objects.count()


def test_the_first_chunk_is_small_and_the_next_ones_grow(started, acme):
    assert _progress(acme, started) == [100, 300, 700, 1200, 1300]
    assert _end(acme, started) == ("done", 1300, 1170, 1170)


def test_who_goes_on_begins_small_anew_behind_the_last_row(started, acme):
    assert _progress(acme, started, seconds=0) == [100]
    assert _progress(acme, started) == [200, 400, 800, 1300]
    assert _end(acme, started) == ("done", 1300, 1170, 1170)


def test_a_list_that_cannot_be_read_further_leaves_what_was_taken_and_is_gone_on_with(started, acme, monkeypatch):
    read, calls = columns.Lines.chunk, []

    def breaks(lines):
        calls.append(lines)
        if len(calls) == 3:  # read while the second chunk is taken in
            raise OSError("the disk is gone")
        return read(lines)

    with monkeypatch.context() as broken:
        broken.setattr(columns.Lines, "chunk", breaks)
        with pytest.raises(OSError, match="the disk is gone"):
            run(acme.id, started.id)
    assert _end(acme, started) == ("running", 300, 270, 270)
    assert _progress(acme, started) == [400, 600, 1000, 1300]
    assert _end(acme, started) == ("done", 1300, 1170, 1170)


def test_a_chunk_that_was_read_ahead_is_not_taken_in_after_a_cancellation(started, acme, monkeypatch):
    read, calls = columns.Lines.chunk, []

    def cancels(lines):
        calls.append(lines)
        if len(calls) == 3:
            thread = threading.Thread(target=_cancel, args=(acme, started))
            thread.start()
            thread.join()
        return read(lines)

    monkeypatch.setattr(columns.Lines, "chunk", cancels)
    assert run(acme.id, started.id) is True
    state, rows, created, there = _end(acme, started)
    assert (state, created, there) == ("cancelled", rows * 9 // 10, rows * 9 // 10)
    assert rows in (100, 300)  # whichever came first, the end of the second chunk or the cancellation


def _cancel(acme, imported) -> None:
    from django.db import connections

    with door.organisation(acme.id):
        cancel_import(imported.id)
    connections.close_all()


def test_no_reader_is_left_behind(started, acme):
    run(acme.id, started.id, seconds=0)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("import")]
