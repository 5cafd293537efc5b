"""Contact data in the form in which it is compared and shown."""

import random

import pytest
from pypinyin import lazy_pinyin
from pypinyin.constants import PHRASES_DICT

from foundation import contacts


@pytest.mark.parametrize(("text", "country", "e164"), [
    ("138 0013 8000", "CN", "+8613800138000"), ("+86-138-0013-8000", "GB", "+8613800138000"),
    ("07700 900001", "GB", "+447700900001"), ("１３８００１３８０００", "CN", "+8613800138000"),
])  # fmt: skip
def test_phone_numbers_are_written_as_e164(text, country, e164):
    assert contacts.normalise_phone(text, country) == e164


@pytest.mark.parametrize("text", ["", "abc", "12"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError):
        contacts.normalise_phone(text, "CN")


def test_mail_addresses():
    assert contacts.normalise_email(" Ann@Example.COM ") == "ann@example.com"
    assert contacts.canonical_email("a.n.n+x@googlemail.com") == "ann@gmail.com"
    assert contacts.canonical_email("a.n.n+x@example.com") == "a.n.n+x@example.com"
    with pytest.raises(ValueError):
        contacts.normalise_email("ann@")


def test_names_are_found_by_pinyin_and_initials():
    assert contacts.search_text("张伟") == "张伟 zhangwei zw"
    assert contacts.search_text("  Ann  SMITH ") == "ann smith"


def test_characters_sound_as_the_library_says_also_where_they_make_a_word():
    chance = random.Random(2)
    common = "张李王刘陈赵吴徐伟芳娜敏静磊勇秀兰霞英长曾单解重行乐朝々a "
    words = chance.sample(sorted(word for word in PHRASES_DICT if len(word) <= 4), 3000)
    names = ["".join(chance.choices(common, k=chance.randrange(1, 6))) for _ in range(3000)]
    names += [chance.choice(common) + word[chance.randrange(len(word)) :] for word in words]
    assert [name for name in names if contacts._syllables(name) != lazy_pinyin(name)] == []
    assert contacts.search_text("单重庆").split()[1] == "danchongqing"


def test_masks():
    assert contacts.mask_name("张伟") == "张*"
    assert contacts.mask_name("Ann Smith") == "Ann S."
    assert contacts.mask_phone("+8613800138000") == "+86138****8000"
    assert contacts.mask_email("ann@example.com") == "a***@example.com"


@pytest.mark.parametrize(
    ("phone", "country", "takes"),
    [
        ("+8613800138000", "CN", True),
        ("+447700900123", "GB", True),  # a range that belongs to nobody, as one does that was opened lately
        ("+442079460000", "GB", False),
        ("+449098790000", "GB", False),
        ("+447012345678", "GB", False),
        ("+861380013800", "CN", False),  # a digit is missing
        ("+16135550123", "CA", True),
        ("+88216500000", "", True),
        ("nonsense", "", False),
    ],
)
def test_a_number_has_a_country_and_may_take_texts(phone, country, takes):
    assert (contacts.phone_country(phone), contacts.takes_texts(phone)) == (country, takes)
