"""Which WeChat belongs to which customer: they scan a code made for them, and follow."""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from messaging.errors_wechat import WechatNotBound
from messaging.models import WechatCode, WechatFollower
from messaging.operations.wechat.accounts import held_account, ring
from messaging.operations.wechat.tokens import asked
from messaging.wechat import client
from messaging.wechat.answers import Answer
from tenancy import audit, door

LIVES = timedelta(minutes=30)
_NEARLY_OVER = timedelta(minutes=5)  # a code that ends sooner is replaced
_LOST = timedelta(minutes=1)  # a worker that had it is dead
_States = WechatCode.State


def ask_for_code(customer_id: UUID) -> WechatCode:
    """Have a code made for a customer; the one that is good, or under way, is given again."""
    account, now = held_account(), door.moment()
    mine = WechatCode.objects.filter(customer_id=customer_id, account=account)
    if good := mine.filter(state=_States.READY, ends_at__gt=now + _NEARLY_OVER).first():
        return good
    if under_way := mine.filter(state__in=[_States.WAITING, _States.MAKING], asked_at__gt=now - _LOST).first():
        return under_way
    WechatCode.objects.filter(customer_id=customer_id).delete()
    code = WechatCode.objects.create(account=account, customer_id=customer_id, asked_at=now, ends_at=now + LIVES)
    ring()
    return code


def make_codes(organisation_id: UUID) -> int:
    """Have WeChat make the codes that wait; count them. Call it outside the door."""
    made = 0
    while (code := _claim(organisation_id)) is not None:
        scene = secrets.token_urlsafe(24)
        answer = asked(organisation_id, code.account_id, _make(scene))
        made += _note(organisation_id, code.id, scene, answer)
    return made


def _make(scene: str):
    def make(base_url: str, token: str) -> Answer:
        return client.make_code(base_url=base_url, token=token, scene=scene, seconds=int(LIVES.total_seconds()))

    return make


def _claim(organisation_id: UUID) -> WechatCode | None:
    with door.organisation(organisation_id):
        waiting = WechatCode.objects.select_for_update(skip_locked=True).filter(state=_States.WAITING)
        code = waiting.order_by("id").first()
        if code is not None:
            WechatCode.objects.filter(id=code.id).update(state=_States.MAKING)
        return code


def _note(organisation_id: UUID, code_id: UUID, scene: str, answer: Answer) -> bool:
    with door.organisation(organisation_id):
        held = WechatCode.objects.filter(id=code_id, state=_States.MAKING)
        if not answer.is_taken:
            held.update(state=_States.FAILED, reason=answer.error)
            return False
        return bool(held.update(state=_States.READY, scene_hash=hashed(scene), url=answer.told["url"]))


def hashed(scene: str) -> str:
    return hashlib.sha256(scene.encode()).hexdigest()


def bind(follower: WechatFollower, scene: str) -> bool:
    """Let a follower be the customer whose code they scanned; a code counts once. Any other WeChat of theirs is let go."""
    good = WechatCode.objects.select_for_update().filter(account_id=follower.account_id, scene_hash=hashed(scene))
    code = good.filter(state=_States.READY, ends_at__gt=door.moment()).first()
    if code is None:
        return False
    WechatCode.objects.filter(id=code.id).update(state=_States.USED, url=None)
    _let_go(code.customer_id)
    follower.customer_id, follower.bound_at = code.customer_id, door.moment()
    follower.save(update_fields=["customer", "bound_at"])
    door.act_as(door.Actor("customer", code.customer_id))
    audit.record("wechat.bound", code.customer)
    return True


def unbind(customer_id: UUID) -> None:
    """Let a customer's WeChat go: nothing of theirs goes there any more, though they may go on following."""
    follower = WechatFollower.objects.select_related("customer").filter(customer_id=customer_id).first()
    if follower is None:
        raise WechatNotBound
    customer = follower.customer
    _let_go(customer_id)
    audit.record("wechat.unbound", customer)


def _let_go(customer_id: UUID) -> None:
    WechatFollower.objects.filter(customer_id=customer_id).update(customer=None, bound_at=None)
