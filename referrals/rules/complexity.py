"""How much a person has to keep in mind to know what terms give: one number, so that drafts can be compared.

score = 1 for each line of rewards, and for each further option of a choice and each further step of a staircase
      + 1 for each condition that has to be checked
      + 1 for each limit
      + 2 for each scheme and for each milestone
      + 1 if rewards shrink with the order after a refund
Up to 5 anybody can retell; up to 12 staff can explain; beyond that expect questions.
"""

from referrals.rules.conditions import leaves
from referrals.rules.terms import Choice, Terms

SIMPLE, MODERATE = 5, 12


def complexity(terms: Terms) -> dict[str, int]:
    """Say what the score is made of."""
    lines = terms.all_rewards
    return {
        "rewards": sum(1 + _further(line) for line in lines),
        "conditions": sum(len(list(leaves(tree))) for tree in terms.trees) + bool(terms.minimum.minor),
        "limits": sum(1 for value in vars(terms.limits).values() if value),
        "variants": 2 * (len(terms.schemes) + len(terms.milestones)),
        "refunds": int(terms.refund_policy == "proportional"),
    }


def score(terms: Terms) -> int:
    return sum(complexity(terms).values())


def _further(line) -> int:
    if isinstance(line, Choice):
        return len(line.options) - 1
    return max(len(getattr(line, "steps", getattr(line, "brackets", ()))) - 1, 0)


def grade(points: int) -> str:
    """Name it: simple, moderate or hard."""
    return "simple" if points <= SIMPLE else "moderate" if points <= MODERATE else "hard"
