"""A member's own requests: asked, answered, taken up again, rated; and nobody else's."""

import pytest

from crm import operations as crm
from crm.models import Case, CaseRating, Customer
from messaging.models import Message
from tenancy import door


@pytest.fixture
def member(acme, code, join, phone, digits_for):
    """Cleo, signed in to the member centre."""
    client = phone()
    client.post(join(client)["Location"], {"digits": digits_for("cleo@example.com")})
    return client


@pytest.fixture
def cleo(acme, member) -> Customer:
    with door.organisation(acme.id):
        return Customer.objects.get(contact_points__normalised="cleo@example.com")


def asked(member, acme, **more) -> Case:
    told = {"subject": "Torn bag", "text": "It came torn.", "page": "p1"} | more
    member.post(f"/o/{acme.slug}/member/requests/new", told)
    with door.organisation(acme.id):
        return Case.objects.order_by("-number").first()


def test_a_member_asks_and_sees_what_becomes_of_it(acme, member, cleo, gus):
    case = asked(member, acme)
    assert (case.customer_id, case.channel, case.status, case.description) == (cleo.id, "web", "new", "It came torn.")
    again = asked(member, acme)
    assert again.id == case.id  # sent twice, it counts once
    with door.organisation(acme.id):
        crm.assign_case(case.id, gus.id)
        crm.note_on_case(case.id, "A difficult one")
        crm.reply_to_case(case.id, "Which bag?", waits=True)
    page = member.get(f"/o/{acme.slug}/member/requests/{case.id}").content.decode()
    assert ("Which bag?" in page, "A difficult one" in page, "Waiting for your answer" in page) == (True, False, True)
    assert "Torn bag" in member.get(f"/o/{acme.slug}/member/requests").content.decode()


def test_an_answer_goes_on_with_it_and_tells_whoever_has_it(acme, member, cleo, gus, drained):
    case = asked(member, acme)
    with door.organisation(acme.id):
        crm.assign_case(case.id, gus.id)
        crm.reply_to_case(case.id, "Which bag?", waits=True)
    assert member.post(f"/o/{acme.slug}/member/requests/{case.id}/say", {"text": "The big one"}).status_code == 302
    drained(acme)
    with door.organisation(acme.id):
        assert Case.objects.get(id=case.id).status == "open"
        assert Message.objects.filter(kind="case_heard", member=gus).exists()


def test_a_closed_request_is_rated_once_and_taken_up_again_in_time(acme, member, cleo, move_clock):
    case = asked(member, acme)
    with door.organisation(acme.id):
        crm.solve_case(case.id, resolution="Sent again")
        crm.close_case(case.id)
    link = f"/o/{acme.slug}/member/requests/{case.id}"
    assert "How satisfied are you?" in member.get(link).content.decode()
    assert member.post(f"{link}/rate", {"stars": "4"}).status_code == 302
    assert member.post(f"{link}/rate", {"stars": "1"}).status_code == 409
    with door.organisation(acme.id):
        assert CaseRating.objects.get().stars == 4
    assert member.post(f"{link}/say", {"text": ""}).status_code == 422
    assert member.post(f"{link}/say", {"text": "Torn again"}).status_code == 302
    with door.organisation(acme.id):
        assert (Case.objects.get().status, Case.objects.get().reopened) == ("open", 1)
        crm.solve_case(case.id, resolution="And again")
        crm.close_case(case.id)
    move_clock(days=15)
    assert "Take it up again" not in member.get(link).content.decode()
    assert member.post(f"{link}/say", {"text": "Once more"}).status_code == 409
    with door.organisation(acme.id):
        assert Case.objects.get().status == "closed"


def test_nobody_elses_request_is_there(acme, member, ann):
    with door.organisation(acme.id):
        hers = crm.open_case(subject="Hers", customer_id=ann.id)
    for way in ("", "/say", "/rate"):
        answer = member.get(f"/o/{acme.slug}/member/requests/{hers.id}") if not way else member.post(
            f"/o/{acme.slug}/member/requests/{hers.id}{way}", {"text": "Mine now", "stars": "1"}
        )  # fmt: skip
        assert answer.status_code == 404
    with door.organisation(acme.id):
        assert Case.objects.get().messages.count() == 0


def test_an_organisation_may_want_no_requests_here(acme, member):
    with door.organisation(acme.id):
        crm.set_care_policy(members_open_cases=False)
    assert member.get(f"/o/{acme.slug}/member/requests/new").status_code == 404
    assert (
        member.post(f"/o/{acme.slug}/member/requests/new", {"subject": "Torn", "text": "Bag", "page": "1"}).status_code
        == 404
    )
    with door.organisation(acme.id):
        assert not Case.objects.exists()
