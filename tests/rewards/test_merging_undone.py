"""What the strong room moves when customers become one, and brings back when they were two after all."""

import pytest

from crm import operations as crm
from crm.errors import CannotUndoMerge, MergeBlocked
from crm.models import Merge
from rewards import operations
from rewards.models import Approval, Coupon, CouponCounter, GiftOrder, Lot, PayoutAccount, Reward
from rewards.operations import Policy, payouts
from tests.crm.merging_world import books, difference, fingerprints
from tests.rewards.cash import approved, draft, give_account, give_cash

pytestmark = pytest.mark.usefixtures("books_are_whole")


def earn(customer, amount, key):
    return operations.earn_points([operations.Grant(customer.id, amount, key, "order")])[0]


def a_life(ann, bea, promise, put_in, welcome):
    """Something of everything, with some of it used."""
    earn(ann, 300, "a1")
    earn(bea, 50, "b1")
    operations.redeem_points(ann.id, amount=40, reason="mug", key="mug")
    coupon = promise(1, key="c", kind="coupon", days=0, coupon_kind_id=welcome.id)
    cash = promise(500, key="cash", kind="cash", currency="GBP", days=0)
    operations.accrue([promise(100), promise(40, key="reward:2"), coupon, cash])
    operations.settle_due()
    operations.put_on_hold(Reward.objects.get(key="reward:2").id, cause="review")
    operations.order_gift(put_in("Mug", points=50).id, ann.id, way="fetch", key="g1")
    operations.issue_coupon(welcome.id, customer_id=bea.id)
    give_account(ann)
    give_account(bea, account="GB94BARC10201530093459")
    operations.set_reward_policy(approve_points_from=500)
    operations.adjust_points(ann.id, amount=600, reason="a long wait", key="many")


def test_merge_and_undo_is_identity_on_all_tables(at_acme, ann, bea, promise, put_in, welcome, has):
    with at_acme():
        a_life(ann, bea, promise, put_in, welcome)
        before, held = fingerprints(), books()
        merge = crm.merge_customers(bea.id, ann.id)
        assert (has(ann), has(bea)) == ((0, 0, 0), (140, 260, 0))
        assert {one.beneficiary_id for one in Reward.objects.all()} == {bea.id}
        assert {one.customer_id for one in [*GiftOrder.objects.all(), *Coupon.objects.all(), *Approval.objects.all()]} == {
            bea.id
        }
        assert PayoutAccount.objects.get(retired_at=None).masked_account.endswith("3459")
        crm.undo_merge(merge.id)
        assert difference(before, fingerprints()) == {}
        assert tidy(books()) == tidy(held)


def tidy(held):
    """Sums and lots; the transfer compartment is back at nothing by itself."""
    return held["balances"], held["lots"]


@pytest.mark.parametrize("debtor_wins", [True, False])
def test_a_netted_debt_is_a_debt_again(at_acme, ann, bea, has, debtor_wins):
    with at_acme():
        origin = earn(ann, 50, "a")
        operations.redeem_points(ann.id, amount=50, reason="mug", key="1")
        operations.take_back_points([operations.TakeBack(ann.id, 50, "back", "refund", (origin,))])
        earn(bea, 30, "b")
        held = books()
        winner, loser = (ann, bea) if debtor_wins else (bea, ann)
        merge = crm.merge_customers(winner.id, loser.id)
        assert (has(loser), has(winner)) == ((0, 0, 0), (0, 0, 20))
        crm.undo_merge(merge.id)
        assert (has(ann), has(bea)) == ((0, 0, 50), (0, 30, 0))
        assert books() == held


def test_what_was_earned_since_stays_and_pays_debts(at_acme, ann, bea, has):
    with at_acme():
        origin = earn(ann, 50, "a")
        operations.redeem_points(ann.id, amount=50, reason="mug", key="1")
        operations.take_back_points([operations.TakeBack(ann.id, 50, "back", "refund", (origin,))])
        earn(bea, 60, "b")
        merge = crm.merge_customers(ann.id, bea.id)  # 60 - 50
        earn(ann, 25, "c")
        crm.undo_merge(merge.id)
        assert (has(ann), has(bea)) == ((0, 0, 25), (0, 60, 0))


def test_points_used_since_stay_used_and_can_still_be_given_back(at_acme, ann, bea, has):
    with at_acme():
        earn(ann, 100, "a")
        merge = crm.merge_customers(bea.id, ann.id)
        mug = operations.redeem_points(bea.id, amount=30, reason="mug", key="1")
        assert crm.plan_undo(merge.id).notes == [
            "Points that have been used since stay used; what is left of them goes back."
        ]
        crm.undo_merge(merge.id)
        assert (has(ann), has(bea)) == ((0, 70, 0), (0, 0, 0))
        operations.return_redemption(mug.id, amount=30, reason="chipped", key="1")
        assert (has(ann), has(bea)) == ((0, 70, 0), (0, 30, 0))
        assert {(lot.amount, lot.remaining) for lot in Lot.objects.all()} == {(100, 30), (70, 70)}


def test_what_was_used_before_comes_back_to_whom_it_was(at_acme, ann, bea, has):
    with at_acme():
        earn(ann, 100, "a")
        mug = operations.redeem_points(ann.id, amount=30, reason="mug", key="1")
        merge = crm.merge_customers(bea.id, ann.id)
        operations.return_redemption(mug.id, amount=10, reason="chipped", key="1")
        assert (has(ann), has(bea)) == ((0, 0, 0), (0, 80, 0))
        crm.undo_merge(merge.id)
        operations.return_redemption(mug.id, amount=20, reason="broken", key="2")
        assert (has(ann), has(bea)) == ((0, 100, 0), (0, 0, 0))


def test_a_reward_that_settled_meanwhile_goes_back_with_its_lot(at_acme, ann, bea, promise, has):
    with at_acme():
        operations.accrue([promise(100)])
        merge = crm.merge_customers(bea.id, ann.id)
    with at_acme(days=14):
        assert operations.settle_due() == 1
        assert has(bea) == (0, 100, 0)
        crm.undo_merge(merge.id)
        assert (has(ann), has(bea)) == ((0, 100, 0), (0, 0, 0))
        reward = Reward.objects.get()
        operations.keep_only(reward.id, keep=60, cause="refund", key="r")
        assert (has(ann), has(bea)) == ((0, 60, 0), (0, 0, 0))


def test_a_refund_after_the_undoing_finds_the_reward(at_acme, ann, bea, promise, has):
    with at_acme():
        operations.set_policy(Policy(shortfall="owe"))
        [reward] = operations.accrue([promise(100, days=0)])
        operations.settle_due()
        operations.redeem_points(ann.id, amount=90, reason="mug", key="1")
        merge = crm.merge_customers(bea.id, ann.id)
        crm.undo_merge(merge.id)
        operations.keep_only(reward.id, keep=60, cause="refund", key="r")
        assert (has(ann), has(bea)) == ((0, 0, 30), (0, 0, 0))


def test_merged_undone_and_merged_again(at_acme, ann, bea, has):
    with at_acme():
        earn(ann, 100, "a")
        mug = operations.redeem_points(ann.id, amount=30, reason="mug", key="1")
        crm.undo_merge(crm.merge_customers(bea.id, ann.id).id)
        crm.merge_customers(bea.id, ann.id)
        operations.return_redemption(mug.id, amount=30, reason="broken", key="2")
        assert (has(ann), has(bea)) == ((0, 0, 0), (0, 100, 0))


def test_a_coupon_used_since_stays_where_its_use_is(at_acme, ann, bea, promise, welcome, has):
    with at_acme():
        operations.accrue([promise(1, kind="coupon", coupon_kind_id=welcome.id, days=0)])
        operations.settle_due()
        merge = crm.merge_customers(bea.id, ann.id)
        code = Coupon.objects.get().code
        operations.redeem_coupon(code, source="shop", external_id="7", order_minor=5000, currency="GBP")
        crm.undo_merge(merge.id)
        assert Coupon.objects.get().customer_id == bea.id
        assert Reward.objects.get().beneficiary_id == bea.id
        assert {(one.customer_id, one.uses) for one in CouponCounter.objects.filter(customer_id=ann.id)} == set()
        assert (has(ann, "COUPON"), has(bea, "COUPON")) == ((0, 0, 0), (0, 0, 0))


def test_nobody_is_merged_away_while_money_is_on_its_way(at_acme, ann, bea, gus, staff_of, acme):
    fay = staff_of(acme, "finance")
    with at_acme():
        give_cash(ann, 1500)
        give_account(ann)
        batch = draft(gus)
        with pytest.raises(MergeBlocked):
            crm.merge_customers(bea.id, ann.id)
        payouts.cancel_payout(batch.id, reason="merge first")
        approved(gus, fay)
        with pytest.raises(MergeBlocked):
            crm.merge_customers(bea.id, ann.id)
        assert not Merge.objects.exists()
        crm.merge_customers(ann.id, bea.id)  # whose money it is stays who they are


def test_what_went_into_a_payout_since_cannot_be_taken_apart(at_acme, ann, bea, gus, staff_of, acme):
    fay = staff_of(acme, "finance")
    with at_acme():
        give_cash(ann, 1500)
        give_account(bea)
        merge = crm.merge_customers(bea.id, ann.id)
        approved(gus, fay)
        with pytest.raises(CannotUndoMerge):
            crm.undo_merge(merge.id)
        assert Merge.objects.get().undone_at is None
        assert Reward.objects.get().beneficiary_id == bea.id
