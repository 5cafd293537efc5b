"""The staff page of text messages: an account is entered, tried, looked at, forgotten."""

import pytest

from messaging.models import Message, SmsGateway
from messaging.operations import GatewayAsked, set_gateway
from tenancy import door
from tests.conftest import NOON

FORM = {
    "vendor": "twilio", "key_id": "AC1", "secret": "hush-hush", "sender": "+447700900000", "countries": "gb， ie",
    "most_a_day": "50", "use_reward_settled": "no_email", "use_tier_changed": "always",
}  # fmt: skip


@pytest.fixture
def gateway(at_acme):
    with at_acme():
        return set_gateway(GatewayAsked(vendor="twilio", key_id="AC1", secret="hush-hush", sender="+447700900000"))


def test_an_account_is_entered(acme, at_acme, gus, signed_in):
    client = signed_in(gus)
    assert b"No account yet" in client.get("/text-messages/").content
    assert client.post("/text-messages/", FORM).status_code == 302
    with at_acme():
        found = SmsGateway.objects.get()
        assert (found.countries, found.most_a_day, found.secret) == (["GB", "IE"], 50, "hush-hush")
        assert found.uses == {"reward_settled": "no_email", "tier_changed": "always"}
    shown = client.get("/text-messages/").content.decode()
    assert "hush-hush" not in shown
    assert f"/o/{acme.slug}/texts/" in shown and "0 of 50" in shown


def test_what_is_wrong_is_said_at_its_field(acme, at_acme, gus, signed_in):
    client = signed_in(gus)
    answer = client.post("/text-messages/", FORM | {"countries": "Mars"})
    assert answer.status_code == 422 and "There is no country “MARS”" in answer.content.decode()
    answer = client.post("/text-messages/", FORM | {"secret": ""})
    assert answer.status_code == 422 and "This vendor needs a secret" in answer.content.decode()
    with at_acme():
        assert not SmsGateway.objects.exists()


def test_a_test_is_sent_and_can_be_followed(at_acme, gateway, gus, signed_in):
    client = signed_in(gus)
    answer = client.post("/text-messages/test/", {"phone": "07700 900007"})
    with at_acme():
        message = Message.objects.get(channel="sms")
    assert answer.url == f"/messages/{message.id}/"
    shown = client.get(answer.url).content.decode()
    assert "000000" not in shown and "7700900007" not in shown
    answer = client.post("/text-messages/test/", {"phone": "Ann"})
    assert answer.status_code == 422 and "This is no phone number" in answer.content.decode()


def test_a_text_is_worded_within_its_limits(at_acme, gateway, gus, signed_in):
    client = signed_in(gus)
    address = "/templates/reward_settled/sms/"
    assert b"paid as 1 text" in client.get(address).content
    assert client.post(address, {"language": "en", "body": "Yours: {reward} {page}"}).status_code == 302
    answer = client.post(address, {"language": "en", "body": "Yours: {digits}"})
    assert answer.status_code == 422 and "{page}" in answer.content.decode()
    preview = client.post(f"{address}preview/", {"language": "en", "body": "é" * 200}).content.decode()
    assert "200 characters, paid as 2 texts" in preview


def test_texts_that_have_to_be_filed_are_shown_the_vendors_way(at_acme, gus, signed_in):
    with at_acme():
        set_gateway(GatewayAsked(vendor="tencent", key_id="K", secret="s", app_id="14", sender="引荐", countries=["CN"]))
    client = signed_in(gus)
    assert "您在{1}的验证码是{2}" in client.get("/templates/confirmation/sms/").content.decode()
    client.post("/templates/confirmation/sms/", {"language": "zh-hans", "body": "码{digits}", "vendor_template": " 77 "})
    shown = client.get("/text-messages/").content.decode()
    assert shown.count(">not filed</span>") == shown.count('class="tag') - 1


def test_the_account_is_forgotten(at_acme, gateway, gus, signed_in):
    assert signed_in(gus).post("/text-messages/remove/").status_code == 302
    with at_acme():
        assert not SmsGateway.objects.filter(is_active=True).exists()


def test_only_who_may_connect_systems_sees_the_address_or_changes_it(acme, gateway, staff_of, signed_in):
    client = signed_in(staff_of(acme, "sales"))
    shown = client.get("/text-messages/").content.decode()
    assert f"/o/{acme.slug}/texts/" not in shown
    assert client.post("/text-messages/", FORM).status_code == 403
    assert client.post("/text-messages/remove/").status_code == 403


def test_another_organisations_account_is_not_seen(globex, gateway, mallory, signed_in):
    assert b"No account yet" in signed_in(mallory).get("/text-messages/").content
    with door.organisation(globex.id, moment=NOON):
        assert not SmsGateway.objects.exists()


def test_the_account_by_api(acme, at_acme, client, api_key):
    reads, writes = api_key("integrations:read"), api_key("integrations:read", "integrations:write")
    assert client.get("/api/v1/sms-gateway", **reads).status_code == 404
    body = {
        "vendor": "twilio",
        "key_id": "AC1",
        "secret": "hush-hush",
        "sender": "+447700900000",
        "uses": {"tier_changed": "always"},
    }
    assert client.put("/api/v1/sms-gateway", body, content_type="application/json", **reads).status_code == 403
    told = client.put("/api/v1/sms-gateway", body, content_type="application/json", **writes).json()
    assert "secret" not in told and told["countries"] == ["GB"] and told["sent_today"] == 0
    wrong = client.put(
        "/api/v1/sms-gateway", body | {"uses": {"member_login": "off"}}, content_type="application/json", **writes
    )
    assert (wrong.status_code, wrong.json()["code"]) == (422, "use_unknown")
    assert client.delete("/api/v1/sms-gateway", **writes).status_code == 204
