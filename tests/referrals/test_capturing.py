"""What others enter for a friend: quarantined, asked once, agreed to by the friend, deleted otherwise."""

import pytest

from crm.models import Consent, ContactPoint, Customer
from messaging.models import Message
from referrals import errors
from referrals import operations as referrals
from referrals.models import Invitation, Referral, ReferralMove
from tenancy import door
from tests.referrals.conftest import CONSENTS, digits_of

FRIEND = {"name": "Cleo Brown", "contact": "cleo@example.com", "language": "en"}


@pytest.fixture
def at_desk(acme, gus):
    """Work at acme as gus."""
    from datetime import timedelta

    from tests.conftest import NOON

    def enter(**days_later):
        return door.organisation(acme.id, actor=door.Actor("user", gus.user_id), moment=NOON + timedelta(**days_later))

    return enter


@pytest.fixture
def asked(anns_code, at_desk):
    with at_desk():
        return referrals.ask_friend(code=anns_code.code, note="Cleo likes tea", **FRIEND)


def test_a_friend_we_are_told_of_is_asked_once_and_neutrally(asked, at_acme, gus):
    with at_acme():
        message = Message.objects.get(key=f"invitation:{asked.id}:1")
        assert (message.kind, message.address, message.link[-36:]) == (
            "referral_question",
            "cleo@example.com",
            str(asked.id),
        )
        assert "Ann" not in message.body and "Cleo" not in message.body and "discount" not in message.body
        assert (asked.capture, asked.entered_by_id, asked.consents) == ("oral", gus.id, {})
        assert not Customer.objects.exclude(name="Ann Smith").exists()


def test_the_friends_own_consent_is_needed_besides_the_digits(asked, at_acme):
    with at_acme(hours=1):
        digits = digits_of(asked)
    with at_acme(hours=1), pytest.raises(errors.ConsentMissing):
        referrals.confirm_invitation(asked.id, digits)
    with at_acme(hours=1):
        assert not Referral.objects.exists() and not Consent.objects.exists()
        referral = referrals.confirm_invitation(asked.id, digits, {"referral": True})
        assert referral.referee.name == "Cleo Brown"
        assert Consent.objects.get().is_granted


@pytest.mark.parametrize("end", ["declined", "expired", "withdrawn"])
def test_however_it_ends_nothing_that_was_typed_is_left(end, asked, acme, at_acme, at_desk):
    ends = {
        "declined": lambda: referrals.decline_invitation(asked.id),
        "withdrawn": lambda: referrals.withdraw_invitation(asked.id),
        "expired": referrals.purge_invitations,
    }
    with at_acme(days=4):
        ends[end]()
        row = Invitation.objects.get(id=asked.id)
        assert (row.state, row.name, row.contact, row.note, row.visitor) == (end, "", "", "", "")
        assert set(Message.objects.filter(key__startswith="invitation:").values_list("address", flat=True)) == {""}
        assert not ContactPoint.objects.filter(normalised="cleo@example.com").exists()
    with at_desk(days=40), pytest.raises(errors.AskedBefore):
        referrals.ask_friend(code=asked.code.code, **FRIEND | {"contact": "CLEO@example.com"})
    with at_acme(days=40):
        assert Invitation.objects.count() == 1


def test_who_said_no_may_still_come_by_themselves(asked, anns_code, submit, at_acme):
    with at_acme(hours=1):
        referrals.decline_invitation(asked.id)
    invitation, digits = submit(anns_code, "cleo@example.com", days=2)
    with at_acme(days=2):
        assert referrals.confirm_invitation(invitation.id, digits).referee.name == "Cleo Brown"


def test_a_no_cannot_be_taken_back_by_confirming(asked, at_acme):
    with at_acme(hours=1):
        digits = digits_of(asked)
        referrals.decline_invitation(asked.id)
        referrals.decline_invitation(asked.id)
    with at_acme(hours=2), pytest.raises(errors.InvitationExpired):
        referrals.confirm_invitation(asked.id, digits, {"referral": True})
    with at_acme(hours=2), pytest.raises(errors.InvitationOver):
        referrals.withdraw_invitation(asked.id)


def test_who_agrees_aloud_is_taken_in_at_once_with_who_heard_it(anns_code, at_desk, gus):
    with at_desk():
        referral = referrals.capture_spoken(code=anns_code.code, consents=CONSENTS, **FRIEND | {"contact": "+447700900999"})
        assert (referral.channel, referral.stage) == ("store", "confirmed")
        consent = Consent.objects.get(purpose="referral")
        assert (consent.source, consent.text_version) == ("spoken at the counter", "spoken-2026-11")
        move = ReferralMove.objects.get(referral_id=referral.id, axis="stage")
        assert (move.cause, move.actor_id) == ("spoken_at_counter", gus.user_id)
        row = Invitation.objects.get()
        assert (row.capture, row.entered_by_id, row.contact) == ("counter", gus.id, "")


def test_aloud_is_refused_without_a_yes_or_from_the_referrer(anns_code, at_desk):
    with at_desk(), pytest.raises(errors.SpokenNotWritten):
        referrals.capture_spoken(code=anns_code.code, consents={"referral": False}, **FRIEND)
    with at_desk(), pytest.raises(errors.SelfReferral):
        referrals.capture_spoken(code=anns_code.code, consents=CONSENTS, **FRIEND | {"contact": "+447700900001"})
    with at_desk():
        assert not Referral.objects.exists() and not Invitation.objects.exists()


def test_one_colleague_cannot_fill_the_quarantine(anns_code, at_desk, monkeypatch):
    monkeypatch.setattr("referrals.operations.capturing.MOST_ASKS", 1)
    with at_desk():
        referrals.ask_friend(code=anns_code.code, **FRIEND)
    with at_desk(), pytest.raises(errors.TooManyAsks):
        referrals.ask_friend(code=anns_code.code, **FRIEND | {"contact": "dora@example.com"})


def test_the_api_asks_the_same_way_and_once(anns_code, client, api_key, acme, monkeypatch):
    from django.utils import timezone

    from referrals.models import Campaign

    with door.organisation(acme.id):
        Campaign.objects.update(ends_at=timezone.now() + timezone.timedelta(days=30))
    body = {"code": anns_code.code, "capture": "oral", **FRIEND}
    headers = api_key("referrals:write", "referrals:read") | {"HTTP_IDEMPOTENCY_KEY": "one"}
    first = client.post("/api/v1/invitations", body, "application/json", **headers)
    again = client.post("/api/v1/invitations", body, "application/json", **headers)
    assert (first.status_code, again.status_code) == (201, 201), first.content
    assert first.json()["id"] == again.json()["id"]
    told = client.get(f"/api/v1/invitations/{first.json()['id']}", **headers).json()
    assert (told["name"], told["contact"], told["stage"]) == ("Cleo B.", "c***@example.com", "invited")
    assert client.post("/api/v1/invitations", body, "application/json", **headers | {"HTTP_IDEMPOTENCY_KEY": "two"}).json()[
        "code"
    ] == "asked_before"  # fmt: skip
