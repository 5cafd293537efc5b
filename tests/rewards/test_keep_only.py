import pytest

from rewards import operations
from rewards.errors.general import LedgerConflict
from rewards.models import Coupon, JournalEntry, Lot, RewardMove
from tenancy.models import Event

pytestmark = pytest.mark.usefixtures("books_are_whole")


@pytest.fixture
def budget(at_acme):
    with at_acme():
        return operations.open_budget(name="Spring", currency="GBP", limit_minor=10_000)


@pytest.fixture
def reward(at_acme, promise, budget):
    """Hundred points, promised, that cost 250."""
    with at_acme():
        return operations.accrue([promise(100, budget_id=budget.id, cost_minor=250)])[0]


def settled(at_acme):
    with at_acme(days=14):
        operations.settle_due(limit=10)


def test_a_part_of_a_pending_reward_is_taken_back(at_acme, reward, ann, has, budget, budget_figures):
    with at_acme(days=1):
        kept = operations.keep_only(reward.id, keep=40, cause="refund", key="refund:1")
        assert (kept.state, kept.kept, kept.cost_minor) == ("accrued", 40, 100)
        assert has(ann) == (40, 0, 0)
        assert budget_figures(budget) == (100, 0, 0)
        event = Event.objects.get(kind="reward.reversed")
        assert (event.payload["amount"], event.payload["kept"], event.payload["cause"]) == (60, 40, "refund")
    with at_acme(days=14):
        operations.settle_due(limit=10)
        assert has(ann) == (0, 40, 0)


def test_a_pending_reward_is_reversed(at_acme, reward, ann, has, budget, budget_figures):
    with at_acme(days=1):
        kept = operations.keep_only(reward.id, keep=0, cause="order_cancelled", key="cancel:1")
        assert (kept.state, kept.kept, kept.cost_minor) == ("reversed", 0, 0)
        assert has(ann) == (0, 0, 0)
        assert budget_figures(budget) == (0, 0, 0)
    with at_acme(days=14):
        assert operations.settle_due(limit=10) == 0


def test_an_available_reward_gives_from_its_own_lot_first(at_acme, reward, ann, has, budget, budget_figures):
    with at_acme():
        operations.earn_points([operations.Grant(ann.id, 500, "older", "order")])
    settled(at_acme)
    with at_acme(days=15):
        operations.keep_only(reward.id, keep=30, cause="refund", key="refund:1")
        assert has(ann) == (0, 530, 0)
        assert budget_figures(budget) == (0, 75, 0)
        settlement = JournalEntry.objects.get(kind="settlement")
        rests = {lot.entry_id == settlement.id: lot.remaining for lot in Lot.objects.all()}
        assert rests == {True: 30, False: 500}
        assert JournalEntry.objects.get(kind="reversal").reverses_id == settlement.id


def test_what_was_spent_is_taken_from_other_lots_then_owed(at_acme, reward, ann, has):
    """100 settled, 90 spent, 20 earned: taking back 100 finds 30 and leaves 70 owed."""
    settled(at_acme)
    with at_acme(days=15):
        operations.redeem_points(ann.id, amount=90, reason="mug", key="1")
        operations.earn_points([operations.Grant(ann.id, 20, "later", "order")])
        operations.keep_only(reward.id, keep=0, cause="refund", key="refund:1")
        assert has(ann) == (0, 0, 70)


def test_the_next_credit_repays_arrears_first(at_acme, reward, ann, has):
    settled(at_acme)
    with at_acme(days=15):
        operations.redeem_points(ann.id, amount=30, reason="mug", key="1")
        operations.keep_only(reward.id, keep=0, cause="refund", key="refund:1")
        assert has(ann) == (0, 0, 30)
        operations.earn_points([operations.Grant(ann.id, 100, "later", "order")])
        assert has(ann) == (0, 70, 0)


def test_replay_posts_nothing_more(at_acme, reward, ann, has):
    with at_acme(days=1):
        operations.keep_only(reward.id, keep=40, cause="refund", key="refund:1")
        again = operations.keep_only(reward.id, keep=40, cause="refund", key="refund:1")
        assert again.kept == 40
        assert has(ann) == (40, 0, 0)
        assert Event.objects.filter(kind="reward.reversed").count() == 1


def test_cuts_come_in_any_number_and_never_grow(at_acme, reward, ann, has):
    with at_acme(days=1):
        operations.keep_only(reward.id, keep=40, cause="refund", key="refund:1")
        operations.keep_only(reward.id, keep=70, cause="refund", key="refund:2")
        operations.keep_only(reward.id, keep=10, cause="refund", key="refund:3")
        assert has(ann) == (10, 0, 0)
        assert list(RewardMove.objects.filter(cause="refund").order_by("id").values_list("amount", flat=True)) == [60, 30]


def test_a_key_belongs_to_one_reward(at_acme, reward, promise, ann, has):
    with at_acme(days=1):
        [other] = operations.accrue([promise(100, key="other")])
        operations.keep_only(reward.id, keep=40, cause="refund", key="refund:1")
        with pytest.raises(LedgerConflict):
            operations.keep_only(other.id, keep=40, cause="refund", key="refund:1")
        assert has(ann) == (140, 0, 0)


def test_an_unused_coupon_is_withdrawn(at_acme, promise, ann, has, welcome):
    with at_acme():
        [reward] = operations.accrue([promise(1, kind="coupon", coupon_kind_id=welcome.id)])
    settled(at_acme)
    with at_acme(days=15):
        operations.keep_only(reward.id, keep=0, cause="refund", key="refund:1")
        assert Coupon.objects.get().state == "void"
        assert has(ann, "COUPON") == (0, 0, 0)


def test_a_used_coupon_stays_used_and_nothing_is_owed(at_acme, promise, ann, has, welcome, budget, budget_figures):
    with at_acme():
        [reward] = operations.accrue([promise(1, kind="coupon", coupon_kind_id=welcome.id, budget_id=budget.id)])
    settled(at_acme)
    with at_acme(days=15):
        code = Coupon.objects.get().code
        operations.redeem_coupon(code, source="shop", external_id="7", order_minor=5000, currency="GBP")
        kept = operations.keep_only(reward.id, keep=0, cause="refund", key="refund:1")
        assert (kept.state, kept.kept) == ("available", 1)
        assert has(ann, "COUPON") == (0, 0, 0)
        assert budget_figures(budget) == (0, 0, 500)
        move = RewardMove.objects.get(reward_id=reward.id, cause="refund")
        assert (move.before, move.after, move.amount, move.entry_id) == ("available", "available", 0, None)
