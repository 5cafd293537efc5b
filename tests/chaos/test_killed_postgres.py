"""PostgreSQL is killed -9 in the middle of settlements, on a durable cluster of its own; nothing is lost or done twice."""

import os
import subprocess
import sys

import pytest

from tests.chaos.processes import Children, crash, let_go, reports, some_moment, the_rest
from tests.conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
REWARDS, CHUNK, KILLS = 40_000, 1_000, 5


@pytest.fixture
def children(cluster):
    return Children(os.environ | {"DATABASE_URL": cluster.url, "YINJIAN_MODE": "test"})


def migrate(children) -> None:
    subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], env=children.environment, cwd=ROOT, check=True)


def test_settlement_survives_a_killed_server(cluster, children):
    migrate(children)
    house = children.ask("found")
    children.ask("promise", house, REWARDS)
    acknowledged = 0
    for number in range(KILLS):
        settler = children.start("settle", house, CHUNK)
        let_go(settler)
        acknowledged += reports(settler, number % 2)
        some_moment(0.2)
        crash(cluster)
        acknowledged += the_rest(settler)
        cluster.start()
        found = children.proof(house)
        assert found["settled"] + found["waiting"] == REWARDS
        assert found["waiting"] > 0  # it was in the middle
        assert found["settled"] >= acknowledged  # what was committed is there
        assert (found["due"], found["wrong"]) == (found["waiting"], [])

    settler = children.start("settle", house, CHUNK)
    let_go(settler)
    the_rest(settler)
    children.ask("drain", house)
    assert children.proof(house) == {
        "settled": REWARDS, "waiting": 0, "due": 0, "most_arrows": 1, "told": REWARDS, "most_told": 1,
        "left": REWARDS * 10 - 125, "available": REWARDS * 10 - 125, "repaid": 125, "wrong": [],
    }  # fmt: skip


def test_events_survive_a_killed_server(cluster, children):
    """The server dies while the news of settled rewards is written: each is told once in the end."""
    migrate(children)
    house = children.ask("found")
    children.ask("promise", house, 4000)
    settler = children.start("settle", house, CHUNK)
    let_go(settler)
    assert the_rest(settler) == 4000
    for _ in range(3):
        listener = children.start("listen", house)
        let_go(listener)
        some_moment(1.0)
        crash(cluster)
        listener.wait(20)
        cluster.start()
    children.ask("drain", house)
    found = children.proof(house)
    assert (found["told"], found["most_told"], found["wrong"]) == (4000, 1, [])
