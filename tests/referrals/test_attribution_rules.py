"""Who brought a friend, from touches, facts and policy alone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.errors import PolicyInvalid
from referrals.rules.attribution import (
    CONFIRMED,
    WHOLE,
    WORD,
    ClaimFact,
    FriendFacts,
    TouchFact,
    attribute,
)
from referrals.rules.attribution_policy import Policy, policy_json, read_policy
from tests.conftest import NOON


def day(number: float):
    return NOON + timedelta(days=number)


def link(who: str, at: float) -> TouchFact:
    return TouchFact(day(at), who, "link")


def form(who: str, at: float) -> TouchFact:
    return TouchFact(day(at), who, "form", proof=CONFIRMED)


def typed(who: str, at: float) -> TouchFact:
    return TouchFact(day(at), who, "code", proof=CONFIRMED)


DEFAULT = Policy()
FRIEND = FriendFacts("cleo", day(10))
TWO = [link("ann", 1), link("bea", 5), form("bea", 10)]


def said(touches, facts=FRIEND, policy=DEFAULT, claims=()):
    found = attribute(touches, claims, facts, policy)
    return found.outcome, dict(found.parts)


def test_the_last_touch_wins_unless_the_policy_says_the_first():
    assert said(TWO) == ("one", {"bea": WHOLE})
    assert said(TWO, policy=Policy(model="first")) == ("one", {"ann": WHOLE})


def test_a_typed_code_beats_a_followed_link_where_the_policy_says_so():
    touches = [typed("ann", 1), link("bea", 5), form("bea", 9)]
    assert said(touches) == ("one", {"ann": WHOLE})
    assert said(touches, policy=Policy(code_beats_link=False)) == ("one", {"bea": WHOLE})


def test_priority_asks_for_the_kind_first_and_for_the_time_then():
    touches = [TouchFact(day(1), "ann", "import"), link("bea", 5), link("dan", 7)]
    first_imports = Policy(model="priority", priority=("import", "link", "code", "form", "word"))
    assert said(touches, policy=first_imports) == ("one", {"ann": WHOLE})
    assert said(touches[1:], policy=first_imports) == ("one", {"dan": WHOLE})


def test_a_split_divides_by_weight_and_comes_to_the_whole():
    found = attribute([link("ann", 1), link("bea", 5), form("bea", 10)], (), FRIEND, Policy(model="split"))
    assert dict(found.parts) == {"bea": 7143, "ann": 2857}
    assert sum(dict(found.parts).values()) == WHOLE


def test_a_touch_before_the_window_does_not_count():
    found = attribute([link("ann", 1)], (), FRIEND, Policy(click_days=5))
    assert (found.outcome, found.why) == ("none", "in_window")


@pytest.mark.parametrize(("worked", "outcome"), [(-20, "one"), (-3, "none"), (2, "one")])
def test_whom_sales_spoke_with_lately_is_protected_and_referable_again_after(worked, outcome):
    facts = replace(FRIEND, worked=(day(worked),))
    found = attribute([link("ann", 1)], (), facts, Policy(protection_days=10))
    assert (found.outcome, found.why) == (outcome, {"none": "not_protected", "one": "only_one"}[outcome])


@pytest.mark.parametrize(
    ("policy", "outcome", "returning"),
    [
        (Policy(), "none", False),
        (Policy(existing="win_back", win_back_days=200), "none", False),
        (Policy(existing="win_back", win_back_days=90), "one", True),
        (Policy(existing="allowed"), "one", True),
    ],
)
def test_an_existing_customer_counts_as_the_policy_says(policy, outcome, returning):
    facts = replace(FRIEND, bought=(day(-100),))
    found = attribute([link("ann", 1)], (), facts, policy)
    assert (found.outcome, found.is_returning) == (outcome, returning)


def test_a_code_given_after_the_purchase_reaches_back_to_it():
    facts = replace(FRIEND, known_at=day(10), bought=(day(7),))
    assert said([typed("ann", 10)], facts) == ("none", {})
    found = attribute([typed("ann", 10)], (), facts, Policy(late_claim_days=5))
    assert (found.outcome, found.touched_at, found.is_returning) == ("one", day(7), False)


def test_somebodys_word_is_not_proof_where_a_trace_is_asked_for():
    word = TouchFact(day(1), "ann", "word", proof=WORD)
    assert said([word]) == ("one", {"ann": WHOLE})
    assert said([word], policy=Policy(proof="trace")) == ("none", {})
    assert said([link("ann", 1)], policy=Policy(proof="confirmed")) == ("none", {})


def test_nobody_refers_themselves_or_who_brought_them():
    assert said([link("cleo", 1)]) == ("none", {})
    assert said([link("ann", 1)], replace(FRIEND, circle=frozenset({"ann"}))) == ("none", {})


def test_a_decided_claim_stands_above_the_touches_and_the_last_one_counts():
    claims = [ClaimFact(day(12), (("ann", 6000), ("bea", 4000))), ClaimFact(day(11), (("bea", WHOLE),))]
    assert said(TWO, claims=claims) == ("split", {"ann": 6000, "bea": 4000})
    assert said(TWO, claims=[ClaimFact(day(12), ())]) == ("none", {})


def test_a_code_scanned_five_hundred_times_an_hour_weighs_as_one_touch():
    scans = [link("ann", 1 + number / 24 / 500) for number in range(500)]
    found = attribute([*scans, link("bea", 2)], (), FRIEND, Policy())
    assert {one.referrer: (one.touches, one.weight) for one in found.candidates} == {"ann": (500, 5000), "bea": (1, 5000)}


touches = st.lists(
    st.builds(
        TouchFact,
        at=st.integers(-40, 12).map(day),
        referrer=st.sampled_from(["ann", "bea", "dan", "cleo"]),
        kind=st.sampled_from(["link", "form", "code", "word", "import"]),
        proof=st.sampled_from([WORD, 1, CONFIRMED]),
    ),
    max_size=8,
)
policies = st.builds(
    Policy,
    model=st.sampled_from(["last", "first", "priority", "split"]),
    code_beats_link=st.booleans(),
    click_days=st.sampled_from([0, 5, 30]),
    protection_days=st.sampled_from([0, 10]),
    existing=st.sampled_from(["never", "win_back", "allowed"]),
    late_claim_days=st.sampled_from([0, 7]),
)


@given(touches, policies, st.randoms(), st.lists(st.integers(-50, 9).map(day), max_size=3))
def test_order_and_repetition_change_nothing_and_parts_come_to_the_whole(given_touches, policy, chance, bought):
    facts = replace(FRIEND, bought=tuple(sorted(bought)), worked=(day(-5),))
    first = attribute(given_touches, (), facts, policy)
    again = given_touches + given_touches[:3]
    chance.shuffle(again)
    assert attribute(again, (), replace(facts, bought=tuple(sorted(bought, reverse=True))), policy).parts == first.parts
    assert sum(part for _name, part in first.parts) == (WHOLE if first.parts else 0)
    assert "cleo" not in dict(first.parts)


def test_a_policy_is_read_strictly_and_written_as_what_differs():
    assert policy_json(read_policy({})) == {}
    assert policy_json(read_policy({"model": "first", "code_beats_link": True})) == {"model": "first"}
    for wrong in ({"model": "best"}, {"click_days": -1}, {"click_days": True}, {"surprise": 1}, {"priority": ["code"]}):
        with pytest.raises(PolicyInvalid) as refusal:
            read_policy(wrong)
        assert refusal.value.field == next(iter(wrong))
