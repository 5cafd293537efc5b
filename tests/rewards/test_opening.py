"""Balances taken over, redemptions given back, debts forgiven; how long points live and what activity does."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from foundation.ids import new_id
from rewards import operations, queries
from rewards.errors.general import (
    BelongsToOrder,
    ExpiryPassed,
    GivesBackTooMuch,
    LedgerConflict,
    LimitContradicts,
    NotARedemption,
    NotPositive,
    OwesLess,
    ReasonMissing,
    ReferenceMissing,
)
from rewards.models import JournalEntry, Lot, LotExtension, Unit
from rewards.operations import Opening, Policy
from tenancy import door
from tenancy.models import AuditRecord

pytestmark = pytest.mark.usefixtures("books_are_whole")


def grant(customer, amount, key="a"):
    return operations.earn_points([operations.Grant(customer.id, amount, key, "order")])[0]


def opening(customer, amount=300, reference="7", **facts):
    return Opening(customer.id, amount, source="old", reference=reference, **facts)


# --- opening balances -----------------------------------------------------------------------------------


def test_a_balance_is_taken_over_with_its_day(at_acme, ann, bea, has):
    with at_acme():
        ends = door.moment() + timedelta(days=40)
        operations.open_balances([opening(ann, expires_at=ends), opening(bea, 50, "8")])
        operations.open_balances([opening(ann, 999, "9", unit_code="GBP")])
        assert (has(ann), has(bea), has(ann, "GBP")) == ((0, 300, 0), (0, 50, 0), (0, 999, 0))
        dates = {lot.amount: lot.expires_at and f"{lot.expires_at:%Y-%m-%d}" for lot in Lot.objects.all()}
        assert dates == {300: "2026-12-30", 50: "2027-11-20", 999: None}
        trial = {(line.unit, line.account): line.amount for line in queries.trial_balance()}
        assert (trial["POINT", "opening"], trial["GBP", "opening"]) == (-350, -999)
        assert AuditRecord.objects.filter(action="balance.opened").count() == 3


def test_twice_is_once_and_another_amount_a_conflict(at_acme, ann, has):
    with at_acme():
        [first] = operations.open_balances([opening(ann)])
        [again] = operations.open_balances([opening(ann)])
        assert (first.entry_id, again.is_new) == (again.entry_id, False)
        with pytest.raises(LedgerConflict) as refusal:
            operations.open_balances([opening(ann, 301)])
        assert refusal.value.facts == {"key": "opening:old:7"}
        assert has(ann) == (0, 300, 0)
        assert AuditRecord.objects.filter(action="balance.opened").count() == 1


def test_what_was_owed_before_is_repaid(at_acme, ann, has):
    with at_acme():
        origin = grant(ann, 50)
        operations.redeem_points(ann.id, amount=50, reason="mug", key="1")
        operations.take_back_points([operations.TakeBack(ann.id, 50, "b", "refund", (origin,))])
        operations.open_balances([opening(ann)])
        assert has(ann) == (0, 250, 0)


def test_odd_balances_are_refused_and_none_of_the_batch_is_taken(at_acme, ann, has):
    with at_acme():
        for wrong, refusal in (
            (opening(ann, 0), NotPositive), (opening(ann, reference=" "), ReferenceMissing),
            (opening(ann, expires_at=door.moment()), ExpiryPassed),
        ):  # fmt: skip
            with pytest.raises(refusal):
                operations.open_balances([opening(ann, reference="fine"), wrong])
        assert has(ann) == (0, 0, 0)


# --- redemptions given back -----------------------------------------------------------------------------


def test_a_redemption_is_given_back_in_parts_to_its_lots(at_acme, ann, has):
    with at_acme():
        operations.set_points_expiry(1)
        grant(ann, 30)
        operations.set_points_expiry(12)
        grant(ann, 70, "b")
        mug = operations.redeem_points(ann.id, amount=80, reason="mug", key="1")
    with at_acme(days=60):
        first = operations.return_redemption(mug.id, amount=50, reason="chipped", key="1")
        assert (first.kind, first.reverses_id, has(ann)) == ("return", mug.id, (0, 70, 0))
        operations.return_redemption(mug.id, reason="broken", key="2")
        assert has(ann) == (0, 100, 0)
        rests = {lot.amount: (lot.remaining, f"{lot.expires_at:%Y-%m-%d}") for lot in Lot.objects.all()}
        assert rests == {70: (70, "2027-11-20"), 30: (30, "2027-02-18")}  # thirty days more: it had expired
        assert AuditRecord.objects.filter(action="points.returned").count() == 2


def test_never_more_than_was_taken(at_acme, ann, has):
    with at_acme():
        grant(ann, 100)
        mug = operations.redeem_points(ann.id, amount=80, reason="mug", key="1")
        with pytest.raises(GivesBackTooMuch) as refusal:
            operations.return_redemption(mug.id, amount=81, reason="x", key="0")
        assert refusal.value.facts == {"left": 80}
        operations.return_redemption(mug.id, reason="broken", key="1")
        again = operations.return_redemption(mug.id, reason="broken", key="1")
        assert again.key == "return:1"
        with pytest.raises(GivesBackTooMuch):
            operations.return_redemption(mug.id, reason="broken", key="2")
        with pytest.raises(LedgerConflict):
            operations.return_redemption(mug.id, amount=3, reason="broken", key="1")
        assert has(ann) == (0, 100, 0)


def test_a_return_pays_debts_and_still_happens_once(at_acme, ann, has):
    with at_acme():
        origin = grant(ann, 100)
        mug = operations.redeem_points(ann.id, amount=100, reason="mug", key="1")
        operations.take_back_points([operations.TakeBack(ann.id, 60, "b", "refund", (origin,))])
        operations.return_redemption(mug.id, reason="broken", key="1")
        assert has(ann) == (0, 40, 0)
        with pytest.raises(GivesBackTooMuch):
            operations.return_redemption(mug.id, amount=1, reason="broken", key="2")


def test_only_redemptions_that_stand_alone_and_with_a_reason(at_acme, ann, rich, put_in, has):
    with at_acme():
        earning = JournalEntry.objects.get(kind="earning")
        mug = put_in("Mug")
        order = operations.order_gift(mug.id, ann.id, key="m", way="fetch")
        with pytest.raises(NotARedemption):
            operations.return_redemption(earning.id, reason="x", key="1")
        with pytest.raises(NotARedemption):
            operations.return_redemption(new_id(), reason="x", key="1")
        with pytest.raises(BelongsToOrder):
            operations.return_redemption(order.redemption_id, reason="x", key="1")
        spent = operations.redeem_points(ann.id, amount=10, reason="", key="1")
        with pytest.raises(ReasonMissing):
            operations.return_redemption(spent.id, reason=" ", key="1")
        with pytest.raises(NotPositive):
            operations.return_redemption(spent.id, amount=0, reason="x", key="1")
        assert has(ann) == (0, 1490, 0)


# --- debts ------------------------------------------------------------------------------------------------


def test_a_debt_is_forgiven_as_far_as_it_goes(at_acme, ann, has):
    with at_acme():
        origin = grant(ann, 100)
        operations.redeem_points(ann.id, amount=100, reason="mug", key="1")
        operations.take_back_points([operations.TakeBack(ann.id, 60, "b", "refund", (origin,))])
        entry = operations.forgive_debt(ann.id, amount=25, reason="a good customer", key="1")
        assert (entry.kind, entry.reason, has(ann)) == ("write_off", "a good customer", (0, 0, 35))
        assert operations.forgive_debt(ann.id, amount=25, reason="a good customer", key="1").id == entry.id
        with pytest.raises(OwesLess) as refusal:
            operations.forgive_debt(ann.id, amount=36, reason="all of it", key="2")
        assert refusal.value.facts == {"owed": 35}
        with pytest.raises(ReasonMissing):
            operations.forgive_debt(ann.id, amount=1, reason="", key="3")
        assert has(ann) == (0, 0, 35)
        why = [(line.kind, line.amount, line.owed) for line in queries.debts(ann.id, "POINT")]
        assert why == [("write_off", -25, 35), ("reversal", 60, 60)]
        assert AuditRecord.objects.filter(action="debt.forgiven").count() == 1


# --- how long points live -----------------------------------------------------------------------------------


def ends():
    return {lot.amount: lot.expires_at and f"{lot.expires_at:%Y-%m-%d}" for lot in Lot.objects.all()}


def test_a_new_policy_is_for_what_becomes_available_from_then_on(at_acme, promise, ann):
    """Promised under the old policy, settled under the new one."""
    with at_acme():
        grant(ann, 10)
        operations.accrue([promise(100, days=14)])
        operations.set_policy(Policy(expires_after_years=1))
        grant(ann, 20, "b")
        [record] = AuditRecord.objects.filter(action="unit.policy_set")
        assert record.changes == {"expires_after_months": [12, None], "expires_after_years": [None, 1]}
    with at_acme(days=14):
        operations.settle_due()
        assert ends() == {10: "2027-11-20", 20: "2027-12-31", 100: "2027-12-31"}
        operations.set_policy(Policy(expires_after_years=1))
        assert AuditRecord.objects.filter(action="unit.policy_set").count() == 1
        operations.set_policy(Policy())
        grant(ann, 30, "c")
        assert ends()[30] is None


def test_new_years_eve_is_the_organisations(acme, at_acme, ann):
    with at_acme():
        type(acme).objects.filter(id=acme.id).update(time_zone="Asia/Shanghai")
    with door.organisation(acme.id, moment=datetime.fromisoformat("2026-12-31T16:30:00+00:00")):
        operations.set_policy(Policy(expires_after_years=0))
        grant(ann, 10)
        assert Lot.objects.get().expires_at.isoformat() == "2027-12-31T15:59:59.999999+00:00"


def test_a_policy_says_one_thing(at_acme):
    with at_acme():
        for wrong in ({"shortfall": "forgive", "owed_limit": 5}, {"owed_limit": -1}):
            with pytest.raises(LimitContradicts):
                Policy(**wrong)
        operations.ensure_units()
        assert operations.policy_of(Unit.objects.get(code="POINT")) == Policy(expires_after_months=12)


def test_a_redemption_lets_the_rest_live_longer(at_acme, ann, bea):
    with at_acme():
        operations.set_policy(Policy(expires_after_months=6, extends_on_activity=True))
        grant(ann, 100)
        grant(bea, 50, "b")
    with at_acme(days=150):
        mug = operations.redeem_points(ann.id, amount=40, reason="mug", key="1")
        operations.redeem_points(ann.id, amount=40, reason="mug", key="1")
        assert ends() == {100: "2027-10-19", 50: "2027-05-20"}
        extension = LotExtension.objects.get()
        assert (extension.cause, extension.cause_id) == ("redemption", mug.id)
        [line] = queries.lots(ann.id, "POINT")
        assert (line.remaining, line.was_extended, f"{line.first_expiry_at:%Y-%m-%d}") == (60, True, "2027-05-20")


def test_nothing_is_ever_shortened_and_what_never_ends_never_does(at_acme, ann):
    with at_acme():
        operations.set_policy(Policy())
        grant(ann, 10)
        operations.set_policy(Policy(expires_after_months=24))
        grant(ann, 20, "b")
        operations.set_policy(Policy(expires_after_months=1, extends_on_activity=True))
        operations.redeem_points(ann.id, amount=5, reason="", key="1")
        assert ends() == {10: None, 20: "2028-11-20"}
        assert not LotExtension.objects.exists()


def test_an_extension_cannot_be_written_by_hand(at_acme, ann):
    with at_acme():
        grant(ann, 10)
        with pytest.raises(DatabaseError), transaction.atomic():
            LotExtension.objects.create(
                lot_id=Lot.objects.get().id, before=door.moment(), after=door.moment() + timedelta(days=1), cause="order",
                occurred_at=door.moment(),
            )  # fmt: skip
        assert not LotExtension.objects.exists()
