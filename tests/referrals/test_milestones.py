"""Milestones along a friend's way: each trigger, who gets what, and the same result whatever was told first."""

from datetime import timedelta
from itertools import permutations

import pytest

from crm.models import CustomerTag, LossReason, Tag
from crm.operations import cancel_order, record_customer, surveys, update_customer
from crm.operations import deals as selling
from referrals import explain
from referrals import operations as referrals
from referrals.models import Conversion, Decision, MilestoneReached, Referral
from referrals.operations import acknowledge_legal_note
from referrals.operations.profiles import enrol_employee
from referrals.queries import due_sweeps
from referrals.rules import judge, read_facts, read_terms
from referrals.why import why_reward
from referrals.why_not import why_referral
from rewards.models import Reward
from rewards.queries import verify_books
from tests.conftest import NOON

NONE = {"success": {"event": "milestones"}, "rewards": []}


def points(amount, to="referrer"):
    return {"to": to, "kind": "points", "amount": {"points": amount}}


def gbp(minor):
    return {"minor": minor, "currency": "GBP"}


def kept(**wanted) -> list[tuple[str, str, int]]:
    rows = Reward.objects.filter(kept__gt=0, **wanted).select_related("beneficiary", "unit").order_by("id")
    return sorted((row.role, row.unit.code, row.kept) for row in rows)


def totals() -> dict[tuple[str, str], int]:
    """Sum what is kept: what was promised in two steps is the same as in one."""
    found: dict[tuple[str, str], int] = {}
    for role, unit, amount in kept():
        found[role, unit] = found.get((role, unit), 0) + amount
    return found


# --- triggers --------------------------------------------------------------------------------------


def test_signing_up_alone_gives_the_friend_a_few_points(make_campaign, anns_code, submit, refer, acme, drained, at_acme):
    campaign = make_campaign(
        name="Two", terms_changes=NONE | {"milestones": [{"key": "hello", "trigger": "confirmed", "hold": {"days": 0},
                                                        "rewards": [points(50, "referee")]}]},
    )  # fmt: skip
    with at_acme():
        code = referrals.code_for(campaign.id, anns_code.referrer_id)
    referral = refer(code)
    drained(acme)
    with at_acme():
        assert kept() == [("referee", "POINT", 50)]
        assert Referral.objects.get(id=referral.id).stage == "confirmed"


def test_the_third_order_earns_and_follows_refunds(make_campaign, bring, bea, buy, give_back, at_acme):
    third = {"key": "third", "trigger": "nth_order", "count": {"count": 3}, "rewards": [points(300)]}
    bring(make_campaign(terms_changes=NONE | {"milestones": [third]}), bea)
    orders = [buy(f"A{n}", 5000, bea.id, days=n) for n in (1, 2, 3, 4)]
    with at_acme(days=5):
        assert kept() == [("referrer", "POINT", 300)]
        assert MilestoneReached.objects.get().subject_id == orders[2].id
    give_back("R1", "A1", 5000, days=6)
    with at_acme(days=7):
        assert kept() == [("referrer", "POINT", 300)]  # the fourth is the third now
        counted = MilestoneReached.objects.get(state="counted")
        assert counted.subject_id == orders[3].id
    give_back("R2", "A4", 2500, days=8)
    with at_acme(days=9):
        assert kept() == [("referrer", "POINT", 150)]
        assert verify_books().wrong == ()


def test_orders_reach_an_amount_together(make_campaign, bring, bea, buy, give_back, at_acme):
    goal = {
        "key": "goal",
        "trigger": "amount_reached",
        "amount": gbp(10_000),
        "rewards": [points(100), points(40, "referee")],
    }
    referral = bring(make_campaign(terms_changes=NONE | {"milestones": [goal]}), bea)
    buy("A1", 6000, bea.id)
    with at_acme(days=1):
        assert kept() == []
    buy("A2", 4000, bea.id, days=2)
    with at_acme(days=2):
        assert kept() == [("referee", "POINT", 40), ("referrer", "POINT", 100)]
        assert Referral.objects.get(id=referral.id).converted_at == NOON + timedelta(days=2)
    give_back("R1", "A1", 1, days=3)
    with at_acme(days=3):
        assert kept() == []


def test_a_deal_earns_when_it_comes_to_a_stage_and_not_when_it_is_lost(make_campaign, bring, bea, at_acme, acme, drained):
    with at_acme():
        deal = selling.create_deal(title="Kitchen", customer_id=bea.id, amount_minor=100_000)
        stages = list(deal.pipeline.stages.filter(kind="open").order_by("position"))
    visit = {"key": "visit", "trigger": "deal_stage", "stage": str(stages[1].id), "rewards": [points(20)]}
    bring(make_campaign(terms_changes=NONE | {"milestones": [visit]}), bea)
    with at_acme(days=1):
        selling.move_deal(deal.id, stages[1].id)
    drained(acme)
    with at_acme(days=1):
        assert kept() == [("referrer", "POINT", 20)]
        assert Referral.objects.get().stage == "confirmed"  # nobody has bought yet
        selling.lose_deal(deal.id, reason_id=LossReason.objects.first().id)
    drained(acme)
    with at_acme(days=2):
        assert kept() == []


def test_every_second_friend_brings_a_bonus(make_campaign, bring, friend, buy, give_back, at_acme):
    steps = {"to": "referrer", "kind": "points_steps", "steps": [
        {"from": {"count": 1}, "amount": {"points": 100}}, {"from": {"count": 3}, "amount": {"points": 150}},
    ]}  # fmt: skip
    bonus = {"key": "pair", "trigger": "nth_referral", "count": {"count": 2}, "repeats": True, "rewards": [points(1000)]}
    campaign = make_campaign(terms_changes={"rewards": [steps], "milestones": [bonus], "limits": {}})
    friends = [friend(name) for name in ("one", "two", "three", "four")]
    for each in friends:
        bring(campaign, each)
    for n, each in enumerate(friends, start=1):
        buy(f"A{n}", 5000, each.id, days=n)
    with at_acme(days=9):
        assert kept() == sorted(("referrer", "POINT", n) for n in (100, 100, 150, 150, 1000, 1000))
    give_back("R1", "A1", 5000, days=10)
    with at_acme(days=11):  # the others moved up
        assert kept() == sorted(("referrer", "POINT", n) for n in (100, 100, 150, 1000))
        assert verify_books().wrong == ()


def test_a_good_score_earns_and_a_bad_one_does_not(make_campaign, bring, bea, at_acme, acme, drained):
    glad = {"key": "glad", "trigger": "satisfaction", "score": {"score": 9}, "survey": "nps", "rewards": [points(30)]}
    bring(make_campaign(terms_changes=NONE | {"milestones": [glad]}), bea)
    with at_acme(days=1):
        asked = surveys.save_survey(kind="nps", name="S", title={"en": "S", "zh-hans": "S"})
        surveys.open_survey(asked.id)
    for key, score in (("a", 6), ("b", 10), ("c", 9)):
        with at_acme(days=2):
            surveys.answer_survey(asked.id, key=key, score=score, customer_id=bea.id)
        drained(acme)
        with at_acme(days=2):
            assert kept() == ([] if score == 6 else [("referrer", "POINT", 30)])


@pytest.mark.parametrize(("days", "earns"), [(70, True), (59, False)])
def test_who_still_buys_after_ninety_days_earns_by_the_sweep(
    make_campaign, bring, bea, buy, at_acme, acme, drained, days, earns
):
    still = {"key": "still", "trigger": "still_active", "after": {"days": 90}, "bought_within": {"days": 30},
             "rewards": [points(70)]}  # fmt: skip
    bring(make_campaign(terms_changes={"milestones": [still], "rewards": [points(10)], "limits": {}}), bea)
    buy("A1", 5000, bea.id, days=1)
    buy("A2", 5000, bea.id, days=days)
    with at_acme(days=90):
        referrals.judge_referees([bea.id])
        assert kept() == [("referrer", "POINT", 10)]
    with at_acme(days=91):
        assert due_sweeps() == {bea.id}
        referrals.judge_referees(due_sweeps())
        assert kept() == sorted([("referrer", "POINT", 10)] + [("referrer", "POINT", 70)] * earns)
        assert due_sweeps() == set()


# --- who -------------------------------------------------------------------------------------------


def test_whoever_brought_the_referrer_gets_a_share_and_nobody_further_up(
    make_campaign, bring, friend, buy, ann, bea, at_acme
):
    lines = [points(100), {"to": "second_level", "kind": "cash_percent", "percent": {"percent": "2"}, "cap": gbp(500)}]
    with at_acme():
        acknowledge_legal_note()
    campaign = make_campaign(terms_changes={"rewards": lines, "limits": {}})
    cleo, dora = friend("cleo"), friend("dora")
    bring(campaign, bea)  # ann -> bea -> cleo -> dora
    bring(campaign, cleo, referrer=bea)
    bring(campaign, dora, referrer=cleo)
    order = buy("A1", 5000, dora.id)
    with at_acme(days=1):
        found = {(row.role, row.beneficiary_id): row.kept for row in Reward.objects.filter(kept__gt=0)}
        assert found == {("referrer", cleo.id): 100, ("second_level", bea.id): 100}
    buy("A2", 5000, bea.id)
    with at_acme(days=1):
        decision = Decision.objects.get(customer_id=bea.id)
        assert "✓ Nobody brought the referrer, so nothing is given for the second level." in said(decision)
        cancel_order(order.id)


def said(decision) -> list[str]:
    return [str(line) for line in explain.explain(decision, "en").lines]


def test_the_salesperson_gets_theirs_where_they_have_a_customer_record(make_campaign, bring, bea, gus, buy, at_acme):
    campaign = make_campaign(terms_changes={"rewards": [points(10), points(7, "salesperson")], "limits": {}})
    bring(campaign, bea)
    with at_acme():
        update_customer(bea.id, owner_id=gus.id)
        own = record_customer(name="Gus himself", email=gus.user.email)
    buy("A1", 5000, bea.id)
    with at_acme(days=1):
        assert Reward.objects.get(role="salesperson").beneficiary_id == own.id
        assert kept() == [("referrer", "POINT", 10), ("salesperson", "POINT", 7)]


def test_a_salesperson_who_is_enrolled_gets_theirs_whatever_address_they_sign_in_with(
    make_campaign, bring, bea, gus, buy, at_acme
):
    campaign = make_campaign(terms_changes={"rewards": [points(10), points(7, "salesperson")], "limits": {}})
    bring(campaign, bea)
    with at_acme():
        update_customer(bea.id, owner_id=gus.id)
        enrolled = enrol_employee(gus.id)
        gus.user.email = "another@example.com"
        gus.user.save()
    buy("A1", 5000, bea.id)
    with at_acme(days=1):
        assert Reward.objects.get(role="salesperson").beneficiary_id == enrolled.customer_id


# --- conditions and schemes ------------------------------------------------------------------------


def test_conditions_of_an_order_are_checked_and_said(make_campaign, bring, bea, buy, at_acme):
    asked = {"all": [
        {"fact": "order.channel", "is": "one_of", "value": ["store"]},
        {"any": [{"fact": "order.total", "is": "at_least", "value": gbp(6000)},
                 {"fact": "order.weekday", "is": "one_of", "value": ["sunday"]}]},
    ]}  # fmt: skip
    success = {"event": "paid_order", "minimum": gbp(2000), "conditions": asked}
    bring(make_campaign(terms_changes={"success": success, "rewards": [points(5)], "limits": {}}), bea)
    wrong = buy("A1", 6000, bea.id, channel="online")
    right = buy("A2", 6000, bea.id, channel="store")
    with at_acme(days=2):
        assert kept() == [("referrer", "POINT", 5)]
        [no] = Decision.objects.filter(order_id=wrong.id)
        assert "✗ Asked for: sales channel: one of store. Found: online." in said(no)
        [yes] = Decision.objects.filter(order_id=right.id)
        assert any(
            line.startswith("✓ As asked for: order value: at least £60 or day of the week: one of Sunday.")
            for line in said(yes)
        )
        assert judge(read_facts(no.facts), read_terms(no.rule_version.terms)).failed == ("condition",)


def test_the_first_scheme_that_fits_is_used_and_told(make_campaign, bring, friend, ann, buy, at_acme):
    schemes = [
        {"key": "vip", "when": {"fact": "referrer.tags", "is": "has_any", "value": ["VIP"]}, "rewards": [points(500)]},
        {"key": "london", "when": {"fact": "referee.city", "is": "is", "value": "London"}, "rewards": [points(300)]},
    ]
    campaign = make_campaign(terms_changes={"rewards": [points(10)], "schemes": schemes, "limits": {}})
    one, two, three = friend("one", city="London"), friend("two"), friend("three")
    bring(campaign, one)
    bring(campaign, two)
    orders = [buy("A1", 5000, one.id), buy("A2", 5000, two.id)]
    with at_acme():
        CustomerTag.objects.create(customer=ann, tag=Tag.objects.create(name="VIP"))
    bring(campaign, three)
    buy("A3", 5000, three.id)
    with at_acme(days=1):
        assert kept() == [("referrer", "POINT", 10), ("referrer", "POINT", 300), ("referrer", "POINT", 500)]
        assert "✓ Rewarded by the scheme “london”." in said(Decision.objects.get(order_id=orders[0].id))
        assert "✓ No scheme fits, so the usual rewards apply." in said(Decision.objects.get(order_id=orders[1].id))
        referrals.judge_referees([one.id, two.id, three.id])  # what ann is now changes nothing of what was
        assert kept() == [("referrer", "POINT", 10), ("referrer", "POINT", 300), ("referrer", "POINT", 500)]


# --- whatever comes first --------------------------------------------------------------------------

EVENTS = {
    "a": lambda buy, back, friends: buy("A", 6000, friends[0].id, days=1, drain=False),
    "b": lambda buy, back, friends: buy("B", 3000, friends[0].id, days=2, drain=False),
    "c": lambda buy, back, friends: buy("C", 9000, friends[1].id, days=3, drain=False),
    "r": lambda buy, back, friends: back("R", "A", 2000, drain=False, days=4),
}


ORDERS = list(permutations("abcr"))
QUICK = ORDERS[::9]


@pytest.mark.parametrize(
    "told", [pytest.param(told, marks=() if told in QUICK else pytest.mark.slow) for told in ORDERS], ids="".join
)
def test_the_result_is_the_same_whatever_is_told_first(
    make_campaign, bring, friend, buy, give_back, acme, drained, at_acme, told
):
    milestones = [
        {"key": "second", "trigger": "nth_order", "count": {"count": 2}, "rewards": [points(11)]},
        {"key": "goal", "trigger": "amount_reached", "amount": gbp(7000), "rewards": [points(13, "referee")]},
        {"key": "two", "trigger": "nth_referral", "count": {"count": 2}, "rewards": [points(17)]},
    ]
    brackets = {"to": "referee", "kind": "cash_brackets", "steps": [
        {"from": gbp(0), "amount": gbp(100)}, {"from": gbp(5000), "amount": gbp(400)},
    ]}  # fmt: skip
    steps = {"to": "referrer", "kind": "points_steps", "steps": [
        {"from": {"count": 1}, "amount": {"points": 90}}, {"from": {"count": 2}, "amount": {"points": 150}},
    ]}  # fmt: skip
    campaign = make_campaign(terms_changes={"rewards": [brackets, steps], "milestones": milestones, "limits": {}})
    friends = [friend("one"), friend("two")]
    for each in friends:
        bring(campaign, each)
    for name in told:
        EVENTS[name](buy, give_back, friends)
        drained(acme)
    drained(acme)
    with at_acme(days=9):
        # A is kept to 4000 and is the first of friend one, C the first of friend two, B the second order of friend one.
        assert totals() == {
            ("referee", "GBP"): 100 + 400, ("referee", "POINT"): 13 + 13, ("referrer", "POINT"): 60 + 150 + 11 + 17,
        }  # fmt: skip
        before = Decision.objects.count(), Reward.objects.count()
        referrals.judge_referees([each.id for each in friends])
        assert (Decision.objects.count(), Reward.objects.count()) == before
        assert verify_books().wrong == ()


def test_every_decision_of_a_milestone_can_be_made_again_and_is_said(make_campaign, bring, bea, buy, at_acme):
    goal = {"key": "goal", "trigger": "amount_reached", "amount": gbp(4000), "rewards": [points(100)]}
    referral = bring(make_campaign(terms_changes={"rewards": [points(5)], "milestones": [goal]}), bea)
    buy("A1", 5000, bea.id)
    with at_acme(days=1):
        decision = Decision.objects.get(milestone="goal")
        verdict = judge(read_facts(decision.facts), read_terms(decision.rule_version.terms))
        assert [vars(check) for check in verdict.checks] == decision.checks
        told = explain.explain(decision, "en")
        assert told.title == "Reached, with a reward: a friend's orders come to £40 together"
        assert "✓ The friend's orders came to £50; the goal is £40." in map(str, told.lines)
        why = why_reward(Reward.objects.get(decision_id=decision.id).id, "en")
        texts = [step.text for section in why.sections for step in section.steps]
        assert "Milestone: a friend's orders come to £40 together" in texts and "A fixed reward: 100 points." in texts
        assert any("come to £40" in section.title for section in why_referral(referral.id, "en").sections)
        assert Conversion.objects.count() == 1
