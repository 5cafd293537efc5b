"""Senders of payouts are killed in the middle, and the bank goes away; its own record says that nobody is paid twice."""

import os
import random
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone as clock

from crm.operations import record_customer
from rewards.models import PayoutLine, PayoutSettings
from rewards.operations import payouts
from rewards.providers.web import NoAnswer
from rewards.queries import verify_books
from rewards.queries.payouts import batch as batch_of
from tenancy import door
from tests.conftest import ROOT, _environment, _free_port
from tests.rewards.bank import Bank
from tests.rewards.cash import approved, give_account, give_cash

pytestmark = pytest.mark.slow
SEND = "import django; django.setup(); from uuid import UUID; from rewards.operations import payouts;" \
    " payouts.send_lines(UUID({house!r}), UUID({batch!r}))"  # fmt: skip


@pytest.fixture
def bank(database):
    return Bank()


@pytest.fixture
def fay(acme, staff_of):
    return staff_of(acme, "finance")


@pytest.fixture
def batch_for(acme, gus, fay, bank):
    """Begin to pay so many people at so much more than 10.00: batch_for(address, 20)."""

    def begin(address: str, people: int):
        with door.organisation(acme.id):
            payouts.change_payout_settings(provider="web", web_address=address)
            PayoutSettings.objects.update(web_secret=bank.secret)
            for number in range(people):
                person = record_customer(name=f"P {number}", email=f"p{number}@example.com")
                give_cash(person, 1100 + 100 * number)
                give_account(person, f"12345678{number:03}")
            return payouts.send_payout(approved(gus, fay).id)

    return begin


def _sender(acme, batch, house) -> subprocess.Popen:
    script = SEND.format(house=str(acme.id), batch=str(batch.id))
    environment = _environment(house) | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    return subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=environment)


def _time_passes(acme, *, spared: float = 0) -> None:
    """Let leases end; here we do not wait for them. Attempts of the last `spared` seconds may still be on their way."""
    now = clock.now()
    with door.organisation(acme.id):
        old = PayoutLine.objects.filter(attempted_at__lt=now - timedelta(seconds=spared))
        old.update(attempted_at=now - timedelta(hours=1), asked_at=None)


def _finish(acme, batch) -> None:
    for _ in range(4):
        _time_passes(acme)
        payouts.doubt_the_lost(acme.id)
        payouts.look_up_lines(acme.id)
        payouts.send_lines(acme.id, batch.id)


def _proof(acme, batch, bank) -> None:
    with door.organisation(acme.id):
        lines = {line.reference: line.amount_minor for line in batch.lines.all()}
        assert {reference: known["asked"]["amount_minor"] for reference, known in bank.record.items()} == lines
        assert set(batch.lines.values_list("state", flat=True)) == {"paid"}
        assert batch_of(batch.id).state == "completed"
        assert verify_books().wrong == ()
    assert set(bank.asked.values()) == {1}, "a payment that the bank had taken in was asked for again"


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
            _time_passes(acme)
            payouts.doubt_the_lost(acme.id)
            payouts.look_up_lines(acme.id)
        killed = [process for process in running if process.returncode == -signal.SIGKILL]
        assert len(killed) >= 6
        bank.on_request = bank.on_payment = lambda reference: None
        _finish(acme, batch)
    _proof(acme, batch, bank)


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
            _time_passes(acme)
            payouts.doubt_the_lost(acme.id)
            payouts.look_up_lines(acme.id)
            paid = set(bank.record)
        _finish(acme, batch)
    _proof(acme, batch, bank)


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
        _finish(acme, batch)
    _proof(acme, batch, bank)


def _children(worker) -> list[int]:
    ps = subprocess.run(["ps", "-o", "pid=", "--ppid", str(worker.pid)], capture_output=True, text=True)
    return sorted(int(pid) for pid in ps.stdout.split())


def test_killed_celery_workers(acme, bank, batch_for, worker, until):
    """The same through the real worker and its beat, whose children are killed while it sends."""

    beat = until(lambda: _children(worker)[:1], "the beat, which is the first of its children")[0]

    def kill_both(reference):
        if len(bank.record) in (4, 9, 15):
            for child in set(_children(worker)) - {beat}:
                os.kill(child, signal.SIGKILL)

    bank.on_payment = kill_both
    with bank.open() as address:
        batch = batch_for(address, 20)

        def is_done() -> bool:
            _time_passes(acme, spared=10)
            with door.organisation(acme.id):
                return batch_of(batch.id).state == "completed"

        until(is_done, "the payout to be completed", seconds=200)
    _proof(acme, batch, bank)
