"""Senders of payouts are killed in the middle, and the bank goes away; its own record says that nobody is paid twice."""

import random
import signal
import subprocess
import sys

import pytest

from rewards.operations import payouts
from rewards.providers.web import NoAnswer
from rewards.queries.payouts import batch as batch_of
from tenancy import door
from tests.chaos.sending import finish, proof, time_passes
from tests.conftest import ROOT, _environment, _free_port

pytestmark = pytest.mark.slow
SEND = "import django; django.setup(); from uuid import UUID; from rewards.operations import payouts;" \
    " payouts.send_lines(UUID({house!r}), UUID({batch!r}))"  # fmt: skip


def _sender(acme, batch, house) -> subprocess.Popen:
    script = SEND.format(house=str(acme.id), batch=str(batch.id))
    environment = _environment(house) | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    return subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=environment)


def test_senders_killed_before_and_after_the_bank_has_it(acme, house, bank, batch_for):
    """SIGKILL at every third payment: in turn just before the bank reads it, and just after it has paid."""
    running: list[subprocess.Popen] = []
    seen = []

    def kill(reference):
        running[-1].send_signal(signal.SIGKILL)
        running[-1].wait()

    def before(reference):
        seen.append(reference)
        if len(seen) % 6 == 3:
            kill(reference)
            raise NoAnswer  # the request died with its sender

    def after(reference):
        if len(seen) % 6 == 0:
            kill(reference)

    bank.on_request, bank.on_payment = before, after
    with bank.open() as address:
        batch = batch_for(address, 20)
        for _ in range(12):
            running.append(_sender(acme, batch, house))
            running[-1].wait(60)
            time_passes(acme)
            payouts.doubt_the_lost(acme.id)
            payouts.look_up_lines(acme.id)
        killed = [process for process in running if process.returncode == -signal.SIGKILL]
        assert len(killed) >= 6
        bank.on_request = bank.on_payment = lambda reference: None
        finish(acme, batch)
    proof(acme, batch, bank)


def test_senders_killed_at_any_moment(acme, house, bank, batch_for):
    chance = random.Random(7)
    with bank.open() as address:
        batch = batch_for(address, 30)
        paid = set()
        while len(paid) < 30:
            process = _sender(acme, batch, house)
            goal = len(paid) + chance.randint(2, 9)
            while process.poll() is None and len(bank.record) < goal:
                pass
            process.kill()
            process.wait()
            time_passes(acme)
            payouts.doubt_the_lost(acme.id)
            payouts.look_up_lines(acme.id)
            paid = set(bank.record)
        finish(acme, batch)
    proof(acme, batch, bank)


def test_the_bank_goes_away_and_comes_back(acme, bank, batch_for):
    port = _free_port()
    with bank.open(port) as address:
        batch = batch_for(address, 12)

        def leave(reference):
            if len(bank.record) == 5:
                bank.is_silent = True  # it has this one, and says nothing more

        bank.on_payment = leave
        payouts.send_lines(acme.id, batch.id)
    assert payouts.send_lines(acme.id, batch.id) == 1  # nobody there: one try
    with door.organisation(acme.id):
        assert batch_of(batch.id).state == "sending"
    bank.is_silent, bank.on_payment = False, lambda reference: None
    with bank.open(port):
        finish(acme, batch)
    proof(acme, batch, bank)
