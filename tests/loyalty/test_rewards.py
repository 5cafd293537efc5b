"""Rewards that are tiers and badges: given when they are due, taken back with the reward."""

from datetime import timedelta

import pytest

from loyalty import operations, queries
from loyalty.errors import BadgeInvalid, UnknownBadge, UnknownTier
from loyalty.models import Badge, CustomerBadge, TierHold
from rewards import operations as rewarding
from rewards.models import Reward
from tenancy import door

GUIDE = {"zh-hans": "引路人", "en": "Guide"}


@pytest.fixture
def badge(at_acme):
    with at_acme():
        return operations.save_badge(code="guide", name=GUIDE, icon="medal")


@pytest.fixture
def promise(ann):
    def make(kind, details, *, key="reward:1", **facts):
        return rewarding.Promise(
            key=key, kind=kind, customer_id=ann.id, role="referrer", hold_until=door.moment() + timedelta(days=14),
            details=details, **facts,
        )  # fmt: skip

    return make


def badges_of(customer) -> list[str]:
    return [given.badge.code for given in queries.badges_of(customer.id)]


def test_a_tier_upgrade_is_given_when_it_is_due(acme, at_acme, programme, promise, ann, drained):
    with at_acme():
        [reward] = operations.promise_rewards([promise("tier_upgrade", {"tier": "gold", "days": 90})])
        assert reward.title == {"zh-hans": "金卡会员", "en": "Gold"}
    with at_acme(days=14):
        rewarding.settle_due()
    drained(acme)
    with at_acme(days=15):
        assert queries.tier_codes([ann.id])[ann.id] == "gold"
        assert Reward.objects.get().state == "issued"
        assert TierHold.objects.get().reward_id == reward.id


def test_a_badge_is_given_and_taken_back_with_its_reward(acme, at_acme, badge, promise, ann, drained):
    with at_acme():
        [reward] = operations.promise_rewards([promise("badge", {"badge": "guide"})])
        assert reward.title == GUIDE
    with at_acme(days=14):
        rewarding.settle_due()
    drained(acme)
    with at_acme(days=15):
        assert badges_of(ann) == ["guide"]
        rewarding.keep_only(reward.id, keep=0, cause="refund", key="back")
    drained(acme)
    with at_acme(days=16):
        assert badges_of(ann) == []
        assert Reward.objects.get().state == "reversed"


def test_a_reversed_reward_ends_its_tier(acme, at_acme, programme, promise, ann, drained):
    with at_acme():
        [reward] = operations.promise_rewards([promise("tier_upgrade", {"tier": "gold", "days": 90})])
    with at_acme(days=14):
        rewarding.settle_due()
    drained(acme)
    with at_acme(days=20):
        rewarding.keep_only(reward.id, keep=0, cause="refund", key="back")
    drained(acme)
    with at_acme(days=21):
        assert queries.tier_codes([ann.id])[ann.id] == "ordinary"


def test_giving_twice_gives_once(at_acme, programme, badge, promise, ann):
    with at_acme():
        made = operations.promise_rewards(
            [promise("tier_upgrade", {"tier": "gold", "days": 9}), promise("badge", {"badge": "guide"}, key="reward:2")]
        )
    with at_acme(days=14):
        rewarding.settle_due()
        ids = [reward.id for reward in made]
        assert (operations.give_rewards(ids), operations.give_rewards(ids)) == (2, 0)
        assert (TierHold.objects.count(), CustomerBadge.objects.count()) == (1, 1)


def test_a_badge_given_for_two_reasons_is_lost_with_both(at_acme, badge, ann):
    with at_acme():
        one = operations.give_badge(ann.id, "guide", key="one")
        two = operations.give_badge(ann.id, "guide", key="two")
        assert badges_of(ann) == ["guide"]
        operations.take_badge(one.id, reason="a mistake")
        assert badges_of(ann) == ["guide"]
        operations.take_badge(two.id, reason="a mistake")
        assert badges_of(ann) == []


def test_a_promise_that_is_taken_back_early_gives_nothing(acme, at_acme, badge, promise, ann, drained):
    with at_acme():
        [reward] = operations.promise_rewards([promise("badge", {"badge": "guide"})])
        rewarding.keep_only(reward.id, keep=0, cause="refund", key="back")
    with at_acme(days=15):
        rewarding.settle_due()
    drained(acme)
    with at_acme(days=15):
        assert badges_of(ann) == []


@pytest.mark.parametrize(
    ("kind", "details", "error"),
    [
        ("tier_upgrade", {"tier": "copper", "days": 9}, UnknownTier),
        ("badge", {"badge": "unheard-of"}, UnknownBadge),
    ],
)
def test_what_does_not_exist_cannot_be_promised(kind, details, error, at_acme, programme, promise):
    with pytest.raises(error), at_acme():
        operations.promise_rewards([promise(kind, details)])
    with at_acme():
        assert not Reward.objects.exists()


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("code", {"code": ""}),
        ("code", {"code": "two words"}),
        ("name", {"name": {"en": "Guide"}}),
        ("icon", {"icon": "skull"}),
    ],
)
def test_a_badge_says_what_it_is(field, changes, at_acme):
    with pytest.raises(BadgeInvalid) as refusal, at_acme():
        operations.save_badge(**{"code": "guide", "name": GUIDE, **changes})
    assert refusal.value.field == field
    with at_acme():
        assert not Badge.objects.exists()


def test_another_organisation_does_not_see_it(at_acme, badge, globex):
    with door.organisation(globex.id):
        assert list(queries.badges()) == []
