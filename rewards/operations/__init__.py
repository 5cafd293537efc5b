"""What can be done in the strong room, one verb or family a file."""

from rewards.operations.accounts.expiring import expire_lots
from rewards.operations.accounts.extending import Activity, note_activity
from rewards.operations.accounts.forgiving import forgive_debt
from rewards.operations.accounts.giving_back import return_redemption
from rewards.operations.accounts.merging import move_customer, return_customer
from rewards.operations.accounts.points import (
    Again,
    Grant,
    TakeBack,
    adjust_points,
    book_adjustment,
    change_points,
    earn_points,
    lock_points,
    redeem_points,
    take_back_points,
)
from rewards.operations.accounts.units import Policy, ensure_units, policy_of, set_points_expiry, set_policy
from rewards.operations.accounts.valuing import value_unit
from rewards.operations.books.closing import Closed, close_month, reopen_month
from rewards.operations.books.opening import Opening, open_balances, take_back_openings
from rewards.operations.books.proving import ask_for_proof, prove_books, prove_in_steps
from rewards.operations.books.sealing import seal_closed_months, seal_in_steps
from rewards.operations.budgets.periods import note_days, turn_periods
from rewards.operations.budgets.purses import open_purses
from rewards.operations.budgets.settings import change_budget, change_limit, open_budget
from rewards.operations.budgets.spending import follow_spending
from rewards.operations.budgets.waiting import release_waiting
from rewards.operations.coupons.codes import (
    expire_coupons,
    issue_coupon,
    make_codes,
    open_shared_code,
    order_codes,
    unmade_batches,
    withdraw_coupon,
)
from rewards.operations.coupons.kinds import (
    change_coupon_kind,
    ensure_coupon_kind,
    invite_guest,
    make_coupon_kind,
    uninvite_guest,
    withdraw_coupon_kind,
)
from rewards.operations.coupons.redeeming import Redemption, redeem_coupon
from rewards.operations.gifts.addresses import correct_address, erase_addresses, reveal_address, reveal_addresses
from rewards.operations.gifts.items import arrange_items, change_item, create_item, remove_picture, set_picture
from rewards.operations.gifts.moves import (
    cancel_gift,
    confirm_delivery,
    hand_out_gift,
    issue_gift,
    make_gift_ready,
    note_payment,
    pack_gift,
    pack_gifts,
    return_gift,
    ship_gift,
    ship_gifts,
)
from rewards.operations.gifts.orders import deliver_gift, order_gift
from rewards.operations.gifts.stock import add_codes, add_stock, lift_stock_limit
from rewards.operations.lifecycle.accruing import Option, Promise, accrue
from rewards.operations.lifecycle.approving import approve, decline
from rewards.operations.lifecycle.asking import set_reward_policy
from rewards.operations.lifecycle.carrying_out import carry_out
from rewards.operations.lifecycle.choosing import choose_option
from rewards.operations.lifecycle.estimating import estimate, expect_again, expected_of, lapse, lapse_overdue
from rewards.operations.lifecycle.holding import lengthen_hold, put_on_hold, release_hold
from rewards.operations.lifecycle.issuing import call_gifts_off, issue_delivered, issue_reward, send_gift
from rewards.operations.lifecycle.lateness import tell_of_late
from rewards.operations.lifecycle.reducing import Cut, GiveAgain, change_rewards, give_again, keep_only, keep_only_many
from rewards.operations.lifecycle.settling import settle_due
from rewards.operations.till.ending import redeem, release, time_out_due
from rewards.operations.till.reserving import reserve
from rewards.operations.till.reversing import reverse, reverse_refunded
from rewards.operations.till.terms import set_till_terms

__all__ = [
    "Activity",
    "Again",
    "Closed",
    "Cut",
    "GiveAgain",
    "Grant",
    "Opening",
    "Option",
    "Policy",
    "Promise",
    "Redemption",
    "TakeBack",
    "accrue",
    "add_codes",
    "add_stock",
    "adjust_points",
    "approve",
    "arrange_items",
    "ask_for_proof",
    "book_adjustment",
    "call_gifts_off",
    "cancel_gift",
    "carry_out",
    "change_budget",
    "change_coupon_kind",
    "change_item",
    "change_limit",
    "change_points",
    "change_rewards",
    "choose_option",
    "close_month",
    "confirm_delivery",
    "correct_address",
    "create_item",
    "decline",
    "deliver_gift",
    "earn_points",
    "ensure_coupon_kind",
    "ensure_units",
    "erase_addresses",
    "estimate",
    "expect_again",
    "expected_of",
    "expire_coupons",
    "expire_lots",
    "follow_spending",
    "forgive_debt",
    "give_again",
    "hand_out_gift",
    "invite_guest",
    "issue_coupon",
    "issue_delivered",
    "issue_gift",
    "issue_reward",
    "keep_only",
    "keep_only_many",
    "lapse",
    "lapse_overdue",
    "lengthen_hold",
    "lift_stock_limit",
    "lock_points",
    "make_codes",
    "make_coupon_kind",
    "make_gift_ready",
    "move_customer",
    "note_activity",
    "note_days",
    "note_payment",
    "open_balances",
    "open_budget",
    "open_purses",
    "open_shared_code",
    "order_codes",
    "order_gift",
    "pack_gift",
    "pack_gifts",
    "policy_of",
    "prove_books",
    "prove_in_steps",
    "put_on_hold",
    "redeem",
    "redeem_coupon",
    "redeem_points",
    "release",
    "release_hold",
    "release_waiting",
    "remove_picture",
    "reopen_month",
    "reserve",
    "return_customer",
    "return_gift",
    "return_redemption",
    "reveal_address",
    "reveal_addresses",
    "reverse",
    "reverse_refunded",
    "seal_closed_months",
    "seal_in_steps",
    "send_gift",
    "set_picture",
    "set_points_expiry",
    "set_policy",
    "set_reward_policy",
    "set_till_terms",
    "settle_due",
    "ship_gift",
    "ship_gifts",
    "take_back_openings",
    "take_back_points",
    "tell_of_late",
    "time_out_due",
    "turn_periods",
    "uninvite_guest",
    "unmade_batches",
    "value_unit",
    "withdraw_coupon",
    "withdraw_coupon_kind",
]
