"""What fits into the fields of a template message, and how values are written there."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from messaging.rules import Amount
from messaging.wechat.fields import DoesNotFit, filled, sort_of, written

ZONE = ZoneInfo("Asia/Shanghai")
FACTS = {
    "reason_title": {"zh-hans": "成功引荐好友的奖励", "en": "For introducing a friend to us"},
    "reward": Amount("cash", "CNY", 12_800), "points": Amount("points", "POINT", 200),
    "today": datetime(2026, 12, 1, 2, 22, tzinfo=UTC), "available_on": date(2026, 12, 4), "code": "7KQ2MXWB",
    "text": "杯盖\n已补寄，" + "很快" * 20, "nothing": "", "count": 3, "name": "李小雨",
}  # fmt: skip


def field(name: str, text: str, language: str = "zh-hans") -> str:
    return written(name, text, FACTS, language=language, zone=ZONE)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("thing1", "{reason_title}", "成功引荐好友的奖励"),
        ("thing2", "{text}", "杯盖 已补寄，很快很快很快很快很快很快…"),
        ("amount2", "{reward}", "¥128.00"),
        ("amount2", "128元", "128元"),
        ("thing3", "{reward}", "¥128.00"),
        ("thing3", "奖励：{points}", "奖励：200 积分"),
        ("number4", "{points}", "200"),
        ("number4", "{count}", "3"),
        ("time3", "{today}", "2026年12月1日 10:22"),
        ("time3", "{available_on}", "2026年12月4日 00:00"),
        ("date3", "{available_on}", "2026年12月4日"),
        ("character_string12", "{code}", "7KQ2MXWB"),
        ("phrase1", "已到账", "已到账"),
        ("name5", "{name}", "李小雨"),
        ("const6", "已发货", "已发货"),
    ],
)
def test_values_are_written_as_wechat_wants_them(name, text, expected):
    assert field(name, text) == expected


def test_a_name_may_be_longer_where_it_is_not_chinese():
    facts = {"a": "Alexandrina Victoria Regina", "b": "爱新觉罗弘历乾隆皇帝陛下"}
    told = filled({"name1": "{a}", "name2": "{b}"}, facts, language="en", zone=ZONE)
    assert told == {"name1": "Alexandrina Victori…", "name2": "爱新觉罗弘历乾隆皇…"}


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("thing1", "{nothing}", "empty"),
        ("thing1", "  ", "empty"),
        ("amount2", "{points}", "no_money"),
        ("amount2", "{reason_title}", "no_money"),
        ("amount2", "12345678901", "no_money"),
        ("time3", "{reward}", "no_date"),
        ("date3", "soon", "no_date"),
        ("number4", "{reason_title}", "no_number"),
        ("character_string5", "{reason_title}", "letters"),
        ("phrase6", "done", "letters"),
        ("phrase6", "已经到账了呀", "too_long"),
        ("character_string5", "x" * 33, "too_long"),
        ("fancy1", "x", "unknown_sort"),
        ("thing", "x", "unknown_sort"),
    ],
)
def test_what_wechat_would_refuse_is_not_written(name, text, why):
    with pytest.raises(DoesNotFit) as refusal:
        field(name, text)
    assert (refusal.value.name, refusal.value.why) == (name, why)


def test_fields_are_known_by_their_names():
    assert [sort_of(name) for name in ("thing1", "character_string12", "phone_number3", "Thing1", "x1", "")] == [
        "thing", "character_string", "phone_number", "", "", "",
    ]  # fmt: skip
