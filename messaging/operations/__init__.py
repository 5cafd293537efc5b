"""Everything messaging does: write messages, send them, keep an organisation's own wording."""

from messaging.operations.codes import forget_addresses, queue_confirmation, queue_login_code, queue_question
from messaging.operations.gateways import GatewayAsked, phone_for_test, remove_gateway, set_gateway, try_gateway
from messaging.operations.notify import Notice, notify, notify_many
from messaging.operations.reading import mark_read
from messaging.operations.receipts import take_callback
from messaging.operations.reminders import remind_of_follow_ups
from messaging.operations.robots import add_robot, ask_for_robot_test, remove_robot, run_robot_tests
from messaging.operations.sending import retry_failed, send_due
from messaging.operations.survey_invitations import send_due_surveys
from messaging.operations.templates import check_text, check_wording, forget_template, save_template, send_test
from messaging.operations.texting import send_due_texts, settle_doubtful

__all__ = [
    "GatewayAsked",
    "Notice",
    "add_robot",
    "ask_for_robot_test",
    "check_text",
    "check_wording",
    "forget_addresses",
    "forget_template",
    "mark_read",
    "notify",
    "notify_many",
    "phone_for_test",
    "queue_confirmation",
    "queue_login_code",
    "queue_question",
    "remind_of_follow_ups",
    "remove_gateway",
    "remove_robot",
    "retry_failed",
    "run_robot_tests",
    "save_template",
    "send_due",
    "send_due_surveys",
    "send_due_texts",
    "send_test",
    "set_gateway",
    "settle_doubtful",
    "take_callback",
    "try_gateway",
]
