"""Terms that contradict themselves are named before a campaign starts, with what helps."""

from datetime import timedelta

import pytest

from referrals import errors
from referrals import operations as referrals
from referrals.queries import campaigns
from referrals.queries.readiness import readiness
from referrals.rules.conditions import Condition, Group
from referrals.rules.dead_ends import dead_limits, is_contradiction
from referrals.rules.quantities import Count, MinorAmount
from referrals.rules.terms import Limits
from tests.conftest import NOON


def limits(**told) -> Limits:
    shaped = {name: MinorAmount(n, "GBP") if name.endswith("_cost") else Count(n) for name, n in told.items()}
    return Limits(**shaped)


def found(given: Limits, *, cost_minor=1000, is_fixed=True, budget_minor=0) -> list[tuple[str, str]]:
    dead = dead_limits(given, cost_minor=cost_minor, is_fixed=is_fixed, budget_minor=budget_minor)
    return [(each.code, each.place.removeprefix("limits/")) for each in dead]


@pytest.mark.parametrize(
    ("told", "dead"),
    [
        ({"per_referrer_day": 3, "per_referrer_30_days": 10, "per_referrer": 100, "per_campaign": 5000}, []),
        ({"per_referrer_day": 5, "per_referrer": 5}, []),
        ({"per_referrer_day": 6, "per_referrer": 5}, [("limit_never_reached", "per_referrer_day")]),
        ({"per_referrer_30_days": 9, "per_campaign_30_days": 8}, [("limit_never_reached", "per_referrer_30_days")]),
        ({"per_campaign_day": 9, "per_referrer": 8}, []),
        ({"per_referrer_day_cost": 9000, "per_referrer_cost": 8000}, [("limit_never_reached", "per_referrer_day_cost")]),
        ({"per_referrer_cost": 999}, [("limit_below_one", "per_referrer_cost")]),
        ({"per_referrer_cost": 1000}, []),
        ({"per_referrer": 9, "per_referrer_cost": 8000}, [("limit_money_first", "per_referrer")]),
        ({"per_referrer": 8, "per_referrer_cost": 8000}, []),
        ({"per_referrer": 7, "per_referrer_cost": 8000}, [("limit_count_first", "per_referrer_cost")]),
        ({"per_campaign": 7, "per_referrer_cost": 8000}, [("limit_count_first", "per_referrer_cost")]),
    ],
)  # fmt: skip
def test_a_limit_that_others_reach_before_it_is_named(told, dead):
    assert found(limits(**told)) == dead


def test_where_costs_differ_only_what_is_certain_is_said():
    assert found(limits(per_referrer=7, per_referrer_cost=8000), is_fixed=False) == []
    assert found(limits(per_referrer=9, per_referrer_cost=8000), cost_minor=0, is_fixed=False) == []
    assert found(limits(per_campaign_cost=5001), budget_minor=5000) == [("limit_above_budget", "per_campaign_cost")]


def money(operator, minor, fact="order.kept"):
    return Condition(fact, operator, minor, "GBP")


@pytest.mark.parametrize(
    ("trees", "is_dead"),
    [
        ([money("at_least", 5000), money("at_most", 5000)], False),
        ([money("at_least", 5000), money("less_than", 5000)], True),
        ([money("at_least", 5000), money("at_most", 4000, "order.total")], True),  # nothing is kept that was not paid
        ([money("at_most", 4000), money("at_least", 5000, "order.total")], False),  # the rest was given back
        ([money("equals", 5000), money("at_least", 9000, "order.total")], False),
        ([Group("any", (money("at_most", 1), Condition("referee.city", "is", "Bath"))), money("at_least", 2)], False),
        ([Group("any", (money("at_most", 1), money("less_than", 2))), money("at_least", 2)], True),
        ([Condition("referee.city", "is", "Bath"), Condition("referee.city", "none_of", ("Bath", "York"))], True),
        ([Condition("referee.city", "one_of", ("Bath", "Hull")), Condition("referee.city", "is_not", "Bath")], False),
        ([Condition("order.weekday", "one_of", ("monday",)), Condition("order.weekday", "one_of", ("friday",))], True),
        ([Condition("referee.tags", "has_any", ("a",)), Condition("referee.tags", "has_none", ("b",))], False),
        ([], False),
    ],
)
def test_conditions_that_nobody_can_meet_are_told_from_hard_ones(trees, is_dead):
    assert is_contradiction(trees) is is_dead


def test_too_many_ways_are_not_gone_through():
    wide = Group("any", tuple(money("at_most", n) for n in range(1, 6)))
    assert not is_contradiction([Group("all", (wide,) * 4), money("at_least", 9)])


def _said(campaign) -> dict[str, tuple]:
    checked = {each.key: each for each in readiness(campaigns().get(id=campaign.id))}["reach"]
    return {each.code: (each.level, each.step, each.place, each.sentence) for each in checked.findings}


def test_the_check_before_a_start_warns_with_figures_and_remedy(make_campaign, at_acme):
    changes = {"limits": {"per_referrer_30_days": {"count": 10}, "per_referrer": {"count": 4}}}
    campaign = make_campaign(is_running=False, terms_changes=changes)
    with at_acme():
        assert _said(campaign) == {
            "limit_never_reached": (
                "warn", "limits", "limits/per_referrer_30_days",
                "The limit “one referrer, 30 days” of 10 is never reached: “one referrer, in all” ends at 4 before. "
                "Lower the first, or raise the second.",
            )
        }  # fmt: skip
        assert referrals.start_campaign(campaign.id).state == "running"


def test_a_campaign_whose_orders_can_never_count_does_not_start(make_campaign, at_acme):
    never = {"fact": "order.total", "is": "at_most", "value": {"minor": 4999, "currency": "GBP"}}
    success = {"event": "first_paid_order", "minimum": {"minor": 5000, "currency": "GBP"}, "conditions": never}
    campaign = make_campaign(is_running=False, terms_changes={"success": success})
    with at_acme(), pytest.raises(errors.NotReady, match="exclude each other"):
        referrals.start_campaign(campaign.id)
    with at_acme():
        assert _said(campaign)["conditions_contradict"][:3] == ("stop", "counts", "success/conditions")


def test_an_event_that_is_over_before_its_invitation_is_named(make_campaign, at_acme):
    event = {
        "to": "referrer", "kind": "event", "title": {"zh-hans": "新品会", "en": "Tasting"},
        "starts_at": (NOON + timedelta(days=3)).isoformat(),
    }  # fmt: skip
    campaign = make_campaign(is_running=False, terms_changes={"rewards": [event], "hold": {"days": 14}})
    with at_acme():
        assert _said(campaign)["event_before_reward"][0] == "warn"
        assert (
            "“Tasting” is over before anybody gets the invitation: rewards wait 14 days"
            in (_said(campaign)["event_before_reward"][3])
        )


def test_the_api_tells_it_too(make_campaign, api_key, client):
    changes = {"limits": {"per_campaign_day": {"count": 10}, "per_campaign": {"count": 4}}}
    campaign = make_campaign(is_running=False, terms_changes=changes)
    told = client.get(f"/api/v1/campaigns/{campaign.id}/checks", **api_key()).json()
    reach = next(each for each in told["checks"] if each["key"] == "reach")
    assert (told["is_ready"], reach["level"], reach["findings"][0]["code"]) == (True, "warn", "limit_never_reached")
