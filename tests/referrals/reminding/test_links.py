"""Campaigns remind of a link that brought nobody, and of links before the end."""

import pytest

from referrals import operations as referrals
from referrals import reminder_words
from referrals.errors import ReminderNeedsEnd
from referrals.models import ReferralCode, Reminder
from referrals.operations.asking import set_ask_rules
from referrals.operations.promotions import Wanted, default_texts, plan_promotion, run_promotion
from referrals.operations.reminding import set_reminder
from referrals.rules.promotions import ALSO_LEFT_OUT_OF_REMINDERS, LEFT_OUT_OF_REMINDERS, PASSING
from tests.referrals.reminding.conftest import mails, places


def test_a_link_that_brought_nobody_is_named_once(campaign, on, fan, run, at_acme):
    with at_acme():
        referrals.code_for(campaign.id, fan.id)
    on("silent")
    assert run(13) == 0
    assert run(14) == 1
    assert [run(days) for days in (40, 60, 80)] == [0, 0, 0]
    assert [mail.kind for mail in mails(at_acme)] == ["reminder_silent"]


def test_at_most_so_often_as_staff_allow(campaign, on, fan, run, at_acme):
    with at_acme():
        referrals.code_for(campaign.id, fan.id)
        set_ask_rules(quiet_days=5, most_in_90_days=30)
    on("silent", most=2, wait_days=10)
    assert [run(days) for days in (10, 15, 20, 40, 60)] == [1, 0, 1, 0, 0]


def test_who_brought_somebody_is_left_alone(campaign, on, fan, refer, run, at_acme):
    with at_acme():
        code = referrals.code_for(campaign.id, fan.id)
    on("silent")
    refer(code, days=1)
    assert run(20) == 0
    assert not places(at_acme)


def test_a_link_that_came_with_a_message_was_not_asked_for(acme, campaign, on, fan, at, run, at_acme):
    at(0)
    with at_acme():
        made = plan_promotion(campaign.id, Wanted(texts=default_texts()))
    assert run_promotion(acme.id, made.id) == 1
    on("silent")
    assert run(60) == 0
    with at_acme(days=61):
        referrals.record_touch(ReferralCode.objects.get(referrer=fan).code, visitor="v")
    assert run(62) == 1  # now it was passed on


def test_who_passed_theirs_on_hears_before_the_end(campaign, on, fan, ann, run, at_acme):
    with at_acme():
        referrals.record_touch(referrals.code_for(campaign.id, fan.id).code, visitor="v")
        referrals.code_for(campaign.id, ann.id)  # has not passed it on
    on("ending")
    assert run(84) == 0
    assert run(86) == 1
    assert run(87) == 0
    (mail,) = mails(at_acme)
    assert mail.subject == "“Bring a friend” ends on 18 February 2027"


def test_a_campaign_without_an_end_reminds_nobody_of_it(make_campaign, at_acme):
    endless = make_campaign(ends_at=None)
    with at_acme(), pytest.raises(ReminderNeedsEnd):
        set_reminder(endless.id, "ending", is_active=True)
    with at_acme():
        assert not Reminder.objects.filter(is_active=True).exists()


def test_every_reason_has_words():
    every = {*LEFT_OUT_OF_REMINDERS, *ALSO_LEFT_OUT_OF_REMINDERS}
    assert every == set(reminder_words.WHY) == set(reminder_words.WHY_ONE) - {""}
    assert set(PASSING) <= every
