"""Pages and endpoints of sources, printed material and payroll; with two organisations."""

import json
from datetime import date, timedelta

import pytest

from foundation.ids import new_code
from referrals import operations as referring
from referrals.models import MaterialBatch, PayrollRun, ReferralCode, ReferrerProfile, SourceRule
from referrals.operations.material import order_material
from referrals.operations.profiles import enrol_employee, enrol_referrer
from tenancy import door
from tests.portal.conftest import found_campaign


@pytest.fixture
def campaign(acme, ann):
    return found_campaign(acme, ann.id)[0]


@pytest.fixture
def pat(acme) -> ReferrerProfile:
    with door.organisation(acme.id):
        return enrol_referrer(kind="partner", name="Pat Parker", organisation_name="Parker Ltd")


@pytest.fixture
def cards(acme, campaign, pat) -> MaterialBatch:
    with door.organisation(acme.id):
        return order_material(campaign_id=campaign.id, profile_id=pat.id, name="Autumn cards", kind="card", size=3)


def test_an_employee_is_enrolled_edited_and_let_go(acme, gus, staff_of, pat, signed_in):
    client, sue = signed_in(gus), staff_of(acme, "sales")
    answer = client.post("/sources/new/?kind=employee", {"membership": sue.id, "notes": "Front desk"}, follow=True)
    assert "Sales" in answer.content.decode()
    with door.organisation(acme.id):
        profile = ReferrerProfile.objects.get(membership=sue)
    again = client.post("/sources/new/?kind=employee", {"membership": sue.id})
    assert again.status_code == 422 and "enrolled already" in again.content.decode()
    client.post(f"/sources/{profile.id}/edit/", {"notes": "Moved upstairs"})
    client.post(f"/sources/{profile.id}/close/", {"heir": pat.id})
    with door.organisation(acme.id):
        profile = ReferrerProfile.objects.get(id=profile.id)
        assert (profile.notes, profile.is_active) == ("Moved upstairs", False)
    assert "Sales" not in client.get("/sources/", headers={"HX-Request": "true"}).content.decode()


def test_a_batch_is_ordered_fetched_given_away_and_stopped(acme, gus, campaign, pat, staff_of, signed_in):
    client = signed_in(gus)
    told = {
        "name": "Autumn cards", "campaign_id": campaign.id, "profile_id": pat.id, "kind": "card", "design": "calm",
        "size": 12, "has_own_codes": "on",
    }  # fmt: skip
    refused = client.post("/materials/new/", told | {"valid_from": "2027-01-02T00:00", "valid_to": "2027-01-01T00:00"})
    assert refused.status_code == 422
    assert client.post("/materials/new/", told).status_code == 302
    sue = staff_of(acme, "sales")
    with door.organisation(acme.id):
        batch, other = MaterialBatch.objects.get(), enrol_employee(sue.id)
    assert client.get(f"/materials/{batch.id}/sheets/1/").content[:5] == b"%PDF-"
    assert len(client.get(f"/materials/{batch.id}/codes/").content.decode().splitlines()) == 13
    client.post(f"/materials/{batch.id}/repoint/", {"profile_id": other.id, "reason": "new host"})
    client.post(f"/materials/{batch.id}/stop/")
    with door.organisation(acme.id):
        assert set(ReferralCode.objects.filter(batch=batch).values_list("referrer_id", "is_active")) == {
            (other.customer_id, False)
        }


def test_what_a_source_may_do_is_set_on_its_page(acme, gus, campaign, signed_in):
    facts = {"source": "employee", "employee-limit_30_days": "5", "employee-hold_days": "7", "employee-by_payroll": "on"}
    assert signed_in(gus).post(f"/campaigns/{campaign.id}/sources/", facts).status_code == 302
    with door.organisation(acme.id):
        rule = SourceRule.objects.get()
        assert (rule.source, rule.is_allowed, rule.limit_30_days, rule.by_payroll) == ("employee", False, 5, True)


def test_a_payroll_run_is_a_file_for_both_worlds(acme, gus, pat, signed_in):
    line = {"reward_id": "", "customer_id": str(pat.customer_id), "points": 40, "cost_minor": 40}
    with door.organisation(acme.id):
        run = PayrollRun.objects.create(
            period_from=date(2026, 11, 1), period_to=date(2026, 11, 30), created_at=door.moment(), lines=[line, line]
        )
    client = signed_in(gus)
    text = client.get(f"/payroll/{run.id}/csv/").content.decode()
    assert "Pat Parker,,,2026-11-01,2026-11-30,2,80,80" in text
    assert client.get(f"/payroll/{run.id}/xlsx/").content[:2] == b"PK"
    empty = client.post("/payroll/", {"period_from": "2026-11-01", "period_to": "2026-11-30"})
    assert empty.status_code == 422


def test_the_api_tells_what_the_pages_tell(acme, campaign, cards, pat, client, api_key, staff_of):
    key = {**api_key(), "content_type": "application/json"}
    with door.organisation(acme.id):
        code = cards.codes.order_by("serial").first().code
        referring.record_touch(code, visitor="v" * 64)
    report = {row["source"]: row for row in client.get("/api/v1/reports/sources", **key).json()}
    assert (report["partner"]["codes"], report["partner"]["touches"], report["customer"]["codes"]) == (3, 1, 1)
    assert client.get(f"/api/v1/materials/{cards.id}", **key).json()["figures"]["touches"] == 1
    body = {"kind": "employee", "membership_id": str(staff_of(acme, "sales").id)}
    made = client.post("/api/v1/referrers", json.dumps(body), HTTP_IDEMPOTENCY_KEY=new_code(), **key)
    assert made.status_code == 201, made.content
    typed = f" {code[:4].lower()} - {''.join(chr(ord(letter) + 0xFEE0) for letter in code[4:])} "
    moved = client.post(f"/api/v1/codes/{typed}/repoint", json.dumps({"profile_id": made.json()["id"]}), **key)
    assert moved.status_code == 200, moved.content
    assert [row["referrer_id"] for row in moved.json()["owners"]] == [str(pat.customer_id), made.json()["customer_id"]]


def test_another_organisation_sees_none_of_it(cards, pat, mallory, globex, signed_in, client, api_key):
    theirs = signed_in(mallory)
    for address in (f"/sources/{pat.id}/", f"/materials/{cards.id}/", f"/materials/{cards.id}/sheets/1/"):
        assert theirs.get(address).status_code == 404
    assert "Pat Parker" not in theirs.get("/sources/").content.decode()
    key = api_key(organisation=globex)
    assert client.get("/api/v1/materials", **key).json()["data"] == []
    assert client.get(f"/api/v1/referrers/{pat.id}", **key).status_code == 404


def test_printed_pieces_that_are_over_say_so(acme, gus, cards, signed_in):
    with door.organisation(acme.id):
        MaterialBatch.objects.filter(id=cards.id).update(valid_to=door.moment() - timedelta(hours=1))
    client = signed_in(gus)
    assert "No longer valid" in client.get("/materials/").content.decode()
    text = client.get(f"/materials/{cards.id}/").content.decode()
    assert text.count("No longer valid") > 1 and "In use" not in text
