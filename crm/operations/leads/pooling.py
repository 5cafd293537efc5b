"""The pool (公海): leads of nobody, who may take them, and how they come back."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from crm.errors import CoolingDown, HandsFull, LeadMoved, LeadTaken, MemberGone, NotInPool, TooManyClaims
from crm.models import Customer, Lead, LeadMove, Task
from crm.operations.leads.assigning import assign_to, default_pool
from crm.operations.leads.moves import close_tasks, locked, move, stopped_clock
from crm.operations.pool_moves import write_freed
from crm.operations.present import midnight
from crm.queries.leads import may_claim_from, policy
from crm.rules.leads import IN_HAND, NEW, UNQUALIFIED
from tenancy import audit, door
from tenancy.calendar import own_zone
from tenancy.models import Membership

_EARLY = (Customer.Stage.PROSPECT, Customer.Stage.LEAD, Customer.Stage.LOST)


def claim_lead(lead_id: UUID, member_id: UUID) -> Lead:
    """Take a lead out of the pool; of two who try, one gets it."""
    member = Membership.objects.select_for_update(of=("self",)).filter(id=member_id, is_active=True).first()
    if member is None:
        raise MemberGone
    lead = locked(lead_id)
    if lead.pool_id is None or lead.state != NEW:
        raise LeadTaken
    if not may_claim_from(lead.pool, member_id):
        raise NotInPool
    _check_limits(lead, member_id)
    return assign_to(lead, member_id, facts={"how": "claimed"}, kind=LeadMove.Kind.CLAIMED)


def _check_limits(lead: Lead, member_id: UUID) -> None:
    rules = policy()
    claimed = LeadMove.objects.filter(to_member_id=member_id, kind=LeadMove.Kind.CLAIMED)
    if claimed.filter(occurred_at__gte=midnight()).count() >= rules.claims_a_day:
        raise TooManyClaims(most=rules.claims_a_day)
    if Lead.objects.filter(owner_id=member_id, state__in=IN_HAND).count() >= rules.in_hand:
        raise HandsFull(most=rules.in_hand)
    back = LeadMove.objects.filter(lead=lead, kind=LeadMove.Kind.RECYCLED, from_member_id=member_id)
    last = back.order_by("-occurred_at").values_list("occurred_at", flat=True).first()
    free_from = last + timedelta(days=rules.cooldown_days) if last else None
    if free_from and free_from > door.moment():
        raise CoolingDown(day=f"{free_from.astimezone(own_zone()):%Y-%m-%d}")


def release_lead(lead_id: UUID, *, note: str = "") -> Lead:
    """Give a lead back, for others to take."""
    return recycle_lead(lead_id, reason="released", note=note)


def recycle_lead(lead_id: UUID, *, reason: str, note: str = "") -> Lead:
    """Put a lead back into the pool with the reason; what was closed as no fit may go there too."""
    lead = locked(lead_id)
    if lead.state not in (*IN_HAND, UNQUALIFIED):
        raise LeadMoved
    giver = lead.owner_id
    move(
        lead, LeadMove.Kind.RECYCLED, back_in_pool(default_pool().id), expects=(lead.state,), reason=reason,
        note=note.strip()[:300], to_member_id=None, event="lead.recycled",
        payload={"reason": reason, "from_member_id": str(giver) if giver else None},
    )  # fmt: skip
    Lead.objects.filter(id=lead.id).update(times_recycled=lead.times_recycled + 1)
    lead.times_recycled += 1
    close_tasks(lead, state=Task.State.DROPPED)
    leave_customer(lead, giver)
    return lead


def back_in_pool(pool_id: UUID) -> dict[str, Any]:
    return {
        "state": NEW, "owner_id": None, "pool_id": pool_id, "pooled_at": door.moment(), "reason": "", "detail": "",
        "note": "", "closed_at": None, "first_response_at": None, "response_minutes": None, **stopped_clock(),
    }  # fmt: skip


def leave_customer(lead: Lead, member_id: UUID | None) -> None:
    """A lead's customer who never bought is nobody's again, with the lead."""
    if member_id and lead.customer.stage in _EARLY:
        others = Lead.objects.filter(customer_id=lead.customer_id, owner_id=member_id, state__in=IN_HAND).exclude(id=lead.id)
        mine = Customer.objects.filter(id=lead.customer_id, owner_id=member_id)
        if not others.exists() and mine.update(owner=None):
            audit.record("customer.updated", lead.customer, {"fields": ["owner_id"]})
            write_freed(lead.customer_id, member_id)
