"""From the confirmation on both see what to expect; it comes true, or lapses."""

import pytest

from referrals import operations as referrals
from rewards import operations as rewarding
from rewards.models import Reward
from rewards.queries import history, verify_books

POINTS, COUPON = ("referrer", "points"), ("referee", "coupon")


def rewards():
    return {(reward.role, reward.kind): reward for reward in Reward.objects.all()}


def states():
    return {name: reward.state for name, reward in rewards().items()}


@pytest.fixture(autouse=True)
def books_are_whole(at_acme):
    yield
    with at_acme():
        assert verify_books().wrong == ()


def test_a_confirmation_raises_expectations_that_cost_nothing(campaign, anns_code, refer, at_acme):
    refer(anns_code)
    with at_acme():
        assert states() == {POINTS: "estimated", COUPON: "estimated"}
        expected = rewards()[POINTS]
        assert (expected.amount, expected.kept, expected.cost_minor) == (200, 0, 0)
        campaign.budget.refresh_from_db()
        assert campaign.budget.reserved_minor == 0


def test_they_come_true_under_the_same_id(anns_code, refer, buy, at_acme):
    referral = refer(anns_code)
    with at_acme():
        before = {name: reward.id for name, reward in rewards().items()}
    buy("A1", 5000, referral.referee_id)
    with at_acme(days=2):
        assert states() == {POINTS: "accrued", COUPON: "accrued"}
        assert {name: reward.id for name, reward in rewards().items()} == before
        assert [(move.before, move.after, move.cause) for move in history(before[POINTS])] == [
            ("", "estimated", "friend_buys"),
            ("estimated", "accrued", "accrued"),
        ]
        assert rewards()[POINTS].kept == 200


def test_only_the_first_of_many_orders_makes_them_true(make_campaign, ann, refer, buy, at_acme):
    campaign = make_campaign(terms_changes={"success": {"event": "paid_order"}})
    with at_acme():
        code = referrals.code_for(campaign.id, ann.id)
    referral = refer(code)
    with at_acme():
        before = rewards()[POINTS].id
    buy("A1", 5000, referral.referee_id)
    buy("A2", 5000, referral.referee_id, days=2)
    with at_acme(days=3):
        points = Reward.objects.filter(kind="points").order_by("accrued_at", "order_id")
        assert [reward.state for reward in points] == ["accrued", "accrued"]
        assert points.filter(id=before).exists()


def test_they_lapse_when_the_referral_is_closed(anns_code, refer, at_acme):
    referral = refer(anns_code)
    with at_acme():
        referrals.close_referral(referral.id, "price")
        assert states() == {POINTS: "lapsed", COUPON: "lapsed"}
        assert history(rewards()[POINTS].id)[-1].cause == "price"


def test_they_lapse_when_the_friend_has_not_bought_in_time(anns_code, refer, at_acme):
    refer(anns_code)
    with at_acme(days=59):
        assert rewarding.lapse_overdue() == 0
    with at_acme(days=61):
        assert (rewarding.lapse_overdue(), rewarding.lapse_overdue()) == (2, 0)
        assert states() == {POINTS: "lapsed", COUPON: "lapsed"}


def test_they_lapse_when_the_only_order_that_counts_earned_nothing(anns_code, refer, buy, at_acme):
    referral = refer(anns_code)
    buy("A1", 500, referral.referee_id)  # the minimum is 2,000
    with at_acme(days=2):
        assert states() == {POINTS: "lapsed", COUPON: "lapsed"}


def test_an_order_that_is_not_paid_lets_them_stand(anns_code, refer, buy, at_acme):
    referral = refer(anns_code)
    buy("A1", 5000, referral.referee_id, status="placed", paid_at=None)
    with at_acme(days=2):
        assert states() == {POINTS: "estimated", COUPON: "estimated"}


def test_a_lapsed_expectation_does_not_stop_a_reward(anns_code, refer, buy, give_back, at_acme):
    """The first order earned nothing and was given back: the next is the first."""
    referral = refer(anns_code)
    buy("A1", 500, referral.referee_id)
    give_back("R1", "A1", 500)
    buy("A2", 5000, referral.referee_id, days=3)
    with at_acme(days=4):
        points = Reward.objects.filter(kind="points").order_by("state")
        assert [(reward.state, reward.kept) for reward in points] == [("accrued", 200), ("lapsed", 0)]


def test_rates_promise_what_the_least_order_gives(make_campaign, ann, refer, at_acme):
    per = {"minor": 100, "currency": "GBP"}
    lines = [{"to": "referrer", "kind": "points_rate", "rate": {"points": 2}, "per": per}]
    campaign = make_campaign(terms_changes={"rewards": lines})
    with at_acme():
        code = referrals.code_for(campaign.id, ann.id)
    refer(code)
    with at_acme():
        assert [(reward.kind, reward.amount) for reward in Reward.objects.all()] == [("points", 40)]  # 2,000 pence
