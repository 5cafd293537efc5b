"""Duplicates and merging on pages."""

import pytest

from crm import operations as crm
from crm.models import Customer, DuplicatePair, Merge


@pytest.fixture
def twins(at_acme):
    with at_acme():
        ann = crm.record_customer(name="Ann Smith", email="ann@example.com", phone="+447700900001", city="York")
        twin = crm.record_customer(name="Ann Smith", phone="+447811900001", note="Asks for oat milk.")
        crm.find_duplicates()
        return ann, twin


def test_the_list_says_why_and_a_verdict_is_remembered(twins, gus, signed_in, at_acme):
    browser = signed_in(gus)
    text = browser.get("/duplicates/").content.decode()
    assert "Same name" in text and "Same last four digits" in text
    with at_acme():
        pair = DuplicatePair.objects.get()
    browser.post(f"/duplicates/{pair.id}/dismiss/")
    assert "Compare and merge" not in browser.get("/duplicates/").content.decode()
    assert "Ask again" in browser.get("/duplicates/?state=dismissed").content.decode()


def test_the_old_address_leads_to_the_winner(twins, gus, signed_in, at_acme):
    ann, twin = twins
    browser = signed_in(gus)
    assert "Which facts are kept" in browser.get(f"/customers/{ann.id}/merge/{twin.id}/").content.decode()
    done = browser.post(f"/customers/{ann.id}/merge/{twin.id}/", {"f_city": "winner", "f_note": "loser"})
    with at_acme():
        merge = Merge.objects.get()
        assert Customer.objects.get().note == "Asks for oat milk."
    assert (done.status_code, done.url) == (302, f"/merges/{merge.id}/")
    old = browser.get(f"/customers/{twin.id}/?tab=orders")
    assert (old.status_code, old["Location"]) == (302, f"/customers/{ann.id}/?tab=orders")
    assert "Merged with Ann Smith" in browser.get(f"/customers/{ann.id}/").content.decode()
    assert browser.post(f"/merges/{merge.id}/undo/").status_code == 302
    assert browser.get(f"/customers/{twin.id}/").status_code == 200


def test_contacts_of_two_lead_to_the_comparison(twins, gus, signed_in, at_acme):
    ann, twin = twins
    answer = signed_in(gus).post(
        "/customers/new/",
        {"name": "Ann", "kind": "person", "stage": "prospect", "email": "ann@example.com", "phone": "+447811900001"},
    )
    assert answer.status_code == 422
    links = answer.content.decode()
    assert f"/customers/{ann.id}/merge/{twin.id}/" in links or f"/customers/{twin.id}/merge/{ann.id}/" in links
    with at_acme():
        assert Customer.objects.count() == 2


def test_who_may_not_merge_sees_no_button(twins, acme, staff_of, signed_in):
    ann, twin = twins
    browser = signed_in(staff_of(acme, "service"))
    assert "Compare and merge" not in browser.get("/duplicates/").content.decode()
    assert browser.get(f"/customers/{ann.id}/merge/{twin.id}/").status_code == 403
