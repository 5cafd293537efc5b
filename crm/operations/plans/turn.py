"""Make tasks of contacts that are near, unless something speaks against it; begin what the calendar begins."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from crm.models import Consent, ContactPlan, ContactStep, ContactVisit, Customer, CustomerTag, Enrolment, Order, Refund
from crm.operations.plans.enrol import enrol, stop_enrolment
from crm.operations.tasks import add_task
from crm.queries.care import care_policy
from crm.queries.customers import present_consents
from crm.queries.segments import members
from crm.rules.contact_plans import A_WEEK, Standing, Stops, birthday_in, day_of, postponed, reason_to_stop
from tenancy import door
from tenancy.calendar import own_zone
from tenancy.models import Membership

LEAD = timedelta(days=1)  # a task appears a day before it is due
_AT_MOST = 200
_State = ContactVisit.State


def turn_plans() -> int:
    """Look at the contacts that are near: stop, postpone, or make the task; count the tasks."""
    near = ContactVisit.objects.filter(state=_State.PLANNED, due_at__lte=door.moment() + LEAD)
    visits = near.select_for_update(skip_locked=True, of=("self",)).select_related("enrolment__plan", "step", "customer")
    return sum(_turn(visit) for visit in visits.order_by("due_at", "id")[:_AT_MOST])


def _turn(visit: ContactVisit) -> bool:
    plan = visit.enrolment.plan
    stops = Stops(plan.stops_when_unsubscribed, plan.stops_when_lost, plan.stops_on_refund, plan.stops_on_order)
    if reason := reason_to_stop(stops, _standing(visit)):
        stop_enrolment(visit.enrolment_id, reason)
        return False
    due_at = postponed(visit.due_at, _others(visit), care_policy().visits_a_week)
    if due_at > visit.due_at:
        ContactVisit.objects.filter(id=visit.id).update(due_at=due_at)
        if due_at > door.moment() + LEAD:
            return False
        visit.due_at = due_at
    _make_task(visit)
    return True


def _standing(visit: ContactVisit) -> Standing:
    enrolment, customer = visit.enrolment, visit.customer
    since = Order.objects.filter(customer=customer, status=Order.Status.PAID, paid_at__gt=enrolment.started_at)
    refunds = Refund.objects.filter(order__customer=customer, refunded_at__gte=enrolment.started_at, cancelled_at=None)
    answers = [c for (purpose, _channel), c in present_consents(customer.id).items() if purpose in _OFFERS]
    return Standing(
        is_lost=customer.stage == Customer.Stage.LOST,
        is_unsubscribed=bool(answers) and not any(consent.is_granted for consent in answers),
        has_refund=refunds.exists(),
        has_ordered_again=since.exclude(id=enrolment.order_id).exists(),
    )


_OFFERS = (Consent.Purpose.MARKETING,)


def _others(visit: ContactVisit) -> list[datetime]:
    """List the other contacts of this customer near this one that are tasks by now."""
    made = ContactVisit.objects.filter(customer_id=visit.customer_id, state__in=[_State.OPEN, _State.DONE, _State.MISSED])
    return list(made.filter(due_at__gt=visit.due_at - A_WEEK).exclude(id=visit.id).values_list("due_at", flat=True))


def _make_task(visit: ContactVisit) -> None:
    step = visit.step
    task = add_task(
        key=f"visit:{visit.id}", title=step.title, due_at=visit.due_at, customer_id=visit.customer_id, kind=step.kind,
        script=step.script, assignee_id=_assignee(visit), priority=step.priority,
    )  # fmt: skip
    ContactVisit.objects.filter(id=visit.id, state=_State.PLANNED).update(state=_State.OPEN, task=task)


def _assignee(visit: ContactVisit) -> UUID | None:
    step, rule = visit.step, ContactStep.Assignee
    owner = visit.customer.owner_id
    wanted = {rule.MEMBER: step.assignee_id, rule.SELLER: visit.enrolment.seller_id or owner, rule.OWNER: owner}
    if step.assignee_rule == rule.ROUND:
        return _in_turn(visit.enrolment.plan_id)
    chosen = wanted[rule(step.assignee_rule)]
    return Membership.objects.filter(id=chosen, is_active=True).values_list("id", flat=True).first()


def _in_turn(plan_id: UUID) -> UUID | None:
    service = Membership.objects.filter(is_active=True, role=Membership.Role.SERVICE).order_by("id")
    ids = list(service.values_list("id", flat=True))
    if not ids:
        return None
    ContactPlan.objects.filter(id=plan_id).update(turn=F("turn") + 1)
    return ids[ContactPlan.objects.values_list("turn", flat=True).get(id=plan_id) % len(ids)]


# --- begun by the calendar --------------------------------------------------------------------------------


def enrol_by_calendar() -> int:
    """Put on plans whose birthday it is and whose turn has come again; count them."""
    plans = ContactPlan.objects.filter(is_active=True)
    begun = [_birthdays(plan) for plan in plans.filter(trigger=ContactPlan.Trigger.BIRTHDAY)]
    return sum(begun + [_again(plan) for plan in plans.filter(trigger=ContactPlan.Trigger.EVERY)])


_LEAP_DAY = date(2024, 2, 29)


def _birthdays(plan: ContactPlan) -> int:
    here = own_zone()
    today = door.moment().astimezone(here).date()
    started = day_of(door.moment(), 0, here)
    days = Q(birth_date__month=today.month, birth_date__day=today.day)
    if birthday_in(today.year, _LEAP_DAY) == today:
        days |= Q(birth_date__month=2, birth_date__day=29)
    known = Customer.objects.filter(days).exclude(birth_date__year=today.year)
    return _enrol_all(plan, known, lambda customer: f"birthday:{customer.id}:{today.year}", started)


def _again(plan: ContactPlan) -> int:
    """Begin for those who were never on it, and again for those whose last time is long enough ago."""
    since = door.moment() - timedelta(days=plan.every_days)
    lately = Enrolment.objects.filter(plan=plan, customer_id=OuterRef("id"), started_at__gt=since)
    due = Customer.objects.filter(~Exists(lately))
    return _enrol_all(plan, due, lambda customer: f"every:{customer.id}:{door.moment():%Y%m%d}", door.moment())


def _enrol_all(plan: ContactPlan, customers, cause, started_at: datetime) -> int:
    if plan.stage:
        customers = customers.filter(stage=plan.stage)
    if plan.tag_id:
        customers = customers.filter(Exists(CustomerTag.objects.filter(customer_id=OuterRef("id"), tag_id=plan.tag_id)))
    if plan.segment_id:
        customers = customers.filter(id__in=members(plan.segment_id).order_by().values("id"))
    if plan.stops_when_lost:
        customers = customers.exclude(stage=Customer.Stage.LOST)
    rows = list(customers.order_by("id")[:_AT_MOST])
    return len([row for row in rows if enrol(plan, row, cause=cause(row), started_at=started_at)])
