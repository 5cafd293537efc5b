"""Celery workers are killed in the middle of their work; nothing is lost and nothing is done twice."""

import itertools
import os
import signal
import subprocess

import pytest

from crm.models import Order
from crm.operations import record_orders
from crm.reports import CustomerReference, OrderReport
from loyalty.models import OrderPoints
from loyalty.operations import set_up_programme
from referrals.models import Decision
from rewards.queries import verify_books
from tenancy import door
from tenancy.models import Delivery

ORDERS = 3000


def _sell(customer) -> None:
    record_orders(
        [
            OrderReport(
                source="shop", external_id=str(number), currency="GBP", total_minor=100 * number,
                customer=CustomerReference(customer_id=customer.id), placed_at=door.moment(),
            )
            for number in range(1, ORDERS + 1)
        ]
    )  # fmt: skip


def _kill_a_child(worker: subprocess.Popen) -> None:
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(worker.pid)], capture_output=True, text=True).stdout.split()
    if children:
        os.kill(int(children[0]), signal.SIGKILL)


@pytest.mark.slow
def test_points_and_decisions_survive_killed_workers(acme, at_acme, ann, worker, until):
    with door.organisation(acme.id):
        set_up_programme()
        _sell(ann)

    polls, left_at_last_kill = itertools.count(), None

    def is_done() -> bool:
        nonlocal left_at_last_kill
        with door.organisation(acme.id):
            left = Delivery.objects.exclude(state="done").count()
        # Every second and a half: long enough to begin, too short to end. On a busy machine it waits for some progress.
        if next(polls) % 15 == 14 and left != left_at_last_kill:
            left_at_last_kill = left
            _kill_a_child(worker)
        with door.organisation(acme.id):
            # What a killed worker had leased comes back when the lease ends; here we do not wait two minutes for it.
            Delivery.objects.filter(state="due").update(leased_until=None)
            return not Delivery.objects.exclude(state="done").exists()

    until(is_done, "all deliveries", seconds=240)
    with door.organisation(acme.id):
        assert Order.objects.count() == Decision.objects.count() == ORDERS
        assert OrderPoints.objects.count() == ORDERS
        assert verify_books().is_whole
