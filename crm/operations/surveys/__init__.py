"""What can be done with surveys: make, open, ask, answer."""

from crm.operations.surveys.answering import answer_survey
from crm.operations.surveys.asking import (
    ask,
    ask_many,
    invitation_of,
    invitation_token,
    is_preview,
    preview_token,
    sent,
    skipped,
)
from crm.operations.surveys.making import close_survey, open_survey, save_survey

__all__ = [
    "answer_survey",
    "ask",
    "ask_many",
    "close_survey",
    "invitation_of",
    "invitation_token",
    "is_preview",
    "open_survey",
    "preview_token",
    "save_survey",
    "sent",
    "skipped",
]
