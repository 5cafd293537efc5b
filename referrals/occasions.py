"""Occasions to ask a customer for a referral: what has happened, and to whom."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Count

from crm.models import Deal, Order, Survey
from referrals.models import Ask, Reminder
from referrals.operations.asking import Occasion, offer_cards
from referrals.operations.reminding import Moment, note_moments
from referrals.queries.asking import ask_rules
from tenancy.models import Event

_FRESH = timedelta(days=7)  # an order told of later than that, in an import of old ones, is no occasion


def on_surveys_answered(events: Sequence[Event]) -> None:
    """Ask those who gave good marks."""
    rules = ask_rules()
    told = [event for event in events if event.payload.get("customer_id") and event.payload.get("score") is not None]
    kinds = dict(Survey.objects.filter(id__in={event.payload["survey_id"] for event in told}).values_list("id", "kind"))
    least = {Survey.Kind.NPS: rules.least_nps, Survey.Kind.CSAT: rules.least_stars}
    happy = [event for event in told if event.payload["score"] >= least.get(kinds.get(UUID(event.payload["survey_id"])), 99)]
    _offer(happy, Ask.Cause.SATISFIED)
    _note(happy, "survey")


def on_cases_rated(events: Sequence[Event]) -> None:
    """Ask those whose problem we solved well."""
    least = ask_rules().least_stars
    happy = [event for event in events if event.payload["stars"] >= least]
    _offer(happy, Ask.Cause.SOLVED)
    _note(happy, "case")


def on_visits_found(events: Sequence[Event]) -> None:
    """Ask those who praised us when we called."""
    least = ask_rules().least_stars
    happy = [
        event for event in events if (event.payload.get("satisfied") or 0) >= least and not event.payload.get("problem")
    ]
    _offer(happy, Ask.Cause.PRAISE)
    _note(happy, "visit")


def _offer(events: Iterable[Event], cause: str) -> None:
    offer_cards(Occasion(UUID(e.payload["customer_id"]), cause, f"ask:{cause}:{e.subject_id}") for e in events)


def _note(events: Iterable[Event], what: str) -> None:
    """Remind them by themselves later, where a campaign does so and no colleague has asked."""
    moments = [
        Moment(UUID(e.payload["customer_id"]), what, e.subject_id, e.occurred_at)
        for e in events
        if e.payload.get("customer_id")
    ]
    note_moments(Reminder.Kind.PRAISED, moments)


def on_orders_paid(events: Sequence[Event]) -> None:
    """Ask those who have bought again; note for everybody's reminder that they have bought."""
    told = {event.subject_id: event.occurred_at for event in events if event.payload.get("cause") == "paid"}
    paid = Order.objects.filter(id__in=told, status=Order.Status.PAID, paid_at__isnull=False, customer__isnull=False)
    buyers = {order.customer_id: order.id for order in paid if order.paid_at > told[order.id] - _FRESH}
    note_moments(
        Reminder.Kind.BOUGHT, [Moment(buyer, "order", order_id, told[order_id]) for buyer, order_id in buyers.items()]
    )
    _offer_regulars(buyers)


def on_deals_won(events: Sequence[Event]) -> None:
    """Take a deal that was won as something bought: ask those who have bought again, remind everybody later."""
    told = {event.subject_id: event.occurred_at for event in events}
    won = [
        deal for deal in Deal.objects.filter(id__in=told, state=Deal.State.WON)
        if deal.closed_at > told[deal.id] - _FRESH
    ]  # fmt: skip
    note_moments(Reminder.Kind.BOUGHT, [Moment(deal.customer_id, "deal", deal.id, told[deal.id]) for deal in won])
    _offer_regulars({deal.customer_id: deal.id for deal in won})


def _offer_regulars(buyers: Mapping[UUID, UUID]) -> None:
    """Give cards for those who have bought often enough; `buyers` says by which order or deal."""
    if not buyers:
        return
    orders = Order.objects.filter(customer_id__in=buyers, status=Order.Status.PAID)
    deals = Deal.objects.filter(customer_id__in=buyers, state=Deal.State.WON)
    bought: Counter[UUID] = Counter()
    for rows in (orders, deals):
        bought.update(dict(rows.values_list("customer_id").annotate(n=Count("id")).order_by()))
    least = ask_rules().repurchase_from
    regulars = [id for id, n in bought.items() if n >= least]
    offer_cards(Occasion(id, Ask.Cause.REPURCHASE, f"ask:repurchase:{buyers[id]}") for id in regulars)
