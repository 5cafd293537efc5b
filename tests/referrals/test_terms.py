"""Terms are read strictly: a wrong unit, a wrong currency or an unknown word is refused with its path."""

from copy import deepcopy

import pytest

from referrals import errors
from referrals.rules import read_terms, terms_json
from referrals.templates import TEMPLATES, default_terms

GOOD = {
    "currency": "GBP",
    "success": {"event": "first_paid_order", "minimum": {"minor": 2000, "currency": "GBP"}},
    "rewards": [
        {"to": "referrer", "kind": "points", "amount": {"points": 200}},
        {"to": "referee", "kind": "cash_percent", "percent": {"percent": "7.5"}, "cap": {"minor": 900, "currency": "GBP"}},
    ],
    "hold": {"days": 14},
    "click_window": {"days": 30},
    "order_window": {"days": 60},
}


def changed(path: str, value):
    data = deepcopy(GOOD)
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    place = data
    for step in way:
        place = place[step]
    place[last] = value
    return data


def test_terms_survive_the_way_to_json_and_back():
    terms = read_terms(GOOD)
    assert read_terms(terms_json(terms)) == terms
    assert (terms.refund_policy, terms.promise.working_days) == ("proportional", 3)
    assert terms.points_per_currency_unit.points == 100


@pytest.mark.parametrize("currency", ["GBP", "CNY", "JPY", "KWD", "USD", "XXX"])
@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES.keys())
def test_every_template_has_valid_terms_in_every_currency(template, currency):
    assert read_terms(default_terms(template, currency)).currency == currency


@pytest.mark.parametrize(
    ("path", "value", "refusal"),
    [
        ("hold", {"percent": "14"}, errors.WrongUnit),
        ("hold", 14, errors.WrongUnit),
        ("hold", {"days": "14"}, errors.WrongUnit),
        ("hold", {"days": True}, errors.WrongUnit),
        ("hold", {"days": -1}, errors.OutOfRange),
        ("rewards/0/amount", {"minor": 200, "currency": "GBP"}, errors.WrongUnit),
        ("rewards/0/amount", {"points": 0}, errors.OutOfRange),
        ("rewards/0/amount", {"points": 1.5}, errors.WrongUnit),
        ("rewards/1/percent", {"points": 5}, errors.WrongUnit),
        ("rewards/1/percent", {"percent": "101"}, errors.OutOfRange),
        ("rewards/1/percent", {"percent": "NaN"}, errors.WrongUnit),
        ("rewards/1/percent", {"percent": 7.5}, errors.WrongUnit),
        ("rewards/1/cap", {"minor": 900, "currency": "EUR"}, errors.CurrenciesMixed),
        ("rewards/1/cap", None, errors.TermMissing),
        ("rewards/0/kind", "gold", errors.NotOneOf),
        ("rewards/0/to", "neighbour", errors.NotOneOf),
        ("rewards/0/bonus", {"points": 5}, errors.TermUnknown),
        ("rewards", [], errors.RewardsMissing),
        ("rewards", "all", errors.WrongUnit),
        ("success/event", "sunrise", errors.NotOneOf),
        ("success/minimum", {"minor": 2000, "currency": "CNY"}, errors.CurrenciesMixed),
        ("success", [], errors.WrongUnit),
        ("currency", "pounds", errors.WrongUnit),
        ("limits", {"per_day": {"count": 1}}, errors.TermUnknown),
        ("limits", {"per_referrer": {"days": 1}}, errors.WrongUnit),
        ("click_window", None, errors.TermMissing),
        ("refund_policy", "never", errors.NotOneOf),
        ("surprise", {"days": 1}, errors.TermUnknown),
    ],
)
def test_malformed_terms_are_refused_by_name_and_path(path, value, refusal):
    with pytest.raises(refusal) as raised:
        read_terms(changed(path, value))
    assert raised.value.field.startswith(path)
    assert "%(" not in str(raised.value)


@pytest.mark.parametrize("data", [None, [], "terms", 5])
def test_what_is_no_object_is_refused(data):
    with pytest.raises(errors.TermsInvalid):
        read_terms(data)
