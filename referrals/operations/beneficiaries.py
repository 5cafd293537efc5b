"""Who gets something besides referrer and friend: whoever brought the referrer, and the salesperson of the friend."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from crm.models import Customer
from crm.queries import find_by_contact
from foundation.contacts import normalise_email
from referrals.models import Referral, ReferrerProfile
from tenancy.models import Membership

SECOND_LEVEL, SALESPERSON = "second_level", "salesperson"


def second_level(referrals: Sequence[Referral]) -> dict[UUID, UUID]:
    """Find who brought the referrers, by the referral's id: one level up and never further, and nobody in a ring."""
    above = Referral.objects.filter(referee_id__in={referral.referrer_id for referral in referrals})
    rows = above.exclude(stage=Referral.Stage.CLOSED).exclude(risk=Referral.Risk.CONFIRMED)
    found = dict(rows.values_list("referee_id", "referrer_id"))
    return {
        referral.id: found[referral.referrer_id]
        for referral in referrals
        if referral.referrer_id in found and found[referral.referrer_id] != referral.referee_id
    }


def salespeople(member_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Find the customer records of staff: as they are enrolled as referrers, else by the address they sign in with."""
    enrolled = ReferrerProfile.objects.filter(membership__in=member_ids, membership__is_active=True, is_active=True)
    found = dict(enrolled.values_list("membership_id", "customer_id"))
    rest = Membership.objects.filter(id__in=set(member_ids) - set(found), is_active=True).select_related("user")
    for member in rest:
        if customer := find_by_contact("email", normalise_email(member.user.email)):
            found[member.id] = customer.id
    return found


def owners_of(customer_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """Say whose customers these are."""
    rows = Customer.every.filter(id__in=customer_ids, owner_id__isnull=False)
    return dict(rows.values_list("id", "owner_id"))
