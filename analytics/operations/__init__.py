"""Everything analytics does."""

from analytics.operations.scoring import is_scoring_due, score_rfm, start_scoring

__all__ = ["is_scoring_due", "score_rfm", "start_scoring"]
