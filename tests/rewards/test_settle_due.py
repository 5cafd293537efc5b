from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from rewards import operations, queries, tasks
from rewards.errors.coupons import WindowOver
from rewards.models import Coupon, JournalEntry, Lot, Posting, Reward
from rewards.queries import Asked
from rewards.rules.coupons import Basket, Line
from tenancy import door
from tenancy.models import Event
from tests.conftest import NOON

pytestmark = pytest.mark.usefixtures("books_are_whole")


def test_nothing_settles_before_its_time(at_acme, promise, ann, has):
    with at_acme():
        operations.accrue([promise(100)])
    with at_acme(days=13, hours=23):
        assert operations.settle_due(limit=10) == 0
        assert has(ann) == (100, 0, 0)


def test_points_become_available_in_a_lot_that_expires(at_acme, promise, ann, has):
    with at_acme():
        [reward] = operations.accrue([promise(100)])
    with at_acme(days=14):
        assert operations.settle_due(limit=10) == 1
        assert has(ann) == (0, 100, 0)
        lot = Lot.objects.get()
        assert (lot.amount, lot.remaining) == (100, 100)
        assert lot.expires_at == datetime(2027, 12, 4, 23, 59, 59, 999_999, tzinfo=UTC)
        reward.refresh_from_db()
        assert (reward.state, reward.settled_at) == ("available", door.moment())
        moves = [(move.before, move.after, move.amount, move.cause) for move in queries.history(reward.id)]
        assert moves == [("", "accrued", 100, "accrued"), ("accrued", "available", 100, "hold_ended")]


def test_a_coupon_is_issued_once_with_its_own_expiry(acme, drained, at_acme, promise, ann, has, welcome):
    with at_acme():
        [reward] = operations.accrue([promise(1, kind="coupon", coupon_kind_id=welcome.id)])
    with at_acme(days=14):
        operations.settle_due(limit=10)
        coupon = Coupon.objects.get()
        assert (coupon.customer_id, coupon.reward_id, coupon.state, len(coupon.code)) == (ann.id, reward.id, "issued", 10)
        assert coupon.expires_at == Lot.objects.get().expires_at == datetime(2027, 2, 2, 12, 0, tzinfo=UTC)
        assert has(ann, "COUPON") == (0, 1, 0)
    drained(acme)
    with at_acme(days=14):
        assert Event.objects.get(kind="reward.settled").payload["coupon_id"] == str(coupon.id)


def test_cash_does_not_expire(at_acme, promise, ann, has):
    with at_acme():
        operations.accrue([promise(1500, kind="cash", currency="GBP")])
    with at_acme(days=14):
        operations.settle_due(limit=10)
        assert has(ann, "GBP") == (0, 1500, 0)
        assert Lot.objects.get().expires_at is None


def test_settling_again_changes_nothing(at_acme, promise, ann, has):
    with at_acme():
        operations.accrue([promise(100)])
    with at_acme(days=14):
        operations.settle_due(limit=10)
        assert operations.settle_due(limit=10) == 0
        assert has(ann) == (0, 100, 0)
        assert JournalEntry.objects.filter(kind="settlement").count() == 1


def test_the_budget_moves_from_reserved_to_committed(at_acme, promise, budget_figures):
    with at_acme():
        budget = operations.open_budget(name="Spring", currency="GBP", limit_minor=1000)
        operations.accrue([promise(300, key="a", budget_id=budget.id), promise(200, key="b", days=30, budget_id=budget.id)])
    with at_acme(days=14):
        operations.settle_due(limit=10)
        assert budget_figures(budget) == (200, 300, 0)


def test_a_held_reward_does_not_settle_by_itself(at_acme, promise, ann, has):
    with at_acme():
        operations.accrue([promise(100, is_held=True)])
    with at_acme(days=400):
        assert operations.settle_due(limit=10) == 0
        assert has(ann) == (100, 0, 0)


def test_arrears_are_repaid_by_the_first_rewards(at_acme, promise, ann, has):
    """Owed 130: rewards of 100 and 50 repay 100 and 30; 20 become available."""
    with at_acme():
        operations.take_back_points([operations.TakeBack(ann.id, 130, "debt", "refund")])
        operations.accrue([promise(100, key="a"), promise(50, key="b")])
        assert has(ann) == (150, 0, 130)
    with at_acme(days=14):
        assert operations.settle_due(limit=10) == 2
        assert has(ann) == (0, 20, 0)
        assert Lot.objects.get().amount == 20


def test_a_rewards_story_shows_no_arrow_of_others(at_acme, promise, ann, bea):
    with at_acme():
        mine, _theirs = operations.accrue([promise(100), promise(70, key="bea", customer=bea)])
    with at_acme(days=14):
        operations.settle_due()
        settlement = queries.entries().filter(kind="settlement")
        assert sorted(arrow.amount for arrow in queries.with_arrows(settlement)[0].arrows) == [70, 100]
        assert [arrow.amount for arrow in queries.with_arrows(settlement, of=[mine.id])[0].arrows] == [100]


def test_a_coupon_promised_in_its_window_can_be_used_after_it(at_acme, promise, ann, welcome):
    with at_acme():
        operations.change_coupon_kind(welcome.id, ends_at=NOON + timedelta(days=5))
        operations.accrue([promise(1, kind="coupon", coupon_kind_id=welcome.id)])
    with at_acme(days=14):
        operations.settle_due()
        coupon = Coupon.objects.get()
        assert coupon.expires_at == Lot.objects.get().expires_at == door.moment() + timedelta(days=60)
        asked = Asked(Basket((Line(5000),), "GBP"), (coupon.code,), source="shop", external_id="7", customer_id=ann.id)
        assert queries.assess(asked)[0].discount_minor == 500
        with pytest.raises(WindowOver):
            operations.issue_coupon(welcome.id, customer_id=ann.id)


def test_the_task_settles_chunk_by_chunk_until_none_is_due(acme, at_acme, promise, ann, has, monkeypatch):
    settle = operations.settle_due
    monkeypatch.setattr(operations, "settle_due", lambda: settle(limit=3))
    with door.organisation(acme.id):  # the task works by the clock on the wall
        operations.accrue([promise(10, key=f"r{n}", days=0) for n in range(7)])
    assert tasks.settle_due_rewards(str(acme.id)) == 7
    with at_acme():
        assert has(ann) == (0, 70, 0)
        assert Reward.objects.filter(state="available").count() == 7


def test_a_settlement_is_one_entry_and_each_reward_hears_of_its_own(acme, at_acme, promise, bea, drained):
    """Five rewards of two customers: one entry, an arrow and a lot each, and an event each once the pack is opened."""
    with at_acme():
        rewards = operations.accrue(
            [promise(10 * n, key=f"r{n}", **({"customer": bea} if n % 2 else {})) for n in range(1, 6)]
        )
    with at_acme(days=14):
        assert operations.settle_due(limit=10) == 5
        entry = JournalEntry.objects.get(kind="settlement")
        found = Posting.objects.filter(entry=entry).values_list("reward_id", "amount", "source", "target")
        assert set(found) == {(one.id, one.amount, "pending", "available") for one in rewards}
        assert set(Reward.objects.values_list("lot_id", flat=True)) == set(Lot.objects.values_list("id", flat=True))
        assert not Event.objects.filter(kind="reward.settled").exists()
    drained(acme)
    with at_acme(days=14):
        told = {event.subject_id: event.payload["amount"] for event in Event.objects.filter(kind="reward.settled")}
        assert told == {one.id: one.amount for one in rewards}


def test_who_holds_a_reward_is_passed_over(at_acme, promise, acme):
    """A reward that somebody is changing is left to the next round, and the others are settled without waiting."""
    with at_acme():
        first, _second = operations.accrue([promise(10, key="a"), promise(20, key="b")])
    with connections["owner"].cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(
            "SELECT FROM rewards_duereward WHERE organisation_id = %s AND id = %s FOR UPDATE", [str(acme.id), str(first.id)]
        )
        with at_acme(days=14):
            assert operations.settle_due(limit=10) == 1
        cursor.execute("ROLLBACK")
    with at_acme(days=14):
        assert operations.settle_due(limit=10) == 1
