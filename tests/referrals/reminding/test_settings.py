"""How reminders are set, and what is told of them."""

from datetime import timedelta

import pytest

from referrals import operations as referrals
from referrals.errors import PromotionInducesSharing, ReminderOutOfRange, UnknownReminder
from referrals.models import Campaign, Reminder
from referrals.operations.asking import set_ask_rules
from referrals.operations.promotions import Wanted, default_texts, plan_promotion, run_promotion
from referrals.operations.reminding import Moment, note_moments, set_reminder, texts_of
from referrals.queries.promotions import Outcome, WayOutcome, outcomes
from referrals.queries.reminding import prospects, reminder_of
from tenancy import door
from tenancy.models import AuditRecord
from tests.conftest import NOON

DAY = timedelta(days=1)


def test_settings_are_looked_at(campaign, at_acme):
    inducing = {"subject": "好友", "body": "分享到朋友圈即可领取红包 {link}"}
    for kind, changes, refusal in (
        ("nonsense", {}, UnknownReminder),
        ("bought", {"wait_days": 181}, ReminderOutOfRange),
        ("bought", {"most": 0}, ReminderOutOfRange),
    ):
        with at_acme(), pytest.raises(refusal):
            set_reminder(campaign.id, kind, **changes)
    with at_acme():
        Campaign.objects.filter(id=campaign.id).update(is_wechat_safe=True)
    with at_acme(), pytest.raises(PromotionInducesSharing):
        set_reminder(campaign.id, "bought", is_active=True, texts={"en": inducing, "zh-hans": inducing})
    with at_acme():
        assert not AuditRecord.objects.filter(action="reminder.set").exists()


@pytest.mark.parametrize("kind", Reminder.Kind.values)
def test_the_house_words_pass_the_campaigns_linter(kind, make_campaign, at_acme):
    campaign = make_campaign()
    with at_acme():
        Campaign.objects.filter(id=campaign.id).update(is_wechat_safe=True)
        made = set_reminder(campaign.id, kind, is_active=True)
        assert "{link}" in texts_of(made)["zh-hans"]["body"]


def test_a_copied_campaign_has_them_switched_off(campaign, on, at_acme):
    on("bought", wait_days=9)
    with at_acme():
        copy = referrals.copy_campaign(campaign.id, name="Next", starts_at=NOON + DAY)
        found = reminder_of(copy, "bought")
        assert (found.wait_days, found.is_active) == (9, False)


def test_what_came_of_it_is_counted_as_for_promotions_and_once(acme, campaign, on, fan, refer, buy, at, run, at_acme):
    """Told by a promotion and reminded later: a friend counts for the last message before they came."""
    at(0)
    with at_acme():
        set_ask_rules(quiet_days=2)
        made = plan_promotion(campaign.id, Wanted(texts=default_texts()))
    run_promotion(acme.id, made.id)
    reminder = on("praised")
    with at_acme(days=3):
        note_moments("praised", [Moment(fan.id, "visit", made.id, door.moment())])
    assert run(4) == 1
    with at_acme(days=5):
        code = referrals.code_for(campaign.id, fan.id)
        referrals.record_touch(code.code, visitor="v")
    friend = refer(code, days=5)
    buy("P1", 5000, friend.referee_id, days=6)
    with at_acme(days=7):
        found = outcomes([reminder], of="reminder")[reminder.id]
        by_email = WayOutcome(told=1, opened=1, friends=1, buyers=1)
        assert found == Outcome(chosen=1, told=1, opened=1, friends=1, buyers=1, ways={"email": by_email})
        before = outcomes([made])[made.id]
        assert (before.told, before.opened, before.friends, before.buyers) == (1, 1, 0, 0)


def test_how_many_have_an_occasion_and_how_many_of_them_would_be_written_to(campaign, fan, ann, buy, at_acme):
    buy("A1", 5000, fan.id)
    buy("A2", 5000, ann.id)
    with at_acme(days=2):
        found = prospects(reminder_of(campaign, "bought"))
        assert (found.target, found.chosen, dict(found.left_out)) == (2, 1, {"no_consent": 1})
