"""REST: reports, RFM, jobs."""

from datetime import UTC, datetime

import pytest

from analytics.models import RfmRun
from analytics.operations import score_rfm
from analytics.queries import rfm_map
from foundation.ids import new_id
from referrals.models import Campaign
from tenancy import door
from tenancy.models import Job

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def scored(acme, at_acme, customer, order):
    with at_acme():
        for n in range(5):
            person = customer(f"C{n}")
            for _ in range(n + 1):
                order(person, 40 - 10 * n, 1000 * (n + 1))
    return score_rfm(acme.id, moment=NOON)


def test_the_map_is_the_querys(client, scored, at_acme, api_key):
    body = client.get("/api/v1/analytics/rfm", **api_key("reports:read")).json()
    with at_acme():
        found = rfm_map()
    assert (body["customers"], body["monetary_minor"]) == (found.customers, found.monetary_minor) == (5, 55000)
    assert len(body["cells"]) == 25
    assert body["segments"][0]["label"] == "Champions"
    assert body["cut_points"]["frequency"] == [1, 2, 3, 4]


def test_labels_follow_the_language(client, scored, api_key):
    body = client.get("/api/v1/analytics/rfm", HTTP_ACCEPT_LANGUAGE="zh-hans", **api_key()).json()
    assert [segment["key"] for segment in body["segments"]][:2] == ["champions", "loyal"]


@pytest.mark.parametrize(
    ("query", "count"), [("", 5), ("?segment=champions", 1), ("?r=5", 1), ("?value=1", 1), ("?r=5&value=1", 0)]
)
def test_scores_are_filtered(query, count, client, scored, api_key):
    rows = client.get(f"/api/v1/analytics/rfm/scores{query}", **api_key()).json()["data"]
    assert len(rows) == count


def test_scores_page_without_loops(client, scored, api_key):
    headers, seen, url = api_key(), [], "/api/v1/analytics/rfm/scores?limit=2"
    for _ in range(4):
        page = client.get(url, **headers).json()
        seen += [row["customer_id"] for row in page["data"]]
        if not page["has_more"]:
            break
        url = f"/api/v1/analytics/rfm/scores?limit=2&after={page['next_cursor']}"
    assert len(seen) == len(set(seen)) == 5


def test_another_organisation_sees_no_scores(client, scored, globex, api_key):
    headers = api_key(organisation=globex)
    assert client.get("/api/v1/analytics/rfm/scores", **headers).json()["data"] == []
    assert client.get("/api/v1/analytics/rfm/runs", **headers).json()["data"] == []
    assert client.get("/api/v1/analytics/rfm", **headers).json()["customers"] == 0


def test_a_run_is_a_job_that_can_be_watched(client, at_acme, acme, api_key):
    headers = api_key("customers:write", "reports:read")
    answer = client.post(
        "/api/v1/analytics/rfm/runs", content_type="application/json", HTTP_IDEMPOTENCY_KEY="one", **headers
    )
    again = client.post("/api/v1/analytics/rfm/runs", content_type="application/json", HTTP_IDEMPOTENCY_KEY="one", **headers)
    assert answer.status_code == again.status_code == 202
    assert answer.json()["id"] == again.json()["id"]
    assert answer["Location"] == f"/api/v1/jobs/{answer.json()['id']}"
    with at_acme():
        job = Job.objects.get()
    score_rfm(acme.id, job.id)
    body = client.get(answer["Location"], **headers).json()
    assert (body["state"], body["percent"], body["kind"]) == ("done", 100, "rfm")
    assert len(client.get("/api/v1/analytics/rfm/runs", **headers).json()["data"]) == 1


def test_reading_is_not_running(client, at_acme, api_key):
    assert client.post("/api/v1/analytics/rfm/runs", **api_key("reports:read")).status_code == 403
    with at_acme():
        assert (Job.objects.count(), RfmRun.objects.count()) == (0, 0)


def test_a_job_is_stopped_once(client, at_acme, gus, api_key):
    with at_acme():
        job = Job.objects.create(kind="rfm", total=1)
        over = Job.objects.create(kind="rfm", total=1, state="done")
    answer = client.post(f"/api/v1/jobs/{job.id}/cancel", **api_key())
    assert (answer.status_code, answer.json()["is_cancel_requested"]) == (200, True)
    answer = client.post(f"/api/v1/jobs/{over.id}/cancel", **api_key())
    assert (answer.status_code, answer.json()["code"]) == (409, "job_is_over")


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_organisations_job_does_not_exist(method, client, at_acme, globex, api_key):
    with at_acme():
        job = Job.objects.create(kind="rfm", total=1)
    path = f"/api/v1/jobs/{job.id}" + ("/cancel" if method == "post" else "")
    assert getattr(client, method)(path, **api_key(organisation=globex)).status_code == 404
    with at_acme():
        assert Job.objects.get(id=job.id).is_cancel_requested is False


def test_the_overview_takes_a_period(client, acme, api_key):
    query = "?since=2026-11-01T00:00:00Z&until=2026-11-08T00:00:00Z"
    body = client.get(f"/api/v1/analytics/overview{query}", **api_key("reports:read")).json()
    assert len(body["trend"]) == 7
    assert [tile["key"] for tile in body["tiles"]][:2] == ["new_customers", "paid_orders"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("?since=yesterday", "/since"),
        ("?since=2026-11-08T00:00:00Z&until=2026-11-01T00:00:00Z", "/since"),
        ("?since=1990-01-01T00:00:00Z", "/since"),
    ],
)
def test_a_senseless_period_is_refused(query, pointer, client, api_key):
    answer = client.get(f"/api/v1/analytics/overview{query}", **api_key())
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def test_campaign_reports_are_404_for_strangers(client, at_acme, globex, api_key):
    with at_acme():
        campaign = Campaign.objects.create(name="F", template="x", starts_at=door.moment(), created_at=door.moment())
    for what in ("funnel", "report"):
        path = f"/api/v1/analytics/campaigns/{campaign.id}/{what}"
        assert client.get(path, **api_key()).status_code == 200
        assert client.get(path, **api_key(organisation=globex)).status_code == 404
        assert client.get(f"/api/v1/analytics/campaigns/{new_id()}/{what}", **api_key()).status_code == 404


def test_cohorts_are_listed(client, ann, api_key):
    rows = client.get("/api/v1/analytics/cohorts", **api_key()).json()["data"]
    assert all(set(row) == {"month", "customers", "active", "retention"} for row in rows)


@pytest.mark.parametrize("path", ["analytics/overview", "analytics/rfm", "analytics/rfm/scores", "analytics/cohorts"])
def test_reports_need_the_permission(path, client, api_key):
    assert client.get(f"/api/v1/{path}", **api_key("customers:read")).status_code == 403
