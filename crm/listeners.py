"""What the customer room does when something has happened upstairs."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from crm.models import Case, ContactPlan, Customer, Enrolment, Lead, LifecycleRule, Merge, Order, Survey, Task
from crm.operations.duplicates import find_duplicates
from crm.operations.identity import here
from crm.operations.leads import recycle_lead
from crm.operations.lifecycle import apply_rules
from crm.operations.merging import catch_up
from crm.operations.plans import enrol
from crm.operations.surveys import ask_many
from crm.operations.tasks import add_task
from crm.queries.merging import standing_id
from crm.queries.surveys import surveys_after
from crm.rules.leads import IN_HAND
from tenancy import door
from tenancy.models import Event, Membership, Organisation

# event -> what surveys call it
SURVEY_OCCASIONS = {
    "order.changed": Survey.Trigger.ORDER_PAID,
    "case.closed": Survey.Trigger.CASE_CLOSED,
    "deal.won": Survey.Trigger.DEAL_WON,
}
_FRESH = timedelta(days=7)  # an order told of later than that, in an import of old ones, is nothing to ask about


def on_referral_confirmed(events: Sequence[Event]) -> None:
    """Give the referred friend's follow-up to whoever is responsible, in the words they read."""
    for event in events:
        _follow_up(event.payload)


def on_members_left(events: Sequence[Event]) -> None:
    """Put the open leads of who has left where others can take them."""
    left = Membership.objects.filter(id__in=[event.subject_id for event in events], is_active=False)
    open_leads = Lead.objects.filter(owner__in=left, state__in=IN_HAND).order_by("id")
    for lead_id in open_leads.values_list("id", flat=True):
        recycle_lead(lead_id, reason="member_left")


def on_orders_of_merged(events: Sequence[Event]) -> None:
    """Bring orders to the winner that somebody was recording for the loser while they were merged."""
    left = Order.objects.filter(id__in={event.subject_id for event in events}, customer__merged_into__isnull=False)
    stones = set(left.values_list("customer_id", flat=True))
    for merge_id in Merge.objects.filter(loser_id__in=stones, undone_at=None).order_by("id").values_list("id", flat=True):
        catch_up(merge_id)


def on_customers_created(events: Sequence[Event]) -> None:
    """Compare new customers with those we know; those of an import wait for its end."""
    find_duplicates({event.subject_id for event in events if event.payload.get("source") != Customer.Source.IMPORT})


def on_import_finished(events: Sequence[Event]) -> None:
    """Compare everybody once, however many imports have ended."""
    if events:
        find_duplicates()


def on_customers_merged(events: Sequence[Event]) -> None:
    """Look once more whether something came to the stone meanwhile."""
    for event in events:
        catch_up(UUID(event.payload["merge_id"]))
        find_duplicates({event.subject_id})


def on_merges_undone(events: Sequence[Event]) -> None:
    """They may be taken for one another again, and by others."""
    find_duplicates({UUID(event.payload[name]) for event in events for name in ("winner_id", "loser_id")})


def _follow_up(told: dict[str, Any]) -> None:
    customer = Customer.objects.get(id=standing_id(UUID(told["referee_id"])))
    assignee = _assignee(told["task"].get("assignee_id"), customer)
    language = _language(assignee, here())
    add_task(
        key=f"referral:{told['referral_id']}:follow_up",
        title=_in(language, told["task"]["title"]),
        script=_in(language, told["task"].get("script") or {}),
        due_at=datetime.fromisoformat(told["task"]["due_at"]),
        customer_id=customer.id,
        assignee_id=assignee.id if assignee else None,
        priority=Task.Priority.HIGH,
    )


def _assignee(membership_id: str | None, customer: Customer) -> Membership | None:
    """Take the one who was named, else the customer's owner; who has left gets no more tasks."""
    active = Membership.objects.filter(is_active=True).select_related("user")
    for candidate in (UUID(membership_id) if membership_id else None, customer.owner_id):
        if candidate and (member := active.filter(id=candidate).first()):
            return member
    return None


def _language(assignee: Membership | None, organisation: Organisation) -> str:
    return (assignee and assignee.user.language) or organisation.language


def _in(language: str, texts: dict[str, str]) -> str:
    return texts.get(language) or next((text for text in texts.values() if text), "")


def on_survey_occasions(events: Sequence[Event]) -> None:
    """Have customers asked about what has just happened, each survey after its own delay."""
    for kind, trigger in SURVEY_OCCASIONS.items():
        happened = [event for event in events if event.kind == kind and event.payload.get("customer_id")]
        if kind == "order.changed":
            happened = _freshly_paid(happened)
        surveys = surveys_after(trigger) if happened else ()
        asked = [(UUID(event.payload["customer_id"]), str(event.subject_id)) for event in happened]
        for survey in surveys:
            ask_many(survey.id, asked, due_at=door.moment() + timedelta(hours=survey.delay_hours))


def _freshly_paid(events: Sequence[Event]) -> list[Event]:
    paid = [event for event in events if event.payload["cause"] == "paid"]
    orders = Order.objects.filter(id__in=[event.subject_id for event in paid], status="paid")
    paid_at = dict(orders.values_list("id", "paid_at"))
    return [event for event in paid if (at := paid_at.get(event.subject_id)) and at > event.occurred_at - _FRESH]


def on_orders_changed(events: Sequence[Event]) -> None:
    """Let the lifecycle rules look at whoever ordered."""
    if LifecycleRule.objects.filter(is_active=True).exists():
        ids = {event.subject_id for event in events}
        buyers = Order.objects.filter(id__in=ids, customer__isnull=False).order_by().values_list("customer_id", flat=True)
        apply_rules(set(buyers))


# --- contact plans: who is put on one, once for each order, deal, case or change of stage ------------------------


def on_orders_paid(events: Sequence[Event]) -> None:
    """Begin plans for paid orders."""
    plans = _plans(ContactPlan.Trigger.ORDER_PAID)
    paid = [event.subject_id for event in events if event.payload.get("cause") == "paid"] if plans else []
    for order in Order.objects.filter(id__in=paid, status=Order.Status.PAID).select_related("customer").order_by("id"):
        if order.customer:
            _begin(plans, order.customer, f"order:{order.id}", order.paid_at, order_id=order.id)


def on_deals_won(events: Sequence[Event]) -> None:
    """Begin plans for won deals; whoever won it is the seller."""
    plans = _plans(ContactPlan.Trigger.DEAL_WON)
    for event in events if plans else ():
        customer = Customer.objects.filter(id=event.payload.get("customer_id")).first()
        if customer:
            seller = event.payload.get("owner_id")
            known = seller and Membership.objects.filter(id=seller).exists()
            seller_id = UUID(str(seller)) if known else None
            _begin(plans, customer, f"deal:{event.subject_id}", event.occurred_at, seller_id=seller_id)


def on_cases_closed(events: Sequence[Event]) -> None:
    """Begin plans for closed cases."""
    plans = _plans(ContactPlan.Trigger.CASE_CLOSED)
    cases = Case.objects.filter(id__in=[event.subject_id for event in events] if plans else [])
    for case in cases.select_related("customer").order_by("id"):
        if case.closed_at:
            _begin(plans, case.customer, f"case:{case.id}:{case.reopened}", case.closed_at)


def on_customer_stages(events: Sequence[Event]) -> None:
    """Begin plans for those who have become customers."""
    plans = _plans(ContactPlan.Trigger.BECAME_CUSTOMER)
    begun = {e.subject_id: e.occurred_at for e in events if plans and e.payload["stage"] == Customer.Stage.CUSTOMER}
    for customer in Customer.objects.filter(id__in=begun).order_by("id"):
        _begin(plans, customer, f"customer:{customer.id}", begun[customer.id])


def on_segments_entered(events: Sequence[Event]) -> None:
    """Begin plans for those who have entered a segment; who is on the plan already stays where they are on it."""
    plans = _plans(ContactPlan.Trigger.SEGMENT)
    for event in events if plans else ():
        meant = [plan for plan in plans if str(plan.segment_id) == event.payload["segment_id"]]
        customer = Customer.objects.filter(id=event.subject_id).first() if meant else None
        if customer:
            on_it = Enrolment.objects.filter(plan__in=meant, customer=customer, state=Enrolment.State.RUNNING)
            busy = set(on_it.values_list("plan_id", flat=True))
            free = [plan for plan in meant if plan.id not in busy]
            _begin(free, customer, f"segment:{event.id}", event.occurred_at)


def on_segments_entered_for_rules(events: Sequence[Event]) -> None:
    """Let the lifecycle rules that keep to a segment look at whoever has entered it."""
    rules = LifecycleRule.objects.filter(is_active=True, segment__isnull=False)
    watched = {str(each) for each in rules.values_list("segment_id", flat=True)}
    entered = {event.subject_id for event in events if event.payload["segment_id"] in watched}
    if entered:
        apply_rules(entered)


def _plans(trigger: str) -> list[ContactPlan]:
    return list(ContactPlan.objects.filter(trigger=trigger, is_active=True))


def _begin(plans: list[ContactPlan], customer: Customer, cause: str, started_at: datetime, **facts: Any) -> None:
    for plan in plans:
        enrol(plan, customer, cause=cause, started_at=started_at, **facts)
