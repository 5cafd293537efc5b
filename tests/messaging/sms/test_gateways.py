"""The account with a vendor: entered, kept sealed, tried out, forgotten."""

import pytest
from django.db import connection

from crm.models import Interaction
from crm.operations import record_customer
from crm.queries import present_consents
from messaging.errors import (
    CountryUnknown,
    GatewayIncomplete,
    NoGateway,
    NoTextsADay,
    PhoneInvalid,
    TextNotPossible,
    UseUnknown,
    VendorUnknown,
)
from messaging.models import Message, SmsGateway
from messaging.operations import GatewayAsked, remove_gateway, set_gateway, take_callback, try_gateway
from messaging.operations.receipts import is_no
from messaging.sms.port import Callback, CallbackRefused, Receipt, Reply
from messaging.sms.vendors import VENDORS
from messaging.texting import can_text, present_gateway
from tenancy import door
from tests.conftest import NOON

PHONE = "+447700900007"
ACCOUNT = {"vendor": "twilio", "key_id": "AC1", "secret": "hush", "sender": "+447700900000"}


@pytest.fixture
def gateway(at_acme):
    with at_acme():
        return set_gateway(GatewayAsked(**ACCOUNT, countries=["gb", "GB"]))


class Telling:
    """A vendor that tells what it is given to tell."""

    needs_template = False
    told = ()

    def read_callback(self, account, callback):
        return list(self.told)

    def callback_answer(self):
        return "text/plain", "ok"


@pytest.fixture
def tells(monkeypatch, gateway, at_acme):
    """Let the vendor tell something, with the right token unless another is named."""
    vendor = Telling()
    monkeypatch.setitem(VENDORS, "twilio", vendor)

    def tell(*what, token=None):
        vendor.told = what
        with at_acme():
            called = Callback(url="", body=b"", headers={}, content_type="")
            return take_callback(token or present_gateway().callback_token, called)

    return tell


def test_the_secret_is_sealed_and_kept_when_left_out(at_acme, gateway):
    with at_acme():
        changed = set_gateway(GatewayAsked(**ACCOUNT | {"secret": ""}, most_a_day=7))
        assert (changed.id, changed.secret, changed.most_a_day, changed.countries) == (gateway.id, "hush", 7, ["GB"])
        assert changed.callback_token == gateway.callback_token
        with connection.cursor() as cursor:
            cursor.execute("SELECT secret FROM messaging_smsgateway")
            assert b"hush" not in bytes(cursor.fetchone()[0])


def test_another_vendor_needs_its_own_secret_and_gets_its_own_address(at_acme, gateway):
    other = ACCOUNT | {"vendor": "aliyun", "sender": "引荐"}
    with at_acme():
        with pytest.raises(GatewayIncomplete) as refused:
            set_gateway(GatewayAsked(**other | {"secret": ""}))
        assert refused.value.field == "secret"
        assert set_gateway(GatewayAsked(**other)).callback_token != gateway.callback_token
        assert SmsGateway.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "error", "field"),
    [
        ({"key_id": " "}, GatewayIncomplete, "key_id"),
        ({"sender": ""}, GatewayIncomplete, "sender"),
        ({"vendor": "pigeon"}, VendorUnknown, "vendor"),
        ({"vendor": "tencent"}, GatewayIncomplete, "app_id"),
        ({"most_a_day": 0}, NoTextsADay, "most_a_day"),
        ({"countries": ["XX"]}, CountryUnknown, "countries"),
        ({"uses": {"reward_settled": "maybe"}}, UseUnknown, "uses"),
        ({"uses": {"member_login": "always"}}, UseUnknown, "uses"),
        ({"uses": {"campaign_promotion": "always"}}, UseUnknown, "uses"),
    ],
)
def test_what_is_missing_or_wrong_is_named(at_acme, wrong, error, field):
    with at_acme(), pytest.raises(error) as refused:
        set_gateway(GatewayAsked(**ACCOUNT | wrong))
    assert refused.value.field == field
    with at_acme():
        assert not SmsGateway.objects.exists()


def test_each_organisation_has_its_own(globex, gateway):
    with door.organisation(globex.id, moment=NOON):
        assert present_gateway() is None
        assert not can_text("confirmation", PHONE)
        with pytest.raises(NoGateway):
            remove_gateway()


def test_a_text_is_possible_where_it_can_arrive(at_acme, gateway):
    with at_acme():
        assert can_text("confirmation", PHONE)
        assert not can_text("confirmation", "+8613800138000")


def test_a_test_goes_to_the_phone_that_is_named(acme, at_acme, gateway, gus):
    with at_acme():
        message = try_gateway(phone="07700 900007", language="en", member_id=gus.id)
        assert (message.address, message.channel, message.state) == (PHONE, "sms", "queued")
        with pytest.raises(PhoneInvalid):
            try_gateway(phone="my phone", language="en", member_id=gus.id)
        with pytest.raises(TextNotPossible):
            try_gateway(phone="+8613800138000", language="en", member_id=gus.id)


# --- what the vendor tells -------------------------------------------------------------------------------


def test_nobody_tells_us_anything_without_the_token(tells):
    with pytest.raises(CallbackRefused):
        tells(token="guessed")


def test_a_receipt_finds_its_message_by_ours_or_by_theirs(acme, at_acme, tells, gus):
    with at_acme():
        mine, theirs = (try_gateway(phone=PHONE, language="en", member_id=gus.id) for _ in range(2))
        Message.objects.update(state="sent")
        Message.objects.filter(id=theirs.id).update(vendor_reference="V7")
    tells(Receipt(True, reference=mine.id.hex, at=NOON), Receipt(False, vendor_reference="V7", error="number_off", said="1"))
    tells(Receipt(True, reference="rubbish"), Receipt(True, vendor_reference="unknown"), Receipt(True))
    with at_acme():
        assert Message.objects.get(id=mine.id).delivered_at == NOON
        failed = Message.objects.get(id=theirs.id)
        assert (failed.state, failed.reason, failed.answer) == ("failed", "number_off", "1")


@pytest.mark.parametrize("word", ["R", " stop. ", "退订", "TD", "STOP ALL"])
def test_a_no_ends_offers_and_reminders_by_text(at_acme, tells, word):
    with at_acme():
        cleo = record_customer(name="Cleo", phone=PHONE)
    tells(Reply(PHONE, word))
    with at_acme():
        said = {purpose: consent.is_granted for (purpose, channel), consent in present_consents(cleo.id).items()
                if channel == "sms"}  # fmt: skip
        assert said == {"marketing": False, "reminders": False, "progress": False}
        assert not Interaction.objects.exists()


def test_what_else_is_written_back_stands_on_the_time_line_once(at_acme, tells, gus):
    with at_acme():
        cleo = record_customer(name="Cleo", phone=PHONE)
        cleo.owner = gus
        cleo.save(update_fields=["owner"])
    for _ in range(2):
        tells(Reply(PHONE, "When do you open?", at=NOON))
    with at_acme():
        [said] = Interaction.objects.all()
        assert (said.customer_id, said.kind, said.text) == (cleo.id, "text", "When do you open?")
        assert Message.objects.filter(kind="texted_back", channel="in_app", member=gus).count() == 1


def test_a_stranger_who_writes_back_is_nobody_here(at_acme, tells):
    tells(Reply("+447700900999", "hello"))
    with at_acme():
        assert not Interaction.objects.exists()


def test_a_sentence_with_the_word_in_it_is_no_no():
    assert is_no("回复R")
    assert not is_no("Please stop by tomorrow")
    assert not is_no("不要担心")
