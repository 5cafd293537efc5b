"""Four eyes: what is large, in cash or doubtful waits for a second person, who is never the first."""

import threading

import pytest
from django.db import DatabaseError, connection

from crm.operations import record_customer
from rewards import operations
from rewards.errors.general import ApprovalClosed, ApprovalWaiting, NotSecondPerson, ReasonMissing, UnknownApproval
from rewards.models import Approval, ApprovalAnswer, JournalEntry, Reward
from tenancy import door, keys
from tenancy.models import AuditRecord
from tests.conftest import NOON


@pytest.fixture
def fay(acme, staff_of):
    """A second person, in finance."""
    return staff_of(acme, "finance")


@pytest.fixture
def working(acme):
    """Act as a member of staff, or with a key: with working(gus): …"""

    def enter(who, days=0):
        actor = door.Actor("user", who.user_id) if hasattr(who, "user_id") else door.Actor("api_key", who.id)
        from datetime import timedelta

        return door.organisation(acme.id, actor=actor, moment=NOON + timedelta(days=days))

    return enter


@pytest.fixture
def asked(promise, working, gus):
    """A reward of £50 that gus promised and somebody else has to agree to."""

    def make(cost=5000, **facts):
        with working(gus):
            operations.set_reward_policy(approve_cost_from=5000)
            [reward] = operations.accrue([promise(100, cost_minor=cost, **facts)])
            return reward

    return make


def waiting() -> Approval:
    return Approval.objects.get(state="waiting")


def test_a_dear_reward_waits_and_goes_on_when_a_second_person_agrees(
    asked, working, fay, ann, at_acme, has, books_are_whole
):
    reward = asked()
    with at_acme(days=20):
        assert (reward.state, reward.hold_cause, waiting().reasons) == ("held", "approval", ["cost"])
        assert operations.settle_due() == 0
    with working(fay, days=20):
        approval = operations.approve(waiting().id, reason="a large order")
        assert approval.state == "approved"
        assert operations.settle_due() == 1
        assert has(ann) == (0, 100, 0)
        answer = ApprovalAnswer.objects.get()
        assert (answer.is_approved, answer.reason, answer.person_id) == (True, "a large order", fay.user_id)


def test_what_costs_a_penny_less_does_not_wait(asked, at_acme):
    assert asked(4999).state == "accrued"
    with at_acme():
        assert not Approval.objects.exists()


def test_a_refusal_takes_the_reward_back(asked, working, fay, ann, has, books_are_whole):
    reward = asked()
    with working(fay):
        operations.decline(waiting().id, reason="not agreed with us")
        reward.refresh_from_db()
        assert (reward.state, reward.kept, has(ann)) == ("reversed", 0, (0, 0, 0))
        assert Approval.objects.get().state == "declined"


def test_a_refusal_says_why(asked, working, fay):
    asked()
    with pytest.raises(ReasonMissing), working(fay):
        operations.decline(waiting().id, reason=" ")
    with working(fay):
        assert waiting().state == "waiting"


def test_nobody_agrees_to_what_they_did_themselves(asked, working, gus, at_acme):
    reward = asked()
    with pytest.raises(NotSecondPerson), working(gus):
        operations.approve(waiting().id)
    with at_acme():
        reward.refresh_from_db()
        assert (reward.state, ApprovalAnswer.objects.count()) == ("held", 0)


def test_nor_through_a_key_of_theirs(asked, working, gus, at_acme):
    asked()
    with at_acme():
        key, _secret = keys.issue(name="mine", scopes=["approvals:write"], created_by=gus.user)
    with pytest.raises(NotSecondPerson), working(key):
        operations.approve(waiting().id)


def test_nor_to_what_a_key_of_theirs_did(promise, working, gus, fay, at_acme):
    with at_acme():
        operations.set_reward_policy(approve_cost_from=5000)
        key, _secret = keys.issue(name="shop", scopes=["rewards:write"], created_by=gus.user)
    with working(key):
        operations.accrue([promise(100, cost_minor=5000)])
    with pytest.raises(NotSecondPerson), working(gus):
        operations.approve(waiting().id)
    with working(fay):
        assert operations.approve(waiting().id).state == "approved"


def test_a_key_of_nobodys_and_the_system_are_no_persons(asked, working, at_acme):
    asked()
    with at_acme():
        key, _secret = keys.issue(name="nobody's", scopes=["approvals:write"], created_by=None)
    with pytest.raises(NotSecondPerson), working(key):
        operations.approve(waiting().id)
    with pytest.raises(NotSecondPerson), at_acme():
        operations.approve(waiting().id)


def test_who_published_the_campaign_has_a_part_in_it(asked, working, fay):
    asked(makers=(fay.user_id,))
    with pytest.raises(NotSecondPerson), working(fay):
        operations.approve(waiting().id)


def test_who_entered_the_customer_does_not_decide(promise, working, gus, fay):
    with working(fay):
        friend = record_customer(name="A Friend", email="friend@example.com")
    with working(gus):
        operations.set_reward_policy(approve_cost_from=5000)
        operations.accrue([promise(100, cost_minor=5000, customer=friend)])
    with pytest.raises(NotSecondPerson), working(fay):
        operations.approve(waiting().id)


def test_nobody_agrees_to_their_own_reward(promise, working, gus, fay):
    with working(gus):
        herself = record_customer(name="Fay", email=fay.user.email)
        operations.set_reward_policy(approve_cost_from=5000)
        operations.accrue([promise(100, cost_minor=5000, customer=herself)])
    with pytest.raises(NotSecondPerson), working(fay):
        operations.approve(waiting().id)


@pytest.mark.parametrize(
    ("policy", "facts", "reasons"),
    [
        ({"approve_cash": True}, {"kind": "cash", "currency": "GBP"}, ["cash"]),
        ({"approve_cash": True}, {}, []),
        ({"approve_risky": True}, {"is_risky": True}, ["risk"]),
        ({"approve_risky": False}, {"is_risky": True}, []),
        ({"approve_cash": True, "approve_cost_from": 10}, {"kind": "cash", "currency": "GBP"}, ["cost", "cash"]),
    ],
)
def test_the_policy_says_what_waits(policy, facts, reasons, promise, at_acme):
    with at_acme():
        operations.set_reward_policy(**policy)
        [reward] = operations.accrue([promise(100, **facts)])
        assert [row.reasons for row in Approval.objects.all()] == ([reasons] if reasons else [])
        assert reward.state == ("held" if reasons else "accrued")


# --- together with reviews, choices and refunds ----------------------------------------------------


def test_a_review_does_not_go_round_the_second_person(asked, working, gus, fay):
    reward = asked()
    with working(gus), pytest.raises(ApprovalWaiting):
        operations.release_hold(reward.id)
    with working(gus):
        operations.put_on_hold(reward.id, cause="review")
        released = operations.release_hold(reward.id)
        assert (released.state, released.hold_cause) == ("held", "approval")
    with working(fay):
        operations.approve(waiting().id)
        reward.refresh_from_db()
        assert reward.state == "accrued"


def test_nor_the_second_person_round_a_review(asked, working, gus, fay):
    reward = asked()
    with working(gus):
        operations.put_on_hold(reward.id, cause="review")
    with working(fay):
        operations.approve(waiting().id)
        reward.refresh_from_db()
        assert (reward.state, reward.hold_cause) == ("held", "review")
    with working(gus):
        assert operations.release_hold(reward.id).state == "accrued"


def test_what_is_taken_back_needs_no_answer(asked, working, fay, books_are_whole):
    reward = asked()
    with working(fay):
        operations.keep_only(reward.id, keep=0, cause="refund", key="r1")
        assert Approval.objects.get().state == "withdrawn"
        with pytest.raises(ApprovalClosed):
            operations.approve(Approval.objects.get().id)


def test_choosing_cash_may_need_a_second_person_and_choosing_otherwise_not(promise, at_acme, books_are_whole):
    options = (operations.Option("points", 200, amount=200), operations.Option("cash", 200, amount=200, currency="GBP"))
    with at_acme():
        operations.set_reward_policy(approve_cash=True)
        [first] = operations.accrue([promise(200, cost_minor=200, options=options)])
        assert first.state == "accrued"
        cash = operations.choose_option(first.id, 1)
        assert (cash.state, cash.hold_cause) == ("held", "approval")
        points = operations.choose_option(cash.id, 0)
        assert points.state == "accrued"
        assert [row.state for row in Approval.objects.all()] == ["withdrawn"]


def test_what_was_agreed_to_stays_agreed_in_another_option(asked, promise, working, gus, fay, books_are_whole):
    options = (operations.Option("points", 5000, amount=5000), operations.Option("cash", 5000, amount=5000, currency="GBP"))
    reward = asked(options=options, key="reward:menu")
    with working(fay):
        operations.approve(waiting().id)
        assert operations.choose_option(reward.id, 1).state == "accrued"


# --- points by hand --------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", [1000, -1000])
def test_large_adjustments_are_booked_only_when_agreed(amount, working, gus, fay, ann, has, books_are_whole):
    with working(gus):
        operations.earn_points([operations.Grant(ann.id, 2000, "g1", "order")])
        operations.set_reward_policy(approve_points_from=1000)
        question = operations.adjust_points(ann.id, amount=amount, reason="a gesture", key="k1")
        assert (question.state, question.words, has(ann)) == ("waiting", "a gesture", (0, 2000, 0))
        again = operations.adjust_points(ann.id, amount=amount, reason="a gesture", key="k1")
        assert again.id == question.id
    with working(fay):
        operations.approve(question.id)
        assert has(ann) == (0, 2000 + amount, 0)
        assert ApprovalAnswer.objects.get().entry_id == JournalEntry.objects.get(kind="adjustment").id
    with working(gus):
        booked = operations.adjust_points(ann.id, amount=amount, reason="a gesture", key="k1")
        assert (booked.kind, has(ann)) == ("adjustment", (0, 2000 + amount, 0))


def test_small_adjustments_are_booked_at_once(working, gus, ann, has):
    with working(gus):
        operations.set_reward_policy(approve_points_from=1000)
        operations.adjust_points(ann.id, amount=999, reason="a gesture", key="k1")
        assert has(ann) == (0, 999, 0)


def test_a_refused_adjustment_is_never_booked(working, gus, fay, ann, has):
    with working(gus):
        operations.set_reward_policy(approve_points_from=1000)
        question = operations.adjust_points(ann.id, amount=1000, reason="a gesture", key="k1")
    with working(fay):
        operations.decline(question.id, reason="too much")
    with working(gus):
        assert operations.adjust_points(ann.id, amount=1000, reason="a gesture", key="k1").state == "declined"
        assert has(ann) == (0, 0, 0)


# --- once, and for good ----------------------------------------------------------------------------


def test_of_two_at_once_one_answers(asked, acme, staff_of, at_acme, books_are_whole):
    reward = asked()
    people = [staff_of(acme, "finance") for _ in range(4)]
    with at_acme():
        approval_id = waiting().id
    start, answers = threading.Barrier(4), []

    def answer(number):
        start.wait()
        try:
            with door.organisation(acme.id, actor=door.Actor("user", people[number].user_id), moment=NOON):
                if number % 2:
                    operations.approve(approval_id)
                else:
                    operations.decline(approval_id, reason="no")
            answers.append("first")
        except ApprovalClosed:
            answers.append("too late")
        finally:
            connection.close()

    threads = [threading.Thread(target=answer, args=[number]) for number in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(answers) == ["first", "too late", "too late", "too late"]
    with at_acme():
        reward.refresh_from_db()
        assert ApprovalAnswer.objects.get().is_approved == (reward.state == "accrued")


def test_an_answer_cannot_be_changed(asked, working, fay):
    asked()
    with working(fay):
        operations.approve(waiting().id)
    with pytest.raises(DatabaseError), working(fay):
        ApprovalAnswer.objects.update(is_approved=False)


def test_every_answer_is_in_the_audit_log(asked, working, fay):
    asked()
    with working(fay):
        operations.approve(waiting().id)
        record = AuditRecord.objects.get(action="approval.approved")
        assert (record.actor_id, record.changes["reward_id"]) == (fay.user_id, str(Reward.objects.get().id))


def test_another_organisations_question_is_unknown(asked, at_acme, globex, mallory):
    asked()
    with at_acme():
        approval_id = waiting().id
    with pytest.raises(UnknownApproval), door.organisation(globex.id, actor=door.Actor("user", mallory.user_id)):
        operations.approve(approval_id)
