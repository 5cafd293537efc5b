"""The pages on which a campaign's automatic reminders are set, looked at and explained; cards that have to wait."""

from datetime import timedelta

import pytest

from crm.models import Order
from crm.operations import CustomerReference, OrderReport, record_consent, record_customer, record_order
from messaging.models import Message
from referrals import operations as referring
from referrals.models import PromotionReceiver, Reminder
from referrals.operations.asking import ask_now
from referrals.operations.promotions import default_texts
from referrals.operations.reminding import Moment, note_moments, run_reminders, set_reminder
from referrals.queries.reminding import reminder_of
from tenancy import door


@pytest.fixture
def running(acme, gus):
    """A campaign that runs in the real present."""
    with door.organisation(acme.id, actor=door.Actor("user", gus.user_id)):
        now = door.moment()
        campaign = referring.create_campaign(
            template="friend_coupon", name="Bring a friend", starts_at=now - timedelta(days=1),
            ends_at=now + timedelta(days=90), budget_limit_minor=100_000,
        )  # fmt: skip
        return referring.start_campaign(campaign.id)


@pytest.fixture
def fan(acme, gus, running):
    """Somebody who agreed to offers and has just bought."""
    with door.organisation(acme.id, actor=door.Actor("user", gus.user_id)):
        made = record_customer(name="Fan One", email="fan@example.com", language="en")
        record_consent(
            made.id, purpose="marketing", channel="email", is_granted=True, text_version="1", language="en", source="staff"
        )
        _buy(made, "A1")
        return made


def _buy(customer, number):
    now = door.moment()
    record_order(
        OrderReport(
            source="shop", external_id=number, total_minor=5000, currency="GBP", status="paid", paid_at=now, placed_at=now,
            customer=CustomerReference(customer_id=customer.id),
        )
    )  # fmt: skip


def _filled(kind="bought", **more):
    texts = default_texts(f"reminder_{kind}")
    words = {
        f"{name}_{short}": texts[code][name].replace("\n", "\r\n")
        for short, code in (("zh", "zh-hans"), ("en", "en"))
        for name in ("subject", "body", "sms")
    }
    return words | {"is_active": "on", "ways": "email", "wait_days": "2", "most": "1"} | more


def test_the_list_says_what_each_would_do_and_that_all_are_off(running, gus, signed_in):
    html = signed_in(gus).get(f"/campaigns/{running.id}/reminders/").content.decode()
    assert html.count(">Off<") == 4
    assert "3 days after a purchase that was not given back, the customer gets an e-mail with their own link." in html
    assert "nobody who was asked or written to in the last 30 days in whatever way" in html
    assert "No automatic reminder is on" in signed_in(gus).get(f"/campaigns/{running.id}/").content.decode()


def test_one_is_switched_on_and_follows_the_template_until_somebody_changes_its_words(running, gus, signed_in, acme):
    client, here = signed_in(gus), f"/campaigns/{running.id}/reminders/bought/"
    with door.organisation(acme.id):
        told = _filled()
    assert client.post(here, told).status_code == 302
    with door.organisation(acme.id):
        found = Reminder.objects.get()
        assert (found.kind, found.is_active, found.wait_days, found.texts) == ("bought", True, 2, {})
    client.post(here, told | {"subject_en": "Well?"})
    with door.organisation(acme.id):
        assert Reminder.objects.get().texts["en"]["subject"] == "Well?"
    assert "1 automatic reminder is on: After a purchase." in client.get(f"/campaigns/{running.id}/").content.decode()


def test_words_without_a_link_are_refused_at_their_field(running, gus, signed_in, acme):
    with door.organisation(acme.id):
        told = _filled(body_en="no place for it")
    answer = signed_in(gus).post(f"/campaigns/{running.id}/reminders/bought/", told)
    assert answer.status_code == 422 and "The text needs {link}" in answer.content.decode()
    with door.organisation(acme.id):
        assert not Reminder.objects.exists()


def test_the_page_shows_both_languages_how_many_it_concerns_and_who_was_left_out(
    running, fan, gus, signed_in, acme, monkeypatch
):
    with door.organisation(acme.id):
        set_reminder(running.id, "bought", is_active=True, wait_days=0)
        mute = record_customer(name="Mute Two", phone="+447700900077")
        _buy(mute, "A2")
        now, orders = door.moment(), dict(Order.objects.values_list("customer_id", "id"))
        note_moments("bought", [Moment(each.id, "order", orders[each.id], now) for each in (fan, mute)])
    real, noon = door.organisation, (now + timedelta(days=1)).replace(hour=12)
    monkeypatch.setattr(door, "organisation", lambda id, **kw: real(id, **{"moment": noon, **kw}))
    assert run_reminders(acme.id) == 1
    monkeypatch.setattr(door, "organisation", real)
    html = signed_in(gus).get(f"/campaigns/{running.id}/reminders/bought/").content.decode()
    assert "As Mute Two would read it:" in html and "Mute Two，您好" in html and "Hello Mute Two" in html
    assert "have no e-mail address</span><strong>1</strong></li>" in html
    assert "Mute Two" in html and "no e-mail address</small>" in html
    assert "2 customers of the target group had such a moment in the last 30 days." in html


def test_preview_and_test_use_the_words_and_write_nothing_to_customers(running, fan, gus, signed_in, acme):
    client, here = signed_in(gus), f"/campaigns/{running.id}/reminders/ending/"
    with door.organisation(acme.id):
        told = _filled("ending", body_en="Dear {customer}, share to your Moments to get a gift by {ends_on}: {link}")
    html = client.post(f"{here}preview/", told).content.decode()
    assert "Dear Fan One, share" in html and "WeChat blocks pages" in html
    assert client.post(f"{here}test/", HTTP_HX_REQUEST="true").status_code == 204
    with door.organisation(acme.id):
        mails = Message.objects.filter(kind="reminder_ending")
        assert {mail.member_id for mail in mails} == {gus.id} and mails.count() == 2
        assert not PromotionReceiver.objects.exists()


def test_another_organisation_finds_nothing(running, mallory, signed_in, acme):
    client = signed_in(mallory)
    for address in ("", "bought/"):
        assert client.get(f"/campaigns/{running.id}/reminders/{address}").status_code == 404
    assert client.post(f"/campaigns/{running.id}/reminders/bought/", {"is_active": "on"}).status_code == 404
    with door.organisation(acme.id):
        assert not Reminder.objects.exists()


def test_a_kind_that_does_not_exist_is_404(running, gus, signed_in):
    assert signed_in(gus).get(f"/campaigns/{running.id}/reminders/nonsense/").status_code == 404


def test_a_card_whose_customer_was_written_to_waits_and_says_why(running, fan, gus, signed_in, acme):
    with door.organisation(acme.id, actor=door.Actor("user", gus.user_id)):
        card = ask_now(fan.id, key="k")
        now = door.moment()
        made = set_reminder(running.id, "bought")
        PromotionReceiver.objects.create(
            reminder=made, customer=fan, key="x", state="told", told_at=now, due_at=now, until=now
        )
    client, why = signed_in(gus), "we wrote to them about a campaign lately; again in 30 days"
    assert f"Not now: {why}" in client.get("/asks/?view=held").content.decode()
    assert "Fan One" not in client.get("/asks/?view=all").content.decode()
    assert f"Better not now: {why}" in client.get(f"/asks/{card.id}/").content.decode()
    assert f"Not now: {why}" in client.get(f"/customers/{fan.id}/").content.decode()


def test_over_the_api(running, fan, api_key, client, acme):
    key, here = api_key(), f"/api/v1/campaigns/{running.id}/reminders"
    told = client.get(here, **key).json()
    assert [(each["kind"], each["is_active"], each["told"]) for each in told] == [
        ("bought", False, 0), ("praised", False, 0), ("silent", False, 0), ("ending", False, 0),
    ]  # fmt: skip
    words = {"subject": "S", "body": "{link}"}
    body = {"is_active": True, "wait_days": 1, "texts": {"en": words, "zh-hans": words}}
    answer = client.patch(f"{here}/bought", body, content_type="application/json", **key).json()
    assert (answer["is_active"], answer["wait_days"], answer["texts"]["zh-hans"]["body"]) == (True, 1, "{link}")
    back = client.patch(f"{here}/bought", {"texts": None}, content_type="application/json", **key).json()
    assert not back["is_own_text"] and back["texts"]["en"]["subject"] != "S"
    wrong = client.patch(f"{here}/bought", {"wait_days": 999}, content_type="application/json", **key)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "reminder_out_of_range")
    assert client.patch(f"{here}/nonsense", {}, content_type="application/json", **key).status_code == 404
    with door.organisation(acme.id):
        reminder, order = reminder_of(running, "bought"), Order.objects.get()
        note_moments("bought", [Moment(fan.id, "order", order.id, door.moment())])
        assert reminder.is_active
    people = client.get(f"{here}/bought/people?state=chosen", **key).json()["data"]
    assert [(each["customer_id"], each["state"], each["reason"]) for each in people] == [(str(fan.id), "chosen", "")]
    assert client.get(f"{here}/bought/people?state=told", **key).json()["data"] == []
