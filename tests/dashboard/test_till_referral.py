"""A code at the counter: who may come by it, and what the cashier reads."""

import pytest

from referrals.models import Invitation, Referral
from tenancy import door
from tests.portal.conftest import found_campaign


@pytest.fixture
def code(acme, ann) -> str:
    return found_campaign(acme, ann.id)[1].code


def told(code: str, **more) -> dict:
    facts = {"code": code, "name": "Cleo Low", "contact": "cleo@example.com", "language": "en", "way": "phone"}
    return {**facts, **more}


def test_the_customer_scans_the_page_on_which_they_confirm(acme, code, gus, signed_in):
    page = signed_in(gus).post("/till/referral/", told(f" {code[:4].lower()}-{code[4:]} ")).content.decode()
    with door.organisation(acme.id):
        invitation = Invitation.objects.get()
    assert f"/o/{acme.slug}/c/{invitation.id}" in page
    assert 'src="data:image/svg+xml' in page


def test_an_unknown_code_is_said_once(acme, code, gus, signed_in):
    answer = signed_in(gus).post("/till/referral/", told("NOPE"))
    assert answer.status_code == 422
    assert answer.content.decode().count("We do not know this code") == 1
    with door.organisation(acme.id):
        assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("contact", "words"),
    [
        ("cleo@example.com", "Somebody has referred this person before"),
        ("ann@example.com", "This is the referrer"),
    ],
)
def test_the_cashier_reads_of_the_customer_in_the_third_person(acme, code, gus, signed_in, contact, words):
    client = signed_in(gus)
    client.post("/till/referral/", told(code, way="spoken", agreed="on"))
    answer = client.post("/till/referral/", told(code, contact=contact, way="spoken", agreed="on"))
    assert answer.status_code == 422 and words in answer.content.decode()
    with door.organisation(acme.id):
        assert Referral.objects.count() == 1
