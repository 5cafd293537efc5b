"""How often a key may ask: counted in Redis for all processes together."""

import time
from functools import cache
from threading import Lock

from django.conf import settings
from limits import RateLimitItemPerSecond
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter
from rest_framework import throttling

_one_at_a_time = Lock()


class KeyThrottle(throttling.SimpleRateThrottle):
    """So many requests of a key in a sliding window; one round trip that costs the same however many there were."""

    scope = "key"

    def __init__(self):
        self.rate = self.THROTTLE_RATES[self.scope]
        self.num_requests, self.duration = _parsed(self.rate)

    def allow_request(self, request, view):
        key = getattr(request.auth, "key_id", None)
        if key is None or not self.rate:
            return True
        item = _rate_item(self.num_requests, self.duration)
        return _unreported.passes(str(key), item.amount // 100) or self._report(item, str(key))

    def _report(self, item: RateLimitItemPerSecond, key: str) -> bool:
        count = 1 + _unreported.take(key)
        try:
            may_pass = _limiter().hit(item, key, cost=count)
        except StorageError:
            return True  # without Redis everything is allowed: orders must not be lost for it
        _unreported.note(key, 0 if may_pass else count - 1, may_pass=may_pass)
        return may_pass

    def wait(self):
        return self.duration / self.num_requests


class _Unreported:
    """Requests of this process that Redis has not been told of yet: at most a hundredth of what a key may.

    They are told with the next request after a second, or when they are that many. A key that asks seldom is counted at each
    request; a busy one saves most of the round trips.
    """

    seconds = 1.0

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[str, tuple[float, int]] = {}  # of a key: until when, how many

    def passes(self, key: str, at_most: int) -> bool:
        with self._lock:
            until, count = self._counts.get(key, (0.0, 0))
            if count >= at_most or time.monotonic() >= until:
                return False
            self._counts[key] = (until, count + 1)
            return True

    def take(self, key: str) -> int:
        with self._lock:
            return self._counts.pop(key, (0.0, 0))[1]

    def note(self, key: str, count: int, *, may_pass: bool) -> None:
        """Begin anew after a report; what was refused is still to be told."""
        with self._lock:
            _until, since = self._counts.get(key, (0.0, 0))
            self._counts[key] = (time.monotonic() + self.seconds if may_pass else 0.0, since + count)


_unreported = _Unreported()


@cache
def _parsed(rate: str | None) -> tuple[int | None, int | None]:
    return throttling.SimpleRateThrottle.parse_rate(None, rate)


@cache
def _rate_item(requests: int, seconds: int) -> RateLimitItemPerSecond:
    return RateLimitItemPerSecond(requests, seconds, namespace="api_key")


def _limiter() -> SlidingWindowCounterRateLimiter:
    with _one_at_a_time:  # the library looks for its dependencies in a way that two threads at once break
        return _made_limiter()


@cache
def _made_limiter() -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(storage_from_string(f"{settings.REDIS_URL}/1", wrap_exceptions=True))
