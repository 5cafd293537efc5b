"""Friends whom staff enter: told of by a referrer, or with a code at the counter; by phone where texts are sent."""

import pytest

from messaging.models import Message
from referrals.models import Invitation
from tenancy import door
from tests.gateways import give_gateway
from tests.portal.conftest import found_campaign

PHONE = "+447700900555"


@pytest.fixture
def running(acme, ann):
    return found_campaign(acme, ann.id)


@pytest.fixture
def tell(as_staff, gus, ann, running):
    """Enter a friend of ann's: tell("07700 900555") gives the page."""

    def enter(contact):
        told = {
            "referrer": str(ann.id), "campaign": str(running[0].id), "name": "Cleo Brown", "contact": contact,
            "language": "en", "agreed": "on",
        }  # fmt: skip
        return as_staff(gus).post("/referrals/new/", told)

    return enter


@pytest.fixture
def at_counter(as_staff, gus, running):
    def enter(**told):
        facts = {"code": running[1].code, "name": "Cleo Brown", "contact": "07700 900555", "language": "en", "way": "phone"}
        return as_staff(gus).post("/till/referral/", facts | told)

    return enter


def texts(acme) -> list[tuple[str, str]]:
    with door.organisation(acme.id):
        return list(Message.objects.filter(channel="sms").values_list("kind", "address"))


def test_a_friend_told_of_is_asked_by_text(acme, tell, gus, ann, as_staff):
    give_gateway(acme)
    page = as_staff(gus).get("/referrals/new/", {"referrer": str(ann.id)}).content.decode()

    assert "E-mail address or phone number" in page
    assert tell("07700 900555").status_code == 302
    assert texts(acme) == [("referral_question", PHONE)]


def test_without_texts_the_e_mail_address_is_asked_for(acme, tell, gus, ann, as_staff):
    page = as_staff(gus).get("/referrals/new/", {"referrer": str(ann.id)}).content.decode()
    refused = tell("07700 900555")

    assert "The friend&#x27;s e-mail address" in page
    assert refused.status_code == 422
    assert "Text messages are not sent from here. Take the friend&#x27;s e-mail address" in refused.content.decode()
    with door.organisation(acme.id):
        assert not Invitation.objects.exists()


def test_at_the_counter_a_phone_gets_a_text_or_is_taken_aloud(acme, at_counter):
    refused = at_counter()
    assert refused.status_code == 422 and "let the customer agree aloud" in refused.content.decode()
    give_gateway(acme)
    assert "We have sent them a message with a code." in at_counter().content.decode()
    assert texts(acme) == [("referral_question", PHONE)]
    assert at_counter(way="spoken", agreed="on").status_code == 302
    with door.organisation(acme.id):
        assert Invitation.objects.get(state="confirmed").capture == "counter"
