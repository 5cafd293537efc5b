"""The friend's form: quarantine, digits, and what is told to whom."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection

from crm.models import Consent, ContactPoint, Customer
from messaging.models import Message
from messaging.operations import remove_gateway
from referrals import errors
from referrals import operations as referrals
from referrals.models import Invitation, Referral, ReferralMove
from tenancy import door
from tenancy.models import AuditRecord, Event
from tests.conftest import NOON
from tests.gateways import file_text, give_gateway
from tests.referrals.conftest import CONSENTS, digits_of


def nothing_came_of_it(at_acme, customers=1):
    with at_acme():
        assert not Referral.objects.exists() and not Event.objects.filter(kind="referral.confirmed").exists()
        assert Customer.objects.count() == customers


def test_a_form_waits_in_quarantine(anns_code, submit, at_acme):
    invitation, digits = submit(anns_code, "Cleo@Example.com")
    assert (invitation.state, invitation.contact, invitation.expires_at) == (
        "waiting", "cleo@example.com", NOON + timedelta(hours=72),
    )  # fmt: skip
    assert len(digits) == 6 and digits not in invitation.secret_hash
    nothing_came_of_it(at_acme)
    with at_acme():
        assert not ContactPoint.objects.filter(normalised="cleo@example.com").exists()
        record = AuditRecord.objects.get(action="invitation.submitted")
        event = Event.objects.get(kind="referral.submitted")
        assert "cleo" not in str(record.changes) + str(event.payload)


def test_confirming_makes_customer_referral_consents_and_an_event(anns_code, submit, at_acme, gus):
    with at_acme():
        referrals.update_campaign(anns_code.campaign_id, responsible_id=gus.id)
    invitation, digits = submit(anns_code, "cleo@example.com", language="zh-hans")
    with at_acme(days=1):
        referral = referrals.confirm_invitation(invitation.id, f" {digits[:3]} {digits[3:]} ", {"marketing": True})
        cleo = referral.referee
        assert (cleo.name, cleo.source, cleo.language) == ("Cleo Brown", "referral", "zh-hans")
        assert (referral.referrer_id, referral.stage, referral.attribution, referral.risk) == (
            anns_code.referrer_id, "confirmed", "accepted", "clear",
        )  # fmt: skip
        assert {(c.purpose, c.is_granted) for c in Consent.objects.all()} == {("referral", True), ("marketing", True)}
        assert ReferralMove.objects.filter(referral_id=referral.id).count() == 3
        kept = Invitation.objects.get(id=invitation.id)
        assert (kept.state, kept.name, kept.contact, kept.referral_id) == ("confirmed", "", "", referral.id)
        payload = Event.objects.get(kind="referral.confirmed").payload
        assert payload["referee_id"] == str(cleo.id) and payload["campaign_name"] == "Bring a friend"
        assert payload["task"]["assignee_id"] == str(gus.id)
        assert payload["task"]["due_at"] == "2026-11-23T18:00:00+00:00"  # a working day after a Saturday
        assert payload["task"]["title"].keys() == payload["task"]["script"].keys() == {"zh-hans", "en"}
        assert "leo" not in str(payload["task"])


def test_confirming_twice_gives_the_first_referral(anns_code, submit, at_acme):
    invitation, digits = submit(anns_code, "cleo@example.com")
    with at_acme():
        first = referrals.confirm_invitation(invitation.id, digits)
    with at_acme(days=10):
        assert referrals.confirm_invitation(invitation.id, digits).id == first.id
        assert Referral.objects.count() == 1 and Event.objects.filter(kind="referral.confirmed").count() == 1


def test_the_form_sent_twice_is_one_invitation_with_new_digits(anns_code, submit, at_acme):
    first, old = submit(anns_code, "cleo@example.com")
    again, new = submit(anns_code, "CLEO@example.com ", name="Cleo B. Brown")
    assert again.id == first.id and again.sends == 2 and again.name == "Cleo B. Brown"
    with at_acme():
        assert Invitation.objects.count() == 1 and Message.objects.filter(kind="confirmation").count() == 2
        if old != new:
            with pytest.raises(errors.WrongDigits):
                referrals.confirm_invitation(first.id, old)


@pytest.mark.parametrize("attempt", range(5))
def test_the_form_sent_twice_at_once_is_one_invitation(attempt, anns_code, acme, at_acme):
    made, failures = [], []

    def send():
        try:
            with door.organisation(acme.id, moment=NOON):
                made.append(
                    referrals.submit_invitation(
                        code=anns_code.code, name="Cleo", contact="cleo@example.com", language="en", consents=CONSENTS
                    ).id
                )
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert not failures and len(set(made)) == 1 and len(made) == 4
    with at_acme():
        assert Invitation.objects.get().sends == 4


def test_codes_are_not_sent_without_end(anns_code, submit, at_acme):
    for _ in range(5):
        submit(anns_code, "cleo@example.com")
    with pytest.raises(errors.TooManyInvitations):
        submit(anns_code, "cleo@example.com")
    with at_acme():
        assert Message.objects.filter(kind="confirmation").count() == 5


def test_five_wrong_codes_are_all_that_anybody_gets(anns_code, submit, at_acme):
    invitation, digits = submit(anns_code, "cleo@example.com")
    wrong = "000000" if digits != "000000" else "111111"
    left = []
    for _ in range(5):
        with at_acme(), pytest.raises(errors.WrongDigits) as raised:
            referrals.confirm_invitation(invitation.id, wrong)
        left.append(raised.value.facts["tries_left"])
    assert left == [4, 3, 2, 1, 0]
    with at_acme(), pytest.raises(errors.TooManyTries):
        referrals.confirm_invitation(invitation.id, digits)
    nothing_came_of_it(at_acme)
    again, fresh = submit(anns_code, "cleo@example.com")
    with at_acme():
        assert referrals.confirm_invitation(again.id, fresh).referee.name == "Cleo Brown"


def test_a_code_for_one_invitation_opens_no_other(anns_code, submit, at_acme):
    _, digits = submit(anns_code, "cleo@example.com")
    other, others = submit(anns_code, "dora@example.com", name="Dora")
    if digits != others:
        with at_acme(), pytest.raises(errors.WrongDigits):
            referrals.confirm_invitation(other.id, digits)
    nothing_came_of_it(at_acme)


def test_after_three_days_it_is_over_and_nothing_typed_remains(anns_code, submit, at_acme):
    invitation, digits = submit(anns_code, "cleo@example.com")
    with at_acme(days=3), pytest.raises(errors.InvitationExpired):
        referrals.confirm_invitation(invitation.id, digits)
    with at_acme(days=3):
        assert referrals.purge_invitations() == 1
        purged = Invitation.objects.get(id=invitation.id)
        assert (purged.state, purged.name, purged.contact, purged.consents) == ("expired", "", "", {})
    with at_acme(days=3), pytest.raises(errors.InvitationExpired):
        referrals.confirm_invitation(invitation.id, digits)
    again, fresh = submit(anns_code, "cleo@example.com", days=4)
    assert again.id != invitation.id
    with at_acme(days=4):
        referrals.confirm_invitation(again.id, fresh)


@pytest.mark.parametrize("contact", ["ann@example.com", " ANN@example.com", "07700 900001", "+44 7700 900001"])
def test_nobody_refers_themselves(contact, anns_code, submit, at_acme):
    with pytest.raises(errors.SelfReferral):
        submit(anns_code, contact)
    with at_acme():
        assert not Invitation.objects.exists() and not Message.objects.filter(kind="confirmation").exists()


def test_nobody_refers_an_alias_of_their_own_mailbox(campaign, at_acme, submit):
    from crm.operations import record_customer

    with at_acme():
        pia = record_customer(name="Pia", email="pia.lee@gmail.com")
        code = referrals.code_for(campaign.id, pia.id)
    with pytest.raises(errors.SelfReferral):
        submit(code, "PiaLee+friend@googlemail.com")


def test_a_customer_is_told_so_only_after_proving_the_contact(anns_code, submit, bea, buy, at_acme):
    buy("OLD", 3000, bea.id, days=-3)
    invitation, digits = submit(anns_code, "bea@example.com")
    stranger, _ = submit(anns_code, "dora@example.com")
    assert {invitation.state, stranger.state} == {"waiting"}  # the answer gives nobody away
    with at_acme(), pytest.raises(errors.AlreadyCustomer):
        referrals.confirm_invitation(invitation.id, digits)
    nothing_came_of_it(at_acme, customers=2)


def test_a_prospect_may_be_referred(anns_code, refer, bea):
    assert refer(anns_code, "bea@example.com").referee_id == bea.id


def test_a_friend_has_one_referrer(anns_code, refer, submit, bea, at_acme):
    first = refer(anns_code, "cleo@example.com")
    with at_acme():
        beas_code = referrals.code_for(anns_code.campaign_id, bea.id)
    invitation, digits = submit(beas_code, "cleo@example.com")
    with at_acme(), pytest.raises(errors.AlreadyReferred):
        referrals.confirm_invitation(invitation.id, digits)
    with at_acme():
        assert Referral.objects.get().id == first.id


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"contact": "nobody"}, errors.ContactInvalid),
        ({"contact": "a@b"}, errors.ContactInvalid),
        ({"contact": ""}, errors.ContactInvalid),
        ({"name": "  "}, errors.NameMissing),
        ({"consents": {}}, errors.ConsentMissing),
        ({"consents": {"referral": "yes"}}, errors.ConsentMissing),
    ],
)
def test_a_bad_form_is_refused_and_leaves_nothing(changes, refusal, anns_code, submit, at_acme):
    contact = changes.pop("contact", "cleo@example.com")
    with pytest.raises(refusal):
        submit(anns_code, contact, **changes)
    with at_acme():
        assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("capture", "refusal"),
    [("form", errors.PhoneNotReachable), ("oral", errors.FriendNotReachable), ("counter", errors.CustomerNotReachable)],
)
def test_where_no_text_message_can_be_sent_it_is_said_what_to_do_instead(capture, refusal, anns_code, submit, at_acme):
    with pytest.raises(refusal) as refused:
        submit(anns_code, "07700 900555", capture=capture)
    assert (refused.type, refused.value.code) == (refusal, "phone_not_reachable")
    with at_acme():
        assert not Invitation.objects.exists()
        spoken = {"code": anns_code.code, "name": "Cleo Brown", "contact": "07700 900555", "language": "en"}
        assert referrals.capture_spoken(**spoken, consents={"referral": True}).stage == "confirmed"


def test_a_phone_number_is_confirmed_by_a_text_and_agrees_to_texts(acme, anns_code, submit, at_acme):
    give_gateway(acme)
    invitation, digits = submit(anns_code, "07700 900555", consents=CONSENTS | {"marketing": True})
    with at_acme():
        referral = referrals.confirm_invitation(invitation.id, digits)
        assert ContactPoint.objects.get(customer=referral.referee).normalised == "+447700900555"
        assert Message.objects.get(kind="confirmation").channel == "sms"
        agreed = Consent.objects.filter(customer=referral.referee).order_by("purpose")
        assert list(agreed.values_list("purpose", "channel")) == [("marketing", "sms"), ("referral", "sms")]


@pytest.mark.parametrize("capture", ["form", "oral", "counter"])
@pytest.mark.parametrize(
    ("contact", "refusal", "words"),
    [
        ("+86 138 0013 8000", errors.PhoneCountryNotServed, "(+86)"),
        ("020 7946 0000", errors.PhoneTakesNoTexts, "mobile number"),
        ("09098 790000", errors.PhoneTakesNoTexts, "mobile number"),
    ],
)
def test_a_phone_that_no_text_reaches_is_refused(contact, refusal, words, capture, acme, anns_code, submit, at_acme):
    give_gateway(acme)
    with pytest.raises(refusal, match=re.escape(words)) as refused:
        submit(anns_code, contact, capture=capture)
    assert (refused.value.field, refused.value.status) == ("contact", 422)
    with at_acme():
        assert not Invitation.objects.exists() and not Message.objects.exists()


def test_a_text_that_no_vendor_has_approved_is_not_waited_for(acme, anns_code, submit, at_acme):
    give_gateway(acme, vendor="aliyun")
    file_text(acme, "confirmation")
    with pytest.raises(errors.FriendNotReachable):
        submit(anns_code, "07700 900555", capture="oral")
    assert submit(anns_code, "07700 900555")[0].state == "waiting"


def test_no_new_digits_once_the_account_is_gone(acme, anns_code, submit, at_acme):
    give_gateway(acme)
    invitation, _ = submit(anns_code, "07700 900555")
    with at_acme():
        remove_gateway()
    with at_acme(), pytest.raises(errors.PhoneNotReachable):
        referrals.resend_digits(invitation.id)
    with at_acme():
        assert Invitation.objects.get().sends == 1


def test_another_organisations_invitation_does_not_exist(anns_code, submit, globex):
    invitation, digits = submit(anns_code, "cleo@example.com")
    with door.organisation(globex.id, moment=NOON), pytest.raises(errors.UnknownInvitation):
        referrals.confirm_invitation(invitation.id, digits)


def test_the_touch_before_the_form_is_what_the_referral_goes_back_to(anns_code, submit, at_acme):
    with at_acme():
        referrals.record_touch(anns_code.code, visitor="v1")
    with at_acme(days=1):
        referrals.record_touch(anns_code.code, visitor="v1")
        referrals.record_touch(anns_code.code, visitor="v2")
    invitation, digits = submit(anns_code, "cleo@example.com", days=2, visitor="v1")
    with at_acme(days=2):
        assert referrals.confirm_invitation(invitation.id, digits).touched_at == NOON + timedelta(days=1)


def test_the_newest_digits_are_the_ones_that_count(anns_code, submit, at_acme):
    invitation, _ = submit(anns_code, "cleo@example.com")
    again, _ = submit(anns_code, "cleo@example.com")
    with at_acme():
        assert referrals.confirm_invitation(invitation.id, digits_of(again)).referee.name == "Cleo Brown"
