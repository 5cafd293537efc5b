"""Budgets: what is reserved, committed and spent of them."""
