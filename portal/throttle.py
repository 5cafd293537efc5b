"""How often a stranger may try: code guesses, confirmation codes, sign-ins."""

from functools import cache
from threading import Lock

from django.conf import settings
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from tenancy import door

MISSED_CODES = RateLimitItemPerMinute(20, namespace="missed_codes")
FORMS = RateLimitItemPerHour(200, namespace="forms")  # an address: a whole office or dormitory may share one
RESENDS = RateLimitItemPerHour(5, namespace="resends")
LOGIN_CODES = RateLimitItemPerHour(6, namespace="login_codes")  # a mailbox
LOGINS = RateLimitItemPerHour(200, namespace="logins")  # an address
ENQUIRIES = RateLimitItemPerHour(60, namespace="enquiries")  # beyond it somebody looks first
FLOOD = RateLimitItemPerHour(600, namespace="enquiry_flood")
REQUESTS = RateLimitItemPerHour(10, namespace="member_requests")  # a member
CLAIMS = RateLimitItemPerHour(5, namespace="member_claims")  # a member
WECHAT_CODES = RateLimitItemPerHour(12, namespace="wechat_codes")  # a member
BAD_PUSHES = RateLimitItemPerMinute(60, namespace="wechat_pushes")  # an address that claims to be WeChat
ANSWERS = RateLimitItemPerHour(60, namespace="member_answers")
PAPERS = RateLimitItemPerHour(10, namespace="member_papers")
_one_at_a_time = Lock()
POSTERS = RateLimitItemPerMinute(60, namespace="posters")


def may(limit: RateLimitItem, *whose: str) -> bool:
    """Count one use here and say whether it was still allowed. Without Redis everything is: a page must not die of it."""
    try:
        return _limiter().hit(limit, str(door.organisation_id()), *whose)
    except StorageError:
        return True


def is_used_up(limit: RateLimitItem, *whose: str) -> bool:
    try:
        return not _limiter().test(limit, str(door.organisation_id()), *whose)
    except StorageError:
        return False


def _limiter() -> SlidingWindowCounterRateLimiter:
    with _one_at_a_time:  # the first requests of a process come at once, and the library is not made for that
        return _made()


@cache
def _made() -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(storage_from_string(f"{settings.REDIS_URL}/1", wrap_exceptions=True))


def storage():
    """Give the Redis client that counts."""
    return _limiter().storage.storage
