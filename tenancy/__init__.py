"""Organisations, people and roles, keys, the wall, audit, events, idempotency."""
