"""The version of the wording that people consent to."""

TEXT_VERSION = "referral-2026-11-2"  # change it with the words in portal/forms.py
