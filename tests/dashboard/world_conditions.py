"""New terms of a running campaign, with rewards of their own for some referrers."""

from referrals.models import Campaign
from referrals.operations import save_draft_terms
from referrals.queries import planned_terms


def a_group_of_its_own(campaign: Campaign) -> dict[str, object]:
    """Write them as a draft; gives what addresses need, by argument name."""
    rewards = [{"to": "referrer", "kind": "points", "amount": {"points": 50}}]
    group = {"key": "city", "when": {"fact": "referrer.city", "is": "is", "value": "London"}, "rewards": rewards}
    save_draft_terms(campaign.id, {**planned_terms(campaign), "schemes": [group]})
    return {"terms_part": "schemes", "terms_key": "city"}
