"""Reminders of what friends left open: once, and only while it is open."""

from datetime import timedelta

import pytest

from messaging.models import Message
from referrals import reminders
from referrals.models import Campaign, Invitation, Referral, ReferralCode, RuleVersion
from tenancy import door
from tests.gateways import give_gateway


@pytest.fixture
def friends(at_acme, ann):
    """A running campaign of Ann's."""
    with at_acme():
        now = door.moment()
        campaign = Campaign.objects.create(name="Friends", template="x", state="running", starts_at=now, created_at=now)
        version = RuleVersion.objects.create(campaign=campaign, number=1, terms={}, published_at=now)
        code = ReferralCode.objects.create(campaign=campaign, referrer=ann, code="ABCD2345", created_at=now)
        return campaign, version, code


@pytest.fixture
def invitation(friends, at_acme):
    campaign, _, code = friends
    with at_acme():
        return Invitation.objects.create(
            campaign=campaign, code=code, contact_kind="email", contact="bo@example.com", contact_hash="h",
            language="zh-hans",
            name="WIN A PRIZE evil.example", secret_hash="", submitted_at=door.moment(),
            expires_at=door.moment() + timedelta(hours=72),
        )  # fmt: skip


@pytest.fixture
def referral(friends, at_acme, ann, bea):
    campaign, version, code = friends
    with at_acme():
        return Referral.objects.create(
            campaign=campaign, rule_version=version, code=code, referrer=ann, referee=bea, confirmed_at=door.moment()
        )


@pytest.fixture
def remind(acme, at_acme):
    """Look for open ends, twice, so many hours after noon; give the e-mail written so far."""

    def run(hours: int) -> list[Message]:
        for _ in range(2):
            with at_acme(hours=hours):
                reminders.remind()
        with at_acme():
            return list(Message.objects.filter(channel="email"))

    return run


def test_an_open_invitation_is_recalled_once_after_a_day(invitation, acme, remind):
    assert remind(23) == []
    (mail,) = remind(24)
    assert (mail.kind, mail.address, mail.language) == ("referral_waiting", "bo@example.com", "zh-hans")
    assert mail.link == f"/o/{acme.slug}/c/{invitation.id}"
    assert "evil.example" not in mail.subject + mail.body
    assert len(remind(48)) == 1


def test_who_came_by_phone_is_recalled_by_text(invitation, acme, at_acme, remind):
    give_gateway(acme)
    with at_acme():
        Invitation.objects.filter(id=invitation.id).update(contact_kind="phone", contact="+447700900555")
    assert remind(24) == []
    with at_acme():
        text = Message.objects.get(channel="sms")
    assert (text.kind, text.address, text.state) == ("referral_waiting", "+447700900555", "queued")
    assert f"/o/{acme.slug}/c/{invitation.id}" in text.body


@pytest.mark.parametrize("change", [{"state": "confirmed"}, {"state": "expired"}])
def test_what_is_not_open_is_not_recalled(change, invitation, at_acme, remind):
    with at_acme():
        Invitation.objects.filter(id=invitation.id).update(**change)
    assert remind(30) == []


def test_a_paused_campaign_recalls_nobody(invitation, referral, friends, at_acme, remind):
    with at_acme():
        Campaign.objects.update(state="paused")
    assert remind(30) == remind(8 * 24) == []


def test_an_unused_offer_is_recalled_within_the_second_week_if_wanted(referral, bea, remind):
    assert remind(6 * 24) == []
    (mail,) = remind(8 * 24)
    assert (mail.kind, mail.customer_id, mail.state, mail.reason) == ("offer_waiting", bea.id, "skipped", "no_consent")


@pytest.mark.parametrize("change", [{"stage": "converted"}, {"stage": "closed"}, {"risk": "held"}])
def test_an_offer_that_was_used_or_is_in_doubt_is_not_recalled(change, referral, at_acme, remind):
    with at_acme():
        Referral.objects.filter(id=referral.id).update(**change)
    assert remind(8 * 24) == []


def test_an_old_offer_is_left_alone(referral, remind):
    assert remind(15 * 24) == []
