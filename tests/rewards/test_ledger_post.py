"""What the ledger refuses and what it makes of odd requests, whoever asks: each was once a hole or might become one."""

from itertools import product

import pytest
from django.db import DatabaseError, transaction

from rewards import ledger, operations, queries
from rewards.errors.general import AmountTooLarge, GivesBackTooMuch, InsufficientBalance, LedgerConflict, NotPositive
from rewards.models import Account, JournalEntry, Lot, LotUse, Posting, Reward, Unit
from tenancy.models import Event

pytestmark = pytest.mark.usefixtures("books_are_whole")

HUGE = 2**63 - 1


@pytest.fixture
def point(at_acme):
    """The unit of points."""
    with at_acme():
        return operations.ensure_units()["POINT"]


@pytest.fixture
def move(point):
    """Post one arrow of points as an entry of its own: move(ann, "available", "redeemed", 5, "key")."""

    def make(customer, source, target, amount, key, *, kind="adjustment", unit=None, **more):
        arrow = ledger.Arrow(customer.id, (unit or point).id, source, target, amount, **more)
        with transaction.atomic():
            return ledger.post([ledger.Entry(kind, key, (arrow,))])[0]

    return make


def lots():
    return {lot.entry_id: lot.remaining for lot in Lot.objects.all()}


# --- amounts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("ends", [("programme", "available"), ("available", "redeemed"), ("programme", "pending")])
def test_nothing_and_less_is_not_moved(at_acme, ann, point, ends):
    with at_acme():
        for amount, arrows in product([0, -1, -HUGE], [1, 2]):
            arrow = ledger.Arrow(ann.id, point.id, *ends, amount)
            with pytest.raises(NotPositive):
                ledger.post([ledger.Entry("adjustment", "x", (arrow,) * arrows)])
        assert not JournalEntry.objects.exists()
        assert not Account.objects.exists()


@pytest.mark.parametrize("amount", [0, -5])
@pytest.mark.parametrize("ends", [("programme", "available"), ("available", "redeemed"), ("here", "there")])
def test_the_function_itself_moves_nothing_odd_either(at_acme, ann, point, monkeypatch, amount, ends):
    """Python refuses first; who calls the function without it is refused too, or it would write an entry that is empty."""
    monkeypatch.setattr(ledger, "_refuse_odd_amounts", lambda entries: None)
    with at_acme():
        for arrows in (1, 2):
            odd = ledger.Arrow(ann.id, point.id, *ends, amount if ends[0] != "here" else 5)
            with pytest.raises(DatabaseError, match="no such arrow"), transaction.atomic():
                ledger.post([ledger.Entry("adjustment", "x", (odd,) * arrows)])
        assert not JournalEntry.objects.exists()


def test_an_amount_beyond_reason_is_refused_by_name(at_acme, ann, point, promise):
    with at_acme():
        for amount in (ledger.LARGEST + 1, HUGE, HUGE + 1, 10**40):
            with pytest.raises(AmountTooLarge):
                operations.earn_points([operations.Grant(ann.id, amount, "x", "order")])
            with pytest.raises(AmountTooLarge):
                operations.accrue([promise(amount)])
            with pytest.raises(AmountTooLarge):
                operations.accrue([promise(1, cost_minor=amount)])
            with pytest.raises(AmountTooLarge):
                operations.redeem_points(ann.id, amount=amount, reason="", key="x")
        assert not JournalEntry.objects.exists()
        assert not Reward.objects.exists()


def test_a_sum_beyond_a_bigint_is_refused_and_nothing_is_half_done(at_acme, ann, move, monkeypatch, has):
    monkeypatch.setattr(ledger, "LARGEST", HUGE)
    with at_acme():
        move(ann, "programme", "available", HUGE, "first")
        with pytest.raises(AmountTooLarge):
            move(ann, "programme", "available", 1, "second")
        with pytest.raises(AmountTooLarge):  # found when it is promised, so that no settlement gets stuck on it
            move(ann, "programme", "pending", 2, "third")
        assert has(ann) == (0, HUGE, 0)
        assert [entry.key for entry in JournalEntry.objects.all()] == ["first"]
        assert queries.verify_books().wrong == ()


def test_thousands_of_the_largest_amounts_are_still_summed(at_acme, ann, bea, move):
    with at_acme():
        for customer in (ann, bea):
            move(customer, "programme", "available", ledger.LARGEST, f"to {customer.id}")
        assert {line.account: line.amount for line in queries.trial_balance()} == {
            "available": 2 * ledger.LARGEST, "programme": -2 * ledger.LARGEST,
        }  # fmt: skip


def test_an_entry_has_arrows(at_acme, ann):
    with at_acme():
        with pytest.raises(ValueError, match="moves nothing"):
            ledger.post([ledger.Entry("adjustment", "x", ())])
        assert not JournalEntry.objects.exists()


# --- keys ------------------------------------------------------------------------------------------

ODD_KEYS = ["'; DROP TABLE rewards_lot; --", '"\\', "%s %(x)s", "$$ || $1", "{0}", "键" * 160, "\n\t ", "", "🎁"]


@pytest.mark.parametrize("at_once", [1, len(ODD_KEYS)])
def test_a_key_is_only_a_key(at_acme, ann, point, has, at_once):
    with at_acme():
        arrow = ledger.Arrow(ann.id, point.id, "programme", "available", 5)
        entries = [ledger.Entry("earning", key, (arrow,), reason=key) for key in ODD_KEYS]
        for _ in range(2):
            for start in range(0, len(entries), at_once):
                ledger.post(entries[start : start + at_once])
        assert {entry.key: entry.reason for entry in JournalEntry.objects.all()} == {key: key for key in ODD_KEYS}
        assert has(ann) == (0, 5 * len(ODD_KEYS), 0)


@pytest.mark.parametrize("at_once", [1, 2])
def test_long_keys_that_begin_alike_are_two(at_acme, ann, point, has, at_once):
    with at_acme():
        arrow = ledger.Arrow(ann.id, point.id, "programme", "available", 5)
        entries = [ledger.Entry("earning", "k" * 300 + end, (arrow,)) for end in "ab"]
        for _ in range(2):
            for start in range(0, 2, at_once):
                ledger.post(entries[start : start + at_once])
        assert JournalEntry.objects.count() == 2
        assert has(ann) == (0, 10, 0)


def test_a_key_twice_in_one_call_is_one_entry_and_told_once(at_acme, ann, has):
    grant = operations.Grant(ann.id, 50, "same", "order")
    with at_acme():
        one, other = operations.earn_points([grant, grant])
        assert one == other
        assert has(ann) == (0, 50, 0)
        assert Event.objects.filter(kind="points.earned").count() == 1


def test_a_key_twice_in_one_call_with_other_facts_is_a_conflict(at_acme, ann, has):
    with at_acme():
        grants = [operations.Grant(ann.id, amount, "same", "order") for amount in (50, 51)]
        with pytest.raises(LedgerConflict):
            operations.earn_points(grants)
        assert not JournalEntry.objects.exists()


def test_a_return_of_another_redemption_under_the_same_key_is_a_conflict(at_acme, ann, move):
    with at_acme():
        move(ann, "programme", "available", 100, "earned")
        first = move(ann, "available", "redeemed", 30, "mug", kind="redemption")
        second = move(ann, "available", "redeemed", 30, "cup", kind="redemption")
        move(ann, "redeemed", "available", 30, "back", kind="return", gives_back=first.entry_id)
        with pytest.raises(LedgerConflict):
            move(ann, "redeemed", "available", 30, "back", kind="return", gives_back=second.entry_id)


# --- giving back what was taken --------------------------------------------------------------------


def test_a_redemption_is_given_back_once_even_to_somebody_who_owes(at_acme, ann, move, has):
    """All of it repays arrears, so no lot has more than before; a second return must still be refused."""
    with at_acme():
        earned = move(ann, "programme", "available", 100, "earned")
        used = move(ann, "available", "redeemed", 100, "mug", kind="redemption")
        clawback = {"preferred": (earned.entry_id,), "may_owe": True}
        assert move(ann, "available", "programme", 100, "clawed", kind="reversal", **clawback).short == 100
        assert has(ann) == (0, 0, 100)
        move(ann, "redeemed", "available", 100, "back", kind="return", gives_back=used.entry_id)
        assert has(ann) == (0, 0, 0)
        with pytest.raises(GivesBackTooMuch):
            move(ann, "redeemed", "available", 1, "again", kind="return", gives_back=used.entry_id)
        assert has(ann) == (0, 0, 0)


def test_parts_are_given_back_until_all_is(at_acme, ann, move, has):
    with at_acme():
        move(ann, "programme", "available", 100, "earned")
        used = move(ann, "available", "redeemed", 70, "mug", kind="redemption")
        for number, amount in enumerate((20, 30, 20)):
            move(ann, "redeemed", "available", amount, f"back {number}", kind="return", gives_back=used.entry_id)
        with pytest.raises(GivesBackTooMuch):
            move(ann, "redeemed", "available", 1, "too much", kind="return", gives_back=used.entry_id)
        assert has(ann) == (0, 100, 0)


def test_what_one_customer_used_is_not_given_back_to_another(at_acme, ann, bea, move, has):
    with at_acme():
        for customer in (ann, bea):
            move(customer, "programme", "available", 50, f"to {customer.id}")
        used = move(ann, "available", "redeemed", 30, "mug", kind="redemption")
        move(bea, "available", "redeemed", 30, "cup", kind="redemption")
        with pytest.raises(GivesBackTooMuch):
            move(bea, "redeemed", "available", 30, "back", kind="return", gives_back=used.entry_id)
        assert (has(ann), has(bea)) == ((0, 20, 0), (0, 20, 0))


def test_a_redemption_in_two_units_is_given_back_to_the_lots_of_each(at_acme, ann, point, has):
    with at_acme():
        money = operations.ensure_units()["GBP"]
        for unit in (point, money):
            ledger.post(
                [ledger.Entry("earning", unit.code, (ledger.Arrow(ann.id, unit.id, "programme", "available", 100),))]
            )
        both = tuple(ledger.Arrow(ann.id, unit.id, "available", "redeemed", 60) for unit in (point, money))
        [used] = ledger.post([ledger.Entry("redemption", "gift", both)])
        back = ledger.Arrow(ann.id, money.id, "redeemed", "available", 60, gives_back=used.entry_id)
        ledger.post([ledger.Entry("return", "back", (back,))])
        assert (has(ann), has(ann, "GBP")) == ((0, 40, 0), (0, 100, 0))


@pytest.mark.parametrize("source", ["redeemed", "expired", "paid"])
def test_nothing_comes_back_that_never_left(at_acme, ann, move, has, source):
    with at_acme():
        with pytest.raises(GivesBackTooMuch):
            move(ann, source, "available", 5, "x")
        assert not JournalEntry.objects.exists()


# --- taking back -----------------------------------------------------------------------------------


def test_what_is_let_go_is_owed_and_written_off_where_everybody_can_see_it(at_acme, ann, move, has):
    with at_acme():
        earned = move(ann, "programme", "available", 100, "earned")
        move(ann, "available", "redeemed", 80, "mug", kind="redemption")
        take = ("available", "programme", 100, "taken")
        short = move(ann, *take, kind="reversal", preferred=(earned.entry_id,), may_forgive=True)
        assert (short.is_new, short.short) == (True, 80)
        assert has(ann) == (0, 0, 0)
        arrows = Posting.objects.order_by("id").values_list("entry__kind", "source", "target", "amount")
        assert sorted(arrows)[2:] == [
            ("reversal", "arrears", "programme", 80),
            ("reversal", "available", "programme", 20),
            ("write_off", "programme", "arrears", 80),
        ]
        again = move(ann, *take, kind="reversal", preferred=(earned.entry_id,), may_forgive=True)
        assert (again.entry_id, again.is_new, again.short) == (short.entry_id, False, 0)
        assert JournalEntry.objects.count() == 4


def test_all_can_be_let_go(at_acme, ann, move, has):
    with at_acme():
        assert move(ann, "available", "programme", 30, "taken", kind="reversal", may_forgive=True).short == 30
        assert has(ann) == (0, 0, 0)


def test_own_lots_only_leaves_the_others_and_lets_the_rest_go(at_acme, ann, move, has):
    with at_acme():
        own = move(ann, "programme", "available", 50, "own")
        move(ann, "programme", "available", 70, "other")
        move(ann, "available", "redeemed", 20, "mug", kind="redemption", preferred=(own.entry_id,))
        options = {"preferred": (own.entry_id,), "is_own_only": True, "may_forgive": True}
        assert move(ann, "available", "programme", 50, "taken", kind="reversal", **options).short == 20
        assert has(ann) == (0, 70, 0)


def test_a_lot_is_preferred_by_its_own_name_and_by_the_entry_that_opened_it(at_acme, ann, move):
    with at_acme():
        first, second = (move(ann, "programme", "available", 50, key) for key in ("first", "second"))
        lot = Lot.objects.get(entry_id=second.entry_id)
        move(ann, "available", "redeemed", 10, "by lot", kind="redemption", preferred=(lot.id,))
        move(ann, "available", "redeemed", 10, "by entry", kind="redemption", preferred=(second.entry_id,))
        assert lots() == {first.entry_id: 50, second.entry_id: 30}
        assert set(LotUse.objects.values_list("lot_id", flat=True)) == {lot.id}


def test_somebody_elses_lots_are_never_taken_though_they_are_preferred(at_acme, ann, bea, move, has):
    with at_acme():
        hers = move(bea, "programme", "available", 50, "bea's")
        assert move(ann, "available", "programme", 20, "x", preferred=(hers.entry_id,), may_owe=True).short == 20
        assert (has(ann), has(bea)) == ((0, 0, 20), (0, 50, 0))


def test_what_of_somebody_elses_expired_is_not_taken_back_from_her(at_acme, ann, bea, move, point, has):
    with at_acme():
        operations.set_points_expiry(1)
        [hers] = operations.earn_points([operations.Grant(bea.id, 50, "bea's", "order")])
    with at_acme(days=40):
        operations.expire_lots()
        assert move(ann, "available", "programme", 20, "x", preferred=(hers,), may_owe=True).short == 20
        assert (has(ann), has(bea)) == ((0, 0, 20), (0, 0, 0))
        assert Posting.objects.filter(source="expired").count() == 0


def test_a_refusal_in_the_middle_of_many_entries_leaves_none(at_acme, ann, bea, point):
    def arrow(customer, source, target, amount):
        return (ledger.Arrow(customer.id, point.id, source, target, amount),)

    with at_acme():
        entries = [
            ledger.Entry("earning", "a", arrow(ann, "programme", "available", 5)),
            ledger.Entry("redemption", "b", arrow(bea, "available", "redeemed", 1)),
        ]
        with pytest.raises(InsufficientBalance), transaction.atomic():
            ledger.post(entries)
        assert not JournalEntry.objects.exists()
        assert not Unit.objects.filter(code="POINT").exclude(id=point.id).exists()
