"""Pages that try terms on the past, and golden cases on pages: what they say, and what they refuse."""

from datetime import timedelta

import pytest

from referrals import operations as referring
from referrals.models import GoldenCase, RuleVersion, Simulation
from tests.conftest import NOON


@pytest.fixture
def campaign(at_acme):
    with at_acme():
        made = referring.create_campaign(
            template="friend_coupon", name="Bring a friend", starts_at=NOON - timedelta(days=1), budget_limit_minor=100_000
        )
        return referring.start_campaign(made.id)


def test_a_trial_says_what_it_found_and_can_be_put_in_force(signed_in, gus, campaign, at_acme):
    client, base = signed_in(gus), f"/campaigns/{campaign.id}/try/"
    answer = client.post(base, {"base": "in_force", "days": "90", "percent": "150"})
    with at_acme():
        row = Simulation.objects.get()
    assert (answer.status_code, answer.url) == (302, f"{base}{row.id}/")
    page = client.get(answer.url).content.decode()
    assert "This would have cost £0 in the last 90 days, exactly what was given." in page
    assert "No referrer gets more or less." in page
    client.post(f"{base}{row.id}/publish/")
    with at_acme():
        assert next(line.get("amount") for line in RuleVersion.objects.latest("number").terms["rewards"]) == {"points": 300}


def test_terms_that_fail_a_golden_case_cannot_be_put_in_force(signed_in, gus, campaign, at_acme):
    client, base = signed_in(gus), f"/campaigns/{campaign.id}"
    client.post(f"{base}/golden/keep/", {"edge": "at_minimum"})
    client.post(f"{base}/try/", {"base": "in_force", "days": "90", "minimum": "50"})
    with at_acme():
        row = Simulation.objects.get()
    page = client.get(f"{base}/try/{row.id}/").content.decode()
    assert "These terms get golden cases wrong" in page
    assert "Put them in force" not in page
    client.post(f"{base}/try/{row.id}/publish/")
    with at_acme():
        assert RuleVersion.objects.count() == 1


def test_a_case_is_written_down_and_shown_green_or_red(signed_in, gus, campaign, at_acme):
    client, base = signed_in(gus), f"/campaigns/{campaign.id}/golden/"
    body = {
        "name": "Small", "amount_minor": "19.99", "place": 1, "friend": 1, "days_to_signup": 0, "days_to_order": 0,
        "counted_30_days": 0, "counted_referrer": 0, "counted_campaign": 0,
    }  # fmt: skip
    assert client.post(f"{base}new/", body).status_code == 302
    assert "All cases hold under the terms in force." in client.get(base).content.decode()
    with at_acme():
        case = GoldenCase.objects.get()
        assert (case.facts, case.expected) == ({"amount_minor": 1999}, {})
    assert client.post(f"{base}{case.id}/", body | {"referrer_points": 7}).status_code == 302
    page = client.get(base).content.decode()
    assert "1 case fails under the terms in force." in page
    assert "too little was paid or kept" in page
    client.post(f"{base}{case.id}/remove/")
    with at_acme():
        assert GoldenCase.objects.count() == 0


def test_a_name_that_is_taken_is_said_at_the_field(signed_in, gus, campaign, at_acme):
    client, base = signed_in(gus), f"/campaigns/{campaign.id}/golden/"
    with at_acme():
        referring.keep_golden_case(campaign.id, name="Small", facts={"amount_minor": 1}, expected={})
    answer = client.post(f"{base}new/", {"name": "Small", "amount_minor": "1", "place": 1, "friend": 1} | dict.fromkeys(
        ("days_to_signup", "days_to_order", "counted_30_days", "counted_referrer", "counted_campaign"), 0))  # fmt: skip
    assert answer.status_code == 422
    assert "There is a golden case “Small” already." in answer.content.decode()
