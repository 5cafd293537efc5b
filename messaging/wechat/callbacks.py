"""What WeChat pushes to us: whether it is from WeChat, what is inside, and what it tells.

The signature covers token, time and nonce only; in WeChat's "secure mode" a second one covers the encrypted body.
"""

import base64
import hashlib
import hmac
import re
import secrets
import string
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.parsers import expat

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

LARGEST = 64_000  # bytes; what is pushed of a message has at most a few thousand
FRESH = timedelta(hours=1)  # either way: clocks differ, and what was heard on the way is worth nothing later
_BLOCK = 32  # of WeChat's padding; that of AES is half of it
_SCENE = "qrscene_"


class PushRefused(Exception):
    """It is not from WeChat, or cannot be read."""


@dataclass(frozen=True)
class Keys:
    """What an account and WeChat share."""

    app_id: str
    token: str
    aes_key: str  # 43 letters and digits


@dataclass(frozen=True)
class Push:
    """What has happened at the account."""

    event: str  # subscribe, unsubscribe, SCAN, TEMPLATESENDJOBFINISH, MASSSENDJOBFINISH, …; empty: somebody wrote
    openid: str
    at: datetime
    scene: str = ""  # of the QR code that was scanned
    message_id: str = ""
    status: str = ""
    arrived: int = 0  # followers whom a text to many reached


def new_token() -> str:
    return _letters(32)


def new_aes_key() -> str:
    return _letters(43)


def _letters(count: int) -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(count))


def signature(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def greeting(keys: Keys, query: Mapping[str, str], *, now: datetime) -> str:
    """Answer the question by which WeChat finds out whether this address is ours. `now` is the real time."""
    _check_sender(keys, query, now)
    return query.get("echostr", "")


def read_push(keys: Keys, query: Mapping[str, str], body: bytes, *, now: datetime) -> Push:
    """Check and read a push, plain or encrypted. `now` is the real time."""
    if query.get("encrypt_type") != "aes":
        _check_sender(keys, query, now)
        return _push(_facts(body))
    _check_time(query, now)
    parcel = _facts(body).get("Encrypt", "")
    _check(query.get("msg_signature", ""), keys.token, query.get("timestamp", ""), query.get("nonce", ""), parcel)
    return _push(_facts(decrypted(keys, parcel)))


def _check_sender(keys: Keys, query: Mapping[str, str], now: datetime) -> None:
    _check_time(query, now)
    _check(query.get("signature", ""), keys.token, query.get("timestamp", ""), query.get("nonce", ""))


def _check(claimed: str, *parts: str) -> None:
    if not hmac.compare_digest(claimed.encode(), signature(*parts).encode()):
        raise PushRefused("signature")


def _check_time(query: Mapping[str, str], now: datetime) -> None:
    if abs(now - _moment(query.get("timestamp", ""))) > FRESH:
        raise PushRefused("too old")


def _moment(seconds: str) -> datetime:
    if not re.fullmatch(r"[0-9]{1,10}", seconds):
        raise PushRefused("no time")
    return datetime.fromtimestamp(int(seconds), UTC)


# --- AES-CBC: random 16 bytes, length of the text, text, app ID, filled up to blocks of 32 ------------------------


def decrypted(keys: Keys, parcel: str) -> bytes:
    key = _key(keys)
    try:
        cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        opened = cipher.update(base64.b64decode(parcel, validate=True)) + cipher.finalize()
        filled = opened[-1]
        (length,) = struct.unpack(">I", opened[16:20])
    except (ValueError, IndexError, struct.error):
        raise PushRefused("not readable") from None
    text, app_id = opened[20 : 20 + length], opened[20 + length : -filled]
    if not 1 <= filled <= _BLOCK or not hmac.compare_digest(app_id, keys.app_id.encode()):
        raise PushRefused("of another account")
    return text


def encrypted(keys: Keys, text: bytes, *, salt: bytes | None = None) -> str:
    """Do what WeChat does to a text."""
    key, app_id = _key(keys), keys.app_id.encode()
    parcel = (salt or secrets.token_bytes(16)) + struct.pack(">I", len(text)) + text + app_id
    fill = _BLOCK - len(parcel) % _BLOCK
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(cipher.update(parcel + bytes([fill]) * fill) + cipher.finalize()).decode()


def _key(keys: Keys) -> bytes:
    return base64.b64decode(f"{keys.aes_key}=")


# --- XML ----------------------------------------------------------------------------------------------------


def _push(facts: Mapping[str, str]) -> Push:
    event, key = facts.get("Event", ""), facts.get("EventKey", "")
    return Push(
        event=event if facts.get("MsgType") == "event" else "", openid=facts.get("FromUserName", "")[:64],
        at=_moment(facts.get("CreateTime", "")), scene=_scene(event, key)[:64],
        arrived=_count(facts.get("SentCount", "")), message_id=(facts.get("MsgID") or facts.get("MsgId") or "")[:64],
        status=facts.get("Status", "")[:100],
    )  # fmt: skip


def _count(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0


def _scene(event: str, key: str) -> str:
    if event == "SCAN":
        return key
    return key.removeprefix(_SCENE) if event == "subscribe" and key.startswith(_SCENE) else ""


def _facts(body: bytes) -> dict[str, str]:
    """Read the texts of the elements below the first one; no document type and so no entities are let in."""
    reader = _Reader()
    try:
        reader.parser.Parse(body, True)
    except (expat.ExpatError, ValueError):
        raise PushRefused("no XML") from None
    return {name: "".join(parts).replace("\0", "") for name, parts in reader.found.items()}


class _Reader:
    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}
        self._path: list[str] = []
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = lambda name, _attributes: self._path.append(name)
        self.parser.EndElementHandler = lambda _name: self._path.pop()
        self.parser.CharacterDataHandler = self._hear

    def _refuse(self, *_what) -> None:
        raise PushRefused("document type")

    def _hear(self, text: str) -> None:
        if len(self._path) == 2:
            self.found.setdefault(self._path[1], []).append(text)
