"""The money of deals: nothing counts twice, nothing is more than can be, currencies never mix."""

from datetime import date, timedelta

import pytest

from crm import errors
from crm.models import Deal, Receipt, ReceiptRefund
from crm.operations import deals as selling
from crm.queries import deal_money as money
from crm.rules.deals import Came, Due, plan
from foundation.ids import new_id
from tests.conftest import NOON


@pytest.fixture
def deal(at_acme, ann) -> Deal:
    with at_acme():
        return selling.create_deal(title="Office coffee", customer_id=ann.id, amount_minor=10_000)


def pay(deal, amount_minor=4_000, external_id="r1", **facts):
    return selling.record_receipt(deal.id, source="bank", external_id=external_id, amount_minor=amount_minor, **facts)


def give_back(receipt, amount_minor, external_id="b1", **facts):
    return selling.refund_receipt(receipt.id, source="bank", external_id=external_id, amount_minor=amount_minor, **facts)


def test_a_receipt_counts_once_however_often_it_is_told(at_acme, deal, told):
    with at_acme():
        first, is_new = pay(deal)
        again, is_new_again = pay(deal)
        assert (is_new, is_new_again, first.id == again.id) == (True, False, True)
        assert money.kept_of(deal.id) == 4_000
    [(subject, payload)] = told("deal.money_received")
    assert (subject, payload["money_minor"], payload["kept_minor"]) == (deal.id, 4_000, 4_000)


@pytest.mark.parametrize("facts", [{"amount_minor": 4_001}, {"currency": "EUR"}])
def test_a_receipt_with_other_facts_is_a_conflict(at_acme, deal, facts):
    with at_acme():
        pay(deal)
    with at_acme(), pytest.raises(errors.ReceiptConflict):
        pay(deal, **facts)
    with at_acme():
        assert Receipt.objects.count() == 1


def test_a_receipt_of_another_deal_is_a_conflict(at_acme, deal, ann):
    with at_acme():
        pay(deal)
        other = selling.create_deal(title="Other", customer_id=ann.id, amount_minor=10_000)
    with at_acme(), pytest.raises(errors.ReceiptConflict):
        pay(other)


def test_never_more_comes_than_the_deal_is_worth(at_acme, deal, told):
    with at_acme():
        pay(deal, 9_000)
    with at_acme(), pytest.raises(errors.ReceiptTooLarge):
        pay(deal, 1_001, "r2")
    with at_acme():
        pay(deal, 1_000, "r2")
        assert money.kept_of(deal.id) == 10_000
    assert len(told("deal.money_received")) == 2


def test_never_more_goes_back_than_is_left_of_the_receipt(at_acme, deal, told):
    with at_acme():
        receipt, _ = pay(deal)
        pay(deal, 5_000, "r2")
        give_back(receipt, 3_000)
        give_back(receipt, 3_000)
    with at_acme(), pytest.raises(errors.ReceiptRefundTooLarge):
        give_back(receipt, 1_001, "b2")
    with at_acme():
        give_back(receipt, 1_000, "b2")
        assert money.kept_of(deal.id) == 5_000
        assert ReceiptRefund.objects.count() == 2
    assert [payload["kept_minor"] for _, payload in told("deal.money_refunded")] == [6_000, 5_000]


def test_what_went_back_may_come_again(at_acme, deal):
    with at_acme():
        receipt, _ = pay(deal, 10_000)
        give_back(receipt, 10_000)
        pay(deal, 10_000, "r2")
        assert money.kept_of(deal.id) == 10_000


def test_currencies_never_mix(at_acme, deal):
    with at_acme(), pytest.raises(errors.ReceiptOtherCurrency):
        pay(deal, currency="EUR")
    with at_acme():
        pay(deal)
    with at_acme(), pytest.raises(errors.CurrencyFixed):
        selling.change_deal(deal.id, currency="EUR")


def test_totals_are_by_currency(at_acme, deal, ann):
    with at_acme():
        selling.create_deal(title="Abroad", customer_id=ann.id, amount_minor=700, currency="EUR")
        rows = [(row["currency"], row["deals"], row["amount_minor"]) for row in money.totals(Deal.objects.all())]
        assert rows == [("EUR", 1, 700), ("GBP", 1, 10_000)]


def test_the_amount_is_never_less_than_what_has_come(at_acme, deal):
    with at_acme():
        pay(deal)
    with at_acme(), pytest.raises(errors.AmountBelowReceived):
        selling.change_deal(deal.id, amount_minor=3_999)
    with at_acme(), pytest.raises(errors.AmountBelowReceived):
        selling.set_lines(deal.id, [], is_amount_by_hand=False)
    with at_acme(), pytest.raises(errors.DealHasMoney):
        selling.delete_deal(deal.id)
    with at_acme():
        assert Deal.objects.get(id=deal.id).amount_minor == 10_000


@pytest.mark.parametrize(("days", "refusal"), [(1, errors.ReceiptRefundTooEarly), (-1, errors.ReceiptRefundTooEarly)])
def test_money_goes_back_after_it_came_and_not_in_the_future(at_acme, deal, days, refusal):
    with at_acme():
        receipt, _ = pay(deal)
    with at_acme(), pytest.raises(refusal):
        give_back(receipt, 100, refunded_at=NOON + timedelta(days=days))
    with at_acme(), pytest.raises(errors.ReceiptInFuture):
        pay(deal, 100, "r9", received_at=NOON + timedelta(days=1))


def test_the_plan_shows_what_is_overdue(at_acme, deal):
    today = NOON.date()
    with at_acme():
        selling.add_instalment(deal.id, due_on=today - timedelta(days=5), amount_minor=5_000, label="On signing")
        later = selling.add_instalment(deal.id, due_on=today + timedelta(days=30), amount_minor=4_000)
        pay(deal, 4_500, "r1", instalment_id=later.id)
        found = money.money_of(deal, today)
        assert [(each.received_minor, each.state) for each in found.planned] == [(500, "overdue"), (4_000, "paid")]
        assert (found.overdue_minor, found.open_minor, found.unplanned_minor) == (4_500, 5_500, 1_000)


def test_money_without_a_purpose_pays_what_is_due_first():
    first, second = Due(new_id(), date(2026, 1, 1), 300), Due(new_id(), date(2026, 2, 1), 300)
    planned = plan([second, first], [Came(400), Came(100, second.id)], date(2026, 1, 15))
    assert [(each.due.id, each.received_minor, each.state) for each in planned] == [
        (first.id, 300, "paid"),
        (second.id, 200, "partly"),
    ]
