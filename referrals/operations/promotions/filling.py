"""What fills the places of a campaign's messages before anybody has got one."""

from collections.abc import Mapping
from typing import Any

from crm.models import Customer
from messaging.mail import absolute
from referrals.models import Campaign, ReferralCode
from referrals.queries import addresses
from tenancy.models import Organisation

_CODE_LENGTH = 8  # foundation.ids.new_code


def share_path(campaign: Campaign, slug: str) -> str:
    """Give the page of the member centre on which the campaign is passed on."""
    return f"/o/{slug}/member/share/{campaign.id}"


def facts_for(campaign: Campaign, customer: Customer, here: Organisation, *, unknown: str = "·") -> Mapping[str, Any]:
    """Fill the places for a customer; the letters of a code that they do not have yet are `unknown` ones."""
    own = ReferralCode.objects.filter(campaign=campaign, referrer=customer, is_inherited=False, batch=None).first()
    return {
        "organisation": here.name, "name": customer.name, "customer": customer.name, "campaign": campaign.name,
        "link": addresses(own.code if own else unknown * _CODE_LENGTH)["link"], "ends_on": campaign.ends_at or "–",
        "page": absolute(share_path(campaign, here.slug)),
    }  # fmt: skip
