"""Arithmetic of rewards: what a part costs, what a coupon takes off."""

from decimal import Decimal

from foundation.money import percent_of


def cost_of_part(*, cost_minor: int, whole: int, part: int) -> int:
    """Say what `part` of `whole` costs, rounded up: a budget is never released too far."""
    return -(-cost_minor * part // whole)


def percent_off(*, order_minor: int, percent: Decimal, cap_minor: int | None) -> int:
    off = percent_of(order_minor, percent)
    return off if cap_minor is None else min(off, cap_minor)


def value_off(*, order_minor: int, value_minor: int) -> int:
    """Take an amount off an order, which never falls below zero."""
    return min(order_minor, value_minor)
