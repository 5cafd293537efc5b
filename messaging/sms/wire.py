"""How vendors of text messages are asked: one request, never repeated, and what it means when no answer comes."""

import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from messaging.sms import causes
from messaging.sms.port import REJECTED, UNCERTAIN, Account, Answer
from tenancy import outbound

_MOST_BYTES = 500_000  # a page of a hundred messages with their texts
_KEPT = 200
_BY_STATUS = {401: "wrong_key", 403: "wrong_key", 429: "too_fast"}
_NUMBER = re.compile(r"\+?\d{7,}")


@dataclass(frozen=True)
class Heard:
    """What a vendor answered; `told` is None where it is no JSON object."""

    status: int
    told: dict[str, Any] | None

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_refusal(self) -> bool:
        return 400 <= self.status < 500


def address(account: Account, host: str) -> str:
    """Give the vendor's own address; on the developer's own machine another may stand in for it."""
    if account.base_url and outbound.is_own_machine(account.base_url):
        return account.base_url.rstrip("/")
    return f"https://{host}"


def ask(
    method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", login: tuple[str, str] | None = None
) -> Heard | Answer:
    """Ask once; an Answer where none came. Its cause is never told: it would repeat the address, and with it the phone."""
    try:
        with outbound.session(url, name="Yinjian-Texts/1") as session:
            answer = session.request(
                method, url, data=body, headers={"accept": "application/json", "accept-encoding": "identity", **headers},
                auth=login, timeout=outbound.TIMEOUT, stream=True,
            )  # fmt: skip
            return Heard(answer.status_code, _read(answer.raw.read(_MOST_BYTES)))
    except (requests.exceptions.ReadTimeout, ReadTimeoutError):
        return Answer(UNCERTAIN, error="timeout")
    except (UnicodeError, requests.exceptions.InvalidHeader):
        return refused("wrong_key")  # nothing else of what is written into headers comes from people
    except (requests.RequestException, HTTPError, OSError, ValueError) as fault:
        return refused("no_connection") if _was_never_sent(fault) else Answer(UNCERTAIN, error="unclear")


def _was_never_sent(fault: Exception) -> bool:
    """Tell whether the fault came before the first byte of the request: no name, no connection, a wrong certificate."""
    if isinstance(fault, requests.exceptions.ConnectTimeout):
        return True
    if not isinstance(fault, requests.ConnectionError):
        return isinstance(fault, requests.RequestException)  # the address was refused before anything was asked
    behind = _behind(fault)
    if not behind:
        return True  # the name could not be looked up
    return any(isinstance(cause, NewConnectionError | ssl.SSLCertVerificationError) for cause in behind)


def _behind(fault: BaseException) -> list[BaseException]:
    """List what lies behind a fault of `requests`: urllib3 hands its own on as argument and reason."""
    nearest = [cause for cause in (*fault.args, getattr(fault, "reason", None)) if isinstance(cause, BaseException)]
    return nearest + [deeper for cause in nearest for deeper in _behind(cause)]


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(body)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def refused(error: str, said: str = "") -> Answer:
    return Answer(REJECTED, error=error, said=said, is_passing=causes.is_passing(error))


def judged(vendor: str, heard: Heard, *, code: object, words: object, private: tuple[str, ...]) -> Answer:
    """Judge what was not taken. Without a word of the vendor only a 4xx says for sure that nothing went out.

    `private` is what the vendor may repeat in its words, and nobody may keep.
    """
    if not code and not heard.is_refusal:
        return _open(str(heard.status))
    if not code:
        return refused(_BY_STATUS.get(heard.status, "unknown"), str(heard.status))
    told, error = said(code, words, private=private), causes.cause(vendor, str(code))
    if causes.is_unclear(str(code)) or (heard.status >= 500 and error == "unknown"):
        return _open(told)
    return refused(error, told)


def _open(told: str) -> Answer:
    return Answer(UNCERTAIN, error="unclear", said=told)


def said(code: object, words: object, *, private: tuple[str, ...] = ()) -> str:
    """Keep code and words of the vendor, without what is about the reader: their number, and what the text said to them."""
    text = str(words or "")
    for value in sorted((value for value in private if len(value) > 1), key=len, reverse=True):
        text = text.replace(value, "…")
    return f"{code} {_NUMBER.sub('…', text)}".replace("\0", "").strip()[:_KEPT]


def unasked(answer: Answer) -> Answer:
    """Say of a question about a message that it could not be asked: whatever the reason, nothing is known."""
    return Answer(UNCERTAIN, error=answer.error, said=answer.said)
