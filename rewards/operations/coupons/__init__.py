"""Coupons: what kinds there are, their codes, and how many were used."""
