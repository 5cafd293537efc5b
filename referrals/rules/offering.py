"""What terms offer to whom, and terms with another offer for some."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from referrals.rules.conditions import holds, leaves
from referrals.rules.milestones import milestone_json
from referrals.rules.reward_lines import RewardLine, line_json
from referrals.rules.terms import ONLY_MILESTONES, Terms, terms_json

EVERYBODY, TIER, SEGMENT = "everybody", "tier", "segment"
GROUPS = (EVERYBODY, TIER, SEGMENT)
# Facts that are known of whoever passes on a link, also before any friend has come.
_KNOWN = {"referrer.tier", "referrer.segments", "referral.source"}


@dataclass(frozen=True)
class Group:
    """Referrers of one tier (its code) or one segment (its id), or everybody."""

    kind: str = EVERYBODY
    value: str = ""

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.value}" if self.value else self.kind

    @property
    def about(self) -> dict[str, Any]:
        """Give the facts that conditions ask for."""
        own = {TIER: {"referrer.tier": self.value}, SEGMENT: {"referrer.segments": [self.value]}}
        return {"referral.source": "customer", **own.get(self.kind, {})}

    @property
    def when(self) -> dict[str, Any]:
        if self.kind == TIER:
            return {"fact": "referrer.tier", "is": "is", "value": self.value}
        return {"fact": "referrer.segments", "is": "has_any", "value": [self.value]}


@dataclass(frozen=True)
class Offer:
    """What referrer and friend get for an order; with milestones it is not to be had by lines alone."""

    lines: tuple[RewardLine, ...]
    milestones: str = ""

    @property
    def key(self) -> str:
        told = sorted(json.dumps(line_json(line), sort_keys=True, ensure_ascii=False) for line in self.lines)
        return "\n".join([*told, self.milestones])


def offer_to(terms: Terms, about: Mapping[str, Any]) -> tuple[str, Offer] | None:
    """Say which scheme these people fall under and what it offers; None where that hangs on more than is known of them."""
    milestones = json.dumps([milestone_json(each) for each in terms.milestones], sort_keys=True) if terms.milestones else ""
    for scheme in terms.schemes:
        if not {leaf.fact for leaf in leaves(scheme.when)} <= _KNOWN:
            return None
        if holds(scheme.when, about):
            return scheme.key, Offer(scheme.rewards, milestones)
    if terms.event == ONLY_MILESTONES or not terms.rewards:
        return None
    return "", Offer(terms.rewards, milestones)


def with_offer(terms: Terms, group: Group, lines: Sequence[RewardLine]) -> dict[str, Any]:
    """Write terms that offer these lines to a group; what others get stays."""
    told, rewards = terms_json(terms), [line_json(line) for line in lines]
    if group.kind == EVERYBODY:
        return {**told, "rewards": rewards}
    schemes = told.get("schemes", [])
    first = next((place for place, scheme in enumerate(terms.schemes) if holds(scheme.when, group.about)), len(schemes))
    own = next((place for place, scheme in enumerate(schemes) if scheme["when"] == group.when), None)
    scheme = {"key": _free_key(schemes), "when": group.when} if own is None else schemes.pop(own)
    schemes.insert(first, {**scheme, "rewards": rewards})  # the first that fits is taken
    return {**told, "schemes": schemes}


def _free_key(schemes: Sequence[Mapping[str, Any]]) -> str:
    taken = {scheme["key"] for scheme in schemes}
    return next(key for number in range(1, len(schemes) + 2) if (key := f"suggested_{number}") not in taken)
