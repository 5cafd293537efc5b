"""Payouts from available cash to an approved batch: who is paid how much, four eyes, the books at each stop."""

import pytest
from django.db import IntegrityError

from crm.operations import record_customer
from rewards.errors.payouts import AnotherPersonNeeded, NothingToPay, PayoutMovedOn, PayoutUnknown, PersonNeeded
from rewards.models import JournalEntry, Lot, PayoutBatch, PayoutLine, PayoutShare, PayoutStep, Reward, RewardMove
from rewards.operations import keep_only
from rewards.operations.payouts import (
    approve_payout,
    cancel_payout,
    draft_payout,
    send_payout,
    submit_payout,
    take_result_file,
)
from rewards.queries.payouts import batch as batch_of
from rewards.queries.payouts import left_out
from tenancy import door, keys
from tenancy.models import AuditRecord
from tests.rewards.cash import approved, as_person, draft, give_account, give_cash

pytestmark = pytest.mark.usefixtures("books_are_whole")


@pytest.fixture
def fay(acme, staff_of):
    """Finance, who approves what gus makes."""
    return staff_of(acme, "finance")


def _lines(batch):
    return [(line.customer_id, line.gross_minor, line.amount_minor, line.state) for line in batch.lines.order_by("id")]


def test_several_rewards_of_a_person_are_one_line(at_acme, ann, gus, cash_of):
    with at_acme():
        first, second = give_cash(ann, 1500), give_cash(ann, 1000)
        give_account(ann)
        batch = draft(gus)
        assert _lines(batch) == [(ann.id, 2500, 2500, "draft")]
        assert set(PayoutShare.objects.values_list("reward_id", flat=True)) == {first.id, second.id}
        assert cash_of(ann) == {"available": 2500, "paying": 0, "paid": 0, "arrears": 0}


def test_who_is_not_paid_is_named_with_the_reason_and_keeps_their_cash(at_acme, ann, bea, gus, cash_of):
    with at_acme():
        give_cash(ann, 1500)
        give_account(ann)
        give_cash(bea, 4000)
        cat = record_customer(name="Cat Low", email="cat@example.com")
        give_cash(cat, 200)
        give_account(cat, "GB82WEST12345698765432")
        batch = draft(gus, minimum_minor=500)
        assert _lines(batch) == [(ann.id, 1500, 1500, "draft")]
        told = {each.customer_id: (each.reason, each.amount_minor) for each in left_out(batch.id)}
        assert told == {bea.id: ("no_account", 4000), cat.id: ("too_little", 200)}
        submit_payout(batch.id)
        assert cash_of(bea)["available"] == 4000
        assert cash_of(cat)["available"] == 200


def test_filters_choose_rewards(at_acme, ann, gus):
    campaign = "01900000-0000-7000-8000-000000000001"
    with at_acme():
        give_account(ann)
        give_cash(ann, 1000, campaign_id=campaign)
        give_cash(ann, 300)
    with at_acme(days=10):
        give_cash(ann, 70)
        assert _lines(draft(gus))[0][2] == 1370
        assert _lines(draft(gus, campaign_id=campaign))[0][2] == 1000
        assert _lines(draft(gus, until=door.moment().replace(day=25)))[0][2] == 1300
        with pytest.raises(NothingToPay):
            draft(gus, currency="EUR")


def test_nothing_to_pay_leaves_nothing(at_acme, ann, gus):
    with at_acme():
        give_cash(ann, 1500)  # no account
        with pytest.raises(NothingToPay):
            draft(gus)
        assert PayoutBatch.objects.count() == 0


def test_submitting_sets_the_money_aside(at_acme, ann, gus, cash_of):
    with at_acme():
        reward = give_cash(ann, 1500)
        give_account(ann)
        batch = draft(gus)
        submit_payout(batch.id)
        line = PayoutLine.objects.get()
        assert (line.state, line.entry_id is not None) == ("reserved", True)
        assert cash_of(ann) == {"available": 0, "paying": 1500, "paid": 0, "arrears": 0}
        reward.refresh_from_db()
        assert reward.state == Reward.State.PAYING
        entry = JournalEntry.objects.get(id=line.entry_id)
        assert (entry.kind, entry.key, entry.reason) == ("payout", f"payout:{line.id}:reserved", line.reference)
        move = RewardMove.objects.get(reward_id=reward.id, after="paying")
        assert (move.before, move.amount, move.cause, move.entry_id) == ("available", 1500, "payout", entry.id)


def test_a_reward_is_in_one_payout_only(at_acme, ann, gus):
    with at_acme():
        give_cash(ann, 1500)
        give_account(ann)
        first, second = draft(gus), draft(gus)
        submit_payout(first.id)
        with pytest.raises(NothingToPay):
            submit_payout(second.id)
        with pytest.raises(NothingToPay):
            draft(gus)


def test_the_database_itself_holds_a_reward_to_one_line(at_acme, ann, gus):
    with at_acme():
        give_cash(ann, 1500)
        give_account(ann)
        first, second = draft(gus), draft(gus)
        submit_payout(first.id)
    with pytest.raises(IntegrityError, match="payout_reward_paid_once"), at_acme():
        PayoutShare.objects.filter(line__batch=second).update(is_held=True)


def test_submitting_looks_again(at_acme, ann, bea, gus):
    """Between draft and submission a refund made one smaller, and the other lost it all."""
    with at_acme():
        small, gone = give_cash(ann, 1500), give_cash(bea, 900)
        give_account(ann)
        give_account(bea, "GB82WEST12345698765432")
        batch = draft(gus)
        keep_only(small.id, keep=1000, cause="refund", key="r1")
        keep_only(gone.id, keep=0, cause="refund", key="r2")
        submit_payout(batch.id)
        assert _lines(batch) == [(ann.id, 1000, 1000, "reserved")]
        assert [(each.customer_id, each.reason) for each in left_out(batch.id)] == [(bea.id, "gone")]


def test_the_account_of_the_day_of_submission_is_paid(at_acme, ann, gus):
    with at_acme():
        give_cash(ann, 1500)
        give_account(ann)
        batch = draft(gus)
        newer = give_account(ann, "GB82WEST12345698765432")
        submit_payout(batch.id)
        assert PayoutLine.objects.get().account_id == newer.id


def test_a_debt_is_repaid_first(at_acme, ann, gus, fay, cash_of):
    """Paid 1000, refunded 600 of it, earned 1000 again: 400 come."""
    with at_acme():
        give_account(ann)
        old = give_cash(ann, 1000)
        batch = approved(gus, fay)
        send_payout(batch.id)
        take_result_file(batch.id, f"reference,status\n{PayoutLine.objects.get().reference},paid\n".encode())
        keep_only(old.id, keep=400, cause="refund", key="r1")
        assert cash_of(ann) == {"available": 0, "paying": 0, "paid": 1000, "arrears": -600}
        new = give_cash(ann, 1000)
        second = draft(gus)
        assert _lines(second) == [(ann.id, 1000, 400, "draft")]
        submit_payout(second.id)
        assert PayoutShare.objects.get(reward=new).amount == 400
        assert cash_of(ann) == {"available": 0, "paying": 400, "paid": 1000, "arrears": 0}


def test_who_owes_more_waits(at_acme, ann, bea, gus, cash_of):
    with at_acme():
        give_account(ann)
        give_account(bea, "GB82WEST12345698765432")
        give_cash(bea, 500)
        first, second = give_cash(ann, 700), give_cash(ann, 700)
        batch = draft(gus)
        submit_payout(batch.id)
        cancel_payout(batch.id)
        keep_only(first.id, keep=0, cause="refund", key="r1")
        assert cash_of(ann)["available"] == 700
        assert second.kept == 700


# --- four eyes --------------------------------------------------------------------------------------------


def test_a_second_person_approves(at_acme, ann, gus, fay):
    with at_acme():
        give_cash(ann, 1500)
        give_account(ann)
        batch = approved(gus, fay)
        assert (batch.state, batch.made_by, batch.approved_by) == ("approved", gus.user_id, fay.user_id)
        steps = PayoutStep.objects.filter(batch_id=batch.id).order_by("id")
        assert [(step.state, step.actor_id) for step in steps] == [
            ("draft", gus.user_id), ("waiting", gus.user_id), ("approved", fay.user_id),
        ]  # fmt: skip
        noted = AuditRecord.objects.filter(action__startswith="payout.").order_by("id")
        assert [each.action for each in noted] == ["payout.drafted", "payout.submitted", "payout.approved"]


def test_nobody_approves_their_own(at_acme, ann, gus, fay):
    with at_acme():
        give_cash(ann, 1500)
        give_account(ann)
        batch = draft(gus)
        as_person(fay)
        submit_payout(batch.id)
        for own in (gus, fay):
            as_person(own)
            with pytest.raises(AnotherPersonNeeded):
                approve_payout(batch.id)
        assert batch_of(batch.id).state == "waiting"


def test_a_key_is_the_person_who_made_it(at_acme, acme, ann, gus):
    with at_acme():
        give_cash(ann, 1500)
        give_account(ann)
        batch = draft(gus)
        submit_payout(batch.id)
        key, _ = keys.issue(name="mine", scopes=["payouts:write"], created_by=gus.user)
        door.act_as(door.Actor("api_key", key.id))
        with pytest.raises(AnotherPersonNeeded):
            approve_payout(batch.id)


def test_the_house_itself_makes_no_payouts(at_acme, ann):
    with at_acme():
        give_cash(ann, 1500)
        give_account(ann)
        with pytest.raises(PersonNeeded):
            draft_payout(currency="GBP")


def test_the_database_itself_wants_two_people(at_acme, ann, gus):
    with at_acme():
        give_cash(ann, 1500)
        give_account(ann)
        batch = draft(gus)
        submit_payout(batch.id)
    with pytest.raises(IntegrityError, match="payout_not_approved_by"), at_acme():
        PayoutBatch.objects.update(state="approved", approved_by=gus.user_id)
    with pytest.raises(IntegrityError, match="payout_sent_only_when_approved"), at_acme():
        PayoutBatch.objects.update(state="sent")


def test_approving_twice_and_too_early_is_refused(at_acme, ann, gus, fay):
    with at_acme():
        give_cash(ann, 1500)
        give_account(ann)
        batch = draft(gus)
        as_person(fay)
        with pytest.raises(PayoutMovedOn):
            approve_payout(batch.id)
        as_person(gus)
        submit_payout(batch.id)
        as_person(fay)
        approve_payout(batch.id)
        with pytest.raises(PayoutMovedOn):
            approve_payout(batch.id)


# --- cancelling -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["draft", "waiting", "approved"])
def test_cancelling_gives_everything_back(stage, at_acme, ann, gus, fay, cash_of):
    with at_acme():
        reward = give_cash(ann, 1500)
        lot = reward.lot_id
        give_account(ann)
        batch = draft(gus)
        if stage != "draft":
            submit_payout(batch.id)
        if stage == "approved":
            as_person(fay)
            approve_payout(batch.id)
        cancel_payout(batch.id, reason="wrong month")
        assert batch_of(batch.id).state == "cancelled"
        assert _lines(batch)[0][3] == "withdrawn"
        assert cash_of(ann) == {"available": 1500, "paying": 0, "paid": 0, "arrears": 0}
        reward.refresh_from_db()
        assert reward.state == "available"
        assert [(each.id, each.remaining) for each in Lot.objects.all()] == [(lot, 1500)]
        assert _lines(draft(gus))[0][2] == 1500  # and can be paid by another


def test_another_organisations_payout_does_not_exist(at_acme, globex, mallory, ann, gus):
    with at_acme():
        give_cash(ann, 1500)
        give_account(ann)
        batch = draft(gus)
    with door.organisation(globex.id):
        as_person(mallory)
        for verb in (submit_payout, approve_payout, cancel_payout, batch_of):
            with pytest.raises(PayoutUnknown):
                verb(batch.id)
