"""Aliyun: signed as its own SDK signs, asked once, and never read as more than it said."""

import json
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from messaging.sms import aliyun
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

ALIYUN = VENDORS["aliyun"]
PARCEL = Parcel("ref-1", "+8613800138000", "您的验证码是123456", "SMS_154950909", (("code", "123456"), ("name", "李 雷~*")))
AT_RECEIPT = datetime(2026, 11, 20, 12, 0, 5, tzinfo=UTC)


def _send(sms_vendor, parcel=PARCEL, **account):
    return ALIYUN.send(sms_vendor.account("aliyun", **account), parcel, now=NOON)


def _look_up(sms_vendor, parcel=PARCEL, *, reference="", sent_at=NOON):
    account = sms_vendor.account("aliyun")
    return ALIYUN.look_up(account, parcel, vendor_reference=reference, sent_at=sent_at, now=NOON + timedelta(minutes=5))


def _told(entries) -> list:
    body = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    return ALIYUN.read_callback(None, Callback("https://crm.example.com/x", body, {}, "application/json"))


# Captured from alibabacloud-dysmsapi20170525 4.6.0 (alibabacloud-tea-openapi 0.4.6) with its time and nonce set: the
# headers that it signed, and what came out. It sends two more than we do; the sum is the same for any set of them.
_OF_SDK = {
    "accept": "application/json",
    "host": "dysmsapi.aliyuncs.com",
    "user-agent": "AlibabaCloud (Linux; x86_64) Python/3.11.7 Core/0.4.3 TeaDSL/2 x",
    "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "x-acs-credentials-provider": "static_ak",
    "x-acs-date": "2026-11-20T12:00:00Z",
    "x-acs-signature-nonce": "0123456789abcdef0123456789abcdef",
    "x-acs-version": "2017-05-25",
}


@pytest.mark.parametrize(
    ("action", "said", "signature"),
    [
        (
            "SendSms",
            {
                "OutId": "7f3c-1", "PhoneNumbers": "13800138000", "SignName": "银杏甜品", "TemplateCode": "SMS_154950909",
                "TemplateParam": '{"code":"123456","name":"李 雷~*"}',
            },
            "440389ea6895e810ba1a3b414d194a80266b879d68b505e5c1a83dfe0f8863f5",
        ),
        (
            "QuerySendDetails",
            {"CurrentPage": "1", "PageSize": "50", "PhoneNumber": "13800138000", "SendDate": "20261120"},
            "eece6bdeb3d5f6a0584742a469b5b1ae93059b2e728bc867c965f48e878636fa",
        ),
    ],
)  # fmt: skip
def test_it_signs_as_the_vendors_own_sdk_does(action, said, signature):
    account = Account("aliyun", "LTAI5tExampleKeyId", "ExampleSecret0123456789")
    signed = aliyun.authorization(account, aliyun.canonical(said), _OF_SDK | {"x-acs-action": action})
    assert signed == (
        "ACS3-HMAC-SHA256 Credential=LTAI5tExampleKeyId,SignedHeaders=accept;host;user-agent;x-acs-action;"
        "x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        f"Signature={signature}"
    )


def test_a_text_is_handed_over_with_signature_template_places_and_our_reference(sms_vendor):
    assert _send(sms_vendor) == Answer(ACCEPTED, vendor_reference="SM1")
    (taken,) = sms_vendor.taken
    assert (taken.phone, taken.reference, taken.sender) == ("13800138000", "ref-1", "银杏甜品")
    assert (taken.template, taken.places) == ("SMS_154950909", {"code": "123456", "name": "李 雷~*"})


def test_a_wrong_secret_is_named(sms_vendor):
    account = replace(sms_vendor.account("aliyun"), secret="another")
    answer = ALIYUN.send(account, PARCEL, now=NOON)
    assert (answer.state, answer.error, answer.is_passing) == (REJECTED, "wrong_key", False)
    assert not sms_vendor.taken


@pytest.mark.parametrize(
    ("code", "error", "is_passing"),
    [
        ("isv.SMS_SIGNATURE_ILLEGAL", "no_signature", False),
        ("isv.SMS_TEMPLATE_ILLEGAL", "no_template", False),
        ("isv.TEMPLATE_MISSING_PARAMETERS", "places_wrong", False),
        ("isv.OUT_OF_SERVICE", "no_money", False),
        ("isv.BUSINESS_LIMIT_CONTROL", "too_often", False),
        ("isv.DAY_LIMIT_CONTROL", "vendor_limit", False),
        ("isv.MOBILE_NUMBER_ILLEGAL", "number_wrong", False),
        ("isv.DENY_IP_RANGE", "ip_refused", False),
        ("Throttling.User.Something", "too_fast", True),
        ("ServiceUnavailable", "busy", True),
        ("isv.SOMETHING_NEW", "unknown", False),
    ],
)
def test_a_refusal_is_named_and_says_whether_it_passes(sms_vendor, code, error, is_passing):
    sms_vendor.mood, sms_vendor.refusal = "refuse", (code, "words of the vendor")
    assert _send(sms_vendor) == Answer(REJECTED, error=error, said=f"{code} words of the vendor", is_passing=is_passing)


def test_what_the_vendor_repeats_of_the_reader_is_not_kept(sms_vendor):
    sms_vendor.mood, sms_vendor.refusal = "refuse", ("isv.MOBILE_NUMBER_ILLEGAL", "13800138000invalid: 李 雷~* got 123456")
    assert _send(sms_vendor).said == "isv.MOBILE_NUMBER_ILLEGAL …invalid: … got …"
    account = sms_vendor.account("aliyun")
    assert "secret-of-acme" not in repr(account) and "138" not in repr(PARCEL) and "123456" not in repr(PARCEL)


def test_no_number_gets_into_a_log(sms_vendor, caplog):
    caplog.set_level("DEBUG")
    _send(sms_vendor)
    _look_up(sms_vendor)
    assert len(sms_vendor.asked) == 2 and "13800138000" not in caplog.text


@pytest.mark.parametrize(
    ("mood", "error"), [("silent", "timeout"), ("hang_up", "unclear"), ("broken", "unclear"), ("garbage", "unclear")]
)
def test_where_it_may_have_gone_out_it_is_uncertain(sms_vendor, impatient, mood, error):
    sms_vendor.mood = mood
    answer = _send(sms_vendor)
    assert (answer.state, answer.error, answer.is_passing) == (UNCERTAIN, error, False)
    assert len(sms_vendor.taken) == 1


def test_a_fault_of_the_vendor_after_taking_is_uncertain(sms_vendor):
    sms_vendor.mood, sms_vendor.refusal = "refuse", ("isp.SYSTEM_ERROR", "try again")
    assert _send(sms_vendor) == Answer(UNCERTAIN, error="unclear", said="isp.SYSTEM_ERROR try again")


def test_where_nobody_listens_nothing_was_sent(sms_vendor):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    answer = _send(sms_vendor, base_url=f"http://127.0.0.1:{port}")
    assert answer == Answer(REJECTED, error="no_connection", is_passing=True)


def test_a_name_that_is_unknown_was_never_asked(sms_vendor, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", _unknown_name)
    assert _send(sms_vendor, base_url="") == Answer(REJECTED, error="no_connection", is_passing=True)
    assert _unknown_name.asked == ["dysmsapi.aliyuncs.com"]


def _unknown_name(host, *args, **kwargs):
    _unknown_name.asked = [host]
    raise socket.gaierror(-2, "Name or service not known")


def test_no_other_address_stands_in_for_the_vendor_in_production(sms_vendor, settings, monkeypatch):
    settings.MODE = "production"
    monkeypatch.setattr(socket, "getaddrinfo", _unknown_name)
    assert _send(sms_vendor).error == "no_connection"
    assert _unknown_name.asked == ["dysmsapi.aliyuncs.com"] and not sms_vendor.taken


@pytest.mark.parametrize(
    ("phone", "there"),
    [
        ("+8613800138000", "13800138000"),
        ("+85291234567", "85291234567"),
        ("+447700900123", "447700900123"),
        ("+12125550123", "12125550123"),
        ("+13105550123", ""),
    ],
)
def test_numbers_are_written_as_the_vendor_reads_them(phone, there):
    assert aliyun.phone_there(phone) == there
    assert not there or aliyun.phone_here(there) == phone


def test_a_number_that_would_be_read_as_a_strangers_is_not_sent_to(sms_vendor):
    answer = _send(sms_vendor, replace(PARCEL, phone="+13105550123"))
    assert answer == Answer(REJECTED, error="region") and not sms_vendor.asked


def test_what_became_of_a_text_is_asked_by_our_reference(sms_vendor):
    assert _look_up(sms_vendor) is None
    _send(sms_vendor)
    assert _look_up(sms_vendor) == Answer(ACCEPTED)
    sms_vendor.taken[0].fate = "delivered"
    assert _look_up(sms_vendor) == Receipt(True, reference="ref-1", at=AT_RECEIPT)
    sms_vendor.taken[0].fate = "MOBILE_IN_BLACK"
    lost = Receipt(False, reference="ref-1", vendor_reference="SM1", error="blocked", said="MOBILE_IN_BLACK", at=AT_RECEIPT)
    assert _look_up(sms_vendor, reference="SM1") == lost
    assert _look_up(sms_vendor, replace(PARCEL, reference="ref-2")) is None


def test_records_of_the_next_day_are_asked_around_midnight_of_beijing(sms_vendor):
    _send(sms_vendor)
    assert _look_up(sms_vendor, sent_at=datetime(2026, 11, 19, 15, 59, tzinfo=UTC)) == Answer(ACCEPTED)
    assert sms_vendor.asked.count("QuerySendDetails") == 2
    assert _look_up(sms_vendor, sent_at=datetime(2026, 11, 19, 12, 0, tzinfo=UTC)) is None


@pytest.mark.parametrize("mood", ["silent", "broken", "garbage", "refuse"])
def test_what_could_not_be_asked_is_uncertain(sms_vendor, impatient, mood):
    sms_vendor.mood, sms_vendor.refusal = mood, ("Throttling.User", "slow down")
    answer = _look_up(sms_vendor)
    assert (answer.state, answer.is_passing) == (UNCERTAIN, False)


def test_reports_and_replies_are_read():
    # As in the vendor's documentation of SmsReport and SmsUp (HTTP batch push).
    report = {
        "phone_number": "13800138000", "send_time": "2026-11-20 20:00:01", "report_time": "2026-11-20 20:00:05",
        "success": True, "err_code": "DELIVERED", "err_msg": "用户接收成功", "sms_size": "1",
        "biz_id": "932702304080415357^0", "out_id": "ref-1",
    }  # fmt: skip
    lost = report | {"success": False, "err_code": "MK:0012", "err_msg": "13800138000 空号", "out_id": "ref-2"}
    reply = {
        "phone_number": "13800138000",
        "content": "R",
        "send_time": "2026-11-20 20:00:05",
        "dest_code": "1",
        "sequence_id": "2",
    }
    assert _told([report, lost, reply, {"dest_code": "1"}]) == [
        Receipt(True, "ref-1", "932702304080415357^0", at=AT_RECEIPT),
        Receipt(False, "ref-2", "932702304080415357^0", "number_off", "MK:0012 … 空号", AT_RECEIPT),
        Reply("+8613800138000", "R", AT_RECEIPT),
    ]
    assert json.loads(ALIYUN.callback_answer()[1]) == {"code": 0, "msg": "OK"}


@pytest.mark.parametrize("body", [b"", b"oops", b"[1]", b'"x"', b"\xff"])
def test_what_cannot_be_read_is_refused(body):
    with pytest.raises(CallbackRefused):
        _told(body)


def test_texts_are_filed_with_named_places():
    assert ALIYUN.filed_text("{code}是您的验证码,{name}", sender="银杏甜品") == "${code}是您的验证码,${name}"
