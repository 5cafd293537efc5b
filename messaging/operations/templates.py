"""An organisation's own wording: saved only when it can be filled in."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from foundation.ids import new_id
from messaging import rules, texts
from messaging.errors import EmptyText, EmptyWording, MissingPlace, TextTooLong, UnknownPlace
from messaging.models import Message, Template
from messaging.operations.notify import Notice, notify_many
from messaging.texting import MOST_CHARACTERS
from tenancy import audit, door
from tenancy.models import Organisation


def save_template(
    *, kind: str, channel: str, language: str, body: str, subject: str = "", vendor_template: str = ""
) -> Template:
    """Replace the house wording of one message; refuse places that nothing would fill.

    `vendor_template` is the code under which the vendor of text messages has filed this very text.
    """
    texts.house_text(texts.kind_of(kind).name, channel, language)
    is_text = channel == rules.SMS
    check = check_text if is_text else check_wording
    check(texts.kind_of(kind), subject=subject, body=body)
    worded = {
        "subject": "" if is_text else rules.one_line(subject), "body": body.strip(),
        "vendor_template": vendor_template.strip() if is_text else "",
    }  # fmt: skip
    template, is_new = Template.objects.update_or_create(kind=kind, channel=channel, language=language, defaults=worded)
    audit.record("template.saved", template, {"kind": kind, "channel": channel, "language": language, "is_new": is_new})
    return template


def check_wording(kind: rules.Kind, *, subject: str, body: str) -> None:
    """Refuse words that are missing, and places that nothing would fill."""
    for name, text in (("subject", subject), ("body", body)):
        if not text.strip():
            raise EmptyWording(field=name)
        _check_places(text, kind.places, field=name)
    _check_secret(kind, body)


def check_text(kind: rules.Kind, *, body: str, subject: str = "", field: str = "body") -> None:
    """Refuse a text message that is empty or too long, and places that nothing would fill."""
    if not body.strip():
        raise EmptyText(field=field)
    if len(body) > MOST_CHARACTERS:
        raise TextTooLong(most=MOST_CHARACTERS, field=field)
    _check_places(body, kind.places_over(rules.SMS), field=field)
    _check_secret(kind, body)


def _check_places(text: str, known: Sequence[str], *, field: str) -> None:
    if wrong := rules.unknown_places(text, known):
        place = wrong[0] if wrong[0] in "{}" and wrong[0] else f"{{{wrong[0]}}}"
        raise UnknownPlace(field=field, place=place, known=", ".join(f"{{{each}}}" for each in known))


def _check_secret(kind: rules.Kind, body: str) -> None:
    if kind.secret and kind.secret not in rules.places_in(body):
        raise MissingPlace(place=f"{{{kind.secret}}}")


def forget_template(*, kind: str, channel: str, language: str) -> None:
    """Return to the house wording."""
    template = Template.objects.filter(kind=kind, channel=channel, language=language).first()
    if template:
        audit.record("template.forgotten", template, {"kind": kind, "channel": channel, "language": language})
        template.delete()


def send_test(*, kind: str, language: str, member_id: UUID) -> list[Message]:
    """Send a message with example content to a member of staff; the link is left out."""
    return _send_test(kind=kind, language=language, member_id=member_id)


def send_text_test(*, kind: str, language: str, member_id: UUID, phone: str) -> list[Message]:
    """Send a text with example content to a phone that a member of staff named."""
    return _send_test(kind=kind, language=language, member_id=member_id, address=phone, channels=(rules.SMS,))


def _send_test(*, kind: str, language: str, member_id: UUID, **how: Any) -> list[Message]:
    organisation = Organisation.objects.get(id=door.organisation_id())
    key = f"test:{new_id()}"
    facts = texts.examples(organisation.name)
    found = texts.kind_of(kind).name
    notify_many([Notice(kind=found, key=key, member_id=member_id, language=language, context=facts, **how)])
    messages = list(Message.objects.filter(key=key).order_by("channel"))
    for message in messages:
        audit.record("message.tested", message, {"kind": kind, "language": language})
    return messages
