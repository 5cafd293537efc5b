"""Arithmetic of rewards; a file for each subject."""


def cost_of_part(*, cost_minor: int, whole: int, part: int) -> int:
    """Say what `part` of `whole` costs, rounded up: a budget is never released too far."""
    return -(-cost_minor * part // whole)
