"""API keys: shown once, kept as a hash, looked up before the organisation is known."""

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from foundation.errors import Invalid
from foundation.ids import digest, new_secret
from tenancy import audit, door
from tenancy.models import ApiKey, User
from tenancy.rules import PERMISSIONS

PREFIX = "yj_live_"
REMEMBERED = 1.0  # seconds for which a process takes a key without asking: so long can a revoked one still open elsewhere


class UnknownScope(Invalid):
    code = "unknown_scope"
    message = "The scope “%(scope)s” does not exist."
    field = "scopes"


@dataclass(frozen=True)
class KeyHolder:
    key_id: UUID
    organisation_id: UUID
    scopes: frozenset[str]

    def may(self, permission: str) -> bool:
        return permission in self.scopes


def issue(
    *, name: str, scopes: list[str], created_by: User | None, days: int | None = 365, secret: str = ""
) -> tuple[ApiKey, str]:
    """Make a key; the second value is the key itself, which is never to be had again."""
    for scope in scopes:
        if scope not in PERMISSIONS:
            raise UnknownScope(scope=scope)
    secret = secret or new_secret(PREFIX)
    key = ApiKey.objects.create(
        name=name,
        prefix=secret[:12],
        key_hash=digest(secret),
        scopes=sorted(set(scopes)),
        created_by=created_by,
        expires_at=door.moment() + timedelta(days=days) if days else None,
    )
    audit.record("api_key.issued", key, {"scopes": key.scopes})
    return key, secret


def revoke(key: ApiKey) -> None:
    """Take the key out of use: here at once, in other processes when they have forgotten it, within a second."""
    ApiKey.objects.filter(id=key.id, revoked_at=None).update(revoked_at=door.moment())
    audit.record("api_key.revoked", key)
    door.once_after_commit("keys.forget", _remembered.clear)


_remembered: dict[str, tuple[float, KeyHolder]] = {}  # by hash; guesses are never in it


def remembered_holder_of(secret: str) -> KeyHolder | None:
    """Find whose key this is, for a request: a busy key is looked up once a second, not at each."""
    key_hash, now = digest(secret), time.monotonic()
    until, holder = _remembered.get(key_hash, (0.0, None))
    if now >= until:
        holder = _look_up(key_hash, timezone.now())
        if holder:
            _remembered[key_hash] = (now + REMEMBERED, holder)
        else:
            _remembered.pop(key_hash, None)
    return holder


def holder_of(secret: str, *, now: datetime) -> KeyHolder | None:
    """Find whose key this is; None for unknown, revoked and expired."""
    return _look_up(digest(secret), now)


def _look_up(key_hash: str, now: datetime) -> KeyHolder | None:
    """Ask a function of the door role: the organisation is not known yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, organisation_id, scopes FROM find_api_key(%s, %s)", [key_hash, now])
        row = cursor.fetchone()
    return KeyHolder(row[0], row[1], frozenset(_as_list(row[2]))) if row else None


def _as_list(scopes) -> list[str]:
    return json.loads(scopes) if isinstance(scopes, str) else scopes
