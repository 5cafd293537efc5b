"""From the outbox to the vendors' own shapes and back: at most once, whatever happens on the way."""

import json
from base64 import b64encode
from datetime import timedelta
from hashlib import sha1
from hmac import new as hmac_of
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from crm.models import Consent
from crm.operations import record_customer
from crm.queries import has_consented
from messaging.models import Message, SmsGateway
from messaging.operations import (
    GatewayAsked,
    queue_confirmation,
    save_template,
    send_due_texts,
    set_gateway,
    settle_doubtful,
)
from messaging.texting import callback_address, present_gateway
from tenancy import door
from tenancy.models import Organisation
from tests.conftest import NOON
from tests.sms_vendor import APP, KEY_ID, NUMBER, SECRET, SIGNATURE

PHONES = {"aliyun": "+8613800138000", "tencent": "+8613800138000", "twilio": "+447700900007"}


@pytest.fixture(autouse=True)
def noon(monkeypatch, settings):
    """It is noon for whoever sends, too; and nothing stays in the mailbox."""
    from messaging.operations import texting

    real = door.organisation
    monkeypatch.setattr(texting.door, "organisation", lambda id, **kw: real(id, **{"moment": NOON, **kw}))
    settings.KEEP_MAIL_IN_MAILBOX = False


@pytest.fixture(params=["aliyun", "tencent", "twilio"])
def vendor(request):
    return request.param


@pytest.fixture
def code(at_acme, vendor, sms_vendor):
    """Digits for a phone, due to go through a vendor on this machine."""
    with at_acme():
        set_gateway(GatewayAsked(
            vendor=vendor, key_id=KEY_ID, secret=SECRET, app_id=APP, sender=NUMBER if vendor == "twilio" else SIGNATURE,
            countries=["CN", "GB"],
        ))  # fmt: skip
        SmsGateway.objects.update(base_url=sms_vendor.base_url)
        if vendor != "twilio":
            save_template(
                kind="confirmation", channel="sms", language="zh-hans", body="验证码{digits}，{organisation}。",
                vendor_template="SMS_1",
            )  # fmt: skip
        return queue_confirmation(key="k", address=PHONES[vendor], language="zh-hans", digits="123456", context={})


def _now(at_acme, message):
    with at_acme():
        return Message.objects.get(id=message.id)


def _make_due(at_acme, message):
    with at_acme():
        Message.objects.filter(id=message.id).update(due_at=timezone.now())


def test_a_code_reaches_the_vendor_signed_and_filled(acme, at_acme, code, vendor, sms_vendor):
    assert send_due_texts(acme.id) == 1
    [taken] = sms_vendor.taken
    assert taken.phone.endswith(PHONES[vendor][3:])
    if vendor == "twilio":
        assert taken.body.startswith("您在Acme的验证码是123456")
    else:
        assert "123456" in json.dumps(taken.places)
        assert taken.template == "SMS_1"
    assert _now(at_acme, code).state == "sent"


@pytest.mark.parametrize("mood", ["silent", "hang_up", "broken", "garbage"])
def test_a_vendor_that_took_it_and_did_not_say_so_is_asked_and_never_given_it_again(
    acme, at_acme, code, vendor, sms_vendor, impatient, mood
):
    sms_vendor.mood = mood
    send_due_texts(acme.id)
    assert _now(at_acme, code).state == "uncertain"
    sms_vendor.mood = "ok"
    sms_vendor.patience.set()
    for _ in range(2):
        send_due_texts(acme.id)
        _make_due(at_acme, code)
        settle_doubtful(acme.id)
    assert len(sms_vendor.taken) == 1
    assert _now(at_acme, code).state in ("sent", "uncertain")  # Tencent's records do not always tell which is ours


def _told(vendor, message, phone, url):
    """The vendor's word that a text arrived, and a no written back: (content type, body, headers) of each."""
    number = phone.lstrip("+")
    if vendor == "aliyun":
        report = [{"phone_number": number[2:], "out_id": message.id.hex, "biz_id": "SM1", "success": True,
                   "report_time": "2026-11-20 20:00:30", "err_code": "DELIVERED"}]  # fmt: skip
        reply = [{"phone_number": number[2:], "content": "R", "send_time": "2026-11-20 20:01:00"}]
        return [("application/json", json.dumps(each), {}) for each in (report, reply)]
    if vendor == "tencent":
        report = [{"user_receive_time": "2026-11-20 20:00:30", "nationcode": "86", "mobile": number[2:],
                   "report_status": "SUCCESS", "errmsg": "DELIVRD", "description": "ok", "sid": "SM1"}]  # fmt: skip
        reply = {"extend": "", "mobile": number[2:], "nationcode": "86", "sign": SIGNATURE, "text": "R", "time": 1795176060}
        return [("application/json", json.dumps(each), {}) for each in (report, reply)]
    report = {"MessageSid": "SM1", "MessageStatus": "delivered", "AccountSid": KEY_ID, "To": phone, "From": NUMBER}
    reply = {"MessageSid": "SM9", "AccountSid": KEY_ID, "From": phone, "To": NUMBER, "Body": "STOP"}
    return [_signed(each, url) for each in (report, reply)]


def _signed(form, url):
    text = url + "".join(name + form[name] for name in sorted(form))
    signature = b64encode(hmac_of(SECRET.encode(), text.encode(), sha1).digest()).decode()
    return "application/x-www-form-urlencoded", urlencode(form), {"X-Twilio-Signature": signature}


def _path(url: str) -> str:
    return url.partition("/o/")[1] + url.partition("/o/")[2]


def test_the_vendor_tells_what_became_of_it_and_what_was_written_back(
    acme, globex, at_acme, code, vendor, sms_vendor, client, settings
):
    settings.PUBLIC_URL = "https://crm.example.com"
    with at_acme():
        customer = record_customer(name="Cleo", phone=PHONES[vendor])
        url = callback_address(Organisation.objects.get(id=acme.id), present_gateway())
    send_due_texts(acme.id)
    for content_type, body, headers in _told(vendor, code, PHONES[vendor], url):
        for _ in range(2):
            assert client.post(_path(url), body, content_type=content_type, headers=headers).status_code == 200
    with at_acme():
        message = Message.objects.get(id=code.id)
        assert message.state == "sent" and message.delivered_at is not None
        assert not has_consented(customer.id, purpose="marketing", channel="sms")
        assert Consent.objects.filter(customer=customer, purpose="marketing", channel="sms").exists()
    assert client.post(_path(url).replace("/o/acme", "/o/globex"), body, content_type=content_type).status_code == 404


def test_what_twilio_did_not_sign_is_refused(acme, at_acme, sms_vendor, client, settings):
    settings.PUBLIC_URL = "https://crm.example.com"
    with at_acme():
        set_gateway(GatewayAsked(vendor="twilio", key_id=KEY_ID, secret=SECRET, sender=NUMBER, countries=["GB"]))
        customer = record_customer(name="Cleo", phone=PHONES["twilio"])
        url = callback_address(Organisation.objects.get(id=acme.id), present_gateway())
    content_type, body, _headers = _signed({"From": PHONES["twilio"], "Body": "STOP", "MessageSid": "SM9"}, url)
    wrong = {"X-Twilio-Signature": b64encode(b"no").decode()}
    assert client.post(_path(url), body, content_type=content_type, headers=wrong).status_code == 404
    with at_acme():
        assert not Consent.objects.filter(customer=customer).exists()


@pytest.mark.parametrize("body", ["", "[", "[1, 2]", '{"a": "\\ud800"}', "\x00", "null", '"x"', '[{"out_id": null}]'])
def test_nonsense_changes_nothing(acme, at_acme, code, vendor, client, body):
    with at_acme():
        url = callback_address(Organisation.objects.get(id=acme.id), present_gateway())
    before = _now(at_acme, code)
    assert client.post(_path(url), body, content_type="application/json").status_code in (200, 400, 404)
    assert (_now(at_acme, code).state, _now(at_acme, code).delivered_at) == (before.state, None)


def test_a_code_that_could_not_be_sent_waits_no_longer_than_it_lives(acme, at_acme, sms_vendor, monkeypatch):
    with at_acme():
        set_gateway(GatewayAsked(vendor="twilio", key_id=KEY_ID, secret=SECRET, sender=NUMBER, countries=["GB"]))
        SmsGateway.objects.update(base_url="http://127.0.0.1:9")  # nobody answers there
        code = queue_confirmation(key="k", address=PHONES["twilio"], language="en", digits="123456", context={})
    send_due_texts(acme.id)
    waiting = _now(at_acme, code)
    assert (waiting.state, waiting.reason) == ("queued", "no_connection")
    assert waiting.due_at < timezone.now() + timedelta(minutes=10)
