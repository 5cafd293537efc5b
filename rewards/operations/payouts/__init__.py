"""Payouts of cash rewards: accounts, batches, sending, results, differences."""

from rewards.operations.payouts.accounts import forget_payout_account, set_payout_account
from rewards.operations.payouts.asking import ask_again, doubt_the_lost, look_up_lines
from rewards.operations.payouts.batching import approve_payout, cancel_payout, draft_payout, submit_payout
from rewards.operations.payouts.files import payout_file, take_result_file
from rewards.operations.payouts.reconciling import settle_difference, settle_doubt
from rewards.operations.payouts.results import take_callback
from rewards.operations.payouts.sending import resume_payout, send_lines, send_payout, unfinished
from rewards.operations.payouts.settings import (
    callback_token,
    change_payout_settings,
    organisation_of,
    providers_here,
    renew_web_secret,
)

__all__ = [
    "approve_payout", "ask_again", "callback_token", "cancel_payout", "change_payout_settings", "doubt_the_lost",
    "draft_payout", "forget_payout_account", "look_up_lines", "organisation_of", "payout_file", "providers_here",
    "renew_web_secret", "resume_payout",
    "send_lines", "send_payout", "set_payout_account", "settle_difference", "settle_doubt", "submit_payout",
    "take_callback", "take_result_file", "unfinished",
]  # fmt: skip
