"""Overview, funnel, report and cohorts: exact figures of a small world."""

from datetime import UTC, date, datetime, timedelta

import pytest

from analytics.queries import campaign_funnel, campaign_report, cohorts, overview
from crm.operations import deals as dealing
from foundation.errors import NotFound
from foundation.ids import new_id
from referrals.models import Campaign, Referral
from tenancy import door
from tests.analytics.conftest import ago

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_the_overview_compares_two_periods(world, at_acme):
    with at_acme():
        found = overview(ago(days=30), door.moment())
        assert {tile.key: (tile.value, tile.before) for tile in found.tiles} == {
            "new_customers": (2, 1),  # Ann was recorded at its very end, which is not in it
            "paid_orders": (3, 1),
            "kept_revenue": (4000 + 700 + 6000, 900),
            "referral_revenue": (4000, 0),
            "referral_share": (0.3738, 0.0),
            "referrals": (2, 0),
            "rewards_accrued": (800, 0),
            "rewards_settled": (500, 0),
            "points_liability": (0, None),
        }
        assert found.tile("paid_orders").change == 2.0
        assert found.tile("referrals").change is None  # from nothing
        assert [(stage.key, stage.referrals) for stage in found.stages if stage.referrals] == [
            ("confirmed", 1),
            ("converted", 1),
        ]


def test_the_trend_has_every_day_and_adds_up(world, at_acme):
    with at_acme():
        found = overview(ago(days=30), door.moment())
    assert (found.trend[0].day, found.trend[-1].day, len(found.trend)) == (date(2026, 10, 21), date(2026, 11, 20), 31)
    assert sum(day.kept_minor for day in found.trend) == found.tile("kept_revenue").value
    assert sum(day.new_customers for day in found.trend) == 2
    by_day = {day.day: day for day in found.trend}
    assert by_day[date(2026, 11, 15)].referral_minor == 4000
    assert by_day[date(2026, 11, 16)].paid_orders == 0


def test_a_day_ends_at_midnight_where_the_organisation_is(acme, at_acme, customer, order):
    acme.time_zone = "Asia/Shanghai"
    with at_acme():
        acme.save()
        order(customer("Cat"), 19.5 / 24, 100)  # 16:30 UTC on the 19th is half past midnight on the 20th
        found = overview(ago(days=2), door.moment())
    assert [day.day for day in found.trend if day.paid_orders] == [date(2026, 11, 20)]


def test_other_currencies_are_not_added(at_acme, customer, order):
    with at_acme():
        order(customer("Cat"), 1, 100)
        order(customer("Dan"), 1, 900, currency="CNY")
        found = overview(ago(days=2), door.moment())
    assert (found.tile("kept_revenue").value, found.tile("paid_orders").value) == (100, 2)


def test_the_other_organisation_sees_zeros(world, globex):
    with door.organisation(globex.id, moment=NOON):
        found = overview(ago(days=30), door.moment())
        assert {tile.value for tile in found.tiles} == {0, None}


def test_the_funnel_narrows(world, at_acme):
    with at_acme():
        found = campaign_funnel(world.id)
    assert [(step.key, step.count, step.of_previous, step.of_first) for step in found.steps] == [
        ("touches", 4, None, 1.0),
        ("visitors", 3, 0.75, 0.75),
        ("submitted", 3, 1.0, 0.75),
        ("confirmed", 2, 0.6667, 0.5),
        ("converted", 1, 0.5, 0.25),
        ("rewarded", 1, 1.0, 0.25),
    ]
    assert [(c.channel, c.touches, c.visitors, c.submitted, c.confirmed, c.converted) for c in found.channels] == [
        ("link", 2, 2, 2, 1, 0),
        ("qr", 2, 1, 1, 1, 1),
    ]
    assert [c.conversion for c in found.channels] == [0.0, 1.0]


def test_an_empty_funnel_has_no_rates(at_acme):
    with at_acme():
        campaign = Campaign.objects.create(name="New", template="x", starts_at=door.moment(), created_at=door.moment())
        steps = campaign_funnel(campaign.id).steps
    assert {(step.count, step.of_previous, step.of_first) for step in steps} == {(0, None, None)}


def test_the_report_says_what_it_earned_and_cost(world, ann, at_acme):
    with at_acme():
        found = campaign_report(world.id)
        assert (found.referrals, found.converted, found.orders, found.revenue_minor) == (2, 1, 1, 4000)
        assert (found.cost_accrued_minor, found.cost_settled_minor, found.roi) == (800, 500, 4.0)
        (leader,) = found.leaders
        assert (leader.customer_id, leader.name, leader.referrals, leader.converted) == (ann.id, "Ann S.", 2, 1)
        assert (leader.revenue_minor, leader.reward_cost_minor) == (4000, 800)
        assert campaign_report(world.id, is_masked=False).leaders[0].name == "Ann Smith"


def test_money_that_came_for_deals_counts_beside_orders(world, ann, at_acme):
    with at_acme():
        referral = Referral.objects.filter(campaign_id=world.id).order_by("converted_at").first()
        deal = dealing.create_deal(title="Machines", customer_id=referral.referee_id, amount_minor=90_000, currency="GBP")
        told = {"source": "bank", "currency": "GBP"}
        dealing.record_receipt(deal.id, external_id="0", amount_minor=700, received_at=NOON - timedelta(days=90), **told)
        before = campaign_report(world.id)
        came, _is_new = dealing.record_receipt(
            deal.id, external_id="1", amount_minor=9000, received_at=door.moment(), **told
        )
        dealing.refund_receipt(came.id, source="bank", external_id="r", amount_minor=1000)
        found = campaign_report(world.id)
        assert (before.deals, before.deals_minor, before.roi) == (0, 0, 4.0)  # what came before they were referred
        assert (found.deals, found.deals_minor, found.revenue_minor, found.income_minor) == (1, 8000, 4000, 12000)
        assert (found.roi, found.leaders[0].income_minor) == (14.0, 12000)


def test_another_organisations_campaign_does_not_exist(world, globex):
    for query in (campaign_funnel, campaign_report):
        with pytest.raises(NotFound), door.organisation(globex.id):
            query(world.id)


def test_an_unknown_campaign_does_not_exist(at_acme):
    with pytest.raises(NotFound), at_acme():
        campaign_funnel(new_id())


def test_cohorts_follow_the_months(at_acme, customer, order):
    with at_acme():
        september = [customer(f"S{n}", created_at=datetime(2026, 9, 10, tzinfo=UTC)) for n in range(4)]
        november = customer("N", created_at=datetime(2026, 11, 2, tzinfo=UTC))
        order(september[0], 70, 100)  # 11 September
        order(september[0], 70, 100)
        order(september[1], 40, 100)  # 11 October
        order(september[2], 10, 100)  # 10 November
        order(september[3], 10, 100, refunded=100)
        order(november, 1, 100)
        found = cohorts()
    assert [(c.month, c.customers, c.active, c.retention) for c in found] == [
        (date(2026, 9, 1), 4, (1, 1, 1), (0.25, 0.25, 0.25)),
        (date(2026, 11, 1), 1, (1,), (1.0,)),
    ]
