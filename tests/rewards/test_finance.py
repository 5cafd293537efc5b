"""Trial balance at any date, months from opening to closing, ageing, breakage, statements."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise

import pytest

from rewards import operations, queries
from rewards.errors.closing import ValueNotNegative, ValuesItself
from rewards.errors.general import UnknownUnit
from rewards.models import Unit
from rewards.queries.finance import month_figures
from rewards.rules.roll_forward import Held
from tenancy.models import AuditRecord


def grant(customer, amount, key):
    return operations.Grant(customer.id, amount, key, "order")


@pytest.fixture
def autumn(at_acme, promise, ann, bea, books_are_whole):
    """From September to November 2026, a bit of everything."""
    with at_acme(datetime(2026, 9, 10, 12, tzinfo=UTC)):
        operations.earn_points([grant(ann, 500, "a"), grant(bea, 80, "b")])
        operations.accrue([promise(100, days=30)])
    with at_acme(datetime(2026, 10, 12, 12, tzinfo=UTC)):
        operations.settle_due(limit=10)
        operations.redeem_points(ann.id, amount=350, reason="mug", key="1")
    with at_acme(datetime(2026, 10, 31, 23, 30, tzinfo=UTC)):
        operations.adjust_points(bea.id, amount=20, reason="sorry", key="2")
    with at_acme(datetime(2026, 11, 2, 12, tzinfo=UTC)):
        operations.adjust_points(bea.id, amount=-30, reason="too much", key="3")


def trial(**asked):
    return {(line.unit, line.account): line.amount for line in queries.trial_balance(**asked)}


def test_a_trial_balance_can_be_asked_for_any_moment(at_acme, autumn):
    with at_acme():
        assert trial(until=datetime(2026, 10, 1, tzinfo=UTC)) == {
            ("POINT", "available"): 580, ("POINT", "pending"): 100, ("POINT", "programme"): -680,
        }  # fmt: skip
        assert trial(until=datetime(2026, 11, 1, tzinfo=UTC)) == {
            ("POINT", "available"): 350, ("POINT", "programme"): -700, ("POINT", "redeemed"): 350,
        }  # fmt: skip


def test_the_trial_balance_of_now_is_what_the_arrows_sum_to(at_acme, autumn):
    with at_acme():
        assert trial() == trial(until=datetime(2027, 1, 1, tzinfo=UTC))
        assert trial() == {("POINT", "available"): 320, ("POINT", "programme"): -670, ("POINT", "redeemed"): 350}


def test_nobody_elses_books_are_summed(globex, autumn):
    from tenancy import door

    with door.organisation(globex.id):
        assert queries.trial_balance() == []
        assert queries.trial_balance(until=datetime(2027, 1, 1, tzinfo=UTC)) == []
        assert queries.ageing() == []


def test_a_month_goes_from_opening_to_closing(at_acme, autumn):
    with at_acme():
        figures = month_figures(date(2026, 10, 1))
    [points] = figures.units
    assert points.opening == Held(pending=100, available=580)
    assert points.lines == {
        "settlement": Held(pending=-100, available=100),
        "redemption": Held(available=-350),
        "adjustment_up": Held(available=20),
    }
    assert points.closing == Held(available=350)
    assert (figures.entries, figures.postings, figures.late_entries) == (3, 3, 0)


def test_the_closing_of_a_month_is_the_opening_of_the_next(at_acme, autumn):
    with at_acme():
        months = [month_figures(date(2026, month, 1)).units[0] for month in (9, 10, 11)]
        balances = [queries.balances(one)[0] for one in _customers()]
    for before, after in pairwise(months):
        assert before.closing == after.opening
    assert months[-1].closing.available == sum(balance.available for balance in balances)


def _customers():
    from crm.models import Customer

    return list(Customer.objects.values_list("id", flat=True))


def test_a_month_is_the_organisations_own(at_acme, autumn):
    """23:30 UTC on 31 October is October in London, where the clocks went back on the 25th."""
    with at_acme():
        assert "adjustment_up" in month_figures(date(2026, 10, 1)).units[0].lines
        assert set(month_figures(date(2026, 11, 1)).units[0].lines) == {"adjustment_down"}


def test_points_are_valued_and_money_is_worth_itself(at_acme, autumn):
    with at_acme():
        point = Unit.objects.get(code="POINT")
        operations.value_unit(point.id, Decimal("0.5"))
        assert month_figures(date(2026, 10, 1)).units[0].cost_minor == 175
        assert AuditRecord.objects.get(action="unit.valued").changes == {"unit": "POINT", "value_minor": [None, "0.5"]}
        money = operations.ensure_units()["GBP"]
        with pytest.raises(ValuesItself):
            operations.value_unit(money.id, Decimal(1))
        with pytest.raises(ValueNotNegative):
            operations.value_unit(point.id, Decimal(-1))
        point.refresh_from_db()
        assert point.value_minor == Decimal("0.5")


def test_strangers_units_are_not_valued(at_acme, globex, autumn):
    from tenancy import door

    with at_acme():
        point = Unit.objects.get(code="POINT")
    with door.organisation(globex.id), pytest.raises(UnknownUnit):
        operations.value_unit(point.id, Decimal(1))


# --- ageing ------------------------------------------------------------------------------------------------


def test_available_points_are_aged_by_the_month_they_expire_in(at_acme, autumn):
    with at_acme():
        aged = [(one.month, one.lots, one.amount, one.overdue) for one in queries.ageing()]
    assert aged == [(date(2027, 9, 1), 2, 200, 0), (date(2027, 10, 1), 2, 120, 0)]


def test_what_should_have_expired_is_named(at_acme, ann, autumn):
    with at_acme(datetime(2027, 9, 11, 12, tzinfo=UTC)):
        [first, second] = queries.ageing()
        assert (first.overdue, second.overdue) == (200, 0)
        assert [(lot.customer_id, lot.remaining) for lot in queries.overdue_lots(limit=1)] == [(ann.id, 150)]
        operations.expire_lots()
        assert queries.overdue_lots() == []


def test_breakage_is_a_plain_ratio_of_the_past(at_acme, autumn):
    with at_acme():
        [points] = queries.breakage()
        assert (points.lots, points.share, points.expected) == (0, None, None)
    with at_acme(datetime(2027, 9, 11, 12, tzinfo=UTC)):
        operations.expire_lots()
        [points] = queries.breakage()
    assert (points.lots, points.ended, points.expired, points.open) == (2, 580, 200, 120)
    assert points.share == 200 / 580
    assert points.expected == 41  # of 120, rounded down


# --- statements --------------------------------------------------------------------------------------------


def test_a_statement_goes_from_opening_to_closing(at_acme, ann, autumn):
    with at_acme():
        october = queries.statement(
            ann.id, "POINT", since=datetime(2026, 10, 1, tzinfo=UTC), until=datetime(2026, 11, 1, tzinfo=UTC)
        )
    assert october.opening == Held(pending=100, available=500)
    assert [(line.kind, line.pending, line.available, line.balance) for line in october.lines] == [
        ("redemption", 0, -350, 250), ("settlement", -100, 100, 600),
    ]  # fmt: skip
    assert october.closing == Held(available=250)
    assert october.count == 2
    assert [(lot.remaining, lot.amount) for lot in october.lots] == [(150, 500), (100, 100)]


def test_a_statement_is_cut_into_parts_and_its_ends_stay(at_acme, ann, autumn):
    with at_acme():
        part = queries.statement(ann.id, "POINT", limit=1, offset=1)
    assert [(line.kind, line.balance) for line in part.lines] == [("settlement", 600)]
    assert (part.count, part.opening, part.closing) == (4, Held(), Held(available=250))


def test_a_statement_of_no_unit_is_refused(at_acme, ann):
    with at_acme(), pytest.raises(UnknownUnit):
        queries.statement(ann.id, "XXX")


def test_a_statement_names_the_order_and_the_reward(at_acme, ann, promise):
    with at_acme():
        order_id = "019b0000-0000-7000-8000-000000000001"
        operations.earn_points([grant(ann, 10, f"points:order:{order_id}:1")])
        [reward] = operations.accrue([promise(5)])
        lines = queries.statement(ann.id, "POINT").lines
    assert [(line.kind, str(line.order_id), line.reward_id) for line in lines] == [
        ("accrual", "None", reward.id), ("earning", order_id, None),
    ]  # fmt: skip
