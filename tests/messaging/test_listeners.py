"""What people are told when something has happened upstairs."""

import pytest

from foundation.ids import new_id
from messaging import listeners
from messaging.models import Message
from tenancy import door, events

REWARD = {"role": "referrer", "kind": "points", "unit": "POINT", "amount": 200, "campaign_id": None, "referral_id": None}


@pytest.fixture
def tell(at_acme):
    """Publish an event and let the listener hear it, twice: deliveries may come again."""

    def run(function, name, subject_id=None, /, **payload):
        with at_acme():
            event = events.publish(name, subject_id or new_id(), **payload)
        for _ in range(2):
            with at_acme():
                function([event])
        return event

    return run


def _emails(at_acme):
    with at_acme():
        return list(Message.objects.filter(channel="email").order_by("id"))


def test_both_sides_of_a_referral_are_told_once(ann, bea, tell, at_acme, acme):
    tell(
        listeners.on_referral_confirmed, "referral.confirmed", referral_id=str(new_id()), campaign_id=str(new_id()),
        campaign_name="Bring a friend", referrer_id=str(ann.id), referee_id=str(bea.id), task={},
    )  # fmt: skip
    thanks, welcome = _emails(at_acme)
    assert (thanks.customer_id, thanks.subject) == (ann.id, "Bea J. has accepted your invitation")
    assert thanks.link == f"/o/{acme.slug}/member/referrals"
    assert (welcome.customer_id, welcome.subject) == (bea.id, "Welcome to Acme")
    assert "Ann S. has introduced you to us through “Bring a friend”" in welcome.body


def test_an_accrued_reward_says_what_why_and_when(ann, tell, at_acme, acme):
    event = tell(
        listeners.on_reward_accrued, "reward.accrued", customer_id=str(ann.id), hold_until="2026-12-04T12:00:00+00:00",
        **REWARD,
    )  # fmt: skip
    (email,) = _emails(at_acme)
    assert email.subject == "200 points on the way to you"
    assert "You are getting 200 points for introducing a friend. You can use this reward from 4 December 2026" in email.body
    assert email.link == f"/o/{acme.slug}/member/rewards/{event.subject_id}"


def test_settled_rewards_are_told_in_a_batch(ann, bea, at_acme):
    with at_acme():
        facts = [
            (new_id(), None, REWARD | {"customer_id": str(c.id), "kind": k}) for c, k in ((ann, "cash"), (bea, "coupon"))
        ]
        facts[0][2].update(unit="GBP", amount=1250)
        facts[1][2].update(unit="COUPON", amount=1, role="referee")
        heard = events.publish_many("reward.settled", facts)
        listeners.on_reward_settled(heard)
    first, second = _emails(at_acme)
    assert first.subject == "£12.50 – now yours to use"
    assert second.subject == "A voucher – now yours to use"
    assert "a voucher as your welcome gift" in second.body


@pytest.mark.parametrize(("kept", "says"), [(120, "120 points remains yours"), (0, "nothing remains yours")])
def test_what_was_taken_back_says_why_and_what_is_left(kept, says, ann, tell, at_acme):
    tell(
        listeners.on_reward_reversed, "reward.reversed", customer_id=str(ann.id), kept=kept, cause="refund",
        **REWARD | {"amount": 80},
    )  # fmt: skip
    (email,) = _emails(at_acme)
    assert "80 points for introducing a friend had to be taken back because money was refunded" in email.body
    assert says in email.body


def test_a_reward_may_shrink_twice(ann, tell, at_acme):
    reward = new_id()
    for kept in (120, 60):
        tell(
            listeners.on_reward_reversed, "reward.reversed", reward, customer_id=str(ann.id), kept=kept, cause="refund",
            **REWARD,
        )  # fmt: skip
    assert len(_emails(at_acme)) == 2


def test_what_is_given_again_says_why(ann, tell, at_acme):
    tell(
        listeners.on_reward_restored, "reward.restored", customer_id=str(ann.id), kept=200, cause="refund_cancelled",
        **REWARD | {"amount": 80},
    )  # fmt: skip
    (email,) = _emails(at_acme)
    assert "You have 80 points for introducing a friend again because the refund was cancelled." in email.body
    assert "The whole reward is 200 points now." in email.body


def test_a_new_level_is_told_and_the_first_one_is_not(ann, tell, at_acme):
    facts = {"customer_id": str(ann.id), "names": {"zh-hans": "金卡会员", "en": "Gold"}, "cause": "spend", "after": "gold"}
    tell(listeners.on_tier_changed, "tier.changed", ann.id, before="", **facts)
    assert _emails(at_acme) == []
    tell(listeners.on_tier_changed, "tier.changed", ann.id, before="ordinary", **facts)
    assert [email.subject for email in _emails(at_acme)] == ["Your level is now Gold"]


def test_a_customer_of_another_organisation_is_told_nothing(ann, globex):
    with door.organisation(globex.id):
        payload = REWARD | {"customer_id": str(ann.id)}
        listeners.on_reward_settled([events.publish("reward.settled", new_id(), **payload)])
        assert Message.objects.count() == 0
