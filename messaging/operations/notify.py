"""Write messages into the outbox, each rendered in its reader's language, each once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from celery import current_app
from django.utils import timezone

from messaging import rules, texts
from messaging.mail import absolute
from messaging.models import Message
from messaging.queries import Reader, readers, wordings
from messaging.texting import Texting, as_filed, as_text_message, present_texting
from messaging.wechat_queries import with_wechat
from messaging.wechatting import Wechatting, objection, present_wechatting
from tenancy import door, events
from tenancy.models import Organisation

_BATCH = 1000


@dataclass(frozen=True)
class Notice:
    """What is to be told to whom: to a customer, to a member of staff, or to an address.

    `key` is what caused it: the same key is never told twice. `context` fills the
    places of the kind; {"zh-hans", "en"} texts, `rules.Amount`, dates and moments are
    written in the reader's language. `link` is a path of ours. `wording` stands in the
    place of the kind's, by language, where the words were written for this one occasion;
    `sms` does the same for text messages. `channels` names the ways where the kind's own
    and the organisation's rules are not to decide.
    """

    kind: str
    key: str
    customer_id: UUID | None = None
    member_id: UUID | None = None
    address: str = ""
    language: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    link: str = ""
    wording: Mapping[str, rules.Text] = field(default_factory=dict)
    sms: Mapping[str, rules.Text] = field(default_factory=dict)
    channels: Sequence[str] = ()


def notify(
    *,
    kind: str,
    key: str,
    customer_id: UUID | None = None,
    member_id: UUID | None = None,
    context: Mapping[str, Any],
    link: str = "",
) -> list[Message]:
    """Tell one person something over every channel of the kind; the same key gives the first messages again."""
    notice = Notice(kind=kind, key=key, customer_id=customer_id, member_id=member_id, context=context, link=link)
    notify_many([notice])
    return list(Message.objects.filter(key=key).order_by("channel"))


def notify_many(notices: Sequence[Notice]) -> int:
    """Tell many people in a handful of statements; count the messages that are new."""
    return sum(_write(notices[start : start + _BATCH]) for start in range(0, len(notices), _BATCH))


def _write(notices: Sequence[Notice]) -> int:
    known = set(Message.objects.filter(key__in=[notice.key for notice in notices]).values_list("key", flat=True))
    fresh = [notice for notice in notices if notice.key not in known]
    if not fresh:
        return 0
    messages = _render_all(fresh)
    Message.objects.bulk_create(messages, ignore_conflicts=True)  # two workers may tell the same thing at once
    if any(message.state == Message.State.QUEUED for message in messages):
        ring()
    return len(messages)


def _render_all(notices: Sequence[Notice]) -> list[Message]:
    organisation = with_wechat(Organisation.objects).get(id=door.organisation_id())
    people = readers(notices)
    kinds = {notice.kind for notice in notices}
    sending = Sending(organisation, wordings(kinds), present_texting(kinds), _wechatting(organisation, notices))
    return [
        message
        for notice in notices
        if notice.key in people
        for message in _render_each(notice, people[notice.key], sending)
    ]


def _wechatting(organisation: Organisation, notices: Sequence[Notice]) -> Wechatting:
    if not organisation.has_wechat:
        return Wechatting()
    return present_wechatting({n.kind for n in notices}, {n.customer_id for n in notices if n.customer_id})


def _render_each(notice: Notice, reader: Reader, sending: "Sending") -> Sequence[Message]:
    channels = notice.channels or sending.channels(notice, reader)
    return sending.wechat.let_email_wait([_render(notice, channel, reader, sending) for channel in channels])


@dataclass(frozen=True)
class Sending:
    """What all messages of a batch share: whose they are, the organisation's own words, its way to send texts."""

    organisation: Organisation
    own: Mapping[tuple[str, str, str], rules.Text]
    texting: Texting
    wechat: Wechatting

    def channels(self, notice: Notice, reader: Reader) -> Sequence[str]:
        usual = self.texting.channels(texts.kind_of(notice.kind), reader)
        return self.wechat.channels(notice.kind, notice.customer_id, usual)

    def address(self, message: Message) -> str:
        """Where it goes; who somebody is in WeChat is looked up again when it is sent."""
        return self.wechat.openids.get(message.customer_id, "") if message.channel == rules.WECHAT else message.address

    def text(self, notice: Notice, channel: str, language: str) -> rules.Text:
        channel = rules.IN_APP if channel == rules.WECHAT else channel  # whose title it has; fields are its text
        given = notice.sms if channel == rules.SMS else notice.wording
        return given.get(language) or self.house_or_own(notice.kind, channel, language)

    def house_or_own(self, kind: str, channel: str, language: str) -> rules.Text:
        return self.own.get((kind, channel, language)) or texts.house_text(kind, channel, language)

    def language(self, notice: Notice, channel: str, reader: Reader) -> str:
        wished = rules.choose_language(reader.language, self.organisation.language)
        if channel != rules.SMS:
            return wished
        return self.texting.language({each: self.text(notice, channel, each) for each in rules.LANGUAGES}, wished)


def _render(notice: Notice, channel: str, reader: Reader, sending: Sending) -> Message:
    kind, organisation = texts.kind_of(notice.kind), sending.organisation
    language = sending.language(notice, channel, reader)
    text = sending.text(notice, channel, language)
    link = notice.link or _home(notice, kind, organisation)
    facts = {"organisation": organisation.name, "name": reader.name, "page": absolute(link), **notice.context}
    zone = ZoneInfo(organisation.time_zone)
    subject, body = written(text, facts, language=language, zone=zone)
    message = Message(
        key=notice.key, kind=kind.name, channel=channel, language=language, subject=subject, body=body, link=link,
        customer_id=notice.customer_id, member_id=notice.member_id, address=reader.address_over(channel),
        due_at=timezone.now(),  # the wall clock: retries and leases know no organisation's moved clock
        created_at=door.moment(),
    )  # fmt: skip
    if channel == rules.SMS:
        message.body = as_text_message(body, kind, language)
        message.vendor_template = text.vendor_template
        places = rules.filled_places(text.body, facts, language=language, zone=zone)
        message.places = as_filed(places, organisation.slug)
    if channel == rules.WECHAT:
        sending.wechat.fill(message, facts, zone)
    _set_state(message, _verdict(message, kind, reader, sending))
    return message


def _verdict(message: Message, kind: rules.Kind, reader: Reader, sending: Sending) -> rules.Verdict:
    verdict = rules.may_send(
        kind, channel=message.channel, address=sending.address(message),
        has_consent=reader.wants("marketing", message.channel),
        wants_reminders=reader.wants("reminders", message.channel),
        wants_progress=reader.wants("progress", message.channel),
    )  # fmt: skip
    if not verdict.may_go or not (against := _objection(message, sending)):
        return verdict
    return rules.Verdict(False, against)


def _objection(message: Message, sending: Sending) -> str:
    if message.channel == rules.SMS:
        return sending.texting.objection(message.address, message.vendor_template)
    return objection(message) if message.channel == rules.WECHAT else ""


def _home(notice: Notice, kind: rules.Kind, organisation: Organisation) -> str:
    """Lead a customer to their member centre when nothing nearer was named; not out of a code they have to type."""
    return f"/o/{organisation.slug}/member/" if notice.customer_id and not kind.secret else ""


def written(text: rules.Text, facts: Mapping[str, Any], *, language: str, zone: ZoneInfo) -> tuple[str, str]:
    """Fill subject and text."""
    subject = rules.one_line(rules.fill(text.subject, facts, language=language, zone=zone))
    return subject[:1].upper() + subject[1:], rules.fill(text.body, facts, language=language, zone=zone)


def _set_state(message: Message, verdict: rules.Verdict) -> None:
    if not verdict.may_go:
        message.state, message.reason = Message.State.SKIPPED, verdict.reason
    elif message.channel == rules.IN_APP:
        message.state, message.sent_at = Message.State.SENT, message.created_at


def ring() -> None:
    """Send a worker after the commit; by name, because tasks stand above operations."""
    organisation_id = str(door.organisation_id())
    task = current_app.signature("messaging.tasks.send_due_messages")
    door.once_after_commit("messages", lambda: events.ring(task, organisation_id))
