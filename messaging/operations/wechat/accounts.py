"""The official account itself: enter it, try it out, forget it."""

import re
from datetime import datetime, timedelta
from uuid import UUID

from celery import current_app

from messaging.errors_wechat import (
    OtherWechatAccount,
    UnknownWechatAccount,
    WechatAddressInvalid,
    WechatAppIdInvalid,
    WechatNameMissing,
    WechatSecretInvalid,
    WechatTestUnderWay,
)
from messaging.models import WechatAccount
from messaging.operations.wechat import tokens
from messaging.wechat.callbacks import new_aes_key, new_token
from tenancy import audit, door, events, outbound

_PAUSE = timedelta(seconds=10)  # between two tests
_LOST = timedelta(minutes=10)  # a worker that had it is dead
_Tests = WechatAccount.TestState


def save_account(*, name: str, app_id: str, secret: str = "", base_url: str | None = None) -> WechatAccount:
    """Enter the organisation's account, or change the one that is here: a secret that is not given stays.

    `base_url` leads to a WeChat on the developer's own machine.
    """
    name, app_id, secret = name.strip()[:60], app_id.strip(), secret.strip()
    account = WechatAccount.objects.select_for_update().filter(is_active=True).first()
    _refuse_what_cannot_be(name, app_id, secret, base_url, is_new=account is None)
    if account is None:
        return _opened(name, app_id, secret, base_url or "")
    if account.app_id != app_id:
        raise OtherWechatAccount
    account.name, account.base_url = name, account.base_url if base_url is None else base_url
    if secret and secret != account.secret:
        account.secret, account.access_token, account.token_ends_at = secret, None, None
    account.save(update_fields=["name", "base_url", "secret", "access_token", "token_ends_at"])
    audit.record("wechat.changed", account, {"name": name, "new_secret": bool(secret)})
    return account


def _refuse_what_cannot_be(name: str, app_id: str, secret: str, base_url: str | None, *, is_new: bool) -> None:
    if not name:
        raise WechatNameMissing
    if not re.fullmatch(r"wx[0-9a-zA-Z]{16}", app_id):
        raise WechatAppIdInvalid
    if (secret or is_new) and not re.fullmatch(r"[0-9a-zA-Z]{32}", secret):
        raise WechatSecretInvalid
    if base_url and not outbound.is_own_machine(base_url):
        raise WechatAddressInvalid


def _opened(name: str, app_id: str, secret: str, base_url: str) -> WechatAccount:
    account = WechatAccount.objects.create(
        name=name, app_id=app_id, secret=secret, base_url=base_url, callback_token=new_token(), aes_key=new_aes_key(),
        created_at=door.moment(),
    )  # fmt: skip
    audit.record("wechat.added", account, {"name": name, "app_id": app_id})
    return account


def remove_account() -> None:
    """Forget what opens it, who followed it, and by which templates messages went."""
    account = held_account()
    for rows in (account.templates, account.codes, account.followers):
        rows.all().delete()
    account.is_active = False
    account.secret = account.callback_token = account.aes_key = account.access_token = None
    account.save()
    audit.record("wechat.removed", account, {"name": account.name})


def held_account() -> WechatAccount:
    account = WechatAccount.objects.select_for_update().filter(is_active=True).first()
    if account is None:
        raise UnknownWechatAccount
    return account


# --- tests -------------------------------------------------------------------------------------------------


def ask_for_test() -> WechatAccount:
    """Let a worker ask WeChat for an access token; what WeChat answers is kept with the account."""
    account, now = held_account(), door.moment()
    if account.test_asked_at is not None and now < account.test_asked_at + _waits(account):
        raise WechatTestUnderWay
    account.test_state, account.test_reason, account.test_answer, account.test_asked_at = _Tests.WAITING, "", "", now
    account.save(update_fields=["test_state", "test_reason", "test_answer", "test_asked_at"])
    audit.record("wechat.tested", account, {"name": account.name})
    ring()
    return account


def _waits(account: WechatAccount) -> timedelta:
    return _LOST if account.test_state in (_Tests.WAITING, _Tests.ASKING) else _PAUSE


def ring() -> None:
    """Send a worker after the commit; by name, because tasks stand above operations."""
    task, organisation_id = current_app.signature("messaging.tasks.ask_wechat"), str(door.organisation_id())
    door.once_after_commit("wechat", lambda: events.ring(task, organisation_id))


def run_tests(organisation_id: UUID) -> int:
    """Make the test that waits; count it. Call it outside the door: the network is not spoken to inside."""
    if (claimed := _claim(organisation_id)) is None:
        return 0
    account_id, asked_at = claimed
    answer = tokens.let_in(organisation_id, account_id)
    with door.organisation(organisation_id):
        held = WechatAccount.objects.filter(id=account_id, test_state=_Tests.ASKING, test_asked_at=asked_at)
        state = _Tests.OPENED if answer.is_taken else _Tests.FAILED
        return held.update(test_state=state, test_reason=answer.error, test_answer=answer.said)


def _claim(organisation_id: UUID) -> tuple[UUID, datetime] | None:
    with door.organisation(organisation_id):
        waiting = WechatAccount.objects.select_for_update(skip_locked=True)
        account = waiting.filter(is_active=True, test_state=_Tests.WAITING).first()
        if account is None:
            return None
        WechatAccount.objects.filter(id=account.id).update(test_state=_Tests.ASKING)
        return account.id, account.test_asked_at
