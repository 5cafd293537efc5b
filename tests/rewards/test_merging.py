"""Two customers become one: what ann had, owed and waited for is bea's, and goes on as it would have."""

from datetime import timedelta

import pytest

from crm.operations import record_customer
from rewards import operations, queries
from rewards.errors.general import CustomersAreOne, LedgerConflict, PayoutUnderWay
from rewards.models import AccountMove, Coupon, DueReward, JournalEntry, Lot, Reward, RewardMove
from rewards.operations import Policy, payouts
from tenancy import door
from tenancy.models import AuditRecord, Event
from tests.rewards.cash import approved, give_account, give_cash

pytestmark = pytest.mark.usefixtures("books_are_whole")


def earn(customer, amount, key):
    return operations.earn_points([operations.Grant(customer.id, amount, key, "order")])[0]


def moved(ann, bea, key="ann:bea"):
    return operations.move_customer(ann.id, bea.id, key=key)


def test_lots_move_with_the_day_they_were_earned_and_the_day_they_end(at_acme, ann, bea, has):
    with at_acme():
        earn(ann, 30, "a")
        earn(bea, 5, "b")
    with at_acme(days=10):
        earn(ann, 70, "c")
        before = {lot.id: (lot.remaining, lot.earned_at, lot.expires_at) for lot in Lot.objects.all()}
        moved(ann, bea)
        assert (has(ann), has(bea)) == ((0, 0, 0), (0, 105, 0))
        assert {lot.id: (lot.remaining, lot.earned_at, lot.expires_at) for lot in Lot.objects.all()} == before
        assert len({lot.account_id for lot in Lot.objects.all()}) == 1
    with at_acme(days=366):
        assert operations.expire_lots() == 2
        assert has(bea) == (0, 70, 0)


def test_both_statements_explain_it(at_acme, ann, bea):
    with at_acme():
        earn(ann, 30, "a")
        moved(ann, bea)
        lines = [queries.statement(one.id, "POINT").lines[0] for one in (ann, bea)]
        assert [(line.kind, line.available, line.balance, line.reason) for line in lines] == [
            ("transfer", -30, 0, "customers_merged"), ("transfer", 30, 30, "customers_merged"),
        ]  # fmt: skip
        assert lines[0].entry_id == lines[1].entry_id
        assert AuditRecord.objects.filter(action="balance.moved").count() == 1
        event = Event.objects.get(kind="customer.moved")
        assert (event.subject_id, event.payload["to"]) == (ann.id, str(bea.id))


def test_moved_twice_is_moved_once_and_a_key_is_for_two_people(at_acme, ann, bea, has):
    with at_acme():
        earn(ann, 30, "a")
        first = moved(ann, bea)
        again = moved(ann, bea)
        assert (first.entry_id, again.is_new, has(bea)) == (again.entry_id, False, (0, 30, 0))
        with pytest.raises(LedgerConflict):
            operations.move_customer(bea.id, ann.id, key="ann:bea")
        with pytest.raises(CustomersAreOne):
            operations.move_customer(ann.id, ann.id, key="x")
        assert has(bea) == (0, 30, 0)


def test_a_debt_moves_and_is_netted(at_acme, ann, bea, has):
    with at_acme():
        origin = earn(ann, 50, "a")
        operations.redeem_points(ann.id, amount=50, reason="mug", key="1")
        operations.take_back_points([operations.TakeBack(ann.id, 50, "back", "refund", (origin,))])
        earn(bea, 30, "b")
        assert (has(ann), has(bea)) == ((0, 0, 50), (0, 30, 0))
        moved(ann, bea)
        assert (has(ann), has(bea)) == ((0, 0, 0), (0, 0, 20))
        earn(bea, 25, "c")
        assert has(bea) == (0, 5, 0)


def test_the_heirs_debt_is_paid_from_what_comes(at_acme, ann, bea, has):
    with at_acme():
        origin = earn(bea, 50, "b")
        operations.redeem_points(bea.id, amount=50, reason="mug", key="1")
        operations.take_back_points([operations.TakeBack(bea.id, 20, "back", "refund", (origin,))])
        earn(ann, 15, "a")
        moved(ann, bea)
        assert has(bea) == (0, 0, 5)


def test_rewards_that_wait_change_their_beneficiary_and_settle_there(at_acme, promise, ann, bea, has):
    with at_acme():
        accrued, held = operations.accrue([promise(100), promise(40, key="reward:2")])
        operations.put_on_hold(held.id, cause="review")
        moved(ann, bea)
        assert (has(ann), has(bea)) == ((0, 0, 0), (140, 0, 0))
        assert {(one.beneficiary_id, one.state) for one in Reward.objects.all()} == {(bea.id, "accrued"), (bea.id, "held")}
        assert DueReward.objects.get().account_id == Reward.objects.get(id=accrued.id).account_id
        assert list(RewardMove.objects.filter(cause="customers_merged").values_list("amount", flat=True)) == [0, 0]
    with at_acme(days=14):
        assert operations.settle_due() == 1
        assert has(bea) == (40, 100, 0)


@pytest.mark.parametrize(("redeemed", "held"), [(0, (0, 60, 0)), (90, (0, 0, 30))])
def test_a_refund_that_comes_later_finds_the_reward(at_acme, promise, ann, bea, has, redeemed, held):
    """The reward was settled, and perhaps used, while it was ann's; bea has nothing else."""
    with at_acme():
        [reward] = operations.accrue([promise(100, days=0)])
        operations.settle_due()
        if redeemed:
            operations.redeem_points(ann.id, amount=redeemed, reason="mug", key="1")
        moved(ann, bea)
        operations.keep_only(reward.id, keep=60, cause="refund", key="r")
        assert (has(ann), has(bea)) == ((0, 0, 0), held)
        operations.give_again(reward.id, keep=100, cause="refund_cancelled", key="c")
        assert has(bea) == (0, 100 - redeemed, 0)


def test_what_had_expired_is_still_not_owed(at_acme, promise, ann, bea, has):
    with at_acme():
        [reward] = operations.accrue([promise(100, days=0)])
        operations.settle_due()
    with at_acme(days=400):
        operations.expire_lots()
        moved(ann, bea)
        operations.keep_only(reward.id, keep=0, cause="refund", key="r")
        assert (has(ann), has(bea)) == ((0, 0, 0), (0, 0, 0))
        assert sum(line.amount for line in queries.trial_balance() if line.account == "expired") == 0


def test_points_of_an_order_are_taken_back_where_they_are_now(at_acme, ann, bea, has):
    """Whoever keeps the order's points still calls her ann."""
    with at_acme():
        origin = earn(ann, 50, "order 1")
        moved(ann, bea)
        operations.take_back_points([operations.TakeBack(ann.id, 20, "back", "refund", (origin,))])
        assert (has(ann), has(bea)) == ((0, 0, 0), (0, 30, 0))


def test_and_are_forgiven_there_where_the_house_forgives(at_acme, ann, bea, has):
    with at_acme():
        operations.set_policy(Policy(shortfall="forgive"))
        origin = earn(ann, 50, "order 1")
        operations.redeem_points(ann.id, amount=50, reason="mug", key="1")
        moved(ann, bea)
        operations.take_back_points([operations.TakeBack(ann.id, 20, "back", "refund", (origin,))])
        assert (has(ann), has(bea)) == ((0, 0, 0), (0, 0, 0))
        assert JournalEntry.objects.filter(kind="write_off").count() == 1


def test_a_redemption_goes_back_to_whom_the_lots_are_now(at_acme, ann, bea, has):
    with at_acme():
        earn(ann, 50, "a")
        mug = operations.redeem_points(ann.id, amount=50, reason="mug", key="1")
        moved(ann, bea)
        assert AccountMove.objects.get().entry_id is None  # there was nothing but the past to move
        operations.return_redemption(mug.id, amount=20, reason="chipped", key="1")
        assert (has(ann), has(bea)) == ((0, 0, 0), (0, 20, 0))


def test_it_goes_on_to_a_third_and_back_again(at_acme, acme, ann, bea, has):
    with at_acme():
        cat = record_customer(name="Cat", email="cat@example.com")
        earn(ann, 50, "a")
        mug = operations.redeem_points(ann.id, amount=30, reason="mug", key="1")
        moved(ann, bea)
        moved(bea, cat, key="bea:cat")
        operations.return_redemption(mug.id, amount=10, reason="chipped", key="1")
        assert (has(ann), has(bea), has(cat)) == ((0, 0, 0), (0, 0, 0), (0, 30, 0))
        moved(cat, ann, key="cat:ann")
        operations.return_redemption(mug.id, amount=20, reason="broken", key="2")
        assert (has(ann), has(bea), has(cat)) == ((0, 50, 0), (0, 0, 0), (0, 0, 0))


def test_coupons_and_cash_move_along(at_acme, promise, ann, bea, has, welcome):
    with at_acme():
        operations.accrue([promise(1, kind="coupon", coupon_kind_id=welcome.id, days=0)])
        operations.accrue([promise(500, key="cash", kind="cash", currency="GBP", days=0)])
        operations.settle_due()
        moved(ann, bea)
        assert (has(bea, "COUPON"), has(bea, "GBP")) == ((0, 1, 0), (0, 500, 0))
        assert Coupon.objects.get().customer_id == bea.id
        transfers = JournalEntry.objects.filter(kind="transfer")
        assert transfers.count() == 1
        code = Coupon.objects.get().code
        used = operations.redeem_coupon(code, source="shop", external_id="7", order_minor=5000, currency="GBP")
        assert used.discount_minor == 500
        assert has(bea, "COUPON") == (0, 0, 0)


def test_nobody_moves_while_money_is_on_its_way(at_acme, ann, bea, gus, staff_of, acme, has):
    fay = staff_of(acme, "finance")
    with at_acme():
        give_cash(ann, 1500)
        give_account(ann)
        batch = approved(gus, fay)
        with pytest.raises(PayoutUnderWay):
            moved(ann, bea)
        assert not AccountMove.objects.exists()
        payouts.cancel_payout(batch.id, reason="merge first")
        moved(ann, bea)
        assert (has(ann, "GBP"), has(bea, "GBP")) == ((0, 0, 0), (0, 1500, 0))


def test_who_has_nothing_leaves_nothing(at_acme, ann, bea, has):
    with at_acme():
        assert moved(ann, bea) is None
        assert has(bea) == (0, 0, 0)
        assert not JournalEntry.objects.exists()


def test_a_strangers_customers_are_not_moved(at_acme, globex, ann, bea, has):
    with at_acme():
        earn(ann, 30, "a")
    with door.organisation(globex.id):
        assert moved(ann, bea) is None
    with at_acme():
        assert (has(ann), has(bea)) == ((0, 30, 0), (0, 0, 0))


def test_budgets_follow_what_is_used_after_the_move(at_acme, promise, ann, bea, budget_figures):
    with at_acme():
        budget = operations.open_budget(name="B", currency="GBP", limit_minor=1000)
        operations.accrue([promise(100, days=0, budget_id=budget.id, cost_minor=200)])
        operations.settle_due()
        moved(ann, bea)
        operations.redeem_points(bea.id, amount=40, reason="mug", key="1")
        operations.follow_spending()
        assert budget_figures(budget) == (0, 120, 80)


def test_points_extended_after_the_move_are_the_heirs(at_acme, ann, bea):
    with at_acme():
        operations.set_policy(Policy(expires_after_months=12, extends_on_activity=True))
        earn(ann, 30, "a")
        moved(ann, bea)
    with at_acme(days=30):
        operations.redeem_points(bea.id, amount=10, reason="mug", key="1")
        assert Lot.objects.get().expires_at - door.moment() > timedelta(days=365)
