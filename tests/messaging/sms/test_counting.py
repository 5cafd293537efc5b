"""How many texts a body counts as, with each alphabet and each vendor's way."""

import pytest

from messaging.sms.counting import length, parts, room


@pytest.mark.parametrize(
    ("body", "count", "characters"),
    [
        ("", 0, 0),
        ("a" * 160, 1, 160),
        ("a" * 161, 2, 161),
        ("a" * 306, 2, 306),
        ("a" * 307, 3, 307),
        ("é" * 160, 1, 160),
        ("€" * 80, 1, 160),
        ("€" * 81, 2, 162),
        ("[" + "a" * 159, 2, 161),
        ("a" * 152 + "€" + "a" * 152, 3, 306),
        ("á" * 70, 1, 70),
        ("á" * 71, 2, 71),
        ("a" * 69 + "’", 1, 70),
        ("字" * 134, 2, 134),
        ("字" * 135, 3, 135),
        ("😀" * 35, 1, 70),
        ("😀" * 36, 2, 72),
        ("字" * 66 + "😀" + "字" * 66, 3, 134),
    ],
)
def test_a_text_abroad_counts_by_the_alphabet_of_the_phone(body, count, characters):
    assert (parts(body, vendor="twilio", sender="+15017122661"), length(body, vendor="twilio")) == (count, characters)


@pytest.mark.parametrize("vendor", ["aliyun", "tencent"])
@pytest.mark.parametrize(
    ("body", "count", "characters"),
    [
        ("字" * 64, 1, 70),
        ("字" * 65, 2, 71),
        ("a" * 64, 1, 70),
        ("a" * 65, 2, 71),
        ("字" * 128, 2, 134),
        ("字" * 129, 3, 135),
    ],
)
def test_a_text_in_china_counts_every_character_and_the_signature_in_its_brackets(vendor, body, count, characters):
    assert parts(body, vendor=vendor, sender="银杏甜品") == count
    assert length(body, vendor=vendor, sender="银杏甜品") == characters


def test_room_is_what_as_many_texts_hold():
    assert [room("a" * many, vendor="twilio") for many in (0, 160, 161, 307)] == [160, 160, 306, 459]
    assert [room("字" * many, vendor="aliyun") for many in (0, 70, 71)] == [70, 70, 134]
