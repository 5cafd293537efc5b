"""Budgets over the API."""

from datetime import timedelta

import pytest

from referrals.models import Campaign
from referrals.operations import create_campaign
from rewards import operations
from rewards.models import Budget, BudgetDay
from rewards.rules.budgets import Funding
from tenancy import door
from tests.conftest import NOON


@pytest.fixture
def call(client, api_key):
    def send(method, path, body=None, *, key="", idempotency="", **query):
        headers = (key or api_key()) | ({"HTTP_IDEMPOTENCY_KEY": idempotency} if idempotency else {})
        if method == "get":
            return client.get(f"/api/v1{path}", query, **headers)
        return getattr(client, method)(f"/api/v1{path}", body or {}, content_type="application/json", **headers)

    return send


@pytest.fixture
def spring(at_acme, promise):
    """Used to 96 per cent; 100 more wait."""
    with at_acme():
        budget = operations.open_budget(name="Spring", currency="GBP", limit_minor=1000, policy="queue")
        operations.accrue([promise(960, key="a", budget_id=budget.id)])
        operations.accrue([promise(100, key="b", budget_id=budget.id, funding=Funding.WAITING)])
        for back in range(1, 6):
            BudgetDay.objects.create(
                budget=budget, day=NOON.date() - timedelta(days=back), limit_minor=1000, reserved_minor=0,
                committed_minor=0, spent_minor=0, promised_minor=192,
            )  # fmt: skip
    return budget


def test_a_budget_shows_figures_forecast_queue_and_alerts(call, spring, monkeypatch):
    shown = call("get", f"/budgets/{spring.id}").json()
    figures = ("limit_minor", "reserved_minor", "left_minor", "overrun_minor", "policy")
    assert tuple(shown[name] for name in figures) == (1000, 960, 40, 0, "queue")
    assert shown["waiting"] == {"rewards": 1, "cost_minor": 100}
    assert [(one["percent"], one["direction"]) for one in shown["alerts"]] == [(95, "up")]
    assert set(shown["forecast"]) == {"days_seen", "per_day_minor", "first", "middle", "last", "ends_on", "before_end"}


def test_a_change_is_made_once_and_refused_below_what_is_in_use(call, acme, spring):
    path = f"/budgets/{spring.id}"
    changed = call("patch", path, {"policy": "approve", "overrun_percent": 20, "steps": [90, 50]})
    assert (changed.status_code, changed.json()["steps"], changed.json()["policy"]) == (200, [50, 90], "approve")
    refused = call("patch", path, {"limit_minor": 959})
    assert (refused.status_code, refused.json()["code"]) == (409, "budget_exhausted")
    assert (
        call("patch", path, {"starts_on": "2027-01-02", "ends_on": "2027-01-01"}).json()["code"] == "budget_days_backwards"
    )
    assert call("patch", path, {"steps": [101]}).status_code == 422
    with door.organisation(acme.id):
        assert Budget.objects.get().limit_minor == 1000


def test_its_movements_name_what_each_reward_costs(call, spring):
    [moved] = call("get", f"/budgets/{spring.id}/movements").json()["data"]
    assert (moved["key"], moved["cost_minor"], moved["spent_minor"], moved["state"]) == ("a", 960, 0, "accrued")


def test_its_days_are_listed_oldest_first(call, spring):
    days = call("get", f"/budgets/{spring.id}/days").json()
    assert [day["promised_minor"] for day in days] == [192] * 5
    assert days[0]["day"] == "2026-11-15"


def test_reading_is_not_changing(call, api_key, spring):
    reader = api_key("rewards:read")
    assert call("get", f"/budgets/{spring.id}", key=reader).status_code == 200
    assert call("patch", f"/budgets/{spring.id}", {"name": "Mine"}, key=reader).status_code == 403


def test_a_stranger_finds_nothing(call, api_key, spring, globex):
    theirs = api_key(organisation=globex)
    for path in ("", "/movements", "/days"):
        assert call("get", f"/budgets/{spring.id}{path}", key=theirs).status_code == 404
    assert call("patch", f"/budgets/{spring.id}", {"name": "Mine"}, key=theirs).status_code == 404


def test_two_campaigns_draw_on_one_budget(call, acme, at_acme, spring):
    with at_acme():
        drafts = [create_campaign(template="friend_coupon", name=name, starts_at=NOON) for name in ("One", "Two")]
    for draft in drafts:
        answer = call("post", f"/campaigns/{draft.id}/budget", {"budget_id": str(spring.id)}, idempotency=str(draft.id))
        assert (answer.status_code, answer.json()["budget_id"]) == (201, str(spring.id))
    both = {"budget_id": str(spring.id), "limit_minor": 5}
    assert call("post", f"/campaigns/{drafts[0].id}/budget", both, idempotency="c").status_code == 422
    with door.organisation(acme.id):
        assert Campaign.objects.filter(budget=spring).count() == 2
