"""What a campaign's page shows of the way of its referrals."""

from referrals import queries
from referrals.models import Campaign
from tenancy import door


def tracking_of_campaign(campaign: Campaign) -> dict:
    """Owners of the stages, how soon friends heard from us, and why referrals failed."""
    stages = queries.responsibility_map(campaign)
    return {
        "stages": stages, "ownerless": labels_of(stages, queries.stages_without_owner(campaign.id)),
        "failures": queries.failures_of(campaign.id), "promptness": queries.promptness_of(campaign.id, door.moment()),
    }  # fmt: skip


def labels_of(stages, ownerless: list[str]) -> list[str]:
    return [each.label for each in stages if each.stage in ownerless]
