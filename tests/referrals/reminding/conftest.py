"""Customers whom a campaign may remind by itself, and a clock for the workers."""

from datetime import timedelta

import pytest

from crm.operations import record_consent, record_customer
from messaging.models import Message
from referrals.models import PromotionReceiver
from referrals.operations.reminding import Moment, note_moments, run_reminders, set_reminder
from tenancy import door
from tests.conftest import NOON


@pytest.fixture
def on(campaign, at_acme):
    """Switch a reminder on: on("bought", most=2)."""

    def switch(kind, *, days=0, campaign=campaign, **changes):
        with at_acme(days=days):
            return set_reminder(campaign.id, kind, is_active=True, **changes)

    return switch


@pytest.fixture
def agree(at_acme):
    def say(customer, *, is_granted=True, days=0):
        with at_acme(days=days):
            record_consent(
                customer.id, purpose="marketing", channel="email", is_granted=is_granted, text_version="1", language="en",
                source="staff",
            )  # fmt: skip

    return say


@pytest.fixture
def fan(at_acme, agree):
    """A customer who agreed to offers."""
    with at_acme():
        made = record_customer(name="Fan", email="fan@example.com", language="en")
    agree(made)
    return made


@pytest.fixture
def at(monkeypatch):
    """Let the workers' clock stand at a day: at(3), at(3, hours=10)."""
    real = door.organisation

    def strike(days, **more):
        moment = NOON + timedelta(days=days, **more)
        monkeypatch.setattr(door, "organisation", lambda id, **kw: real(id, **{"moment": moment, **kw}))

    yield strike
    monkeypatch.setattr(door, "organisation", real)


@pytest.fixture
def run(acme, at):
    """Work at a day: run(3) counts the messages."""

    def work(days, **more):
        at(days, **more)
        return run_reminders(acme.id)

    return work


@pytest.fixture
def praised(at_acme):
    """Note that somebody gave good marks."""

    def note(customer, *, days=0, number=1):
        with at_acme(days=days):
            cause = record_customer(name=f"cause {number}").id  # any id will do
            return note_moments("praised", [Moment(customer.id, "survey", cause, door.moment())])

    return note


def mails(at_acme):
    with at_acme():
        return list(Message.objects.filter(kind__startswith="reminder_").order_by("id"))


def places(at_acme):
    with at_acme():
        return list(PromotionReceiver.objects.order_by("id").values_list("state", "reason"))
