"""A draft tried on the past: the terms in force give exactly what the ledger has, and nothing is written."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection
from django.db.utils import InternalError

from referrals import operations as referrals
from referrals.errors import SimulationPeriodInvalid, SimulationRunning
from referrals.models import Campaign, Decision, Referral, Simulation, SimulationPart
from referrals.operations.simulating import running
from referrals.queries import current_version
from rewards.models import Reward
from rewards.operations import keep_only
from tenancy.models import Job
from tests.conftest import NOON

SINCE, UNTIL = NOON - timedelta(days=30), NOON + timedelta(days=60)
CASH = {"to": "referrer", "kind": "cash", "amount": {"minor": 999, "currency": "GBP"}}
POINTS = {"to": "referee", "kind": "points", "amount": {"points": 333}}
BEGUN = {"limits": {}, "rewards": [CASH, POINTS]}


@pytest.fixture
def buy(judged_buy):
    return judged_buy


@pytest.fixture
def give_back(judged_give_back):
    return judged_give_back


@pytest.fixture
def tried(at_acme):
    """Simulate the terms in force, with changes: tried(campaign, {"limits": {}})."""

    def run(campaign, changes=None, since=SINCE, until=UNTIL):
        with at_acme(days=60):
            terms = current_version(campaign.id).terms | (changes or {})
            return referrals.simulate(campaign.id, terms, since=since, until=until)

    return run


@pytest.fixture
def in_ledger(at_acme):
    """Sum what referrals have in the ledger: {referral: {(role, unit): kept}}."""

    def read(campaign):
        with at_acme():
            found = {}
            for row in Reward.objects.filter(campaign_id=campaign.id, kept__gt=0).exclude(state="estimated"):
                mine = found.setdefault(str(row.referral_id), {})
                mine[row.role, row.unit.code] = mine.get((row.role, row.unit.code), 0) + row.kept
            return found

    return read


@pytest.fixture
def befriend(bring, friend):
    """Bring three friends of Ann's: befriend(campaign) gives their referrals."""

    def bring_all(campaign, names=("cleo", "dora", "emil")):
        return [bring(campaign, friend(name)) for name in names]

    return bring_all


def played(at_acme, campaign):
    """Replay the draft's way the very terms in force: {referral: {(role, unit): kept}} and cost by referral."""
    with at_acme(days=60):
        found = Campaign.objects.get(id=campaign.id)
        terms = current_version(campaign.id).terms
        chunks = [running._gather(found, terms, ids) for ids in running._groups(campaign.id)]
        told = running._play(found, {"": running.read_terms(terms)}, [story for chunk in chunks for story in chunk[0]])
    units = {}
    for one in told:
        for (role, _kind, unit), (amount, _cost) in one.lines.items():
            mine = units.setdefault(one.story["referral"], {})
            mine[role, unit] = mine.get((role, unit), 0) + amount
    return units


def equal(at_acme, tried, in_ledger, campaign):
    """Hold the draft's way, the proof and the ledger together; give the ledger."""
    ledger, result = in_ledger(campaign), tried(campaign)
    assert played(at_acme, campaign) == ledger
    assert result["proof"]["differences"] == []
    assert (result["now"], result["winners"], result["losers"]) == (result["draft"], [], [])
    return ledger


# --- the terms in force give what the ledger has --------------------------------------------------------


def test_the_terms_in_force_give_what_the_ledger_has(at_acme, make_campaign, befriend, buy, give_back, tried, in_ledger):
    campaign = make_campaign(terms_changes=BEGUN)
    cleo, dora, emil = befriend(campaign)
    buy("A1", 5001, cleo.referee_id)
    give_back("R1", "A1", 1234)  # a part
    give_back("R2", "A1", 1)
    buy("A2", 5000, dora.referee_id, days=2)
    give_back("R3", "A2", 4999)  # below the minimum
    buy("A3", 1999, emil.referee_id, days=3)  # below the minimum
    buy("A4", 7777, emil.referee_id, days=4)
    ledger = equal(at_acme, tried, in_ledger, campaign)
    kept = 5001 - 1235
    assert ledger[str(cleo.id)] == {("referrer", "GBP"): 999 * kept // 5001, ("referee", "POINT"): 333 * kept // 5001}
    assert str(dora.id) not in ledger


def test_all_or_nothing_after_a_refund_is_kept(at_acme, make_campaign, befriend, buy, give_back, tried, in_ledger):
    campaign = make_campaign(terms_changes=BEGUN | {"refund_policy": "threshold"})
    cleo, dora, _emil = befriend(campaign)
    buy("A1", 5000, cleo.referee_id)
    give_back("R1", "A1", 1000)
    buy("A2", 5000, dora.referee_id)
    give_back("R2", "A2", 4000)
    assert equal(at_acme, tried, in_ledger, campaign) == {
        str(cleo.id): {("referrer", "GBP"): 999, ("referee", "POINT"): 333}
    }


def test_a_refund_before_its_order_is_judged_is_seen(at_acme, make_campaign, befriend, buy, give_back, tried, in_ledger):
    campaign = make_campaign(terms_changes=BEGUN)
    cleo, *_ = befriend(campaign)
    buy("A1", 5000, cleo.referee_id, drain=False)
    give_back("R1", "A1", 2500)
    assert equal(at_acme, tried, in_ledger, campaign)[str(cleo.id)] == {("referrer", "GBP"): 499, ("referee", "POINT"): 166}


def test_limits_fill_in_the_order_of_the_past(at_acme, make_campaign, befriend, buy, give_back, tried, in_ledger):
    """The first counts, is given back after the second was refused; the third takes the free place."""
    campaign = make_campaign(terms_changes=BEGUN | {"limits": {"per_referrer": {"count": 1}}})
    cleo, dora, emil = befriend(campaign)
    buy("A1", 5000, cleo.referee_id, days=1)
    buy("A2", 5000, dora.referee_id, days=2)
    give_back("R1", "A1", 5000, days=3)
    buy("A3", 5000, emil.referee_id, days=4)
    assert set(equal(at_acme, tried, in_ledger, campaign)) == {str(emil.id)}


def test_an_order_told_late_stands_where_it_was_told(at_acme, make_campaign, befriend, buy, tried, in_ledger):
    campaign = make_campaign(terms_changes=BEGUN | {"limits": {"per_campaign": {"count": 1}}})
    cleo, dora, _emil = befriend(campaign)
    buy("A2", 5000, dora.referee_id, days=5)
    buy("A1", 5000, cleo.referee_id, days=2, told=6)
    assert set(equal(at_acme, tried, in_ledger, campaign)) == {str(dora.id)}


def test_a_budget_empties_as_it_did(at_acme, make_campaign, befriend, buy, give_back, tried, in_ledger):
    """Two fit, the third goes over the limit as it was promised, and the fourth came when there was no room."""
    campaign = make_campaign(terms_changes=BEGUN | {"rewards": [CASH]}, budget_limit_minor=2100)
    cleo, dora, emil = befriend(campaign)
    for number, friend in enumerate((cleo, dora, emil), start=1):
        buy(f"A{number}", 5000, friend.referee_id, days=number)
    assert len(equal(at_acme, tried, in_ledger, campaign)) == 3
    (finn,) = befriend(campaign, ["finn"])
    buy("A4", 5000, finn.referee_id, days=5)
    equal(at_acme, tried, in_ledger, campaign)
    give_back("R1", "A1", 2000)
    equal(at_acme, tried, in_ledger, campaign)


def test_what_is_held_or_abuse_is_as_in_the_ledger(at_acme, make_campaign, befriend, buy, drained, acme, tried, in_ledger):
    campaign = make_campaign(terms_changes=BEGUN)
    cleo, dora, emil = befriend(campaign)
    with at_acme():
        referrals.flag_risk(cleo.id, "looks odd")
    for number, friend in enumerate((cleo, dora, emil), start=1):
        buy(f"A{number}", 5000, friend.referee_id)
    with at_acme(days=3):
        referrals.flag_risk(dora.id, "looks odd")
        referrals.confirm_fraud(dora.id, "it is")
    drained(acme)
    ledger = equal(at_acme, tried, in_ledger, campaign)
    assert set(ledger) == {str(cleo.id), str(emil.id)}
    result = tried(campaign)
    assert result["now"]["risky_minor"] == 999 + 333
    assert result["now"]["top_minor"] == result["now"]["cost_minor"] == 2 * (999 + 333)


def test_what_a_person_took_back_is_named(at_acme, make_campaign, befriend, buy, tried):
    campaign = make_campaign(terms_changes=BEGUN)
    cleo, *_ = befriend(campaign)
    buy("A1", 5000, cleo.referee_id)
    with at_acme(days=2):
        reward = Reward.objects.get(referral_id=cleo.id, role="referrer", kept__gt=0)
        keep_only(reward.id, keep=0, cause="declined", key="by-hand")
    proof = tried(campaign)["proof"]
    assert (proof["is_equal"], proof["ledger_minor"], proof["replayed_minor"]) == (False, 333, 1332)
    assert [(one["why"], one["referral_id"]) for one in proof["differences"]] == [("taken_back_by_hand", str(cleo.id))]


# --- a draft ----------------------------------------------------------------------------------------------


def test_a_draft_shows_cost_winners_losers_and_why(make_campaign, befriend, buy, tried, ann):
    campaign = make_campaign(terms_changes=BEGUN)
    cleo, dora, emil = befriend(campaign)
    buy("A1", 5000, cleo.referee_id)
    buy("A2", 9000, dora.referee_id, days=2)
    buy("A3", 1500, emil.referee_id, days=9)
    success = {"event": "first_paid_order", "minimum": {"minor": 6000, "currency": "GBP"}}
    more = CASH | {"amount": {"minor": 1500, "currency": "GBP"}}
    result = tried(campaign, {"success": success, "rewards": [more, POINTS]})
    assert (result["now"]["cost_minor"], result["draft"]["cost_minor"]) == (2664, 1833)
    assert result["losers"] == [{"referrer_id": str(ann.id), "before_minor": 1998, "after_minor": 1500}]
    assert (result["lost_total"], result["lost_reasons"]) == (1, {"minimum_reached": 1})
    assert [week["draft_minor"] for week in result["weeks"]] == [1833, 0]
    assert result["complexity"]["draft"] == {
        "score": 4, "grade": "simple", "parts": {"rewards": 2, "conditions": 1, "limits": 0, "variants": 0, "refunds": 1}
    }  # fmt: skip
    lower = {"event": "first_paid_order", "minimum": {"minor": 1000, "currency": "GBP"}}
    assert [row["referral_id"] for row in tried(campaign, {"success": lower})["gained"]] == [str(emil.id)]


def test_a_draft_is_held_to_its_own_limits_and_period(make_campaign, befriend, buy, tried):
    campaign = make_campaign(terms_changes=BEGUN)
    for number, friend in enumerate(befriend(campaign), start=1):
        buy(f"A{number}", 5000, friend.referee_id, days=number)
    limited = tried(campaign, {"limits": {"per_referrer": {"count": 2}}})
    assert (limited["now"]["earning"], limited["draft"]["earning"], limited["lost_reasons"]) == (3, 2, {"limit_referrer": 1})
    later = tried(campaign, {"limits": {"per_referrer": {"count": 2}}}, since=NOON + timedelta(days=2, hours=1))
    assert (later["subjects"], later["draft"]["earning"]) == (1, 0)


def test_new_milestones_are_tried_too(make_campaign, befriend, buy, tried):
    campaign = make_campaign(terms_changes=BEGUN)
    cleo, *_ = befriend(campaign)
    buy("A1", 5000, cleo.referee_id)
    buy("A2", 5000, cleo.referee_id, days=3)
    second = {"key": "second", "trigger": "nth_order", "count": {"count": 2}, "rewards": [CASH]}
    result = tried(campaign, {"milestones": [second]})
    assert (result["now"]["cost_minor"], result["draft"]["cost_minor"], result["gained_total"]) == (1332, 2331, 1)


# --- without a trace ----------------------------------------------------------------------------------------


def test_a_write_inside_is_refused_by_the_database(at_acme, make_campaign, monkeypatch):
    campaign = make_campaign(terms_changes=BEGUN)

    def write(*_arguments):
        Campaign.objects.filter(id=campaign.id).update(name="Written")

    monkeypatch.setattr(running, "_gather", lambda *_a: write())
    monkeypatch.setattr(running, "_groups", lambda _id: [[]])
    with at_acme(), pytest.raises((InternalError, ProgrammingError), match="read-only transaction"):
        referrals.simulate(campaign.id, None, since=SINCE, until=UNTIL)
    with at_acme():
        assert Campaign.objects.get(id=campaign.id).name == "Bring a friend"


def test_after_it_may_be_written_again(at_acme, make_campaign):
    campaign = make_campaign(terms_changes=BEGUN)
    with at_acme():
        with running.read_only(), connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            assert cursor.fetchone() == ("on",)
        Campaign.objects.filter(id=campaign.id).update(name="Written")
        assert Campaign.objects.get(id=campaign.id).name == "Written"


def test_a_worker_goes_on_where_another_stopped(at_acme, acme, make_campaign, befriend, buy, gus, monkeypatch, tried):
    campaign = make_campaign(terms_changes=BEGUN)
    for number, friend in enumerate(befriend(campaign), start=1):
        buy(f"A{number}", 5000, friend.referee_id)
    monkeypatch.setattr(running, "AT_ONCE", 1)
    with at_acme(days=60):
        simulation = referrals.start_simulation(campaign.id, since=SINCE, until=UNTIL)
        assert (simulation.state, simulation.job.state) == ("running", "queued")
        with pytest.raises(SimulationRunning):
            referrals.start_simulation(campaign.id, since=SINCE, until=UNTIL)
    groups = list
    with at_acme(days=60):
        groups = [[id] for (id,) in Referral.objects.filter(campaign=campaign).values_list("id")]
    monkeypatch.setattr(running, "_groups", lambda _id: groups)
    gather, calls = running._gather, []

    def dies_at_the_second(campaign, terms, ids):
        calls.append(ids)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return gather(campaign, terms, ids)

    monkeypatch.setattr(running, "_gather", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        referrals.run_simulation(acme.id, simulation.id)
    with at_acme():
        assert (SimulationPart.objects.count(), Job.objects.get(id=simulation.job_id).done) == (1, 1)
    referrals.run_simulation(acme.id, simulation.id)
    with at_acme():
        found = Simulation.objects.get(id=simulation.id)
        assert (found.state, found.job.state, SimulationPart.objects.count(), len(calls)) == ("done", "done", 0, 4)
    assert found.result["draft"] == tried(campaign)["draft"]


def test_a_period_has_to_make_sense(at_acme, make_campaign):
    campaign = make_campaign(terms_changes=BEGUN)
    with at_acme(), pytest.raises(SimulationPeriodInvalid):
        referrals.start_simulation(campaign.id, since=UNTIL, until=SINCE)
    with at_acme():
        assert (Simulation.objects.count(), Decision.objects.count()) == (0, 0)
