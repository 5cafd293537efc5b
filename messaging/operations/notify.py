"""Write messages into the outbox, each rendered in its reader's language, each once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from celery import current_app
from django.utils import timezone

from messaging import rules, texts
from messaging.models import Message
from messaging.queries import Reader, readers, wordings
from tenancy import door, events
from tenancy.models import Organisation

_BATCH = 1000


@dataclass(frozen=True)
class Notice:
    """What is to be told to whom: to a customer, to a member of staff, or to an address.

    `key` is what caused it: the same key is never told twice. `context` fills the
    places of the kind; {"zh-hans", "en"} texts, `rules.Amount`, dates and moments are
    written in the reader's language. `link` is a path of ours. `wording` stands in the
    place of the kind's, by language, where the words were written for this one occasion.
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
    organisation = Organisation.objects.get(id=door.organisation_id())
    people = readers(notices)
    own = wordings({notice.kind for notice in notices})
    return [
        _render(notice, channel, people[notice.key], organisation, own)
        for notice in notices
        if notice.key in people
        for channel in texts.kind_of(notice.kind).channels
    ]


def _render(notice: Notice, channel: str, reader: Reader, organisation: Organisation, own: Mapping) -> Message:
    kind = texts.kind_of(notice.kind)
    language = rules.choose_language(reader.language, organisation.language)
    known = own.get((kind.name, channel, language)) or texts.house_text(kind.name, channel, language)
    text = notice.wording.get(language) or known
    facts = {"organisation": organisation.name, "name": reader.name, **notice.context}
    subject, body = written(text, facts, language=language, zone=ZoneInfo(organisation.time_zone))
    verdict = rules.may_send(
        kind, channel=channel, address=reader.address, has_consent=reader.has_consent,
        wants_reminders=reader.wants_reminders, wants_progress=reader.wants_progress,
    )  # fmt: skip
    message = Message(
        key=notice.key, kind=kind.name, channel=channel, language=language, subject=subject, body=body,
        link=notice.link or _home(notice, kind, organisation),
        customer_id=notice.customer_id, member_id=notice.member_id,
        address=reader.address if channel == rules.EMAIL else "",
        due_at=timezone.now(),  # the wall clock: retries and leases know no organisation's moved clock
        created_at=door.moment(),
    )  # fmt: skip
    _set_state(message, verdict)
    return message


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
