"""What can be done in the loyalty room."""

from loyalty.operations.earning import award_orders
from loyalty.operations.programme import set_up_programme
from loyalty.operations.reviewing import review_tiers
from loyalty.operations.tiers import change_tier, set_up_default_tiers
from loyalty.operations.warning import warn_of_expiry

__all__ = ["award_orders", "change_tier", "review_tiers", "set_up_default_tiers", "set_up_programme", "warn_of_expiry"]
