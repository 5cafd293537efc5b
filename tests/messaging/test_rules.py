"""Places, languages, consent, patience."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from messaging import rules, texts
from messaging.rules import EMAIL, IN_APP, SMS, Amount, Kind, quiet_until

SERVICE = Kind("service", ())
OFFER = Kind("offer", (), is_marketing=True)


@pytest.mark.parametrize(
    ("kind", "channel", "address", "has_consent", "reason"),
    [
        (SERVICE, EMAIL, "a@example.com", False, ""),
        (SERVICE, EMAIL, "a@example.com", True, ""),
        (SERVICE, EMAIL, "", True, "no_address"),
        (SERVICE, EMAIL, "+447700900001", True, "no_channel"),
        (OFFER, EMAIL, "a@example.com", True, ""),
        (OFFER, EMAIL, "a@example.com", False, "no_consent"),
        (OFFER, EMAIL, "", False, "no_address"),
        (OFFER, IN_APP, "", False, ""),
        (SERVICE, IN_APP, "", False, ""),
    ],
)
def test_offers_by_email_need_consent(kind, channel, address, has_consent, reason):
    verdict = rules.may_send(kind, channel=channel, address=address, has_consent=has_consent)
    assert (verdict.may_go, verdict.reason) == (not reason, reason)


@pytest.mark.parametrize("language", rules.LANGUAGES)
@pytest.mark.parametrize("kind", texts.KINDS.values(), ids=lambda kind: kind.name)
def test_the_house_wording_can_be_filled(kind, language):
    for channel in kind.channels:
        places = kind.places_over(channel)
        facts = {place: value for place, value in texts.examples("Acme").items() if place in places}
        text = texts.house_text(kind.name, channel, language)
        for part in (text.body,) if channel == SMS else (text.subject, text.body):
            assert rules.unknown_places(part, places) == []
            filled = rules.fill(part, facts, language=language, zone=ZoneInfo("UTC"))
            assert filled and "{" not in filled
        assert not kind.secret or kind.secret in rules.places_in(text.body)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Hello {name}", []),
        ("{nmae} {name}", ["nmae"]),
        ("{name.__class__}", ["name.__class__"]),
        ("{0}", ["0"]),
        ("{}", [""]),
        ("{name", ["{"]),
        ("name}", ["}"]),
        ("{{name}}", ["{", "}"]),
    ],
)
def test_unknown_places_are_found(text, wrong):
    assert rules.unknown_places(text, ["name"]) == wrong


def test_a_filled_in_text_is_not_filled_again():
    assert rules.fill("{name}", {"name": "{digits}", "digits": "123456"}, language="en", zone=ZoneInfo("UTC")) == "{digits}"


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (Amount("points", "POINT", 1200), "1,200 points", "1,200 积分"),
        (Amount("points", "POINT", 1), "1 point", "1 积分"),
        (Amount("cash", "GBP", 123450), "£1,234.50", "£1,234.50"),
        (Amount("cash", "CNY", 8800), "¥88.00", "¥88.00"),
        (Amount("cash", "JPY", 1200), "JPY 1,200", "JPY 1,200"),
        (Amount("coupon", "COUPON", 1), "a voucher", "1 张优惠券"),
        (Amount("coupon", "COUPON", 2), "2 vouchers", "2 张优惠券"),
        (date(2026, 12, 4), "4 December 2026", "2026年12月4日"),
        (datetime(2026, 12, 4, 23, 30, tzinfo=UTC), "5 December 2026", "2026年12月5日"),
        ({"zh-hans": "金卡", "en": "Gold"}, "Gold", "金卡"),
        ({"en": "Gold"}, "Gold", "Gold"),
    ],
)
def test_values_are_shown_as_the_language_writes_them(value, english, chinese):
    zone = ZoneInfo("Asia/Shanghai")
    assert rules.show(value, language="en", zone=zone) == english
    assert rules.show(value, language="zh-hans", zone=zone) == chinese


def test_a_subject_stays_on_its_line():
    assert rules.one_line("Hello\r\nBcc: x@example.com") == "Hello Bcc: x@example.com"


def test_patience_outlasts_a_night():
    waits = [rules.backoff(attempt) for attempt in range(1, rules.MAX_ATTEMPTS)]
    assert waits[:4] == [timedelta(seconds=s) for s in (30, 120, 480, 1920)]
    assert timedelta(hours=12) < sum(waits, timedelta()) < timedelta(hours=24)


def test_digits_are_hidden_and_other_numbers_are_not():
    assert rules.hide_digits("Code 123456, 1234567, 12345", "··") == "Code ··, 1234567, 12345"


def test_the_quiet_hours_go_over_midnight_on_the_organisations_clock():
    zone = ZoneInfo("Asia/Shanghai")
    until = {hour: quiet_until(datetime(2026, 1, 1, hour, tzinfo=zone), zone) for hour in (7, 8, 20, 21, 23)}
    tomorrow = datetime(2026, 1, 2, 8, tzinfo=zone)
    assert until == {7: datetime(2026, 1, 1, 8, tzinfo=zone), 8: None, 20: None, 21: tomorrow, 23: tomorrow}
    assert quiet_until(datetime(2026, 1, 1, 12, tzinfo=UTC), zone) is None
    assert quiet_until(datetime(2026, 1, 1, 13, tzinfo=UTC), zone) == tomorrow
