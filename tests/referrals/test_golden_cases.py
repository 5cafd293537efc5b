"""Golden cases: pure, kept with the campaign, and no terms come in force that get one wrong."""

from datetime import timedelta
from uuid import UUID

import pytest

from referrals import operations as referrals
from referrals.configuration import CAMPAIGNS
from referrals.errors import GoldenCaseFailed, GoldenCaseInvalid, GoldenCaseNamed
from referrals.models import GoldenCase, RuleVersion
from referrals.queries import current_terms, current_version, try_golden_cases
from referrals.rules import read_terms
from referrals.rules.complexity import score
from referrals.rules.golden import read_case, suggestions, try_case
from referrals.rules.varying import varied
from tests.conftest import NOON
from tests.referrals.test_rules import GOOD

ENOUGH = {"amount_minor": 2000}
TWO = {"referrer": {"points": 200}, "referee": {"coupon": 1}}


@pytest.fixture
def kept(campaign, at_acme):
    with at_acme():
        return referrals.keep_golden_case(campaign.id, name="Just enough", facts=ENOUGH, expected=TWO)


def at_minimum(campaign_id: UUID, minor: int) -> dict:
    return varied(current_version(campaign_id).terms, minimum_minor=minor)


# --- pure -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "failed"),
    [
        ({"amount_minor": 1999}, ("minimum_reached",)),
        ({"amount_minor": 4000, "refunded_minor": 2001}, ("minimum_reached",)),
        (ENOUGH | {"place": 2}, ("first_order",)),
        (ENOUGH | {"days_to_order": 10_000}, ("order_window",)),
        (ENOUGH | {"bought_before": True}, ("friend_is_new",)),
        (ENOUGH | {"is_fraud": True}, ("no_fraud",)),
        (ENOUGH | {"is_cancelled": True}, ("order_paid", "minimum_reached")),
    ],
)
def test_a_case_that_gives_nothing_says_why(campaign, at_acme, facts, failed):
    with at_acme():
        rule = current_terms(campaign.id)
    tried = try_case(facts, {}, rule)
    assert (tried.passed, tried.got, tried.failed) == (True, {}, failed)


def test_suggestions_stand_on_both_sides_of_the_minimum(campaign, at_acme):
    with at_acme():
        found = {each.key: each for each in suggestions(current_terms(campaign.id))}
    assert (found["below_minimum"].facts, found["below_minimum"].expected) == ({"amount_minor": 1999}, {})
    assert (found["at_minimum"].facts, found["at_minimum"].expected) == (ENOUGH, TWO)
    assert (found["window_last_day"].expected, found["window_day_after"].expected) == (TWO, {})


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"amount": 1}, {}),
        ({"amount_minor": "5"}, {}),
        ({"amount_minor": -1}, {}),
        ({"place": 0}, {}),
        ({"amount_minor": True}, {}),
        (ENOUGH, {"owner": {"points": 1}}),
        (ENOUGH, {"referrer": {"gold": 1}}),
        (ENOUGH, {"referrer": {"points": 1.5}}),
        ([], {}),
    ],
)
def test_nonsense_is_no_case(facts, expected):
    with pytest.raises(GoldenCaseInvalid):
        read_case(facts, expected)


def test_what_says_nothing_is_left_out():
    told = read_case({"amount_minor": 5, "place": 1, "is_fraud": False}, {"referrer": {"points": 0}})
    assert told == ({"amount_minor": 5}, {})


# --- the gate -----------------------------------------------------------------------------------------------


def test_terms_that_get_a_case_wrong_are_not_published(campaign, kept, at_acme):
    with at_acme(), pytest.raises(GoldenCaseFailed) as refused:
        referrals.publish_terms(campaign.id, at_minimum(campaign.id, 2001))
    assert (refused.value.code, refused.value.facts) == ("golden_case_failed", {"cases": "Just enough"})
    with at_acme():
        assert RuleVersion.objects.filter(campaign=campaign).count() == 1
        assert referrals.publish_terms(campaign.id, at_minimum(campaign.id, 1999)).number == 2


def test_a_case_may_fail_under_the_terms_in_force(campaign, at_acme):
    with at_acme():
        referrals.keep_golden_case(campaign.id, name="Small ones too", facts={"amount_minor": 1500}, expected=TWO)
        with pytest.raises(GoldenCaseFailed):
            referrals.publish_terms(campaign.id, at_minimum(campaign.id, 1501))
        assert referrals.publish_terms(campaign.id, at_minimum(campaign.id, 1500)).number == 2


def test_a_name_is_given_once(campaign, kept, at_acme):
    with at_acme(), pytest.raises(GoldenCaseNamed):
        referrals.keep_golden_case(campaign.id, name=" Just  enough ", facts=ENOUGH, expected={})
    with at_acme():
        assert GoldenCase.objects.count() == 1


def test_an_order_becomes_a_case(campaign, anns_code, refer, buy, give_back, at_acme):
    friend = refer(anns_code)
    order = buy("A1", 5000, friend.referee_id, days=3)
    give_back("R1", "A1", 1000, days=4)
    with at_acme():
        case = referrals.golden_case_of_order(campaign.id, order.id, name="Like A1")
        assert case.facts == {"amount_minor": 5000, "refunded_minor": 1000, "days_to_order": 3}
        assert case.expected == {"referrer": {"points": 160}, "referee": {"coupon": 1}}
        assert [one.tried.passed for one in try_golden_cases(campaign.id, current_terms(campaign.id))] == [True]


def test_a_copy_keeps_the_cases(campaign, kept, at_acme):
    with at_acme():
        copy = referrals.copy_campaign(campaign.id, name="Again", starts_at=NOON + timedelta(days=100))
        assert list(copy.golden_cases.values_list("name", "facts", "expected")) == [("Just enough", ENOUGH, TWO)]


def test_cases_travel_with_the_configuration(campaign, kept, at_acme):
    with at_acme():
        told = CAMPAIGNS.read()["Bring a friend"]
        assert told["golden_cases"] == [{"name": "Just enough", "facts": ENOUGH, "expected": TWO}]
        referrals.remove_golden_case(kept.id)
        CAMPAIGNS.write("Bring a friend", told)
        assert CAMPAIGNS.read()["Bring a friend"] == told


# --- what if --------------------------------------------------------------------------------------------------


def test_only_what_is_asked_about_varies():
    before = GOOD | {"rewards": [{"to": "referrer", "kind": "points", "amount": {"points": 5}}]}
    after = varied(before, percent=150, per_referrer=3)
    assert after["rewards"] == [{"to": "referrer", "kind": "points", "amount": {"points": 7}}]
    assert after["limits"]["per_referrer"] == {"count": 3}
    assert {name for name in before if before[name] != after[name]} <= {"rewards", "limits"}
    assert score(read_terms(after)) >= score(read_terms(before))


# --- over the API ---------------------------------------------------------------------------------------------


def test_a_case_lives_and_dies_over_the_api(client, api_key, campaign):
    headers = api_key("campaigns:read", "campaigns:write")
    base = f"/api/v1/campaigns/{campaign.id}/golden-cases"
    body = {"name": "Just enough", "facts": ENOUGH, "expected": TWO}
    made = client.post(base, body, content_type="application/json", **headers).json()
    listed = client.get(base, **headers).json()
    assert [(each["name"], each["passed"], each["got"]) for each in listed] == [("Just enough", True, TWO)]
    one = f"{base}/{made['id']}"
    changed = client.patch(one, {"expected": {}}, content_type="application/json", **headers).json()
    assert (changed["expected"], client.get(base, **headers).json()[0]["passed"]) == ({}, False)
    assert client.delete(one, **headers).status_code == 204
    assert client.get(one, **headers).status_code == 404


def test_a_refusal_names_the_case_over_the_api(client, api_key, campaign, kept, at_acme):
    headers = api_key("campaigns:read", "campaigns:write")
    with at_acme():
        draft = at_minimum(campaign.id, 3000)
    answer = client.post(
        f"/api/v1/campaigns/{campaign.id}/terms", {"terms": draft}, content_type="application/json", **headers
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "golden_case_failed")
    assert "Just enough" in answer.json()["title"]
    tried = client.post(
        f"/api/v1/campaigns/{campaign.id}/golden-cases/try", {"terms": draft}, content_type="application/json", **headers
    )
    assert tried.json()[0]["failed"] == ["minimum_reached"]


def test_a_simulation_over_the_api(client, api_key, campaign):
    headers = api_key("campaigns:read", "campaigns:write")
    base = f"/api/v1/campaigns/{campaign.id}/simulations"
    body = {"since": "2026-01-01T00:00:00Z", "until": "2026-12-01T00:00:00Z"}
    made = client.post(base, body, content_type="application/json", **headers)
    assert (made.status_code, made.json()["state"], made.json()["result"]["proof"]["is_equal"]) == (201, "done", True)
    assert client.get(f"{base}/{made.json()['id']}", **headers).json()["result"] == made.json()["result"]
