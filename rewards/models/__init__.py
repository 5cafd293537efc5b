"""The strong room's tables, a file for each shelf."""

from rewards.models.approvals import Approval, ApprovalAnswer, RewardPolicy
from rewards.models.budgets import Budget, BudgetAlert, BudgetDay, TouchedReward, WaitingReward
from rewards.models.catalogue import CatalogueItem, CataloguePicture, StockMove, VoucherCode
from rewards.models.checkouts import Checkout, CouponUse, TillTerms
from rewards.models.closing import Closing, ProofRun, Seal, SealPage
from rewards.models.coupon_kinds import CouponCounter, CouponGuest, CouponKind
from rewards.models.coupons import Coupon, CouponBatch
from rewards.models.gift_orders import GiftOrder, GiftOrderMove
from rewards.models.ledger import (
    Account,
    AccountMove,
    Balance,
    JournalEntry,
    Lot,
    LotExtension,
    LotUse,
    Posting,
    Unit,
)
from rewards.models.payouts import (
    PayoutAccount,
    PayoutBatch,
    PayoutDifference,
    PayoutLeftOut,
    PayoutLine,
    PayoutProvider,
    PayoutReport,
    PayoutSettings,
    PayoutShare,
    PayoutStep,
)
from rewards.models.rewards import DueReward, Reward, RewardMove

__all__ = [
    "Account", "AccountMove", "Approval", "ApprovalAnswer", "Balance", "Budget", "BudgetAlert", "BudgetDay", "CatalogueItem",
    "CataloguePicture", "Checkout", "Closing", "Coupon", "CouponBatch", "CouponCounter", "CouponGuest", "CouponKind",
    "CouponUse", "DueReward", "GiftOrder", "GiftOrderMove", "JournalEntry", "Lot", "LotExtension", "LotUse", "PayoutAccount",
    "PayoutBatch", "PayoutDifference", "PayoutLeftOut", "PayoutLine", "PayoutProvider", "PayoutReport", "PayoutSettings",
    "PayoutShare", "PayoutStep", "Posting", "ProofRun", "Reward", "RewardMove", "RewardPolicy", "Seal", "SealPage",
    "StockMove", "TillTerms", "TouchedReward", "Unit", "VoucherCode", "WaitingReward",
]  # fmt: skip
