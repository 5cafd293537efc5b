"""Twilio: texts as they are, found again without a reference, and no callback that it did not sign."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from messaging.sms.port import (
    ACCEPTED,
    REJECTED,
    UNCERTAIN,
    Account,
    Answer,
    Callback,
    CallbackRefused,
    Parcel,
    Receipt,
    Reply,
)
from messaging.sms.vendors import VENDORS
from tests.conftest import NOON

TWILIO = VENDORS["twilio"]
PARCEL = Parcel("ref-1", "+447700900123", "123456 is your code ✓")
AT_UPDATE = datetime(2026, 11, 20, 12, 0, 5, tzinfo=UTC)
URL = "https://crm.example.com/sms/acme/1f2e/callback"
ACCOUNT = Account("twilio", "AC0123456789abcdef0123456789abcdef", "12345abcdef67890fedcba0987654321")

# Signed by RequestValidator.compute_signature of twilio 9.13.0 for the address and token above.
_STATUS = {
    "MessageSid": "SM0123456789abcdef0123456789abcdef", "SmsSid": "SM0123456789abcdef0123456789abcdef",
    "AccountSid": "AC0123456789abcdef0123456789abcdef", "MessageStatus": "undelivered", "SmsStatus": "undelivered",
    "To": "+447700900123", "From": "+15017122661", "ErrorCode": "30003", "ApiVersion": "2010-04-01",
}  # fmt: skip
_INBOUND = {"MessageSid": "SM1", "From": "+447700900123", "To": "+15017122661", "Body": "STOP 退订 & co", "NumMedia": "0"}
_SIGNED_STATUS, _SIGNED_INBOUND = "OktVLw4pzUPZqq1UjfoH2rVylIo=", "6N0u2P7dOenK/g62zpQ6VMHi+tQ="
_SIGNED_INBOUND_WITH_PORT = "RM0xv1kJqYa0Ek5hsy4z74FwjYM="


def _send(sms_vendor, parcel=PARCEL, **account):
    return TWILIO.send(sms_vendor.account("twilio", **account), parcel, now=NOON)


def _look_up(sms_vendor, *, reference="", parcel=PARCEL, sent_at=NOON):
    account = sms_vendor.account("twilio")
    return TWILIO.look_up(account, parcel, vendor_reference=reference, sent_at=sent_at, now=NOON + timedelta(minutes=5))


def _told(form, signature, *, url=URL, account=ACCOUNT) -> list:
    headers = {"x-twilio-signature": signature} if signature else {}
    return TWILIO.read_callback(
        account, Callback(url, urlencode(form).encode(), headers, "application/x-www-form-urlencoded")
    )


def test_a_text_is_handed_over_as_it_is_and_told_of_at_our_address(sms_vendor):
    assert _send(sms_vendor, callback_url=URL) == Answer(ACCEPTED, vendor_reference="SM1")
    (taken,) = sms_vendor.taken
    assert (taken.phone, taken.body, taken.sender) == (PARCEL.phone, PARCEL.body, "+15017122661")
    assert taken.callback_url == URL
    _send(sms_vendor, sender="MG0123")
    assert (sms_vendor.taken[1].sender, sms_vendor.taken[1].callback_url) == ("MG0123", "")


def test_a_wrong_token_is_named(sms_vendor):
    answer = TWILIO.send(replace(sms_vendor.account("twilio"), secret="another"), PARCEL, now=NOON)
    assert answer == Answer(REJECTED, error="wrong_key", said="20003 Authenticate")


def test_a_token_that_cannot_be_one_is_named(sms_vendor):
    answer = TWILIO.send(replace(sms_vendor.account("twilio"), secret="口令"), PARCEL, now=NOON)
    assert answer == Answer(REJECTED, error="wrong_key") and not sms_vendor.asked


@pytest.mark.parametrize(
    ("code", "error", "is_passing"),
    [
        ("21211", "number_wrong", False),
        ("21610", "blocked", False),
        ("21408", "region", False),
        ("21606", "no_signature", False),
        ("20429", "too_fast", True),
        ("29999", "unknown", False),
    ],
)
def test_a_refusal_is_named_and_keeps_no_number(sms_vendor, code, error, is_passing):
    sms_vendor.mood, sms_vendor.refusal = "refuse", (code, "The 'To' number +447700900123 is not valid")
    said = f"{code} The 'To' number … is not valid"
    assert _send(sms_vendor) == Answer(REJECTED, error=error, said=said, is_passing=is_passing)


@pytest.mark.parametrize(
    ("mood", "error"), [("silent", "timeout"), ("hang_up", "unclear"), ("broken", "unclear"), ("garbage", "unclear")]
)
def test_where_it_may_have_gone_out_it_is_uncertain(sms_vendor, impatient, mood, error):
    sms_vendor.mood = mood
    answer = _send(sms_vendor)
    assert (answer.state, answer.error) == (UNCERTAIN, error) and len(sms_vendor.taken) == 1


def test_what_became_of_a_text_is_asked_by_its_sid(sms_vendor):
    assert _look_up(sms_vendor, reference="SM1") is None
    _send(sms_vendor)
    assert _look_up(sms_vendor, reference="SM1") == Answer(ACCEPTED, vendor_reference="SM1")
    sms_vendor.taken[0].fate = "30003"
    lost = Receipt(False, vendor_reference="SM1", error="number_off", said="30003", at=AT_UPDATE)
    assert _look_up(sms_vendor, reference="SM1") == lost


def test_without_a_sid_it_is_found_by_number_hour_and_words(sms_vendor):
    assert _look_up(sms_vendor) is None
    _send(sms_vendor)
    sms_vendor.taken[0].fate = "delivered"
    sms_vendor.taken[0].body = f"Sent from your Twilio trial account - {PARCEL.body}"
    assert _look_up(sms_vendor) == Receipt(True, vendor_reference="SM1", at=AT_UPDATE)
    assert _look_up(sms_vendor, parcel=replace(PARCEL, body="another")) is None
    assert _look_up(sms_vendor, sent_at=NOON + timedelta(hours=1)) is None


@pytest.mark.parametrize("mood", ["silent", "broken", "garbage", "refuse"])
def test_what_could_not_be_asked_is_uncertain(sms_vendor, impatient, mood):
    sms_vendor.mood, sms_vendor.refusal = mood, ("20429", "slow down")
    assert _look_up(sms_vendor, reference="SM1").state == UNCERTAIN == _look_up(sms_vendor).state


def test_signed_callbacks_are_read():
    lost = Receipt(False, vendor_reference=_STATUS["MessageSid"], error="number_off", said="30003")
    assert _told(_STATUS, _SIGNED_STATUS) == [lost]
    assert _told(_INBOUND, _SIGNED_INBOUND) == [Reply("+447700900123", "STOP 退订 & co")]
    assert _told(_INBOUND, _SIGNED_INBOUND_WITH_PORT) == [Reply("+447700900123", "STOP 退订 & co")]
    with_port = URL.replace("example.com", "example.com:443")
    assert _told(_INBOUND, _SIGNED_INBOUND, url=with_port) == [Reply("+447700900123", "STOP 退订 & co")]
    kind, body = TWILIO.callback_answer()
    assert kind == "text/xml" and "<Response/>" in body


@pytest.mark.parametrize(
    ("change", "signature", "url"),
    [
        ({"MessageStatus": "delivered"}, _SIGNED_STATUS, URL),
        ({"Extra": "1"}, _SIGNED_STATUS, URL),
        ({}, _SIGNED_STATUS[:-4] + "AAA=", URL),
        ({}, "", URL),
        ({}, _SIGNED_STATUS, URL.replace("1f2e", "1f2f")),
        ({}, _SIGNED_STATUS, URL.replace("example.com", "example.com:8443")),
    ],
)
def test_a_callback_with_a_wrong_signature_is_refused(change, signature, url):
    with pytest.raises(CallbackRefused):
        _told(_STATUS | change, signature, url=url)


def test_without_a_token_nothing_is_believed():
    # The signature that an empty token makes; anybody can.
    forged = "5RDaT4+1vCVs3VNSNWbzxQqPNMo="
    with pytest.raises(CallbackRefused):
        _told({"MessageStatus": "delivered", "MessageSid": "SM1"}, forged, account=replace(ACCOUNT, secret=""))


def test_texts_are_not_filed():
    assert TWILIO.filed_text("{code} is your code", sender="") == "{code} is your code" and not TWILIO.needs_template
