"""A campaign's text messages as they stand on a phone, and as how many they are paid."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from crm.models import Customer
from messaging import rules as writing
from messaging.sms import counting
from messaging.texting import Texting, as_text_message, filed_with, present_texting
from messaging.texts import kind_of
from referrals.models import Campaign
from referrals.operations.promotions.filling import facts_for
from referrals.operations.promotions.wording import KIND, Texts, worded_texts
from tenancy import door
from tenancy.models import Organisation


@dataclass(frozen=True)
class Bubble:
    """A text as its reader would get it, and what is counted of it."""

    language: str
    body: str
    characters: int
    room: int  # characters that as many texts hold
    parts: int  # as so many texts it is paid
    is_sent: bool  # else the vendor knows only the other language's, and everybody gets that
    filing: str  # as the vendor wants it filed; empty where nothing is filed


def bubbles(campaign: Campaign, texts: Texts, customer: Customer, *, kind: str = KIND) -> list[Bubble]:
    """Show the text for a customer in every language; none where a place in it is unknown or one is empty."""
    if not is_fillable(texts, kind):
        return []
    here = Organisation.objects.get(id=door.organisation_id())
    texting, facts = present_texting(), facts_for(campaign, customer, here, unknown="x")
    going = going_out(texts, texting)
    return [
        _bubble(text, _filled(text, facts, here, kind, language), language, texting, kind=kind, is_sent=language in going)
        for language, text in worded_texts(texts).items()
    ]


def is_fillable(texts: Texts, kind: str) -> bool:
    places, said = kind_of(kind).places_over(writing.SMS), [named.get("sms", "") for named in texts.values()]
    return bool(said) and all(text.strip() and not writing.unknown_places(text, places) for text in said)


def going_out(texts: Texts, texting: Texting | None = None) -> Mapping[str, writing.Text]:
    """Give the languages that are sent: of texts that have to be filed, those that are."""
    there, texting = worded_texts(texts), texting or present_texting()
    filed = {language: text for language, text in there.items() if text.vendor_template}
    return filed if texting.needs_template and filed else there


def _filled(text: writing.Text, facts: Mapping, here: Organisation, kind: str, language: str) -> str:
    body = writing.fill(text.body, facts, language=language, zone=ZoneInfo(here.time_zone))
    return as_text_message(body, kind_of(kind), language)


def _bubble(text: writing.Text, body: str, language: str, texting: Texting, *, kind: str, is_sent: bool) -> Bubble:
    gateway = texting.gateway
    charged = {"vendor": gateway.vendor, "sender": gateway.sender} if gateway else {"vendor": "twilio"}
    unfilled = as_text_message(text.body, kind_of(kind), language)
    filing = filed_with(texting, unfilled) if texting.needs_template else ""
    return Bubble(
        language, body, counting.length(body, **charged), counting.room(body, **charged), counting.parts(body, **charged),
        is_sent, filing,
    )  # fmt: skip
