"""The account with a vendor of text messages: enter it, say what is sent with it, forget it."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import phonenumbers
from django.db import transaction
from django.utils.translation import gettext

from foundation.contacts import normalise_phone
from messaging import rules, texts
from messaging.errors import (
    CountryUnknown,
    GatewayIncomplete,
    NoGateway,
    NoTextsADay,
    PhoneInvalid,
    TextNotPossible,
    UseUnknown,
    VendorUnknown,
)
from messaging.models import Message, SmsGateway
from messaging.operations.templates import send_text_test
from messaging.queries import wording
from messaging.sms.words import why_not
from messaging.texting import present_gateway, present_texting
from tenancy import audit, door
from tenancy.models import Organisation

MOST_A_DAY = 1_000
_Vendor = SmsGateway.Vendor
_USES = set(SmsGateway.Use.values)
_FREE = (  # what nobody chooses: whoever asked for it at a phone gets it there
    {kind.name for kind in texts.KINDS.values() if kind.secret or kind.audience == "friend"}
)


@dataclass(frozen=True)
class GatewayAsked:
    """An account with a vendor; an empty secret keeps the one that is there."""

    vendor: str
    key_id: str
    sender: str
    secret: str = ""
    app_id: str = ""
    countries: Collection[str] = ()  # ISO 3166; none: the organisation's own
    most_a_day: int = MOST_A_DAY
    uses: Mapping[str, str] = field(default_factory=dict)  # {kind: off, no_email, always}


def set_gateway(asked: GatewayAsked) -> SmsGateway:
    """Keep the one account that texts are sent with; the secret is sealed and never shown again."""
    here = Organisation.objects.select_for_update(no_key=True).get(id=door.organisation_id())
    before = present_gateway()
    _refuse_incomplete(asked, before)
    countries = _countries(asked.countries or [here.country])
    gateway = before or SmsGateway(created_at=door.moment(), callback_token=secrets.token_urlsafe(24))
    if before and before.vendor != asked.vendor:
        gateway.callback_token = secrets.token_urlsafe(24)
    gateway.vendor, gateway.key_id, gateway.app_id = asked.vendor, asked.key_id.strip(), asked.app_id.strip()
    gateway.secret = asked.secret.strip() or gateway.secret
    gateway.sender, gateway.countries, gateway.most_a_day = asked.sender.strip(), countries, asked.most_a_day
    gateway.uses = _uses(asked.uses)
    gateway.save()
    audit.record("sms_gateway.saved", gateway, {"vendor": gateway.vendor, "countries": countries, "uses": gateway.uses})
    return gateway


def _refuse_incomplete(asked: GatewayAsked, before: SmsGateway | None) -> None:
    if asked.vendor not in _Vendor.values:
        raise VendorUnknown(vendors=", ".join(_Vendor.values))
    has_secret = asked.secret.strip() or (before and before.secret and before.vendor == asked.vendor)
    needed = {
        "key_id": (asked.key_id, gettext("a key")), "secret": (has_secret, gettext("a secret")),
        "sender": (asked.sender, gettext("a sender")),
    }  # fmt: skip
    if asked.vendor == _Vendor.TENCENT:
        needed["app_id"] = (asked.app_id, gettext("the SdkAppId of the application"))
    for name, (given, what) in needed.items():
        if not str(given or "").strip():
            raise GatewayIncomplete(what=what, field=name)
    if asked.most_a_day < 1:
        raise NoTextsADay


def _countries(asked: Collection[str]) -> list[str]:
    countries = sorted({each.strip().upper() for each in asked})
    for each in countries:
        if each not in phonenumbers.SUPPORTED_REGIONS:
            raise CountryUnknown(country=each)
    return countries


def _uses(asked: Mapping[str, str]) -> dict[str, str]:
    for kind, use in asked.items():
        if use not in _USES or kind not in choosable():
            raise UseUnknown(kind=kind)
    return {kind: use for kind, use in asked.items() if use != SmsGateway.Use.OFF}


def choosable() -> list[str]:
    """Name the kinds of messages of which an organisation says whether they are sent as texts."""
    return [
        kind.name for kind in texts.KINDS.values()
        if rules.SMS in kind.channels and kind.name not in _FREE and not kind.is_told_by_campaign
    ]  # fmt: skip


def remove_gateway() -> None:
    """Forget the account; what waits to be sent is not sent any more."""
    gateway = SmsGateway.objects.select_for_update().filter(is_active=True).first()
    if gateway is None:
        raise NoGateway
    gateway.is_active, gateway.secret, gateway.callback_token = False, None, None
    gateway.save()
    waiting = Message.objects.filter(channel=rules.SMS, state=Message.State.QUEUED)
    waiting.update(state=Message.State.SKIPPED, reason="no_gateway", places=None)
    audit.record("sms_gateway.removed", gateway, {"vendor": gateway.vendor})


def phone_for_test(phone: str, vendor_template: str) -> str:
    """Read a phone that a member of staff typed; refuse one to which no text can go."""
    here = Organisation.objects.get(id=door.organisation_id())
    try:
        number = normalise_phone(phone, here.country)
    except ValueError:
        raise PhoneInvalid from None
    if against := present_texting().objection(number, vendor_template):
        raise TextNotPossible(why=why_not(against))
    return number


def try_gateway(*, phone: str, language: str, member_id: UUID, kind: str = "member_login") -> Message:
    """Send a text with an example to a phone; what became of it stands with the message."""
    worded = wording(kind=kind, channel=rules.SMS, language=language)
    number = phone_for_test(phone, worded.vendor_template)
    with transaction.atomic():
        [message] = send_text_test(kind=kind, language=language, member_id=member_id, phone=number)
        return message
