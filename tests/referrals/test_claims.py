"""Claims: opened, held, decided, divided, appealed once, by a second person; staff's corrections."""

from datetime import timedelta

import pytest

from foundation.ids import new_code
from referrals import operations as referrals
from referrals.errors import (
    ClaimExists,
    ClaimOwnAlready,
    ClaimTextMissing,
    NotAParty,
    PartsWrong,
    PartyUnknown,
    ReasonMissing,
    SecondPersonNeeded,
    WrongClaimState,
)
from referrals.models import AttributionDecision, Claim, Referral
from rewards.models import Reward, RewardMove
from rewards.operations import settle_due
from tenancy import door
from tenancy.models import User
from tests.conftest import NOON
from tests.referrals.test_attribution import standing


@pytest.fixture
def bought(anns_code, refer, buy):
    """Cleo came by Ann, and bought for £50: 200 points wait for Ann."""
    referral = refer(anns_code, "cleo@example.com")
    buy("A1", 5_000, referral.referee_id, days=1)
    return referral


@pytest.fixture
def as_staff(acme, database):
    """Act as another member of staff each time: with as_staff(days=3): …"""

    def enter(**later):
        user = User.objects.create_user(f"{new_code().lower()}@example.com", name="Staff")
        return door.organisation(acme.id, actor=door.Actor("user", user.id), moment=NOON + timedelta(**later))

    return enter


@pytest.fixture
def claim(bought, bea, as_staff):
    with as_staff(days=2):
        return referrals.open_claim(
            claimant_id=bea.id, referee_id=bought.referee_id, text="I took her along.", channel="staff"
        )


def test_opening_a_claim_holds_what_the_referrer_is_owed_and_not_the_friends(claim, bought, at_acme, ann, acme, drained):
    with at_acme(days=3):
        bought.refresh_from_db()
        states = {row.role: (row.state, row.hold_cause) for row in Reward.objects.exclude(state="estimated")}
        assert bought.attribution == "contested"
        assert states == {"referrer": ("held", "attribution"), "referee": ("accrued", "refund_window")}
        assert (claim.state, claim.rival_id, claim.proposal["outcome"]) == ("proposed", ann.id, "one")
        assert claim.due_at > NOON + timedelta(days=3)
    with at_acme(days=60):
        settle_due()
        assert Reward.objects.get(role="referrer").state == "held"


def test_what_is_earned_while_a_claim_is_open_waits_too(anns_code, refer, buy, bea, as_staff, at_acme):
    referral = refer(anns_code)
    with as_staff(days=1):
        referrals.open_claim(claimant_id=bea.id, referee_id=referral.referee_id, text="Mine.", channel="staff")
    buy("A1", 5_000, referral.referee_id, days=2)
    with at_acme(days=3):
        assert Reward.objects.get(role="referrer", kept__gt=0).hold_cause == "attribution"


def test_a_claim_that_is_won_moves_the_reward_and_releases_once(claim, bought, bea, as_staff, at_acme):
    with as_staff(days=3):
        decided = referrals.decide_claim(claim.id, parts=[(bea.id, 10_000)], reason="She came with Bea.")
        assert (decided.state, decided.outcome) == ("decided", "one")
        assert standing(bought.id) == {("Bea", "referrer"): 200, ("Cleo", "referee"): 1}
        assert Referral.objects.get().referrer_id == bea.id
        assert Referral.objects.get().attribution == "decided"
        with pytest.raises(WrongClaimState, match="What can be done now is an appeal"):
            referrals.decide_claim(claim.id, parts=[], reason="Again.")
    with at_acme(days=60):
        settle_due()
        assert Reward.objects.get(beneficiary=bea).state == "available"


def test_a_claim_that_is_lost_releases_what_waited_exactly_once(claim, bought, ann, as_staff):
    with as_staff(days=3):
        referrals.decide_claim(claim.id, parts=[(ann.id, 10_000)], reason="The link was Ann's.")
        reward = Reward.objects.get(role="referrer")
        assert (reward.state, reward.kept, reward.beneficiary_id) == ("accrued", 200, ann.id)
        assert RewardMove.objects.filter(reward_id=reward.id, cause="attribution_decided").count() == 1


def test_a_split_comes_to_the_whole_by_the_largest_remainder(claim, bought, ann, bea, as_staff, buy, at_acme):
    with as_staff(days=3):
        referrals.decide_claim(claim.id, parts=[(ann.id, 3_333), (bea.id, 6_667)], reason="Both helped.")
        assert standing(bought.id) == {("Ann", "referrer"): 67, ("Bea", "referrer"): 133, ("Cleo", "referee"): 1}
        assert Referral.objects.get().referrer_id == bea.id
        decision = AttributionDecision.objects.order_by("-id")[0]
        assert (decision.cause, decision.outcome, decision.reason) == ("claim", "split", "Both helped.")


def test_nobody_gets_anything_where_a_claim_is_decided_for_nobody(claim, bought, as_staff):
    with as_staff(days=3):
        referrals.decide_claim(claim.id, parts=[], reason="She saw our window.")
        assert standing(bought.id) == {("Cleo", "referee"): 1}


def test_an_appeal_holds_again_and_is_decided_by_somebody_else_once(claim, bought, ann, bea, as_staff, at_acme):
    first = as_staff(days=3)
    with first:
        decider = door.actor()
        referrals.decide_claim(claim.id, parts=[(bea.id, 10_000)], reason="She came with Bea.")
    with at_acme(days=4):
        with pytest.raises(NotAParty):
            referrals.appeal_claim(claim.id, appellant_id=bought.referee_id, text="No.")
        referrals.appeal_claim(claim.id, appellant_id=ann.id, text="She used my link.")
        assert Reward.objects.get(beneficiary=bea).state == "held"
    with door.organisation(bought.organisation_id, actor=decider, moment=NOON + timedelta(days=5)):
        with pytest.raises(SecondPersonNeeded):
            referrals.decide_claim(claim.id, parts=[(ann.id, 10_000)], reason="After all.")
        assert Claim.objects.get().state == "appealed"
    with as_staff(days=5):
        referrals.decide_claim(claim.id, parts=[(ann.id, 10_000)], reason="The link decides.")
        assert standing(bought.id) == {("Ann", "referrer"): 200, ("Cleo", "referee"): 1}
        assert Claim.objects.get().state == "closed"
        with pytest.raises(WrongClaimState, match="open a new claim"):
            referrals.appeal_claim(claim.id, appellant_id=bea.id, text="Once more.")


def test_a_decision_nobody_appeals_against_is_closed(claim, bea, as_staff, at_acme):
    with as_staff(days=3):
        referrals.decide_claim(claim.id, parts=[(bea.id, 10_000)], reason="So.")
    with at_acme(days=9):
        assert referrals.close_due_claims() == 0
    with at_acme(days=11):
        assert referrals.close_due_claims() == 1
        assert Claim.objects.get().state == "closed"


def test_a_customer_whom_nobody_referred_is_given_to_who_gave_a_code_after_the_purchase(
    anns_code, bea, ann, buy, as_staff, at_acme, drained, acme
):
    order = buy("A1", 5_000, bea.id, days=1)
    with as_staff(days=4):
        claim = referrals.open_claim(
            claimant_id=ann.id, order_id=order.id, text="She forgot my code.", channel="member", code=anns_code.code
        )
        assert claim.referral_id is None
        referrals.decide_claim(claim.id, parts=[(ann.id, 10_000)], reason="The receipt shows it.")
        referral = Referral.objects.get(referee=bea)
        assert (referral.referrer_id, referral.attribution) == (ann.id, "decided")
        assert standing(referral.id)["Ann", "referrer"] == 200


def test_what_is_not_whole_or_not_theirs_is_refused_and_changes_nothing(claim, bought, ann, bea, as_staff):
    with as_staff(days=3):
        for parts, refusal in (
            ([(ann.id, 5_000), (bea.id, 4_000)], PartsWrong),
            ([(bea.id, 10_000), (ann.id, 0)], PartsWrong),
            ([(bought.referee_id, 10_000)], PartyUnknown),
        ):
            with pytest.raises(refusal):
                referrals.decide_claim(claim.id, parts=parts, reason="So.")
        with pytest.raises(ReasonMissing):
            referrals.decide_claim(claim.id, parts=[(bea.id, 10_000)], reason=" ")
        with pytest.raises(ClaimExists):
            referrals.open_claim(claimant_id=bea.id, referee_id=bought.referee_id, text="Mine!", channel="staff")
        with pytest.raises(ClaimExists):
            referrals.correct_attribution(bought.id, parts=[(bea.id, 10_000)], reason="So.")
        assert Claim.objects.get().state == "proposed"
        assert standing(bought.id) == {("Ann", "referrer"): 200, ("Cleo", "referee"): 1}


def test_ones_own_and_empty_words_are_no_claim(bought, ann, as_staff):
    with as_staff(days=2):
        with pytest.raises(ClaimOwnAlready):
            referrals.open_claim(claimant_id=ann.id, referee_id=bought.referee_id, text="Mine.", channel="staff")
        with pytest.raises(ClaimTextMissing):
            referrals.open_claim(claimant_id=ann.id, referee_id=bought.referee_id, text="  ", channel="staff")
        assert not Claim.objects.exists()


def test_staff_correct_a_referral_with_a_reason_and_the_reward_follows(bought, bea, as_staff):
    with as_staff(days=2):
        referrals.correct_attribution(bought.id, parts=[(bea.id, 10_000)], reason="Wrong code typed at the till.")
        assert standing(bought.id) == {("Bea", "referrer"): 200, ("Cleo", "referee"): 1}
        referrals.correct_attribution(bought.id, parts=[(bea.id, 10_000)], reason="Twice changes nothing.")
        assert AttributionDecision.objects.filter(cause="staff").count() == 1


def test_what_a_member_says_in_words_waits_until_staff_find_the_person(bought, bea, as_staff, at_acme):
    with at_acme(days=2):
        claim = referrals.open_claim(claimant_id=bea.id, friend="My neighbour", text="Mine.", channel="member")
        assert (claim.state, claim.referee_id) == ("open", None)
        with pytest.raises(WrongClaimState, match="First say which customer this claim is about"):
            referrals.decide_claim(claim.id, parts=[(bea.id, 10_000)], reason="So.")
        claim = referrals.link_claim(claim.id, bought.referee_id)
        assert (claim.state, claim.referee_id) == ("proposed", bought.referee_id)
        assert Reward.objects.get(role="referrer").state == "held"


def test_a_claim_withdrawn_lets_the_rewards_go_on(claim, bought, as_staff):
    with as_staff(days=3):
        referrals.withdraw_claim(claim.id, reason="A mistake.")
        assert Reward.objects.get(role="referrer").state == "accrued"
        assert Referral.objects.get().attribution == "accepted"
