"""See a promotion before anybody gets it: for one real customer, or in one's own mailbox."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from crm.models import Customer
from foundation.ids import new_id
from messaging import rules as writing
from messaging.models import Message
from messaging.operations import notify_many
from referrals.models import Campaign, ReferralCode
from referrals.operations.promotions.telling import notice_for
from referrals.operations.promotions.wording import KIND, Texts, check_texts, worded
from referrals.queries import addresses
from referrals.queries.codes import public_base
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
    facts = _facts(campaign, customer, here)
    zone = ZoneInfo(here.time_zone)
    text = worded(texts)[language]
    subject, body = (writing.fill(each, facts, language=language, zone=zone) for each in (text.subject, text.body))
    return Shown(customer, language, subject, body)


def _facts(campaign: Campaign, customer: Customer, here: Organisation) -> Mapping[str, Any]:
    own = ReferralCode.objects.filter(campaign=campaign, referrer=customer, is_inherited=False, batch=None).first()
    link = addresses(own.code)["link"] if own else f"{public_base()}/r/········"
    return {
        "organisation": here.name, "name": customer.name, "customer": customer.name, "campaign": campaign.name, "link": link,
        "ends_on": campaign.ends_at or "–",
    }  # fmt: skip


def send_promotion_test(
    campaign: Campaign, texts: Texts, *, member_id: UUID, code: ReferralCode, customer: Customer, kind: str = KIND
) -> list[Message]:
    """Send the message, as it stands for a customer, to a member of staff in each language; `code` gives the link."""
    check_texts(campaign, texts, kind=kind)
    key = f"promotion_test:{new_id()}"
    notices = [
        notice_for(
            campaign, texts, code, customer, key=f"{key}:{language}", kind=kind, member_id=member_id, language=language
        )
        for language in texts
    ]
    notify_many(notices)
    messages = list(Message.objects.filter(key__in=[notice.key for notice in notices]).order_by("language"))
    for message in messages:
        audit.record("promotion.tested", message, {"campaign_id": str(campaign.id), "language": message.language})
    return messages
