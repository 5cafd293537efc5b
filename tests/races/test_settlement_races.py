"""Real threads and commits against settlement: each reward once, whatever else happens to it."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from rewards import operations, queries
from rewards.errors.general import CannotBeHeld, NotOnHold
from rewards.models import DueReward, JournalEntry, Lot, Posting, Reward
from rewards.operations.lifecycle import claiming
from tenancy import door
from tests.conftest import NOON

DUE = NOON + timedelta(days=14)


def promise(customer, key, amount=10, days=14, **facts):
    return operations.Promise(
        key=key, kind="points", customer_id=customer.id, role="referrer", amount=amount,
        hold_until=door.moment() + timedelta(days=days), **facts,
    )  # fmt: skip


def points(customer):
    return queries.balances(customer.id)[0]


def each_settled_once(count: int) -> bool:
    """One arrow out of pending for each reward, and none besides."""
    arrows = Counter(Posting.objects.filter(source="pending").values_list("reward_id", flat=True))
    return set(arrows.values()) == {1} and len(arrows) == count and not DueReward.objects.exists()


def until_none(work) -> int:
    total = 0
    while done := work():
        total += done
    return total


def test_two_settlers_settle_three_thousand_rewards_once(racing, acme, at_acme, ann, bea):
    with at_acme():
        operations.accrue([promise((ann, bea)[n % 2], f"r{n}") for n in range(3000)])

    def settle():
        return until_none(lambda: racing.apart(acme, lambda: operations.settle_due(limit=250), moment=DUE))

    with ThreadPoolExecutor(2) as threads:
        counts = [threads.submit(settle) for _ in range(2)]
    assert sum(count.result() for count in counts) == 3000
    with at_acme(days=14):
        assert each_settled_once(3000)
        assert (points(ann).pending, points(ann).available) == (0, 15_000)
        assert (points(bea).pending, points(bea).available) == (0, 15_000)
        assert Lot.objects.count() == 3000
        assert queries.verify_books().wrong == ()


def test_many_settlers_of_few_rewards_settle_each_once(race, at_acme, ann, bea):
    with at_acme():
        operations.accrue([promise(ann if n % 2 else bea, f"r{n}") for n in range(300)])
    assert sum(race(24, lambda _: operations.settle_due(limit=40), days=14)) == 300
    with at_acme():
        assert each_settled_once(300)
        assert (points(ann).available, points(bea).available) == (1500, 1500)


def test_refund_and_settlement_at_once_take_the_part_back_once(race, at_acme, ann):
    with at_acme():
        ids = [reward.id for reward in operations.accrue([promise(ann, f"r{n}") for n in range(40)])]

    def work(number):
        if number % 4 == 0:
            return operations.settle_due(limit=7)
        return operations.keep_only(ids[number % 40], keep=4, cause="refund", key=f"refund:{number % 40}").kept

    race(160, work, days=14)
    race(1, lambda _: operations.settle_due(limit=100), days=14)
    with at_acme():
        assert (points(ann).pending, points(ann).available, points(ann).owed) == (0, 30 * 4 + 10 * 10, 0)


def test_holds_and_releases_and_settlers_leave_no_reward_between(race, at_acme, ann):
    """A reward ends settled or held, and one that is held has no right to settle."""
    with at_acme():
        ids = [reward.id for reward in operations.accrue([promise(ann, f"r{n}") for n in range(30)])]

    def work(number):
        if number % 3 == 0:
            return operations.settle_due(limit=5)
        if number % 3 == 1:
            return operations.put_on_hold(ids[number % 30], cause="review").state
        return operations.release_hold(ids[(number - 1) % 30]).state

    got = race(150, work, days=14)
    assert {one for one in got if isinstance(one, type)} <= {CannotBeHeld, NotOnHold}
    with at_acme(days=14):
        states = Counter(Reward.objects.values_list("state", flat=True))
        assert DueReward.objects.count() == states["accrued"]
        assert points(ann).available == 10 * states["available"]
        for reward in Reward.objects.filter(state="held"):
            operations.release_hold(reward.id)
        until_none(lambda: operations.settle_due(limit=100))
        assert each_settled_once(30)


def test_a_debt_that_comes_while_a_settlement_waits_is_repaid(in_thread, waits_for, acme, at_acme, ann, racing):
    """The settlement has chosen its rewards and waits for the balance; what is owed by then is what counts."""
    with at_acme():
        operations.accrue([promise(ann, "r", 100)])
        [origin] = operations.earn_points([operations.Grant(ann.id, 30, "g", "order")])
        operations.redeem_points(ann.id, amount=30, reason="mug", key="1")
    with at_acme(days=14):
        operations.take_back_points([operations.TakeBack(ann.id, 30, "t", "refund", (origin,))])
        settled = in_thread(acme, lambda: operations.settle_due(limit=10), moment=DUE)
        waits_for(1)
    assert settled() == 1
    with at_acme(days=14):
        assert (points(ann).pending, points(ann).available, points(ann).owed) == (0, 70, 0)
        assert queries.verify_books().wrong == ()


def test_a_refund_that_comes_while_the_reward_settles_waits_and_takes_from_what_is_available(
    in_thread, waits_for, acme, at_acme, ann, racing
):
    with at_acme():
        [reward] = operations.accrue([promise(ann, "r", 100)])
    with at_acme(days=14):
        assert operations.settle_due(limit=10) == 1
        cut = in_thread(acme, lambda: operations.keep_only(reward.id, keep=25, cause="refund", key="k").kept, moment=DUE)
        waits_for(1)
    assert cut() == 25
    with at_acme(days=14):
        assert (points(ann).pending, points(ann).available, points(ann).owed) == (0, 25, 0)
        assert queries.verify_books().wrong == ()


def test_a_settlement_passes_over_what_is_being_refunded_and_waits_for_nobody(in_thread, acme, at_acme, ann, bea, racing):
    """The refund holds the right of one reward; the other is settled meanwhile, before the refund ends."""
    with at_acme():
        refunded, other = operations.accrue([promise(ann, "a", 100), promise(bea, "b", 100)])
    with at_acme(days=14):
        operations.keep_only(refunded.id, keep=25, cause="refund", key="k")
        assert in_thread(acme, lambda: operations.settle_due(limit=10), moment=DUE)() == 1
    with at_acme(days=14):
        assert Reward.objects.get(id=other.id).state == "available"
        assert operations.settle_due(limit=10) == 1
        assert (points(ann).available, points(bea).available) == (25, 100)
        assert queries.verify_books().wrong == ()


def test_a_hold_backs_off_from_a_right_that_came_between_its_locks(
    in_thread, waits_for, acme, at_acme, ann, racing, monkeypatch
):
    """It saw no right (the reward was held), then the reward was released, and a settlement has taken the right by now."""
    with at_acme():
        [reward] = operations.accrue([promise(ann, "r", is_held=True)])
    looked, go_on = threading.Event(), threading.Event()
    find = claiming._locked

    def look(*arguments):
        found = find(*arguments)
        if not looked.is_set():
            looked.set()
            go_on.wait(20)
        return found

    monkeypatch.setattr(claiming, "_locked", look)
    held = in_thread(acme, lambda: operations.put_on_hold(reward.id, cause="review"), moment=DUE)
    assert looked.wait(20)
    with at_acme(days=14):
        operations.release_hold(reward.id)
    with at_acme(days=14):
        operations.earn_points([operations.Grant(ann.id, 1, "k", "order")])  # the settlement will wait for this balance
        settled = in_thread(acme, lambda: operations.settle_due(limit=10), moment=DUE)
        waits_for(1)
        go_on.set()
        waits_for(2)
    assert (settled(), held()) == (1, CannotBeHeld)
    with at_acme(days=14):
        assert (points(ann).pending, points(ann).available) == (0, 11)
        assert queries.verify_books().wrong == ()


def test_settling_posting_and_closing_the_month_do_not_wait_in_a_ring(racing, acme, at_acme, ann, bea):
    """A close keeps postings out and waits for those under way, which may wait for a balance that a settlement holds."""
    with at_acme(days=-30):
        operations.accrue([promise((ann, bea)[n % 2], f"r{n}", days=n % 40) for n in range(400)])
        operations.earn_points([operations.Grant(ann.id, 500, "g", "order")])

    def work(number):
        if number % 8 == 0:
            return operations.settle_due(limit=20)
        if number == 61:
            return operations.close_month(date(2026, 10, 1)).closing.month
        people = (ann, bea) if number % 2 else (bea, ann)
        operations.earn_points([operations.Grant(one.id, 1, f"k{number} {one.id}", "order") for one in people])
        return None

    racing.run(acme, [lambda number=number: work(number) for number in range(160)], moment=DUE)
    with at_acme(days=60):
        until_none(lambda: operations.settle_due(limit=1000))
        assert JournalEntry.objects.filter(kind="earning").count() > 200
        assert queries.verify_books().wrong == ()
