import pytest

from rewards import operations, queries
from rewards.errors.general import CannotBeHeld, NotOnHold
from rewards.models import Reward

pytestmark = pytest.mark.usefixtures("books_are_whole")


def test_a_held_reward_waits_for_its_release(at_acme, promise, ann, has):
    with at_acme():
        [reward] = operations.accrue([promise(100)])
        operations.put_on_hold(reward.id, cause="review")
        assert operations.put_on_hold(reward.id, cause="review").state == "held"
    with at_acme(days=14):
        assert operations.settle_due(limit=1) == 0
        operations.release_hold(reward.id)
        assert operations.settle_due(limit=1) == 1
        assert has(ann) == (0, 100, 0)
        states = [(move.before, move.after) for move in queries.history(reward.id)]
        assert states == [("", "accrued"), ("accrued", "held"), ("held", "accrued"), ("accrued", "available")]


def test_a_held_reward_can_be_taken_back(at_acme, promise, ann, has):
    with at_acme():
        [reward] = operations.accrue([promise(100, is_held=True)])
        assert operations.keep_only(reward.id, keep=0, cause="fraud", key="f").state == "reversed"
        assert has(ann) == (0, 0, 0)


def test_what_is_settled_cannot_be_held_and_what_is_free_not_released(at_acme, promise):
    with at_acme():
        [reward] = operations.accrue([promise(100)])
        with pytest.raises(NotOnHold):
            operations.release_hold(reward.id)
    with at_acme(days=14):
        operations.settle_due(limit=1)
        with pytest.raises(CannotBeHeld):
            operations.put_on_hold(reward.id, cause="review")
        assert Reward.objects.get().state == "available"
