"""How leads are handled here: rules, pools, times and limits."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Max

from crm.errors import CriterionUnknown, RuleIncomplete, WarnedTooEarly
from crm.models import LeadPolicy, LeadPool, LeadRule
from crm.operations.identity import members_among
from crm.queries import leads as reads
from crm.queries.segments import check_for_machines
from crm.rules.assignment import FACTS, segments_named
from tenancy import audit

_NEEDS_MEMBERS = (LeadRule.How.PERSON, LeadRule.How.ROUND_ROBIN, LeadRule.How.LEAST_LOAD)


def save_rule(
    rule_id: UUID | None = None,
    *,
    name: str,
    how: str,
    criteria: Sequence[Mapping[str, Any]] = (),
    members: Sequence[UUID] = (),
    pool_id: UUID | None = None,
    position: int | None = None,
) -> LeadRule:
    """Add a rule at the end, or change one where it stands, unless its position is told."""
    if any(each["fact"] not in FACTS or not each["values"] for each in criteria):
        raise CriterionUnknown
    for segment_id in segments_named(criteria):
        check_for_machines(segment_id)
    known = [member for member in members if member in members_among(members)]
    if (how in _NEEDS_MEMBERS and not known) or (how == LeadRule.How.POOL and pool_id is None):
        raise RuleIncomplete(field="pool" if how == LeadRule.How.POOL else "members")
    fields = {
        "name": name.strip()[:80], "how": how, "criteria": [dict(each) for each in criteria],
        "members": [str(member) for member in known], "pool_id": pool_id,
    }  # fmt: skip
    if position is not None or rule_id is None:
        fields["position"] = _last_position() + 1 if position is None else position
    rule = _changed(rule_id, fields) if rule_id else LeadRule.objects.create(**fields)
    audit.record("lead_rule.saved", rule, {"how": how})
    return rule


def _changed(rule_id: UUID, fields: Mapping[str, Any]) -> LeadRule:
    rule = LeadRule.objects.select_for_update(of=("self",)).get(id=rule_id)
    for name, value in fields.items():
        setattr(rule, name, value)
    rule.save(update_fields=list(fields))
    return rule


def _last_position() -> int:
    return LeadRule.objects.aggregate(last=Max("position"))["last"] or 0


def move_rule_up(rule_id: UUID) -> None:
    """Let a rule be asked one place earlier."""
    every = reads.rules()
    at = next((n for n, rule in enumerate(every) if rule.id == rule_id), None)
    if at is None:
        raise LeadRule.DoesNotExist
    if at:
        every[at - 1], every[at] = every[at], every[at - 1]
    for position, rule in enumerate(every, 1):
        rule.position = position
    LeadRule.objects.bulk_update(every, ["position"])
    audit.record("lead_rule.arranged", every[at])


def switch_rule(rule_id: UUID, *, is_on: bool) -> None:
    rule = LeadRule.objects.get(id=rule_id)
    LeadRule.objects.filter(id=rule_id).update(is_on=is_on)
    audit.record("lead_rule.switched", rule, {"is_on": is_on})


def delete_rule(rule_id: UUID) -> None:
    """Forget a rule; what it decided stays written at the leads."""
    rule = LeadRule.objects.get(id=rule_id)
    audit.record("lead_rule.deleted", rule, {"name": rule.name})
    LeadRule.objects.filter(id=rule_id).delete()


def add_pool(name: str, members: Sequence[UUID] = ()) -> LeadPool:
    """Open a pool; with members it is their queue."""
    pool = LeadPool.objects.create(
        name=name.strip()[:80], is_default=False, members=[str(id) for id in members if id in members_among(members)]
    )  # fmt: skip
    audit.record("lead_pool.added", pool)
    return pool


def change_pool(pool_id: UUID, *, name: str, members: Sequence[UUID]) -> LeadPool:
    pool = LeadPool.objects.select_for_update().get(id=pool_id)
    pool.name, pool.members = name.strip()[:80], [str(id) for id in members if id in members_among(members)]
    pool.save(update_fields=["name", "members"])
    audit.record("lead_pool.changed", pool)
    return pool


def set_policy(**changes: Any) -> LeadPolicy:
    """Change times and limits; leads that are under way feel it at their next step."""
    rules = reads.policy()
    for name, value in changes.items():
        setattr(rules, name, value)
    if rules.idle_days and rules.warn_days >= rules.idle_days:
        raise WarnedTooEarly
    saved, _ = LeadPolicy.objects.update_or_create(defaults=changes)
    audit.record("lead_policy.changed", saved, {"fields": sorted(changes)})
    return saved
