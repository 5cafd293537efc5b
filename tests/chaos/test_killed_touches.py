"""The database or the web server is killed -9 while many follow a link: every touch that was answered for is there."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import psycopg2
import pytest

from tests.chaos.processes import crash, some_moment
from tests.conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
KILLS, CLIENTS = 3, 8
_MADE = """
import django; django.setup()
from django.utils import timezone
from crm.operations import record_customer
from referrals.operations import code_for, create_campaign, start_campaign
from referrals.operations.pages import publish_page, save_page
from tenancy import door
from tenancy.people import found_organisation
shop = found_organisation(slug="chaos", name="Chaos", language="en", country="GB", currency="GBP")
with door.organisation(shop.id):
    ann = record_customer(name="Ann Smith", email="ann@example.com")
    draft = create_campaign(template="friend_coupon", name="F", starts_at=timezone.now(), budget_limit_minor=1_000_000)
    page = {"variants": {"a": {"blocks": [{"kind": "hero"}, {"kind": "form"}]}}, "elsewhere": "https://shop.example/"}
    save_page(draft.id, page)
    publish_page(draft.id)
    print(code_for(start_campaign(draft.id).id, ann.id).code)
"""


class Web:
    """The web server as in production, which can be killed and started again at the same address."""

    def __init__(self, environment: dict[str, str]):
        self.environment = environment
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "granian", "--interface", "wsgi", "config.wsgi:application", "--host", "127.0.0.1",
             "--port", str(self.port), "--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "critical"],
            env=self.environment, cwd=ROOT, start_new_session=True, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5)
                return
            except OSError:
                time.sleep(0.2)
        raise TimeoutError

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)


@pytest.fixture
def web(cluster):
    server = Web(os.environ | {"DATABASE_URL": cluster.url, "YINJIAN_MODE": "test", "RING_DOORBELL": "0"})
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=server.environment, cwd=ROOT, check=True)
    server.start()
    yield server
    server.kill()


class Crowd:
    """Clients that follow a link again and again, and note the id of each touch they were told of."""

    def __init__(self, port: int, code: str):
        self.port, self.code, self.told, self.is_over = port, code, [], False
        self.threads = [threading.Thread(target=self._follow) for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def _follow(self) -> None:
        request = (
            f"GET /o/chaos/r/{self.code}?ch=wechat HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            "User-Agent: Mozilla/5.0 (iPhone)\r\nConnection: close\r\n\r\n"
        ).encode()
        while not self.is_over:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=10) as wire:
                    wire.sendall(request)
                    answer = b"".join(iter(lambda: wire.recv(65536), b"")).decode()
            except OSError:
                time.sleep(0.02)
                continue
            if found := re.search(r"location: \S*click=([0-9a-f-]{36})", answer, re.IGNORECASE):
                self.told.append(found[1])

    def wait_for(self, more: int) -> None:
        ends, wanted = time.monotonic() + 120, len(self.told) + more
        while len(self.told) < wanted and time.monotonic() < ends:
            time.sleep(0.01)
        assert len(self.told) >= wanted, "the crowd got no answers"

    def end(self) -> list[str]:
        self.is_over = True
        for thread in self.threads:
            thread.join(30)
        return self.told


def kept(url: str) -> list[str]:
    connection = psycopg2.connect(url)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id::text FROM referrals_touch")
        return [id for (id,) in cursor.fetchall()]


def test_no_touch_that_was_answered_for_is_lost(cluster, web):
    environment = web.environment | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    code = subprocess.run(
        [sys.executable, "-c", _MADE], env=environment, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()  # fmt: skip
    crowd = Crowd(web.port, code)
    try:
        for number in range(2 * KILLS):
            crowd.wait_for(40)
            some_moment(0.3)
            if number % 2:
                web.kill()
                web.start()
            else:
                crash(cluster)
                cluster.start()
        crowd.wait_for(40)
    finally:
        told = crowd.end()
    there = kept(cluster.url)

    assert len(told) > 40 * 2 * KILLS and len(set(told)) == len(told)
    assert set(told) - set(there) == set()
    print(f"{len(told)} touches answered for, {len(there)} kept, none lost")
