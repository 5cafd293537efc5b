"""Remind customers to refer, by campaign: after a happy moment, of an unused link, before the end."""

from referrals.operations.reminding.noting import Moment, note_moments
from referrals.operations.reminding.purging import purge_left_out
from referrals.operations.reminding.running import run_reminders
from referrals.operations.reminding.setting import copy_reminders, estimate_reminder, set_reminder, texts_of

__all__ = [
    "Moment",
    "copy_reminders",
    "estimate_reminder",
    "note_moments",
    "purge_left_out",
    "run_reminders",
    "set_reminder",
    "texts_of",
]
