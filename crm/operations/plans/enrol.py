"""Put customers on plans, once for each cause, and take them off."""

from datetime import datetime, timedelta
from uuid import UUID

from crm.models import ContactPlan, ContactStep, ContactVisit, Customer, CustomerTag, Enrolment
from crm.queries.segments import is_member
from crm.rules.contact_plans import day_of
from tenancy import audit, door
from tenancy.calendar import own_zone

_PLANNED = ContactVisit.State.PLANNED


def enrol(
    plan: ContactPlan,
    customer: Customer,
    *,
    cause: str,
    started_at: datetime,
    seller_id: UUID | None = None,
    order_id: UUID | None = None,
) -> Enrolment | None:
    """Put a customer on a plan and plan every contact; the same cause does it once, who is not meant is passed over."""
    key = f"{plan.id}:{cause}"
    if not plan.is_active or not _is_meant(plan, customer) or Enrolment.objects.filter(key=key).exists():
        return None
    contacts = _contacts(plan, started_at)
    enrolment = Enrolment(
        plan=plan, customer=customer, key=key, seller_id=seller_id, order_id=order_id, started_at=started_at
    )
    if not contacts or not _is_first(enrolment):
        return None
    ContactVisit.objects.bulk_create(
        ContactVisit(enrolment=enrolment, step=step, customer=customer, planned_for=moment, due_at=moment)
        for step, moment in contacts
    )
    audit.record("enrolment.started", enrolment, {"plan_id": str(plan.id), "customer_id": str(customer.id)})
    return enrolment


def _is_first(enrolment: Enrolment) -> bool:
    Enrolment.objects.bulk_create([enrolment], ignore_conflicts=True)
    return Enrolment.objects.filter(id=enrolment.id).exists()


def _is_meant(plan: ContactPlan, customer: Customer) -> bool:
    if plan.stage and customer.stage != plan.stage:
        return False
    if plan.segment_id and not is_member(plan.segment_id, customer.id):
        return False
    return plan.tag_id is None or CustomerTag.objects.filter(customer=customer, tag_id=plan.tag_id).exists()


def _contacts(plan: ContactPlan, started_at: datetime) -> list[tuple[ContactStep, datetime]]:
    """Say when each contact is due; what lies behind us (an order told weeks later) is not made up for."""
    here, earliest = own_zone(), door.moment() - timedelta(days=1)
    steps = ContactStep.objects.filter(plan=plan, is_retired=False).order_by("day", "id")
    moments = [(step, day_of(started_at, step.day, here)) for step in steps]
    return [(step, moment) for step, moment in moments if moment > earliest]


def stop_enrolment(enrolment_id: UUID, reason: str = "hand") -> Enrolment:
    """Take a customer off a plan: what is planned falls away, what is a task already stays with whoever has it."""
    moved = Enrolment.objects.filter(id=enrolment_id, state=Enrolment.State.RUNNING).update(
        state=Enrolment.State.STOPPED, stop_reason=reason, ended_at=door.moment()
    )
    enrolment = Enrolment.objects.get(id=enrolment_id)
    if moved:
        ContactVisit.objects.filter(enrolment=enrolment, state=_PLANNED).update(state=ContactVisit.State.STOPPED)
        audit.record("enrolment.stopped", enrolment, {"reason": reason})
    return enrolment


def stop_all(plan: ContactPlan) -> int:
    """End a plan for everybody who is on it."""
    running = Enrolment.objects.filter(plan=plan, state=Enrolment.State.RUNNING)
    ids = list(running.values_list("id", flat=True))
    ContactVisit.objects.filter(enrolment_id__in=ids, state=_PLANNED).update(state=ContactVisit.State.STOPPED)
    return Enrolment.objects.filter(id__in=ids).update(
        state=Enrolment.State.STOPPED, stop_reason="plan", ended_at=door.moment()
    )
