"""Tell customers of a campaign with their own link: whom not, their codes, their messages, what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from crm.models import Customer, Segment
from foundation.errors import DomainError
from messaging.models import Message
from messaging.operations import Notice
from referrals.models import Campaign, PromotionReceiver, ReferralCode, Way
from referrals.operations.codes import code_for
from referrals.operations.promotions.filling import share_path
from referrals.operations.promotions.wording import KIND, worded, worded_texts
from referrals.queries import addresses
from referrals.queries.promotions import target_of, weighed
from referrals.rules.promotions import LEFT_OUT
from tenancy import door
from tenancy.models import Organisation

_State = PromotionReceiver.State


def one_at_a_time() -> None:
    """Let one worker of an organisation at a time choose and tell, until its commit: so the guard knows what others told."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"telling:{door.organisation_id()}"])


@dataclass(frozen=True)
class Judged:
    """How somebody would be told now, and what stands against it; empty is nothing."""

    why: str
    way: str = ""


def judged(
    campaign: Campaign, rows: Sequence[PromotionReceiver], *, ways: str, segment: Segment | None = None,
    but: UUID | None = None, bars: Sequence[str] = LEFT_OUT,
) -> dict[UUID, Judged]:  # fmt: skip
    """Look at customers anew."""
    ids = [row.customer_id for row in rows]
    target = weighed(campaign, target_of(campaign, segment).filter(id__in=ids), ways=ways, but=but, bars=bars)
    found = {id: Judged(why, way) for id, why, way in target.values_list("id", "why", "way")}
    here = set(Customer.objects.filter(id__in=ids).values_list("id", flat=True))
    return {id: found.get(id) or Judged("not_in_target" if id in here else "gone") for id in ids}


def codes_of(campaign: Campaign, rows: Sequence[PromotionReceiver]) -> Mapping[UUID, ReferralCode]:
    """Find the code of each, and make those that are missing; who is refused one has none."""
    ids = [row.customer_id for row in rows]
    own = ReferralCode.objects.filter(campaign=campaign, referrer_id__in=ids, is_inherited=False, batch=None)
    codes = {code.referrer_id: code for code in own}
    for id in ids:
        if id not in codes:
            try:
                codes[id] = code_for(campaign.id, id)
            except DomainError:
                continue
    return codes


def notice_for(
    campaign: Campaign, texts: Mapping, code: ReferralCode, customer: Customer, *, key: str, way: str, kind: str = KIND,
    **who,
) -> Notice:  # fmt: skip
    """Write the message to a customer, or (with member_id) to a colleague who wants to see it."""
    slug = Organisation.objects.values_list("slug", flat=True).get(id=door.organisation_id())
    facts = {"customer": customer.name, "campaign": campaign.name, "link": addresses(code.code)["link"]}
    facts |= {"ends_on": campaign.ends_at} if campaign.ends_at else {}
    reader = who or {"customer_id": customer.id}
    link = "" if who else share_path(campaign, slug)
    return Notice(
        kind=kind, key=key, context=facts, link=link, wording=worded(texts), sms=worded_texts(texts), channels=(way,),
        **reader,
    )  # fmt: skip


def note(
    rows: Sequence[PromotionReceiver], keys: Mapping[UUID, str], codes: Mapping[UUID, ReferralCode]
) -> None:  # fmt: skip
    """Write down who was told; messages that may not go, and people without a code, were left out after all."""
    written = Message.objects.filter(key__in=keys.values(), channel__in=Way.values)
    messages = {(message.key, message.channel): message for message in written}
    for row in rows:
        message = messages.get((keys[row.id], row.way))
        if message is None or message.state == Message.State.SKIPPED:
            row.state, row.reason = _State.LEFT_OUT, message.reason if message else "refused"
        else:
            row.state, row.reason, row.told_at = _State.TOLD, "", door.moment()
            row.message, row.code = message, codes[row.customer_id]
