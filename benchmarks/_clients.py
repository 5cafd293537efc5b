"""Clients that post one row a commit, each a process of its own: python -m benchmarks._clients, told by JSON on stdin."""

import json
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from uuid import UUID

from foundation.ids import new_id


@dataclass(frozen=True)
class Rate:
    """Commits a second of all clients together, and the time that 99 of 100 took less than, in milliseconds."""

    per_second: float
    p99_ms: float


def rate(kind: str, *, clients: int, seconds: float, **facts) -> Rate:
    """Let so many clients work for so long, once all have posted for the first time and half a second has passed."""
    command = [sys.executable, "-m", "benchmarks._clients"]
    crowd = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(clients)]
    for one in crowd:
        _tell(one, facts | {"kind": kind})
    assert all(one.stdout.readline() == "ready\n" for one in crowd), "a client could not begin"
    begin = time.time() + 0.7
    for one in crowd:
        _tell(one, {"begin": begin, "end": begin + seconds})
    times = [time for one in crowd for time in json.loads(one.stdout.readline())]
    assert all(one.wait() == 0 for one in crowd), "a client failed"
    return Rate(len(times) / seconds, 1000 * sorted(times)[int(len(times) * 0.99)])


def _tell(client: subprocess.Popen, what: dict) -> None:
    client.stdin.write(json.dumps(what) + "\n")
    client.stdin.flush()


def _work() -> None:
    told = json.loads(sys.stdin.readline())
    post = {"insert": _inserting, "enter": _entering, "door": _through_the_door}[told["kind"]](told)
    post()
    print("ready", flush=True)
    told = json.loads(sys.stdin.readline())
    while time.time() < told["begin"]:
        post()
    times = []
    while (begun := time.time()) < told["end"]:
        post()
        times.append(time.time() - begun)
    print(json.dumps(times), flush=True)


def _cursor(told):
    import psycopg2

    connection = psycopg2.connect(told["dsn"])
    connection.autocommit = True
    return connection.cursor()


def _inserting(told):
    """The limit: one row into a table with the columns and indexes of the journal, nothing else."""
    cursor = _cursor(told)
    sql = (
        "INSERT INTO bench_row (organisation_id, id, kind, key, input_hash, occurred_at, recorded_at, reason, open_from)"
        " VALUES (%s, %s, 'earning', %s, %s, now(), now(), '', NULL)"
    )

    def post():
        key = str(new_id())
        cursor.execute(sql, [told["organisation"], str(new_id()), f"bench:{key}", 2 * key[:32]])

    return post


def _entering(told):
    """A credit by the ledger's function, as the serving role, in one transaction that is one message."""
    cursor = _cursor(told)
    cursor.execute("SET ROLE yinjian_serving")
    sql = (
        "BEGIN; SET LOCAL app.organisation_id = %s;"
        "SELECT ledger_enter(%s, %s, 'earning', %s, %s, now(), NULL, 'bench', %s, %s, 'programme',"
        " 'available', 10, NULL, '{}', false, false, NULL, NULL); COMMIT"
    )
    here, unit, customers = told["organisation"], told["unit"], told["customers"]

    def post():
        key = str(new_id())
        cursor.execute(sql, [here, here, str(new_id()), f"bench:{key}", 2 * key[:32], random.choice(customers), unit])

    return post


def _through_the_door(told):
    """A credit as any operation of the house posts it."""
    import django

    django.setup()
    from rewards import ledger
    from tenancy import door

    here, unit, customers = UUID(told["organisation"]), UUID(told["unit"]), [UUID(one) for one in told["customers"]]

    def post():
        with door.organisation(here):
            arrow = ledger.Arrow(random.choice(customers), unit, "programme", "available", 10)
            ledger.post([ledger.Entry("earning", f"bench:{new_id()}", (arrow,))])

    return post


if __name__ == "__main__":
    _work()
