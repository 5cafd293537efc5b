"""Is a campaign ready? The checks, the refusal that lists them, and the steps in which a draft becomes ready."""

import json
from datetime import timedelta

import pytest

from referrals import errors
from referrals import operations as referrals
from referrals.models import Campaign, LegalNote, RuleVersion
from referrals.queries import campaigns, current_version, planned_terms
from referrals.queries import readiness as checks
from referrals.queries.readiness import readiness
from referrals.templates import TEMPLATES, default_terms
from tests.conftest import NOON

INDUCING = {"zh-hans": {"share": "分享即得 10 元红包"}}


def levels(campaign) -> dict[str, str]:
    return {each.key: each.level for each in readiness(campaigns().get(id=campaign.id))}


def codes(campaign) -> set[str]:
    return {found.code for each in readiness(campaigns().get(id=campaign.id)) for found in each.findings}


@pytest.fixture
def begun(at_acme):
    with at_acme():
        return referrals.begin_campaign(
            name="Autumn", starts_at=NOON, ends_at=NOON + timedelta(days=60), goal={"aim": "revenue", "friends": 50}
        )


def test_a_complete_campaign_is_ready(make_campaign, at_acme, gus):
    campaign = make_campaign(is_running=False, responsible_id=gus.id)
    with at_acme():
        assert set(levels(campaign).values()) == {"ok"}


def test_the_refusal_lists_everything_that_stands_in_the_way(begun, at_acme):
    with at_acme(), pytest.raises(errors.NotReady) as refusal:
        referrals.start_campaign(begun.id)
    told = refusal.value.facts["findings"]
    assert {each["code"] for each in told} == {"terms_missing", "text_missing", "budget_missing"}
    assert {each["step"] for each in told} == {"template", "texts", "limits"}
    with at_acme():
        assert Campaign.objects.get(id=begun.id).state == "draft"


def test_wechat_safe_mode_stops_what_else_only_warns(make_campaign, at_acme):
    campaign = make_campaign(is_running=False, texts=INDUCING)
    with at_acme():
        assert levels(campaign)["wechat"] == "warn"
        referrals.set_wechat_safe(campaign.id, True)
        assert levels(campaign)["wechat"] == "stop"
    with at_acme(), pytest.raises(errors.NotReady, match="分享即得"):
        referrals.start_campaign(campaign.id)
    with at_acme():
        assert Campaign.objects.get(id=campaign.id).state == "draft"
        referrals.set_wechat_safe(campaign.id, False)
        assert referrals.start_campaign(campaign.id).state == "running"


def test_cash_without_an_end_does_not_start(make_campaign, at_acme):
    cash = [{"to": "referrer", "kind": "cash", "amount": {"minor": 500, "currency": "GBP"}}]
    campaign = make_campaign(is_running=False, ends_at=None, terms_changes={"rewards": cash})
    with at_acme(), pytest.raises(errors.NotReady, match="Cash is promised without an end"):
        referrals.start_campaign(campaign.id)


def test_two_levels_wait_for_the_legal_note_once(make_campaign, at_acme):
    line = {"to": "second_level", "kind": "points", "amount": {"points": 20}}
    terms = default_terms(TEMPLATES["friend_coupon"], "GBP")
    campaign = make_campaign(is_running=False, terms_changes={"rewards": [*terms["rewards"], line]})
    with at_acme():
        assert "legal_note_unread" in codes(campaign)
        first = referrals.acknowledge_legal_note()
        assert referrals.acknowledge_legal_note().id == first.id
        assert LegalNote.objects.count() == 1
        assert referrals.start_campaign(campaign.id).state == "running"


def test_a_check_of_another_subject_is_asked_too(make_campaign, at_acme, monkeypatch):
    def never(plan):
        yield checks.Finding("golden_case", checks.STOP, "check", said=f"{plan.campaign.name} breaks a golden case.")

    check = checks.Check("golden", never, title="Golden cases", passed="They hold.")
    monkeypatch.setattr(checks, "CHECKS", [*checks.CHECKS, check])
    campaign = make_campaign(is_running=False)
    with at_acme(), pytest.raises(errors.NotReady, match="breaks a golden case"):
        referrals.start_campaign(campaign.id)


# --- step by step -------------------------------------------------------------------------------------


def test_a_draft_becomes_a_campaign_step_by_step(begun, at_acme):
    with at_acme():
        referrals.choose_template(begun.id, "friend_coupon")
        terms = planned_terms(Campaign.objects.get(id=begun.id))
        minimum = {"event": "first_paid_order", "minimum": {"minor": 3500, "currency": "GBP"}}
        referrals.save_draft_terms(begun.id, {**terms, "success": minimum})
        referrals.fund_campaign(begun.id, 50_000)
        campaign = Campaign.objects.get(id=begun.id)
        assert "£35" in campaign.texts["en"]["offer"] and "£35" in campaign.texts["zh-hans"]["offer"]
        assert RuleVersion.objects.filter(campaign=campaign).count() == 0
        referrals.start_campaign(begun.id)
        version = current_version(begun.id)
        assert (version.number, version.terms["success"]["minimum"]["minor"]) == (1, 3500)
        assert Campaign.objects.get(id=begun.id).draft_terms is None


def test_terms_written_while_it_runs_are_in_force_once_published(campaign, at_acme):
    with at_acme():
        terms = current_version(campaign.id).terms
        referrals.save_draft_terms(campaign.id, {**terms, "hold": {"days": 30}})
        assert current_version(campaign.id).terms["hold"] == {"days": 14}
        found = Campaign.objects.get(id=campaign.id)
        published = referrals.publish_draft_terms(found, honour="better_of_both")
        assert (published.number, published.terms["hold"], published.honour) == (2, {"days": 30}, "better_of_both")
        assert Campaign.objects.get(id=campaign.id).draft_terms is None


def test_dropped_terms_leave_those_in_force(campaign, at_acme):
    with at_acme():
        terms = current_version(campaign.id).terms
        referrals.save_draft_terms(campaign.id, {**terms, "hold": {"days": 30}})
        referrals.drop_draft_terms(campaign.id)
        assert planned_terms(Campaign.objects.get(id=campaign.id)) == terms
        assert RuleVersion.objects.filter(campaign=campaign).count() == 1


def test_a_draft_takes_over_an_earlier_campaign(begun, campaign, at_acme):
    with at_acme():
        taken = referrals.take_over(begun.id, campaign.id)
        assert (taken.name, taken.template, taken.texts) == ("Autumn", campaign.template, campaign.texts)
        assert taken.draft_terms == current_version(campaign.id).terms and taken.budget_id is None


@pytest.mark.parametrize("goal", [{"aim": "fame"}, {"friends": 0}, {"aim": "revenue", "colour": 1}, {"friends": "many"}])
def test_an_unknown_goal_is_refused(begun, at_acme, goal):
    with at_acme(), pytest.raises(errors.GoalInvalid):
        referrals.set_goal(begun.id, goal)
    with at_acme():
        assert Campaign.objects.get(id=begun.id).goal == {"aim": "revenue", "friends": 50}


# --- REST ---------------------------------------------------------------------------------------------


@pytest.fixture
def call(client, api_key):
    header = {"content_type": "application/json", **api_key()}

    def send(method, path, body=None):
        return client.generic(method, f"/api/v1{path}", json.dumps(body) if body is not None else "", **header)

    return send


def test_checks_and_the_refusal_are_the_same_over_the_api(begun, call):
    told = call("GET", f"/campaigns/{begun.id}/checks").json()
    assert told["is_ready"] is False
    stops = {found["code"] for check in told["checks"] for found in check["findings"] if found["level"] == "stop"}
    answer = call("POST", f"/campaigns/{begun.id}/start")
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert {each["code"] for each in answer.json()["facts"]["findings"]} == stops


def test_a_text_is_linted_over_the_api(call):
    told = call("POST", "/campaigns/lint-text", {"text": "Share and get £10"}).json()
    assert told["is_safe"] is False
    (found,) = told["findings"]
    assert (found["code"], found["words"], set(found["instead"])) == (
        "share_for_reward",
        "Share and get £10",
        {"zh-hans", "en"},
    )
    assert call("POST", "/campaigns/lint-text", {"texts": {"en": {"share": "I like it here."}}}).json()["is_safe"] is True
    assert call("POST", "/campaigns/lint-text", {}).status_code == 422


def test_the_legal_note_is_acknowledged_over_the_api(call, at_acme):
    assert call("POST", "/campaigns/legal-note").json()["note"] == "two_levels_2026"
    with at_acme():
        assert LegalNote.objects.count() == 1


def test_aim_and_wechat_safe_mode_are_set_over_the_api(make_campaign, call, at_acme):
    campaign = make_campaign(is_running=False)
    told = call("PATCH", f"/campaigns/{campaign.id}", {"goal": {"aim": "members"}, "is_wechat_safe": True}).json()
    assert (told["goal"], told["is_wechat_safe"]) == ({"aim": "members"}, True)
    answer = call("PATCH", f"/campaigns/{campaign.id}", {"goal": {"aim": "fame"}})
    assert (answer.status_code, answer.json()["code"]) == (422, "goal_invalid")
    with at_acme():
        assert Campaign.objects.get(id=campaign.id).goal == {"aim": "members"}
