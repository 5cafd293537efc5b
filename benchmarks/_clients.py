"""Clients that post one row a commit, each a process of its own: python -m benchmarks._clients, told by JSON on stdin."""

import json
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from uuid import uuid4


@dataclass(frozen=True)
class Rate:
    """Commits a second of all clients together, and the time that 99 of 100 took less than, in milliseconds."""

    per_second: float
    p99_ms: float


def rate(kind: str, *, clients: int, seconds: float, **facts) -> Rate:
    """Let so many clients work for so long, after half a second to warm up."""
    begin = time.time() + 1.5 + 0.15 * clients
    told = json.dumps(facts | {"kind": kind, "begin": begin, "seconds": seconds})
    command = [sys.executable, "-m", "benchmarks._clients"]
    crowd = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(clients)]
    for one in crowd:
        one.stdin.write(told)
        one.stdin.close()
    times = [time for one in crowd for time in json.loads(one.stdout.read())]
    assert all(one.wait() == 0 for one in crowd), "a client failed"
    return Rate(len(times) / seconds, 1000 * sorted(times)[int(len(times) * 0.99)])


def _work(told: dict) -> list[float]:
    post = {"insert": _inserting, "enter": _entering, "door": _through_the_door}[told["kind"]](told)
    post()
    time.sleep(max(0, told["begin"] - 0.5 - time.time()))
    while time.time() < told["begin"]:
        post()
    times, end = [], told["begin"] + told["seconds"]
    while (begun := time.time()) < end:
        post()
        times.append(time.time() - begun)
    return times


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
        key = str(uuid4())
        cursor.execute(sql, [told["organisation"], str(uuid4()), key, 2 * key[:32]])

    return post


def _entering(told):
    """A credit by the ledger's function, as the serving role, in one transaction that is one message."""
    cursor = _cursor(told)
    cursor.execute("SET ROLE yinjian_serving")
    sql = (
        "BEGIN; SET LOCAL app.organisation_id = %s;"
        "SELECT posted_id FROM ledger_enter(%s, %s, 'earning', %s, %s, now(), NULL, 'bench', %s, %s, 'programme',"
        " 'available', 10, NULL, '{}', false, false, NULL, NULL); COMMIT"
    )
    here, unit, customers = told["organisation"], told["unit"], told["customers"]

    def post():
        key = str(uuid4())
        cursor.execute(sql, [here, here, str(uuid4()), key, 2 * key[:32], random.choice(customers), unit])

    return post


def _through_the_door(told):
    """A credit as any operation of the house posts it."""
    import django

    django.setup()
    from uuid import UUID

    from rewards import ledger
    from tenancy import door

    here, unit, customers = UUID(told["organisation"]), UUID(told["unit"]), [UUID(one) for one in told["customers"]]

    def post():
        with door.organisation(here):
            arrow = ledger.Arrow(random.choice(customers), unit, "programme", "available", 10)
            ledger.post([ledger.Entry("earning", f"bench:{uuid4()}", (arrow,))])

    return post


if __name__ == "__main__":
    print(json.dumps(_work(json.loads(sys.stdin.read()))))
