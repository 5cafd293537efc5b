"""A running campaign at acme, a friend's phone, a member who is signed in."""

import re
import secrets
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from messaging.models import Message
from tenancy import door

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"


@pytest.fixture
def here(acme):
    """Enter acme now, as a request does."""
    return lambda: door.organisation(acme.id)


@pytest.fixture
def phone(database):
    """A friend's phone, at an address of its own."""

    def make(**headers) -> Client:
        address = ".".join(str(secrets.randbelow(250) + 1) for _ in range(4))
        return Client(**{"REMOTE_ADDR": address, "HTTP_USER_AGENT": PHONE, "HTTP_ACCEPT_LANGUAGE": "en"} | headers)

    return make


def found_campaign(organisation, referrer_id):
    from referrals.operations import code_for, create_campaign, start_campaign

    with door.organisation(organisation.id):
        draft = create_campaign(
            template="friend_coupon",
            name="Friends",
            starts_at=timezone.now() - timedelta(days=30),
            budget_limit_minor=1_000_000,
        )
        return start_campaign(draft.id), code_for(draft.id, referrer_id)


@pytest.fixture
def campaign_and_code(acme, ann):
    return found_campaign(acme, ann.id)


@pytest.fixture
def campaign(campaign_and_code):
    return campaign_and_code[0]


@pytest.fixture
def code(campaign_and_code) -> str:
    """Ann's code."""
    return campaign_and_code[1].code


@pytest.fixture
def digits_for(here):
    """Read the newest six digits sent to an address, as the friend does."""

    def read(address: str) -> str:
        with here():
            message = Message.objects.filter(address=address).order_by("-created_at", "-id").first()
        return re.search(r"\b\d{6}\b", message.body)[0]

    return read


@pytest.fixture
def join(acme, code):
    """Fill in the form of ann's page: join(client, name=…)."""

    def fill_in(client, **changes):
        form = {"name": "Cleo Brown", "contact": "cleo@example.com", "consent": "on"} | changes
        return client.post(f"/o/{acme.slug}/r/{code}", {name: text for name, text in form.items() if text is not None})

    return fill_in


@pytest.fixture
def member(acme, phone, digits_for):
    """Sign a customer of acme in: member("ann@example.com") gives the client."""

    def sign_in(address: str, **headers) -> Client:
        client = phone(**headers)
        client.post(f"/o/{acme.slug}/member/login", {"contact": address})
        answer = client.post(f"/o/{acme.slug}/member/login/code", {"digits": digits_for(address)})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return sign_in


@pytest.fixture
def move_clock(acme):
    """Let time pass at acme: move_clock(minutes=31)."""

    def move(**later) -> None:
        with door.organisation(acme.id):
            acme.clock_offset += timedelta(**later)
            acme.save(update_fields=["clock_offset"])

    return move
