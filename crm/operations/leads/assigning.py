"""Give a lead to somebody: the first rule that fits decides, and the lead says why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext

from crm.errors import MemberGone
from crm.models import Customer, Lead, LeadMove, LeadPool, LeadRule
from crm.operations.identity import here
from crm.operations.leads.moves import (
    adopt_customer,
    ask_to_respond,
    move,
    publish,
    started_clock,
    stopped_clock,
)
from crm.queries.leads import facts_of, load_of, policy, rules
from crm.rules.assignment import Criterion, fitting, in_turn, least_loaded, segments_named
from crm.rules.leads import ASSIGNED, NEW
from tenancy import door
from tenancy.calendar import away_on, today
from tenancy.models import Membership

_How = LeadRule.How


@dataclass(frozen=True)
class Decision:
    """To whom, or into which pool, and why."""

    member_id: UUID | None
    pool_id: UUID | None
    facts: Mapping[str, Any]
    reason: str = ""  # why into the pool


@dataclass
class Staff:
    """Who works here, who is away, who stands in."""

    names: dict[UUID, str]
    left: set[UUID]
    away: Mapping[UUID, UUID | None]
    skipped: list[dict[str, str]] = field(default_factory=list)
    tried: Counter = field(default_factory=Counter)  # leads that a dry run has given to each

    @classmethod
    def present(cls) -> "Staff":
        people = list(Membership.objects.values_list("id", "user__name", "is_active"))
        left = {id for id, _, is_active in people if not is_active}
        return cls({id: name for id, name, _ in people}, left, away_on(today()))

    def is_free(self, member: UUID) -> bool:
        """Say whether somebody can take a lead today; note who was passed over, and why."""
        if self._is_there(member):
            return True
        why = "left" if member in self.left or member not in self.names else "away"
        self.skipped.append({"name": self.names.get(member, "?"), "why": why})
        return False

    def one(self, member: UUID | None) -> tuple[UUID | None, str]:
        """Take this one, or whoever stands in for them; gives whose place it is."""
        if member is None:
            return None, ""
        deputy = self.away.get(member) if member not in self.left else None
        if not self._is_there(member) and deputy and self._is_there(deputy):
            return deputy, self.names[member]
        return (member, "") if self.is_free(member) else (None, "")

    def _is_there(self, member: UUID) -> bool:
        return member in self.names and member not in self.left and member not in self.away


def decide(
    lead: Lead, *, counts: bool = True, staff: Staff | None = None, every: Sequence[LeadRule] | None = None
) -> Decision:
    """Ask the rules; with `counts` the turn moves on, and rules are held so that two leads cannot have one turn."""
    staff = staff or Staff.present()
    every = rules() if every is None else every
    named = {id for rule in every if rule.is_on for id in segments_named(rule.criteria)}
    facts = facts_of(lead, among=named)
    if policy().known_to_owner and lead.is_known:
        member, stands_for = staff.one(lead.customer.owner_id)
        if member:
            return Decision(member, None, _facts(staff, member, how="known_customer", stands_for=stands_for))
    for number, rule in enumerate(every, 1):
        criteria = [Criterion.read(each) for each in rule.criteria]
        if rule.is_on and fitting(criteria, facts):
            decision = _by(rule, number, lead, staff, counts)
            if decision:
                return decision
    return Decision(None, None, {"how": "no_rule", "skipped": staff.skipped}, reason="no_rule")


def _by(rule: LeadRule, number: int, lead: Lead, staff: Staff, counts: bool) -> Decision | None:
    """Apply a rule that fits; None where it names an owner whom nobody has."""
    about = {"rule_id": str(rule.id), "number": number, "rule": rule.name, "criteria": rule.criteria, "how": rule.how}
    if rule.how == _How.POOL:
        return Decision(None, rule.pool_id, about, reason="rule")
    member, more = _CHOOSERS[rule.how](rule, lead, staff, counts)
    if member:
        return Decision(member, None, _facts(staff, member, **about, **more))
    if rule.how in (_How.CUSTOMER_OWNER, _How.REFERRER_OWNER):
        return None
    return Decision(None, rule.pool_id, {**about, "skipped": staff.skipped}, reason="nobody")


def _facts(staff: Staff, member: UUID, **more: Any) -> dict[str, Any]:
    return {"member": staff.names[member], "skipped": staff.skipped, **more}


def _person(rule, lead, staff, counts):
    member, stands_for = staff.one(_ids(rule.members)[0] if rule.members else None)
    return member, {"stands_for": stands_for}


def _owner(rule, lead, staff, counts):
    member, stands_for = staff.one(lead.customer.owner_id)
    return member, {"stands_for": stands_for}


def _referrer_owner(rule, lead, staff, counts):
    member, stands_for = staff.one(lead.referrer.owner_id if lead.referrer else None)
    return member, {"stands_for": stands_for, "referrer": lead.referrer.name if lead.referrer else ""}


def _round_robin(rule, lead, staff, counts):
    members = _ids(rule.members)
    last = _held(rule).last_member_id if counts else rule.last_member_id
    member = in_turn(members, last, staff.is_free)
    if member is None:
        return None, {}
    if counts:
        LeadRule.objects.filter(id=rule.id).update(last_member_id=member, turns=F("turns") + 1)
    return member, {"place": members.index(member) + 1, "of": len(members)}


def _least_load(rule, lead, staff, counts):
    members = _ids(rule.members)
    if counts:
        _held(rule)
    load = Counter(load_of(members)) + staff.tried
    member = least_loaded(members, load, staff.is_free)
    return member, {"load": load.get(member, 0), "of": len(members)} if member else {}


_CHOOSERS = {
    _How.PERSON: _person, _How.CUSTOMER_OWNER: _owner, _How.REFERRER_OWNER: _referrer_owner,
    _How.ROUND_ROBIN: _round_robin, _How.LEAST_LOAD: _least_load,
}  # fmt: skip


def _held(rule: LeadRule) -> LeadRule:
    """Let one lead at a time have this rule's turn; the lock ends with the transaction."""
    return LeadRule.objects.select_for_update(of=("self",)).get(id=rule.id)


def _ids(members: Sequence[str]) -> list[UUID]:
    return [UUID(member) for member in members]


# --- and do it -----------------------------------------------------------------------------------------------


def assign_by_rules(lead: Lead) -> Lead:
    """Give a new lead to whom the rules say, or put it into the pool."""
    decision = decide(lead)
    if decision.member_id:
        return assign_to(lead, decision.member_id, facts=decision.facts)
    return put_into_pool(lead, decision)


def assign_to(
    lead: Lead, member_id: UUID, *, facts: Mapping[str, Any], kind: str = LeadMove.Kind.ASSIGNED, **row: Any
) -> Lead:
    """Make somebody the owner of a lead that nobody has; their clock begins."""
    check_active(member_id)
    changes = {"state": ASSIGNED, "owner_id": member_id, "pool_id": None, "pooled_at": None, "first_response_at": None}
    changes |= {"response_minutes": None, **started_clock(policy())}
    move(lead, kind, changes, expects=(NEW,), facts=dict(facts), to_member_id=member_id, **row)
    adopt_customer(lead)
    ask_to_respond(lead)
    publish("lead.assigned", lead, how=facts.get("how"), rule_id=facts.get("rule_id"))
    return lead


def check_active(member_id: UUID) -> None:
    if not Membership.objects.filter(id=member_id, is_active=True).exists():
        raise MemberGone


def put_into_pool(lead: Lead, decision: Decision) -> Lead:
    """Let it wait where anybody may take it; when that was nobody's wish, say so."""
    pool_id = decision.pool_id or default_pool().id
    changes = {"pool_id": pool_id, "pooled_at": door.moment(), **stopped_clock()}
    move(lead, LeadMove.Kind.POOLED, changes, expects=(NEW,), reason=decision.reason, facts=dict(decision.facts))
    if decision.reason != "rule":
        publish("lead.unassigned", lead, reason=decision.reason)
    return lead


def default_pool() -> LeadPool:
    """Give the pool of everybody; there is one as soon as it is needed."""
    found = LeadPool.objects.filter(is_default=True).first()
    if found is None:
        with translation.override(here().language):
            name = gettext("Everybody's pool")
        LeadPool.objects.bulk_create([LeadPool(name=name, is_default=True)], ignore_conflicts=True)
        found = LeadPool.objects.get(is_default=True)
    return found


# --- dry run ----------------------------------------------------------------------------------------------------


def dry_run(leads: Sequence[Lead]) -> list[tuple[Lead, Decision]]:
    """Say what the rules would do with leads that came in this order, without moving anything."""
    every, staff = rules(), Staff.present()
    tried = []
    for lead in leads:
        staff.skipped = []
        decision = decide(lead, counts=False, staff=staff, every=every)
        for rule in every:  # the turn goes on as it would, in memory only
            if str(rule.id) == decision.facts.get("rule_id") and decision.member_id:
                rule.last_member_id = decision.member_id
        if decision.member_id:
            staff.tried[decision.member_id] += 1
        tried.append((lead, decision))
    return tried


def dry_run_of(*, source: str, city: str = "", province: str = "", campaign: str = "", interest: str = "") -> Decision:
    """Say what the rules would do with a made-up lead of a stranger."""
    customer = Customer(name="?", city=city, province=province, stage=Customer.Stage.LEAD)
    lead = Lead(customer=customer, source=source, campaign=campaign, interest=interest)
    return dry_run([lead])[0][1]
