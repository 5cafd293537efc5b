"""Cancelled refunds of rewards that are more than points on an account: coupons, cash in payouts, what waits."""

from datetime import timedelta

import pytest

from foundation.ids import new_code
from rewards import operations
from rewards.models import Approval, Coupon, JournalEntry, PayoutLine, PayoutShare, Reward, RewardMove, WaitingReward
from rewards.operations import GiveAgain, keep_only, payouts
from rewards.operations.payouts.results import take_words
from rewards.rules.payouts import Word
from tenancy import door
from tenancy.models import Event
from tests.rewards.cash import approved, as_person, give_account, give_cash

pytestmark = pytest.mark.usefixtures("books_are_whole")


def cut(reward, keep, cause="refund"):
    return keep_only(reward.id, keep=keep, cause=cause, key=new_code())


def again(reward, keep, **facts):
    gift = GiveAgain(reward.id, keep, "refund_cancelled", new_code(), **facts)
    return operations.change_rewards(gifts=[gift])[reward.id]


def now(reward) -> Reward:
    return Reward.objects.get(id=reward.id)


# --- coupons, kinds ---------------------------------------------------------------------------------------


def test_a_withdrawn_coupon_is_valid_again(at_acme, promise, ann, has, welcome):
    with at_acme():
        [reward] = operations.accrue([promise(1, kind="coupon", coupon_kind_id=welcome.id, days=0)])
        operations.settle_due()
        cut(reward, 0)
        assert (Coupon.objects.get().state, has(ann, "COUPON")) == ("void", (0, 0, 0))
        again(reward, 1)
        assert (Coupon.objects.get().state, has(ann, "COUPON"), now(reward).state) == ("issued", (0, 1, 0), "available")
        code = Coupon.objects.get().code
        operations.redeem_coupon(code, source="shop", external_id="7", order_minor=5000, currency="GBP")
        assert has(ann, "COUPON") == (0, 0, 0)


def test_one_that_would_have_expired_meanwhile_lives_thirty_days(at_acme, promise, welcome):
    with at_acme():
        [reward] = operations.accrue([promise(1, kind="coupon", coupon_kind_id=welcome.id, days=0)])
        operations.settle_due()
        cut(reward, 0)
    with at_acme(days=90):
        again(reward, 1)
        assert Coupon.objects.get().expires_at == door.moment() + timedelta(days=30)


def test_a_used_coupon_was_never_taken_and_is_not_given_twice(at_acme, promise, ann, has, welcome):
    with at_acme():
        [reward] = operations.accrue([promise(1, kind="coupon", coupon_kind_id=welcome.id, days=0)])
        operations.settle_due()
        code = Coupon.objects.get().code
        operations.redeem_coupon(code, source="shop", external_id="7", order_minor=5000, currency="GBP")
        cut(reward, 0)
        again(reward, 1)
        assert (now(reward).kept, Coupon.objects.count(), has(ann, "COUPON")) == (1, 1, (0, 0, 0))


def test_a_tier_or_badge_is_asked_for_again(at_acme, promise):
    title = {"en": "Gold for a while", "zh-hans": "限时金卡"}
    with at_acme():
        facts = {"kind": "tier_upgrade", "title": title, "details": {"tier": "gold", "days": 90}}
        [reward] = operations.accrue([promise(1, days=0, **facts)])
        operations.settle_due()
        cut(reward, 0)
        again(reward, 1)
        assert [event.subject_id for event in Event.objects.filter(kind="reward.membership_due")] == [reward.id] * 2
        [restored] = Event.objects.filter(kind="reward.restored")
        told = restored.payload
        assert (told["amount"], told["kept"], told["cause"]) == (1, 1, "refund_cancelled")


# --- what a person decided ----------------------------------------------------------------------------------


def test_what_a_second_person_declined_stays_declined(at_acme, promise, ann, has):
    with at_acme():
        [reward] = operations.accrue([promise(100)])
        cut(reward, 0, cause="declined")
        again(reward, 100)
        assert (now(reward).state, has(ann)) == ("reversed", (0, 0, 0))


def test_only_what_fell_away_comes_back(at_acme, promise, ann, has):
    """Forty went for a refund, thirty because somebody said so: the refund's forty come back."""
    with at_acme():
        [reward] = operations.accrue([promise(100)])
        cut(reward, 60)
        cut(reward, 30, cause="declined")
        again(reward, 100)
        assert (now(reward).kept, has(ann)) == (70, (70, 0, 0))


def test_a_question_that_was_withdrawn_is_asked_again(at_acme, promise, ann, has):
    with at_acme():
        operations.set_reward_policy(approve_cost_from=50)
        [reward] = operations.accrue([promise(100)])
        cut(reward, 0)
        assert Approval.objects.get().state == "withdrawn"
        again(reward, 100, is_held=False)
        assert (Approval.objects.get().state, now(reward).state, now(reward).hold_cause) == ("waiting", "held", "approval")
    with at_acme(days=20):
        assert operations.settle_due() == 0


def test_who_is_under_review_by_now_is_held_and_who_no_longer_is_goes_on(at_acme, promise, ann, has):
    with at_acme():
        held = promise(50, key="reward:2", is_held=True, hold_cause="review")
        suspected, cleared = operations.accrue([promise(100), held])
        cut(suspected, 0)
        cut(cleared, 0)
        assert (again(suspected, 100, is_held=True).state, again(cleared, 50, is_held=False).state) == ("held", "accrued")
    with at_acme(days=20):
        operations.settle_due()
        assert has(ann) == (100, 50, 0)


def test_who_waited_for_money_waits_again(at_acme, promise, ann):
    with at_acme():
        budget = operations.open_budget(name="B", currency="GBP", limit_minor=10)
        [reward] = operations.accrue([promise(100, budget_id=budget.id, cost_minor=100, funding="waiting")])
        assert WaitingReward.objects.count() == 1
        cut(reward, 0)
        assert not WaitingReward.objects.exists()
        again(reward, 100, budget_id=budget.id, is_held=False)
        assert (now(reward).state, now(reward).hold_cause) == ("held", "budget")
        assert WaitingReward.objects.get().budget_id == budget.id


# --- cash in a payout -----------------------------------------------------------------------------------------


@pytest.fixture
def fay(acme, staff_of):
    return staff_of(acme, "finance")


@pytest.fixture
def reward(at_acme, ann):
    """Fifteen pounds of ann's, available, and where to pay them."""
    with at_acme():
        give_account(ann)
        return give_cash(ann, 1500)


def sent(gus, fay):
    batch = approved(gus, fay)
    payouts.send_payout(batch.id)
    return batch


def paid(gus, fay):
    batch = sent(gus, fay)
    take_words([Word(reference=line.reference, status="paid") for line in batch.lines.all()], source="look_up")
    return batch


def test_paid_out_and_refunded_is_owed_and_cancelled_is_paid(at_acme, reward, ann, gus, fay, has):
    with at_acme():
        paid(gus, fay)
        cut(reward, 0)
        assert (has(ann, "GBP"), now(reward).state) == ((0, 0, 1500), "reversed")
        again(reward, 1500)
        assert (has(ann, "GBP"), now(reward).state) == ((0, 0, 0), "paid")
        assert PayoutShare.objects.get().is_held


def test_cancelled_after_the_debt_was_netted_it_is_paid_by_the_next_payout(at_acme, reward, ann, gus, fay, has):
    with at_acme():
        paid(gus, fay)
        cut(reward, 500)
        later = give_cash(ann, 2000)
        assert has(ann, "GBP") == (0, 1000, 0)
        paid(gus, fay)
        assert (has(ann, "GBP"), now(later).state) == ((0, 0, 0), "paid")
        again(reward, 1500)
        assert (has(ann, "GBP"), now(reward).state) == ((0, 1000, 0), "available")
        batch = paid(gus, fay)
        assert [line.amount_minor for line in batch.lines.all()] == [1000]
        assert (has(ann, "GBP"), now(reward).state) == ((0, 0, 0), "paid")
        assert sum(line.amount_minor for line in PayoutLine.objects.filter(state="paid")) == 3500


def test_cancelled_before_it_was_sent_the_rest_goes_with_the_next(at_acme, reward, ann, gus, fay, has, cash_of):
    with at_acme():
        batch = approved(gus, fay)
        cut(reward, 600)
        assert (cash_of(ann)["paying"], now(reward).state) == (600, "paying")
        again(reward, 1500)
        assert (cash_of(ann)["paying"], cash_of(ann)["available"], now(reward).state) == (600, 900, "available")
        payouts.send_payout(batch.id)
        take_words([Word(reference=PayoutLine.objects.get().reference, status="paid")], source="look_up")
        assert (cash_of(ann)["paid"], now(reward).state) == (600, "available")
        as_person(gus)
        second = paid(gus, fay)
        assert ([line.amount_minor for line in second.lines.all()], cash_of(ann)["paid"]) == ([900], 1500)


def test_cancelled_while_it_is_on_its_way_it_is_as_before(at_acme, reward, ann, gus, fay, has, cash_of):
    with at_acme():
        sent(gus, fay)
        cut(reward, 0)
        assert (cash_of(ann)["paying"], has(ann, "GBP"), now(reward).state) == (1500, (0, 0, 1500), "reversed")
        again(reward, 1500)
        assert (has(ann, "GBP"), now(reward).state) == ((0, 0, 0), "paying")
        take_words([Word(reference=PayoutLine.objects.get().reference, status="paid")], source="look_up")
        assert (cash_of(ann)["paid"], now(reward).state) == (1500, "paid")


def test_every_step_is_in_the_rewards_history(at_acme, reward, gus, fay):
    with at_acme():
        paid(gus, fay)
        cut(reward, 500)
        again(reward, 1500)
        moves = RewardMove.objects.filter(reward_id=reward.id).exclude(key="").order_by("id")
        assert [(m.before, m.after, m.amount, m.owed, m.gives_again) for m in moves] == [
            ("paid", "paid", 1000, 1000, False), ("paid", "paid", 1000, 0, True),
        ]  # fmt: skip
        kinds = list(JournalEntry.objects.order_by("id").values_list("kind", flat=True))
        assert kinds[-2:] == ["reversal", "restoration"]
