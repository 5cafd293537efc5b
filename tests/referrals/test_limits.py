"""Limits by count and by money, for a referrer and for the campaign, also when two come at once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from crm.operations import record_customer
from referrals import operations as referrals
from referrals.explain import explain
from referrals.models import Conversion, Decision, Referral
from referrals.queries import current_version, latest_decisions
from rewards.models import Reward
from tenancy import door
from tests.conftest import NOON

POINTS = [{"to": "referrer", "kind": "points", "amount": {"points": 300}}]  # £3 each, at 100 points for a pound


@pytest.fixture
def buy(judged_buy):
    return judged_buy


@pytest.fixture
def give_back(judged_give_back):
    return judged_give_back


@pytest.fixture
def friends(make_campaign, ann, at_acme):
    """Bring so many friends under these limits: friends(3, per_referrer_day={"count": 1})."""

    def bring(count, **limits):
        terms = {"rewards": POINTS, "limits": limits, "points_per_currency_unit": {"points": 100}}
        campaign = make_campaign(terms_changes=terms)
        with at_acme():
            version = current_version(campaign.id)
            code = referrals.code_for(campaign.id, ann.id)
            found = [record_customer(name=f"Friend {n}", email=f"f{n}@example.com") for n in range(count)]
            for each in found:
                Referral.objects.create(
                    campaign=campaign, rule_version=version, referrer=ann, referee=each, code=code, touched_at=NOON,
                    confirmed_at=NOON,
                )  # fmt: skip
        return found

    return bring


def money(minor):
    return {"minor": minor, "currency": "GBP"}


@pytest.mark.parametrize(
    ("limits", "days", "counts"),
    [
        ({"per_referrer_day": {"count": 1}}, (1, 1, 2), (True, False, True)),
        ({"per_campaign_day": {"count": 2}}, (1, 1, 1, 2), (True, True, False, True)),
        ({"per_campaign_30_days": {"count": 2}}, (1, 10, 20, 45), (True, True, False, True)),
        ({"per_referrer_day_cost": money(600)}, (1, 1, 1, 2), (True, True, False, True)),
        ({"per_referrer_30_days_cost": money(599)}, (1, 10, 32), (True, False, True)),
        ({"per_referrer_cost": money(600)}, (1, 40, 59), (True, True, False)),
        ({"per_campaign_day_cost": money(300)}, (1, 1, 2), (True, False, True)),
        ({"per_campaign_30_days_cost": money(300)}, (1, 29, 33), (True, False, True)),
        ({"per_campaign_cost": money(899)}, (1, 2, 3), (True, True, False)),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_nothing_earns_beyond_a_limit_and_the_reason_is_said(friends, buy, at_acme, limits, days, counts):
    found = friends(len(days), **limits)
    orders = [buy(f"A{n}", 5000, found[n].id, days=day) for n, day in enumerate(days)]
    with at_acme(days=60):
        latest = latest_decisions([order.id for order in orders])
        assert tuple(latest[order.id].outcome == "earned" for order in orders) == counts
        for order, counted in zip(orders, counts, strict=True):
            failed = [line.text for line in explain(latest[order.id], "en").lines if line.passed is False]
            assert bool(failed) != counted and not any("%(" in text for text in failed)


def test_a_limit_counts_the_whole_though_some_was_given_back(friends, buy, give_back, at_acme):
    """Else a refund would make room for others, and its end would break the limit."""
    one, two = friends(2, per_referrer_cost=money(500))
    buy("A1", 5000, one.id)
    give_back("R1", "A1", 2500)
    second = buy("A2", 5000, two.id, days=3)
    with at_acme(days=4):
        assert latest_decisions([second.id])[second.id].outcome == "declined"
        assert Conversion.objects.get().cost_minor == 300


@pytest.mark.parametrize(
    "limits",
    [{"per_referrer_day": {"count": 1}}, {"per_campaign_cost": money(300)}, {"per_referrer_30_days_cost": money(599)}],
    ids=lambda value: next(iter(value)),
)  # fmt: skip
def test_two_at_once_never_share_a_last_place(friends, buy, acme, at_acme, limits):
    found = friends(4, **limits)
    for number, each in enumerate(found):
        buy(f"A{number}", 5000, each.id, drain=False)
    start, trouble = threading.Barrier(4), []

    def judge(friend):
        try:
            start.wait()
            with door.organisation(acme.id, moment=NOON + timedelta(days=2)):
                referrals.judge_referees([friend.id])
        except Exception as error:
            trouble.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=judge, args=[each]) for each in found]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    with at_acme(days=2):
        assert trouble == []
        assert sorted(Decision.objects.values_list("outcome", flat=True)) == ["declined"] * 3 + ["earned"]
        assert sum(Reward.objects.values_list("kept", flat=True)) == 300
