"""A case of suspected abuse, and an entry on the list."""

from uuid import UUID

from referrals import operations as referring
from referrals.models import Referral
from referrals.operations.abuse.opening import join


def suspected(referral: Referral) -> dict[str, UUID]:
    case = join((referral.referrer_id, "same_device", ""), [referral.id], is_shadow=True)
    entry = referring.add_listing(side="allow", kind="referrer", referrer_id=referral.referrer_id, reason="known for years")
    return {"abuse_case_id": case.id, "listing_id": entry.id}
