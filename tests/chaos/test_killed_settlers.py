"""Settlers are killed in the middle of a settlement; nothing is lost and nothing is done twice.

No Celery worker may run meanwhile: it would take part.
"""

import json

import pytest

from rewards.operations import settle_due
from tenancy import door
from tests.chaos import settler
from tests.chaos.processes import Children, kill, let_go, reports, some_moment
from tests.conftest import _environment

REWARDS = 2000


@pytest.fixture
def children(house):
    return Children(_environment(house))


def proof(organisation) -> dict:
    return json.loads(settler.prove(str(organisation.id)))


def test_settlement_survives_killed_settlers(acme, children):
    """Two settle at once; one is killed in the middle of a chunk, then the other; a third ends the work."""
    settler.promise(str(acme.id), str(REWARDS))
    workers = [children.start("settle", acme.id, 50) for _ in range(2)]
    for worker in workers:
        let_go(worker)
    acknowledged = 0
    for worker in workers:
        acknowledged += reports(worker, 3)
        some_moment(0.05)
        acknowledged += kill(worker)
    found = proof(acme)
    assert 0 < acknowledged <= found["settled"] < REWARDS  # in the middle, and nothing that was reported is missing
    assert (found["settled"] + found["waiting"], found["due"], found["wrong"]) == (REWARDS, found["waiting"], [])

    settle_due_rewards_now(acme)
    settler.drain(str(acme.id))
    assert proof(acme) == {
        "settled": REWARDS, "waiting": 0, "due": 0, "most_arrows": 1, "told": REWARDS, "most_told": 1,
        "left": REWARDS * 10 - 125, "available": REWARDS * 10 - 125, "repaid": 125, "wrong": [],
    }  # fmt: skip


def settle_due_rewards_now(organisation) -> None:
    done = 1
    while done:
        with door.organisation(organisation.id, moment=settler.DUE):
            done = settle_due(limit=500)
