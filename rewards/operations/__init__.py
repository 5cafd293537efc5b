"""What can be done in the strong room, one verb or family a file."""

from rewards.operations.accruing import Promise, accrue
from rewards.operations.budgets import change_limit, open_budget
from rewards.operations.coupons import Redemption, ensure_coupon_kind, redeem_coupon
from rewards.operations.expiring import expire_lots
from rewards.operations.holding import put_on_hold, release_hold
from rewards.operations.points import Grant, TakeBack, adjust_points, earn_points, redeem_points, take_back_points
from rewards.operations.reducing import Cut, keep_only, keep_only_many
from rewards.operations.settling import settle_due
from rewards.operations.units import ensure_units, set_points_expiry

__all__ = [
    "Cut", "Grant", "Promise", "Redemption", "TakeBack",
    "accrue", "adjust_points", "change_limit", "earn_points", "ensure_coupon_kind", "ensure_units", "expire_lots",
    "keep_only", "keep_only_many", "open_budget", "put_on_hold", "redeem_coupon", "redeem_points", "release_hold",
    "set_points_expiry", "settle_due", "take_back_points",
]  # fmt: skip
