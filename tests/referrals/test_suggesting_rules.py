"""Which offer worked better: only what figures can bear, by examples and for any figures."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.rules import read_terms
from referrals.rules.offering import SEGMENT, TIER, Group, offer_to, with_offer
from referrals.rules.suggesting import Judged, Tally, beats, judge_offers, pays
from referrals.templates import TEMPLATES, default_terms

COUPON = Tally(openings=410, referrers=30, most=40, signed_up=60, bought=44, kept_minor=440_000, cost_minor=167_200)
POINTS = Tally(openings=300, referrers=25, most=40, signed_up=40, bought=12, kept_minor=120_000, cost_minor=62_400)


def test_more_buyers_that_pay_are_better():
    assert judge_offers({"coupon": COUPON, "points": POINTS}, "points") == Judged("better", "coupon", "points")
    assert (COUPON.cost_each_minor, POINTS.cost_each_minor) == (3800, 5200)


def test_what_is_offered_already_is_kept():
    assert judge_offers({"coupon": COUPON, "points": POINTS}, "coupon") == Judged("keep", "coupon", "points")


def test_an_offer_never_made_before_is_compared_by_what_was_used_most():
    told = {"coupon": COUPON, "points": POINTS, "cash": replace(POINTS, openings=600, bought=24)}
    assert judge_offers(told, "badge") == Judged("better", "coupon", "cash")


def test_ranges_that_overlap_say_nothing():
    assert judge_offers({"coupon": replace(COUPON, bought=34), "points": POINTS}, "points") == Judged("unsure")


def test_more_buyers_at_a_loss_are_not_suggested():
    dear = replace(COUPON, cost_minor=600_000)
    assert judge_offers({"coupon": dear, "points": POINTS}, "points") == Judged("dearer", "coupon", "points")


@pytest.mark.parametrize(
    ("change", "lacks"),
    [({"openings": 99}, "openings"), ({"referrers": 4}, "referrers"), ({"most": 206}, "one_referrer"), ({"most": 205}, "")],
)
def test_too_few_say_nothing(change, lacks):
    changed = replace(COUPON, **change)
    assert changed.lacks == lacks
    assert judge_offers({"a": changed, "b": POINTS}, "b").outcome == ("too_few" if lacks else "better")


def test_one_offer_cannot_be_compared():
    assert judge_offers({"points": POINTS}, "points") == Judged("one_offer")
    assert judge_offers({}, "points") == Judged("too_few")


TALLIES = st.builds(
    lambda openings, share, kept, cost: Tally(openings, 9, 1, openings, openings * share // 100, kept, cost),
    st.integers(100, 5000), st.integers(0, 100), st.integers(0, 10**7), st.integers(0, 10**6),
)  # fmt: skip
SEVERAL = st.dictionaries(st.sampled_from("abcdef"), TALLIES, max_size=5)


@given(SEVERAL, st.sampled_from("abcdef"))
def test_a_suggestion_always_beats_and_pays(tallies, present):
    judged = judge_offers(tallies, present)
    if judged.outcome == "better":
        best, than = tallies[judged.best], tallies[judged.than]
        assert beats(best, than)
        assert not beats(than, best)
        assert pays(best, than)
        assert not any(beats(each, best) for each in tallies.values())
        assert present not in tallies or judged.than == present


@given(SEVERAL, st.sampled_from("abcdef"))
def test_the_order_of_offers_changes_nothing(tallies, present):
    assert judge_offers(dict(reversed(tallies.items())), present) == judge_offers(tallies, present)


@given(TALLIES, TALLIES, st.integers(2, 9))
def test_more_of_the_same_never_makes_it_unsure(one, other, times):
    def many(tally):
        return replace(tally, openings=tally.openings * times, bought=tally.bought * times)

    assert beats(many(one), many(other)) or not beats(one, other)


# --- what terms offer to whom -----------------------------------------------------------------------------

GOLD = Group(TIER, "gold")
MUG = [{"to": "referrer", "kind": "points", "amount": {"points": 500}}]


def _terms(**more):
    return read_terms({**default_terms(TEMPLATES["friend_coupon"], "GBP"), **more})


def _scheme(key, when, rewards=MUG):
    return {"key": key, "when": when, "rewards": rewards}


def test_a_scheme_is_the_offer_of_its_tier():
    terms = _terms(schemes=[_scheme("gold", GOLD.when)])
    assert offer_to(terms, GOLD.about)[0] == "gold"
    assert offer_to(terms, Group().about)[1].lines == terms.rewards
    by_city = _terms(schemes=[_scheme("city", {"fact": "referrer.city", "is": "is", "value": "Leeds"})])
    assert offer_to(by_city, GOLD.about) is None  # hangs on more than is known


def test_an_offer_is_put_in_for_its_group_alone():
    terms, lines = _terms(), _terms(rewards=MUG).rewards
    everybody = read_terms(with_offer(terms, Group(), lines))
    assert (everybody.rewards, everybody.schemes) == (lines, ())
    gold = read_terms(with_offer(terms, GOLD, lines))
    assert gold.rewards == terms.rewards
    assert offer_to(gold, GOLD.about)[1].lines == lines
    assert offer_to(gold, Group(TIER, "silver").about)[1].lines == terms.rewards


def test_an_offer_stands_before_what_would_be_taken_first():
    segment = "01a20616-7fea-7144-8813-6f1595eeec7b"
    staff = _scheme("staff", {"fact": "referral.source", "is": "is", "value": "employee"})
    customers = _scheme("customers", {"fact": "referral.source", "is": "is", "value": "customer"})
    own = _scheme("gold", GOLD.when)
    lines = _terms().rewards
    found = read_terms(with_offer(_terms(schemes=[staff, customers, own]), GOLD, lines))
    assert [scheme.key for scheme in found.schemes] == ["staff", "gold", "customers"]
    assert offer_to(found, GOLD.about)[1].lines == lines
    again = with_offer(found, Group(SEGMENT, segment), lines)
    assert [scheme["key"] for scheme in again["schemes"]] == ["staff", "gold", "suggested_1", "customers"]
