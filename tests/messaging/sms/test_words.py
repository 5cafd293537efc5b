"""Every reason has words and a remedy, in both languages, and every vendor's code leads to one."""

import pytest
from django.utils import translation

from messaging.sms import causes
from messaging.sms.words import WHY, why_not

OURS = {"unsubscribed", "day_limit", "country", "no_gateway", "no_connection", "timeout", "unclear", "lost", "too_late"}


def test_every_code_leads_to_words_and_no_words_are_idle():
    assert causes.known_words() | OURS == set(WHY)


@pytest.mark.parametrize("reason", sorted(WHY))
def test_a_reason_is_told_in_both_languages(reason):
    with translation.override("en"):
        english = why_not(reason)
    with translation.override("zh-hans"):
        chinese = why_not(reason)
    assert english.endswith(".") and chinese.endswith("。") and chinese != english


def test_a_word_of_an_earlier_version_stands_for_itself():
    assert why_not("gone_with_the_wind") == "gone_with_the_wind"


@pytest.mark.parametrize(
    ("vendor", "code", "word"),
    [
        ("aliyun", "isv.CUSTOMER_REFUSED", "blocked"),
        ("aliyun", "mk:0001", "number_off"),
        ("aliyun", "InternalError.Something", "busy"),
        ("tencent", "AuthFailure.SecretIdNotFound", "wrong_key"),
        ("tencent", "AuthFailure.SignatureExpire", "wrong_clock"),
        ("tencent", "REJECTD", "text_refused"),
        ("twilio", "30007", "text_refused"),
        ("twilio", "30005", "number_wrong"),
        ("twilio", "MK:0001", "unknown"),
        ("twilio", "", "unknown"),
    ],
)
def test_a_code_means(vendor, code, word):
    assert causes.cause(vendor, code) == word


def test_only_what_mends_itself_passes():
    assert {word for word in WHY if causes.is_passing(word)} == {"too_fast", "busy", "no_connection"}
