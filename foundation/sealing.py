"""Seal values so that only their owner's place can open them again: AES-256-GCM under a ring of keys."""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
_VERSION = b"\x01"  # version, first four bytes of the key's hash, nonce, ciphertext with its tag
_NAME_BYTES = 4
_NONCE_BYTES = 12


class CannotOpen(RuntimeError):
    """A sealed value was moved, changed, or sealed under a key that is no longer on the ring."""


def read_keys(text: str) -> tuple[bytes, ...]:
    """Read keys as an operator writes them: base64 of 32 bytes each, comma separated, newest first."""
    try:
        keys = tuple(base64.b64decode(part.strip(), validate=True) for part in text.split(",") if part.strip())
    except binascii.Error:
        raise ValueError("not base64") from None
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise ValueError(f"a key is {KEY_BYTES} bytes")
    if len({_name(key) for key in keys}) < len(keys):
        raise ValueError("a key is there twice")
    return keys


def derive_key(secret: str, purpose: str) -> bytes:
    """Make a key from a secret that has other uses too (HKDF, RFC 5869)."""
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=purpose.encode()).derive(secret.encode())


class KeyRing:
    """Keys, newest first: the first one seals, each one opens what it sealed."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = {_name(key): AESGCM(key) for key in keys}
        self._newest = _name(keys[0])

    @property
    def newest_prefix(self) -> bytes:
        """What every value sealed under the newest key begins with."""
        return _VERSION + self._newest

    def seal(self, plain: bytes, *, place: bytes) -> bytes:
        """Encrypt for one place; the same value looks different each time."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        head = self.newest_prefix
        return head + nonce + self._ciphers[self._newest].encrypt(nonce, plain, head + place)

    def open(self, sealed: bytes, *, place: bytes) -> bytes:
        """Decrypt what was sealed for this place; raise CannotOpen for anything else."""
        head, rest = sealed[: 1 + _NAME_BYTES], sealed[1 + _NAME_BYTES :]
        cipher = self._ciphers.get(head[1:]) if head[:1] == _VERSION else None
        if cipher is None:
            raise CannotOpen(f"no key {head[1:].hex()} on the ring: is an older one missing from DATA_KEYS?")
        try:
            return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], head + place)
        except InvalidTag:
            raise CannotOpen("the value was changed, or belongs to another place") from None


def _name(key: bytes) -> bytes:
    return hashlib.sha256(b"name of a data key" + key).digest()[:_NAME_BYTES]
