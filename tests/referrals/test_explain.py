"""Terms and decisions in plain words."""

from datetime import timedelta

import pytest

from crm.operations import cancel_order
from referrals import check_texts, explain
from referrals import operations as referrals
from referrals.queries import latest_decisions
from referrals.rules import Facts, OrderFacts, ReferralFacts, judge, read_terms
from referrals.rules.checks import COST_LIMITS, FURTHER_LIMITS
from referrals.rules.milestones import TRIGGERS
from referrals.templates import TEMPLATES, default_terms
from referrals.wording import money
from rewards.operations import change_budget, change_limit, release_waiting
from tests.conftest import NOON


def terms_of(key, currency="GBP", **changes):
    return read_terms({**default_terms(TEMPLATES[key], currency), **changes})


def latest(order):
    return latest_decisions([order.id])[order.id]


def said(decision, audience="staff"):
    explanation = explain.explain(decision, "en", audience)
    return explanation, "\n".join(str(line) for line in explanation.lines)


@pytest.mark.parametrize(
    ("minor", "currency", "language", "text"),
    [
        (10000, "CNY", "zh-hans", "¥100"), (10000, "CNY", "en", "¥100"), (1250, "GBP", "en", "£12.50"),
        (1250, "GBP", "zh-hans", "£12.50"), (-500, "GBP", "en", "-£5"), (123456, "EUR", "en", "€1,234.56"),
        (2000, "JPY", "en", "JP¥2,000"),
    ],
)  # fmt: skip
def test_money_is_written_as_people_write_it(minor, currency, language, text):
    assert money(minor, currency, language) == text


def test_terms_read_as_a_sentence(campaign, at_acme):
    with at_acme():
        assert explain.sentence(terms_of("friend_coupon"), "en") == (
            "When a friend's first order of £20 or more is paid and not returned within 14 days, "
            "the referrer gets 200 points, and the friend gets a coupon worth £4. "
            "At most 10 rewards for one referrer in 30 days."
        )


@pytest.mark.parametrize("language", ["en", "zh-hans", None, "fr"])
@pytest.mark.parametrize("key", TEMPLATES)
def test_every_template_can_be_said(key, language):
    text = explain.sentence(terms_of(key, hold={"days": 0}, limits={}), language)
    assert text and "%(" not in text and "{" not in text


def test_an_earned_reward_is_explained_with_amounts_and_its_date(anns_code, refer, buy, at_acme):
    order = buy("A1", 5000, refer(anns_code).referee_id)
    with at_acme(days=2):
        explanation, text = said(latest(order))
        assert explanation.title == "This order earned a reward"
        assert "✓ £50 of the order was paid and kept; the minimum is £20." in text
        assert "The referrer gets 200 points." in text and "The friend gets a coupon worth £4." in text
        assert "✗" not in text
        assert explanation.next_date == NOON + timedelta(days=15)
        assert "5 December 2026" in explanation.next_step
    with at_acme(days=20):
        assert said(latest(order))[0].next_date is None


def test_a_refusal_names_what_failed_and_what_can_be_done(anns_code, refer, buy, at_acme):
    friend = refer(anns_code).referee_id
    small = buy("A1", 1999, friend)
    unpaid = buy("A2", 5000, friend, status="placed", paid_at=None)
    with at_acme(days=2):
        explanation, text = said(latest(small))
        assert explanation.title == "This order earned no reward"
        assert "✗ £19.99 of the order was paid and kept; the minimum is £20." in text
        assert "✗ The order is not paid yet." in said(latest(unpaid))[1]
        assert said(latest(unpaid))[0].next_step == "It is looked at again as soon as it is paid."


def test_a_customer_hears_nothing_about_other_peoples_money(anns_code, refer, buy, at_acme):
    order = buy("A1", 1999, refer(anns_code).referee_id)
    with at_acme(days=2):
        _, text = said(latest(order), "customer")
        assert "✗ The order does not reach the minimum of £20, or it was returned." in text
        assert "19.99" not in text and "abuse" not in text


def test_a_customer_hears_nothing_about_the_budget(make_campaign, ann, refer, buy, at_acme):
    campaign = make_campaign(budget_limit_minor=100)
    with at_acme():
        code = referrals.code_for(campaign.id, ann.id)
    kept = buy("A0", 5000, refer(code, "early@example.com").referee_id, drain=False)
    with at_acme(days=1):
        referrals.judge_orders([kept.id])
    order = buy("A1", 5000, refer(code, days=2).referee_id, days=3, drain=False)
    with at_acme(days=4):
        referrals.judge_orders([order.id])
        _, text = said(latest(kept))
        assert "✓ Only £1 was left in the budget, but the reward was promised while there was room: it is kept." in text
        assert "budget" not in said(latest(kept), "customer")[1]
        explanation, text = said(latest(order))
        assert "✗ The reward costs £6, but only £0 is left in the budget." in text and "Raise" in explanation.next_step
        explanation, text = said(latest(order), "customer")
        assert "✗ The campaign has given all its rewards." in text and "budget" not in text + explanation.next_step


def test_who_waits_for_money_hears_of_a_turn_and_of_no_date(make_campaign, ann, refer, buy, at_acme):
    campaign = make_campaign(budget_limit_minor=600)
    with at_acme():
        change_budget(campaign.budget_id, policy="queue")
        code = referrals.code_for(campaign.id, ann.id)
    early = [refer(code, f"early{n}@example.com").referee_id for n in range(2)]
    orders = [buy(f"A{n}", 5000, friend, drain=False) for n, friend in enumerate(early)]
    with at_acme(days=2):
        referrals.judge_orders([order.id for order in orders])
    order = buy("A2", 5000, refer(code, days=3).referee_id, days=4, drain=False)
    with at_acme(days=5):
        referrals.judge_orders([order.id])
        explanation, text = said(latest(order), "customer")
        assert "✓ The campaign's rewards are used up for now: the reward waits its turn." in text
        assert explanation.next_step == "It goes on by itself as soon as its turn comes."
        assert explanation.next_date is None
        change_limit(campaign.budget_id, 5000)
        release_waiting()
        assert said(latest(order), "customer")[0].next_date is not None


def test_what_is_taken_back_is_said(anns_code, refer, buy, give_back, drained, acme, at_acme):
    order = buy("A1", 5000, refer(anns_code).referee_id)
    give_back("R1", "A1", 2000)
    with at_acme(days=3):
        explanation, text = said(latest(order))
        assert explanation.title == "The reward for this order was reduced"
        assert "The referrer keeps 120 points; 80 points went back." in text
        cancel_order(order.id)
    drained(acme)
    with at_acme(days=4):
        explanation, text = said(latest(order))
        assert explanation.title == "The reward for this order was taken back"
        assert "The referrer gives back 120 points." in text and "✗ The order is cancelled." in text


def test_a_stranger_and_nobody_are_explained(campaign, bea, buy, at_acme):
    orders = buy("A1", 5000, bea.id), buy("A2", 5000)
    with at_acme(days=2):
        assert "✗ The customer did not come through a referral." in said(latest(orders[0]))[1]
        assert "✗ The order names no customer" in said(latest(orders[1]))[1]
        assert explain.explain_all(latest(orders[0])).keys() == {"zh-hans", "en"}


def test_there_are_words_for_every_check_both_ways():
    order = OrderFacts("a", "paid", "GBP", 5000, 5000, NOON)
    referral = ReferralFacts("r", NOON, NOON)
    limits = {name: {"count": 1} for name in ("per_referrer_30_days", "per_referrer", "per_campaign")}
    checks = [vars(c) for c in judge(Facts(order, referral=referral), terms_of("friend_coupon", limits=limits)).checks]
    of_budgets = {"budget", "budget_kept", "budget_lowered", "budget_waits", "budget_approval"}
    of_milestones = {f"reached_{trigger}" for trigger in TRIGGERS} | {"reached_after_touch", "milestone_window"}
    of_milestones |= {
        "milestone_known",
        "milestone_currency",
        "milestone_minimum",
        "orders_count",
        "condition",
        "scheme",
        "no_salesperson",
        "no_second_level",
    }
    of_limits = {*FURTHER_LIMITS.values(), *COST_LIMITS.values()}
    said = {check["check"] for check in checks} | of_budgets | of_milestones | of_limits
    assert said == set(check_texts.TEXTS)
    for check in checks:
        for passed in (True, False):
            for audience in ("staff", "customer"):
                text = check_texts.say({**check, "passed": passed}, currency="GBP", language="en", audience=audience)
                assert "%(" not in text and (text or audience == "customer")
