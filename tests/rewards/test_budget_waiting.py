"""Rewards that wait for money, budgets of a month, alerts, and the days' figures."""

from datetime import date

import pytest

from messaging.models import Message
from rewards import operations
from rewards.errors.budgets import BudgetChangeUnknown, DaysBackwards, ShareInvalid, StepsInvalid, UnknownResponsible
from rewards.errors.general import BudgetExhausted
from rewards.models import BudgetAlert, BudgetDay, Reward, WaitingReward
from rewards.operations import Option
from rewards.rules.budgets import Funding
from tenancy.models import AuditRecord, Event

pytestmark = pytest.mark.usefixtures("books_are_whole")
POINTS = Option(kind="points", amount=100, cost_minor=100)


@pytest.fixture
def budget(at_acme):
    def open_one(limit=1000, **settings):
        with at_acme():
            return operations.open_budget(name="Spring", currency="GBP", limit_minor=limit, **settings)

    return open_one


def figures(budget):
    budget.refresh_from_db()
    return budget.reserved_minor, budget.left_minor, budget.overrun_minor


# --- the queue ---------------------------------------------------------------------------------------------


def test_a_small_one_behind_does_not_pass(at_acme, promise, budget):
    spring = budget(150, policy="queue")
    with at_acme():
        for key, amount in (("large", 300), ("small", 100)):
            operations.accrue([promise(amount, key=key, budget_id=spring.id, funding=Funding.WAITING)])
        assert operations.release_waiting() == 0
        operations.change_limit(spring.id, 350)
        assert operations.release_waiting() == 1
        assert list(Reward.objects.filter(state="accrued").values_list("key", flat=True)) == ["large"]
        assert figures(spring) == (300, 50, 0)


def test_another_option_waits_at_the_same_place(at_acme, promise, budget, ann):
    spring = budget(10, policy="queue")
    options = (POINTS, Option(kind="cash", amount=100, currency="GBP", cost_minor=100))
    with at_acme():
        [first] = operations.accrue(
            [promise(100, key="first", budget_id=spring.id, funding=Funding.WAITING, options=options, cost_minor=100)]
        )
    with at_acme(hours=1):
        operations.accrue([promise(100, key="second", budget_id=spring.id, funding=Funding.WAITING)])
    with at_acme(days=1):
        chosen = operations.choose_option(first.id, 1)
        assert (chosen.kind, chosen.state, chosen.hold_cause, chosen.budget_id) == ("cash", "held", "budget", None)
        assert WaitingReward.objects.order_by("queued_at").first().id == chosen.id
        operations.change_limit(spring.id, 100)
        assert operations.release_waiting() == 1
        chosen.refresh_from_db()
        assert (chosen.state, figures(spring)) == ("accrued", (100, 0, 0))


def test_another_option_of_a_kept_promise_needs_no_room(at_acme, promise, budget):
    spring = budget(10)
    options = (
        Option(kind="points", amount=100, cost_minor=100),
        Option(kind="cash", amount=90, currency="GBP", cost_minor=90),
    )
    with at_acme():
        [first] = operations.accrue(
            [promise(100, budget_id=spring.id, funding=Funding.KEPT, options=options, cost_minor=100)]
        )
        operations.choose_option(first.id, 1)
        assert figures(spring) == (90, 0, 80)


# --- months ------------------------------------------------------------------------------------------------


def test_a_new_month_has_the_limit_again_and_lets_the_queue_go_on(at_acme, promise, budget):
    monthly = budget(100, policy="queue", period="month")
    with at_acme():
        operations.accrue([promise(100, key="a", budget_id=monthly.id)])
        operations.accrue([promise(80, key="b", budget_id=monthly.id, funding=Funding.WAITING)])
        assert (operations.turn_periods(), operations.release_waiting()) == (0, 0)
    with at_acme(days=11):  # 1 December
        assert (operations.turn_periods(), operations.turn_periods()) == (1, 0)
        assert operations.release_waiting() == 1
        assert figures(monthly) == (180, 20, 0)
        assert (monthly.earlier_minor, monthly.period_starts_on) == (100, date(2026, 12, 1))
        assert AuditRecord.objects.filter(action="budget.renewed").count() == 1


def test_what_was_left_carries_over_if_the_budget_says_so(at_acme, promise, budget):
    carrying, fresh = budget(100, period="month", carries_over=True), budget(100, period="month")
    with at_acme():
        operations.accrue([promise(30, key=str(one.id), budget_id=one.id) for one in (carrying, fresh)])
    with at_acme(days=45):  # January: two months later
        operations.turn_periods()
        assert figures(carrying) == (30, 270, 0)
        assert figures(fresh) == (30, 100, 0)


def test_outside_its_days_a_budget_promises_nothing_new(at_acme, promise, budget):
    spring = budget(1000, starts_on=date(2026, 11, 21), ends_on=date(2026, 11, 22))
    with at_acme(), pytest.raises(BudgetExhausted):
        operations.accrue([promise(10, key="early", budget_id=spring.id)])
    with at_acme(days=1):
        operations.accrue([promise(10, key="now", budget_id=spring.id)])
    with at_acme(days=3):
        with pytest.raises(BudgetExhausted):
            operations.accrue([promise(10, key="late", budget_id=spring.id)])
        operations.accrue([promise(10, key="kept", budget_id=spring.id, funding=Funding.KEPT)])
        assert figures(spring) == (20, 980, 0)


# --- alerts ------------------------------------------------------------------------------------------------


def alerts():
    return list(BudgetAlert.objects.order_by("id").values_list("percent", "direction"))


def test_each_step_is_told_once_up_and_once_down(at_acme, promise, budget):
    spring = budget(1000)
    with at_acme():
        operations.accrue([promise(500, key="a", budget_id=spring.id)])
        [b] = operations.accrue([promise(300, key="b", budget_id=spring.id)])
        operations.keep_only(b.id, keep=0, cause="refund", key="r")
        operations.accrue([promise(300, key="c", budget_id=spring.id)])
        assert alerts() == [(50, "up"), (80, "up"), (80, "down")]
        assert Event.objects.filter(kind="budget.alert").count() == 3


def test_a_raised_limit_begins_a_new_round(at_acme, promise, budget):
    spring = budget(1000)
    with at_acme():
        operations.accrue([promise(500, key="a", budget_id=spring.id)])
        operations.change_limit(spring.id, 2000)
        operations.accrue([promise(500, key="b", budget_id=spring.id)])
        assert alerts() == [(50, "up"), (50, "up")]


def test_an_organisation_sets_its_own_steps(at_acme, promise, budget):
    spring = budget(1000, steps=[90, 30])
    with at_acme():
        operations.accrue([promise(899, key="a", budget_id=spring.id)])
        assert alerts() == [(30, "up")]


def test_whoever_is_responsible_is_told_by_mail_and_in_the_app(at_acme, acme, promise, budget, gus, staff_of, drained):
    finance, sales = staff_of(acme, "finance"), staff_of(acme, "sales")
    spring, own = budget(1000), budget(1000, responsible_id=sales.id)
    with at_acme():
        operations.accrue([promise(960, key="a", budget_id=spring.id), promise(1000, key="b", budget_id=own.id)])
    drained(acme)
    with at_acme():
        told = Message.objects.filter(kind="budget_reached", channel="in_app")
        assert {(one.member_id, one.subject) for one in told} == {
            (gus.id, "Budget “Spring”: 95 % in use"), (finance.id, "Budget “Spring”: 95 % in use"),
            (sales.id, "Budget “Spring”: 100 % in use"),
        }  # fmt: skip
        assert Message.objects.filter(kind="budget_reached", channel="email").count() == 3
        body = Message.objects.get(kind="budget_reached", channel="email", member_id=sales.id).body
        assert "£10 of the £10 in the budget “Spring”" in body.replace(".00", "")
        assert "New orders earn nothing until the limit is raised" in body


# --- changes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"steps": [0, 50]}, StepsInvalid),
        ({"steps": [50, 50]}, StepsInvalid),
        ({"steps": list(range(1, 10))}, StepsInvalid),
        ({"least_percent": 0}, ShareInvalid),
        ({"overrun_percent": 101}, ShareInvalid),
        ({"starts_on": date(2026, 12, 2), "ends_on": date(2026, 12, 1)}, DaysBackwards),
        ({"reserved_minor": 0}, BudgetChangeUnknown),
    ],
)
def test_a_malformed_change_changes_nothing(at_acme, budget, changes, refusal):
    spring = budget()
    with at_acme():
        with pytest.raises(refusal):
            operations.change_budget(spring.id, name="Autumn", **changes)
        spring.refresh_from_db()
        assert (spring.name, spring.round) == ("Spring", 1)
        assert not AuditRecord.objects.filter(action="budget.changed").exists()


def test_staff_of_another_organisation_are_unknown(at_acme, budget, mallory):
    spring = budget()
    with at_acme(), pytest.raises(UnknownResponsible):
        operations.change_budget(spring.id, responsible_id=mallory.id)


def test_every_change_is_audited_with_before_and_after(at_acme, budget):
    spring = budget()
    with at_acme():
        operations.change_budget(spring.id, policy="queue", ends_on=date(2026, 12, 31), name="Spring")
        record = AuditRecord.objects.get(action="budget.changed")
        assert record.changes == {"policy": ["stop", "queue"], "ends_on": [None, "2026-12-31"]}
        operations.change_budget(spring.id, policy="queue")
        assert AuditRecord.objects.filter(action="budget.changed").count() == 1


# --- days ---------------------------------------------------------------------------------------------------


def days():
    rows = BudgetDay.objects.order_by("day")
    return [(row.day.day, row.promised_minor, row.reserved_minor, row.committed_minor) for row in rows]


def test_the_last_look_of_a_day_counts(at_acme, promise, budget):
    spring = budget()
    with at_acme():
        operations.accrue([promise(100, key="a", budget_id=spring.id)])
        operations.note_days()
        operations.accrue([promise(50, key="b", budget_id=spring.id)])
        operations.note_days()
        assert days() == [(20, 150, 150, 0)]
    with at_acme(hours=11, minutes=30):
        operations.accrue([promise(7, key="late", budget_id=spring.id)])
    with at_acme(days=1):
        operations.note_days()
        assert days() == [(20, 157, 150, 0), (21, 0, 157, 0)]


def test_days_on_which_nobody_looked_are_filled_in(at_acme, promise, budget):
    spring = budget()
    with at_acme():
        operations.accrue([promise(100, key="a", days=3, budget_id=spring.id)])
    with at_acme(days=2):
        operations.accrue([promise(50, key="b", budget_id=spring.id)])
    with at_acme(days=3):
        operations.settle_due()
    with at_acme(days=5):
        assert operations.note_days() == 6
        assert days() == [
            (20, 100, 100, 0),
            (21, 0, 100, 0),
            (22, 50, 150, 0),
            (23, 0, 50, 100),
            (24, 0, 50, 100),
            (25, 0, 50, 100),
        ]
