"""What the parts of the engine make of each other: milestones, divided referrals, sources, holds, budgets, later terms."""

from datetime import timedelta

import pytest

from referrals import operations as referrals
from referrals.explain import explain
from referrals.models import Conversion, Decision, MilestoneReached, Share
from referrals.operations.profiles import enrol_employee, enrol_referrer, set_source_rule
from referrals.queries import current_version
from referrals.queries.sources import rule_of
from referrals.rules import Due, by_seat
from rewards.models import Budget, Reward, WaitingReward
from rewards.operations import change_budget
from rewards.queries import verify_books
from tests.conftest import NOON

SINCE, UNTIL = NOON - timedelta(days=30), NOON + timedelta(days=60)


def gbp(minor):
    return {"minor": minor, "currency": "GBP"}


def points(amount, to="referrer"):
    return {"to": to, "kind": "points", "amount": {"points": amount}}


GOAL = {"key": "goal", "trigger": "amount_reached", "amount": gbp(4000), "rewards": [points(90), points(30, "referee")]}
BOTH = {"rewards": [points(201)], "milestones": [GOAL], "limits": {}}


@pytest.mark.parametrize(("first", "given"), [(0, {(0, 101), (1, 100), (0, 1)}), (1, {(0, 100), (1, 101), (1, 1)})])
def test_of_equal_parts_the_one_who_is_named_gets_what_cannot_be_divided(first, given):
    whole = [
        Due(line=0, role="referrer", kind="points", unit="POINT", amount=201),
        Due(line=1, role="referrer", kind="coupon", unit="COUPON", amount=1),
    ]
    assert {(due.seat, due.amount) for due in by_seat(whole, [5000, 5000], first=first)} == given


@pytest.fixture(autouse=True)
def books_are_whole(at_acme):
    yield
    with at_acme():
        assert verify_books().wrong == ()


@pytest.fixture
def buy(judged_buy):
    return judged_buy


@pytest.fixture
def give_back(judged_give_back):
    return judged_give_back


@pytest.fixture
def give_to(at_acme):
    """Correct whose a referral is: give_to(referral, (ann, 3000), (dora, 7000), days=2)."""

    def correct(referral, *parts, days=2):
        with at_acme(days=days):
            named = [(person.id, part) for person, part in parts]
            return referrals.correct_attribution(referral.id, parts=named, reason="They said so.")

    return correct


def got(**wanted) -> dict[tuple[str, str], list[int]]:
    """Say what each has now: {("ann", "referrer"): [60, 27]}."""
    found: dict[tuple[str, str], list[int]] = {}
    rows = Reward.objects.filter(kept__gt=0, **wanted).exclude(state="estimated").select_related("beneficiary")
    for row in rows:
        found.setdefault((row.beneficiary.name.split()[0].lower(), row.role), []).append(row.kept)
    return {who: sorted(amounts) for who, amounts in found.items()}


# --- divided referrals -----------------------------------------------------------------------------------


def test_a_milestone_of_a_divided_referral_is_divided_like_the_order(
    make_campaign, bring, friend, give_to, buy, give_back, at_acme, ann, bea
):
    dora = friend("dora")
    give_to(bring(make_campaign(terms_changes=BOTH), bea), (ann, 3000), (dora, 7000), days=0)
    buy("A1", 5000, bea.id)
    with at_acme(days=2):
        assert got() == {("ann", "referrer"): [27, 60], ("dora", "referrer"): [63, 141], ("bea", "referee"): [30]}
        assert all(len(row.effects) == (3 if row.milestone else 2) for row in Decision.objects.all())
    give_back("R1", "A1", 1001)  # the goal is missed, and of the order a fifth went back
    with at_acme(days=3):
        assert got() == {("ann", "referrer"): [48], ("dora", "referrer"): [112]}
        before = Decision.objects.count(), Reward.objects.count()
        referrals.judge_referees([bea.id])
        assert (Decision.objects.count(), Reward.objects.count()) == before


def test_what_milestones_gave_goes_to_whoever_a_decision_names(
    make_campaign, bring, friend, give_to, buy, at_acme, ann, bea
):
    dora = friend("dora")
    referral = bring(make_campaign(terms_changes=BOTH), bea)
    buy("A1", 5000, bea.id)
    give_to(referral, (dora, 10_000))
    with at_acme(days=3):
        assert got() == {("dora", "referrer"): [90, 201], ("bea", "referee"): [30]}
        counted = [*Conversion.objects.all(), *MilestoneReached.objects.all()]
        assert {row.referrer_id for row in counted} == {dora.id}
        taken = Reward.objects.filter(beneficiary=ann).values_list("kept", flat=True)
        assert list(taken) == [0, 0]
        told = explain(Decision.objects.filter(milestone="").latest("id"), "en").lines
        assert [line.text for line in told if line.passed is None] == [
            "The referrer gives back 201 points.", "The referrer gets 201 points."
        ]  # fmt: skip
    give_to(referral, (ann, 5000), (dora, 5000), days=4)
    with at_acme(days=5):
        assert got(role="referrer") == {("ann", "referrer"): [45, 101], ("dora", "referrer"): [45, 100]}
    give_to(referral, days=6)
    with at_acme(days=7):
        assert got() == {("bea", "referee"): [30]}


def test_another_scheme_after_a_refund_takes_the_first_ones_reward_from_every_seat(
    make_campaign, bring, friend, give_to, buy, give_back, at_acme, ann, bea
):
    big = {"key": "big", "when": {"fact": "order.kept", "is": "at_least", "value": gbp(4000)}, "rewards": [points(1000)]}
    campaign = make_campaign(terms_changes={"rewards": [points(100)], "schemes": [big], "limits": {}})
    dora = friend("dora")
    give_to(bring(campaign, bea), (ann, 5000), (dora, 5000), days=0)
    buy("A1", 4000, bea.id)
    with at_acme(days=2):
        assert got() == {("ann", "referrer"): [500], ("dora", "referrer"): [500]}
    give_back("R1", "A1", 2000)
    with at_acme(days=3):
        assert got() == {("ann", "referrer"): [25], ("dora", "referrer"): [25]}


def test_a_divided_referral_is_expected_by_part_and_comes_true_for_each(
    campaign, anns_code, refer, friend, give_to, buy, at_acme, ann
):
    dora = friend("dora")
    referral = refer(anns_code)
    for parts in ([(ann, 2500), (dora, 7500)], [(ann, 5000), (dora, 5000)], [(ann, 2500), (dora, 7500)]):
        give_to(referral, *parts)

    def waiting():
        rows = Reward.objects.filter(state="estimated", role="referrer").select_related("beneficiary")
        return sorted((row.beneficiary.name, row.amount) for row in rows)

    with at_acme(days=2):
        assert waiting() == [("Ann Smith", 50), ("Dora", 150)]
        ids = set(Reward.objects.filter(state="estimated").values_list("id", flat=True))
    buy("A1", 5000, referral.referee_id, days=3)
    with at_acme(days=4):
        assert got(role="referrer") == {("ann", "referrer"): [50], ("dora", "referrer"): [150]}
        assert waiting() == [] and {row.id for row in Reward.objects.filter(kept__gt=0)} == ids


def test_a_part_that_became_the_friends_own_by_a_merge_is_nobodys(
    make_campaign, bring, friend, give_to, buy, at_acme, ann, bea
):
    dora = friend("dora")
    referral = bring(make_campaign(terms_changes=BOTH), bea)
    give_to(referral, (ann, 5000), (dora, 5000), days=0)
    with at_acme():
        Share.objects.filter(referral=referral, referrer=dora).update(referrer=bea)
    buy("A1", 5000, bea.id)
    with at_acme(days=2):
        assert got() == {("ann", "referrer"): [45, 101], ("bea", "referee"): [30]}


# --- sources ---------------------------------------------------------------------------------------------


def test_every_seat_is_held_to_the_rule_of_its_own_source(make_campaign, bring, friend, give_to, buy, at_acme, ann, bea):
    campaign = make_campaign(terms_changes=BOTH | {"hold": {"days": 14}})
    dora = friend("dora")
    with at_acme():
        enrol_referrer(kind="partner", customer_id=dora.id)
        set_source_rule(campaign.id, "partner", hold_days=20, needs_approval=True)
    give_to(bring(campaign, bea), (ann, 6000), (dora, 4000), days=0)
    buy("A1", 5000, bea.id)
    with at_acme(days=2):
        rows = Reward.objects.exclude(state="estimated").select_related("beneficiary")
        found = {(row.beneficiary.name[:4], row.role, row.state, (row.hold_until - NOON).days) for row in rows}
        assert found == {
            ("Ann ", "referrer", "accrued", 15), ("Dora", "referrer", "held", 35), ("Bea ", "referee", "accrued", 15),
        }  # fmt: skip


def test_the_source_follows_when_a_decision_names_somebody_else(
    make_campaign, bring, friend, give_to, buy, at_acme, ann, bea
):
    campaign = make_campaign(terms_changes=BOTH)
    dora = friend("dora")
    with at_acme():
        enrol_referrer(kind="partner", customer_id=dora.id)
        set_source_rule(campaign.id, "partner", hold_days=20)
    referral = bring(campaign, bea)
    buy("A1", 5000, bea.id)
    assert give_to(referral, (dora, 10_000)).source == "partner"
    with at_acme(days=3):
        holds = Reward.objects.filter(role="referrer", kept__gt=0).values_list("hold_until", flat=True)
        assert {(until - NOON).days for until in holds} == {35}
    assert give_to(referral, (ann, 10_000), days=4).source == "customer"


def test_late_facts_that_name_an_employee_are_looked_at_like_a_confirmation(
    campaign, anns_code, refer, friend, gus, buy, at_acme
):
    with at_acme():
        referrals.set_policy(campaign.id, {"model": "first"})
        profile = enrol_employee(gus.id)
        code = referrals.code_for(campaign.id, profile.customer_id)
    customer = friend("cleo", owner_id=gus.id)  # a customer of theirs already
    with at_acme(days=0.2):
        referrals.record_touch(anns_code.code, visitor="v")
    referral = refer(anns_code, "cleo@example.com", days=1, visitor="v")
    with at_acme(days=2):
        referrals.record_earlier_touch(code, occurred_at=NOON + timedelta(days=0.1), channel="qr", visitor="v")
        referral.refresh_from_db()
        assert (referral.referrer_id, referral.source, referral.risk) == (profile.customer_id, "employee", "held")
    buy("A1", 5000, customer.id, days=3)
    with at_acme(days=4):
        assert Reward.objects.get(role="referrer", kept__gt=0).hold_cause == "review"


def test_what_was_imported_earns_by_the_rule_of_customers(make_campaign, bring, buy, at_acme, bea):
    campaign = make_campaign(terms_changes=BOTH)
    with at_acme():
        set_source_rule(campaign.id, "customer", hold_days=7)
        assert rule_of(campaign.id, "import") == rule_of(campaign.id, "customer") != rule_of(campaign.id, "partner")
    bring(campaign, bea, source="import")
    buy("A1", 5000, bea.id)
    with at_acme(days=2):
        assert got() == {("ann", "referrer"): [90, 201], ("bea", "referee"): [30]}
        held = {row.role: (row.hold_until - NOON).days for row in Reward.objects.filter(order_id=None)}
        assert held == {"referrer": 22, "referee": 15}


# --- holds and budgets -----------------------------------------------------------------------------------


def test_who_is_under_review_has_milestones_held_for_every_seat(
    make_campaign, bring, friend, give_to, buy, at_acme, ann, bea
):
    dora = friend("dora")
    referral = bring(make_campaign(terms_changes=BOTH), bea)
    give_to(referral, (ann, 5000), (dora, 5000), days=0)
    with at_acme():
        referrals.flag_risk(referral.id, "odd")
    buy("A1", 5000, bea.id)
    with at_acme(days=2):
        states = set(Reward.objects.values_list("state", "hold_cause"))
        assert states == {("held", "review")} and Reward.objects.count() == 5
        referrals.confirm_fraud(referral.id, "it is")
        assert got() == {}


def test_a_divided_referral_takes_of_the_budget_what_is_left_and_no_more(
    make_campaign, bring, friend, give_to, buy, at_acme, ann, bea
):
    campaign = make_campaign(terms_changes=BOTH | {"milestones": []}, budget_limit_minor=150)
    dora, emil = friend("dora"), friend("emil")
    with at_acme():
        change_budget(campaign.budget_id, policy="lower", least_percent=50)
        Budget.objects.filter(id=campaign.budget_id).update(exhausted_at=NOON)  # so that nothing was promised before
    referral = bring(campaign, bea)
    give_to(referral, (ann, 5000), (dora, 5000), days=0)
    buy("A1", 5000, bea.id)
    with at_acme(days=2):
        assert got() == {("ann", "referrer"): [75], ("dora", "referrer"): [75]}
    give_to(referral, (emil, 10_000), days=3)
    with at_acme(days=4):
        referrals.judge_referees([bea.id])
        budget = Budget.objects.get(id=campaign.budget_id)
        assert (got(), budget.reserved_minor, budget.overrun_minor) == ({("emil", "referrer"): [150]}, 150, 0)


def test_a_part_that_moves_waits_where_the_budget_has_no_room(make_campaign, bring, friend, give_to, buy, at_acme, ann, bea):
    campaign = make_campaign(terms_changes=BOTH | {"milestones": []}, budget_limit_minor=150)
    dora = friend("dora")
    with at_acme():
        change_budget(campaign.budget_id, policy="queue")
        Budget.objects.filter(id=campaign.budget_id).update(exhausted_at=NOON)
    referral = bring(campaign, bea)
    buy("A1", 5000, bea.id)
    with at_acme(days=2):
        assert WaitingReward.objects.count() == 1
    give_to(referral, (dora, 10_000), days=3)
    with at_acme(days=4):
        assert got() == {("dora", "referrer"): [201]}
        waiting = Reward.objects.get(id=WaitingReward.objects.get().id)
        assert (waiting.beneficiary_id, Budget.objects.get(id=campaign.budget_id).reserved_minor) == (dora.id, 0)


# --- later terms -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ({"milestones": [GOAL | {"key": "target", "rewards": [points(120), points(30, "referee")]}]}, [120, 201]),
        ({"milestones": [GOAL | {"key": "target", "rewards": [points(80), points(99, "referee")]}]}, [90, 201]),
        (
            {"success": {"event": "milestones"}, "rewards": [],
             "milestones": [GOAL, {"key": "first", "trigger": "first_paid_order", "rewards": [points(300)]}]},
            [90, 300],
        ),
    ],
    ids=["better under another name", "not better for the referrer", "an order told as a milestone"],
)  # fmt: skip
def test_later_terms_replace_a_milestone_and_never_double_it(make_campaign, bring, buy, at_acme, bea, later, expected):
    campaign = make_campaign(terms_changes=BOTH)
    bring(campaign, bea)
    with at_acme(days=1):
        terms = current_version(campaign.id).terms | later
        referrals.publish_terms(campaign.id, terms, honour="better_of_both")
    buy("A1", 5000, bea.id, days=2)
    with at_acme(days=3):
        assert got()["ann", "referrer"] == expected
        result = referrals.simulate(campaign.id, None, since=SINCE, until=UNTIL)
        assert result["proof"]["differences"] == []


# --- the simulator sees the same -------------------------------------------------------------------------


def test_the_simulator_gives_what_the_ledger_has_of_milestones_seats_and_refunds(
    make_campaign, bring, friend, give_to, buy, give_back, at_acme, ann, bea
):
    second = {"key": "second", "trigger": "nth_order", "count": {"count": 2}, "rewards": [points(50), points(5, "referee")]}
    campaign = make_campaign(terms_changes=BOTH | {"milestones": [GOAL, second]})
    cleo, dora = friend("cleo"), friend("dora")
    divided, whole = bring(campaign, bea), bring(campaign, cleo)
    give_to(divided, (ann, 3000), (dora, 7000), days=0)
    for number, (who, total) in enumerate(((bea, 3000), (cleo, 6000), (bea, 2000), (cleo, 2500)), start=1):
        buy(f"A{number}", total, who.id, days=number)
    give_back("R1", "A1", 500, days=6)
    give_to(whole, (dora, 10_000), days=7)
    give_to(divided, (ann, 6000), (dora, 4000), days=8)
    with at_acme(days=9):
        result = referrals.simulate(campaign.id, None, since=SINCE, until=UNTIL)
        assert result["proof"]["differences"] == [] and result["proof"]["is_equal"]
        assert result["now"]["lines"] == result["draft"]["lines"]
        assert (result["winners"], result["losers"]) == ([], [])
