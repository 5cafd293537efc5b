"""Campaigns, rules, codes, touches, referrals, decisions."""
