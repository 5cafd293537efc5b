"""Every order has a decision; what is earned follows the facts, not the order in which they were told."""

import threading
from datetime import timedelta
from itertools import permutations

import pytest
from django.db import connection

from crm.models import Order
from crm.operations import cancel_order
from foundation.ids import new_code
from referrals import operations as referrals
from referrals.models import Conversion, Decision, Referral, ReferralMove
from referrals.queries import current_version, latest_decisions
from referrals.rules import judge, read_facts, read_terms
from rewards.models import Budget, Reward
from rewards.queries import verify_books
from tenancy import door
from tenancy.models import Event
from tests.conftest import NOON


def kept(referral):
    rows = Reward.objects.filter(referral_id=referral.id, kept__gt=0)
    return sorted((reward.role, reward.kind, reward.kept) for reward in rows)


def promised():
    """Rewards but those that were only expected."""
    return Reward.objects.exclude(state__in=["estimated", "lapsed"])


def outcomes(order):
    return list(Decision.objects.filter(order_id=order.id).order_by("id").values_list("outcome", flat=True))


def failed(order):
    return [check["check"] for check in latest_decisions([order.id])[order.id].checks if not check["passed"]]


BOTH = [("referee", "coupon", 1), ("referrer", "points", 200)]


# --- a decision for every order --------------------------------------------------------------------


def test_every_kind_of_order_has_its_decision(anns_code, refer, bea, buy, at_acme):
    friend = refer(anns_code).referee_id
    orders = [
        buy("anonymous", 5000),
        buy("stranger", 5000, bea.id),
        buy("unpaid", 5000, friend, status="placed", paid_at=None),
        buy("euro", 5000, friend, currency="EUR"),
        buy("small", 100, friend, days=2),
        buy("free", 0, friend, days=3),
    ]
    with at_acme(days=4):
        assert [failed(order) for order in orders] == [
            ["has_customer", "came_by_referral"],
            ["came_by_referral"],
            ["order_paid", "minimum_reached"],
            ["currency_covered"],
            ["minimum_reached", "first_order"],
            ["minimum_reached"],
        ]
        assert {outcome for order in orders for outcome in outcomes(order)} == {"declined"}
        assert not promised().exists()


def test_an_order_told_again_adds_nothing(anns_code, refer, bea, buy, at_acme):
    friend = refer(anns_code).referee_id
    orders = [buy("A1", 5000, friend), buy("B1", 5000, bea.id), buy("C1", 700)]
    with at_acme(days=2):
        before = Decision.objects.count(), Reward.objects.count(), Event.objects.count()
    for _ in range(2):
        with at_acme(days=2):
            referrals.judge_orders([order.id for order in orders])
            assert (Decision.objects.count(), Reward.objects.count(), Event.objects.count()) == before


def test_an_unpaid_order_earns_when_it_is_paid(anns_code, refer, buy, drained, acme, at_acme):
    from crm.operations import pay_order

    referral = refer(anns_code)
    order = buy("A1", 5000, referral.referee_id, status="placed", paid_at=None)
    with at_acme(days=3):
        pay_order(order.id)
    drained(acme)
    with at_acme(days=4):
        assert outcomes(order) == ["declined", "earned"] and kept(referral) == BOTH


def test_a_stored_decision_gives_the_same_verdict_again(anns_code, refer, bea, buy, give_back, at_acme):
    friend = refer(anns_code).referee_id
    buy("A1", 5000, friend)
    give_back("R1", "A1", 1000)
    buy("A2", 5000, friend, days=3)
    with at_acme(days=4):
        decisions = Decision.objects.exclude(rule_version=None).select_related("rule_version")
        assert decisions.count() == 3
        for decision in decisions:
            verdict = judge(read_facts(decision.facts), read_terms(decision.rule_version.terms))
            assert [vars(check) for check in verdict.checks] == decision.checks


def test_what_is_no_reward_always_says_why(anns_code, refer, bea, buy, give_back, at_acme):
    friend = refer(anns_code).referee_id
    buy("A1", 5000, friend)
    give_back("R1", "A1", 5000)
    buy("B1", 10, bea.id)
    with at_acme(days=4):
        for decision in Decision.objects.filter(outcome__in=["declined", "withdrawn"]):
            assert any(not check["passed"] for check in decision.checks)


# --- first orders, cancellations -------------------------------------------------------------------


def test_only_the_first_order_earns(anns_code, refer, buy, at_acme):
    referral = refer(anns_code)
    first, second = buy("A1", 5000, referral.referee_id), buy("A2", 9000, referral.referee_id, days=2)
    with at_acme(days=3):
        assert outcomes(first) == ["earned"] and failed(second) == ["first_order"]
        assert kept(referral) == BOTH


def test_a_cancelled_order_gives_everything_back_and_the_next_is_the_first(anns_code, refer, buy, drained, acme, at_acme):
    referral = refer(anns_code)
    first, second = buy("A1", 5000, referral.referee_id), buy("A2", 9000, referral.referee_id, days=2)
    with at_acme(days=3):
        cancel_order(first.id)
    drained(acme)
    with at_acme(days=4):
        assert outcomes(first) == ["earned", "withdrawn"] and outcomes(second) == ["declined", "earned"]
        assert kept(referral) == BOTH
        assert Conversion.objects.filter(state="counted").get().order_id == second.id
        assert Referral.objects.get(id=referral.id).stage == "converted"
        assert ReferralMove.objects.filter(referral_id=referral.id, after="converted").count() == 1
        assert verify_books().is_whole


def test_a_refund_after_the_reward_was_settled_takes_it_back(anns_code, refer, buy, give_back, at_acme):
    from rewards.operations import settle_due

    referral = refer(anns_code)
    buy("A1", 5000, referral.referee_id)
    with at_acme(days=20):
        assert settle_due(limit=100) == 2
    give_back("R1", "A1", 2500, days=21)
    with at_acme(days=22):
        assert kept(referral) == [("referee", "coupon", 1), ("referrer", "points", 100)]


# --- the order of telling does not matter ----------------------------------------------------------

EVENTS = ["confirm", "order", "small refund", "second order", "earlier order"]


@pytest.mark.parametrize("told", [pytest.param(p, id=", ".join(p)) for p in permutations(EVENTS)][::5])
def test_the_same_facts_give_the_same_rewards_in_any_order(
    told, anns_code, submit, buy, give_back, bea, at_acme, acme, drained
):
    """The friend follows the link, orders three times and returns a part; all of it is told in any order."""
    invitation, digits = submit(anns_code, "bea@example.com")  # a prospect, so that orders can come first

    def confirm():
        with at_acme(days=1):
            referrals.confirm_invitation(invitation.id, digits)
        drained(acme)

    tell = {
        "confirm": confirm,
        "order": lambda: buy("A1", 5000, bea.id, days=2),
        "small refund": lambda: give_back("R1", "A1", 1000, days=5),
        "second order": lambda: buy("A2", 8000, bea.id, days=3),
        "earlier order": lambda: buy("A0", 4000, bea.id, days=1, paid_at=NOON + timedelta(hours=2)),
    }
    for event in told:
        tell[event]()
    with at_acme(days=6):
        referral = Referral.objects.get()
        assert kept(referral) == BOTH
        counted = Conversion.objects.get(state="counted")
        assert (counted.order.external_id, counted.kept_minor) == ("A0", 4000)
        orders = set(Order.objects.values_list("id", flat=True))
        assert set(latest_decisions(list(orders))) == orders
        budget = Budget.objects.get(id=referral.campaign.budget_id)
        assert budget.reserved_minor == 200 + 400


def test_orders_before_the_touch_make_a_customer_known_even_when_told_late(anns_code, refer, buy, at_acme):
    referral = refer(anns_code)
    order = buy("A1", 5000, referral.referee_id)
    buy("OLD", 900, referral.referee_id, days=-5)
    with at_acme(days=2):
        assert outcomes(order) == ["earned", "withdrawn"] and failed(order) == ["friend_is_new"]
        assert kept(referral) == []


# --- pinned terms ----------------------------------------------------------------------------------


def test_who_came_before_keeps_the_terms_they_came_in_under(anns_code, refer, buy, at_acme):
    old = refer(anns_code, "cleo@example.com")
    with at_acme():
        terms = current_version(anns_code.campaign_id).terms
        doubled = [{**terms["rewards"][0], "amount": {"points": 400}}, terms["rewards"][1]]
        referrals.publish_terms(anns_code.campaign_id, {**terms, "rewards": doubled})
    new = refer(anns_code, "dora@example.com", name="Dora")
    buy("A1", 5000, old.referee_id)
    buy("A2", 5000, new.referee_id)
    with at_acme(days=2):
        assert kept(old) == BOTH
        assert kept(new) == [("referee", "coupon", 1), ("referrer", "points", 400)]


def test_an_ended_campaign_keeps_its_promises(anns_code, refer, buy, at_acme):
    referral = refer(anns_code)
    with at_acme():
        referrals.end_campaign(anns_code.campaign_id)
    buy("A1", 5000, referral.referee_id)
    with at_acme(days=2):
        assert kept(referral) == BOTH


# --- limits and budgets ----------------------------------------------------------------------------


@pytest.mark.parametrize("limit", ["per_referrer_30_days", "per_referrer", "per_campaign"])
def test_a_limit_holds_within_one_batch(limit, make_campaign, ann, refer, buy, at_acme, acme, drained):
    campaign = make_campaign(terms_changes={"limits": {limit: {"count": 2}}})
    with at_acme():
        code = referrals.code_for(campaign.id, ann.id)
    friends = [refer(code, f"friend{n}@example.com").referee_id for n in range(4)]
    for n, friend in enumerate(friends):
        buy(f"A{n}", 5000, friend, drain=False)
    drained(acme)
    with at_acme(days=2):
        assert Conversion.objects.filter(state="counted").count() == 2
        declined = Decision.objects.filter(outcome="declined")
        assert declined.count() == 2
        name = {"per_referrer_30_days": "limit_30_days", "per_referrer": "limit_referrer", "per_campaign": "limit_campaign"}
        assert all(check["check"] == name[limit] for d in declined for check in d.checks if not check["passed"])


@pytest.mark.parametrize("limit", ["per_referrer", "per_campaign"])
def test_orders_at_the_same_moment_share_no_last_place(limit, make_campaign, ann, bea, refer, buy, at_acme, acme):
    campaign = make_campaign(terms_changes={"limits": {limit: {"count": 3}}})
    with at_acme():
        codes = [referrals.code_for(campaign.id, ann.id)]
        codes.append(codes[0] if limit == "per_referrer" else referrals.code_for(campaign.id, bea.id))
    friends = [refer(codes[n % 2], f"friend{n}@example.com").referee_id for n in range(8)]
    orders = [buy(f"A{n}", 5000, friend, drain=False).id for n, friend in enumerate(friends)]
    start, failures = threading.Barrier(8), []

    def work(order_id):
        try:
            start.wait()
            with door.organisation(acme.id, moment=NOON + timedelta(days=2)):
                referrals.judge_orders([order_id])
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[order_id]) for order_id in orders]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert not failures
    with at_acme(days=2):
        assert Conversion.objects.filter(state="counted").count() == 3
        assert promised().filter(role="referrer").count() == 3
        assert Decision.objects.count() == 8


def test_the_same_order_in_many_hands_earns_once(anns_code, refer, buy, at_acme, acme):
    referral = refer(anns_code)
    order = buy("A1", 5000, referral.referee_id, drain=False)
    start, failures = threading.Barrier(6), []

    def work():
        try:
            start.wait()
            with door.organisation(acme.id, moment=NOON + timedelta(days=2)):
                referrals.judge_orders([order.id])
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert not failures
    with at_acme(days=2):
        assert outcomes(order) == ["earned"] and kept(referral) == BOTH


def test_a_withdrawn_order_frees_its_place(make_campaign, ann, refer, buy, give_back, at_acme):
    campaign = make_campaign(terms_changes={"limits": {"per_referrer": {"count": 1}}})
    with at_acme():
        code = referrals.code_for(campaign.id, ann.id)
    one, two = refer(code, "one@example.com"), refer(code, "two@example.com")
    buy("A1", 5000, one.referee_id)
    give_back("R1", "A1", 5000)
    buy("A2", 5000, two.referee_id, days=3)
    with at_acme(days=4):
        assert kept(one) == [] and kept(two) == BOTH


def test_an_order_may_earn_again_after_it_was_withdrawn(anns_code, refer, buy, drained, acme, at_acme):
    """An earlier order takes the first place and is then cancelled: the later one has it back, and its own rewards."""
    referral = refer(anns_code)
    later = buy("A2", 5000, referral.referee_id, days=2)
    earlier = buy("A1", 5000, referral.referee_id, days=1)
    with at_acme(days=3):
        assert outcomes(later) == ["earned", "withdrawn"] and outcomes(earlier) == ["earned"]
        cancel_order(earlier.id)
    drained(acme)
    with at_acme(days=4):
        assert outcomes(later) == ["earned", "withdrawn", "earned"]
        assert kept(referral) == BOTH
        assert Conversion.objects.get(order=later).round == 1
        assert {(r.state, r.kept == r.amount) for r in Reward.objects.filter(order_id=later.id)} == {("accrued", True)}
        assert Reward.objects.filter(order_id=later.id).count() == 2


def test_every_order_of_a_member_counts_when_the_terms_say_so(make_campaign, ann, refer, buy, give_back, at_acme):
    campaign = make_campaign(template="member_circle")
    with at_acme():
        code = referrals.code_for(campaign.id, ann.id)
    referral = refer(code)
    buy("A1", 5050, referral.referee_id)
    buy("A2", 3000, referral.referee_id, days=2)
    give_back("R1", "A1", 1060, days=3)
    with at_acme(days=4):
        assert kept(referral) == [
            ("referee", "points", 30), ("referee", "points", 39), ("referrer", "points", 60), ("referrer", "points", 78),
        ]  # fmt: skip


def test_another_organisations_orders_are_not_touched(anns_code, refer, globex, buy, at_acme):
    referral = refer(anns_code)
    order = buy("A1", 5000, referral.referee_id, drain=False)
    with door.organisation(globex.id):
        referrals.judge_orders([order.id])
        assert not Decision.objects.exists()
    with at_acme(days=2):
        assert not Decision.objects.exists()


def test_a_batch_of_strangers_costs_a_handful_of_statements(acme, at_acme, bea, buy, django_assert_max_num_queries):
    orders = [buy(f"{new_code()}", 100, bea.id, drain=False).id for _ in range(30)]
    with at_acme(days=2), django_assert_max_num_queries(6):
        referrals.judge_orders(orders)
    with at_acme(days=2):
        assert Decision.objects.count() == 30
