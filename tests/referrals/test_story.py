"""From the link to a reward, and back by a refund."""

from datetime import timedelta

from referrals.models import Decision, Referral
from rewards.models import Reward
from tests.conftest import NOON


def kept(referral):
    return {reward.role: reward.kept for reward in Reward.objects.filter(referral_id=referral.id)}


def test_a_paid_order_earns_for_both(anns_code, refer, buy, at_acme):
    referral = refer(anns_code)
    order = buy("A1", 5000, referral.referee_id)
    with at_acme(days=2):
        decision = Decision.objects.get(order_id=order.id)
        assert decision.outcome == "earned"
        assert all(check["passed"] for check in decision.checks)
        assert kept(referral) == {"referrer": 200, "referee": 1}
        referral = Referral.objects.get(id=referral.id)
        assert referral.stage == "converted" and referral.converting_order_id == order.id
        assert {r.hold_until for r in Reward.objects.all()} == {NOON + timedelta(days=15)}


def test_a_partial_refund_takes_back_its_part(anns_code, refer, buy, give_back, at_acme):
    referral = refer(anns_code)
    order = buy("A1", 5000, referral.referee_id)
    give_back("R1", "A1", 2000)
    with at_acme(days=3):
        assert kept(referral) == {"referrer": 120, "referee": 1}
        assert [d.outcome for d in Decision.objects.filter(order_id=order.id).order_by("id")] == ["earned", "reduced"]


def test_below_the_minimum_everything_goes_back(anns_code, refer, buy, give_back, at_acme):
    referral = refer(anns_code)
    order = buy("A1", 5000, referral.referee_id)
    give_back("R1", "A1", 3001)
    with at_acme(days=3):
        assert kept(referral) == {"referrer": 0, "referee": 0}
        assert Decision.objects.filter(order_id=order.id).order_by("-id")[0].outcome == "withdrawn"


def test_an_order_without_referral_has_its_decision(campaign, bea, buy, at_acme):
    order = buy("A1", 5000, bea.id)
    with at_acme(days=2):
        decision = Decision.objects.get(order_id=order.id)
        assert decision.outcome == "declined" and decision.effects == []
        assert [c["check"] for c in decision.checks if not c["passed"]] == ["came_by_referral"]
        assert not Reward.objects.exists()
