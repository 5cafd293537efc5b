"""The WeChat official account: open it, try it, say what goes through it, let customers follow, hear what WeChat pushes."""

from messaging.operations.wechat.accounts import ask_for_test, remove_account, run_tests, save_account
from messaging.operations.wechat.binding import ask_for_code, make_codes, unbind
from messaging.operations.wechat.broadcasting import send_to_followers
from messaging.operations.wechat.pushes import ToldTooEarly, take_push
from messaging.operations.wechat.sending import send_due_over_wechat, settle_lost
from messaging.operations.wechat.templates import forget_template, save_template

__all__ = [
    "ToldTooEarly",
    "ask_for_code",
    "ask_for_test",
    "forget_template",
    "make_codes",
    "remove_account",
    "run_tests",
    "save_account",
    "save_template",
    "send_due_over_wechat",
    "send_to_followers",
    "settle_lost",
    "take_push",
    "unbind",
]
