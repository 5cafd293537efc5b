"""Personal codes, and what follows them."""

from collections.abc import Mapping
from uuid import UUID

from django.db import IntegrityError, transaction

from crm.models import Customer, CustomerTag
from crm.queries.segments import is_member
from foundation.ids import new_code
from loyalty.queries import standing
from referrals.errors import NotInTarget
from referrals.models import Campaign, ReferralCode, ReferrerProfile, Touch
from referrals.operations.permitted import refuse_source
from referrals.queries import refuse_closed, usable_code
from referrals.queries.sources import source_of
from tenancy import audit, door

_CHANNELS_MAX = 20


def code_for(campaign_id: UUID, customer_id: UUID) -> ReferralCode:
    """Give a customer's code in a running campaign; the same one every time."""
    campaign = Campaign.objects.get(id=campaign_id)
    customer = Customer.objects.get(id=customer_id)
    first = _code_of(campaign, customer)
    if first:
        return first
    refuse_closed(campaign)
    if not is_in_target(campaign, customer):
        raise NotInTarget
    refuse_source(campaign.id, source_of(customer_id))
    return _make(campaign, customer)


def code_of_source(campaign: Campaign, profile: ReferrerProfile) -> ReferralCode:
    """Give an enrolled referrer's code; the target group is one of customers and does not hold for them."""
    refuse_source(campaign.id, profile.kind)
    return _code_of(campaign, profile.customer) or _make(campaign, profile.customer)


def is_in_target(campaign: Campaign, customer: Customer) -> bool:
    """Say whether a campaign is open to a customer: each list that is given has to be met, and the segment."""
    target = campaign.target
    if (stages := target.get("stages")) and customer.stage not in stages:
        return False
    if (tags := target.get("tags")) and not CustomerTag.objects.filter(customer=customer, tag__name__in=tags).exists():
        return False
    if (tiers := target.get("tiers")) and _tier_of(customer) not in tiers:
        return False
    return campaign.segment_id is None or is_member(campaign.segment_id, customer.id)


def _tier_of(customer: Customer) -> str:
    where = standing(customer.id)
    return where.tier.code if where else ""


def _code_of(campaign: Campaign, customer: Customer) -> ReferralCode | None:
    own = ReferralCode.objects.filter(campaign=campaign, referrer=customer, is_inherited=False, batch=None)
    return own.select_related("campaign", "referrer").first()


def _make(campaign: Campaign, customer: Customer) -> ReferralCode:
    """Insert the code; who comes second by a hair gets the first one's."""
    try:
        with transaction.atomic():
            code = ReferralCode.objects.create(
                campaign=campaign, referrer=customer, code=new_code(), created_at=door.moment()
            )
    except IntegrityError as error:
        if "referral_code_one_each" not in str(error):
            raise
        return _code_of(campaign, customer)
    audit.record("code.made", code, {"campaign_id": str(campaign.id), "customer_id": str(customer.id)})
    return code


def record_touch(
    code: str, *, channel: str = "link", visitor: str = "", variant: str = "",
    utm: Mapping[str, str] | None = None,
) -> Touch:  # fmt: skip
    """Keep that somebody followed a code. Not in the audit trail: the row is the trail, and it cannot be changed.

    Visits to the page itself are kept by referrals/operations/visits.py, in one message.
    """
    found = usable_code(code)
    return Touch.objects.create(
        code_id=found.id, campaign_id=found.campaign_id, channel=channel[:_CHANNELS_MAX] or "link", variant=variant[:1],
        source=source_of(found.referrer_id),
        utm=dict(utm or {}), visitor=visitor[:64], occurred_at=door.moment(),
    )  # fmt: skip
