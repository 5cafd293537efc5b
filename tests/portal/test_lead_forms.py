"""Enquiry forms at their public address: people get through without scripts, machines wait for a person, nothing is lost."""

import re
from datetime import timedelta

import pytest
from django.core.signing import Signer

from crm.models import Consent, Customer, FormEntry, Lead, LeadForm, LeadFormDay
from crm.operations import leads as leading
from crm.operations import record_customer
from crm.queries.leads import figures_of
from tenancy import door

QUESTIONS = {
    "title": {"en": "Tell us what you need", "zh-hans": "告诉我们您的需求"},
    "consent": {"en": "You may answer me.", "zh-hans": "您可以联系我。"},
    "thanks": {"en": "We call you today."},
    "fields": [
        {"kind": "name", "label": {"en": "Your name"}, "is_required": True},
        {"kind": "phone", "label": {"en": "Phone"}},
        {"kind": "email", "label": {"en": "E-mail"}},
        {"kind": "message", "label": {"en": "Message"}},
        {"kind": "choice", "label": {"en": "How many cups"}, "options": [{"en": "One"}, {"en": "Many"}], "key": "cups"},
    ],
}
TYPED = {"name": "Dora Hill", "phone": "07700 900123", "message": "Two kilos, please", "cups": "Many", "consent": "on"}


@pytest.fixture
def form(acme, here, gus) -> LeadForm:
    """A published form, and a rule that gives everything to Gus."""
    with here():
        leading.save_rule(name="All", how="person", members=[gus.id])
        made = leading.create_form("Enquiry", QUESTIONS)
        return leading.publish_form(made.id)


@pytest.fixture
def address(acme, form) -> str:
    return f"/o/{acme.slug}/f/{form.code}"


def typed(form, here, seconds: int = 30, **changes) -> dict:
    """What a person sends who has looked at the page for some seconds."""
    with here():
        opened = (door.moment() - timedelta(seconds=seconds)).timestamp()
    return (
        TYPED
        | {"page": Signer(salt="lead-form.page").sign(f"{form.code}:{opened:.0f}:{changes.pop('nonce', 'n1')}")}
        | changes
    )


def test_a_person_gets_through_without_scripts(acme, form, address, here, phone, gus):
    browser = phone()
    page = browser.get(address + "?utm_source=fair&ch=qr").content.decode()
    assert "Tell us what you need" in page and "<h1>" in page and len(page) < 20_000
    assert re.search(r'action="[^"]*ch=qr', page)
    answer = browser.post(address + "?utm_source=fair&ch=qr", typed(form, here))
    assert (answer.status_code, answer.url) == (302, address + "/thanks?lang=en")
    assert "Dora" not in answer.url and "07700" not in answer.url
    assert "We call you today." in browser.get(answer.url).content.decode()
    with here():
        lead = Lead.objects.select_related("customer").get()
        assert (lead.source, lead.channel, lead.utm, lead.owner_id) == ("qr", "qr", {"utm_source": "fair"}, gus.id)
        assert (lead.customer.name, lead.message) == ("Dora Hill", "Two kilos, please")
        assert leading.answer_lines(lead.answers, "en") == [("How many cups", "Many")]
        consent = Consent.objects.get()
        assert (consent.purpose, consent.text_version, consent.is_granted) == ("enquiry", f"form-{form.code}-v1", True)
        assert LeadFormDay.objects.get().views == 1
        assert figures_of([form.id])[form.id].share == 1.0


def test_what_is_sent_twice_counts_once(form, address, here, phone):
    told = typed(form, here)
    for _ in range(2):
        assert phone().post(address, told).status_code == 302
    with here():
        assert (Lead.objects.count(), FormEntry.objects.count()) == (1, 1)


def test_somebody_we_know_is_known(form, address, here, phone):
    with here():
        known = record_customer(name="Dora", phone="+447700900123")
    phone().post(address, typed(form, here))
    with here():
        assert Customer.objects.count() == 1
        assert (Lead.objects.get().customer_id, Lead.objects.get().is_known) == (known.id, True)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"name": ""}, "Please answer this."),
        ({"phone": "12"}, "This is not a phone number."),
        ({"phone": ""}, "Please leave us a way to reach you."),
        ({"email": "dora"}, "This is not an e-mail address."),
        ({"cups": "Three"}, "Select a valid choice"),
        ({"consent": ""}, "Please tick the box to go on."),
    ],
)
def test_what_is_missing_is_asked_for_again(form, address, here, phone, changes, complaint):
    answer = phone().post(address, typed(form, here, **changes))
    assert answer.status_code == 422
    assert complaint in answer.content.decode() and "Two kilos, please" in answer.content.decode()
    with here():
        assert (Lead.objects.count(), FormEntry.objects.count(), Customer.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        ({"homepage": "https://spam.example"}, "honeypot"),
        ({"page": "made up"}, "no_token"),
        ({"seconds": 1}, "too_fast"),
        ({"message": "http://a.example http://b.example www.c.example"}, "links"),
    ],
)
def test_machines_are_thanked_and_wait_for_a_person(form, address, here, phone, changes, doubt):
    answer = phone().post(address, typed(form, here, **changes))
    assert answer.status_code == 302
    with here():
        entry = FormEntry.objects.get()
        assert (entry.state, entry.doubt, entry.answers["name"]) == ("quarantined", doubt, "Dora Hill")
        assert (Lead.objects.count(), Customer.objects.count()) == (0, 0)
        leading.release_entry(entry.id)
        assert Lead.objects.get().customer.name == "Dora Hill"


def test_contacts_of_two_customers_are_not_lost(form, address, here, phone):
    with here():
        record_customer(name="Dora", phone="+447700900123")
        record_customer(name="Else", email="else@example.com")
    assert phone().post(address, typed(form, here, email="else@example.com")).status_code == 302
    with here():
        assert (FormEntry.objects.get().doubt, Lead.objects.count()) == ("contacts_differ", 0)


def test_a_form_opens_and_closes(form, address, here, phone):
    with here():
        LeadForm.objects.filter(id=form.id).update(limit=1)
    assert phone().post(address, typed(form, here)).status_code == 302
    assert phone().get(address).status_code == 410
    assert phone().post(address, typed(form, here, nonce="n2")).status_code == 410
    with here():
        LeadForm.objects.filter(id=form.id).update(limit=None, opens_at=door.moment() + timedelta(days=1))
    assert phone().get(address).status_code == 404
    with here():
        leading.switch_form(form.id, is_on=False)
        LeadForm.objects.filter(id=form.id).update(opens_at=None)
    assert phone().get(address).status_code == 410
    assert phone().get(address + "X").status_code == 404


def test_only_sites_on_the_list_may_frame_and_post(form, address, here, phone):
    with here():
        LeadForm.objects.filter(id=form.id).update(origins=["https://shop.example.com"])
    page = phone().get(address + "/embed")
    assert page["Content-Security-Policy"] == "frame-ancestors https://shop.example.com"
    assert "X-Frame-Options" not in page and "X-Frame-Options" in phone().get(address)
    refused = phone().post(address + "/submit", TYPED, HTTP_ORIGIN="https://evil.example")
    assert (refused.status_code, "Access-Control-Allow-Origin" in refused) == (403, False)
    taken = phone().post(address + "/submit", TYPED, content_type="application/json", HTTP_ORIGIN="https://shop.example.com")
    assert (taken.status_code, taken["Access-Control-Allow-Origin"]) == (201, "https://shop.example.com")
    wrong = phone().post(address + "/submit", {"name": "X"}, content_type="application/json")
    assert (wrong.status_code, set(wrong.json()["errors"])) == (422, {"phone", "consent"})
    with here():
        assert Lead.objects.count() == 1


def test_qr_codes_and_a_poster(address, phone):
    assert phone().get(address + "/qr.svg")["Content-Type"] == "image/svg+xml"
    assert phone().get(address + "/qr.png").content[:4] == b"\x89PNG"
    poster = phone().get(address + "/poster.png?download=1")
    assert poster.content[:4] == b"\x89PNG" and "attachment" in poster["Content-Disposition"]


def test_a_draft_is_seen_by_who_builds_it_only(acme, here, phone):
    with here():
        draft = leading.create_form("Draft", QUESTIONS)
    address = f"/o/{acme.slug}/f/{draft.code}"
    assert phone().get(address).status_code == 404
    shown = phone().get(f"{address}?preview={leading.preview_token(draft.code)}")
    assert (shown.status_code, shown["Content-Security-Policy"]) == (200, "frame-ancestors 'self'")
    assert phone().get(f"{address}?preview={leading.preview_token('other')}").status_code == 404
