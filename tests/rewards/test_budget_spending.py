"""What becomes of a settled reward moves its budget: used, expired, given back, taken back."""

import pytest
from django.db import connection, transaction

from rewards import operations, queries
from rewards.models import Reward, TouchedReward

pytestmark = pytest.mark.usefixtures("books_are_whole")


@pytest.fixture
def budget(at_acme):
    with at_acme():
        return operations.open_budget(name="Spring", currency="GBP", limit_minor=10_000)


@pytest.fixture
def settled(at_acme, promise, budget):
    """A hundred points for ann, settled, that cost 250."""
    with at_acme():
        [reward] = operations.accrue([promise(100, budget_id=budget.id, cost_minor=250)])
    with at_acme(days=15):
        operations.settle_due()
    return reward


@pytest.fixture
def use(at_acme, ann):
    def use(amount, key="gift", days=16):
        with at_acme(days=days):
            return operations.redeem_points(ann.id, amount=amount, reason="gift", key=key)

    return use


def followed(budget):
    operations.follow_spending()
    budget.refresh_from_db()
    return budget.reserved_minor, budget.committed_minor, budget.spent_minor, budget.returned_minor


def test_used_points_are_spent_in_proportion(at_acme, settled, use, budget):
    use(33)
    with at_acme(days=16):
        assert followed(budget) == (0, 168, 82, 0)
    use(67, key="rest")
    with at_acme(days=16):
        assert followed(budget) == (0, 0, 250, 0)


def test_until_it_has_followed_the_budget_says_committed_and_the_books_are_whole(at_acme, settled, use, budget):
    use(33)
    with at_acme(days=16):
        budget.refresh_from_db()
        assert (budget.committed_minor, budget.spent_minor) == (250, 0)
        assert TouchedReward.objects.count() == 1
        assert queries.verify_books().wrong == ()


def test_following_again_changes_nothing(at_acme, settled, use, budget):
    use(33)
    with at_acme(days=16):
        assert operations.follow_spending() == 1
        assert operations.follow_spending() == 0
        assert followed(budget) == (0, 168, 82, 0)


def test_a_redemption_given_back_is_committed_again(at_acme, settled, use, budget, ann):
    from rewards import ledger

    entry = use(60)
    with at_acme(days=17):
        arrow = ledger.Arrow(ann.id, settled.unit_id, "redeemed", "available", 60, gives_back=entry.id)
        ledger.post([ledger.Entry(kind="return", key="return", arrows=(arrow,))])
        assert followed(budget) == (0, 250, 0, 0)


def test_what_expires_unused_goes_back_to_the_budget(at_acme, settled, use, budget):
    use(60)
    with at_acme(days=15 + 400):
        assert operations.expire_lots() == 1
        assert followed(budget) == (0, 0, 150, 100)
        assert budget.left_minor == 9850


def test_points_by_hand_come_out_of_the_same_lots(at_acme, settled, budget, ann):
    with at_acme(days=16):
        operations.adjust_points(ann.id, amount=-100, reason="closed the account", key="a")
        assert followed(budget) == (0, 0, 0, 250)


def test_a_credit_that_pays_debts_is_spent_at_once(at_acme, settled, use, budget, promise):
    use(100)
    with at_acme(days=17):
        operations.keep_only(settled.id, keep=0, cause="refund", key="refund")
        assert followed(budget) == (0, 0, 0, 0)
        operations.accrue([promise(130, key="next", days=1, budget_id=budget.id, cost_minor=260)])
    with at_acme(days=19):
        operations.settle_due()
        assert followed(budget) == (0, 60, 200, 0)


def test_a_reward_taken_back_in_part_frees_what_was_not_spent(at_acme, settled, use, budget):
    use(60)
    with at_acme(days=17):
        operations.follow_spending()
        operations.keep_only(settled.id, keep=80, cause="refund", key="refund")
        assert followed(budget) == (0, 50, 150, 0)
        operations.keep_only(settled.id, keep=40, cause="refund", key="refund again")
        assert followed(budget) == (0, 0, 100, 0)


def test_what_one_reward_owes_another_pays(at_acme, settled, use, budget, promise):
    """Ann used the first reward, which is then taken back out of the second: the second is spent by so much."""
    use(100)
    with at_acme(days=16):
        operations.accrue([promise(100, key="second", days=1, budget_id=budget.id, cost_minor=100)])
    with at_acme(days=18):
        operations.settle_due()
        operations.keep_only(settled.id, keep=30, cause="refund", key="refund")
        assert followed(budget) == (0, 30, 75 + 70, 0)


def test_a_used_coupon_is_spent(at_acme, promise, welcome, budget):
    with at_acme():
        operations.accrue([promise(1, kind="coupon", coupon_kind_id=welcome.id, budget_id=budget.id)])
    with at_acme(days=15):
        operations.settle_due()
        code = Reward.objects.get().coupons.get().code
        operations.redeem_coupon(code, source="till", external_id="1", order_minor=4000, currency="GBP")
        assert followed(budget) == (0, 0, 500, 0)


PLANTED = {
    "what is spent of a reward is what its lots say": (
        "UPDATE rewards_reward SET spent_minor = spent_minor + 1 WHERE id = '{reward}'"
    ),
    "a budget is what its rewards cost": "UPDATE rewards_budget SET spent_minor = spent_minor + 1 WHERE id = '{budget}'",
    "a budget is over its limit by what it says": "UPDATE rewards_budget SET overrun_minor = 1 WHERE id = '{budget}'",
    "what waits for money is held and has no budget yet": (
        "INSERT INTO rewards_waitingreward (organisation_id, id, budget_id, queued_at)"
        " VALUES ('{acme}', '{reward}', '{budget}', now())"
    ),
}


@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_wrong_figure_is_named(at_acme, acme, settled, use, budget, rule):
    use(40)
    with at_acme(days=16):
        operations.follow_spending()
        assert queries.verify_books().wrong == ()
        with connection.cursor() as cursor, transaction.atomic():
            cursor.execute(PLANTED[rule].format(acme=acme.id, reward=settled.id, budget=budget.id))
            assert rule in [wrong.rule for wrong in queries.verify_books().wrong]
            transaction.set_rollback(True)
