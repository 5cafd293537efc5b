"""What WeChat tells us: who follows, who leaves, which messages arrived. Told again, it changes nothing."""

from datetime import timedelta

from messaging import rules
from messaging.models import Message, WechatAccount, WechatFollower
from messaging.operations.wechat.binding import bind
from messaging.operations.wechat.sending import send_email_instead
from messaging.wechat.callbacks import Push
from tenancy import door, events

_BLOCKED = "user block"  # within the status of a message that did not arrive
_State = Message.State
_HEARD = timedelta(hours=1)  # so often it is noted that WeChat reaches us


def take_push(account: WechatAccount, push: Push) -> None:
    """Take in what was pushed; what we have no use for is let pass."""
    _note_heard(account)
    if (take := _TAKERS.get(push.event)) and push.openid:
        take(account, push)


def _note_heard(account: WechatAccount) -> None:
    now = door.moment()
    if account.heard_at is None or account.heard_at < now - _HEARD:
        WechatAccount.objects.filter(id=account.id).update(heard_at=now)


def _follows(account: WechatAccount, push: Push) -> None:
    """Somebody follows, or scans a code as a follower."""
    now = door.moment()
    follower, is_new = WechatFollower.objects.select_for_update().get_or_create(
        account=account, openid=push.openid, defaults={"followed_at": now, "told_at": push.at}
    )
    if not is_new:
        if push.at < follower.told_at:
            return
        if follower.unfollowed_at is not None:
            follower.followed_at, follower.unfollowed_at = now, None
        follower.told_at = push.at
        follower.save(update_fields=["followed_at", "unfollowed_at", "told_at"])
    if push.scene:
        bind(follower, push.scene)


def _leaves(account: WechatAccount, push: Push) -> None:
    """Nothing more can be sent there; whose WeChat it is stays known, for the day they follow again."""
    mine = WechatFollower.objects.filter(account=account, openid=push.openid, told_at__lte=push.at)
    mine.update(told_at=push.at)
    mine.filter(unfollowed_at=None).update(unfollowed_at=door.moment())


class ToldTooEarly(Exception):
    """It is of a message of which we have not noted yet that WeChat has it; WeChat pushes again in a few seconds."""


def _arrives_or_not(account: WechatAccount, push: Push) -> None:
    """Note of a template message whether it arrived; the first word counts."""
    told = Message.objects.filter(channel=rules.WECHAT, vendor_reference=push.message_id).exclude(vendor_reference="")
    if (message := told.first()) is None:
        if Message.objects.filter(channel=rules.WECHAT, state=_State.SENDING).exists():
            raise ToldTooEarly
        return  # of another program that uses the same account
    mine = Message.objects.filter(id=message.id, state=_State.SENT, delivered_at=None)
    if push.status == "success":
        mine.update(delivered_at=door.moment())
    elif mine.update(state=_State.FAILED, reason=_why_not(push.status), answer=push.status):
        send_email_instead([message.key])


def _reached_many(account: WechatAccount, push: Push) -> None:
    """Tell the room that wrote it how many followers a text to many reached."""
    events.publish("wechat.reached_many", account.id, message_id=push.message_id, arrived=push.arrived)


def _why_not(status: str) -> str:
    return "user_block" if _BLOCKED in status.lower() else "system_failed"


_TAKERS = {
    "subscribe": _follows, "SCAN": _follows, "unsubscribe": _leaves, "TEMPLATESENDJOBFINISH": _arrives_or_not,
    "MASSSENDJOBFINISH": _reached_many,
}  # fmt: skip
