"""A payout goes out through the real worker and its beat, whose children are killed while it sends."""

import os
import signal
import subprocess

import pytest
from celery import current_app

from rewards.queries.payouts import batch as batch_of
from tenancy import door
from tests.chaos.sending import proof, time_passes

pytestmark = pytest.mark.slow


def _children(worker) -> set[int]:
    ps = subprocess.run(["ps", "-o", "pid=", "--ppid", str(worker.pid)], capture_output=True, text=True)
    return {int(pid) for pid in ps.stdout.split()}


def _pool_of(worker) -> set[int]:
    """Ask the worker which of its children do the work; the other one is its beat."""
    answers = current_app.control.inspect(timeout=3).stats() or {}
    return {pid for answer in answers.values() for pid in answer["pool"]["processes"]} & _children(worker)


def test_killed_celery_workers(acme, bank, batch_for, worker, until):
    pool = until(lambda: _pool_of(worker), "the worker to answer")
    beat = until(lambda: _children(worker) - pool, "the beat, which is spared: nobody would start it again")

    def kill_all(reference):
        if len(bank.record) in (4, 9, 15):
            for child in _children(worker) - beat:
                os.kill(child, signal.SIGKILL)

    bank.on_payment = kill_all
    with bank.open() as address:
        batch = batch_for(address, 20)

        def is_done() -> bool:
            time_passes(acme, spared=10)
            with door.organisation(acme.id):
                return batch_of(batch.id).state == "completed"

        until(is_done, "the payout to be completed", seconds=200)
    proof(acme, batch, bank)
