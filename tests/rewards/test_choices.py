"""A choice among options of equal cost: another option is another reward in the first one's place."""

import threading

import pytest
from django.db import connection

from rewards import operations
from rewards.errors.general import ChoiceClosed, OptionTooDear, OptionUnknown
from rewards.models import JournalEntry, Reward
from rewards.operations import Option
from rewards.queries import history, rewards_of
from tenancy import door
from tests.conftest import NOON

MUG = {"zh-hans": "马克杯", "en": "Mug"}
OPTIONS = (
    Option("points", 200, amount=200),
    Option("cash", 200, amount=200, currency="GBP"),
    Option("gift", 200, title=MUG),
)


@pytest.fixture
def menu(promise):
    """A promise of 200 points that may become £2 or a mug."""
    return lambda **facts: promise(200, cost_minor=200, options=OPTIONS, **facts)


def kinds():
    return [entry.kind for entry in JournalEntry.objects.order_by("id")]


def test_nobody_chose_and_the_first_stands(menu, ann, at_acme, has, books_are_whole):
    with at_acme():
        operations.accrue([menu(days=0)])
        operations.settle_due()
        assert has(ann) == (0, 200, 0)


def test_another_option_takes_its_place(menu, ann, at_acme, has, budget_figures, books_are_whole):
    with at_acme():
        budget = operations.open_budget(name="B", currency="GBP", limit_minor=200)
        [first] = operations.accrue([menu(budget_id=budget.id)])
        chosen = operations.choose_option(first.id, 1)
        first.refresh_from_db()
        assert (first.state, first.kept, first.successor_id) == ("reversed", 0, chosen.id)
        assert (chosen.kind, chosen.kept, chosen.option, chosen.chosen_at) == ("cash", 200, 1, door.moment())
        assert (chosen.hold_until, chosen.promised_by) == (first.hold_until, first.promised_by)
        assert (has(ann), has(ann, "GBP")) == ((0, 0, 0), (200, 0, 0))
        assert budget_figures(budget) == (200, 0, 0)
        assert kinds() == ["accrual", "reversal", "accrual"]
        assert [reward.id for reward in rewards_of(ann.id)] == [chosen.id]


def test_one_may_think_again(menu, ann, at_acme, has, books_are_whole):
    with at_acme():
        [first] = operations.accrue([menu()])
        operations.choose_option(first.id, 1)
        mug = operations.choose_option(first.id, 2)  # an old address leads to what it is now
        back = operations.choose_option(mug.id, 0)
        assert (mug.kind, mug.unit.code, back.kind, back.kept) == ("gift", "PIECE", "points", 200)
        assert (has(ann), has(ann, "GBP"), has(ann, "PIECE")) == ((200, 0, 0), (0, 0, 0), (0, 0, 0))
        assert back.key.endswith(":choice-3")


def test_the_first_can_be_chosen_as_well(menu, at_acme, books_are_whole):
    with at_acme():
        [first] = operations.accrue([menu()])
        chosen = operations.choose_option(first.id, 0)
        assert (chosen.id, chosen.chosen_at) == (first.id, door.moment())
        assert [(m.cause, m.amount) for m in history(first.id)] == [("accrued", 200), ("chosen", 0)]


def test_after_settlement_it_is_too_late(menu, ann, at_acme, has):
    with at_acme():
        [first] = operations.accrue([menu(days=0)])
        operations.settle_due()
    with pytest.raises(ChoiceClosed), at_acme():
        operations.choose_option(first.id, 1)
    with at_acme():
        assert has(ann) == (0, 200, 0)


@pytest.mark.parametrize("option", [-1, 3])
def test_what_is_not_offered_cannot_be_chosen(option, menu, at_acme):
    with at_acme():
        [first] = operations.accrue([menu()])
    with pytest.raises(OptionUnknown), at_acme():
        operations.choose_option(first.id, option)


def test_a_reward_without_options_offers_none(promise, at_acme):
    with at_acme():
        [first] = operations.accrue([promise()])
    with pytest.raises(OptionUnknown), at_acme():
        operations.choose_option(first.id, 0)


def test_what_was_cut_is_cut_in_every_option(menu, ann, at_acme, has, books_are_whole):
    with at_acme():
        [first] = operations.accrue([menu()])
        operations.keep_only(first.id, keep=120, cause="refund", key="r1")
        cash = operations.choose_option(first.id, 1)
        assert (cash.amount, cash.kept, cash.cost_minor) == (120, 120, 120)
        points = operations.choose_option(cash.id, 0)
        assert (points.amount, points.kept, has(ann)) == (120, 120, (120, 0, 0))


def test_what_cannot_be_cut_is_too_dear_then(menu, ann, at_acme, has):
    with at_acme():
        [first] = operations.accrue([menu()])
        operations.keep_only(first.id, keep=120, cause="refund", key="r1")
    with pytest.raises(OptionTooDear), at_acme():
        operations.choose_option(first.id, 2)
    with at_acme():
        assert has(ann) == (120, 0, 0)


def test_under_review_it_stays_under_review(menu, at_acme, books_are_whole):
    with at_acme():
        [first] = operations.accrue([menu(is_held=True, hold_cause="review")])
        chosen = operations.choose_option(first.id, 1)
        assert (chosen.state, chosen.hold_cause) == ("held", "review")


def test_of_many_at_once_every_choice_leaves_one_reward(menu, acme, ann, at_acme, has, books_are_whole):
    with at_acme():
        [first] = operations.accrue([menu()])
    start, failures = threading.Barrier(6), []

    def choose(option):
        try:
            start.wait()
            with door.organisation(acme.id, moment=NOON):
                operations.choose_option(first.id, option)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=choose, args=[number % 3]) for number in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert failures == []
    with at_acme():
        [left] = Reward.objects.filter(kept__gt=0)
        assert left.successor_id is None
        assert sum(has(ann, unit)[0] for unit in ("POINT", "GBP", "PIECE")) == left.kept
