"""Marks and segments."""

import pytest

from analytics.rules import MARKS, SEGMENTS, high_mark, low_mark, segment_of, segment_table, value_mark

CUTS = [1, 1, 2, 5]


@pytest.mark.parametrize(("value", "mark"), [(0, 1), (1, 1), (2, 3), (3, 4), (5, 4), (6, 5)])
def test_a_mark_counts_the_cut_points_below(value, mark):
    assert high_mark(value, CUTS) == mark
    assert low_mark(value, CUTS) == 6 - mark


@pytest.mark.parametrize(
    ("r", "f", "m", "segment"),
    [
        (5, 5, 5, "champions"), (5, 4, 4, "champions"), (5, 1, 1, "new"), (5, 1, 5, "potential"), (4, 5, 5, "loyal"),
        (4, 1, 1, "promising"), (3, 3, 3, "need_attention"), (3, 1, 2, "about_to_sleep"), (3, 5, 5, "loyal"),
        (2, 5, 5, "cant_lose"), (2, 3, 3, "at_risk"), (2, 1, 1, "hibernating"), (1, 1, 1, "lost"), (1, 5, 5, "cant_lose"),
    ],
)  # fmt: skip
def test_marks_name_a_segment(r, f, m, segment):
    assert segment_of(r, f, m) == segment


def test_the_table_for_sql_is_the_same_rule():
    table = segment_table()
    assert len(table) == 125
    for r in MARKS:
        for f in MARKS:
            for m in MARKS:
                assert table[(r - 1) * 25 + (f - 1) * 5 + m - 1] == segment_of(r, f, m)


def test_every_segment_can_be_reached_and_is_described():
    assert set(segment_table()) == set(SEGMENTS)
    assert len({segment.colour for segment in SEGMENTS.values()}) == len(SEGMENTS)
    assert all(str(segment.label) and str(segment.advice) for segment in SEGMENTS.values())


def test_halves_of_the_value_mark_go_upwards():
    assert [value_mark(1, m) for m in MARKS] == [1, 2, 2, 3, 3]
