import pytest

from rewards import operations
from rewards.errors.general import BudgetExhausted, LedgerConflict, NotPositive, UnknownBudget, UnknownUnit
from rewards.models import JournalEntry, Posting, Reward, RewardMove
from tenancy.models import Event

pytestmark = pytest.mark.usefixtures("books_are_whole")


def test_a_promise_is_pending_and_reserved(at_acme, promise, ann, has, budget_figures):
    with at_acme():
        budget = operations.open_budget(name="Spring", currency="GBP", limit_minor=1000)
        [reward] = operations.accrue([promise(100, budget_id=budget.id, cost_minor=250)])
        assert (reward.state, reward.amount, reward.kept, reward.cost_minor) == ("accrued", 100, 100, 250)
        assert has(ann) == (100, 0, 0)
        assert budget_figures(budget) == (250, 0, 0)
        posting = Posting.objects.get()
        assert (posting.source, posting.target, posting.amount) == ("programme", "pending", 100)
        assert (posting.account_id, posting.reward_id) == (reward.account_id, reward.id)
        move = RewardMove.objects.get(reward_id=reward.id)
        assert (move.before, move.after, move.amount, move.entry_id) == ("", "accrued", 100, posting.entry_id)


def test_the_event_tells_ids_and_amounts(at_acme, promise, ann):
    with at_acme():
        [reward] = operations.accrue([promise(100)])
        event = Event.objects.get(kind="reward.accrued")
        assert event.subject_id == reward.id
        assert event.payload == {
            "customer_id": str(ann.id), "role": "referrer", "kind": "points", "unit": "POINT", "amount": 100,
            "hold_until": "2026-12-04T12:00:00+00:00", "referral_id": None, "campaign_id": None, "title": {},
        }  # fmt: skip


def test_each_kind_counts_in_its_own_unit(at_acme, promise, ann, has, welcome):
    with at_acme():
        points, cash, coupon = operations.accrue(
            [
                promise(100, key="a"),
                promise(1500, key="b", kind="cash", currency="GBP"),
                promise(1, key="c", kind="coupon", coupon_kind_id=welcome.id),
            ]
        )
        assert (has(ann, "POINT"), has(ann, "GBP"), has(ann, "COUPON")) == ((100, 0, 0), (1500, 0, 0), (1, 0, 0))
        assert (points.cost_minor, cash.cost_minor, coupon.cost_minor) == (100, 1500, 500)


def test_replay_returns_the_first_reward(at_acme, promise, ann, has):
    with at_acme():
        [first] = operations.accrue([promise(100)])
    with at_acme(hours=1):
        [again] = operations.accrue([promise(100)])
        assert again.id == first.id
        assert has(ann) == (100, 0, 0)
        assert Event.objects.filter(kind="reward.accrued").count() == 1


def test_the_same_key_twice_in_one_call_is_one_reward(at_acme, promise, ann, has):
    with at_acme():
        first, second = operations.accrue([promise(100), promise(100)])
        assert first.id == second.id
        assert has(ann) == (100, 0, 0)


def test_same_key_with_other_facts_is_a_conflict(at_acme, promise, ann, has):
    with at_acme():
        operations.accrue([promise(100)])
        with pytest.raises(LedgerConflict) as refusal:
            operations.accrue([promise(101), promise(5, key="reward:2")])
        assert refusal.value.facts == {"key": "reward:1"}
        assert has(ann) == (100, 0, 0)
        assert Reward.objects.count() == 1


def test_an_exhausted_budget_promises_nothing(at_acme, promise, ann, has, budget_figures):
    with at_acme():
        budget = operations.open_budget(name="Spring", currency="GBP", limit_minor=1000)
        operations.accrue([promise(900, budget_id=budget.id)])
        with pytest.raises(BudgetExhausted):
            operations.accrue([promise(50, key="b", budget_id=budget.id), promise(51, key="c", budget_id=budget.id)])
        assert has(ann) == (900, 0, 0)
        assert budget_figures(budget) == (900, 0, 0)
        assert (Reward.objects.count(), JournalEntry.objects.count()) == (1, 1)
        assert Event.objects.filter(kind="reward.accrued").count() == 1


def test_a_budget_cannot_be_lowered_below_its_promises(at_acme, promise):
    with at_acme():
        budget = operations.open_budget(name="Spring", currency="GBP", limit_minor=1000)
        operations.accrue([promise(900, budget_id=budget.id)])
        with pytest.raises(BudgetExhausted):
            operations.change_limit(budget.id, 899)
        assert operations.change_limit(budget.id, 900).limit_minor == 900


@pytest.mark.parametrize("amount", [0, -5])
def test_nothing_is_promised_that_is_not_positive(at_acme, promise, amount):
    with at_acme():
        with pytest.raises(NotPositive):
            operations.accrue([promise(amount)])
        assert not Reward.objects.exists()


def test_an_unknown_currency_is_no_unit(at_acme, promise):
    with at_acme():
        with pytest.raises(UnknownUnit):
            operations.accrue([promise(5, kind="cash", currency="pounds")])
        assert not Reward.objects.exists()


def test_another_organisations_budget_is_unknown(at_acme, promise, globex):
    from tenancy import door

    with door.organisation(globex.id):
        theirs = operations.open_budget(name="Theirs", currency="GBP", limit_minor=10_000)
    with at_acme():
        with pytest.raises(UnknownBudget):
            operations.accrue([promise(100, budget_id=theirs.id)])
        assert not Reward.objects.exists()
