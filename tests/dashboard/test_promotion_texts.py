"""Pages and API on which promotions and reminders are sent as texts: ways, words, bubbles, cost, tests, figures."""

from datetime import timedelta

import pytest

from crm.operations import record_consent, record_customer
from messaging.models import Message
from referrals import operations as referring
from referrals.models import Promotion, PromotionReceiver, Reminder
from referrals.operations import promotions as telling
from referrals.operations.promotions import default_texts
from referrals.operations.reminding import set_reminder
from tenancy import door


@pytest.fixture
def running(acme, gus):
    """A campaign that runs in the real present, somebody with a phone and somebody with an e-mail address."""
    with door.organisation(acme.id, actor=door.Actor("user", gus.user_id)):
        now = door.moment()
        campaign = referring.create_campaign(
            template="friend_coupon", name="Bring a friend", starts_at=now - timedelta(days=1),
            ends_at=now + timedelta(days=90), budget_limit_minor=100_000,
        )  # fmt: skip
        for channel, contact in (("email", {"email": "fan@example.com"}), ("sms", {"phone": "+447700900031"})):
            one = record_customer(name=f"Fan by {channel}", language="en", **contact)
            record_consent(
                one.id,
                purpose="marketing",
                channel=channel,
                is_granted=True,
                text_version="1",
                language="en",
                source="staff",
            )
        return referring.start_campaign(campaign.id)


def _filled(**more):
    words = {f"{name}_{short}": "{link}" for short in ("zh", "en") for name in ("subject", "body", "sms")}
    return words | {"ways": "email_or_sms", "group_text": "{campaign} {link}"} | more


def test_without_an_account_the_choice_leads_to_where_one_is_entered(running, gus, signed_in, acme):
    client, here = signed_in(gus), f"/campaigns/{running.id}/promotion/"
    html = client.get(here).content.decode()
    assert "Texts need an account with a vendor" in html and 'href="/text-messages/"' in html
    assert "Send a test as text" not in html
    refused = client.post(here, _filled())
    assert refused.status_code == 422 and "No text messages are set up here." in refused.content.decode()
    with door.organisation(acme.id):
        assert not Promotion.objects.exists()


def test_the_count_follows_ways_and_words_and_says_what_it_costs(running, gus, signed_in, texts_of_acme):
    client, here = signed_in(gus), f"/campaigns/{running.id}/promotion/audience/"
    html = client.post(here, _filled(), HTTP_HX_REQUEST="true").content.decode()
    assert "<strong>2</strong> customers would be told now." in html
    assert "By e-mail: 1; by text: 1." in html and "1 text, paid as 1." in html
    long = client.post(here, _filled(sms_en="{link}" + "长" * 60), HTTP_HX_REQUEST="true").content.decode()
    assert "1 text, paid as 2." in long


def test_the_bubble_follows_what_is_written_also_without_htmx(running, gus, signed_in, texts_of_acme):
    client, here = signed_in(gus), f"/campaigns/{running.id}/promotion/preview/"
    for htmx in ({"HTTP_HX_REQUEST": "true"}, {}):
        html = client.post(here, _filled(sms_en="Dear {customer}: {link}"), **htmx).content.decode()
        assert "Dear Fan by sms: http" in html and "Reply STOP to opt out" in html and "of 160 characters" in html
        assert ("<html" in html) is not bool(htmx)


def test_planned_by_text_it_is_told_and_counted_by_way(running, gus, signed_in, acme, texts_of_acme, monkeypatch):
    answer = signed_in(gus).post(f"/campaigns/{running.id}/promotion/", _filled(), follow=True)
    with door.organisation(acme.id):
        made = Promotion.objects.get()
        noon = (door.moment() + timedelta(days=1)).replace(hour=12)
    assert (made.ways, made.texts["en"]["sms"]) == ("email_or_sms", "{link}") and answer.status_code == 200
    real = door.organisation
    monkeypatch.setattr(door, "organisation", lambda id, **kw: real(id, **{"moment": noon, **kw}))
    assert telling.run_promotion(acme.id, made.id) == 2
    monkeypatch.setattr(door, "organisation", real)
    html = signed_in(gus).get(f"/campaigns/{running.id}/promotion/{made.id}/").content.decode()
    assert "By way" in html and "By e-mail, and by text to whoever e-mail does not reach" in html


def test_a_test_goes_to_the_phone_that_was_typed(running, gus, signed_in, acme, texts_of_acme):
    client, here = signed_in(gus), f"/campaigns/{running.id}/"
    for address in (f"{here}promotion/test-text/", f"{here}reminders/bought/test-text/"):
        refused = client.post(address, _filled(phone="+33612345678"), HTTP_HX_REQUEST="true")
        assert "No text can be sent" in refused["HX-Trigger"]
        answer = client.post(address, _filled(phone="07700900099"), HTTP_HX_REQUEST="true")
        assert answer.status_code == 204 and "2 texts are on their way to +447700900099." in answer["HX-Trigger"]
    with door.organisation(acme.id):
        assert Message.objects.filter(channel="sms", member_id=gus.id, address="+447700900099").count() == 4
        assert not PromotionReceiver.objects.exists()


def test_a_reminder_goes_by_text_and_keeps_only_the_words_that_were_changed(running, gus, signed_in, acme, texts_of_acme):
    client, here = signed_in(gus), f"/campaigns/{running.id}/reminders/bought/"
    with door.organisation(acme.id):
        house = default_texts("reminder_bought")
    words = {f"{name}_{short}": house[code][name] for short, code in (("zh", "zh-hans"), ("en", "en"))
             for name in ("subject", "body", "sms")}  # fmt: skip
    told = words | {"is_active": "on", "ways": "email_or_sms", "wait_days": "2", "most": "1", "sms_en": "Well? {link}"}
    assert client.post(here, told).status_code == 302
    with door.organisation(acme.id):
        found = Reminder.objects.get()
        assert (found.ways, found.texts["en"]) == ("email_or_sms", {"sms": "Well? {link}"})
    html = client.get(here).content.decode()
    assert "the customer gets an e-mail (or a text, where e-mail does not reach them) with their own link" in html
    assert "Well? http" in html
    broken = client.post(here, told | {"sms_en": "Well?"})
    assert broken.status_code == 422 and "The text needs {link}" in broken.content.decode()


def test_another_organisation_finds_nothing(running, mallory, signed_in, acme, texts_of_acme):
    client, here = signed_in(mallory), f"/campaigns/{running.id}"
    for address in ("promotion/test-text/", "promotion/audience/", "promotion/preview/", "reminders/bought/test-text/"):
        assert client.post(f"{here}/{address}", _filled(phone="07700900099")).status_code == 404
    with door.organisation(acme.id):
        assert not Message.objects.filter(channel="sms").exists()


def test_the_api_says_what_the_pages_say(running, api_key, client, acme, texts_of_acme):
    key, here = api_key(), f"/api/v1/campaigns/{running.id}"
    words = {each: {"sms": "{link}"} for each in ("en", "zh-hans")}
    asked = {"content_type": "application/json", **key}
    found = client.post(f"{here}/promotions/estimate", {"ways": "sms", "texts": words}, **asked).json()
    assert (found["by_sms"], found["left_out"]) == (1, {"no_phone": 1})
    assert found["cost"] == {
        "people": 1, "parts": 1, "paid": 1, "room_today": 5, "most_a_day": 5, "days": 1, "sentence": "1 text, paid as 1.",
    }  # fmt: skip
    assert client.get(f"{here}/audience?ways=email_or_sms", **key).json()["by_email"] == 1
    made = client.post(f"{here}/promotions", {"ways": "sms", "texts": words}, HTTP_IDEMPOTENCY_KEY="k", **asked).json()
    assert (made["ways"], made["texts"], made["by_way"]) == ("sms", words, [])
    missing = client.post(f"{here}/promotions", {"ways": "sms", "texts": {
        each: {"subject": "S", "body": "{link}"} for each in words
    }}, HTTP_IDEMPOTENCY_KEY="k2", **asked)  # fmt: skip
    assert (missing.status_code, missing.json()["code"]) == (422, "empty_text")


def test_reminders_over_the_api(running, api_key, client, acme, texts_of_acme):
    key, here = api_key(), f"/api/v1/campaigns/{running.id}/reminders/bought"
    answer = client.patch(here, {"ways": "sms", "is_active": True}, content_type="application/json", **key).json()
    assert (answer["ways"], answer["is_active"], answer["by_way"]) == ("sms", True, [])
    assert answer["texts"]["en"]["sms"].startswith("{organisation}: enjoying it?")
    found = client.get(f"{here}/estimate", **key).json()
    assert (found["target"], found["by_sms"], found["cost"]["people"]) == (0, 0, 0)
    with door.organisation(acme.id):
        assert set_reminder(running.id, "bought", is_active=False).ways == "sms"
