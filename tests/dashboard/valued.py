"""Tiers, and a place on the map of customer value, for addresses that need them."""

from loyalty.operations import set_up_default_tiers, set_up_programme


def valued() -> dict[str, object]:
    set_up_programme()
    gold = next(tier for tier in set_up_default_tiers("GBP") if tier.code == "gold")
    return {"tier_id": gold.id, "segment_key": "champions", "r": 5, "value": 5}
