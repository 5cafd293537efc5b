"""Addresses that guess codes: few, so that everybody else's visit needs no look into Redis."""

import time

from limits.errors import StorageError
from redis import RedisError

from portal import throttle
from tenancy import door

_KEY = "missed_codes:suspects"  # address → until when it may be used up
_WINDOW = 120  # seconds; the limit counts by minutes that slide
_READ_EVERY = 1.0  # seconds: so long a guesser may go on at another process
_read: dict[str, float] = {"at": -_READ_EVERY}
_known: set[str] = set()


def note_miss(address: str) -> None:
    """Count a code that does not exist; who has missed too often is a suspect for every process."""
    throttle.may(throttle.MISSED_CODES, address)
    if throttle.is_used_up(throttle.MISSED_CODES, address):
        _known.add(_mark(address))
        try:
            throttle.storage().zadd(_KEY, {_mark(address): time.time() + _WINDOW})
        except (RedisError, StorageError):
            pass  # this process knows; without Redis nothing is limited anyway


def is_blocked(address: str) -> bool:
    """Say whether an address has to wait; only suspects are asked for in Redis."""
    if time.monotonic() - _read["at"] >= _READ_EVERY:
        _refresh()
    return _mark(address) in _known and throttle.is_used_up(throttle.MISSED_CODES, address)


def _refresh() -> None:
    _read["at"] = time.monotonic()
    try:
        storage = throttle.storage()
        storage.zremrangebyscore(_KEY, "-inf", time.time())
        names = {name.decode() if isinstance(name, bytes) else name for name in storage.zrange(_KEY, 0, -1)}
    except (RedisError, StorageError):
        return
    _known.clear()
    _known.update(names)


def _mark(address: str) -> str:
    return f"{door.organisation_id()}:{address}"
