"""A member's own requests: asked, answered, taken up again, rated; and nobody else's."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from limits import RateLimitItemPerHour

from crm import operations as crm
from crm.errors import PaperNotWanted
from crm.models import Case, CaseMessage, CaseRating, Customer, CustomerFile
from crm.operations.cases import Paper, ask_customer, end_question, say_in_own_case
from messaging.models import Message
from portal import throttle
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


# --- papers ------------------------------------------------------------------------------------------------

PICTURE = b"\xff\xd8\xff\xe0 a receipt"


@pytest.fixture
def question(acme, cleo) -> Case:
    with door.organisation(acme.id):
        return ask_customer(cleo.id, subject="About your friends", text="How do you know them?", key="q1")


def _say(member, acme, case, **told):
    return member.post(f"/o/{acme.slug}/member/requests/{case.id}/say", told)


def _sent(name="receipt.jpg", content=PICTURE) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def _kept(acme) -> list[tuple]:
    with door.organisation(acme.id):
        rows = CaseMessage.objects.filter(kind="in").order_by("id")
        return [(row.text, bytes(row.file.content) if row.file else None) for row in rows]


def test_what_we_ask_for_may_be_answered_with_a_picture_alone(acme, member, cleo, question):
    page = member.get(f"/o/{acme.slug}/member/requests/{question.id}").content.decode()
    assert 'type="file"' in page and 'enctype="multipart/form-data"' in page
    assert _say(member, acme, question, text="", file=_sent()).status_code == 302
    assert _say(member, acme, question, text="We work together", file=_sent()).status_code == 302
    assert _kept(acme) == [("receipt.jpg", PICTURE), ("We work together", PICTURE)]
    with door.organisation(acme.id):
        assert CustomerFile.objects.filter(customer=cleo).count() == 1  # the same picture is kept once
    assert "File: receipt.jpg" in member.get(f"/o/{acme.slug}/member/requests/{question.id}").content.decode()


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (("page.jpg", b"<html>"), "We can only take pictures"),
        (("letter.docx", b"PK\x03\x04"), "We can only take pictures"),
        (("notes.txt", b"hello"), "We can only take pictures"),
        (("big.pdf", b"%PDF-" + b"0" * 5 * 1024 * 1024), "larger than 5 MB"),
        (("none.pdf", b""), "This file is empty"),
    ],
)
def test_what_is_no_picture_or_pdf_is_refused_and_nothing_kept(acme, member, question, file, words):
    answer = _say(member, acme, question, text="Here", file=_sent(*file))
    assert answer.status_code == 422 and words in answer.content.decode()
    assert _kept(acme) == []
    with door.organisation(acme.id):
        assert not CustomerFile.objects.exists()


def test_neither_words_nor_a_file_is_no_answer(acme, member, question):
    assert _say(member, acme, question, text=" ").status_code == 422 and _kept(acme) == []


def test_papers_are_taken_only_where_we_asked_and_while_it_is_open(acme, member, cleo, question):
    own = asked(member, acme)
    assert 'type="file"' not in member.get(f"/o/{acme.slug}/member/requests/{own.id}").content.decode()
    assert _say(member, acme, own, text="", file=_sent()).status_code == 422
    _say(member, acme, own, text="Words", file=_sent())
    assert _kept(acme) == [("Words", None)]
    with door.organisation(acme.id):
        end_question(question.id, resolution="Thanks")
        with pytest.raises(PaperNotWanted):
            say_in_own_case(question.id, "Here", Paper("a.jpg", PICTURE))
        assert not CustomerFile.objects.exists()


def test_a_stranger_sends_nothing_and_a_member_not_too_much(acme, member, phone, question, monkeypatch):
    assert _say(phone(), acme, question, text="", file=_sent()).status_code in (302, 404) and _kept(acme) == []
    monkeypatch.setattr(throttle, "PAPERS", RateLimitItemPerHour(1, namespace=f"papers{acme.id}"))
    assert _say(member, acme, question, text="", file=_sent()).status_code == 302
    assert _say(member, acme, question, text="", file=_sent("b.jpg", PICTURE + b"b")).status_code == 429
    assert len(_kept(acme)) == 1
