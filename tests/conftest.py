"""The cast, the house they live in, the clock, the closed network.

Tests commit for real, as the serving role, each in organisations of its own: the
wall keeps them apart, so nothing has to be rolled back or flushed.
"""

import gc
import hashlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import hypothesis
import pytest
import redis
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connections

import embedded.pytest_plugin
from config.celery import app as celery_app
from foundation.ids import new_code
from tenancy import door, events
from tenancy.models import Membership, Organisation, User
from tenancy.people import found_organisation
from tests.fake_wechat import wechat, wechat_account  # noqa: F401  fixtures of several rooms
from tests.group_vendor import vendor  # noqa: F401  a fixture of several rooms
from tests.phones import phone_vendor, texts_of_acme  # noqa: F401  the same
from tests.sms_vendor import impatient, sms_vendor  # noqa: F401  fixtures of several rooms
from tests.standing import Standing

ROOT = Path(__file__).parents[1]
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


# A busy machine is no fault: neither an example that takes long nor a slow draw fails a test.
hypothesis.settings.register_profile("busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("busy")


# Else each test that makes a client reads hundreds of files to answer for them, and warns that they are not collected.
settings.WHITENOISE_AUTOREFRESH = True


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="also run the long chaos and load tests")


def pytest_collection_modifyitems(config, items):
    items.sort(key=_turn)
    if not config.getoption("--slow"):
        skip = pytest.mark.skip(reason="long; runs with --slow")
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(skip)


# What takes longest begins first, or one process would be left alone with it at the end.
_LONG = ("browser/test_pages", "browser", "dashboard/test_every", "walls", "dashboard", "races")


def _turn(item) -> int:
    """Tell when a test's file has its turn in a run of several processes."""
    if "worker" in getattr(item, "fixturenames", ()):
        return -1  # a worker looks into every organisation that tests have left in the database
    return next((turn for turn, long in enumerate(_LONG) if item.nodeid.startswith(f"tests/{long}")), len(_LONG))


def pytest_collection_finish():
    """Look for garbage seldom, and never in what was imported: it took a twelfth of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def house(request, django_test_environment, django_db_blocker):
    """A migrated database; `default` talks to it as the serving role. One a test process.

    On servers of this run's own, and with --reuse-db, it is a copy of one that was migrated once by the same migrations.
    """
    owner, serving = connections["owner"], connections["default"]
    suffix = os.environ.get("PYTEST_XDIST_WORKER", "") or str(os.getpid())
    owner.settings_dict.setdefault("TEST", {})["NAME"] = f"test_yinjian_{suffix}"
    with django_db_blocker.unblock():
        from tenancy.postgresql.roles import make_roles

        make_roles(owner)  # so that migrations can grant; repeated inside the new database by `migrate`
        if request.config.getoption("reuse_db") or embedded.pytest_plugin.OURS in os.environ:
            name = _copy_of_migrated(owner)
        else:
            name = owner.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        serving.close()
        serving.settings_dict["NAME"] = name
    celery_app.conf.task_default_queue = name  # the doorbells of other test processes are not ours to answer
    yield name
    with django_db_blocker.unblock():
        serving.close()
        owner.creation.destroy_test_db(name, verbosity=0)


def _copy_of_migrated(owner) -> str:
    name = owner.settings_dict["TEST"]["NAME"]
    template = f"yj_template_{_schema_mark()}"
    with owner._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [template])
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
        if not cursor.fetchone():
            owner.settings_dict["TEST"]["NAME"] = f"{template}_new"  # takes its name only when all of it is there
            owner.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            owner.settings_dict["TEST"]["NAME"] = name
            owner.close()
            connections["default"].close()
            cursor.execute(f'ALTER DATABASE "{template}_new" RENAME TO "{template}"')
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [template])
    owner.close()
    owner.settings_dict["NAME"] = name
    return name


def _schema_mark() -> str:
    files = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("tenancy/postgresql/*.py")]
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(files))).hexdigest()[:16]


@pytest.fixture
def database(house, django_db_blocker):
    with django_db_blocker.unblock():
        yield house


def _found(name: str, **fields):
    return found_organisation(slug=f"{name.lower()}-{new_code().lower()}", name=name, **fields)


def _found_acme():
    return _found("Acme", language="en", country="GB", currency="GBP", time_zone="Europe/London")


@cache
def _hashed(password: str) -> str:
    """Hash a password once a test process: Argon2 takes a tenth of a second and all cores, on purpose."""
    return make_password(password)


def _staff(organisation, name: str, role: str) -> Membership:
    user = User.objects.create(
        email=f"{name.lower()}-{new_code().lower()}@example.com", name=name, password=_hashed("correct horse")
    )
    with door.organisation(organisation.id):
        return Membership.objects.create(user=user, role=role)


@pytest.fixture
def acme(request, database):
    """An English shop that prices in pounds; the furnished one where a test asks for that."""
    if "furnished" in request.fixturenames:
        return Organisation.objects.get(id=request.getfixturevalue("made_furnished")[0].organisation_id)
    return _found_acme()


@pytest.fixture(scope="session")
def made_furnished(house, django_db_blocker):
    """Acme with one of everything, made once a test process: (owner, arguments of addresses, how to put it back)."""
    from tests.dashboard.valued import valued
    from tests.dashboard.world import furnish, judged

    with django_db_blocker.unblock():
        shop = _found_acme()
        gus = _staff(shop, "Gus", "owner")
        with door.organisation(shop.id, actor=door.Actor("user", gus.user_id)):
            made = furnish(gus)
        while events.drain(shop.id):
            pass
        with door.organisation(shop.id):
            made |= judged() | valued()
        standing = Standing(shop.id, gus.user_id)
        standing.keep()
    return gus, made, standing


@pytest.fixture
def furnished(database, made_furnished):
    """What addresses of the furnished acme need, by argument name; afterwards it stands as before."""
    gus, made, standing = made_furnished
    yield made
    standing.put_back()
    with redis.from_url(f"{settings.REDIS_URL}/1") as remembered:  # how often somebody tried, mostly
        if keys := list(remembered.scan_iter(f"*{gus.organisation_id}*", count=10_000)):
            remembered.delete(*keys)


@pytest.fixture
def globex(database):
    """The other organisation, which must never be seen."""
    return _found("Globex", language="en", country="GB", currency="GBP")


@pytest.fixture
def gus(request, acme) -> Membership:
    """Staff at acme: the owner."""
    if "furnished" not in request.fixturenames:
        return _staff(acme, "Gus", "owner")
    with door.organisation(acme.id):
        return Membership.objects.select_related("user").get(id=request.getfixturevalue("made_furnished")[0].id)


@pytest.fixture
def mallory(globex) -> Membership:
    """Staff at globex: an owner too, and curious."""
    return _staff(globex, "Mallory", "owner")


@pytest.fixture
def staff_of(database):
    """Make staff: staff_of(acme, "sales")."""
    return lambda organisation, role: _staff(organisation, role.title(), role)


@pytest.fixture
def at_acme(acme):
    """Enter acme: `with at_acme(): …`, at noon of 20 November 2026 unless told otherwise."""

    def enter(moment: datetime = NOON, **days_later):
        return door.organisation(acme.id, moment=moment + timedelta(**days_later))

    return enter


@pytest.fixture
def ann(acme, at_acme):
    """A happy customer of acme, who refers."""
    from crm.operations import record_customer

    with at_acme():
        return record_customer(name="Ann Smith", email="ann@example.com", phone="+447700900001")


@pytest.fixture
def bea(acme, at_acme):
    """A customer of acme."""
    from crm.operations import record_customer

    with at_acme():
        return record_customer(name="Bea Jones", email="bea@example.com", phone="+447700900002")


@pytest.fixture
def api_key(acme):
    """Make a key: api_key("orders:write", …) gives the header of a request."""
    from tenancy import keys
    from tenancy.rules import PERMISSIONS

    def make(*scopes, organisation=acme) -> dict[str, str]:
        with door.organisation(organisation.id):
            _, secret = keys.issue(name="test", scopes=list(scopes or PERMISSIONS), created_by=None)
        return {"HTTP_AUTHORIZATION": f"Bearer {secret}"}

    return make


@pytest.fixture
def signed_in(client):
    """Sign a member of staff in: signed_in(gus) gives the client."""

    def sign_in(membership: Membership):
        client.force_login(membership.user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session["organisation"] = str(membership.organisation_id)
        session.save()
        return client

    return sign_in


@pytest.fixture
def drained(database):
    """Work off all events of an organisation, as the workers do: drained(acme)."""

    def drain(organisation) -> int:
        done = 0
        while more := events.drain(organisation.id):
            done += more
        return done

    return drain


@pytest.fixture(autouse=True)
def closed_network(monkeypatch):
    """Nothing in a test leaves this machine."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise RuntimeError(f"a test tried to reach {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def keys_are_looked_up(monkeypatch):
    """Every request looks its key up, so that what it costs does not hang on how long ago the last one was."""
    from tenancy import keys

    monkeypatch.setattr(keys, "REMEMBERED", 0.0)


# --- the real servers, for stories that need them ---------------------------------------------------------


def _environment(database: str) -> dict[str, str]:
    """Let a child process serve on the test's own database."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}")
    return os.environ | {"DATABASE_URL": url.geturl(), "YINJIAN_MODE": "test", "CELERY_QUEUE": database}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def server(house):
    """The web server, as in production; gives its address."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "config.wsgi:application", "--host", "127.0.0.1",
         "--port", str(port), "--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "warning"],
        env=_environment(house) | {"PUBLIC_URL": address}, cwd=ROOT,
    )  # fmt: skip
    _until(lambda: _answers(f"{address}/healthz"), "the web server to answer")
    yield address
    _end(process)


@pytest.fixture(scope="module")
def worker(house, django_db_blocker, tmp_path_factory):
    """A Celery worker with its beat, on the test's own database and queue."""
    with django_db_blocker.unblock():
        _forget_unfinished_work()
    schedule = str(tmp_path_factory.mktemp("beat") / "schedule")
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "config", "worker", "-B", "-s", schedule, "-c", "2",
         "-l", "WARNING", "--without-gossip", "--without-mingle"],
        env=_environment(house), cwd=ROOT,
    )  # fmt: skip
    yield process
    _end(process)


def _forget_unfinished_work() -> None:
    """Close what earlier tests left open, or the worker would do that first."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE tenancy_delivery SET state = 'done' WHERE state = 'due'")
        cursor.execute("UPDATE messaging_message SET state = 'skipped' WHERE state = 'queued'")
        cursor.execute("UPDATE integrations_webhookdelivery SET state = 'failed' WHERE state = 'due'")
    connections["owner"].close()


def _answers(address: str) -> bool:
    try:
        return urllib.request.urlopen(address, timeout=2).status == 200
    except OSError:
        return False


def _until(is_so, what: str, seconds: float = 60):
    deadline = time.monotonic() + seconds
    while not (answer := is_so()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.1)
    return answer


@pytest.fixture
def until():
    """Wait for what real servers do in their own time: until(lambda: …, "the reward to settle")."""
    return _until
