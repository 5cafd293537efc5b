"""Budgets: what their pages say and do."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from dashboard.budget_bars import bar_of, sentence
from referrals.models import Campaign
from rewards import operations
from rewards.models import Budget, BudgetDay, Reward
from rewards.queries.budget_outlook import Outlook, outlooks
from rewards.rules.budgets import Funding
from rewards.rules.forecast import Forecast, Pace
from tenancy import door
from tenancy.models import AuditRecord
from tests.conftest import NOON
from tests.dashboard.test_growth_pages import text_of

TODAY = NOON.date()
PACE = Pace(100, 5.0, 28)


def told(budget, *, left=500, ends_on=None, first=None, middle=None, last=None, before_end=0.0, pace=PACE):
    days = [TODAY + timedelta(days=each) if each is not None else None for each in (first, middle, last)]
    end = ends_on and TODAY + timedelta(days=ends_on)
    forecast = Forecast(*days, before_end=before_end, ends_on=end) if pace else None
    return sentence(budget, Outlook(left, end, 28, pace, forecast))


SENTENCES = [
    (
        {"first": 13, "middle": 17, "last": 22},
        "It runs out between 3 December 2026 and 12 December 2026, most likely around 7 December 2026.",
    ),
    ({"first": 13, "middle": 13, "last": 13}, "It runs out on 3 December 2026."),
    (
        {"first": 13, "middle": 400, "last": None},
        "It runs out after 3 December 2026, most likely around 25 December 2027.",
    ),
    ({}, "It lasts for years."),
    (
        {"first": 40, "middle": 50, "last": 60, "ends_on": 30, "before_end": 0.02},
        "It does not run out before its end on 20 December 2026.",
    ),
    (
        {"first": 20, "middle": 35, "last": 60, "ends_on": 30, "before_end": 0.35},
        "It may run out before its end on 20 December 2026: the chance is 35%.",
    ),
    (
        {"first": 10, "middle": 20, "last": 40, "ends_on": 30, "before_end": 0.8},
        "It probably runs out before its end on 20 December 2026, around 10 December 2026: the chance is 80%.",
    ),
    ({"left": 0}, "It is used up."),
    ({"ends_on": -1}, "It ended on 19 November 2026."),
    ({"pace": None}, "No forecast yet: nothing was promised in the last four weeks."),
]


@pytest.mark.parametrize(("facts", "said"), SENTENCES)
def test_a_sentence_says_when_it_runs_out(at_acme, facts, said):
    with at_acme():
        assert told(Budget(limit_minor=1000), **facts).startswith(said)


def test_the_pace_is_read_from_whole_days(at_acme):
    with at_acme():
        budget = operations.open_budget(name="Spring", currency="GBP", limit_minor=10_000)
        for back in range(1, 11):
            BudgetDay.objects.create(
                budget=budget, day=TODAY - timedelta(days=back), limit_minor=10_000, reserved_minor=0, committed_minor=0,
                spent_minor=0, promised_minor=400 if back % 2 else 600,
            )  # fmt: skip
        outlook = outlooks([budget])[budget.id]
        assert (outlook.days, round(outlook.pace.per_day)) == (10, 501)
        assert outlook.forecast.middle == date(2026, 12, 9)


def test_a_month_shows_what_the_month_used(at_acme):
    with at_acme():
        budget = Budget(limit_minor=1000, earlier_minor=5000, reserved_minor=300, committed_minor=100, spent_minor=5000)
        bar = bar_of(budget)
    assert (bar.used_minor, bar.available_minor, bar.left_minor) == (400, 1000, 600)
    assert (bar.reserved_minor, bar.committed_minor, bar.spent_minor) == (300, 100, 0)


def test_a_budget_over_its_limit_says_so(at_acme):
    with at_acme():
        bar = bar_of(Budget(limit_minor=1000, reserved_minor=1200, overrun_minor=200))
    assert (bar.available_minor, bar.left_minor, bar.share, bar.reserved) == (1000, 0, 1.2, 100)


@pytest.fixture
def spring(acme, at_acme, ann):
    """A budget of 1,000: 960 promised over three days, and a reward that waits."""
    with at_acme():
        budget = operations.open_budget(name="Spring", currency="GBP", limit_minor=1000, policy="queue")
    for day in range(3):
        with at_acme(days=day):
            operations.accrue([promise(ann, f"r{day}", 320, budget.id)])
            operations.note_days()
    with at_acme(days=3):
        operations.accrue([promise(ann, "late", 100, budget.id, funding=Funding.WAITING)])
    return budget


def promise(customer, key, amount, budget_id, **facts):
    return operations.Promise(
        key=key, kind=Reward.Kind.POINTS, customer_id=customer.id, role="referrer", amount=amount, budget_id=budget_id,
        hold_until=NOON + timedelta(days=14), **facts,
    )  # fmt: skip


def test_the_page_says_all_there_is(spring, gus, signed_in):
    text = text_of(signed_in(gus).get(reverse("dashboard:budget", args=[spring.id])))
    for words in ("£0.40", "left of £10.00 · 96% used", "1 reward waits for money: £1.00.", "95 % reached", "Ann Smith"):
        assert words in text


def test_the_list_links_and_warns(spring, gus, signed_in):
    answer = signed_in(gus).get(reverse("dashboard:budgets"))
    assert reverse("dashboard:budget", args=[spring.id]) in answer.content.decode()
    assert "1 reward waits for money" in text_of(answer)


def settings(**changes):
    return {
        "name": "Spring", "limit_minor": "20.00", "policy": "lower", "least_percent": "60", "overrun_percent": "10",
        "steps": "90, 50", "period": "month", "carries_over": "on", "starts_on": "", "ends_on": "2027-12-31",
        "responsible_id": "", **changes,
    }  # fmt: skip


def test_settings_are_saved_and_audited(acme, spring, gus, signed_in):
    signed_in(gus).post(reverse("dashboard:budget_edit", args=[spring.id]), settings(responsible_id=str(gus.id)))
    with door.organisation(acme.id):
        spring.refresh_from_db()
        assert (spring.limit_minor, spring.policy, spring.least_percent, spring.steps) == (2000, "lower", 60, [50, 90])
        assert (spring.period, spring.carries_over, spring.ends_on) == ("month", True, date(2027, 12, 31))
        assert spring.responsible_id == gus.id
        assert AuditRecord.objects.filter(action="budget.changed", actor_id=gus.user_id).count() == 1


@pytest.mark.parametrize(
    "changes", [{"limit_minor": "9.59"}, {"steps": "fifty"}, {"steps": "0"}, {"least_percent": "0"}, {"policy": "more"}]
)
def test_malformed_settings_are_shown_again_and_nothing_is_kept(acme, spring, gus, signed_in, changes):
    answer = signed_in(gus).post(reverse("dashboard:budget_edit", args=[spring.id]), settings(name="Autumn", **changes))
    assert answer.status_code == 422
    with door.organisation(acme.id):
        spring.refresh_from_db()
        assert (spring.name, spring.limit_minor) == ("Spring", 1000)


def test_several_campaigns_draw_on_one_budget(acme, spring, gus, signed_in, at_acme):
    from referrals.operations import create_campaign

    with at_acme():
        drafts = [create_campaign(template="friend_coupon", name=name, starts_at=NOON) for name in ("One", "Two")]
    browser, address = signed_in(gus), reverse("dashboard:budget_campaign", args=[spring.id])
    for draft in drafts:
        browser.post(address, {"campaign": str(draft.id)})
    with door.organisation(acme.id):
        assert Campaign.objects.filter(budget=spring).count() == 2
    assert "Two" in text_of(browser.get(reverse("dashboard:budget", args=[spring.id])))


def test_a_campaign_of_another_currency_draws_on_none(acme, spring, gus, signed_in, at_acme):
    from referrals.operations import create_campaign

    with at_acme():
        draft = create_campaign(template="friend_coupon", name="One", starts_at=NOON)
        Budget.objects.filter(id=spring.id).update(currency="EUR")
    signed_in(gus).post(reverse("dashboard:budget_campaign", args=[spring.id]), {"campaign": str(draft.id)})
    with door.organisation(acme.id):
        assert Campaign.objects.get(id=draft.id).budget_id is None
