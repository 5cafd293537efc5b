"""Pages and endpoints of suspected abuse."""

import pytest

from crm.operations.cases import Paper, say_in_own_case
from referrals import operations as referring
from referrals.models import AbuseCase, AbuseListing, AbusePolicy, AbuseVerdict, Referral, ReferralCode
from referrals.queries.abuse import abuse_policy, proofs_of
from tenancy import door
from tests.referrals.test_abuse import HOME


@pytest.fixture
def case(acme, furnished):
    with door.organisation(acme.id):
        return AbuseCase.objects.select_related("referrer").get(id=furnished["abuse_case_id"])


def test_a_case_shows_its_sign_its_innocent_reading_and_its_graph(case, gus, signed_in):
    page = signed_in(gus).get(f"/abuse/{case.id}/").content.decode()
    for text in ("Same device", "A family with one tablet", "<svg", "ring-referral", "Only watched", case.referrer.name):
        assert text in page


def test_the_referrer_is_asked_and_their_answer_stands_on_the_page(case, acme, gus, signed_in):
    client = signed_in(gus)
    assert client.post(f"/abuse/{case.id}/", {"verdict": "proof", "reason": "one tablet"}).status_code == 302
    assert "No answer yet." in client.get(f"/abuse/{case.id}/").content.decode()
    with door.organisation(acme.id, actor=door.Actor("customer", case.referrer_id)):
        [asked] = proofs_of(case.referrer_id)
        say_in_own_case(asked.id, "My sisters use my tablet.")
    page = client.get(f"/abuse/{case.id}/").content.decode()
    assert "My sisters use my tablet." in page and f"/cases/{asked.id}/" in page


def test_a_paper_that_comes_with_the_answer_is_opened_from_the_case(case, acme, gus, signed_in):
    client = signed_in(gus)
    client.post(f"/abuse/{case.id}/", {"verdict": "proof", "reason": "one tablet"})
    with door.organisation(acme.id, actor=door.Actor("customer", case.referrer_id)):
        [asked] = proofs_of(case.referrer_id)
        said = say_in_own_case(asked.id, "", Paper("../receipt.pdf", b"%PDF-1.7 paid"))
    page = client.get(f"/abuse/{case.id}/").content.decode()
    assert f"/files/{said.file_id}/" in page and "receipt.pdf" in page
    assert f"/files/{said.file_id}/" in client.get(f"/cases/{asked.id}/").content.decode()
    answer = client.get(f"/files/{said.file_id}/")
    assert (answer.content, answer["Content-Type"]) == (b"%PDF-1.7 paid", "application/pdf")
    assert answer["Content-Disposition"].startswith("attachment") and "sandbox" in answer["Content-Security-Policy"]
    client.post(f"/files/{said.file_id}/remove/")
    page = client.get(f"/abuse/{case.id}/").content.decode()
    assert "<s>receipt.pdf</s>" in page and f"/files/{said.file_id}/" not in page


def test_the_list_narrows_by_state_and_sign(case, gus, signed_in):
    client = signed_in(gus)
    assert str(case.id) in client.get("/abuse/").content.decode()
    assert str(case.id) not in client.get("/abuse/?state=cleared").content.decode()
    assert str(case.id) not in client.get("/abuse/?kind=star").content.decode()


def test_a_case_is_decided_on_its_page(case, acme, gus, signed_in):
    client = signed_in(gus)
    assert client.post(f"/abuse/{case.id}/", {"verdict": "clear", "reason": " "}).status_code == 422
    assert client.post(f"/abuse/{case.id}/", {"verdict": "clear", "reason": "sisters"}).status_code == 302
    with door.organisation(acme.id):
        assert AbuseCase.objects.get(id=case.id).state == "cleared"
        assert list(AbuseVerdict.objects.values_list("verdict", "reason", "actor_id")) == [("clear", "sisters", gus.user_id)]


def test_the_referral_shows_staff_its_signs(case, acme, gus, signed_in):
    with door.organisation(acme.id):
        referral = Referral.objects.get(abuse_cases__case_id=case.id)
    assert f"/abuse/{case.id}/" in signed_in(gus).get(f"/referrals/{referral.id}/").content.decode()


def test_thresholds_are_set_and_nonsense_is_refused(furnished, acme, gus, signed_in):
    client = signed_in(gus)
    form = client.get("/abuse/signals/").context["form"]
    sent = {bound.html_name: bound.value() for bound in form if bound.value() not in (None, False)}
    assert client.post("/abuse/signals/", sent | {"hold_from": 10, "delay_from": 20}).status_code == 422
    with door.organisation(acme.id):
        assert AbusePolicy.objects.count() == 0
    changed = sent | {"same_device__weight": 50, "hold_from": 45}
    del changed["is_shadow"]
    assert client.post("/abuse/signals/", changed).status_code == 302
    with door.organisation(acme.id):
        assert AbusePolicy.objects.get().signals == {"same_device": {"weight": 50}}
        policy = abuse_policy()
        assert (policy.is_shadow, policy.hold_from, policy.signals["same_device"].weight) == (False, 45, 50)


def test_a_list_is_kept_on_its_page(furnished, acme, gus, signed_in):
    client = signed_in(gus)
    entry = {"side": "block", "kind": "email_domain", "value": "@Bad.Example", "reason": "a wave"}
    assert client.post("/abuse/lists/", entry).status_code == 302
    assert client.post("/abuse/lists/", entry | {"value": "no domain"}).status_code == 422
    with door.organisation(acme.id):
        row = AbuseListing.objects.get(kind="email_domain")
        assert row.value == "bad.example"
    client.post(f"/abuse/lists/{row.id}/remove/")
    assert "bad.example" not in client.get("/abuse/lists/").content.decode()


def test_a_case_is_decided_through_the_api(case, client, api_key):
    key = api_key()
    told = client.get(f"/api/v1/abuse-cases/{case.id}", **key).json()
    assert (told["kind"], told["label"], told["is_shadow"], len(told["referral_ids"])) == (
        "same_device", "Same device", True, 1,
    )  # fmt: skip
    body = {"data": {"reason": "one person"}, "content_type": "application/json"}
    assert client.post(f"/api/v1/abuse-cases/{case.id}/confirm", **body, **key).json()["state"] == "confirmed"
    assert client.post(f"/api/v1/abuse-cases/{case.id}/clear", **body, **key).json()["code"] == "abuse_case_decided"
    assert client.post(f"/api/v1/abuse-cases/{case.id}/reopen", **body, **key).json()["state"] == "open"


def test_the_policy_is_read_and_changed_through_the_api(furnished, client, api_key):
    key = api_key()
    sent = {"signals": {"star": {"weight": 44}}, "hold_from": 50}
    answer = client.patch("/api/v1/abuse-policy", data=sent, content_type="application/json", **key).json()
    star = next(one for one in answer["signals"] if one["key"] == "star")
    assert (answer["is_shadow"], answer["hold_from"], star["weight"]) == (True, 50, 44)
    wrong = {"signals": {"nonsense": {"weight": 1}}}
    assert client.patch("/api/v1/abuse-policy", data=wrong, content_type="application/json", **key).status_code == 422


def test_a_blocked_visitor_reads_a_neutral_sentence(furnished, acme, client):
    with door.organisation(acme.id):
        referring.add_listing(side="block", kind="network", value="127.0.0.1", reason="a wave of forms")
        code = ReferralCode.objects.filter(campaign__state="running").first().code
    form = {"name": "Eve", "contact": "eve@example.com", "consent": "on"}
    answer = client.post(f"/o/{acme.slug}/r/{code}", form)
    text = answer.content.decode()
    assert answer.status_code == 422 and "We cannot take this sign-up online" in text
    assert "wave" not in text


def test_the_customer_reads_nothing_of_signs(case, acme, client, api_key):
    """Why? for the referrer: being looked into, and until when; no word of devices."""
    with door.organisation(acme.id):
        referral = Referral.objects.get(abuse_cases__case_id=case.id)
        referring.ask_for_proof(case.id, reason="who are they?")
    told = client.get(f"/api/v1/referrals/{referral.id}/why?audience=customer", **api_key()).content.decode().lower()
    for word in ("device", "score", "ring", "who are they"):
        assert f'"{word}' not in told and f" {word} " not in told
    assert HOME.visitor not in told
