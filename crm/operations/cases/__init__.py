"""What is done with cases: opened, talked about, moved, merged, rated; and the rules they follow."""

from crm.operations.cases.change import assign_case, change_case
from crm.operations.cases.members import Paper, may_reopen, open_own_case, say_in_own_case, takes_papers
from crm.operations.cases.merge import merge_cases
from crm.operations.cases.moves import (
    close_case,
    close_solved,
    end_question,
    reopen_case,
    resume_case,
    solve_case,
    wait_for_customer,
)
from crm.operations.cases.open import open_case
from crm.operations.cases.policy import DEFAULT_CATEGORIES, change_category, create_category, set_care_policy
from crm.operations.cases.rate import case_of_token, rate_case, rating_path
from crm.operations.cases.steer import move_case
from crm.operations.cases.talk import ask_customer, hear_from_customer, note_on_case, reply_to_case

__all__ = [
    "DEFAULT_CATEGORIES",
    "Paper",
    "ask_customer",
    "assign_case",
    "case_of_token",
    "change_case",
    "change_category",
    "close_case",
    "close_solved",
    "create_category",
    "end_question",
    "hear_from_customer",
    "may_reopen",
    "merge_cases",
    "move_case",
    "note_on_case",
    "open_case",
    "open_own_case",
    "rate_case",
    "rating_path",
    "reopen_case",
    "reply_to_case",
    "resume_case",
    "say_in_own_case",
    "set_care_policy",
    "solve_case",
    "takes_papers",
    "wait_for_customer",
]
