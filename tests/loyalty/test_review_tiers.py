from decimal import Decimal

import pytest

from crm.operations import record_consent
from loyalty import operations, queries, tasks
from loyalty.errors import TermsInvalid, ThresholdsDisordered
from loyalty.models import Tier
from messaging.models import Message
from rewards.operations import Policy, set_policy
from tenancy import door
from tenancy.models import Event


def codes(customer):
    return [(period.tier.code, period.cause, period.until is None) for period in queries.history(customer.id)]


def test_spend_lifts_at_once_and_is_told(at_acme, programme, ann, buys, heard):
    with at_acme():
        heard(buys(49_999))
        assert codes(ann) == [("ordinary", "enrolled", True)]
        assert not Event.objects.filter(kind="tier.changed").exists()
    with at_acme(days=1):
        heard(buys(1))
        assert codes(ann) == [("gold", "spend", True), ("ordinary", "enrolled", False)]
        assert Event.objects.get(kind="tier.changed").payload == {
            "customer_id": str(ann.id), "before": "ordinary", "after": "gold",
            "names": {"zh-hans": "金卡会员", "en": "Gold"}, "cause": "spend",
        }  # fmt: skip


def test_two_steps_at_once(at_acme, programme, ann, buys, heard):
    with at_acme():
        heard(buys(200_000))
        assert codes(ann) == [("platinum", "spend", True)]


def test_a_refund_lowers_only_with_the_scheduled_review(acme, at_acme, programme, ann, buys, heard, refunds):
    with at_acme():
        order = buys(60_000)
        heard(order)
    with at_acme(days=1):
        refunds(order, 30_000)
        heard(order)
        assert codes(ann)[0] == ("gold", "spend", True)
        assert operations.review_tiers() == 1
        assert codes(ann) == [("ordinary", "spend_dropped", True), ("gold", "spend", False)]


def test_spend_leaves_the_window(at_acme, programme, ann, buys, heard):
    with at_acme():
        heard(buys(60_000))
    with at_acme(days=364):
        assert operations.review_tiers() == 0
    with at_acme(days=366):
        assert operations.review_tiers() == 1
        assert Event.objects.filter(kind="tier.changed", payload__after="ordinary").count() == 1
        assert operations.review_tiers() == 0


def test_standing_shows_the_way(at_acme, programme, ann, bea, buys, heard):
    with at_acme():
        heard(buys(75_000))
        standing = queries.standing(ann.id)
        assert (standing.tier.code, standing.next_tier.code) == ("gold", "platinum")
        assert (standing.spend_minor, standing.missing_minor, standing.percent) == (75_000, 125_000, 37)
        nobody = queries.standing(bea.id)
        assert (nobody.tier.code, nobody.next_tier.code, nobody.missing_minor) == ("ordinary", "gold", 50_000)
        assert queries.tier_codes([ann.id, bea.id]) == {ann.id: "gold", bea.id: "ordinary"}
        heard(buys(200_000))
        top = queries.standing(ann.id)
        assert (top.tier.code, top.next_tier, top.percent, top.spend_minor) == ("platinum", None, 100, 275_000)


def test_without_tiers_nobody_stands_anywhere(at_acme, ann):
    with at_acme():
        assert queries.standing(ann.id) is None
        assert operations.review_tiers() == 0


@pytest.mark.parametrize(
    ("currency", "thresholds"),
    [("GBP", [0, 50_000, 200_000]), ("CNY", [0, 200_000, 1_000_000]), ("JPY", [0, 50_000, 200_000])],
)
def test_default_tiers_fit_the_currency_and_are_made_once(at_acme, currency, thresholds):
    with at_acme():
        first = operations.set_up_default_tiers(currency)
        assert [tier.threshold_minor for tier in first] == thresholds
        assert [tier.id for tier in operations.set_up_default_tiers(currency)] == [tier.id for tier in first]


def test_tiers_stay_in_order(at_acme, programme):
    with at_acme():
        gold = Tier.objects.get(code="gold")
        with pytest.raises(ThresholdsDisordered):
            operations.change_tier(gold.id, threshold_minor=200_000, multiplier=Decimal(2), window_days=365)
        with pytest.raises(TermsInvalid):
            operations.change_tier(gold.id, threshold_minor=60_000, multiplier=Decimal(0), window_days=365)
        changed = operations.change_tier(gold.id, threshold_minor=60_000, multiplier=Decimal("1.2"), window_days=180)
        assert (changed.threshold_minor, changed.window_days) == (60_000, 180)


def test_a_programme_needs_sensible_figures(at_acme):
    with at_acme():
        with pytest.raises(TermsInvalid):
            operations.set_up_programme(points_per_unit=Decimal(-1))
        with pytest.raises(TermsInvalid):
            operations.set_up_programme(warn_days_before_expiry=-1)
        assert queries.programme() is None


def expiry_notices():
    told = Message.objects.filter(kind="points_expiring", channel="in_app").order_by("id")
    return list(told.values_list("subject", "body"))


def test_each_day_on_which_points_expire_is_told_once(at_acme, programme, ann, buys, heard):
    with at_acme():
        heard(buys(10_000))
        heard(buys(5_000))
    with at_acme(days=1):
        heard(buys(2_000))
    with at_acme(days=334):
        assert operations.warn_of_expiry() == 0
    with at_acme(days=336):
        assert operations.warn_of_expiry() > 0
        assert operations.warn_of_expiry() == 0
        assert expiry_notices() == [
            ("150 points will expire soon", "You can use them up to and including 20 November 2027."),
            ("20 points will expire soon", "You can use them up to and including 21 November 2027."),
        ]


def test_points_that_live_longer_are_told_again_before_their_new_day(at_acme, programme, ann, buys, heard):
    with at_acme():
        set_policy(Policy(expires_after_months=12, extends_on_activity=True))
        heard(buys(10_000))
    with at_acme(days=340):
        assert operations.warn_of_expiry() > 0
        heard(buys(1_000))
    with at_acme(days=360):
        assert operations.warn_of_expiry() == 0
    with at_acme(days=340 + 340):
        assert operations.warn_of_expiry() > 0
        assert [subject for subject, _ in expiry_notices()] == ["100 points will expire soon", "110 points will expire soon"]


def test_who_has_switched_reminders_off_gets_no_mail(at_acme, programme, ann, buys, heard):
    with at_acme():
        heard(buys(10_000))
        record_consent(
            ann.id, purpose="reminders", channel="email", is_granted=False, text_version="1", language="en",
            source="member centre",
        )  # fmt: skip
    with at_acme(days=340):
        operations.warn_of_expiry()
        found = Message.objects.filter(kind="points_expiring").order_by("channel")
        assert [(one.channel, one.state, one.reason) for one in found] == [
            ("email", "skipped", "switched_off"), ("in_app", "sent", ""),
        ]  # fmt: skip


def test_with_no_days_nobody_is_warned(at_acme, programme, ann, buys, heard):
    with at_acme():
        heard(buys(10_000))
        operations.set_up_programme(warn_days_before_expiry=0)
    with at_acme(days=360):
        assert operations.warn_of_expiry() == 0


def test_the_task_reviews_everybody(acme, programme, ann, buys):
    with door.organisation(acme.id):  # the task works by the clock on the wall
        buys(60_000)
    assert tasks.review_everybody(str(acme.id)) == 1
