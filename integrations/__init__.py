"""Webhooks out, import and export."""
