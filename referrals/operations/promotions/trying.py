"""See a promotion before anybody gets it: for one real customer, or in one's own mailbox."""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from crm.models import Customer
from foundation.ids import new_id
from messaging import rules as writing
from messaging.models import Message
from messaging.operations import notify_many, phone_for_test
from referrals.models import Campaign, ReferralCode, Way, Ways
from referrals.operations.promotions.bubbles import going_out
from referrals.operations.promotions.filling import facts_for
from referrals.operations.promotions.telling import notice_for
from referrals.operations.promotions.wording import KIND, Texts, check_texts, worded
from tenancy import audit, door
from tenancy.models import Organisation


@dataclass(frozen=True)
class Shown:
    """A message as its reader would get it; the link of somebody without a code ends in dots."""

    customer: Customer
    language: str
    subject: str
    body: str


def shown_to(campaign: Campaign, customer: Customer, texts: Texts, *, language: str = "") -> Shown:
    """Fill the texts for a customer, in their language unless another is named; nothing is written, no code is made."""
    here = Organisation.objects.get(id=door.organisation_id())
    language = language or writing.choose_language(customer.language, here.language)
    facts = facts_for(campaign, customer, here)
    zone = ZoneInfo(here.time_zone)
    text = worded(texts)[language]
    subject, body = (writing.fill(each, facts, language=language, zone=zone) for each in (text.subject, text.body))
    return Shown(customer, language, subject, body)


def send_promotion_test(
    campaign: Campaign, texts: Texts, *, member_id: UUID, code: ReferralCode, customer: Customer, kind: str = KIND
) -> list[Message]:
    """Send the message, as it stands for a customer, to a member of staff in each language; `code` gives the link."""
    check_texts(campaign, texts, kind=kind)
    return _try(campaign, texts, code, customer, kind=kind, way=Way.EMAIL, member_id=member_id)


def send_promotion_text_test(
    campaign: Campaign, texts: Texts, *, phone: str, member_id: UUID, code: ReferralCode, customer: Customer,
    kind: str = KIND,
) -> list[Message]:  # fmt: skip
    """Send the text, as it stands for a customer, to a phone that a colleague typed, in each language it can go in."""
    check_texts(campaign, texts, kind=kind, ways=Ways.SMS)
    going = going_out(texts)
    number = phone_for_test(phone, next(iter(going.values())).vendor_template)
    there = {language: texts[language] for language in going}
    return _try(campaign, there, code, customer, kind=kind, way=Way.SMS, member_id=member_id, address=number)


def _try(campaign: Campaign, texts: Texts, code: ReferralCode, customer: Customer, *, way: str, **how) -> list[Message]:
    key = f"promotion_test:{new_id()}"
    notices = [
        notice_for(campaign, texts, code, customer, key=f"{key}:{language}", way=way, language=language, **how)
        for language in texts
    ]
    notify_many(notices)
    messages = list(Message.objects.filter(key__in=[notice.key for notice in notices]).order_by("language"))
    for message in messages:
        facts = {"campaign_id": str(campaign.id), "language": message.language, "way": way}
        audit.record("promotion.tested", message, facts)
    return messages
