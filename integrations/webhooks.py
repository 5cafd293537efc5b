"""Webhooks on the wire: the signature, one hardened request. Knows no database.

Signed as https://www.standardwebhooks.com says; a receiver checks it with any of its libraries.
"""

import base64
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import requests
from standardwebhooks import Webhook

from tenancy import outbound
from tenancy.outbound import AddressRefused

# After the first attempt: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h. Together a little over three days.
RETRY_AFTER = tuple(timedelta(seconds=s) for s in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400))
MAX_ATTEMPTS = len(RETRY_AFTER) + 1
JITTER = 0.2
MAX_FAILURES = 20  # in a row; then the endpoint is switched off
GONE = 410
KEPT_ANSWER = 1000


@dataclass(frozen=True)
class Answer:
    """What came back. Status 0: nothing did, and `text` says why in a word of ours."""

    status: int
    text: str
    milliseconds: int

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def retry_delay(attempts: int, chance: float) -> timedelta | None:
    """Say how long to wait after so many attempts; None when it was the last. `chance` is from 0 to 1."""
    if attempts > len(RETRY_AFTER):
        return None
    return RETRY_AFTER[attempts - 1] * (1 + JITTER * (2 * chance - 1))


def encode(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def signed_headers(*, delivery_id: UUID, body: bytes, keys: Sequence[str], now: datetime) -> dict[str, str]:
    """Sign with every key in force: two while one takes over from the other. `now` is in UTC."""
    signatures = [Webhook(key).sign(str(delivery_id), now, body.decode()) for key in keys]
    return {
        "content-type": "application/json",
        "webhook-id": str(delivery_id),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


# --- the request --------------------------------------------------------------------------------------


def send(url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
    """Post once. The address that a name stands for is looked up, judged and used in one go; redirects are not followed."""
    started = time.monotonic()
    try:
        outbound.check_address(url)
        with outbound.session(url, name="Yinjian-Webhooks/1") as session:
            answer = session.post(
                url, data=body, headers={**headers, "accept-encoding": "identity"}, timeout=outbound.TIMEOUT, stream=True
            )
            text = answer.raw.read1(KEPT_ANSWER).decode("utf-8", "replace").replace("\0", "")
        return Answer(answer.status_code, text[:KEPT_ANSWER], _milliseconds(started))
    except (requests.RequestException, AddressRefused, OSError, ValueError) as error:
        return Answer(0, _named(error), _milliseconds(started))


def _named(error: Exception) -> str:
    """Say what went wrong without telling what stands behind an address."""
    if isinstance(error, requests.exceptions.Timeout):
        return "timeout"
    if isinstance(error, requests.exceptions.SSLError):
        return "tls_error"
    if isinstance(error, AddressRefused) or type(error).__name__ == "InvalidIPAddress":
        return "address_refused"
    return "no_connection"


def _milliseconds(started: float) -> int:
    return int((time.monotonic() - started) * 1000)
