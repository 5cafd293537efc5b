"""When rewards are promised by: what is open, what is late and why, and who is told."""

from datetime import timedelta

import pytest

from messaging.models import Message
from rewards import operations, queries
from rewards.models import RewardMove
from rewards.queries import history
from tenancy import door
from tests.conftest import NOON

MUG = {"zh-hans": "马克杯", "en": "Mug"}


@pytest.fixture
def promised(promise):
    """Promise 100 points for today, by a day so many days from now."""
    return lambda by, **facts: promise(promised_by=NOON + timedelta(days=by), **{"days": 0, **facts})


def board():
    return {(line.cause, line.bucket): line.count for line in queries.board()}


def in_order(cause="", bucket=""):
    return [(one.cause, one.bucket) for one in queries.open_promises(cause=cause, bucket=bucket)]


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(-10, "on_time"), (-3, "on_time"), (-2, "soon"), (0, "soon"), (1, "late"), (7, "late"), (8, "very_late")],
)
def test_a_promise_ages(days, bucket, promised, at_acme):
    with at_acme(days=-20):
        operations.accrue([promised(0, days=100)])
    with at_acme(days=days):
        assert board() == {("hold", bucket): 1}


def test_the_cause_is_what_it_waits_for(promised, promise, ann, at_acme):
    menu = (operations.Option("points", 100, amount=100), operations.Option("cash", 100, amount=100, currency="GBP"))
    cash, gift = {"kind": "cash", "currency": "GBP"}, {"kind": "gift", "title": MUG, "amount": 1}
    with at_acme(days=-1):
        operations.accrue([promised(0, key="cash", **cash), promised(0, key="gift", **gift)])
        operations.settle_due()
        operations.set_reward_policy(approve_cost_from=500)
        operations.accrue(
            [
                promised(0, key="hold", days=30),
                promised(0, key="choice", days=30, options=menu),
                promised(0, key="review", is_held=True),
                promised(0, key="approval", cost_minor=500),
            ]
        )
    with at_acme():
        causes = ["hold", "choice", "review", "approval", "hand_over", "payout_data"]
        assert board() == {(cause, "soon"): 1 for cause in causes}
        assert {one.cause for one in queries.open_promises()} == set(causes)


def test_a_gift_waits_for_stock(promised, put_in, at_acme):
    with at_acme(days=-1):
        item = put_in("Mug", stock=0)
        operations.accrue([promised(0, kind="gift", title=MUG, amount=1, details={"item_id": str(item.id)})])
        operations.settle_due()
        assert board() == {("stock", "soon"): 1}
        operations.add_stock(item.id, pieces=1)
        assert board() == {("hand_over", "soon"): 1}


@pytest.mark.parametrize("kind", ["event", "trial", "tier_upgrade", "badge"])
def test_what_is_in_the_members_hands_when_it_settles_is_not_open(kind, promised, at_acme):
    details = {"event": {}, "trial": {"days": 3}, "tier_upgrade": {"tier": "gold", "days": 3}, "badge": {"badge": "b"}}
    with at_acme():
        operations.accrue([promised(0, kind=kind, title=MUG, amount=1, details=details[kind])])
        assert board() == {("hold", "soon"): 1}
        operations.settle_due()
        assert board() == {}


def test_what_is_over_is_not_open(promised, at_acme):
    with at_acme():
        operations.estimate([promised(0, key="expected")])
        [reward] = operations.accrue([promised(0, key="gone", days=3)])
        operations.keep_only(reward.id, keep=0, cause="refund", key="r1")
        operations.accrue([promised(0, key="there")])
        operations.settle_due()
        assert board() == {}


def test_the_list_begins_with_what_is_longest_past_and_goes_on(promised, at_acme):
    with at_acme(days=-20):
        operations.accrue([promised(day, key=f"r{day}", days=100) for day in (5, -5, 1, -15)])
    with at_acme():
        assert in_order() == [("hold", "very_late"), ("hold", "late"), ("hold", "soon"), ("hold", "on_time")]
        assert in_order(bucket="late") == [("hold", "late")]
        assert in_order(cause="review") == []
        first = queries.open_promises(limit=1)[0]
        rest = queries.open_promises(after=(first.promised_by, first.reward_id))
        assert [one.bucket for one in rest] == ["late", "soon", "on_time"]


# --- on time ---------------------------------------------------------------------------------------


def test_of_what_was_promised_by_now_so_much_was_there(promised, at_acme):
    with at_acme(days=-30):
        operations.accrue([promised(-20, key="early"), promised(-25, key="late", days=8)])
        operations.accrue([promised(-24, key="gift", kind="gift", title=MUG, amount=1)])
        operations.accrue([promised(5, key="not yet", days=40)])
        operations.settle_due()
    with at_acme(days=-21):
        operations.settle_due()
    with at_acme():
        told = queries.punctuality()
        assert (told.promised, told.on_time, round(told.share, 2)) == (3, 1, 0.33)


def test_a_gift_is_there_when_it_is_handed_over(promised, at_acme):
    with at_acme(days=-10):
        [reward] = operations.accrue([promised(-5, kind="gift", title=MUG, amount=1)])
        operations.settle_due()
    with at_acme(days=-6):
        operations.issue_reward(reward.id)
    with at_acme():
        assert (queries.punctuality().promised, queries.punctuality().on_time) == (1, 1)


def test_what_was_taken_back_before_its_day_was_not_owed(promised, at_acme):
    with at_acme(days=-10):
        [reward] = operations.accrue([promised(-5, days=4)])
        operations.keep_only(reward.id, keep=0, cause="refund", key="r1")
    with at_acme():
        assert queries.punctuality().promised == 0
        assert queries.punctuality().share is None


def test_each_month_has_its_share(promised, at_acme):
    with at_acme(days=-60):
        operations.accrue([promised(-50, key="september"), promised(-8, key="november", days=59)])
        operations.settle_due()
    with at_acme():
        months = [(f"{one.since:%Y-%m}", one.promised, one.on_time) for one in queries.punctuality_by_month()]
        assert months == [("2026-10", 1, 1), ("2026-11", 1, 0)]


def test_months_are_those_of_the_place(promise, at_acme):
    """Half past eleven at night on 31 October in London, winter time, is no November."""
    with at_acme(days=-40):
        operations.accrue([promise(days=0, promised_by=NOON.replace(month=10, day=31, hour=23, minute=30))])
        operations.settle_due()
    with at_acme():
        assert [f"{one.since:%Y-%m}" for one in queries.punctuality_by_month()] == ["2026-10"]


# --- the alarm -------------------------------------------------------------------------------------


def test_owners_and_finance_are_told_once(promised, acme, gus, staff_of, at_acme):
    staff_of(acme, "finance")
    staff_of(acme, "sales")
    with at_acme(days=-9):
        made = operations.accrue(
            [promised(-2, key="one", days=30), promised(-1, key="two", days=30), promised(5, key="three", days=30)]
        )
    with at_acme():
        assert operations.tell_of_late() == 2
        assert operations.tell_of_late() == 0
        letters = Message.objects.filter(kind="promises_late", channel="in_app")
        assert sorted({letter.member.role for letter in letters}) == ["finance", "owner"]
        assert letters[0].subject == "Rewards past the day promised: 2"
        assert "Waiting time" in letters[0].body
        assert RewardMove.objects.filter(cause="promise_late").count() == 2
        assert [move.cause for move in history(made[0].id)] == ["accrued", "promise_late"]


def test_each_that_becomes_late_later_is_told_of(promised, gus, at_acme):
    with at_acme(days=-9):
        operations.accrue([promised(-2, key="one", days=30), promised(5, key="two", days=30)])
    with at_acme():
        assert operations.tell_of_late() == 1
    with at_acme(days=6):
        assert operations.tell_of_late() == 1
        assert Message.objects.filter(kind="promises_late", channel="in_app").count() == 2


def test_another_organisation_is_not_told(promised, at_acme, globex, mallory):
    with at_acme(days=-9):
        operations.accrue([promised(-2, days=30)])
    with door.organisation(globex.id, moment=NOON):
        assert operations.tell_of_late() == 0
        assert queries.board() == []
