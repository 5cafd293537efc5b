"""A tier that is held for a time, whatever is spent."""

from datetime import timedelta

import pytest

from loyalty import operations, queries
from loyalty.errors import HoldBackwards, ReasonMissing, UnknownTier
from loyalty.models import TierHold, TierPeriod
from tenancy import door
from tenancy.models import Event


def tier_of(customer) -> str:
    return queries.tier_codes([customer.id])[customer.id]


def in_days(days: int):
    return door.moment() + timedelta(days=days)


def test_a_held_tier_is_there_at_once_and_gone_after_its_end(at_acme, programme, ann):
    with at_acme():
        operations.hold_tier(ann.id, "gold", until=in_days(90), reason="spoke at our evening")
        assert tier_of(ann) == "gold"
        period = TierPeriod.objects.get(until=None)
        assert (period.cause, period.reason) == ("manual", "spoke at our evening")
        assert queries.standing(ann.id).held_until == in_days(90)
    with at_acme(days=89):
        assert (operations.review_tiers(), tier_of(ann)) == (0, "gold")
    with at_acme(days=91):
        assert (operations.review_tiers(), tier_of(ann)) == (1, "ordinary")
        assert Event.objects.filter(kind="tier.changed").count() == 2


def test_what_is_spent_meanwhile_decides_at_the_end(at_acme, programme, ann, buys, heard):
    with at_acme():
        operations.hold_tier(ann.id, "platinum", until=in_days(90), reason="a gift")
        heard(buys(60_000))
        assert tier_of(ann) == "platinum"
    with at_acme(days=91):
        assert (operations.review_tiers(), tier_of(ann)) == (1, "gold")


def test_a_held_tier_does_not_keep_anybody_down(at_acme, programme, ann, buys, heard):
    with at_acme():
        operations.hold_tier(ann.id, "gold", until=in_days(90), reason="a gift")
        heard(buys(250_000))
        assert tier_of(ann) == "platinum"


def test_of_two_holds_the_higher_counts_then_the_longer(at_acme, programme, ann):
    with at_acme():
        operations.hold_tier(ann.id, "gold", until=in_days(90), reason="one")
        operations.hold_tier(ann.id, "platinum", until=in_days(30), reason="two")
        assert tier_of(ann) == "platinum"
    with at_acme(days=31):
        operations.review_tiers()
        assert tier_of(ann) == "gold"


def test_a_hold_without_end_stays_until_it_is_ended(at_acme, programme, ann):
    with at_acme():
        hold = operations.hold_tier(ann.id, "gold", until=None, reason="honorary")
    with at_acme(days=4000):
        assert (operations.review_tiers(), tier_of(ann)) == (0, "gold")
        operations.end_hold(hold.id)
        operations.end_hold(hold.id)
        assert tier_of(ann) == "ordinary"
        assert Event.objects.filter(kind="tier.changed").count() == 2


@pytest.mark.parametrize(
    ("tier", "days", "reason", "error"),
    [("copper", 90, "why", UnknownTier), ("gold", 0, "why", HoldBackwards), ("gold", 90, " ", ReasonMissing)],
)
def test_a_hold_that_makes_no_sense_is_refused(tier, days, reason, error, at_acme, programme, ann):
    with pytest.raises(error), at_acme():
        operations.hold_tier(ann.id, tier, until=in_days(days), reason=reason)
    with at_acme():
        assert not TierHold.objects.exists()
        assert tier_of(ann) == "ordinary"
