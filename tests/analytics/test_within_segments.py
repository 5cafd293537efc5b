"""Figures of a segment: the same statements over its customers only, on the page, in the API and in files."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics.operations.scoring import score_rfm
from analytics.queries import campaign_funnel, campaign_report, campaign_weeks, cohorts, overview, rfm_map
from analytics.queries.kept import narrowed, within
from analytics.queries.rfm import scores
from crm import operations as crm
from tenancy import door
from tests.conftest import NOON
from tests.crm.test_conditions import group, leaf


def named(name: str, **more):
    return crm.create_segment(name=f"Named {name}", conditions=group("all", leaf("name", "contains", name)), **more)


def tiles(found) -> dict:
    return {tile.key: tile.value for tile in found.tiles}


def test_the_overview_counts_what_customers_of_the_segment_did(at_acme, world):
    with at_acme():
        period = {"since": NOON - timedelta(days=30), "until": NOON}
        bo, ann = named("Bo"), named("Ann")
        of_bo, of_ann = tiles(overview(**period, segment=bo)), tiles(overview(**period, segment=ann))
        everybody = crm.create_segment(name="Everybody")
        assert tiles(overview(**period, segment=everybody)) == tiles(overview(**period))
        nobody = crm.create_segment(name="Nobody", conditions=group("all", leaf("name", "contains", "100% %s %(x)s")))
        assert {tile.value for tile in overview(**period, segment=nobody).tiles} == {0, None}  # per cents are only text
        assert cohorts(segment=nobody) == ()
        empty = within(crm.create_segment(name="Empty list", kind="static"))
        assert "chosen" in narrowed("SELECT 1 WHERE true[[id]]", empty)
    assert (of_bo["paid_orders"], of_bo["kept_revenue"], of_bo["referral_revenue"], of_bo["referrals"]) == (2, 4700, 4000, 0)
    assert (of_ann["paid_orders"], of_ann["referrals"], of_ann["rewards_accrued"], of_bo["new_customers"]) == (0, 2, 800, 1)


def test_a_campaign_is_told_by_its_referrers_in_the_segment(at_acme, world):
    with at_acme():
        ann, bo = named("Ann"), named("Bo")
        assert campaign_funnel(world.id, segment=ann) == campaign_funnel(world.id)
        assert campaign_report(world.id, segment=ann) == campaign_report(world.id)
        assert campaign_weeks(world.id, segment=ann) == campaign_weeks(world.id)
        assert [step.count for step in campaign_funnel(world.id, segment=bo).steps] == [0] * 6
        report = campaign_report(world.id, segment=bo)
        assert (report.referrals, report.cost_accrued_minor, campaign_weeks(world.id, segment=bo)) == (0, 0, ())


def test_cohorts_and_the_rfm_map_hold_the_segment_only(acme, at_acme, world, globex):
    score_rfm(acme.id, moment=NOON)
    with at_acme():
        bo = named("Bo")
        with CaptureQueriesContext(connection) as plain:
            cohorts()
        with CaptureQueriesContext(connection) as narrow:
            assert [(cohort.customers, cohort.active) for cohort in cohorts(segment=bo)] == [(1, (1,))]
        assert len(narrow) - len(plain) == 2  # the zone and the fields of its own, which conditions are made of
        assert (rfm_map(within_segment=bo).customers, rfm_map().customers) == (1, 2)
        assert [row.customer.name for row in scores(within_segment=bo)] == ["Bo Lee"]
    with door.organisation(globex.id, moment=NOON):
        assert rfm_map(within_segment=crm.create_segment(name="All")).customers == 0


def test_the_page_and_the_api_say_the_same(acme, at_acme, world, gus, signed_in, api_key, client, globex):
    with door.organisation(acme.id):
        kept = crm.create_segment(name="Bos", conditions=group("all", leaf("name", "contains", "Bo")))
    with door.organisation(globex.id):
        theirs = crm.create_segment(name="Theirs")
    told = {"since": "2026-10-21T12:00:00Z", "until": "2026-11-20T12:00:00Z", "in_segment": str(kept.id)}
    answer = client.get("/api/v1/analytics/overview", told, **api_key("reports:read"))
    values = {tile["key"]: tile["value"] for tile in answer.json()["tiles"]}
    assert (values["paid_orders"], values["kept_revenue"]) == (2.0, 4700.0)
    strange = client.get("/api/v1/analytics/cohorts", {"in_segment": str(theirs.id)}, **api_key("reports:read"))
    assert (strange.status_code, strange.json()["code"]) == (404, "unknown_segment")
    page = signed_in(gus).get("/reports/", {"since": "2026-10-22", "until": "2026-11-20", "in_segment": str(kept.id)})
    shown = {str(tile["label"]): tile["value"] for tile in page.context["tiles"]}
    assert shown["Paid orders"] == "2"
    assert f"in_segment={kept.id}" in page.context["periods"][0][1]


@pytest.fixture
def deals(at_acme, ann, bea):
    from crm.operations import deals as selling

    with at_acme():
        selling.ensure_pipeline()
        for customer, amount in ((ann, 1000), (bea, 2500)):
            selling.create_deal(customer_id=customer.id, title=customer.name, amount_minor=amount, currency="GBP")
        return named("Ann")


def test_sales_figures_and_their_file_hold_the_segment_only(acme, gus, signed_in, deals):
    browser = signed_in(gus)
    report = browser.get("/deals/reports/", {"in_segment": str(deals.id)}).context["report"]
    assert sum(month.amount_minor for month in report.forecast) == 1000
    whole = browser.get("/deals/reports/").context["report"]
    assert sum(month.amount_minor for month in whole.forecast) == 3500
    file = browser.get("/deals/reports/forecast.csv", {"in_segment": str(deals.id)})
    lines = b"".join(file.streaming_content).decode() if file.streaming else file.content.decode()
    assert "10.00" in lines and "35.00" not in lines
