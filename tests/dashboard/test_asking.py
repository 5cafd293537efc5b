"""Asking and honouring as the front line and members meet them."""

import pytest
from django.urls import reverse

from referrals import operations as referring
from referrals.models import Ask, Recognition
from referrals.operations.asking import ask_now, save_script
from referrals.operations.honours import agree_to_be_named, set_honour_rules
from tests.conftest import NOON


@pytest.fixture
def campaign(at_acme):
    from datetime import timedelta

    with at_acme():
        made = referring.create_campaign(
            template="friend_coupon", name="Bring a friend", starts_at=NOON - timedelta(days=1), budget_limit_minor=100_000,
            ends_at=NOON + timedelta(days=3000),
        )  # fmt: skip
        return referring.start_campaign(made.id)


@pytest.fixture
def desk(signed_in, gus):
    return signed_in(gus)


def at(name, *args):
    return reverse(f"dashboard:{name}", args=args)


def test_a_card_is_opened_asked_with_words_and_answered_with_a_code(desk, at_acme, ann, campaign):
    with at_acme():
        save_script(name="Any", text={"en": "Hello {customer}, this is {organisation}."})
    assert 'name="key"' in desk.get(at("customer", ann.id)).content.decode()
    answer = desk.post(at("customer_ask", ann.id), {"key": "k1"}, follow=True)
    html = answer.content.decode()
    assert "Hello Ann Smith, this is Acme." in html
    with at_acme():
        card = Ask.objects.get()
    refused = desk.post(at("ask", card.id), {"answer": "refused"})
    assert refused.status_code == 422 and "Choose why they said no" in refused.content.decode()
    html = desk.post(at("ask", card.id), {"answer": "accepted"}, follow=True).content.decode()
    with at_acme():
        assert referring.code_for(campaign.id, ann.id).code in html
    assert "Ann Smith" in desk.get(at("asks") + "?view=answered").content.decode()


def test_the_page_says_why_somebody_is_not_asked(desk, at_acme, ann, campaign):
    from crm import operations as crm

    with at_acme():
        crm.open_case(key="c", subject="It leaks", customer_id=ann.id)
    assert "a request of theirs is still open" in desk.get(at("customer", ann.id)).content.decode()
    answer = desk.post(at("customer_ask", ann.id), {"key": "k1"}, follow=True)
    assert "should not be asked now" in answer.content.decode()
    with at_acme():
        assert Ask.objects.count() == 0


def test_scripts_and_rules_are_kept(desk, at_acme):
    desk.post(
        at("script_new"), {"name": "Marks", "variant": "b", "situation": "satisfied", "text_en": "Hi", "is_active": "on"}
    )
    page = desk.get(at("scripts")).content.decode()
    assert "Marks B" in page
    again = desk.post(at("script_new"), {"name": "Marks", "variant": "B", "situation": "any", "text_en": "Hi"})
    assert again.status_code == 422 and "another variant" in again.content.decode()
    rules = {"quiet_days": 0, "most_in_90_days": 2, "days_after_no": 90, "least_nps": 9, "least_stars": 5,
             "repurchase_from": 2, "open_days": 7}  # fmt: skip
    assert desk.post(at("ask_rules"), rules).status_code == 422
    assert desk.post(at("ask_rules"), rules | {"quiet_days": 14}).status_code == 302


def test_the_wall_is_closed_until_it_is_opened_and_is_never_cached(acme, at_acme, ann, client):
    wall, screen = (reverse(f"portal:{name}", args=[acme.slug]) for name in ("wall", "wall_screen"))
    assert client.get(wall).status_code == 404
    with at_acme():
        set_honour_rules(is_wall_public=True, title={"en": "Our friends"})
        agree_to_be_named(ann.id, surface="wall", display_name="Ann S.")
    answer = client.get(wall + "?lang=en")
    assert answer.status_code == 200 and "Our friends" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert 'http-equiv="refresh"' in client.get(screen).content.decode()


def test_staff_record_a_consent_and_take_the_name_off(desk, at_acme, ann):
    desk.post(at("customer_named", ann.id), {"surface": "screen", "display_name": "Ann"})
    assert "Ann" in desk.get(at("honours")).content.decode()
    desk.post(at("customer_unnamed", ann.id))
    with at_acme():
        assert Recognition.objects.get().display_name == ""


def test_other_systems_ask_and_answer(client, api_key, at_acme, ann, campaign):
    key = api_key() | {"content_type": "application/json", "HTTP_IDEMPOTENCY_KEY": "one"}
    made = client.post("/api/v1/asks", {"customer_id": str(ann.id)}, **key)
    assert made.status_code == 201, made.content
    assert client.get("/api/v1/asks/open", **api_key()).json()["data"][0]["id"] == made.json()["id"]
    said = client.post(f"/api/v1/asks/{made.json()['id']}/answer", {"answer": "later"}, **key)
    assert said.json()["state"] == "later"
    refused = client.post("/api/v1/asks", {"customer_id": str(ann.id)}, **(key | {"HTTP_IDEMPOTENCY_KEY": "two"}))
    assert (refused.status_code, refused.json()["code"]) == (409, "may_not_ask")


def test_a_card_opened_without_words_says_so(desk, at_acme, ann, campaign):
    with at_acme():
        card = ask_now(ann.id, key="k")
    assert "There is no script" in desk.get(at("ask", card.id)).content.decode()
