"""Try terms on the past: what a draft would have given, and that the terms in force give exactly what the ledger has."""

from referrals.operations.simulating.running import (
    cancel_simulation,
    forgotten_simulations,
    read_only,
    run_simulation,
    simulate,
    start_simulation,
)

__all__ = [
    "cancel_simulation",
    "forgotten_simulations",
    "read_only",
    "run_simulation",
    "simulate",
    "start_simulation",
]
