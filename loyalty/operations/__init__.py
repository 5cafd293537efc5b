"""What can be done in the loyalty room."""

from loyalty.operations.badges import give_badge, save_badge, take_badge
from loyalty.operations.earning import award_orders
from loyalty.operations.holds import end_hold, hold_tier
from loyalty.operations.programme import set_up_programme
from loyalty.operations.reviewing import review_tiers
from loyalty.operations.rewarding import give_reward, give_rewards, named, promise_rewards, take_back_rewards
from loyalty.operations.tiers import change_tier, save_tier, set_up_default_tiers
from loyalty.operations.warning import warn_of_expiry

__all__ = [
    "award_orders",
    "change_tier",
    "end_hold",
    "give_badge",
    "give_reward",
    "give_rewards",
    "hold_tier",
    "named",
    "promise_rewards",
    "review_tiers",
    "save_badge",
    "save_tier",
    "set_up_default_tiers",
    "set_up_programme",
    "take_back_rewards",
    "take_badge",
    "warn_of_expiry",
]
