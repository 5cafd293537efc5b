"""Staff move a referral, close it for one reason, hold and clear it."""

import pytest

from referrals import errors
from referrals import operations as referrals
from referrals.models import Referral, ReferralMove
from referrals.reasons import REASONS, SET_BY_SYSTEM, WHO, choices
from rewards.models import Reward
from tenancy.models import AuditRecord


def moves(referral, axis="stage"):
    rows = ReferralMove.objects.filter(referral_id=referral.id, axis=axis).order_by("id")
    return [(row.before, row.after, row.cause) for row in rows]


def test_stages_go_forward_with_a_row_each(anns_code, refer, at_acme):
    referral = refer(anns_code)
    with at_acme(days=1):
        referrals.move_stage(referral.id, "contacted", "rang her")
        referrals.move_stage(referral.id, "contacted")
        referrals.move_stage(referral.id, "qualified")
        assert moves(referral)[1:] == [("confirmed", "contacted", "rang her"), ("contacted", "qualified", "staff")]
        with pytest.raises(errors.WrongStage):
            referrals.move_stage(referral.id, "contacted")
        assert AuditRecord.objects.filter(action="referral.stage_moved").count() == 2


@pytest.mark.parametrize("stage", ["converted", "closed", "confirmed", "dancing"])
def test_some_stages_cannot_be_set_by_hand(stage, anns_code, refer, at_acme):
    referral = refer(anns_code)
    with at_acme(), pytest.raises(errors.UnknownStage):
        referrals.move_stage(referral.id, stage)


def test_closing_needs_a_reason_of_the_vocabulary(anns_code, refer, buy, at_acme):
    referral = refer(anns_code)
    with at_acme(), pytest.raises(errors.UnknownReason):
        referrals.close_referral(referral.id, "did not like them")
    with at_acme():
        assert referrals.close_referral(referral.id, "unreachable").close_reason == "unreachable"
        referrals.close_referral(referral.id, "unreachable")
        with pytest.raises(errors.WrongStage):
            referrals.close_referral(referral.id, "price")
    buy("A1", 5000, referral.referee_id)
    with at_acme(days=2):
        assert set(Reward.objects.values_list("state", flat=True)) == {"lapsed"}
        assert Referral.objects.get(id=referral.id).stage == "closed"


def test_a_converted_referral_stays_converted(anns_code, refer, buy, at_acme):
    referral = refer(anns_code)
    buy("A1", 5000, referral.referee_id)
    with at_acme(days=2), pytest.raises(errors.WrongStage):
        referrals.close_referral(referral.id, "price")
    with at_acme(days=2):
        assert Referral.objects.get(id=referral.id).close_reason == ""


def test_a_hold_stops_rewards_and_clearing_lets_them_go(anns_code, refer, buy, at_acme):
    from rewards.operations import settle_due

    referral = refer(anns_code)
    buy("A1", 5000, referral.referee_id)
    with at_acme(days=2):
        referrals.flag_risk(referral.id, "same device")
        referrals.flag_risk(referral.id, "same device")
        assert set(Reward.objects.values_list("state", flat=True)) == {"held"}
    with at_acme(days=30):
        assert settle_due(limit=10) == 0
        referrals.clear_risk(referral.id, "a couple at one address")
        assert settle_due(limit=10) == 2
        assert moves(referral, "risk")[1:] == [
            ("clear", "held", "same device"),
            ("held", "cleared", "a couple at one address"),
        ]


def test_what_is_earned_under_review_is_held_from_the_start(anns_code, refer, buy, at_acme):
    referral = refer(anns_code)
    with at_acme():
        referrals.flag_risk(referral.id, "same device")
    buy("A1", 5000, referral.referee_id)
    with at_acme(days=2):
        assert {(r.state, r.hold_cause) for r in Reward.objects.all()} == {("held", "review")}


def test_confirmed_abuse_takes_everything_back(anns_code, refer, buy, at_acme):
    referral = refer(anns_code)
    buy("A1", 5000, referral.referee_id)
    with at_acme(days=2), pytest.raises(errors.WrongRisk):
        referrals.confirm_fraud(referral.id, "ring")
    with at_acme(days=2):
        referrals.flag_risk(referral.id, "ring")
        referrals.confirm_fraud(referral.id, "ring")
        assert set(Reward.objects.values_list("kept", flat=True)) == {0}
        assert Referral.objects.get(id=referral.id).risk == "confirmed"


def test_a_referral_nobody_knows_is_refused(campaign, at_acme):
    with at_acme(), pytest.raises(errors.UnknownReferral):
        referrals.close_referral(campaign.id, "price")


def test_every_reason_lies_with_somebody_and_lateness_is_not_for_choosing():
    assert {who for who, _ in REASONS.values()} == set(WHO)
    offered = {code for _, group in choices() for code, _ in group}
    assert offered == set(REASONS) - SET_BY_SYSTEM
    assert all(len(code) <= 40 for code in REASONS)
