"""Files and receivers for the tests of this room."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from integrations.models import Import
from integrations.operations import run, run_import, start, upload
from tenancy import door

DATA = Path(__file__).parent / "data"


@pytest.fixture(autouse=True)
def silent_bells(settings):
    """Workers are called by hand here."""
    settings.RING_DOORBELL = False


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    """Chunks of a size that a test's file has several of."""
    monkeypatch.setitem(run_import.CHUNK_ROWS, "customers", 500)
    monkeypatch.setitem(run_import.CHUNK_ROWS, "orders", 500)


@pytest.fixture
def sample() -> bytes:
    """Three hundred real lines of the shop, with everything that is wrong with them."""
    return (DATA / "online_retail_sample.csv").read_bytes()


@pytest.fixture
def taken_in(acme):
    """Import a file as a person does: taken_in("customers", b"…") gives the finished import."""

    def take(kind, content, *, mapping=None, is_dry_run=False, organisation=acme, source="import") -> Import:
        if isinstance(content, str):
            content = content.encode()
        with door.organisation(organisation.id):
            imported = upload(kind=kind, file_name="list.csv", content=content, source=source)
            from integrations.operations import preview

            start(imported.id, mapping=mapping or preview(imported).mapping, is_dry_run=is_dry_run)
        assert run(organisation.id, imported.id)
        with door.organisation(organisation.id):
            return Import.objects.select_related("job").get(id=imported.id)

    return take


class Receiver:
    """A shop's server on this machine that takes webhooks and answers as told."""

    def __init__(self):
        self.answers: list[tuple[int, bytes]] = []  # the last one stays in force
        self.received: list[tuple[dict, bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.received.append((dict(self.headers), body))
                answers = receiver.answers or [(200, b"thanks")]
                status, text = answers.pop(0) if len(answers) > 1 else answers[0]
                self.send_response(status)
                if status in (301, 302):
                    self.send_header("Location", receiver.url + "/elsewhere")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def bodies(self) -> list[dict]:
        return [json.loads(body) for _, body in self.received]


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()
