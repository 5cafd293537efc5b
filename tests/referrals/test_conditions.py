"""Conditions know their units: what cannot be compared is refused with its path, and what can is compared exactly."""

from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals import errors
from referrals.condition_words import FACT_NAMES
from referrals.rules import read_terms, terms_json
from referrals.rules.conditions import FACTS, OPERATORS, WEEKDAYS, holds, read_tree
from referrals.rules.quantities import Reader
from tests.referrals.test_terms import GOOD

ALL = frozenset({"order", "deal", "answer", "people"})


def tree(data):
    return read_tree(Reader(data), "GBP", known=ALL)


def value_of(type_: str, operator: str):
    """A value of the fact's own unit."""
    if type_ == "money":
        return st.integers(0, 10**6).map(lambda n: {"minor": n, "currency": "GBP"})
    if type_ in ("count", "days"):
        return st.integers(0, 3000).map(lambda n: {type_: n})
    if type_ == "score":
        return st.integers(0, 10).map(lambda n: {"score": n})
    if type_ == "weekday":
        return st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=7, unique=True)
    text = st.sampled_from(["gold", "London", "wechat", "mug"])
    return text if operator in ("is", "is_not") else st.lists(text, min_size=1, max_size=3, unique=True)


@st.composite
def conditions(draw):
    fact = draw(st.sampled_from(sorted(FACTS)))
    operator = draw(st.sampled_from(OPERATORS[FACTS[fact].type]))
    return {"fact": fact, "is": operator, "value": draw(value_of(FACTS[fact].type, operator))}


trees = st.recursive(
    conditions(), lambda inner: st.lists(inner, min_size=1, max_size=3).flatmap(
        lambda parts: st.sampled_from(["all", "any"]).map(lambda joined: {joined: parts})
    ), max_leaves=6,
)  # fmt: skip


def depth(data) -> int:
    parts = data.get("all") or data.get("any") or []
    return 1 + max(map(depth, parts)) if parts else 0


@settings(max_examples=80, derandomize=True)
@given(trees)
def test_conditions_survive_the_way_to_json_and_back(data):
    if depth(data) > 3:
        with pytest.raises(errors.ConditionsTooDeep):
            tree(data)
        return
    read = tree(data)
    assert read.json() == data and tree(read.json()) == read
    assert holds(read, {}) in (True, False)


_OTHER = [
    {"minor": 500, "currency": "GBP"}, {"percent": "50"}, {"points": 500}, {"days": 50}, {"count": 5}, {"score": 5}, 500,
    "500", {"minor": 500, "currency": "CNY"}, {"minor": 500}, None, True, [],
]  # fmt: skip


@settings(max_examples=120, derandomize=True)
@given(st.sampled_from(sorted(name for name, fact in FACTS.items() if fact.type in ("money", "count", "days", "score"))),
       st.sampled_from(_OTHER))  # fmt: skip
def test_a_number_is_compared_in_its_own_unit_only(fact, value):
    type_ = FACTS[fact].type
    is_right = (
        value == {"minor": 500, "currency": "GBP"} if type_ == "money" else isinstance(value, dict) and set(value) == {type_}
    )
    data = {"fact": fact, "is": "at_least", "value": value}
    if is_right:
        assert tree(data).json() == data
        return
    with pytest.raises((errors.WrongUnit, errors.CurrenciesMixed, errors.TermMissing)) as raised:
        tree(data)
    assert raised.value.field == "value"


@settings(max_examples=80, derandomize=True)
@given(st.integers(0, 1000), st.integers(0, 1000), st.sampled_from(["GBP", "CNY"]))
def test_numbers_are_compared_exactly_and_never_across_currencies(actual, wanted, currency):
    about = {"order.kept": {"minor": actual, "currency": currency}}
    told = {
        operator: holds(tree({"fact": "order.kept", "is": operator, "value": {"minor": wanted, "currency": "GBP"}}), about)
        for operator in OPERATORS["money"]
    }
    if currency != "GBP":
        assert not any(told.values())
        return
    assert told == {
        "at_least": actual >= wanted, "at_most": actual <= wanted, "more_than": actual > wanted,
        "less_than": actual < wanted, "equals": actual == wanted,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("data", "refusal", "path"),
    [
        ({"fact": "order.colour", "is": "is", "value": "red"}, errors.ConditionUnknown, "success/conditions/fact"),
        ({"fact": "order.kept", "is": "has_any", "value": ["x"]}, errors.OperatorUnknown, "success/conditions/is"),
        ({"fact": "answer.score", "is": "at_least", "value": {"score": 9}}, errors.FactNotHere, "success/conditions/fact"),
        ({"all": []}, errors.ConditionsTooDeep, "success/conditions/all"),
        ({"any": [{"fact": "order.kept", "is": "at_least", "value": {"percent": "50"}}]}, errors.WrongUnit,
         "success/conditions/any/0/value"),
        ({"fact": "order.kept", "is": "at_least", "value": {"minor": 5, "currency": "CNY"}}, errors.CurrenciesMixed,
         "success/conditions/value"),
        ({"fact": "order.weekday", "is": "one_of", "value": ["someday"]}, errors.NotOneOf, "success/conditions/value"),
    ],
)  # fmt: skip
def test_malformed_conditions_are_refused_by_name_and_path(data, refusal, path):
    terms = deepcopy(GOOD)
    terms["success"]["conditions"] = data
    with pytest.raises(refusal) as raised:
        read_terms(terms)
    assert raised.value.field == path


def test_every_fact_has_a_name():
    assert set(FACT_NAMES) == set(FACTS)


@pytest.mark.parametrize(
    ("change", "refusal", "path"),
    [
        ({"trigger": "sunrise"}, errors.NotOneOf, "milestones/0/trigger"),
        ({"key": "Über"}, errors.OutOfRange, "milestones/0/key"),
        ({"count": {"count": 3}}, errors.TermUnknown, "milestones/0/count"),
        ({"rewards": []}, errors.RewardsMissing, "milestones/0/rewards"),
        ({"trigger": "nth_order"}, errors.TermMissing, "milestones/0/count"),
        ({"trigger": "confirmed"}, errors.RewardForHeads, "milestones/0/rewards/0"),
        ({"trigger": "confirmed", "rewards": [{"to": "referee", "kind": "points", "amount": {"points": 501}}]},
         errors.RewardForHeads, "milestones/0/rewards/0"),
        ({"trigger": "confirmed", "rewards": [{"to": "referee", "kind": "cash", "amount": {"minor": 1, "currency": "GBP"}}]},
         errors.RewardForHeads, "milestones/0/rewards/0"),
        ({"trigger": "satisfaction", "score": {"score": 9},
          "rewards": [{"to": "second_level", "kind": "points", "amount": {"points": 5}}]},
         errors.LevelNeedsPurchase, "milestones/0/rewards/0/to"),
        ({"trigger": "satisfaction", "score": {"score": 9},
          "rewards": [{"to": "referrer", "kind": "cash_percent", "percent": {"percent": "5"},
                       "cap": {"minor": 1, "currency": "GBP"}}]},
         errors.LineNeedsAmount, "milestones/0/rewards/0"),
        ({"trigger": "still_active", "after": {"days": 30}, "bought_within": {"days": 31}}, errors.OutOfRange,
         "milestones/0/bought_within"),
    ],
)  # fmt: skip
def test_milestones_that_cannot_be_are_refused(change, refusal, path):
    good = {"key": "won", "trigger": "deal_won", "rewards": [{"to": "referrer", "kind": "points", "amount": {"points": 5}}]}
    with pytest.raises(refusal) as raised:
        read_terms({**GOOD, "milestones": [{**good, **change}]})
    assert raised.value.field == path


def test_steps_begin_higher_each_time():
    line = {"to": "referrer", "kind": "points_steps"}
    first, second = ({"from": {"count": n}, "amount": {"points": 100}} for n in (1, 4))
    for steps in ([], [second, first], [first, first]):
        with pytest.raises(errors.StepsMissing):
            read_terms({**GOOD, "rewards": [{**line, "steps": steps}]})
    terms = read_terms({**GOOD, "rewards": [{**line, "steps": [first, second]}]})
    assert read_terms(terms_json(terms)) == terms


def test_terms_of_before_are_written_as_before():
    """Not a key more: the same terms again make no new version."""
    before = {
        **GOOD, "promise": {"working_days": 3}, "limits": {"per_referrer": {"count": 5}},
        "points_per_currency_unit": {"points": 100}, "refund_policy": "proportional",
    }  # fmt: skip
    assert terms_json(read_terms(before)) == before
