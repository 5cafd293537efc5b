"""The small reader of comments, and how good it is on labelled samples."""

from pathlib import Path

import pytest

from crm.rules.sentiment import Reading, read_comment


def _sample(name: str) -> list[tuple[int, str, str]]:
    lines = (Path(__file__).parent / f"data/{name}.tsv").read_text("utf-8").splitlines()
    return [(int(label), language, text) for label, language, text, *_ in (line.split("\t") for line in lines)]


SAMPLES = {name: _sample(name) for name in ("comments", "comments_fresh", "comments_unseen")}


@pytest.mark.parametrize(
    ("text", "sentiment", "topic"),
    [
        ("服务很好，下次还会来", 1, "service"),
        ("不好吃，不会再来", -1, "quality"),
        ("没有异味", 1, "other"),
        ("The coffee was not good", -1, "quality"),
        ("No problems at all", 1, "other"),
        ("Great staff!", 1, "service"),
        ("好喝但是等太久了", -1, "waiting"),
        ("Ｇｒｅａｔ", 1, "other"),
        ("12345", 0, "other"),
    ],
)
def test_words_denials_and_buts(text, sentiment, topic):
    assert read_comment(text) == Reading(sentiment, topic)


def test_nothing_written_is_no_comment():
    assert read_comment(" \n") is None


def test_it_tells_which_words_decided():
    assert read_comment("服务热情，就是等太久了，再也不来").why == ("等太久", "再也不", "再也不来")
    assert read_comment("They never replied to my three emails").why[0] == "never replied"
    assert read_comment("Opened on Monday").why == ()


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("希望周末也开门", 0),
        ("Please open on Sundays", 0),
        ("孩子很喜欢，就是有点远", 0),
        ("Good food, slow service", 0),
        ("修了三次还没好", -1),
        ("一点都不疼", 1),
        ("Not worth the price", -1),
        ("Well worth the price", 1),
    ],
)
def test_wishes_reservations_and_turns_of_speech(text, sentiment):
    assert read_comment(text).sentiment == sentiment


def test_a_long_comment_of_both_languages_is_read():
    assert read_comment("很好 " * 400 + "excellent " * 100).sentiment == 1


# The share that is read rightly, and of those that are called good or bad. Words were chosen with "comments" and
# "comments_fresh" in sight; "comments_unseen" was written before and no word was chosen by what was misread there, so its
# figures are the ones to expect. It is as hard as people are: hints, irony and praise without a word of praise.
# Never choose words by it; write a new sample when this one has been looked into.
@pytest.mark.parametrize(
    ("sample", "language", "right", "of_those_it_dares"),
    [
        ("comments", "zh", 0.94, 0.93),
        ("comments", "en", 0.92, 0.93),
        ("comments_fresh", "zh", 0.93, 0.98),
        ("comments_fresh", "en", 0.98, 0.98),
        ("comments_unseen", "zh", 0.58, 0.77),
        ("comments_unseen", "en", 0.64, 0.81),
    ],
)
def test_how_good_it_is(sample, language, right, of_those_it_dares):
    told = [(label, read_comment(text).sentiment) for label, of, text in SAMPLES[sample] if of == language]
    dared = [each for each in told if each[1]]
    assert sum(label == read for label, read in told) / len(told) >= right
    assert sum(label == read for label, read in dared) / len(dared) >= of_those_it_dares


@pytest.mark.parametrize("language", ["zh", "en"])
def test_how_well_it_finds_what_comments_are_about(language):
    lines = (Path(__file__).parent / "data/comments_unseen.tsv").read_text("utf-8").splitlines()
    rows = [row for row in (line.split("\t") for line in lines) if row[1] == language]
    assert sum(read_comment(text).topic in topics.split("|") for _, _, text, topics in rows) / len(rows) >= 0.77
