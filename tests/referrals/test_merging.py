"""Codes and referrals of customers who become one: nobody refers themselves, nobody is referred twice."""

import pytest

from crm import operations as crm
from crm.errors import MergeAnswerMissing
from crm.models import Customer
from referrals import operations as referrals
from referrals.models import Conversion, Referral, ReferralCode
from rewards.models import Reward
from rewards.operations import settle_due
from rewards.queries import verify_books
from tests.crm.merging_world import difference, fingerprints


@pytest.fixture(autouse=True)
def books_are_whole(at_acme):
    yield
    with at_acme():
        assert verify_books().wrong == ()


def test_printed_codes_go_on_to_work(campaign, anns_code, ann, bea, refer, at_acme):
    with at_acme():
        beas_code = referrals.code_for(campaign.id, bea.id)
        merge = crm.merge_customers(bea.id, ann.id)
        assert referrals.code_for(campaign.id, bea.id) == beas_code
    referral = refer(anns_code)
    assert referral.referrer_id == bea.id
    with at_acme():
        crm.undo_merge(merge.id)
        assert ReferralCode.objects.get(id=anns_code.id).referrer_id == ann.id
        assert Referral.objects.get().referrer_id == bea.id  # it came while they were one


def test_friends_and_what_they_earned_go_along(anns_code, refer, buy, ann, bea, at_acme):
    referral = refer(anns_code)
    buy("A1", 5000, referral.referee_id)
    with at_acme(days=2):
        before = fingerprints()
        merge = crm.merge_customers(bea.id, ann.id)
        assert Referral.objects.get().referrer_id == bea.id
        assert Conversion.objects.get().referrer_id == bea.id
        assert Reward.objects.get(role="referrer").beneficiary_id == bea.id
        crm.undo_merge(merge.id)
        assert difference(before, fingerprints()) == {}


def test_a_judgement_after_the_merge_earns_nothing_twice(anns_code, refer, buy, give_back, ann, bea, at_acme):
    referral = refer(anns_code)
    buy("A1", 5000, referral.referee_id)
    with at_acme(days=2):
        crm.merge_customers(bea.id, ann.id)
    give_back("R1", "A1", 2000)
    with at_acme(days=3):
        assert {(one.role, one.kept, one.beneficiary_id) for one in Reward.objects.filter(role="referrer", kept__gt=0)} == {
            ("referrer", 120, bea.id)
        }


def test_who_referred_themselves_loses_what_waits(anns_code, refer, buy, ann, at_acme):
    referral = refer(anns_code)
    buy("A1", 5000, referral.referee_id)
    with at_acme(days=2):
        plan = crm.plan_merge(ann.id, referral.referee_id)
        assert [(q.code, q.default) for q in plan.questions] == [("self_referral_unsettled", "reverse")]
        merge = crm.merge_customers(ann.id, referral.referee_id)
        row = Referral.objects.get()
        assert (row.stage, row.close_reason) == ("closed", "self_referral")
        assert {one.kept for one in Reward.objects.filter(referral_id=row.id)} == {0}
        crm.undo_merge(merge.id)
        row = Referral.objects.get()
        assert (row.stage, row.close_reason, row.referee_id) == ("converted", "", referral.referee_id)
        assert sorted(one.kept for one in Reward.objects.filter(referral_id=row.id)) == [1, 200]


@pytest.mark.parametrize("winner_is_friend", [True, False])
def test_of_what_was_given_somebody_decides(anns_code, refer, buy, ann, at_acme, winner_is_friend):
    referral = refer(anns_code)
    buy("A1", 5000, referral.referee_id)
    with at_acme(days=16):
        assert settle_due() == 2
        pair = (referral.referee_id, ann.id) if winner_is_friend else (ann.id, referral.referee_id)
        with pytest.raises(MergeAnswerMissing):
            crm.merge_customers(*pair)
        assert Referral.objects.get().stage == "converted"
        crm.merge_customers(*pair, answers={"self_referral_settled": "keep"})
        assert {one.kept for one in Reward.objects.all()} == {1, 200}


def test_of_two_referrals_the_earlier_counts(anns_code, campaign, refer, bea, at_acme):
    first = refer(anns_code, "cleo@example.com")
    with at_acme(days=1):
        other = referrals.code_for(campaign.id, bea.id)
    second = refer(other, "cleo.b@example.com", days=1)
    for winner, loser in ((first, second), (second, first)):
        with at_acme(days=2):
            before = fingerprints()
            merge = crm.merge_customers(winner.referee_id, loser.referee_id)
            rows = {row.id: row for row in Referral.objects.all()}
            assert rows[first.id].referee_id == winner.referee_id
            assert (rows[second.id].referee_id, rows[second.id].stage) == (loser.referee_id, "closed")
            assert rows[second.id].close_reason == "already_referred"
            crm.undo_merge(merge.id)
            assert difference(before, fingerprints()) == {}


def test_a_friend_of_a_third_who_also_referred_themselves(anns_code, campaign, refer, ann, bea, at_acme):
    """Bea brought Ann's second self? No: Bea brought Ann, and Ann "brought" Cleo, who is Ann."""
    cleo = refer(anns_code)
    with at_acme(days=1):
        beas_code = referrals.code_for(campaign.id, bea.id)
    dora = refer(beas_code, "dora@example.com", days=1)
    with at_acme(days=1):
        Referral.objects.filter(id=dora.id).update(referee_id=ann.id)
        before = fingerprints()
        merge = crm.merge_customers(cleo.referee_id, ann.id)
        rows = {row.id: row for row in Referral.objects.all()}
        assert (rows[dora.id].referrer_id, rows[dora.id].referee_id) == (bea.id, cleo.referee_id)
        assert (rows[cleo.id].stage, rows[cleo.id].referee_id) == ("closed", ann.id)
        crm.undo_merge(merge.id)
        assert difference(before, fingerprints()) == {}
        assert Customer.objects.filter(id=ann.id).exists()
