"""Reads: who is to be told and how, notices, the mailbox."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from crm.models import Consent, ContactPoint, Customer
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
    """Who is written to, where, and what of it they want."""

    name: str
    address: str  # e-mail, or empty
    language: str  # or empty
    phone: str = ""  # E.164
    answers: Mapping[tuple[str, str], bool] = field(default_factory=dict)  # (purpose, channel) → yes or no
    is_staff: bool = False  # sees offers as tests

    def wants(self, purpose: str, channel: str) -> bool:
        """Offers need a yes to the channel; the rest goes until somebody says no to it, or to e-mail."""
        if purpose == Consent.Purpose.MARKETING:
            return self.is_staff or self.answers.get((purpose, channel), False)
        return self.answers.get((purpose, channel), self.answers.get((purpose, rules.EMAIL), True))

    def address_over(self, channel: str) -> str:
        return {rules.EMAIL: self.address, rules.SMS: self.phone}.get(channel, "")


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
    own = _of_address(notice.address)
    if notice.customer_id is None and notice.member_id is None:
        return Reader(name="", language=notice.language, **own)
    person = customers.get(notice.customer_id) or members.get(notice.member_id)
    if person is None:
        return None
    return replace(person, language=notice.language or person.language, **(own if notice.address else {}))


def _of_address(address: str) -> dict[str, str]:
    """Who is to be told at one address is told nowhere else."""
    is_phone = address.startswith("+")
    return {"address": "" if is_phone else address, "phone": address if is_phone else ""}


def _customers(ids: set[UUID]) -> dict[UUID, Reader]:
    if not ids:
        return {}
    points = ContactPoint.objects.filter(customer_id__in=ids, kind__in=["email", "phone"], is_primary=True)
    known = {(id, kind): value for id, kind, value in points.values_list("customer_id", "kind", "normalised")}
    answers = _all_answers(ids)
    rows = Customer.every.filter(id__in=ids).values_list("id", "name", "language")
    return {
        id: Reader(name, known.get((id, "email"), ""), language, known.get((id, "phone"), ""), answers.get(id, {}))
        for id, name, language in rows
    }


def consents_to_offers(ids: Iterable[UUID], channel: str = rules.EMAIL) -> dict[UUID, bool]:
    """Say who wants offers over a channel: the newest yes or no counts; who was never asked is missing."""
    rows = Consent.objects.filter(customer_id__in=ids, purpose=Consent.Purpose.MARKETING, channel=channel)
    return dict(rows.order_by("occurred_at", "id").values_list("customer_id", "is_granted"))


def _all_answers(ids: Iterable[UUID]) -> dict[UUID, dict[tuple[str, str], bool]]:
    """Give the newest yes or no to each purpose and channel, in one statement."""
    asked = (Consent.Purpose.MARKETING, Consent.Purpose.REMINDERS, Consent.Purpose.PROGRESS)
    found: dict[UUID, dict[tuple[str, str], bool]] = {}
    rows = Consent.objects.filter(customer_id__in=ids, purpose__in=asked).order_by("occurred_at", "id")
    for customer_id, purpose, channel, is_granted in rows.values_list("customer_id", "purpose", "channel", "is_granted"):
        found.setdefault(customer_id, {})[purpose, channel] = is_granted
    return found


def _members(ids: set[UUID]) -> dict[UUID, Reader]:
    rows = Membership.objects.filter(id__in=ids, is_active=True).select_related("user") if ids else []
    return {row.id: Reader(row.user.name, row.user.email, row.user.language, is_staff=True) for row in rows}


def wordings(kinds: Iterable[str]) -> dict[tuple[str, str, str], Text]:
    """Give the organisation's own wording by kind, channel and language."""
    rows = Template.objects.filter(kind__in=kinds)
    return {(row.kind, row.channel, row.language): Text(row.subject, row.body, row.vendor_template) for row in rows}


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
    """List e-mail and text messages as the demo's mailbox page shows them, newest first."""
    mail = Message.objects.exclude(channel=Message.Channel.IN_APP).exclude(state=Message.State.SKIPPED)
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
    vendor_template: str = ""


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
    return Wording(
        kind.name, channel, language, text.subject, text.body, own is not None, kind.is_marketing,
        kind.places_over(channel), text.vendor_template,
    )  # fmt: skip


# --- text messages -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TextsLately:
    """What became of the texts of the last 30 days."""

    handed_over: int = 0  # to the vendor, with what nobody knows of
    delivered: int = 0
    failed: int = 0
    uncertain: int = 0
    failures: Sequence[tuple[str, int]] = ()  # reason → texts, most first

    @property
    def delivered_percent(self) -> int:
        return round(100 * self.delivered / self.handed_over) if self.handed_over else 0


def texts_lately() -> TextsLately:
    """Count the texts of the last 30 days by what became of them."""
    rows = Message.objects.filter(channel=Message.Channel.SMS, created_at__gt=door.moment() - timedelta(days=30))
    states = Message.State
    counted = rows.aggregate(
        handed_over=Count("id", filter=Q(state__in=[states.SENDING, states.SENT, states.UNCERTAIN])),
        delivered=Count("id", filter=Q(delivered_at__isnull=False)),
        failed=Count("id", filter=Q(state=states.FAILED)),
        uncertain=Count("id", filter=Q(state=states.UNCERTAIN)),
    )
    why = rows.filter(state=states.FAILED).order_by().values_list("reason").annotate(n=Count("id")).order_by("-n", "reason")
    return TextsLately(**counted, failures=tuple(why[:5]))


def texts_to_file() -> list[tuple[str, list[tuple[str, bool]]]]:
    """List the kinds that can be texts, and in which languages their text is filed with the vendor."""
    own = wordings(texts.KINDS)

    def is_filed(kind: str, language: str) -> bool:
        text = own.get((kind, rules.SMS, language))
        return bool(text and text.vendor_template)

    return [
        (kind.name, [(language, is_filed(kind.name, language)) for language in LANGUAGES])
        for kind in texts.KINDS.values()
        if rules.SMS in kind.channels and not kind.is_told_by_campaign
    ]
