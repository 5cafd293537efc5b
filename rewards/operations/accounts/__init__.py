"""Customers' accounts: points by hand, expiry, merges, what is owed."""
