"""What is expected costs nothing until it is promised."""

from rewards import operations
from rewards.models import Reward
from rewards.queries import history


def test_an_expectation_that_comes_true_keeps_its_id(promise, ann, at_acme, has, books_are_whole):
    with at_acme():
        [expected] = operations.estimate([promise(200, key="expected:1")])
        assert (expected.state, expected.kept, has(ann)) == ("estimated", 0, (0, 0, 0))
    with at_acme(days=1):
        [reward] = operations.accrue([promise(150, key="reward:1", fulfils=expected.id)])
        assert (reward.id, reward.state, reward.amount, reward.kept, has(ann)) == (
            expected.id,
            "accrued",
            150,
            150,
            (150, 0, 0),
        )
        assert [(m.before, m.after, m.amount) for m in history(reward.id)] == [
            ("", "estimated", 200),
            ("estimated", "accrued", 150),
        ]


def test_told_twice_it_comes_true_once(promise, ann, at_acme, has, books_are_whole):
    with at_acme():
        [expected] = operations.estimate([promise(200, key="expected:1")])
        [first] = operations.accrue([promise(200, fulfils=expected.id)])
        [again] = operations.accrue([promise(200, fulfils=expected.id)])
        assert (first.id, again.id, Reward.objects.count(), has(ann)) == (expected.id, expected.id, 1, (200, 0, 0))


def test_expected_twice_is_expected_once(promise, at_acme):
    with at_acme():
        assert len(operations.estimate([promise(200, key="expected:1")])) == 1
        assert operations.estimate([promise(200, key="expected:1")]) == []


def test_what_has_lapsed_does_not_come_true(promise, ann, at_acme, has, books_are_whole):
    with at_acme():
        [expected] = operations.estimate([promise(200, key="expected:1")])
        assert operations.lapse([expected.id], cause="price") == 1
        assert operations.lapse([expected.id], cause="price") == 0
        [reward] = operations.accrue([promise(200, fulfils=expected.id)])
        assert reward.id != expected.id
        assert set(Reward.objects.values_list("state", flat=True)) == {"lapsed", "accrued"}


def test_a_promise_cannot_lapse(promise, at_acme):
    with at_acme():
        [reward] = operations.accrue([promise()])
        assert operations.lapse([reward.id], cause="price") == 0
        assert Reward.objects.get().state == "accrued"


def test_expectations_do_not_settle(promise, at_acme):
    with at_acme():
        operations.estimate([promise(200, key="expected:1", days=0)])
        assert operations.settle_due() == 0
