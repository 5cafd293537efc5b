"""Codes and touches: one code each, refused by name when it cannot be followed."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from referrals import errors
from referrals import operations as referrals
from referrals.models import ReferralCode, Touch
from referrals.queries import find_code
from tenancy import door
from tests.conftest import NOON


def test_a_customer_has_one_code_in_a_campaign(campaign, ann, at_acme):
    with at_acme():
        first = referrals.code_for(campaign.id, ann.id)
    with at_acme(days=1):
        assert referrals.code_for(campaign.id, ann.id).id == first.id
        assert ReferralCode.objects.count() == 1


def test_ten_who_ask_at_once_get_the_same_code(campaign, ann, acme):
    codes = []

    def ask():
        try:
            with door.organisation(acme.id, moment=NOON):
                codes.append(referrals.code_for(campaign.id, ann.id).code)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(10)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(codes) == 10 and len(set(codes)) == 1


@pytest.mark.parametrize("target", [{"stages": ["loyal"]}, {"tags": ["vip"]}])
def test_who_is_not_in_the_target_gets_no_code(target, make_campaign, ann, at_acme):
    campaign = make_campaign(target=target)
    with at_acme(), pytest.raises(errors.NotInTarget):
        referrals.code_for(campaign.id, ann.id)
    with at_acme():
        assert not ReferralCode.objects.exists()


@pytest.mark.parametrize("tier", ["gold", "ordinary"])
def test_a_tier_may_be_the_target(tier, make_campaign, ann, at_acme):
    from loyalty.operations import set_up_default_tiers

    campaign = make_campaign(target={"tiers": [tier]})
    with at_acme(), pytest.raises(errors.NotInTarget):  # there are no tiers yet
        referrals.code_for(campaign.id, ann.id)
    with at_acme():
        set_up_default_tiers("GBP")
        assert referrals.is_in_target(campaign, ann) == (tier == "ordinary")


def test_who_is_in_every_list_of_the_target_gets_one(make_campaign, ann, at_acme):
    from crm.operations import set_tags

    campaign = make_campaign(target={"stages": [ann.stage], "tags": ["vip", "friend"]})
    with at_acme():
        set_tags(ann, ["friend"])
        assert referrals.code_for(campaign.id, ann.id).referrer_id == ann.id


def test_a_draft_gives_no_codes(make_campaign, ann, at_acme):
    campaign = make_campaign(is_running=False)
    with at_acme(), pytest.raises(errors.CampaignNotStarted):
        referrals.code_for(campaign.id, ann.id)


def test_a_typed_code_is_read_whatever_its_case_and_dashes(anns_code, at_acme):
    text = anns_code.code
    with at_acme():
        assert find_code(f" {text[:4].lower()}-{text[4:]} ").id == anns_code.id
        referrals.record_touch(text.lower(), channel="qr", visitor="v" * 64)
        touch = Touch.objects.get()
        assert (touch.code_id, touch.channel, touch.campaign_id) == (anns_code.id, "qr", anns_code.campaign_id)


def touch_refused(at_acme, code, refusal, **days):
    with at_acme(**days), pytest.raises(refusal):
        referrals.record_touch(code)
    with at_acme():
        assert not Touch.objects.exists()


def test_an_unknown_code_is_refused(campaign, at_acme):
    touch_refused(at_acme, "NO-SUCH-CODE", errors.UnknownCode)


def test_a_code_of_another_organisation_is_unknown(anns_code, globex):
    with door.organisation(globex.id, moment=NOON), pytest.raises(errors.UnknownCode):
        referrals.record_touch(anns_code.code)


def test_a_paused_campaign_is_refused(anns_code, at_acme):
    with at_acme():
        referrals.pause_campaign(anns_code.campaign_id)
    touch_refused(at_acme, anns_code.code, errors.CampaignPaused)


def test_a_campaign_that_is_over_is_refused_also_before_beat_has_come(anns_code, at_acme):
    touch_refused(at_acme, anns_code.code, errors.CampaignEnded, days=91)


def test_a_withdrawn_code_is_refused(anns_code, at_acme):
    with at_acme():
        ReferralCode.objects.update(is_active=False)
    touch_refused(at_acme, anns_code.code, errors.CodeWithdrawn)


def test_a_touch_cannot_be_changed(anns_code, at_acme):
    from django.db import ProgrammingError

    with at_acme():
        referrals.record_touch(anns_code.code)
    with pytest.raises(ProgrammingError), at_acme():
        Touch.objects.update(occurred_at=NOON - timedelta(days=1))
