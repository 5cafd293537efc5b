"""How often a stranger may try: code guesses, confirmation codes, sign-ins."""

from functools import cache

from django.conf import settings
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

MISSED_CODES = RateLimitItemPerMinute(20, namespace="missed_codes")
FORMS = RateLimitItemPerHour(30, namespace="forms")
RESENDS = RateLimitItemPerHour(5, namespace="resends")
LOGIN_CODES = RateLimitItemPerHour(5, namespace="login_codes")  # a mailbox
LOGINS = RateLimitItemPerHour(30, namespace="logins")  # an address
POSTERS = RateLimitItemPerMinute(60, namespace="posters")


def may(limit: RateLimitItem, *whose: str) -> bool:
    """Count one use and say whether it was still allowed. Without Redis everything is: a page must not die of it."""
    try:
        return _limiter().hit(limit, *whose)
    except StorageError:
        return True


def is_used_up(limit: RateLimitItem, *whose: str) -> bool:
    try:
        return not _limiter().test(limit, *whose)
    except StorageError:
        return False


@cache
def _limiter() -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(storage_from_string(f"{settings.REDIS_URL}/1", wrap_exceptions=True))
