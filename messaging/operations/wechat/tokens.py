"""The access token of an account: kept sealed, fetched by one worker at a time, renewed once where WeChat refuses it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from uuid import UUID

import redis
from django.conf import settings
from django.utils import timezone

from messaging.models import WechatAccount
from messaging.wechat import client
from messaging.wechat.answers import Answer
from tenancy import door

_EARLY = timedelta(minutes=5)  # before its end; from then on WeChat gives the next one
_HELD = 45  # seconds: above two calls at outbound.TIMEOUT

# (base_url, token) → answer
Call = Callable[[str, str], Answer]


@dataclass(frozen=True)
class _Way:
    account_id: UUID
    base_url: str
    app_id: str
    secret: str


def asked(organisation_id: UUID, account_id: UUID, call: Call) -> Answer:
    """Call WeChat with the account's token, and once more with a fresh one. Opens the door itself: call it outside."""
    way = _way(organisation_id, account_id)
    if way is None:
        return Answer(False, "removed")
    refused = ""
    for _try in range(2):
        token = _token(organisation_id, way, refused)
        if isinstance(token, Answer):
            return token
        answer = call(way.base_url, token)
        if answer.error != "stale_token":
            return answer
        refused = token
    return answer


def let_in(organisation_id: UUID, account_id: UUID) -> Answer:
    """Ask WeChat for a token, whatever is kept: does it take ID, secret and our address?"""
    way = _way(organisation_id, account_id)
    if way is None:
        return Answer(False, "removed")
    return _fetch(organisation_id, way, "")


def _way(organisation_id: UUID, account_id: UUID) -> _Way | None:
    with door.organisation(organisation_id):
        account = WechatAccount.objects.filter(id=account_id, is_active=True).first()
        return account and _Way(account.id, account.base_url, account.app_id, account.secret)


def _token(organisation_id: UUID, way: _Way, refused: str) -> str | Answer:
    if kept := _kept(organisation_id, way, refused):
        return kept
    with _alone(way.account_id):
        if kept := _kept(organisation_id, way, refused):
            return kept  # whom we waited for has fetched it
        answer = _fetch(organisation_id, way, refused)
    return answer.told["access_token"] if answer.is_taken else answer


def _kept(organisation_id: UUID, way: _Way, refused: str) -> str:
    with door.organisation(organisation_id):
        alive = WechatAccount.objects.filter(id=way.account_id, token_ends_at__gt=timezone.now())
        token = alive.values_list("access_token", flat=True).first() or ""
    return token if token != refused else ""


def _fetch(organisation_id: UUID, way: _Way, refused: str) -> Answer:
    told = {"base_url": way.base_url, "app_id": way.app_id, "secret": way.secret}
    answer = client.fetch_token(**told)
    if answer.is_taken and answer.told["access_token"] == refused:
        answer = client.fetch_token(**told, is_forced=True)
    if answer.is_taken:
        _keep(organisation_id, way, answer)
    return answer


def _keep(organisation_id: UUID, way: _Way, answer: Answer) -> None:
    ends_at = timezone.now() + timedelta(seconds=answer.told["expires_in"]) - _EARLY
    with door.organisation(organisation_id):
        mine = WechatAccount.objects.filter(id=way.account_id, is_active=True)
        mine.update(access_token=answer.told["access_token"], token_ends_at=ends_at)


@contextmanager
def _alone(account_id: UUID) -> Iterator[None]:
    """Let one worker fetch at a time. Without Redis all may: the stable token is the same for everybody who asks."""
    lock = _redis().lock(f"wechat-token:{account_id}", timeout=_HELD, blocking_timeout=_HELD)
    try:
        is_held = lock.acquire()
    except redis.RedisError:
        is_held = False
    try:
        yield
    finally:
        if is_held:
            _let_go(lock)


def _let_go(lock) -> None:
    try:
        lock.release()
    except redis.RedisError:
        pass  # it ended by itself


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(f"{settings.REDIS_URL}/1", socket_connect_timeout=1)
