"""How signs are weighed: without a database."""

from dataclasses import replace

import pytest

from referrals.rules.signals import (
    SIGNALS,
    Action,
    Habits,
    Pace,
    Policy,
    Shared,
    Signs,
    action_of,
    assess,
    best,
    settings_of,
    tune,
)

LIVE = Policy(is_shadow=False)
HOUSEHOLD = Signs(shared={"device": Shared(True, 0), "home": Shared(True, 0), "address": Shared(True, 0)})


def keys(verdict):
    return [one.key for one in verdict.found]


def test_nothing_seen_is_allowed():
    verdict = assess(Signs(), LIVE)
    assert (verdict.found, verdict.score, verdict.action, verdict.would_be) == ((), 0, Action.ALLOW, Action.ALLOW)


def test_the_score_is_the_sum_of_its_signs():
    verdict = assess(HOUSEHOLD, LIVE)
    assert (keys(verdict), verdict.score, verdict.action) == (["same_device", "same_home", "same_address"], 60, Action.HOLD)


def test_a_dormitory_is_not_held():
    """A hundred students behind one address and one network, each with a phone of their own."""
    campus = Signs(shared={"address": Shared(True, 99), "network": Shared(True, 300)}, by_address=Pace(9, 30, 80))
    assert (assess(campus, LIVE).score, assess(campus, LIVE).action) == (13, Action.ALLOW)


def test_colleagues_of_one_company_are_not_held():
    colleagues = Signs(shared={"domain": Shared(True, 4), "address": Shared(True, 4), "network": Shared(True, 4)})
    assert assess(colleagues, LIVE).action == Action.ALLOW


def test_in_doubt_nothing_is_refused():
    """By itself no score blocks: an organisation has to want it."""
    worst = Signs(
        shared={kind: Shared(True, 9) for kind in ("contact", "device", "payout", "home", "address", "network", "domain")},
        is_disposable=True, is_virtual=True, neighbours=9, rings=frozenset({"cycle", "star", "closed_group"}),
    )  # fmt: skip
    assert assess(worst, LIVE).action == Action.PROOF
    assert assess(worst, replace(LIVE, block_from=200)).action == Action.BLOCK


def test_shadow_mode_only_says_what_it_would_have_done():
    verdict = assess(HOUSEHOLD, Policy())
    assert (verdict.score, verdict.action, verdict.would_be) == (60, Action.ALLOW, Action.HOLD)


def test_a_sign_in_shadow_mode_does_not_count_for_what_is_done():
    policy = replace(LIVE, signals=settings_of({"same_device": {"is_shadow": True}}))
    verdict = assess(HOUSEHOLD, policy)
    assert (verdict.score, verdict.action, verdict.would_be) == (60, Action.DELAY, Action.HOLD)


def test_a_sign_that_is_off_or_weighs_nothing_is_not_seen():
    policy = replace(LIVE, signals=settings_of({"same_device": {"is_on": False}, "same_home": {"weight": 0}}))
    assert keys(assess(HOUSEHOLD, policy)) == ["same_address"]


def test_what_somebody_found_harmless_does_not_count_again():
    assert keys(assess(HOUSEHOLD, LIVE, cleared=frozenset({"same_device"}))) == ["same_home", "same_address"]


def test_who_is_allowed_shows_no_signs():
    assert assess(replace(HOUSEHOLD, is_allowed=True), LIVE).found == ()


@pytest.mark.parametrize(
    ("signs", "key", "is_seen"),
    [
        (Signs(filled_in=4), "fast_form", True),
        (Signs(filled_in=5), "fast_form", False),
        (Signs(ads="gclid"), "paid_ads", True),
        (Signs(lacks_touch=True), "no_touch", True),
        (Signs(neighbours=1), "number_block", False),
        (Signs(neighbours=2), "number_block", True),
        (Signs(by_device=Pace(1, 4, 4)), "velocity_device", False),
        (Signs(by_device=Pace(1, 5, 5)), "velocity_device", True),
        (Signs(by_device=Pace(2, 2, 2)), "velocity_device", False),
        (Signs(by_device=Pace(3, 3, 3)), "velocity_device", True),  # more than a third of a day's in an hour
        (Signs(by_device=Pace(0, 0, 13)), "velocity_device", True),  # more than three days' in a week
        (Signs(habits=Habits(buyers=4, same_amount=4)), "same_amounts", True),
        (Signs(habits=Habits(buyers=6, same_amount=4)), "same_amounts", False),
        (Signs(habits=Habits(buyers=3, paid_minor=100, kept_minor=50)), "refunds", True),
        (Signs(habits=Habits(buyers=2, paid_minor=100, kept_minor=0)), "refunds", False),
        (Signs(habits=Habits(idle=4, seasoned=5)), "no_activity", True),
        (Signs(habits=Habits(idle=4, seasoned=4)), "no_activity", False),
        (Signs(shared={"domain": Shared(False, 5)}), "private_domain", False),
        (Signs(shared={"domain": Shared(True, 0)}), "private_domain", True),
        (Signs(listed="device"), "listed", True),
        (Signs(rings=frozenset({"star"})), "star", True),
        (Signs(is_own_entry=True), "staff_entry", True),
    ],
)
def test_each_sign_is_seen_where_it_should(signs, key, is_seen):
    assert (key in keys(assess(signs, LIVE))) is is_seen


def test_a_score_leads_to_the_severest_step_it_reaches():
    policy = Policy(delay_from=20, hold_from=40, proof_from=None, block_from=100)
    assert [action_of(score, policy) for score in (19, 20, 40, 99, 100)] == ["allow", "delay", "hold", "hold", "block"]


def test_every_sign_has_words():
    from referrals.signal_words import WORDS

    assert set(WORDS) == set(SIGNALS)


def test_tuning_prefers_what_misses_no_abuse_and_holds_fewest_others():
    history = [(45, False)] * 6 + [(55, False)] * 2 + [(70, True)] * 3 + [(20, False)] * 4
    outcomes = tune(history, range(20, 90, 10))
    assert [(one.threshold, one.held, one.abuse, one.missed) for one in outcomes[2:6]] == [
        (40, 11, 3, 0), (50, 5, 3, 0), (60, 3, 3, 0), (70, 3, 3, 0),
    ]  # fmt: skip
    assert best(outcomes).threshold == 70
    assert best(tune(history[:5], range(20, 90, 10))) is None
