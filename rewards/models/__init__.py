"""The strong room's tables, a file for each shelf."""

from rewards.models.budgets import Budget
from rewards.models.coupon_kinds import CouponKind
from rewards.models.coupons import Coupon
from rewards.models.ledger import Account, Balance, JournalEntry, Lot, LotUse, Posting, Unit
from rewards.models.rewards import DueReward, Reward, RewardMove

__all__ = [
    "Account", "Balance", "Budget", "Coupon", "CouponKind", "DueReward", "JournalEntry", "Lot", "LotUse", "Posting",
    "Reward", "RewardMove", "Unit",
]  # fmt: skip
