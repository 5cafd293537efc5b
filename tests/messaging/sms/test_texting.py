"""Texts leave the house once: claimed, handed over, noted; what nobody knows of is asked for, never sent again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.models import Consent
from crm.operations import record_consent, record_customer
from messaging import rules
from messaging.errors import CodeGone, NotFailed
from messaging.models import Message, SmsGateway
from messaging.operations import (
    GatewayAsked,
    Notice,
    notify,
    notify_many,
    queue_confirmation,
    queue_login_code,
    queue_question,
    remove_gateway,
    retry_failed,
    save_template,
    send_due_texts,
    set_gateway,
    settle_doubtful,
    texting,
)
from messaging.operations.texting import LEASE, note_receipt
from messaging.sms.port import ACCEPTED, REJECTED, UNCERTAIN, Answer, Receipt
from messaging.sms.vendors import VENDORS
from messaging.texting import filed_text
from messaging.texts import kind_of
from tenancy import door
from tests.conftest import NOON

PHONE = "+447700900007"
ACCOUNT = GatewayAsked(
    vendor="twilio", key_id="AC1", secret="s", sender="+447700900000", countries=["GB"],
    uses={"reward_settled": "no_email", "tier_changed": "always"},
)  # fmt: skip


@pytest.fixture(autouse=True)
def hour(monkeypatch):
    """Let an hour strike for whoever sends, noon at first: hour(NOON + …)."""
    real = door.organisation

    def strike(moment):
        monkeypatch.setattr(texting.door, "organisation", lambda id, **kw: real(id, **{"moment": moment, **kw}))

    strike(NOON)
    return strike


class Scripted:
    """A vendor that answers as it is told and remembers what it was given."""

    needs_template = False

    def __init__(self):
        self.given, self.answers, self.known = [], [], None

    def send(self, account, parcel, *, now):
        self.given.append(parcel)
        answer = self.answers.pop(0) if self.answers else Answer(ACCEPTED, vendor_reference=f"V{len(self.given)}")
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def look_up(self, account, parcel, *, vendor_reference, sent_at, now):
        return self.known


@pytest.fixture
def phone_vendor(monkeypatch, settings):
    settings.KEEP_MAIL_IN_MAILBOX = False
    vendor = Scripted()
    monkeypatch.setitem(VENDORS, "twilio", vendor)
    return vendor


@pytest.fixture
def gateway(acme, at_acme, phone_vendor):
    with at_acme():
        return set_gateway(ACCOUNT)


@pytest.fixture
def cleo(acme, at_acme):
    """A customer with a phone and no e-mail address."""
    with at_acme():
        return record_customer(name="Cleo", phone=PHONE)


@pytest.fixture
def code(at_acme, gateway):
    with at_acme():
        return queue_confirmation(key="k", address=PHONE, language="en", digits="123456", context={})


def _now(at_acme, message):
    with at_acme():
        return Message.objects.get(id=message.id)


def _make_due(at_acme, message):
    with at_acme():
        Message.objects.filter(id=message.id).update(due_at=timezone.now())


def _reward(customer, key="k"):
    facts = {"reward": rules.Amount("points", "POINT", 200), "reason": "for you", "reason_title": "For you"}
    return notify(kind="reward_settled", key=key, customer_id=customer.id, context=facts)


# --- who gets one ----------------------------------------------------------------------------------------


def test_a_code_for_a_phone_is_a_text(acme, at_acme, code, phone_vendor):
    assert (code.channel, code.state, code.subject) == ("sms", "queued", "")
    assert code.body == "123456 is your confirmation code for Acme. Nobody from us will ever ask you for it."
    assert send_due_texts(acme.id) == 1
    [parcel] = phone_vendor.given
    assert (parcel.phone, parcel.body, parcel.reference) == (PHONE, code.body, code.id.hex)
    assert parcel.places == (("digits", "123456"), ("organisation", "Acme"))


def test_without_a_gateway_nobody_gets_a_text(acme, at_acme):
    with at_acme():
        message = queue_confirmation(key="k", address=PHONE, language="en", digits="123456", context={})
    assert (message.channel, message.state, message.reason) == ("sms", "skipped", "no_gateway")


def test_another_organisations_gateway_is_not_ours(globex, at_acme, gateway):
    with door.organisation(globex.id, moment=NOON):
        message = queue_confirmation(key="k", address=PHONE, language="en", digits="123456", context={})
    assert message.reason == "no_gateway"


def test_texts_go_to_the_countries_that_are_served(at_acme, gateway):
    with at_acme():
        message = queue_confirmation(key="k", address="+8613800138000", language="en", digits="123456", context={})
    assert (message.state, message.reason) == ("skipped", "country")


def test_who_has_no_email_gets_a_text_of_what_was_chosen(at_acme, gateway, cleo, ann):
    with at_acme():
        told = {message.channel: message.state for message in _reward(cleo)}
        assert told == {"in_app": "sent", "sms": "queued"}
        assert {m.channel for m in notify(kind="welcome", key="w", customer_id=cleo.id,
                                          context={"referrer": "Ann", "campaign": "C"})} == {"email", "in_app"}  # fmt: skip
        assert {message.channel for message in _reward(ann, "a")} == {"email", "in_app"}


def test_always_means_besides_the_email(at_acme, gateway):
    with at_acme():
        dora = record_customer(name="Dora", phone="+447700900123", email="dora@example.com")
        told = notify(kind="tier_changed", key="t", customer_id=dora.id, context={"tier": "Gold"})
        assert [message.channel for message in told] == ["email", "in_app", "sms"]


def test_an_offer_wants_a_yes_to_texts_and_says_how_to_stop(at_acme, gateway, cleo):
    def offer(key):
        facts = {"customer": "Cleo", "campaign": "Spring", "link": "https://x.example/r/1"}
        notify_many([
            Notice(kind="campaign_promotion", key=key, customer_id=cleo.id, context=facts, channels=("sms",))
        ])  # fmt: skip
        return Message.objects.get(key=key)

    def answer(channel):
        record_consent(cleo.id, purpose=Consent.Purpose.MARKETING, channel=channel, is_granted=True, text_version="t",
                       language="en", source="staff")  # fmt: skip

    with at_acme():
        answer("email")
        assert offer("1").reason == "no_consent"
        answer("sms")
        assert offer("2").state == "queued"
        assert offer("2").body.endswith("https://x.example/r/1 Reply STOP to opt out")


def test_a_vendor_with_filed_texts_gets_the_language_that_is_filed(at_acme, gateway, phone_vendor, monkeypatch):
    monkeypatch.setattr(phone_vendor, "needs_template", True, raising=False)
    with at_acme():
        before = queue_confirmation(key="1", address=PHONE, language="en", digits="123456", context={})
        save_template(kind="confirmation", channel="sms", language="zh-hans", body="验证码{digits}", vendor_template="SMS_1")
        after = queue_confirmation(key="2", address=PHONE, language="en", digits="123456", context={})
    assert (before.state, before.reason) == ("skipped", "no_template")
    assert (after.state, after.language, after.vendor_template) == ("queued", "zh-hans", "SMS_1")
    assert after.places == [["digits", "123456"]]


# --- once ------------------------------------------------------------------------------------------------


def test_a_code_is_hidden_once_it_is_on_its_way(acme, at_acme, code):
    send_due_texts(acme.id)
    sent = _now(at_acme, code)
    assert (sent.state, sent.vendor_reference, sent.places) == ("sent", "V1", None)
    assert "123456" not in sent.body


def test_a_text_whose_worker_dies_is_not_sent_again(acme, at_acme, code, phone_vendor):
    phone_vendor.answers = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        send_due_texts(acme.id)
    assert _now(at_acme, code).state == "sending"
    assert send_due_texts(acme.id) == 0
    assert len(phone_vendor.given) == 1
    assert _now(at_acme, code).due_at > timezone.now() + LEASE - timedelta(minutes=1)


def test_the_vendor_is_asked_about_a_text_whose_worker_died(acme, at_acme, code, phone_vendor):
    phone_vendor.answers = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        send_due_texts(acme.id)
    _make_due(at_acme, code)
    phone_vendor.known = Answer(ACCEPTED, vendor_reference="V9")
    assert settle_doubtful(acme.id) == 1
    found = _now(at_acme, code)
    assert (found.state, found.vendor_reference) == ("sent", "V9")
    assert len(phone_vendor.given) == 1


def test_an_answer_that_is_lost_leaves_a_text_uncertain_until_the_vendor_knows(acme, at_acme, code, phone_vendor):
    phone_vendor.answers = [Answer(UNCERTAIN, error="timeout")]
    assert send_due_texts(acme.id) == 0
    assert (_now(at_acme, code).state, _now(at_acme, code).reason) == ("uncertain", "timeout")
    for _ in range(2):  # its lists lag behind: once is not enough to call it lost
        _make_due(at_acme, code)
        settle_doubtful(acme.id)
    assert (_now(at_acme, code).state, _now(at_acme, code).reason) == ("failed", "lost")
    assert len(phone_vendor.given) == 1


def test_a_vendor_that_cannot_be_asked_leaves_it_uncertain_and_forgets_the_code(acme, at_acme, code, phone_vendor):
    phone_vendor.answers = [Answer(UNCERTAIN, error="timeout")]
    phone_vendor.known = Answer(UNCERTAIN, error="no_connection")
    send_due_texts(acme.id)
    for _ in range(5):
        _make_due(at_acme, code)
        settle_doubtful(acme.id)
    found = _now(at_acme, code)
    assert (found.state, found.places) == ("uncertain", None)
    assert "123456" not in found.body


def test_a_receipt_says_that_it_arrived_and_comes_twice(acme, at_acme, code):
    send_due_texts(acme.id)
    with at_acme():
        message = Message.objects.get(id=code.id)
        assert note_receipt(message, Receipt(True, reference=code.id.hex, at=NOON))
        assert not note_receipt(message, Receipt(True, reference=code.id.hex, at=NOON))
        assert not note_receipt(message, Receipt(False, reference=code.id.hex, error="number_off"))
    assert _now(at_acme, code).delivered_at == NOON


def test_what_passes_is_tried_again_and_what_does_not_is_failed(acme, at_acme, code, phone_vendor):
    phone_vendor.answers = [Answer(REJECTED, error="busy", is_passing=True), Answer(REJECTED, error="no_money", said="51 x")]
    send_due_texts(acme.id)
    waiting = _now(at_acme, code)
    assert (waiting.state, waiting.reason) == ("queued", "busy")
    assert waiting.due_at > timezone.now() + timedelta(seconds=20)
    _make_due(at_acme, code)
    send_due_texts(acme.id)
    failed = _now(at_acme, code)
    assert (failed.state, failed.reason, failed.answer) == ("failed", "no_money", "51 x")
    assert "123456" not in failed.body


def test_a_failed_code_cannot_be_sent_again_and_another_text_can(acme, at_acme, code, cleo, phone_vendor):
    phone_vendor.answers = [Answer(REJECTED, error="no_money")] * 2
    with at_acme():
        text = next(message for message in _reward(cleo, "r") if message.channel == "sms")
    send_due_texts(acme.id)
    with at_acme():
        with pytest.raises(CodeGone):
            retry_failed(code.id)
        retry_failed(text.id)
    assert send_due_texts(acme.id) == 1
    with at_acme(), pytest.raises(NotFailed):
        retry_failed(text.id)


# --- within limits ---------------------------------------------------------------------------------------


def test_a_day_ends_when_its_texts_are_used_up(acme, at_acme, gateway, cleo, phone_vendor, gus):
    with at_acme():
        SmsGateway.objects.update(most_a_day=1)
        queue_confirmation(key="1", address=PHONE, language="en", digits="111111", context={})
        queue_confirmation(key="2", address=PHONE, language="en", digits="222222", context={})
        _reward(cleo, "3")
    assert send_due_texts(acme.id) == 1
    with at_acme():
        told = {m.key: (m.state, m.reason) for m in Message.objects.filter(channel="sms")}
        assert told == {"1": ("sent", ""), "2": ("failed", "day_limit"), "3": ("queued", "day_limit")}
        waits = Message.objects.get(key="3", channel="sms")
        assert waits.due_at > timezone.now() + timedelta(hours=7)
        assert Message.objects.filter(kind="texts_used_up", channel="in_app").count() == 1
    assert len(phone_vendor.given) == 1


def test_no_phone_rings_at_night_but_for_a_code(acme, at_acme, gateway, cleo, phone_vendor, hour):
    night = NOON + timedelta(hours=11)
    hour(night)
    with at_acme(night):
        _reward(cleo)
        queue_question(key="q", address="+447700900008", language="en", digits="654321", link="/o/acme/c/1")
        queue_login_code(address=PHONE, language="en", digits="123456", customer_id=cleo.id)
    assert send_due_texts(acme.id) == 1
    assert phone_vendor.given[0].body.startswith("123456")


def test_a_code_that_waited_too_long_is_not_sent(acme, at_acme, code, phone_vendor, hour):
    hour(NOON + timedelta(minutes=30))
    assert send_due_texts(acme.id) == 0
    assert (_now(at_acme, code).state, _now(at_acme, code).reason) == ("failed", "too_late")
    assert phone_vendor.given == []


def test_who_takes_the_consent_back_meanwhile_gets_no_offer(acme, at_acme, gateway, cleo, phone_vendor):
    def answer(is_granted):
        record_consent(cleo.id, purpose=Consent.Purpose.MARKETING, channel="sms", is_granted=is_granted, text_version="t",
                       language="en", source="staff")  # fmt: skip

    with at_acme():
        answer(True)
        facts = {"customer": "Cleo", "campaign": "Spring", "link": "https://x.example/r/1"}
        notify_many([Notice(kind="campaign_promotion", key="k", customer_id=cleo.id, context=facts, channels=("sms",))])
        answer(False)
    assert send_due_texts(acme.id) == 0
    with at_acme():
        assert Message.objects.get(key="k").reason == "no_consent"


def test_when_the_account_goes_what_waits_is_dropped(acme, at_acme, code, phone_vendor):
    with at_acme():
        remove_gateway()
        assert SmsGateway.objects.get().secret is None
    assert send_due_texts(acme.id) == 0
    assert (_now(at_acme, code).state, _now(at_acme, code).reason) == ("skipped", "no_gateway")


def test_of_an_address_the_vendor_fills_in_only_what_differs(
    acme, at_acme, gateway, cleo, phone_vendor, settings, monkeypatch
):
    settings.PUBLIC_URL = "https://crm.example.com"
    monkeypatch.setattr(phone_vendor, "needs_template", True, raising=False)
    monkeypatch.setattr(phone_vendor, "filed_text", lambda body, *, sender: body, raising=False)
    home = f"https://crm.example.com/o/{acme.slug}/"
    with at_acme():
        save_template(kind="reward_settled", channel="sms", language="en", body="{reward}: {page}", vendor_template="T")
        [text] = [message for message in _reward(cleo) if message.channel == "sms"]
        filed = filed_text("{reward}: {page}", kind_of("reward_settled"), "en")
    assert filed == f"{{reward}}: {home}{{page}}"
    assert text.body == f"200 points: {home}member/"
    assert text.places == [["reward", "200 points"], ["page", "member/"]]


def test_a_question_that_we_put_waits_and_can_be_sent_again(acme, at_acme, gateway, phone_vendor, hour):
    phone_vendor.answers = [Answer(REJECTED, error="no_money")]
    with at_acme():
        asked = queue_question(key="q", address=PHONE, language="en", digits="123456", link="/o/acme/c/1")
        SmsGateway.objects.update(most_a_day=1)
    hour(NOON + timedelta(hours=1))  # nobody waits on a page: an hour late is early enough
    assert send_due_texts(acme.id) == 0
    with at_acme():
        assert retry_failed(asked.id).state == "queued"
    assert send_due_texts(acme.id) == 1
    assert "123456" in phone_vendor.given[-1].body
    assert "123456" not in _now(at_acme, asked).body
