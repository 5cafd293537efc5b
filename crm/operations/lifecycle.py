"""Rules that move customers through their stages: keep them, put them in order, let them run."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from crm.errors import RuleNameTaken, RuleWithoutConditions
from crm.models import Customer, LifecycleRule
from crm.queries.conditions import read_for_machines
from crm.queries.lifecycle import Pending, pending, rules
from crm.queries.segments import check_for_machines
from crm.rules.conditions import as_data
from tenancy import audit, door

CHUNK = 1_000


def create_rule(
    *, name: str, conditions: Any, stage: str, is_active: bool = True, segment_id: UUID | None = None
) -> LifecycleRule:
    """Add a rule at the end. Raises RuleNameTaken, RuleWithoutConditions, InvalidConditions, SegmentIsRelative."""
    last = LifecycleRule.objects.aggregate(last=Max("position"))["last"]
    rule = LifecycleRule(
        name=name.strip()[:80], conditions=_clean(conditions), stage=stage, is_active=is_active,
        position=0 if last is None else last + 1, created_at=door.moment(), segment_id=segment_id,
    )  # fmt: skip
    _check(rule)
    _save(rule)
    audit.record("lifecycle_rule.created", rule, {"stage": stage})
    return rule


def update_rule(rule_id: UUID, **changes: Any) -> LifecycleRule:
    """Change name, conditions, segment_id, stage, is_active."""
    assert changes.keys() <= {"name", "conditions", "segment_id", "stage", "is_active"}, changes
    rule = LifecycleRule.objects.select_for_update().get(id=rule_id)
    if "conditions" in changes:
        changes["conditions"] = _clean(changes["conditions"])
    changed = [name for name, value in changes.items() if getattr(rule, name) != value]
    for name in changed:
        setattr(rule, name, changes[name])
    if changed:
        _check(rule)
        _save(rule)
        audit.record("lifecycle_rule.updated", rule, {"fields": sorted(changed)})
    return rule


def move_rule(rule_id: UUID, *, up: bool) -> None:
    """Let a rule and its neighbour change places."""
    order = list(rules().select_for_update(of=("self",)))
    at = next(n for n, rule in enumerate(order) if rule.id == LifecycleRule.objects.get(id=rule_id).id)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(order):
        return
    order[at], order[to] = order[to], order[at]
    for position, rule in enumerate(order):
        rule.position = position
    LifecycleRule.objects.bulk_update(order, ["position"])
    audit.record("lifecycle_rule.moved", order[to])


def delete_rule(rule_id: UUID) -> None:
    rule = LifecycleRule.objects.get(id=rule_id)
    audit.record("lifecycle_rule.deleted", rule, {"name": rule.name})
    rule.delete()


def apply_rules(customer_ids: Collection[UUID] | None = None) -> int:
    """Move every customer (or these) to the stage their rule says, and count them; a second run moves nobody.

    A stage that a person set lately stays (DataStandard.hands_off_days).
    """
    # Everybody is chosen before anybody is moved: a move may change what later rules would find.
    chosen = [(each, list(each.rows.values_list("id", "stage"))) for each in pending(customer_ids)]
    return sum(_move(each, moves, is_nightly=customer_ids is None) for each, moves in chosen)


def _move(each: Pending, moves: Sequence[tuple[UUID, str]], *, is_nightly: bool) -> int:
    moved = 0
    for start in range(0, len(moves), CHUNK):
        moved += _move_some(each.rule, dict(moves[start : start + CHUNK]))
    if is_nightly:
        LifecycleRule.objects.filter(id=each.rule.id).update(last_run_at=door.moment(), last_moved=moved)
    return moved


def _move_some(rule: LifecycleRule, before: dict[UUID, str]) -> int:
    """Move those who are still where they were, and note each."""
    locked = Customer.objects.select_for_update(of=("self",)).filter(id__in=list(before)).order_by("id")
    still = [row for row in locked if row.stage == before[row.id]]
    Customer.objects.filter(id__in=[row.id for row in still]).update(stage=rule.stage)
    noted = [(row, {"stage": [row.stage, rule.stage], "rule": rule.name}) for row in still]
    audit.record_many("customer.stage", noted)
    return len(still)


def _clean(conditions: Any) -> dict[str, Any]:
    tree = read_for_machines(conditions, subject="customer")
    return {} if tree.is_empty else as_data(tree)


def _check(rule: LifecycleRule) -> None:
    """A rule moves those for whom something holds, or who are in a segment that does not depend on who looks."""
    if not rule.conditions and rule.segment_id is None:
        raise RuleWithoutConditions
    check_for_machines(rule.segment_id)


def _save(rule: LifecycleRule) -> None:
    try:
        with transaction.atomic():
            rule.save()
    except IntegrityError as error:
        if "lifecycle_rule_once" not in str(error):
            raise
        raise RuleNameTaken from None
