"""A vendor of text messages that answers as it is told, and an account with it."""

import pytest

from messaging.operations import GatewayAsked, set_gateway
from messaging.sms.port import ACCEPTED, Answer
from messaging.sms.vendors import VENDORS


class Scripted:
    """Remembers what it was given."""

    needs_template = False

    def __init__(self):
        self.given, self.answers = [], []

    def send(self, account, parcel, *, now):
        self.given.append(parcel)
        return self.answers.pop(0) if self.answers else Answer(ACCEPTED, vendor_reference=f"V{len(self.given)}")

    def filed_text(self, body, *, sender):
        return f"[{sender}]{body}"


@pytest.fixture
def phone_vendor(monkeypatch, settings):
    settings.KEEP_MAIL_IN_MAILBOX = False
    vendor = Scripted()
    monkeypatch.setitem(VENDORS, "twilio", vendor)
    return vendor


@pytest.fixture
def texts_of_acme(acme, phone_vendor):
    """Acme's account: texts to Britain, five a day."""
    from tenancy import door

    with door.organisation(acme.id):
        return set_gateway(
            GatewayAsked(vendor="twilio", key_id="AC1", secret="s", sender="+447700900000", countries=["GB"], most_a_day=5)
        )
