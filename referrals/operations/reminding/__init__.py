"""Remind customers to refer, by campaign: after a happy moment, of an unused link, before the end."""

from referrals.operations.reminding.noting import Moment, note_moments
from referrals.operations.reminding.running import run_reminders
from referrals.operations.reminding.setting import copy_reminders, set_reminder, texts_of

__all__ = ["Moment", "copy_reminders", "note_moments", "run_reminders", "set_reminder", "texts_of"]
