import pytest

from foundation.ids import new_id
from loyalty.models import Programme, Tier
from tenancy import door


@pytest.fixture
def story(acme, programme, ann, buys, heard):
    with door.organisation(acme.id):
        heard(buys(60_000))


def test_standing_and_history(client, api_key, story, ann):
    body = client.get(f"/api/v1/customers/{ann.id}/standing", **api_key()).json()
    assert (body["tier"]["code"], body["next_tier"]["code"], body["missing_minor"], body["percent"]) == (
        "gold", "platinum", 140_000, 30,
    )  # fmt: skip
    [period] = client.get(f"/api/v1/customers/{ann.id}/tiers", **api_key()).json()["data"]
    assert (period["tier"], period["cause"], period["until"]) == ("gold", "spend", None)
    assert client.get(f"/api/v1/customers/{new_id()}/standing", **api_key()).status_code == 404


def test_the_programme_is_read_and_set(client, api_key, acme):
    path = "/api/v1/loyalty/programme"
    assert client.get(path, **api_key()).status_code == 404
    set_up = client.put(path, {"points_per_unit": "2.5", "warn_days_before_expiry": 0}, "application/json", **api_key())
    assert (set_up.status_code, set_up.json()["points_per_unit"], set_up.json()["warn_days_before_expiry"]) == (
        200,
        "2.5000",
        0,
    )
    assert client.put(path, {"points_per_unit": "-1"}, "application/json", **api_key()).status_code == 422
    assert client.put(path, {"points_per_unit": "9"}, "application/json", **api_key("loyalty:read")).status_code == 403
    with door.organisation(acme.id):
        assert str(Programme.objects.get().points_per_unit) == "2.5000"


def test_tiers_are_listed_with_members_and_changed(client, api_key, acme, story):
    tiers = client.get("/api/v1/loyalty/tiers", **api_key()).json()["data"]
    assert [(tier["code"], tier["members"]) for tier in tiers] == [("ordinary", 0), ("gold", 1), ("platinum", 0)]
    terms = {"threshold_minor": 70_000, "window_days": 365, "multiplier": "1.20"}
    path = f"/api/v1/loyalty/tiers/{tiers[1]['id']}"
    assert client.put(path, terms, "application/json", **api_key()).json()["threshold_minor"] == 70_000
    refused = client.put(path, terms | {"threshold_minor": 900_000}, "application/json", **api_key())
    assert (refused.status_code, refused.json()["code"]) == (422, "thresholds_disordered")
    with door.organisation(acme.id):
        assert Tier.objects.get(code="gold").threshold_minor == 70_000


def test_a_strangers_customer_is_not_found(client, api_key, globex, story, ann):
    assert client.get(f"/api/v1/customers/{ann.id}/standing", **api_key(organisation=globex)).status_code == 404
