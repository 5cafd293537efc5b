"""What becomes of sent payouts: files, differences, refunds on the way, doubt; the books at each stop."""

from datetime import timedelta

import pytest
from django.utils import timezone as clock

from rewards import operations
from rewards.errors.payouts import DifferenceSettled, NoteMissing, NotPaidByFile, PayoutMovedOn, RemedyImpossible
from rewards.models import JournalEntry, Lot, PayoutBatch, PayoutDifference, PayoutLine, PayoutReport, Reward
from rewards.operations import keep_only, payouts
from rewards.operations.payouts.results import take_words
from rewards.providers.files import ResultFileInvalid
from rewards.queries.payout_claims import paid_in_year
from rewards.queries.payouts import batch as batch_of
from rewards.rules.payouts import Word
from tenancy import door
from tenancy.models import AuditRecord, Event
from tests.rewards.cash import approved, as_person, give_account, give_cash

pytestmark = pytest.mark.usefixtures("books_are_whole")


@pytest.fixture
def fay(acme, staff_of):
    return staff_of(acme, "finance")


@pytest.fixture
def sent(at_acme, ann, bea, gus, fay):
    """A payout by file, sent: ann gets 15.00, bea 9.00."""
    with at_acme():
        give_cash(ann, 1500)
        give_cash(bea, 900)
        give_account(ann)
        give_account(bea, "GB82WEST12345698765432")
        batch = approved(gus, fay)
        return payouts.send_payout(batch.id)


def _line(customer) -> PayoutLine:
    return PayoutLine.objects.get(customer=customer)


def _say(status: str, customer, **facts) -> str:
    """Let the provider say something of a customer's line."""
    word = Word(reference=_line(customer).reference, status=status, **facts)
    return take_words([word], source=PayoutReport.Source.LOOK_UP)[0]


def _results(batch, text: str) -> dict:
    counts = payouts.take_result_file(batch.id, text.encode())
    return {name: counts[name] for name in ("paid", "failed", "repeated", "differences", "not_understood")}


def _only_difference() -> PayoutDifference:
    return PayoutDifference.objects.get()


# --- the file for the bank ----------------------------------------------------------------------------------


def test_sending_by_file_puts_everything_on_its_way(at_acme, sent, ann, cash_of):
    with at_acme():
        assert sent.state == "sent"
        assert set(PayoutLine.objects.values_list("state", "attempts")) == {("accepted", 1)}
        assert cash_of(ann)["paying"] == 1500


def test_the_file_holds_what_the_bank_needs(at_acme, sent, ann, bea):
    with at_acme():
        name, text = payouts.payout_file(sent.id, purpose="to the bank")
        assert name == f"payout-{sent.code}.csv"
        assert text.splitlines() == [
            "\ufeffreference,holder,account,bank,method,amount,currency,note",
            f"{_line(ann).reference},Ann Smith,GB33BUKB20201555555555,Acorn Bank,bank,15.00,GBP,Acme {sent.code}",
            f"{_line(bea).reference},Bea Jones,GB82WEST12345698765432,Acorn Bank,bank,9.00,GBP,Acme {sent.code}",
        ]
        assert payouts.payout_file(sent.id, purpose="again")[1] == text


def test_who_made_the_file_and_what_for_is_noted(at_acme, sent, fay):
    with at_acme():
        as_person(fay)
        payouts.payout_file(sent.id, purpose="upload at the bank")
        record = AuditRecord.objects.get(action="payout.file_made")
        assert (record.actor_id, record.changes) == (fay.user_id, {"payments": 2, "purpose": "upload at the bank"})


def test_no_file_before_approval(at_acme, ann, gus):
    with at_acme():
        give_cash(ann, 1500)
        give_account(ann)
        as_person(gus)
        batch = payouts.draft_payout(currency="GBP")
        payouts.submit_payout(batch.id)
        for verb in (payouts.send_payout, lambda id: payouts.payout_file(id, purpose="p")):
            with pytest.raises(PayoutMovedOn):
                verb(batch.id)
        assert not AuditRecord.objects.filter(action="payout.file_made").exists()


def test_a_result_file_is_booked(at_acme, sent, ann, bea, cash_of):
    with at_acme():
        hers, his = _line(ann).reference, _line(bea).reference
        text = f"Reference,Status,Amount,Reason\n{hers},PAID,15.00,\n{his},failed,,account closed\n"
        assert _results(sent, text) == {"paid": 1, "failed": 1, "repeated": 0, "differences": 0, "not_understood": 0}
        assert cash_of(ann) == {"available": 0, "paying": 0, "paid": 1500, "arrears": 0}
        assert cash_of(bea) == {"available": 900, "paying": 0, "paid": 0, "arrears": 0}
        assert (_line(ann).state, _line(bea).state, _line(bea).cause) == ("paid", "failed", "account closed")
        assert [reward.state for reward in Reward.objects.order_by("-amount")] == ["paid", "available"]
        assert batch_of(sent.id).state == "with_failures"


def test_the_same_file_again_changes_nothing(at_acme, sent, ann, bea):
    with at_acme():
        text = f"reference,status\n{_line(ann).reference},paid\n{_line(bea).reference},paid\n"
        _results(sent, text)
        entries = JournalEntry.objects.count()
        assert _results(sent, text) == {"paid": 0, "failed": 0, "repeated": 2, "differences": 0, "not_understood": 0}
        assert JournalEntry.objects.count() == entries
        assert batch_of(sent.id).state == "completed"


def test_one_file_that_says_a_thing_twice(at_acme, sent, ann):
    with at_acme():
        line = f"{_line(ann).reference},paid\n"
        assert _results(sent, f"reference,status\n{line}{line}")["paid"] == 1


def test_a_chinese_banks_file_is_read(at_acme, sent, ann):
    with at_acme():
        text = f"流水号;交易状态;金额\n{_line(ann).reference};交易成功;15.00\n".encode("gb18030")
        assert payouts.take_result_file(sent.id, text)["paid"] == 1


def test_rows_that_say_nothing_are_counted_and_named(at_acme, sent, ann):
    with at_acme():
        reference = _line(ann).reference
        text = f"reference,status,amount\n{reference},perhaps,\n,paid,\n{reference},paid,many\n\n"
        counts = payouts.take_result_file(sent.id, text.encode())
        assert counts["rows"] == counts["not_understood"] == 3
        assert [row["row"] for row in counts["bad_rows"]] == [2, 3, 4]
        assert _line(ann).state == "accepted"


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00\x01", b"reference\nx\n"])
def test_what_is_no_result_file_is_refused(content, at_acme, sent):
    with at_acme():
        with pytest.raises(ResultFileInvalid):
            payouts.take_result_file(sent.id, content)
        assert PayoutReport.objects.count() == 0


def test_files_are_for_payouts_by_file(at_acme, ann, gus, fay):
    with at_acme():
        give_cash(ann, 1500)
        give_account(ann)
        payouts.change_payout_settings(provider="demo")
        batch = approved(gus, fay)
        with pytest.raises(NotPaidByFile):
            payouts.take_result_file(batch.id, b"reference,status\n")


# --- differences ----------------------------------------------------------------------------------------------


def test_a_payment_that_is_not_ours(at_acme, sent):
    with at_acme():
        assert _results(sent, "reference,status,amount\nXX1,paid,9.99\n")["differences"] == 1
        found = _only_difference()
        assert (found.kind, found.line_id, found.reference, found.amount_minor) == ("unknown_line", None, "XX1", 999)
        _results(sent, "reference,status,amount\nXX1,paid,9.99\n")
        assert PayoutDifference.objects.count() == 1  # said twice, open once
        with pytest.raises(RemedyImpossible):
            payouts.settle_difference(found.id, remedy="book_paid", note="n")
        payouts.settle_difference(found.id, remedy="noted", note="the bank mixed us up")
        assert _only_difference().resolved_at == door.moment()


def test_another_amount_waits_for_a_person(at_acme, sent, ann, cash_of):
    with at_acme():
        assert _say("paid", ann, amount_minor=1499, currency="GBP") == "amount_differs"
        assert _line(ann).state == "accepted"
        payouts.settle_difference(_only_difference().id, remedy="book_paid", note="their fee")
        assert cash_of(ann)["paid"] == 1500
        assert _line(ann).state == "paid"


def test_paid_after_all(at_acme, sent, ann, cash_of):
    """It failed, we gave the money back, then it turns out that it was paid."""
    with at_acme():
        assert _say("failed", ann, cause="no answer") == "book_failed"
        assert _say("paid", ann, amount_minor=1500) == "paid_after_failed"
        assert cash_of(ann)["available"] == 1500
        payouts.settle_difference(_only_difference().id, remedy="book_paid", note="on the statement")
        assert cash_of(ann) == {"available": 0, "paying": 0, "paid": 1500, "arrears": 0}
        assert Reward.objects.get(beneficiary=ann).state == "paid"


def test_paid_after_all_when_it_was_paid_again_is_owed(at_acme, sent, ann, gus, fay, cash_of):
    with at_acme():
        _say("failed", ann)
        again = approved(gus, fay)
        payouts.send_payout(again.id)
        second = PayoutLine.objects.get(batch=again, customer=ann)
        take_words([Word(reference=second.reference, status="paid")], source="file")
        first = PayoutLine.objects.get(batch=sent, customer=ann)
        take_words([Word(reference=first.reference, status="paid")], source="callback")
        payouts.settle_difference(_only_difference().id, remedy="book_paid", note="paid twice, alas")
        assert cash_of(ann) == {"available": 0, "paying": 0, "paid": 3000, "arrears": -1500}
        give_cash(ann, 2000)
        assert cash_of(ann)["available"] == 500


def test_a_payment_comes_back_after_it_was_paid(at_acme, sent, ann, cash_of):
    with at_acme():
        lot = Reward.objects.get(beneficiary=ann).lot_id
        _say("paid", ann)
        assert _say("failed", ann, cause="account closed") == "came_back"
        assert cash_of(ann)["paid"] == 1500  # until a person agrees
        payouts.settle_difference(_only_difference().id, remedy="book_failed", note="seen on the statement")
        assert cash_of(ann) == {"available": 1500, "paying": 0, "paid": 0, "arrears": 0}
        assert Lot.objects.get(id=lot).remaining == 1500
        assert Reward.objects.get(beneficiary=ann).state == "available"
        assert batch_of(sent.id).state == "sent"  # bea's is still open


def test_coming_back_when_a_debt_was_repaid_meanwhile(at_acme, sent, ann, gus, fay, cash_of):
    """Paid twice, so that 15.00 were owed; repaid by a reward; then the second payment comes back."""
    with at_acme():
        _say("failed", ann)
        again = approved(gus, fay)
        payouts.send_payout(again.id)
        second = PayoutLine.objects.get(batch=again, customer=ann)
        take_words([Word(reference=second.reference, status="paid")], source="file")
        first = PayoutLine.objects.get(batch=sent, customer=ann)
        take_words([Word(reference=first.reference, status="paid")], source="callback")
        payouts.settle_difference(_only_difference().id, remedy="book_paid", note="paid twice")
        give_cash(ann, 1500)
        take_words([Word(reference=first.reference, status="failed")], source="callback")
        found = PayoutDifference.objects.get(resolved_at=None)
        payouts.settle_difference(found.id, remedy="book_failed", note="it came back")
        assert cash_of(ann) == {"available": 1500, "paying": 0, "paid": 1500, "arrears": 0}


def test_a_word_of_a_payment_we_never_sent(at_acme, ann, gus, fay, cash_of):
    with at_acme():
        give_cash(ann, 1500)
        give_account(ann)
        approved(gus, fay)
        assert _say("paid", ann) == "never_sent"
        assert cash_of(ann)["paying"] == 1500


def test_a_difference_is_settled_once_and_with_a_note(at_acme, sent, ann):
    with at_acme():
        _say("paid", ann, amount_minor=1)
        found = _only_difference()
        with pytest.raises(NoteMissing):
            payouts.settle_difference(found.id, remedy="noted", note=" ")
        payouts.settle_difference(found.id, remedy="noted", note="a typing mistake of theirs")
        with pytest.raises(DifferenceSettled):
            payouts.settle_difference(found.id, remedy="book_paid", note="n")
        assert _line(ann).state == "accepted"


@pytest.mark.parametrize(("is_paid", "state", "available"), [(True, "paid", 0), (False, "failed", 1500)])
def test_a_person_settles_what_nobody_can_say(is_paid, state, available, at_acme, sent, ann, cash_of):
    with at_acme():
        payouts.settle_doubt(_line(ann).id, is_paid=is_paid, note="by telephone")
        assert (_line(ann).state, cash_of(ann)["available"]) == (state, available)
        with pytest.raises(RemedyImpossible):
            payouts.settle_doubt(_line(ann).id, is_paid=not is_paid, note="by telephone")


# --- refunds on the way -----------------------------------------------------------------------------------------


def test_a_refund_before_sending_makes_the_line_smaller(at_acme, ann, gus, fay, cash_of):
    with at_acme():
        reward = give_cash(ann, 1500)
        give_account(ann)
        batch = approved(gus, fay)
        keep_only(reward.id, keep=1100, cause="refund", key="r1")
        assert (_line(ann).amount_minor, _line(ann).gross_minor) == (1100, 1100)
        assert cash_of(ann) == {"available": 0, "paying": 1100, "paid": 0, "arrears": 0}
        payouts.send_payout(batch.id)
        assert ",11.00," in payouts.payout_file(batch.id, purpose="p")[1]


def test_a_refund_before_sending_and_then_cancelled(at_acme, ann, gus, fay, cash_of):
    with at_acme():
        reward = give_cash(ann, 1500)
        other = give_cash(ann, 300)
        give_account(ann)
        batch = approved(gus, fay)
        keep_only(reward.id, keep=1100, cause="refund", key="r1")
        payouts.cancel_payout(batch.id)
        assert cash_of(ann)["available"] == 1400
        assert [Reward.objects.get(id=each.id).state for each in (reward, other)] == ["available", "available"]
        assert approved(gus, fay).lines.get().amount_minor == 1400


def test_a_refund_of_everything_withdraws_the_line(at_acme, ann, bea, gus, fay, cash_of):
    with at_acme():
        reward = give_cash(ann, 1500)
        give_cash(bea, 900)
        give_account(ann)
        give_account(bea, "GB82WEST12345698765432")
        batch = approved(gus, fay)
        keep_only(reward.id, keep=0, cause="order_cancelled", key="r1")
        assert (_line(ann).state, cash_of(ann)) == ("withdrawn", {"available": 0, "paying": 0, "paid": 0, "arrears": 0})
        payouts.send_payout(batch.id)
        assert _line(bea).reference in payouts.payout_file(batch.id, purpose="p")[1]
        assert _line(ann).reference not in payouts.payout_file(batch.id, purpose="p")[1]


def test_a_refund_on_the_way_is_owed(at_acme, sent, ann, cash_of):
    """What was sent cannot be made smaller: it is owed, and the next credits repay it."""
    with at_acme():
        reward = Reward.objects.get(beneficiary=ann)
        keep_only(reward.id, keep=1100, cause="refund", key="r1")
        assert _line(ann).amount_minor == 1500
        assert cash_of(ann) == {"available": 0, "paying": 1500, "paid": 0, "arrears": -400}
        _say("paid", ann)
        assert cash_of(ann) == {"available": 0, "paying": 0, "paid": 1500, "arrears": -400}
        assert Reward.objects.get(id=reward.id).state == "paid"


def test_a_refund_on_the_way_and_then_it_fails(at_acme, sent, ann, cash_of):
    with at_acme():
        reward = Reward.objects.get(beneficiary=ann)
        keep_only(reward.id, keep=1100, cause="refund", key="r1")
        _say("failed", ann)
        assert cash_of(ann) == {"available": 1100, "paying": 0, "paid": 0, "arrears": 0}


@pytest.mark.parametrize("end", ["paid", "failed"])
def test_a_refund_of_everything_on_the_way(end, at_acme, sent, ann, cash_of):
    with at_acme():
        reward = Reward.objects.get(beneficiary=ann)
        keep_only(reward.id, keep=0, cause="order_cancelled", key="r1")
        _say(end, ann)
        owed = {"paid": {"available": 0, "paying": 0, "paid": 1500, "arrears": -1500},
                "failed": {"available": 0, "paying": 0, "paid": 0, "arrears": 0}}[end]  # fmt: skip
        assert cash_of(ann) == owed
        assert Reward.objects.get(id=reward.id).state == "reversed"


def test_a_refund_after_it_was_paid_is_owed(at_acme, sent, ann, cash_of):
    with at_acme():
        _say("paid", ann)
        keep_only(Reward.objects.get(beneficiary=ann).id, keep=1000, cause="refund", key="r1")
        assert cash_of(ann) == {"available": 0, "paying": 0, "paid": 1500, "arrears": -500}


def test_an_emptied_line_lets_go_of_rewards_that_had_no_part_in_it(at_acme, ann, gus, fay, cash_of):
    """A debt of 5.00 had eaten the newer reward; the older one is then refunded while it waits."""
    with at_acme():
        give_account(ann)
        paid = give_cash(ann, 500)
        first = approved(gus, fay)
        payouts.send_payout(first.id)
        _say("paid", ann)
        older, newer = give_cash(ann, 700), give_cash(ann, 500)
        keep_only(paid.id, keep=0, cause="refund", key="r1")
        second = approved(gus, fay)
        assert cash_of(ann)["paying"] == 700
        keep_only(older.id, keep=0, cause="refund", key="r2")
        assert second.lines.get().state == "withdrawn"
        assert Reward.objects.get(id=newer.id).state == "available"
        assert cash_of(ann) == {"available": 0, "paying": 0, "paid": 500, "arrears": 0}


# --- news, budgets, tax -----------------------------------------------------------------------------------------


def test_what_came_of_it_is_told(at_acme, sent, ann, bea):
    with at_acme():
        _say("paid", ann)
        _say("failed", bea, cause="account closed")
        paid, failed = Event.objects.get(kind="payout.paid"), Event.objects.get(kind="payout.failed")
        assert paid.payload == {
            "customer_id": str(ann.id), "batch_id": str(sent.id), "reference": _line(ann).reference, "unit": "GBP",
            "amount": 1500, "reward_ids": [str(Reward.objects.get(beneficiary=ann).id)],
        }  # fmt: skip
        assert failed.payload["amount"] == 900


def test_a_budget_is_spent_when_it_is_paid(at_acme, ann, gus, fay, budget_figures):
    with at_acme():
        budget = operations.open_budget(name="Autumn", currency="GBP", limit_minor=10_000)
        give_cash(ann, 1500, budget_id=budget.id)
        give_account(ann)
        assert budget_figures(budget) == (0, 1500, 0)
        batch = approved(gus, fay)
        payouts.send_payout(batch.id)
        operations.follow_spending()
        assert budget_figures(budget) == (0, 1500, 0)
        _say("paid", ann)
        operations.follow_spending()
        assert budget_figures(budget) == (0, 0, 1500)
        _say("failed", ann)
        payouts.settle_difference(_only_difference().id, remedy="book_failed", note="came back")
        operations.follow_spending()
        assert budget_figures(budget) == (0, 1500, 0)


def test_what_a_person_was_paid_in_a_year_comes_from_the_books(at_acme, sent, ann, bea):
    with at_acme():
        unit = sent.unit_id
        _say("paid", ann)
        assert paid_in_year(unit, [ann.id, bea.id], 2026) == {ann.id: 1500, bea.id: 0}
        assert paid_in_year(unit, [ann.id], 2025) == {ann.id: 0}
        _say("failed", ann)
        payouts.settle_difference(_only_difference().id, remedy="book_failed", note="came back")
        assert paid_in_year(unit, [ann.id], 2026) == {ann.id: 0}


# --- doubt ----------------------------------------------------------------------------------------------------------


def test_a_line_whose_worker_died_is_held_in_doubt(acme, at_acme, sent, ann):
    with at_acme():
        old = clock.now() - timedelta(minutes=10)
        PayoutLine.objects.filter(customer=ann).update(state="sending", attempted_at=old)
        PayoutLine.objects.exclude(customer=ann).update(state="sending", attempted_at=clock.now())
        PayoutBatch.objects.update(state="sending")
    assert payouts.doubt_the_lost(acme.id) == 1
    with at_acme():
        assert (_line(ann).state, _line(ann).cause) == ("uncertain", "worker_lost")
        _say("paid", ann)
        PayoutLine.objects.filter(state="sending").update(state="accepted")
        PayoutBatch.objects.update(state="sent")
