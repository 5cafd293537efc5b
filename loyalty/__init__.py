"""Earning rules and tiers."""
