"""The small reader of comments, and how good it is on labelled samples."""

from pathlib import Path

import pytest

from crm.rules.sentiment import Reading, read_comment


def _sample(name: str) -> list[tuple[int, str, str]]:
    lines = (Path(__file__).parent / f"data/{name}.tsv").read_text("utf-8").splitlines()
    return [(int(label), language, text) for label, language, text in (line.split("\t") for line in lines)]


SAMPLES = {name: _sample(name) for name in ("comments", "comments_fresh")}


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


# The share that is read rightly, of the sample that the words were chosen with and of one that they were not. The second
# is what to expect: most comments that it cannot read, it leaves open (the score decides then); it hardly ever errs.
@pytest.mark.parametrize(
    ("sample", "language", "right", "of_those_it_dares"),
    [("comments", "zh", 0.88, 0.9), ("comments", "en", 0.78, 0.9), ("comments_fresh", "zh", 0.39, 0.8),
     ("comments_fresh", "en", 0.56, 0.8)],
)  # fmt: skip
def test_how_good_it_is(sample, language, right, of_those_it_dares):
    told = [(label, read_comment(text).sentiment) for label, of, text in SAMPLES[sample] if of == language]
    dared = [each for each in told if each[1]]
    assert sum(label == read for label, read in told) / len(told) >= right
    assert sum(label == read for label, read in dared) / len(dared) >= of_those_it_dares
