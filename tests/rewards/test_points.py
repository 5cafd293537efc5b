import pytest

from rewards import operations, queries
from rewards.errors.general import InsufficientBalance, LedgerConflict, NothingToAdjust, NotPositive, ReasonMissing
from rewards.models import JournalEntry, LotUse
from tenancy.models import AuditRecord, Event

pytestmark = pytest.mark.usefixtures("books_are_whole")


def grant(customer, amount, key):
    return operations.Grant(customer.id, amount, key, "order")


def test_earning_is_available_at_once_and_told_once(at_acme, ann, bea, has):
    with at_acme():
        first = operations.earn_points([grant(ann, 50, "a"), grant(bea, 70, "b"), grant(ann, 5, "c")])
        assert (has(ann), has(bea)) == ((0, 55, 0), (0, 70, 0))
        assert operations.earn_points([grant(bea, 70, "b")]) == [first[1]]
        assert has(bea) == (0, 70, 0)
        assert Event.objects.filter(kind="points.earned").count() == 3


def test_redeeming_uses_the_earliest_expiry_first(at_acme, ann, has):
    with at_acme():
        operations.set_points_expiry(None)
        operations.earn_points([grant(ann, 10, "never")])
        operations.set_points_expiry(12)
        operations.earn_points([grant(ann, 20, "in a year")])
        operations.set_points_expiry(1)
        operations.earn_points([grant(ann, 30, "in a month")])
        entry = operations.redeem_points(ann.id, amount=55, reason="mug", key="1")
        keys = dict(JournalEntry.objects.values_list("id", "key"))
        from rewards.models import Lot

        opened = dict(Lot.objects.values_list("id", "entry_id"))
        used = {keys[opened[use.lot_id]]: use.amount for use in LotUse.objects.filter(entry_id=entry.id)}
        assert used == {"in a month": 30, "in a year": 20, "never": 5}
        assert has(ann) == (0, 5, 0)


def test_more_than_there_is_cannot_be_redeemed(at_acme, ann, has):
    with at_acme():
        operations.earn_points([grant(ann, 50, "a")])
        with pytest.raises(InsufficientBalance) as refusal:
            operations.redeem_points(ann.id, amount=51, reason="mug", key="1")
        assert refusal.value.facts == {"available": 50}
        assert has(ann) == (0, 50, 0)
        assert not JournalEntry.objects.filter(kind="redemption").exists()


def test_pending_points_cannot_be_redeemed(at_acme, promise, ann, has):
    with at_acme():
        operations.accrue([promise(100)])
        with pytest.raises(InsufficientBalance):
            operations.redeem_points(ann.id, amount=1, reason="mug", key="1")
        assert has(ann) == (100, 0, 0)


def test_same_redemption_twice_is_one_and_another_amount_a_conflict(at_acme, ann, has):
    with at_acme():
        operations.earn_points([grant(ann, 50, "a")])
        first = operations.redeem_points(ann.id, amount=20, reason="mug", key="1")
        assert operations.redeem_points(ann.id, amount=20, reason="mug", key="1").id == first.id
        with pytest.raises(LedgerConflict):
            operations.redeem_points(ann.id, amount=21, reason="mug", key="1")
        assert has(ann) == (0, 30, 0)
        assert AuditRecord.objects.filter(action="points.redeemed").count() == 1


def test_expired_points_are_gone_and_shown(at_acme, acme, ann, has):
    with at_acme():
        operations.earn_points([grant(ann, 50, "a")])
        operations.redeem_points(ann.id, amount=20, reason="mug", key="1")
    with at_acme(days=365, hours=11, minutes=59):
        assert operations.expire_lots() == 0
    with at_acme(days=365, hours=12):
        assert operations.expire_lots() == 1
        assert operations.expire_lots() == 0
        assert has(ann) == (0, 0, 0)
        trial = {(line.unit, line.account): line.amount for line in queries.trial_balance()}
        assert trial == {("POINT", "programme"): -50, ("POINT", "redeemed"): 20, ("POINT", "expired"): 30}


def test_points_past_their_time_cannot_be_used_though_the_sweep_is_late(at_acme, ann, has):
    with at_acme():
        operations.earn_points([grant(ann, 50, "a")])
    with at_acme(days=366):
        with pytest.raises(InsufficientBalance) as refusal:
            operations.redeem_points(ann.id, amount=1, reason="mug", key="1")
        assert refusal.value.facts == {"available": 0}
        assert has(ann) == (0, 50, 0)


def test_taking_back_prefers_the_lots_it_came_from(at_acme, ann, has):
    with at_acme():
        operations.set_points_expiry(1)
        operations.earn_points([grant(ann, 40, "first to expire")])
        operations.set_points_expiry(12)
        [origin] = operations.earn_points([grant(ann, 60, "order 2")])
        operations.take_back_points([operations.TakeBack(ann.id, 50, "back", "refund", (origin,))])
    with at_acme(days=40):
        operations.expire_lots()
        assert has(ann) == (0, 10, 0)


def test_staff_add_and_take_away_with_a_reason(at_acme, ann, has):
    with at_acme():
        operations.adjust_points(ann.id, amount=30, reason="Sorry for the delay", key="1")
        operations.adjust_points(ann.id, amount=-10, reason="Typed too much", key="2")
        assert has(ann) == (0, 20, 0)
        with pytest.raises(InsufficientBalance):
            operations.adjust_points(ann.id, amount=-21, reason="Too much", key="3")
        with pytest.raises(ReasonMissing):
            operations.adjust_points(ann.id, amount=1, reason=" ", key="4")
        with pytest.raises(NothingToAdjust):
            operations.adjust_points(ann.id, amount=0, reason="Why", key="5")
        with pytest.raises(NotPositive):
            operations.redeem_points(ann.id, amount=0, reason="", key="6")
        assert has(ann) == (0, 20, 0)
        assert AuditRecord.objects.filter(action="points.adjusted").count() == 2


def test_a_statement_tells_every_step(at_acme, promise, ann):
    with at_acme():
        [reward] = operations.accrue([promise(100)])
    with at_acme(days=14):
        operations.settle_due(limit=1)
    with at_acme(days=15):
        operations.redeem_points(ann.id, amount=80, reason="mug", key="1")
    with at_acme(days=16):
        operations.keep_only(reward.id, keep=0, cause="refund", key="r")
        found = queries.statement(ann.id, "POINT").lines
        assert [(line.kind, line.pending, line.available, line.owed, line.balance) for line in found] == [
            ("reversal", 0, -20, 80, -80),
            ("redemption", 0, -80, 0, 20),
            ("settlement", -100, 100, 0, 100),
            ("accrual", 100, 0, 0, 0),
        ]
        assert [line.reward_id for line in found] == [reward.id, None, reward.id, reward.id]


def test_balances_name_the_next_expiry(at_acme, ann):
    with at_acme():
        operations.earn_points([grant(ann, 10, "a")])
    with at_acme(days=5):
        operations.earn_points([grant(ann, 20, "b")])
        [line] = queries.balances(ann.id)
        assert (line.available, line.next_expiry_amount, line.next_expiry_at.isoformat()) == (
            30,
            10,
            "2027-11-20T23:59:59.999999+00:00",
        )
