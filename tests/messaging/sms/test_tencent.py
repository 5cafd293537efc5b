"""Tencent Cloud: signed as its own SDK signs, judged number by number, its records read with their gaps."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from messaging.sms import tencent
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

TENCENT = VENDORS["tencent"]
PARCEL = Parcel("ref-1", "+8613800138000", "123456是您的验证码,李 雷", "1234567", (("code", "123456"), ("name", "李 雷")))
AT_RECEIPT = datetime(2026, 11, 20, 12, 0, 5, tzinfo=UTC)


def _send(sms_vendor, parcel=PARCEL):
    return TENCENT.send(sms_vendor.account("tencent"), parcel, now=NOON)


def _look_up(sms_vendor, *, reference=""):
    account = sms_vendor.account("tencent")
    return TENCENT.look_up(account, PARCEL, vendor_reference=reference, sent_at=NOON, now=NOON + timedelta(minutes=5))


def _told(entries) -> list:
    body = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    return TENCENT.read_callback(None, Callback("https://crm.example.com/x", body, {}, "application/json"))


# Captured from tencentcloud-sdk-python-sms 3.1.153 with its time set: the body that it sent, and how it signed it.
@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (
            '{"PhoneNumberSet": ["+8613800138000"], "SmsSdkAppId": "1400006666", "TemplateId": "1234567", "SignName": '
            '"\\u94f6\\u674f\\u751c\\u54c1", "TemplateParamSet": ["123456", "\\u674e \\u96f7"], "SessionContext": "7f3c-1"}',
            "b33cf8eb518a4ef051c1bbabe1bba2097d8040111e94cde6b212051c5510fe04",
        ),
        (
            '{"BeginTime": 1795172400, "Offset": 0, "Limit": 100, "PhoneNumber": "+8613800138000", '
            '"SmsSdkAppId": "1400006666", "EndTime": 1795176000}',
            "23159109111a2923ee1d5b7f64e3d941a8f2780785e4000464dad46a6d29e2ac",
        ),
    ],
)
def test_it_signs_as_the_vendors_own_sdk_does(body, signature):
    account = Account("tencent", "AKIDExampleSecretId", "ExampleSecretKey0123456789")
    moment = datetime.fromtimestamp(1795176000, UTC)
    assert tencent.authorization(account, host="sms.tencentcloudapi.com", body=body.encode(), now=moment) == (
        "TC3-HMAC-SHA256 Credential=AKIDExampleSecretId/2026-11-20/sms/tc3_request, "
        f"SignedHeaders=content-type;host, Signature={signature}"
    )


def test_a_text_is_handed_over_with_its_places_by_number_and_our_reference(sms_vendor):
    assert _send(sms_vendor) == Answer(ACCEPTED, vendor_reference="SM1")
    (taken,) = sms_vendor.taken
    assert (taken.phone, taken.reference, taken.sender) == ("+8613800138000", "ref-1", "银杏甜品")
    assert (taken.template, taken.places) == ("1234567", ["123456", "李 雷"])


def test_a_wrong_secret_is_named(sms_vendor):
    answer = TENCENT.send(replace(sms_vendor.account("tencent"), secret="another"), PARCEL, now=NOON)
    assert answer == Answer(REJECTED, error="wrong_key", said="AuthFailure.SignatureFailure not valid")
    assert not sms_vendor.taken


@pytest.mark.parametrize(
    ("code", "error", "is_passing"),
    [
        ("FailedOperation.SignatureIncorrectOrUnapproved", "no_signature", False),
        ("FailedOperation.TemplateUnapprovedOrNotExist", "no_template", False),
        ("FailedOperation.TemplateParamSetNotMatchApprovedTemplate", "places_wrong", False),
        ("FailedOperation.InsufficientBalanceInSmsPackage", "no_money", False),
        ("LimitExceeded.PhoneNumberThirtySecondLimit", "too_often", False),
        ("LimitExceeded.AppDailyLimit", "vendor_limit", False),
        ("FailedOperation.PhoneNumberInBlacklist", "blocked", False),
        ("UnsupportedOperation.UnsupportedRegion", "region", False),
        ("RequestLimitExceeded.IPLimitExceeded", "too_fast", True),
        ("InvalidParameterValue.SomethingNew", "unknown", False),
    ],
)
def test_each_number_has_its_own_refusal(sms_vendor, code, error, is_passing):
    sms_vendor.mood, sms_vendor.refusal = "refuse", (code, "for 13800138000")
    assert _send(sms_vendor) == Answer(REJECTED, error=error, said=f"{code} for …", is_passing=is_passing)


@pytest.mark.parametrize(
    ("mood", "error"), [("silent", "timeout"), ("hang_up", "unclear"), ("broken", "unclear"), ("garbage", "unclear")]
)
def test_where_it_may_have_gone_out_it_is_uncertain(sms_vendor, impatient, mood, error):
    sms_vendor.mood = mood
    answer = _send(sms_vendor)
    assert (answer.state, answer.error) == (UNCERTAIN, error) and len(sms_vendor.taken) == 1


def test_a_time_out_behind_the_vendor_is_uncertain(sms_vendor):
    sms_vendor.mood, sms_vendor.refusal = "refuse", ("InternalError.Timeout", "timeout")
    assert _send(sms_vendor).state == UNCERTAIN


def test_what_became_of_a_text_is_known_by_serial_number_or_by_our_reference(sms_vendor):
    assert _look_up(sms_vendor).state == UNCERTAIN  # not listed says nothing: carriers report late
    _send(sms_vendor)
    assert _look_up(sms_vendor, reference="SM1") == Answer(ACCEPTED, vendor_reference="SM1")
    sms_vendor.taken[0].fate = "delivered"
    arrived = Receipt(True, reference="ref-1", vendor_reference="SM1", at=AT_RECEIPT)
    assert _look_up(sms_vendor) == arrived
    sms_vendor.echoes = False
    assert _look_up(sms_vendor, reference="SM1") == arrived
    sms_vendor.taken[0].fate = "UNDELIV"
    lost = Receipt(False, reference="ref-1", vendor_reference="SM1", error="number_off", said="UNDELIV", at=AT_RECEIPT)
    assert _look_up(sms_vendor, reference="SM1") == lost


def test_a_record_that_names_nobody_is_not_taken_for_ours(sms_vendor):
    _send(sms_vendor)
    sms_vendor.taken[0].fate, sms_vendor.echoes = "delivered", False
    assert _look_up(sms_vendor) == Answer(UNCERTAIN, error="unclear")


def test_what_could_not_be_asked_is_uncertain(sms_vendor):
    account = replace(sms_vendor.account("tencent"), secret="another")
    answer = TENCENT.look_up(account, PARCEL, vendor_reference="", sent_at=NOON, now=NOON)
    assert (answer.state, answer.error, answer.is_passing) == (UNCERTAIN, "wrong_key", False)


def test_states_and_replies_are_read():
    # As in the vendor's documentation of the status and reply callbacks.
    state = {
        "user_receive_time": "2026-11-20 20:00:05", "nationcode": "86", "mobile": "13800138000", "report_status": "SUCCESS",
        "errmsg": "DELIVRD", "description": "用户短信送达成功", "sid": "2019:538686",
    }  # fmt: skip
    lost = state | {"report_status": "FAIL", "errmsg": "MK:0001", "description": "空号 13800138000"}
    assert _told([state, lost]) == [
        Receipt(True, vendor_reference="2019:538686", at=AT_RECEIPT),
        Receipt(False, vendor_reference="2019:538686", error="number_off", said="MK:0001 空号 …", at=AT_RECEIPT),
    ]
    reply = {"extend": "1", "mobile": "91234567", "nationcode": "852", "sign": "银杏甜品", "text": "T", "time": 1795176005}
    assert _told(reply) == [Reply("+85291234567", "T", AT_RECEIPT)]
    assert json.loads(TENCENT.callback_answer()[1]) == {"result": 0, "errmsg": "OK"}
    with pytest.raises(CallbackRefused):
        _told(b"oops")


def test_places_are_numbered_by_where_they_first_appear():
    assert TENCENT.filed_text("{name},{code}是您的验证码。{name}勿泄露", sender="") == "{1},{2}是您的验证码。{1}勿泄露"
