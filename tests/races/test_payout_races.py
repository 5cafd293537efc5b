"""Payouts under real threads: whoever meets, one of them wins and nobody is paid twice."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone as clock

from crm.operations import record_customer
from foundation.errors import DomainError
from rewards.models import PayoutLine, PayoutSettings, PayoutStep, Reward
from rewards.operations import keep_only, payouts
from rewards.operations.payouts.results import take_words
from rewards.queries import verify_books
from rewards.queries.payouts import batch as batch_of
from rewards.rules.payouts import Word
from tenancy import door
from tests.rewards.bank import Bank
from tests.rewards.cash import approved, as_person, draft, give_account, give_cash

PEOPLE = 12


@pytest.fixture
def bank(database):
    return Bank()


@pytest.fixture
def fay(acme, staff_of):
    return staff_of(acme, "finance")


@pytest.fixture
def crowd(acme, gus, bank):
    """People with 10.00 each; acme pays through the bank."""
    with bank.open() as address:
        with door.organisation(acme.id):
            payouts.change_payout_settings(provider="web", web_address=address)
            PayoutSettings.objects.update(web_secret=bank.secret)
            for number in range(PEOPLE):
                person = record_customer(name=f"P {number}", email=f"p{number}@example.com")
                give_cash(person, 1000)
                give_account(person, f"12345678{number:02}")
        yield


@pytest.fixture(autouse=True)
def whole(acme):
    yield
    with door.organisation(acme.id):
        assert verify_books().wrong == ()


def _at_once(*works: Callable) -> list:
    """Start all of them together; give what each returned, or the refusal."""
    start, answers = threading.Barrier(len(works)), [None] * len(works)

    def run(place, work):
        start.wait()
        try:
            answers[place] = work()
        except DomainError as error:
            answers[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _inside(acme, member, verb: Callable, *ids, **facts) -> Callable:
    def work():
        with door.organisation(acme.id, actor=door.Actor("user", member.user_id)):
            return verb(*ids, **facts)

    return work


def _refusals(answers) -> list[str]:
    return [answer.code for answer in answers if isinstance(answer, DomainError)]


def test_two_people_approve(acme, crowd, gus, staff_of):
    with door.organisation(acme.id):
        batch = draft(gus)
        payouts.submit_payout(batch.id)
    others = [staff_of(acme, "finance"), staff_of(acme, "owner")]
    answers = _at_once(*[_inside(acme, member, payouts.approve_payout, batch.id) for member in others])
    assert _refusals(answers) == ["payout_moved_on"]
    with door.organisation(acme.id):
        assert PayoutStep.objects.filter(batch_id=batch.id, state="approved").count() == 1


def test_two_payouts_of_the_same_rewards_are_submitted(acme, crowd, gus):
    with door.organisation(acme.id):
        batches = [draft(gus), draft(gus)]
    answers = _at_once(*[_inside(acme, gus, payouts.submit_payout, batch.id) for batch in batches])
    assert _refusals(answers) == ["nothing_to_pay"]
    with door.organisation(acme.id):
        assert PayoutLine.objects.filter(state="reserved").count() == PEOPLE


def test_cancel_and_send(acme, crowd, bank, gus, fay):
    for _ in range(4):
        with door.organisation(acme.id):
            batch = approved(gus, fay)
        answers = _at_once(
            _inside(acme, gus, payouts.cancel_payout, batch.id), _inside(acme, fay, payouts.send_payout, batch.id)
        )
        assert _refusals(answers) == ["payout_moved_on"]
        payouts.send_lines(acme.id, batch.id)
        with door.organisation(acme.id):
            state = batch_of(batch.id).state
        assert len(bank.record) == (0 if state == "cancelled" else PEOPLE)
        if state != "cancelled":
            return


def test_workers_send_one_batch(acme, crowd, bank, gus, fay):
    with door.organisation(acme.id):
        batch = payouts.send_payout(approved(gus, fay).id)
    counts = _at_once(*[lambda: payouts.send_lines(acme.id, batch.id)] * 4)
    assert sum(counts) == PEOPLE
    assert sorted(bank.asked.values()) == [1] * PEOPLE
    with door.organisation(acme.id):
        assert batch_of(batch.id).state == "sent"


def test_callback_and_look_up_at_once(acme, crowd, bank, gus, fay):
    with door.organisation(acme.id):
        batch = payouts.send_payout(approved(gus, fay).id)
    payouts.send_lines(acme.id, batch.id)
    with door.organisation(acme.id):
        references = list(PayoutLine.objects.values_list("reference", flat=True))
        PayoutLine.objects.update(attempted_at=clock.now() - timedelta(hours=1))

    def call_back():
        for reference in references:
            with door.organisation(acme.id, actor=door.Actor("provider")):
                payouts.take_callback(*bank.callback(reference))

    _at_once(call_back, call_back, lambda: payouts.look_up_lines(acme.id), lambda: payouts.look_up_lines(acme.id))
    with door.organisation(acme.id):
        assert set(PayoutLine.objects.values_list("state", flat=True)) == {"paid"}
        assert batch_of(batch.id).state == "completed"
        assert PayoutStep.objects.filter(batch_id=batch.id, state="completed").count() == 1


def test_the_last_two_results_end_the_batch(acme, gus, fay, ann, bea):
    """Each sees the other's line open until it has committed; the batch is locked last, so one of them ends it."""
    for _ in range(5):
        with door.organisation(acme.id):
            for customer, account in ((ann, "123456781"), (bea, "123456782")):
                give_cash(customer, 1000)
                give_account(customer, account)
            batch = payouts.send_payout(approved(gus, fay).id)
            references = list(batch.lines.values_list("reference", flat=True))

        def say(reference):
            return _inside(acme, gus, take_words, [Word(reference=reference, status="paid")], source="look_up")

        _at_once(*[say(reference) for reference in references])
        with door.organisation(acme.id):
            assert batch_of(batch.id).state == "completed"


def test_refunds_while_a_payout_is_sent(acme, crowd, bank, gus, fay):
    """Each refund meets its line before or after it is claimed; what the bank pays and what is owed add up."""
    with door.organisation(acme.id):
        rewards = list(Reward.objects.values_list("id", flat=True))
        batch = payouts.send_payout(approved(gus, fay).id)

    def refund():
        for number, reward_id in enumerate(rewards):
            with door.organisation(acme.id):
                keep_only(reward_id, keep=400 if number % 2 else 0, cause="refund", key=f"r:{reward_id}")

    _at_once(refund, lambda: payouts.send_lines(acme.id, batch.id), lambda: payouts.send_lines(acme.id, batch.id))
    payouts.send_lines(acme.id, batch.id)  # a line that a refund held at that moment was passed over
    with door.organisation(acme.id):
        sent = {line.reference: line.amount_minor for line in PayoutLine.objects.exclude(state="withdrawn")}
        assert {reference: known["asked"]["amount_minor"] for reference, known in bank.record.items()} == sent
        assert not PayoutLine.objects.filter(state="reserved").exists()


def test_a_refund_and_a_submission(acme, gus, ann):
    for number in range(6):
        with door.organisation(acme.id):
            give_account(ann)
            reward = give_cash(ann, 1000)
            batch = draft(gus)
        _at_once(
            _inside(acme, gus, payouts.submit_payout, batch.id),
            _inside(acme, gus, keep_only, reward.id, keep=300, cause="refund", key=f"r{number}"),
        )
        with door.organisation(acme.id):
            assert batch.lines.get().amount_minor == 300
            as_person(gus)
            payouts.cancel_payout(batch.id)
            keep_only(reward.id, keep=0, cause="refund", key=f"s{number}")


def test_two_people_settle_one_difference(acme, crowd, gus, fay):
    with door.organisation(acme.id):
        batch = payouts.send_payout(approved(gus, fay).id)
    payouts.send_lines(acme.id, batch.id)
    with door.organisation(acme.id):
        line = PayoutLine.objects.order_by("id").first()
        take_words([Word(reference=line.reference, status="paid", amount_minor=1)], source="look_up")
        found = batch.differences.get()
    settle = payouts.settle_difference
    answers = _at_once(*[_inside(acme, each, settle, found.id, remedy="book_paid", note="n") for each in (gus, fay)])
    assert _refusals(answers) == ["payout_difference_settled"]
