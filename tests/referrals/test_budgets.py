"""Orders that meet the end of a budget: what was promised is kept, the rest is as its policy says."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from crm.operations import CustomerReference, OrderReport, record_order
from referrals import operations as referrals
from referrals.models import Decision
from referrals.queries import latest_decisions
from rewards import operations as rewarding
from rewards.models import Approval, Budget, Reward, WaitingReward
from rewards.queries import verify_books
from tenancy import door
from tests.conftest import NOON

BOTH = [("referee", "coupon", 1), ("referrer", "points", 200)]  # 400 for the coupon and 200 for the points
ROOM = 1300


@pytest.fixture(autouse=True)
def books_are_whole(at_acme):
    yield
    with at_acme():
        assert verify_books().wrong == ()


@pytest.fixture
def campaign(make_campaign):
    return make_campaign(budget_limit_minor=ROOM)


@pytest.fixture
def code(campaign, ann, at_acme):
    with at_acme():
        return referrals.code_for(campaign.id, ann.id)


@pytest.fixture
def buy(judged_buy):
    return judged_buy


@pytest.fixture
def give_back(judged_give_back):
    return judged_give_back


@pytest.fixture
def used_up(code, refer, buy):
    """Three orders of 600 by friends who came at the beginning: the third is kept over the limit, on the third day."""
    friends = [refer(code, f"early{n}@example.com").referee_id for n in range(3)]
    return [buy(f"E{n}", 5000, friend, days=n + 1) for n, friend in enumerate(friends)]


@pytest.fixture
def budget(campaign):
    return lambda: Budget.objects.get(id=campaign.budget_id)


@pytest.fixture
def policy(at_acme, campaign):
    def choose(policy, **settings):
        with at_acme():
            rewarding.change_budget(campaign.budget_id, policy=policy, **settings)

    return choose


def given(referral):
    rows = Reward.objects.filter(referral_id=referral.id, kept__gt=0).exclude(state="estimated")
    return sorted((reward.role, reward.kind, reward.kept) for reward in rows)


def outcome(order):
    return latest_decisions([order.id])[order.id].outcome


def last_check(order):
    return latest_decisions([order.id])[order.id].checks[-1]


def test_a_promise_made_while_there_was_room_is_kept_over_the_limit(used_up, budget, at_acme):
    with at_acme(days=5):
        assert [outcome(order) for order in used_up] == ["earned"] * 3
        assert last_check(used_up[2]) == {"check": "budget_kept", "expected": 600, "actual": 100, "passed": True}
        found = budget()
        assert (found.reserved_minor, found.limit_minor, found.overrun_minor) == (1800, ROOM, 500)
        assert found.exhausted_at == NOON + timedelta(days=3)


def test_who_came_after_the_end_earns_nothing(used_up, code, refer, buy, budget, at_acme):
    late = refer(code, days=4)
    order = buy("A1", 5000, late.referee_id, days=5)
    with at_acme(days=6):
        assert last_check(order) == {"check": "budget", "expected": 600, "actual": 0, "passed": False}
        assert (outcome(order), given(late), budget().reserved_minor) == ("declined", [], 1800)


def test_a_raised_budget_lets_the_order_be_judged_again(used_up, code, refer, buy, budget, at_acme):
    late = refer(code, days=4)
    order = buy("A1", 5000, late.referee_id, days=5)
    with at_acme(days=6):
        rewarding.change_limit(budget().id, 2400)
        referrals.judge_orders([order.id])
        assert list(Decision.objects.filter(order_id=order.id).order_by("id").values_list("outcome", flat=True)) == [
            "declined", "earned",
        ]  # fmt: skip
        assert (given(late), budget().overrun_minor, budget().exhausted_at) == (BOTH, 0, None)


def test_what_is_left_goes_to_those_it_still_covers(make_campaign, ann, refer, buy, at_acme):
    campaign = make_campaign(budget_limit_minor=800)
    with at_acme():
        code = referrals.code_for(campaign.id, ann.id)
        Budget.objects.filter(id=campaign.budget_id).update(exhausted_at=NOON - timedelta(days=1))
    orders = [buy(f"A{n}", 5000, refer(code, f"f{n}@example.com").referee_id, days=n + 1) for n in range(3)]
    with at_acme(days=5):
        assert [outcome(order) for order in orders] == ["earned", "declined", "declined"]
        assert Budget.objects.get(id=campaign.budget_id).reserved_minor == 600


def test_a_refund_makes_room_for_the_next_order(used_up, code, refer, buy, give_back, budget, at_acme):
    late = refer(code, days=4)
    give_back("R1", "E0", 5000, days=5)
    give_back("R2", "E1", 5000, days=5)
    order = buy("A1", 5000, late.referee_id, days=6)
    with at_acme(days=7):
        assert (outcome(order), given(late)) == ("earned", BOTH)
        assert (budget().reserved_minor, budget().overrun_minor) == (1200, 0)


def test_an_order_that_takes_the_place_of_a_refunded_one_needs_no_new_room(code, refer, buy, give_back, budget, at_acme):
    """The friend's first order is given back, the second becomes the first: one reward goes, one comes, in one move."""
    with at_acme():
        rewarding.change_limit(budget().id, 600)
    friend = refer(code)
    buy("A1", 5000, friend.referee_id, days=1)
    second = buy("A2", 5000, friend.referee_id, days=2)
    with at_acme(days=3):
        Budget.objects.filter(id=budget().id).update(exhausted_at=NOON - timedelta(days=1))
    give_back("R1", "A1", 5000, days=3)
    with at_acme(days=4):
        assert (outcome(second), given(friend)) == ("earned", BOTH)
        assert (budget().reserved_minor, budget().overrun_minor) == (600, 0)


# --- lower ------------------------------------------------------------------------------------------------


def test_an_order_is_lowered_to_what_is_left(used_up, policy, code, refer, buy, budget, at_acme):
    policy("lower", least_percent=50)
    with at_acme(days=4):
        Budget.objects.filter(id=budget().id).update(limit_minor=2330, overrun_minor=0)
    late = refer(code, days=4)
    order = buy("A1", 5000, late.referee_id, days=5)
    with at_acme(days=6):
        assert last_check(order) == {"check": "budget_lowered", "expected": 600, "actual": 530, "passed": True}
        assert given(late) == [("referee", "coupon", 1), ("referrer", "points", 130)]
        effect = next(one for one in latest_decisions([order.id])[order.id].effects if one["role"] == "referrer")
        assert effect["amount"] == 130
        assert (budget().reserved_minor, budget().overrun_minor) == (2330, 0)


def test_a_lowered_reward_stays_as_it_is_when_it_is_judged_again(used_up, policy, code, refer, buy, budget, at_acme):
    policy("lower", least_percent=50)
    with at_acme(days=4):
        Budget.objects.filter(id=budget().id).update(limit_minor=2330, overrun_minor=0)
    late = refer(code, days=4)
    order = buy("A1", 5000, late.referee_id, days=5)
    with at_acme(days=6):
        referrals.judge_orders([order.id])
        assert given(late) == [("referee", "coupon", 1), ("referrer", "points", 130)]
        assert Decision.objects.filter(order_id=order.id).count() == 1


def test_below_its_least_share_an_order_earns_nothing(used_up, policy, code, refer, buy, budget, at_acme):
    policy("lower", least_percent=80)
    with at_acme(days=4):
        Budget.objects.filter(id=budget().id).update(limit_minor=2330, overrun_minor=0)
    order = buy("A1", 5000, refer(code, days=4).referee_id, days=5)
    with at_acme(days=6):
        assert (outcome(order), budget().reserved_minor) == ("declined", 1800)


# --- queue ------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(used_up, policy, code, refer, buy):
    """Two friends who came after the end; their rewards wait."""
    policy("queue")
    friends = [refer(code, f"late{n}@example.com", days=4) for n in range(2)]
    for number, friend in enumerate(friends):
        buy(f"L{number}", 5000, friend.referee_id, days=5 + number)
    return friends


def states(referral):
    rows = Reward.objects.filter(referral_id=referral.id, kept__gt=0).exclude(state="estimated")
    return sorted({(reward.state, reward.hold_cause) for reward in rows})


def test_rewards_wait_and_reserve_nothing(waiting, budget, at_acme):
    with at_acme(days=7):
        assert [given(friend) for friend in waiting] == [BOTH, BOTH]
        assert [states(friend) for friend in waiting] == [[("held", "budget")]] * 2
        assert (budget().reserved_minor, WaitingReward.objects.count()) == (1800, 4)
        assert rewarding.settle_due() == 0


def test_what_waits_longest_goes_on_first(waiting, budget, at_acme):
    with at_acme(days=30):
        rewarding.change_limit(budget().id, 2400)
        assert rewarding.release_waiting() == 2
        assert [states(friend) for friend in waiting] == [[("accrued", "refund_window")], [("held", "budget")]]
        assert budget().reserved_minor == 2400
        assert rewarding.release_waiting() == 0
        rewarding.change_limit(budget().id, 3000)
        assert rewarding.release_waiting() == 2
        assert rewarding.settle_due() == 10


def test_a_refund_lets_the_next_one_go_on(waiting, give_back, budget, at_acme):
    give_back("R1", "E0", 5000, days=8)
    give_back("R2", "E1", 5000, days=8)
    with at_acme(days=9):
        assert rewarding.release_waiting() == 2
        assert (budget().reserved_minor, budget().overrun_minor) == (1200, 0)


def test_what_waits_can_be_taken_back(waiting, give_back, budget, at_acme):
    give_back("R1", "L0", 5000, days=8)
    with at_acme(days=9):
        assert given(waiting[0]) == []
        assert (WaitingReward.objects.count(), budget().reserved_minor) == (2, 1800)


def test_a_review_and_the_queue_hold_both(waiting, budget, at_acme):
    with at_acme(days=8):
        referrals.flag_risk(waiting[0].id, "self_referral")
        rewarding.change_limit(budget().id, 3000)
        rewarding.release_waiting()
        assert states(waiting[0]) == [("held", "review")]
        referrals.clear_risk(waiting[0].id)
        assert states(waiting[0]) != [("held", "review")]
        assert states(waiting[1]) == [("accrued", "refund_window")]


def test_nobody_lets_a_waiting_reward_go_by_hand(waiting, at_acme):
    from rewards.errors.budgets import WaitsForBudget

    with at_acme(days=8):
        reward = Reward.objects.filter(referral_id=waiting[0].id, hold_cause="budget").first()
        with pytest.raises(WaitsForBudget):
            rewarding.release_hold(reward.id)
        reward.refresh_from_db()
        assert (reward.state, reward.hold_cause, reward.budget_id) == ("held", "budget", None)


# --- approval ----------------------------------------------------------------------------------------------


def test_an_order_goes_over_the_limit_when_somebody_approves(used_up, policy, code, refer, buy, budget, at_acme, acme, gus):
    policy("approve", overrun_percent=100)
    late = refer(code, days=4)
    order = buy("A1", 5000, late.referee_id, days=5)
    with at_acme(days=6):
        assert last_check(order)["check"] == "budget_approval"
        assert states(late) == [("held", "approval")]
        assert (budget().reserved_minor, budget().overrun_minor) == (2400, 1100)
        ids = list(Approval.objects.filter(state="waiting").order_by("id").values_list("id", flat=True))
        assert [list(a.reasons) for a in Approval.objects.filter(state="waiting")] == [["budget"], ["budget"]]
    with door.organisation(acme.id, actor=door.Actor("user", gus.user_id), moment=NOON + timedelta(days=7)):
        rewarding.approve(ids[0])
        rewarding.decline(ids[1], reason="too much")
        assert budget().reserved_minor in (2000, 2200)
        assert budget().overrun_minor == budget().reserved_minor - ROOM


def test_approval_reaches_as_far_as_the_budget_says(used_up, policy, code, refer, buy, budget, at_acme):
    policy("approve", overrun_percent=40)  # 520, and 500 of it is in use already
    order = buy("A1", 5000, refer(code, days=4).referee_id, days=5)
    with at_acme(days=6):
        assert (outcome(order), budget().overrun_minor) == ("declined", 500)


# --- many at once --------------------------------------------------------------------------------------------


def test_many_orders_at_once_never_exceed_a_budget(make_campaign, ann, refer, at_acme, acme, campaign):
    """Eight friends who came after the end; room for three: three earn, and nobody waits for another in a ring."""
    with at_acme():
        code = referrals.code_for(campaign.id, ann.id)
        Budget.objects.filter(id=campaign.budget_id).update(exhausted_at=NOON - timedelta(days=1), limit_minor=1900)
    friends = [refer(code, f"friend{n}@example.com").referee_id for n in range(8)]
    with at_acme(days=1):
        orders = [_order(n, friend) for n, friend in enumerate(friends)]
    failures = _at_once(acme, orders)
    assert not failures
    with at_acme(days=2):
        assert [outcome(order) for order in orders].count("earned") == 3
        found = Budget.objects.get(id=campaign.budget_id)
        assert (found.reserved_minor, found.overrun_minor) == (1800, 0)


def test_refunds_and_orders_of_shared_referrers_meet_in_no_ring(
    make_campaign, ann, bea, refer, buy, give_back, at_acme, acme
):
    """Friends of two referrers on two budgets, each with a refunded order and a new one: cuts and promises cross."""
    codes = []
    for name in ("One", "Two"):
        campaign = make_campaign(name=name)
        with at_acme():
            codes += [referrals.code_for(campaign.id, who.id) for who in (ann, bea)]
    friends = [refer(codes[n % 4], f"friend{n}@example.com").referee_id for n in range(12)]
    firsts = [buy(f"A{n}", 5000, friend) for n, friend in enumerate(friends)]
    for number, friend in enumerate(friends):
        buy(f"B{number}", 5000, friend, drain=False, days=2)
        give_back(f"R{number}", f"A{number}", 5000, drain=False, days=2)
    assert not _at_once(acme, firsts)
    with at_acme(days=3):
        counted = Reward.objects.filter(state="accrued")
        assert counted.count() == 24
        assert sum(Budget.objects.values_list("reserved_minor", flat=True)) == 12 * 600


def _order(number, friend):
    return record_order(
        OrderReport(
            source="shop", external_id=f"N{number}", customer=CustomerReference(customer_id=friend), total_minor=5000,
            currency="GBP", status="paid", placed_at=NOON + timedelta(days=1), paid_at=NOON + timedelta(days=1),
        )
    )[0]  # fmt: skip


def _at_once(acme, orders):
    start, failures = threading.Barrier(len(orders)), []

    def work(order_id):
        try:
            start.wait()
            with door.organisation(acme.id, moment=NOON + timedelta(days=2)):
                referrals.judge_orders([order_id])
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[order.id]) for order in orders]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return failures
