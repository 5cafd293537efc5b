"""Identifiers: UUIDv7 for rows, short codes for people, hashes for facts."""

import hashlib
import json
import secrets
import unicodedata
from typing import Any
from uuid import UUID

import uuid_utils
import uuid_utils.compat

# No 0/O, 1/I/L, U/V twins: a code is read aloud, typed and printed small. 8 of 29 = 5.0e11.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"


def new_id() -> UUID:
    """Make a time-ordered id (RFC 9562 version 7)."""
    return uuid_utils.compat.uuid7()


def new_key() -> str:
    """Make such an id as text: a tenth of the time, where thousands are written at once."""
    return str(uuid_utils.uuid7())


def new_code(length: int = 8) -> str:
    """Draw an unguessable code that a person can type."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(length))


def normalise_code(text: str) -> str:
    """Read a typed code: case, spaces, dashes and full-width letters do not matter."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(letter for letter in plain.upper() if not letter.isspace() and unicodedata.category(letter) != "Pd")


def new_secret(prefix: str) -> str:
    """Draw a secret for a machine, recognisable by its prefix."""
    return prefix + secrets.token_urlsafe(32)


def fingerprint(facts: Any) -> str:
    """Hash facts so that the same input can be told from another (SHA-256 of canonical JSON)."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def digest(secret: str) -> str:
    """Hash a high-entropy secret for look-up."""
    return hashlib.sha256(secret.encode()).hexdigest()
