"""The stages of referrals on the first page."""

from types import SimpleNamespace

from dashboard.home import _funnel


def test_referrals_that_came_to_nothing_have_reached_no_stage():
    reached = {"confirmed": 4, "contacted": 3, "qualified": 2, "converted": 1, "closed": 7, "expired": 9}
    stages = [SimpleNamespace(key=key, label=key.title(), referrals=count) for key, count in reached.items()]
    found = _funnel(SimpleNamespace(stages=stages))
    assert found["labels"] == ["Confirmed", "Contacted", "Qualified", "Converted"]
    assert found["series"][0]["data"] == [10, 6, 3, 1]
