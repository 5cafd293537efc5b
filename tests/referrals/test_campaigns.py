"""Campaigns: made from a template or an earlier one, changed, run and ended."""

from datetime import timedelta

import pytest

from referrals import errors
from referrals import operations as referrals
from referrals.models import Campaign, Claim, RuleVersion
from referrals.queries import current_version
from referrals.templates import LANGUAGES, TEMPLATES, TEXT_FIELDS
from rewards.models import Budget, CouponKind
from rewards.operations import withdraw_coupon_kind
from tenancy.models import AuditRecord
from tests.conftest import NOON

LURING = ["分享得", "转发领", "邀请助力", "集赞", "转发得", "分享领"]


@pytest.mark.parametrize("key", TEMPLATES)
def test_every_template_makes_a_campaign_that_can_start(key, make_campaign, at_acme):
    campaign = make_campaign(template=key)
    assert campaign.state == "running"
    for language in LANGUAGES:
        assert all(campaign.texts[language][name] for name in TEXT_FIELDS)
        assert "{" not in str(list(campaign.texts[language].values()))
        assert campaign.script[language]
    assert not [word for word in LURING if word in str(campaign.texts["zh-hans"]) + campaign.script["zh-hans"]]


def test_a_template_brings_terms_coupon_and_budget(make_campaign, at_acme):
    campaign = make_campaign(is_running=False, terms_changes={"hold": {"days": 7}})
    with at_acme():
        version = RuleVersion.objects.get(campaign=campaign)
        assert (version.number, version.terms["hold"], version.terms["currency"]) == (1, {"days": 7}, "GBP")
        assert CouponKind.objects.get(code="WELCOME").value_minor == 400
        assert Budget.objects.get(id=campaign.budget_id).limit_minor == 100_000
        assert "£20" in campaign.texts["en"]["offer"] and "£4" in campaign.texts["zh-hans"]["offer"]
        assert "7 days" in campaign.texts["en"]["terms"]
        actions = set(AuditRecord.objects.filter(subject_id=str(campaign.id)).values_list("action", flat=True))
        assert {"campaign.created", "campaign.terms_published"} <= actions


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"template": "pyramid"}, errors.UnknownTemplate),
        ({"name": "  "}, errors.NameMissing),
        ({"ends_at": NOON - timedelta(days=2)}, errors.WindowBackwards),
        ({"target": {"zodiac": ["leo"]}}, errors.UnknownTarget),
        ({"target": {"stages": ["emperor"]}}, errors.UnknownTarget),
        ({"texts": {"fr": {"headline": "Bonjour"}}}, errors.TextsInvalid),
        ({"texts": {"en": {"footer": "x"}}}, errors.TextsInvalid),
        ({"terms_changes": {"hold": {"percent": "5"}}}, errors.WrongUnit),
        (
            {"terms_changes": {"rewards": [{"to": "referee", "kind": "coupon", "coupon": "NONE"}]}},
            errors.UnknownCouponKind,
        ),
    ],
)
def test_a_malformed_campaign_is_refused_and_leaves_nothing(changes, refusal, make_campaign, at_acme):
    with pytest.raises(refusal):
        make_campaign(is_running=False, **changes)
    with at_acme():
        assert not Campaign.objects.exists() and not Budget.objects.exists()


def test_terms_cannot_promise_a_coupon_that_is_withdrawn(campaign, at_acme):
    with at_acme(days=1):
        terms = current_version(campaign.id).terms
        withdraw_coupon_kind(CouponKind.objects.get().id)
        with pytest.raises(errors.ClosedCouponKind):
            referrals.publish_terms(campaign.id, {**terms, "hold": {"days": 30}})


def test_new_terms_make_a_new_version_and_the_same_terms_none(campaign, at_acme):
    with at_acme(days=1):
        first = current_version(campaign.id)
        assert referrals.publish_terms(campaign.id, first.terms).id == first.id
        second = referrals.publish_terms(campaign.id, {**first.terms, "hold": {"days": 30}})
        assert second.number == 2
        assert RuleVersion.objects.get(id=first.id).terms["hold"] == {"days": 14}


def test_new_terms_reach_texts_that_nobody_edited(campaign, at_acme):
    with at_acme(days=1):
        referrals.update_campaign(campaign.id, texts={"en": {"terms": "Ask us."}})
        terms = current_version(campaign.id).terms
        dearer = {**terms["success"], "minimum": {"minor": 3500, "currency": "GBP"}}
        referrals.publish_terms(campaign.id, {**terms, "success": dearer})
        texts = Campaign.objects.get(id=campaign.id).texts
        assert "£35" in texts["en"]["offer"] and "£35" in texts["zh-hans"]["offer"]
        assert texts["en"]["terms"] == "Ask us."


def test_a_copy_has_the_terms_and_texts_but_its_own_budget(campaign, at_acme):
    with at_acme(days=1):
        copy = referrals.copy_campaign(campaign.id, name="Again", starts_at=NOON, budget_limit_minor=5000)
        assert copy.state == "draft" and copy.texts == campaign.texts and copy.budget_id != campaign.budget_id
        assert current_version(copy.id).terms == current_version(campaign.id).terms


def test_states_move_as_they_may_and_no_other_way(campaign, at_acme):
    with at_acme():
        assert referrals.pause_campaign(campaign.id).state == "paused"
        assert referrals.resume_campaign(campaign.id).state == "running"
        assert referrals.end_campaign(campaign.id).state == "ended"
    for move in (referrals.start_campaign, referrals.pause_campaign, referrals.resume_campaign, referrals.end_campaign):
        with at_acme(), pytest.raises((errors.WrongCampaignState, errors.WindowPast)):
            move(campaign.id)
    with at_acme(), pytest.raises(errors.WrongCampaignState, match="make a copy of it and start that"):
        referrals.publish_terms(campaign.id, current_version(campaign.id).terms)
    with at_acme():
        moves = AuditRecord.objects.filter(subject_id=str(campaign.id), changes__has_key="state").order_by("id")
        assert [row.changes["state"][1] for row in moves] == ["running", "paused", "running", "ended"]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"budget_limit_minor": None}, errors.BudgetMissing),
        ({"texts": {"en": {"share": ""}}}, errors.TextsMissing),
        ({"ends_at": NOON - timedelta(hours=1)}, errors.WindowPast),
    ],
)
def test_an_incomplete_campaign_does_not_start(changes, refusal, make_campaign, at_acme):
    campaign = make_campaign(is_running=False, **changes)
    with at_acme(), pytest.raises(refusal):
        referrals.start_campaign(campaign.id)
    with at_acme():
        assert Campaign.objects.get(id=campaign.id).state == "draft"


def test_a_scheduled_campaign_starts_and_ends_by_itself(make_campaign, at_acme):
    campaign = make_campaign(is_running=False, starts_at=NOON + timedelta(days=1), ends_at=NOON + timedelta(days=3))
    states = []
    with at_acme():
        referrals.schedule_campaign(campaign.id)
    for day in (0, 1, 2, 3, 4):
        with at_acme(days=day):
            referrals.turn_due_campaigns()
            states.append(Campaign.objects.get(id=campaign.id).state)
    assert states == ["scheduled", "running", "running", "ended", "ended"]


def test_a_start_in_the_past_is_not_scheduled(make_campaign, at_acme):
    campaign = make_campaign(is_running=False)
    with at_acme(), pytest.raises(errors.NotYetDue):
        referrals.schedule_campaign(campaign.id)


def test_what_became_incomplete_goes_back_to_draft(make_campaign, at_acme):
    campaign = make_campaign(is_running=False, starts_at=NOON + timedelta(days=1))
    with at_acme():
        referrals.schedule_campaign(campaign.id)
        referrals.update_campaign(campaign.id, texts={"zh-hans": {"offer": ""}})
    with at_acme(days=2):
        referrals.turn_due_campaigns()
        assert Campaign.objects.get(id=campaign.id).state == "draft"
        assert AuditRecord.objects.filter(action="campaign.start_refused").get().changes["reason"] == "texts_missing"


def test_beat_turns_campaigns_of_every_organisation(campaign, acme, monkeypatch):
    from referrals import tasks

    rung = []
    monkeypatch.setattr("tenancy.events.ring", lambda task, *arguments: rung.append(arguments))
    tasks.ring_for_campaigns()
    assert (str(acme.id),) in rung
    tasks.turn_campaigns(str(acme.id))


@pytest.mark.parametrize(
    ("shape", "states"), [(errors.WrongCampaignState, Campaign.State), (errors.WrongClaimState, Claim.State)]
)
def test_a_refusal_says_for_every_state_what_can_be_done_instead(shape, states):
    said = {shape(state=state).sentence() for state in states.values}
    assert len(said) == len(states.values) and not any("in this state" in each for each in said)
    assert shape(state="draft").code == shape.code
