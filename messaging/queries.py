"""Reads: who is to be told and how, notices, the mailbox."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db.models import QuerySet

from crm.models import Consent, Customer
from crm.queries import addresses
from messaging import rules, texts
from messaging.models import Message, Template
from messaging.rules import LANGUAGES, Kind, Text
from tenancy import door
from tenancy.calendar import own_zone
from tenancy.models import Membership


class Told(Protocol):
    key: str
    customer_id: UUID | None
    member_id: UUID | None
    address: str
    language: str


@dataclass(frozen=True)
class Reader:
    name: str
    address: str  # e-mail, or empty
    language: str  # or empty
    has_consent: bool = False  # to offers by e-mail; staff see them as tests
    wants_reminders: bool = True
    wants_progress: bool = True


def quiet_now() -> datetime | None:
    """Say until when this organisation's customers are sent no offers; None where it is day."""
    return rules.quiet_until(door.moment(), own_zone())


def readers(notices: Sequence[Told]) -> dict[str, Reader]:
    """Look up the reader of each notice by its key, in four statements; nobody for a customer who is gone."""
    customers = _customers({n.customer_id for n in notices if n.customer_id})
    members = _members({n.member_id for n in notices if n.member_id})
    found = {n.key: _reader(n, customers, members) for n in notices}
    return {key: reader for key, reader in found.items() if reader}


def _reader(notice: Told, customers: Mapping[UUID, Reader], members: Mapping[UUID, Reader]) -> Reader | None:
    if notice.customer_id is None and notice.member_id is None:
        return Reader(name="", address=notice.address, language=notice.language)
    person = customers.get(notice.customer_id) or members.get(notice.member_id)
    if person is None:
        return None
    language = notice.language or person.language
    return replace(person, address=notice.address or person.address, language=language)


def _customers(ids: set[UUID]) -> dict[UUID, Reader]:
    if not ids:
        return {}
    emails = addresses(ids)
    asked = (Consent.Purpose.MARKETING, Consent.Purpose.REMINDERS, Consent.Purpose.PROGRESS)
    offers, reminders, progress = _all_answers(ids, asked)
    rows = Customer.every.filter(id__in=ids).values_list("id", "name", "language")
    return {
        id: Reader(
            name, emails.get(id, ""), language, offers.get(id, False), reminders.get(id, True), progress.get(id, True)
        )
        for id, name, language in rows
    }


def consents_to_offers(ids: Iterable[UUID]) -> dict[UUID, bool]:
    """Say who wants offers by e-mail: the newest yes or no counts; who was never asked is missing."""
    return _answers(ids, Consent.Purpose.MARKETING)


def _all_answers(ids: Iterable[UUID], purposes: Sequence[str]) -> list[dict[UUID, bool]]:
    """Give the newest yes or no to each purpose, in one statement."""
    found: dict[str, dict[UUID, bool]] = {purpose: {} for purpose in purposes}
    rows = Consent.objects.filter(customer_id__in=ids, purpose__in=purposes, channel="email").order_by("occurred_at", "id")
    for customer_id, purpose, is_granted in rows.values_list("customer_id", "purpose", "is_granted"):
        found[purpose][customer_id] = is_granted
    return list(found.values())


def _answers(ids: Iterable[UUID], purpose: str) -> dict[UUID, bool]:
    rows = Consent.objects.filter(customer_id__in=ids, purpose=purpose, channel="email")
    return dict(rows.order_by("occurred_at", "id").values_list("customer_id", "is_granted"))


def _members(ids: set[UUID]) -> dict[UUID, Reader]:
    rows = Membership.objects.filter(id__in=ids, is_active=True).select_related("user") if ids else []
    return {row.id: Reader(row.user.name, row.user.email, row.user.language, has_consent=True) for row in rows}


def wordings(kinds: Iterable[str]) -> dict[tuple[str, str, str], Text]:
    """Give the organisation's own wording by kind, channel and language."""
    rows = Template.objects.filter(kind__in=kinds)
    return {(row.kind, row.channel, row.language): Text(row.subject, row.body) for row in rows}


def notices(*, member_id: UUID) -> QuerySet[Message]:
    """List what a member of staff was told in the house, newest first."""
    return _in_app().filter(member_id=member_id)


def unread_count(member_id: UUID) -> int:
    return notices(member_id=member_id).filter(read_at=None).count()


def customer_notices(customer_id: UUID) -> QuerySet[Message]:
    """List what a customer was told in the member centre, newest first."""
    return _in_app().filter(customer_id=customer_id)


def messages_of(customer_id: UUID) -> QuerySet[Message]:
    """List everything written to a customer, over every channel, newest first."""
    return Message.objects.filter(customer_id=customer_id).order_by("-created_at", "-id")


def messages() -> QuerySet[Message]:
    """List everything written to anybody, newest first."""
    return Message.objects.select_related("customer", "member__user").order_by("-created_at", "-id")


def mailbox(since: datetime | None = None) -> QuerySet[Message]:
    """List e-mail as the demo's mailbox page shows it, newest first."""
    mail = Message.objects.filter(channel=Message.Channel.EMAIL).exclude(state=Message.State.SKIPPED)
    return (mail.filter(created_at__gte=since) if since else mail).order_by("-created_at", "-id")


def _in_app() -> QuerySet[Message]:
    return Message.objects.filter(channel=Message.Channel.IN_APP).order_by("-created_at", "-id")


@dataclass(frozen=True)
class Wording:
    """How a message is worded here, and whether that is the organisation's own wording."""

    kind: str
    channel: str
    language: str
    subject: str
    body: str
    is_own: bool
    is_marketing: bool
    places: tuple[str, ...]


def all_wordings() -> list[Wording]:
    """List the wording of every kind, channel and language."""
    own = wordings(texts.KINDS)
    return [
        _wording(kind, channel, language, own.get((kind.name, channel, language)))
        for kind in texts.KINDS.values()
        for channel in kind.channels
        for language in LANGUAGES
    ]


def wording(*, kind: str, channel: str, language: str) -> Wording:
    return _wording(texts.kind_of(kind), channel, language, wordings([kind]).get((kind, channel, language)))


def _wording(kind: Kind, channel: str, language: str, own: Text | None) -> Wording:
    text = own or texts.house_text(kind.name, channel, language)
    return Wording(kind.name, channel, language, text.subject, text.body, own is not None, kind.is_marketing, kind.places)
