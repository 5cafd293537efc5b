"""A bank of ours for the demo and for tests: speaks the protocol of `web`, checks signatures, fails as told by the amount.

| amount ends with | what it does |
|---|---|
| 13 | takes the payment and later says that it failed |
| 17 | turns the payment down at once |
| 19 | takes the payment, but its answer is lost on the way |
| 23 | pays one less than it was asked for |
"""

import json
from collections.abc import Mapping, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from django.core.cache import cache
from standardwebhooks import Webhook, WebhookVerificationError

from foundation.ids import digest
from rewards.providers.web import NoAnswer, signed

FAILS_LATER, TURNED_DOWN, ANSWER_LOST, PAYS_LESS = 13, 17, 19, 23
KEPT = 60 * 86_400  # seconds


class DemoBank:
    """`record` is its own book: what it was asked for and what it did, by reference."""

    def __init__(self, *, secret: str, record: MutableMapping[str, dict[str, Any]]):
        self._secret = secret
        self._record = record

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Answer a request as a road of `web` would."""
        path = urlsplit(url).path
        is_asking = method == "GET" and "/payments/" in path
        reference = path.rpartition("/")[2]
        if not self._is_signed(headers, reference.encode() if is_asking else body):
            return _answer(401, {"code": "not_signed"})
        if is_asking:
            return self._tell(reference)
        if method == "POST" and path.endswith("/payments"):
            return self._pay(json.loads(body))
        return _answer(404, {"code": "no_such_page"})

    def callback(self, reference: str) -> tuple[dict[str, str], bytes]:
        """Write what it would post to us: headers and body."""
        told = self._outcome(self._record[reference])
        kind = {"paid": "payment.paid", "failed": "payment.failed"}[told.pop("status")]
        body = json.dumps({"type": kind, "data": told}).encode()
        return signed(self._secret, body), body

    def _is_signed(self, headers: Mapping[str, str], text: bytes) -> bool:
        try:
            Webhook(self._secret).verify(text, dict(headers), json_parse=False)
        except (WebhookVerificationError, ValueError):
            return False
        return True

    def _pay(self, asked: dict[str, Any]) -> tuple[int, bytes]:
        reference = asked["reference"]
        known = self._record.get(reference)
        if known and known["asked"] != asked:
            return _answer(409, {"code": "reference_reused"})
        if asked["amount_minor"] % 100 == TURNED_DOWN:
            return _answer(422, {"status": "rejected", "reason": "account_unknown"})
        if not known:
            self._record[reference] = {"asked": asked, "id": f"demo-{digest(reference)[:12]}"}
            if asked["amount_minor"] % 100 == ANSWER_LOST:
                raise NoAnswer("timeout")
        return _answer(201, {"status": "accepted", "id": self._record[reference]["id"]})

    def _tell(self, reference: str) -> tuple[int, bytes]:
        known = self._record.get(reference)
        return _answer(200, self._outcome(known)) if known else _answer(404, {"code": "unknown_payment"})

    def _outcome(self, known: dict[str, Any]) -> dict[str, Any]:
        asked = known["asked"]
        told = {name: asked[name] for name in ("reference", "amount_minor", "currency")} | {"id": known["id"]}
        if asked["amount_minor"] % 100 == FAILS_LATER:
            return told | {"status": "failed", "reason": "account_closed"}
        less = asked["amount_minor"] % 100 == PAYS_LESS
        return told | {"status": "paid", "amount_minor": asked["amount_minor"] - less}


def _answer(status: int, told: dict[str, Any]) -> tuple[int, bytes]:
    return status, json.dumps(told).encode()


class CacheRecord(MutableMapping):
    """The book of the demo's bank, shared by web and workers."""

    def __init__(self, organisation_id):
        self._prefix = f"demo-bank:{organisation_id}:"

    def get(self, reference, default=None):
        return cache.get(self._prefix + reference, default)

    def __getitem__(self, reference):
        if (known := self.get(reference)) is None:
            raise KeyError(reference)
        return known

    def __setitem__(self, reference, known):
        cache.set(self._prefix + reference, known, KEPT)

    def __delitem__(self, reference):
        cache.delete(self._prefix + reference)

    def __iter__(self):
        raise NotImplementedError

    def __len__(self):
        raise NotImplementedError
