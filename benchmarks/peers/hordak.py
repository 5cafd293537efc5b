"""django-hordak, measured: PEER_DATABASE_URL=… python -P hordak.py bulk | single answers with one JSON line.

Runs in an environment of its own (benchmarks/_peers.py) and knows nothing of us; -P, so that it does not take itself for the
package. It is given what suits it: its own database without policies, explicit uuids, both legs in one statement, and in
`bulk` also the rate without the making of objects.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import uuid
from datetime import date
from urllib.parse import unquote, urlsplit

import django
import psycopg2
from django.conf import settings

DATABASE = "yinjian_peer_hordak"
ACCOUNTS = 1000  # one of them is hot: every transfer leaves it
BATCH = 5000


def main(arguments: list[str]) -> dict:
    options = _parse(arguments)
    if options.command == "worker":
        return {"times": _transfer()}
    _make_database()
    try:
        _set_up()
        _open_accounts()
        found = _bulk(options) if options.command == "bulk" else _single(options)
        _prove()
        return found | {"django": django.__version__, "hordak": _version()}
    finally:
        _drop_database()


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    bulk = commands.add_parser("bulk", help="transactions with two legs each, in one transaction of the database")
    bulk.add_argument("sizes", type=int, nargs="*", default=[10_000, 100_000])
    bulk.add_argument("--rounds", type=int, default=3)
    single = commands.add_parser("single", help="transfers from one hot account, a commit each")
    single.add_argument("--processes", type=int, default=8)
    single.add_argument("--seconds", type=float, default=5)
    commands.add_parser("worker")
    return parser.parse_args(arguments)


# --- many at once ----------------------------------------------------------------------------------------


def _bulk(options) -> dict:
    """The best of some rounds, by size: all that a caller waits for, and the calls of bulk_create with the commit alone."""
    return {"bulk": {str(size): _best(size, options.rounds) for size in options.sizes}}


def _best(size: int, rounds: int) -> dict:
    found = [_write(size) for _ in range(rounds)]
    return {
        "per_second": size / min(whole for whole, _ in found),
        "per_second_without_objects": size / min(calls for _, calls in found),
    }


def _write(size: int) -> tuple[float, float]:
    from django.db import transaction
    from hordak.models import Leg, Transaction

    accounts, begun = _accounts(), time.perf_counter()
    with transaction.atomic():
        made = [Transaction(date=date.today(), description="x", uuid=uuid.uuid4()) for _ in range(size)]
        first = time.perf_counter()
        Transaction.objects.bulk_create(made, batch_size=BATCH)
        calls = time.perf_counter() - first
        legs = [leg for number, each in enumerate(made) for leg in _legs(each, accounts, number)]
        second = time.perf_counter()
        Leg.objects.bulk_create(legs, batch_size=BATCH)
    end = time.perf_counter()
    return end - begun, calls + end - second


def _legs(made, accounts, number: int):
    from hordak.models import Leg
    from moneyed import Money

    one = Money(1, "GBP")
    target = accounts[1 + number % (len(accounts) - 1)]
    yield Leg(transaction=made, account=accounts[0], debit=one, uuid=uuid.uuid4())
    yield Leg(transaction=made, account=target, credit=one, uuid=uuid.uuid4())


# --- one at a time ---------------------------------------------------------------------------------------


def _single(options) -> dict:
    command = [sys.executable, "-P", __file__, "worker"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    crowd = [subprocess.Popen(command, **pipes) for _ in range(options.processes)]
    assert all(one.stdout.readline() == "ready\n" for one in crowd), "a process could not begin"
    begin = time.time() + 0.7
    for one in crowd:
        one.stdin.write(f"{begin} {begin + options.seconds}")
        one.stdin.close()
    times = [time for one in crowd for time in json.loads(one.stdout.read())["times"]]
    assert all(one.wait() == 0 for one in crowd), "a process failed"
    p99 = statistics.quantiles(times, n=100)[98]
    return {"single": {"processes": options.processes, "per_second": len(times) / options.seconds, "p99_ms": 1000 * p99}}


def _transfer() -> list[float]:
    """Transfer from the hot account to another one until the time is over; what is before the beginning does not count."""
    _set_up()
    from django.db import transaction
    from hordak.models import Leg, Transaction

    accounts, times, number = _accounts(), [], os.getpid()
    print("ready", flush=True)
    begin, end = map(float, sys.stdin.read().split())
    while (begun := time.time()) < end:
        number += 1
        with transaction.atomic():
            made = Transaction.objects.create(date=date.today(), description="x", uuid=uuid.uuid4())
            Leg.objects.bulk_create(list(_legs(made, accounts, number)))
        if begun >= begin:
            times.append(time.time() - begun)
    return times


# --- its database ----------------------------------------------------------------------------------------


def _server() -> dict[str, str]:
    address = urlsplit(os.environ["PEER_DATABASE_URL"])
    user, password = unquote(address.username or ""), unquote(address.password or "")
    return {"USER": user, "PASSWORD": password, "HOST": address.hostname or "", "PORT": str(address.port or 5432)}


def _make_database() -> None:
    _drop_database()
    _administer(f"CREATE DATABASE {DATABASE}")


def _drop_database() -> None:
    if settings.configured:
        from django.db import connection

        connection.close()
    _administer(f"DROP DATABASE IF EXISTS {DATABASE}")


def _administer(sql: str) -> None:
    connection = psycopg2.connect(os.environ["PEER_DATABASE_URL"])
    connection.autocommit = True
    connection.cursor().execute(sql)
    connection.close()


def _set_up() -> None:
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": DATABASE, **_server()}},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"],
        SECRET_KEY="x", USE_TZ=True, DEFAULT_CURRENCY="GBP", CURRENCIES=["GBP"], HORDAK_DECIMAL_PLACES=2,
    )  # fmt: skip
    django.setup()


def _open_accounts() -> None:
    from django.core.management import call_command
    from django.db import connection, transaction
    from hordak.models import Account

    call_command("migrate", verbosity=0)
    with transaction.atomic():
        for number in range(ACCOUNTS):
            kind = "LI" if number else "EX"
            Account.objects.create(name=f"a{number}", code=f"{number:05}", currencies=["GBP"], type=kind)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _accounts() -> list:
    from hordak.models import Account

    return list(Account.objects.order_by("id"))


def _prove() -> None:
    """A fast wrong run is a failed run: every transaction has two legs, and what one account gave the others have."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM hordak_transaction), count(*), sum(coalesce(debit, 0) - coalesce(credit, 0)),"
            " sum(debit) FILTER (WHERE account_id = (SELECT min(id) FROM hordak_account)) FROM hordak_leg"
        )
        transactions, legs, difference, given = cursor.fetchone()
    assert transactions and (legs, difference, given) == (2 * transactions, 0, transactions), "its books are not whole"


def _version() -> str:
    from importlib.metadata import version

    return version("django-hordak")


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
