"""An organisation's own wording: saved only when it can be filled in."""

from uuid import UUID

from foundation.ids import new_id
from messaging import rules, texts
from messaging.errors import EmptyWording, MissingPlace, UnknownPlace
from messaging.models import Message, Template
from messaging.operations.notify import Notice, notify_many
from tenancy import audit, door
from tenancy.models import Organisation


def save_template(*, kind: str, channel: str, language: str, subject: str, body: str) -> Template:
    """Replace the house wording of one message; refuse places that nothing would fill."""
    texts.house_text(texts.kind_of(kind).name, channel, language)
    check_wording(texts.kind_of(kind), subject=subject, body=body)
    template, is_new = Template.objects.update_or_create(
        kind=kind, channel=channel, language=language, defaults={"subject": rules.one_line(subject), "body": body.strip()}
    )
    audit.record("template.saved", template, {"kind": kind, "channel": channel, "language": language, "is_new": is_new})
    return template


def check_wording(kind: rules.Kind, *, subject: str, body: str) -> None:
    """Refuse words that are missing, and places that nothing would fill."""
    for name, text in (("subject", subject), ("body", body)):
        if not text.strip():
            raise EmptyWording(field=name)
        if wrong := rules.unknown_places(text, kind.places):
            place = wrong[0] if wrong[0] in "{}" and wrong[0] else f"{{{wrong[0]}}}"
            raise UnknownPlace(field=name, place=place, known=", ".join(f"{{{known}}}" for known in kind.places))
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
    organisation = Organisation.objects.get(id=door.organisation_id())
    key = f"test:{new_id()}"
    facts = texts.examples(organisation.name)
    notify_many([Notice(kind=texts.kind_of(kind).name, key=key, member_id=member_id, language=language, context=facts)])
    messages = list(Message.objects.filter(key=key).order_by("channel"))
    for message in messages:
        audit.record("message.tested", message, {"kind": kind, "language": language})
    return messages
