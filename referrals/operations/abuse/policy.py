"""Set how signs of abuse are weighed."""

from collections.abc import Mapping
from typing import Any

from referrals.errors import PolicyOutOfRange, ThresholdsMixed, UnknownSignal
from referrals.models import AbusePolicy
from referrals.rules.signals import SIGNALS
from tenancy import audit

_STEPS = ("delay_from", "hold_from", "proof_from", "block_from")
_FIELDS = frozenset({"is_shadow", *_STEPS, "delay_days", "signals"})
_OF_SIGNAL = frozenset({"weight", "is_on", "is_shadow", "limit"})


def set_abuse_policy(**changes: Any) -> AbusePolicy:
    """Change thresholds, shadow mode or signals. What was found before stays; the next look weighs anew."""
    assert changes.keys() <= _FIELDS, changes.keys() - _FIELDS
    if "signals" in changes:
        changes["signals"] = _differing(changes["signals"])
    AbusePolicy.objects.bulk_create([AbusePolicy()], ignore_conflicts=True)
    policy = AbusePolicy.objects.select_for_update(of=("self",)).get()
    changed = sorted(name for name, value in changes.items() if getattr(policy, name) != value)
    for name in changed:
        setattr(policy, name, changes[name])
    _refuse_wrong(policy)
    policy.save()
    audit.record("abuse_policy.changed", policy, {"fields": changed})
    return policy


def _refuse_wrong(policy: AbusePolicy) -> None:
    steps = [score for name in _STEPS if (score := getattr(policy, name)) is not None]
    if any(not 1 <= score <= 500 for score in steps) or not 1 <= policy.delay_days <= 180:
        raise PolicyOutOfRange
    if steps != sorted(set(steps)):
        raise ThresholdsMixed


def _differing(signals: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Keep only what differs from what we propose, so that proposals can grow wiser."""
    kept = {}
    for key, told in signals.items():
        if key not in SIGNALS:
            raise UnknownSignal(key=key)
        _refuse_wrong_signal(key, told)
        usual = {"weight": SIGNALS[key].weight, "is_on": True, "is_shadow": False, "limit": SIGNALS[key].limit}
        if differing := {name: value for name, value in told.items() if usual[name] != value}:
            kept[key] = differing
    return kept


def _refuse_wrong_signal(key: str, told: Mapping[str, Any]) -> None:
    if not told.keys() <= _OF_SIGNAL:
        raise UnknownSignal(key=f"{key}.{min(told.keys() - _OF_SIGNAL)}")
    limit = told.get("limit", SIGNALS[key].limit)
    has_limit = SIGNALS[key].limit is not None
    is_limit_wrong = limit is None or not 1 <= limit <= 100_000 if has_limit else limit is not None
    if not 0 <= told.get("weight", 0) <= 200 or is_limit_wrong:
        raise PolicyOutOfRange
