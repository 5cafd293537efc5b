"""Send what is due over WeChat, once: WeChat knows a repetition by our mark for ten minutes, and later nobody repeats.

A message that WeChat does not take, or that a customer does not get, goes by e-mail where it stood in the place of one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from messaging import rules
from messaging.mail import absolute
from messaging.models import Message, WechatAccount, WechatFollower
from messaging.operations.notify import ring
from messaging.operations.wechat.tokens import asked
from messaging.wechat import client
from messaging.wechat.answers import Answer
from messaging.wechat_queries import openids, wechat_account
from messaging.wechatting import BY_WECHAT
from tenancy import door

CLAIM = 10
LEASE = timedelta(minutes=5)  # above 10 messages at 20 s each
KNOWN_FOR = timedelta(minutes=9)  # WeChat says ten: so long the same mark is sent once
SOON = timedelta(seconds=30)
MOST_TRIES = 5  # about forty minutes; then the e-mail goes
_NEVER = timedelta(days=3650)
_UNKNOWN = "timeout"  # WeChat may have it, since half a minute before it is due again
_LEFT = ("not_following", "unknown_follower")
_State = Message.State


@dataclass(frozen=True)
class Parcel:
    message: Message
    openid: str


def send_due_over_wechat(organisation_id: UUID, *, limit: int = 200) -> int:
    """Send due messages of one organisation; count what went. Many workers may send at once. Opens the door itself."""
    sent = 0
    for _ in range(0, limit, CLAIM):
        account, claimed = _claim(organisation_id)
        if not claimed:
            break
        sent += sum(_send(organisation_id, account, parcel) for parcel in claimed)
    return sent


def _claim(organisation_id: UUID) -> tuple[WechatAccount | None, Sequence[Parcel]]:
    """Lease due messages whose customers can be reached now; the others are told in another way."""
    now = timezone.now()
    with door.organisation(organisation_id):
        due = list(_due(now).select_for_update(skip_locked=True).order_by("due_at", "id")[:CLAIM])
        if not due:
            return None, []
        account, reachable = wechat_account(), openids({message.customer_id for message in due})
        _give_up([each for each in due if each.customer_id not in reachable], "not_following" if account else "removed")
        parcels = [Parcel(each, reachable[each.customer_id]) for each in due if each.customer_id in reachable]
        for each in parcels:
            each.message.state, each.message.attempts = _State.SENDING, each.message.attempts + 1
            each.message.due_at = now + LEASE
        Message.objects.bulk_update([each.message for each in parcels], ["state", "attempts", "due_at"])
        return account, parcels


def _due(now: datetime):
    """What waits; what WeChat may have had so long ago that it would not know a repetition is not repeated."""
    waiting = Message.objects.filter(state=_State.QUEUED, channel=rules.WECHAT, due_at__lte=now)
    waiting.filter(reason=_UNKNOWN, due_at__lt=now - KNOWN_FOR + SOON).update(
        state=_State.UNCERTAIN, due_at=now + _NEVER
    )  # fmt: skip
    return waiting


def _send(organisation_id: UUID, account: WechatAccount, parcel: Parcel) -> bool:
    if settings.KEEP_MAIL_IN_MAILBOX and not account.base_url:
        answer = Answer(True)
    else:
        answer = asked(organisation_id, account.id, _call(parcel))
    with door.organisation(organisation_id):
        return _note(account, parcel, answer)


def _call(parcel: Parcel):
    message = parcel.message

    def call(base_url: str, token: str) -> Answer:
        return client.send_template(
            base_url=base_url, token=token, openid=parcel.openid, template_id=message.vendor_template,
            fields=dict(message.places), link=absolute(message.link), mark=message.id.hex,
        )  # fmt: skip

    return call


def _note(account: WechatAccount, parcel: Parcel, answer: Answer) -> bool:
    """Write down what WeChat answered."""
    message = parcel.message
    mine = Message.objects.filter(id=message.id, state=_State.SENDING, attempts=message.attempts)
    if answer.is_taken:
        reference = str(answer.told.get("msgid", ""))[:64]
        return bool(mine.update(state=_State.SENT, sent_at=door.moment(), reason="", answer="", vendor_reference=reference))
    told, now = {"reason": answer.error, "answer": answer.said}, timezone.now()
    if not answer.is_known and message.reason == _UNKNOWN:
        mine.update(**told, state=_State.UNCERTAIN, due_at=now + _NEVER)
    elif not answer.is_known or (answer.is_passing and message.attempts < MOST_TRIES):
        wait = rules.backoff(message.attempts) if answer.is_known else SOON
        mine.update(**told, state=_State.QUEUED, due_at=now + wait)
    elif mine.update(**told, state=_State.FAILED):
        _note_left(account, parcel.openid, answer.error)
        send_email_instead([message.key])
    return False


def _note_left(account: WechatAccount, openid: str, error: str) -> None:
    """WeChat's word that somebody left may have been lost."""
    if error in _LEFT:
        followers = WechatFollower.objects.filter(account=account, openid=openid, unfollowed_at=None)
        followers.update(unfollowed_at=door.moment())


def _give_up(messages: Sequence[Message], reason: str) -> None:
    if messages:
        Message.objects.filter(id__in=[each.id for each in messages]).update(state=_State.SKIPPED, reason=reason)
        send_email_instead([each.key for each in messages])


def send_email_instead(keys: Collection[str]) -> None:
    """Let the e-mails go that WeChat was to stand in the place of."""
    waiting = Message.objects.filter(key__in=keys, channel=rules.EMAIL, state=_State.SKIPPED, reason=BY_WECHAT)
    if waiting.update(state=_State.QUEUED, reason="", due_at=timezone.now()):
        ring()


def settle_lost(organisation_id: UUID) -> int:
    """Send again what a worker died with while WeChat knows a repetition; else leave it uncertain. Opens the door itself."""
    now = timezone.now()
    with door.organisation(organisation_id):
        lost = Message.objects.filter(channel=rules.WECHAT, state=_State.SENDING, due_at__lte=now)
        fresh = lost.filter(due_at__gt=now + LEASE - KNOWN_FOR).exclude(reason=_UNKNOWN)
        again = fresh.update(state=_State.QUEUED, reason=_UNKNOWN, due_at=F("due_at") - LEASE + SOON)
        lost.update(state=_State.UNCERTAIN, reason=_UNKNOWN, due_at=now + _NEVER)
        if again:
            ring()
        return again
