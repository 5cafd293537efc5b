"""Occasions to ask a customer for a referral: what has happened, and to whom."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Count

from crm.models import Order, Survey
from referrals.models import Ask
from referrals.operations.asking import Occasion, offer_cards
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


def on_cases_rated(events: Sequence[Event]) -> None:
    """Ask those whose problem we solved well."""
    least = ask_rules().least_stars
    _offer([event for event in events if event.payload["stars"] >= least], Ask.Cause.SOLVED)


def on_visits_found(events: Sequence[Event]) -> None:
    """Ask those who praised us when we called."""
    least = ask_rules().least_stars
    happy = [
        event for event in events if (event.payload.get("satisfied") or 0) >= least and not event.payload.get("problem")
    ]
    _offer(happy, Ask.Cause.PRAISE)


def _offer(events: Iterable[Event], cause: str) -> None:
    offer_cards(Occasion(UUID(e.payload["customer_id"]), cause, f"ask:{cause}:{e.subject_id}") for e in events)


def on_orders_paid(events: Sequence[Event]) -> None:
    """Ask those who have bought again."""
    told = {event.subject_id: event.occurred_at for event in events if event.payload.get("cause") == "paid"}
    paid = Order.objects.filter(id__in=told, status=Order.Status.PAID, paid_at__isnull=False, customer__isnull=False)
    buyers = {order.customer_id: order.id for order in paid if order.paid_at > told[order.id] - _FRESH}
    rows = Order.objects.filter(customer_id__in=buyers, status=Order.Status.PAID).values_list("customer_id")
    least = ask_rules().repurchase_from if buyers else 0
    regulars = [id for id, n in rows.annotate(n=Count("id")).order_by() if n >= least]
    offer_cards(Occasion(id, Ask.Cause.REPURCHASE, f"ask:repurchase:{buyers[id]}") for id in regulars)
