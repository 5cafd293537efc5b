"""Overview, funnel, report and cohorts: exact figures of a small world."""

from datetime import UTC, date, datetime, timedelta

import pytest

from analytics.queries import campaign_funnel, campaign_report, cohorts, overview
from foundation.errors import NotFound
from foundation.ids import new_id
from referrals.models import Campaign, Invitation, Referral, ReferralCode, RuleVersion, Touch
from rewards.models import Reward, Unit
from rewards.models.ledger import account_id
from tenancy import door

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _ago(**delta) -> datetime:
    return door.moment() - timedelta(**delta)


@pytest.fixture
def world(at_acme, ann, customer, order):
    """Ann refers Bo and Cy; Bo buys for £50 and gives £10 back, Cy has not bought; Dee came by herself and paid £60."""
    with at_acme():
        campaign = Campaign.objects.create(name="Friends", template="x", starts_at=_ago(days=20), created_at=_ago(days=20))
        version = RuleVersion.objects.create(campaign=campaign, number=1, terms={}, published_at=_ago(days=20))
        code = ReferralCode.objects.create(campaign=campaign, referrer=ann, code="ABCD2345", created_at=_ago(days=20))
        bo, cy, dee = (customer(name, created_at=_ago(days=days)) for name, days in (("Bo Lee", 10), ("Cy", 8), ("Dee", 40)))
        for visitor, channel in (("v1", "qr"), ("v1", "qr"), ("v2", "link"), ("v3", "link")):
            Touch.objects.create(
                code_id=code.id, campaign_id=campaign.id, channel=channel, visitor=visitor, occurred_at=_ago(days=11)
            )
        for place, channel in enumerate(("qr", "link", "link")):
            Invitation.objects.create(
                campaign=campaign, code=code, contact_kind="email", contact_hash=str(place), language="en", channel=channel,
                secret_hash="", submitted_at=_ago(days=10), expires_at=_ago(days=7),
            )  # fmt: skip
        referrals = [
            Referral.objects.create(
                campaign=campaign, rule_version=version, code=code, referrer=ann, referee=referee, channel=channel,
                stage=stage, confirmed_at=_ago(days=days), converted_at=_ago(days=5) if stage == "converted" else None,
            )
            for referee, channel, stage, days in ((bo, "qr", "converted", 10), (cy, "link", "confirmed", 8))
        ]  # fmt: skip
        order(bo, 5, 5000, refunded=1000)
        order(bo, 12, 700)  # before he was referred
        order(dee, 3, 6000)
        order(dee, 33, 900)  # in the period before
        unit = Unit.objects.create(code="GBP", kind="money")
        for key, state, cost, days in (("a", "available", 500, 5), ("b", "accrued", 300, 4)):
            Reward.objects.create(
                key=key, kind="cash", beneficiary=ann, account_id=account_id(ann.id, unit.id), role="referrer", unit=unit,
                amount=cost, kept=cost, cost_minor=cost,
                state=state, hold_until=_ago(days=1), promised_by=_ago(days=5), accrued_at=_ago(days=days),
                settled_at=_ago(days=1) if state == "available" else None, campaign_id=campaign.id,
                referral_id=referrals[0].id,
            )  # fmt: skip
        return campaign


def test_the_overview_compares_two_periods(world, at_acme):
    with at_acme():
        found = overview(_ago(days=30), door.moment())
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
        found = overview(_ago(days=30), door.moment())
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
        found = overview(_ago(days=2), door.moment())
    assert [day.day for day in found.trend if day.paid_orders] == [date(2026, 11, 20)]


def test_other_currencies_are_not_added(at_acme, customer, order):
    with at_acme():
        order(customer("Cat"), 1, 100)
        order(customer("Dan"), 1, 900, currency="CNY")
        found = overview(_ago(days=2), door.moment())
    assert (found.tile("kept_revenue").value, found.tile("paid_orders").value) == (100, 2)


def test_the_other_organisation_sees_zeros(world, globex):
    with door.organisation(globex.id, moment=NOON):
        found = overview(_ago(days=30), door.moment())
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
