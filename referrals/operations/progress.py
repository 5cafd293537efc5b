"""Let others hear how far a referral has come."""

from referrals.models import Campaign, Referral
from tenancy import events


def tell_progress(referral: Referral, step: str, **more: str) -> None:
    """Publish a step: contacted, qualified, converted, closed."""
    name = Campaign.objects.values_list("name", flat=True).get(id=referral.campaign_id)
    events.publish(
        f"referral.{step}", referral.id, referral_id=str(referral.id), campaign_id=str(referral.campaign_id),
        campaign_name=name, referrer_id=str(referral.referrer_id), referee_id=str(referral.referee_id), **more,
    )  # fmt: skip
