"""The demo's bank behind a real socket, with a record of its own, for tests that need a provider."""

import json
import threading
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from rewards.operations.payouts.settings import new_web_secret
from rewards.providers.demo import DemoBank
from rewards.providers.web import NoAnswer


class Bank:
    """`record` is what it has paid, `asked` counts the requests for a payment that it took in, by reference.

    `on_request` is called before it takes one in and may lose it (NoAnswer), `on_payment` after, before it answers.
    """

    def __init__(self):
        self.secret, self.record, self.asked = new_web_secret(), {}, Counter()
        self.on_request = self.on_payment = lambda reference: None
        self.is_silent = False
        self._desk = DemoBank(secret=self.secret, record=self.record)

    def answer(self, method: str, url: str, headers: dict, body: bytes) -> tuple[int, bytes]:
        if method == "POST":
            return self._pay(method, url, headers, body)
        return self._desk(method, url, headers, body)

    def _pay(self, method: str, url: str, headers: dict, body: bytes) -> tuple[int, bytes]:
        reference = json.loads(body)["reference"]
        self.on_request(reference)
        self.asked[reference] += 1
        answer = self._desk(method, url, headers, body)
        self.on_payment(reference)
        if self.is_silent:
            raise NoAnswer
        return answer

    def callback(self, reference: str) -> tuple[dict[str, str], bytes]:
        return self._desk.callback(reference)

    @contextmanager
    def open(self, port: int = 0):
        """Serve on a port of this machine; give the address."""
        bank = self

        class Desk(BaseHTTPRequestHandler):
            def _serve(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                try:
                    status, text = bank.answer(self.command, self.path, dict(self.headers), body)
                except NoAnswer:
                    self.connection.close()
                    return
                self.send_response(status)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = _serve

            def log_message(self, *words):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", port), Desk)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1"
        finally:
            server.shutdown()
            server.server_close()
