"""A payment provider over HTTPS: requests and callbacks signed as https://www.standardwebhooks.com says.

The protocol, which a provider's own API is put behind, is in docs/payouts.md: POST …/payments asks for a
payment, GET …/payments/<reference> (which signs
the reference) tells what became of it, and the provider posts payment.paid or payment.failed.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC
from typing import Any

import requests
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError
from urllib3.exceptions import HTTPError, ReadTimeoutError

from foundation.ids import new_id
from rewards.providers.port import Accepted, Answer, NotSigned, NotTaken, NotUnderstood, Payment, Rejected, Uncertain
from rewards.rules.payouts import STATUSES, Word
from tenancy import outbound
from tenancy.outbound import AddressRefused

NAME = "Yinjian-Payouts/1"
LARGEST_ANSWER = 20_000
_TURNED_AWAY = {400, 401, 403, 404, 405, 413, 429}  # before it looked at the payment
_TYPES = {"payment.accepted": "accepted", "payment.paid": "paid", "payment.failed": "failed"}


class NoConnection(Exception):
    """Nobody was reached: whatever was to be sent is not there."""


class NoAnswer(Exception):
    """It may have arrived; no answer came back."""


# (method, url, headers, body) → (status, body)
Road = Callable[[str, str, Mapping[str, str], bytes], tuple[int, bytes]]


class WebProvider:
    """A provider at `address` that shares `secret` with us; `road` carries the requests."""

    def __init__(self, *, address: str, secret: str, road: Road | None = None):
        self._address = address.rstrip("/")
        self._secret = secret
        self._road = road or over_the_network

    def send(self, payment: Payment) -> Answer:
        body = json.dumps(asdict(payment), ensure_ascii=False, sort_keys=True).encode()
        try:
            status, text = self._ask("POST", "/payments", body, signs=body)
        except (NoConnection, AddressRefused) as error:
            return NotTaken(str(error))
        except NoAnswer as error:
            return Uncertain(str(error))
        return _answer(status, _read(text))

    def look_up(self, reference: str) -> Word | None:
        try:
            status, text = self._ask("GET", f"/payments/{reference}", b"", signs=reference.encode())
        except (NoConnection, NoAnswer, AddressRefused):
            return None
        told = _read(text)
        if status == 404 and told.get("code") == "unknown_payment":  # any other 404 is a wrong address
            return Word(reference=reference, status="unknown")
        return _word(told, reference) if status == 200 else None

    def verify_callback(self, headers: Mapping[str, str], body: bytes) -> Word:
        try:
            told = Webhook(self._secret).verify(body.decode(), dict(headers))
        except (WebhookVerificationError, ValueError, TypeError) as error:
            raise NotSigned(str(error)) from None
        status = _TYPES.get(_text(told, "type", 40)) if isinstance(told, dict) else None
        facts = told.get("data") if status else None
        if not isinstance(facts, dict) or not isinstance(facts.get("reference"), str):
            raise NotUnderstood
        message_id = next(value for name, value in headers.items() if name.lower() == "webhook-id")
        word = _word(facts | {"status": status}, facts["reference"][:40], message_id[:80])
        if word is None:
            raise NotUnderstood
        return word

    def _ask(self, method: str, path: str, body: bytes, *, signs: bytes) -> tuple[int, bytes]:
        return self._road(method, self._address + path, signed(self._secret, signs), body)


def signed(secret: str, text: bytes) -> dict[str, str]:
    """Sign a body, or the reference that is asked for, by the clock on the wall: the other side compares it with its own."""
    message_id, now = str(new_id()), timezone.now().astimezone(UTC)
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, now, text.decode()),
    }


def _read(text: bytes) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _answer(status: int, told: dict[str, Any]) -> Answer:
    said = told.get("status")
    if status in (200, 201, 202) and said in ("accepted", "paid"):
        return Accepted(_text(told, "id", 80))
    if status in (200, 422) and said == "rejected":
        return Rejected(_text(told, "reason", 200) or "rejected")
    if status in _TURNED_AWAY:
        return NotTaken(f"http_{status}")
    return Uncertain(f"http_{status}")


def _word(told: dict[str, Any], reference: str, message_id: str = "") -> Word | None:
    status, amount = _text(told, "status", 10), told.get("amount_minor")
    if status not in STATUSES or not (amount is None or type(amount) is int):
        return None
    return Word(
        reference=reference, status=status, amount_minor=amount, currency=_text(told, "currency", 3),
        provider_id=_text(told, "id", 80), cause=_text(told, "reason", 200), message_id=message_id,
    )  # fmt: skip


def _text(told: dict[str, Any], name: str, longest: int) -> str:
    value = told.get(name)
    return value.replace("\0", "")[:longest] if isinstance(value, str) else ""


# --- the network --------------------------------------------------------------------------------------


def over_the_network(method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
    """Ask once; tell apart what never arrived from what may have."""
    outbound.check_address(url)
    try:
        with outbound.session(url, name=NAME) as session:
            answer = session.request(
                method, url, data=body or None, headers={**headers, "accept-encoding": "identity"},
                timeout=outbound.TIMEOUT, stream=True,
            )  # fmt: skip
            return answer.status_code, answer.raw.read(LARGEST_ANSWER)
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        raise _named(error) from None


def _named(error: Exception) -> Exception:
    if type(error).__name__ == "InvalidIPAddress":
        return NoConnection("address_refused")
    if isinstance(error, requests.ConnectTimeout) or "NewConnectionError" in str(error):
        return NoConnection("no_connection")
    return NoAnswer("timeout" if isinstance(error, (requests.Timeout, ReadTimeoutError)) else "cut_off")
