"""Customers are told of a campaign by text: who, what it costs, what came of it, and never against their will."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.operations import record_consent, record_customer
from messaging.errors import PhoneInvalid, TextNotPossible, TextTooLong, UnknownPlace
from messaging.models import Message, SmsGateway
from messaging.operations import GatewayAsked, remove_gateway, send_due_texts, set_gateway
from messaging.operations.texting import note_receipt
from messaging.sms.port import ACCEPTED, REJECTED, UNCERTAIN, Answer, Receipt
from messaging.texting import home_address
from referrals import operations as referrals
from referrals.errors import (
    PromotionInducesSharing,
    PromotionLinkMissing,
    PromotionTextMissing,
    PromotionUnlawful,
    TextCodeMissing,
    TextsNotSetUp,
    WaysUnknown,
)
from referrals.models import Campaign, Promotion, PromotionReceiver, ReferralCode
from referrals.operations import promotions
from referrals.operations.promotions import Wanted
from referrals.queries.promotions import WayOutcome, audience, outcomes
from tenancy import door
from tests.conftest import NOON

TEXTS = {
    "en": {"subject": "{campaign}", "body": "Hello {customer}: {link}", "sms": "{organisation}: your link {link}"},
    "zh-hans": {"subject": "{campaign}", "body": "{customer}：{link}", "sms": "{organisation}：{link}"},
}
OPT_OUT = " Reply STOP to opt out"


@pytest.fixture
def strike(monkeypatch):
    """Let an hour strike for the workers: strike(NOON)."""
    real = door.organisation

    def at(moment):
        monkeypatch.setattr(door, "organisation", lambda id, **kw: real(id, **{"moment": moment, **kw}))

    return at


@pytest.fixture
def agree(at_acme):
    """Let a customer say yes (or no) to offers over a channel."""

    def say(customer, channel, is_granted=True, **days):
        with at_acme(**days):
            record_consent(
                customer.id, purpose="marketing", channel=channel, is_granted=is_granted, text_version="1", language="en",
                source="staff",
            )  # fmt: skip

    return say


@pytest.fixture
def people(at_acme, agree):
    """One of each: how they can be reached, and what they agreed to."""
    contacts = {
        "both": {"email": "both@example.com", "phone": "+447700900010"},
        "phone": {"phone": "+447700900011"},
        "unwilling": {"email": "unwilling@example.com", "phone": "+447700900012"},  # to e-mail, not to texts
        "mute": {"phone": "+447700900013"},
        "abroad": {"phone": "+33612345678"},
        "nobody": {"wechat": "nobody-1"},
    }
    with at_acme():
        made = {name: record_customer(name=name, language="en", **points) for name, points in contacts.items()}
    agree(made["both"], "email")
    for name in ("both", "phone", "unwilling", "abroad"):
        agree(made[name], "sms")
    return made


@pytest.fixture
def plan(campaign, at_acme):
    def make(ways="email_or_sms", texts=TEXTS, **wanted):
        with at_acme():
            return promotions.plan_promotion(campaign.id, Wanted(ways=ways, texts=texts, **wanted))

    return make


@pytest.fixture
def run(acme, strike):
    def work(promotion, moment=NOON):
        strike(moment)
        return promotions.run_promotion(acme.id, promotion.id)

    return work


def _messages(at_acme):
    with at_acme():
        rows = Message.objects.filter(kind="campaign_promotion").select_related("customer").order_by("customer__name")
        return [(row.customer.name, row.channel, row.state) for row in rows]


# --- who, and how ------------------------------------------------------------------------------------------


def test_whom_email_does_not_reach_gets_a_text(plan, run, people, texts_of_acme, at_acme, campaign):
    assert run(plan()) == 3
    assert _messages(at_acme) == [
        ("both", "email", "queued"), ("phone", "sms", "queued"), ("unwilling", "sms", "queued"),
    ]  # fmt: skip
    with at_acme():
        text = Message.objects.get(customer=people["phone"])
        code = ReferralCode.objects.get(campaign=campaign, referrer=people["phone"]).code
        assert text.address == "+447700900011" and text.subject == ""
        assert text.body.startswith("Acme: your link http") and text.body.endswith(f"/r/{code}{OPT_OUT}")
        told = PromotionReceiver.objects.filter(state="told").order_by("customer__name").values_list("way", flat=True)
        assert list(told) == ["email", "sms", "sms"]


def test_by_text_alone_nobody_gets_an_email(plan, run, people, texts_of_acme, at_acme):
    promotion = plan("sms", {each: {"sms": TEXTS[each]["sms"]} for each in TEXTS})
    assert run(promotion) == 3
    assert {channel for _name, channel, _state in _messages(at_acme)} == {"sms"}


def test_by_email_texts_are_not_even_looked_at(plan, run, people, texts_of_acme, at_acme):
    assert run(plan("email")) == 1
    assert _messages(at_acme) == [("both", "email", "queued")]
    with at_acme():
        assert Promotion.objects.get().texts["en"] == {"subject": "{campaign}", "body": "Hello {customer}: {link}"}


@pytest.mark.parametrize(
    ("ways", "left_out"),
    [
        ("email", {"no_address": 4, "no_consent": 1}),
        ("sms", {"no_phone": 1, "country": 1, "no_text_consent": 1}),
        ("email_or_sms", {"no_contact": 1, "country": 1, "no_way_agreed": 1}),
    ],
)
def test_the_reason_is_true_for_the_ways_that_were_chosen(ways, left_out, campaign, people, texts_of_acme, at_acme):
    with at_acme():
        found = audience(campaign, ways=ways)
    assert (found.left_out, found.target) == (left_out, 6)
    assert found.by_email + found.by_sms == found.chosen == 6 - sum(left_out.values())


def test_without_an_account_nobody_can_be_texted(campaign, people, at_acme):
    with at_acme():
        assert audience(campaign, ways="sms").left_out == {"no_phone": 1, "no_gateway": 5}
        found = audience(campaign, ways="email_or_sms")
        assert (found.left_out, found.chosen) == ({"no_contact": 1, "no_gateway": 3, "no_way_agreed": 1}, 1)


def test_a_number_of_another_country_with_the_same_code_is_left_out_in_the_end(plan, run, agree, texts_of_acme, at_acme):
    with at_acme():
        jersey = record_customer(name="Jersey", phone="+447797712345")
    agree(jersey, "sms")
    promotion = plan("sms")
    assert run(promotion) == 0
    with at_acme():
        assert outcomes([promotion])[promotion.id].left_out == {"country": 1}


def test_another_organisations_account_is_not_ours(plan, people, globex, phone_vendor, at_acme):
    with door.organisation(globex.id, moment=NOON):
        set_gateway(GatewayAsked(vendor="twilio", key_id="AC", secret="s", sender="+447700900000"))
    with pytest.raises(TextsNotSetUp):
        plan("sms")
    with at_acme():
        assert not Promotion.objects.exists()


def test_who_was_told_by_text_is_not_told_by_email_soon(plan, run, people, agree, campaign, texts_of_acme, at_acme):
    run(plan("sms"))
    with at_acme(days=10):
        assert audience(campaign).left_out["told_lately"] == 1
        assert audience(campaign, ways="email_or_sms").left_out["told_lately"] == 3
    with at_acme(days=31):
        assert audience(campaign, ways="email_or_sms").chosen == 3


def test_more_people_take_no_more_statements(campaign, people, agree, texts_of_acme, at_acme):
    def cost():
        with at_acme(), CaptureQueriesContext(connection) as captured:
            audience(campaign, ways="email_or_sms")
        return len(captured)

    before = cost()
    for n in range(5):
        with at_acme():
            agree_to = record_customer(name=f"More {n}", phone=f"+4477009001{n:02}")
        agree(agree_to, "sms")
    assert cost() == before <= 9


# --- on their way ------------------------------------------------------------------------------------------


def test_what_came_of_each_way_is_counted(
    plan, run, people, acme, campaign, refer, buy, texts_of_acme, phone_vendor, at_acme
):
    promotion = plan()
    run(promotion)
    phone_vendor.answers = [Answer(ACCEPTED, vendor_reference="V1"), Answer(UNCERTAIN, error="timeout")]
    assert send_due_texts(acme.id) == 1
    assert send_due_texts(acme.id) == 0 and len(phone_vendor.given) == 2  # the uncertain one is not sent again
    with at_acme(hours=1):
        message = Message.objects.get(state="sent", channel="sms")
        note_receipt(message, Receipt(is_delivered=True, vendor_reference="V1"))
        code = ReferralCode.objects.get(referrer=message.customer_id)
        referrals.record_touch(code.code, visitor="v")
    friend = refer(code, days=1)
    buy("P1", 5000, friend.referee_id, days=2)
    with at_acme(days=3):
        found = outcomes([promotion])[promotion.id]
    by_text = WayOutcome(told=2, sent=1, delivered=1, uncertain=1, opened=1, friends=1, buyers=1)
    assert dict(found.ways) == {"email": WayOutcome(told=1), "sms": by_text}
    assert (found.told, found.sent, found.delivered, found.uncertain, found.buyers) == (3, 1, 1, 1, 1)


def test_a_refused_text_counts_as_failed(plan, run, people, acme, texts_of_acme, phone_vendor, at_acme):
    promotion = plan("sms")
    run(promotion)
    phone_vendor.answers = [Answer(REJECTED, error="number_wrong")] * 3
    assert send_due_texts(acme.id) == 0
    with at_acme():
        assert outcomes([promotion])[promotion.id].ways["sms"] == WayOutcome(told=3, failed=3)


def test_who_takes_consent_back_before_the_text_goes_gets_none(
    plan, run, people, agree, acme, texts_of_acme, phone_vendor, at_acme
):
    run(plan("sms"))
    agree(people["phone"], "sms", False, hours=1)
    assert send_due_texts(acme.id) == 2
    assert "+447700900011" not in {parcel.phone for parcel in phone_vendor.given}
    assert ("phone", "sms", "skipped") in _messages(at_acme)


def test_texts_that_are_still_there_in_the_evening_wait_for_the_morning(
    plan, run, people, acme, strike, texts_of_acme, phone_vendor, at_acme
):
    run(plan("sms"))
    strike(NOON + timedelta(hours=10))
    assert send_due_texts(acme.id) == 0 and not phone_vendor.given
    with at_acme():
        assert not Message.objects.filter(due_at__lte=timezone.now()).exists()


def test_without_the_account_that_was_there_they_are_left_out(plan, run, people, acme, texts_of_acme, at_acme):
    promotion = plan(send_at=NOON + timedelta(hours=1))
    with at_acme():
        remove_gateway()
    assert run(promotion, NOON + timedelta(hours=1)) == 1
    with at_acme():
        found = outcomes(Promotion.objects.all())[promotion.id]
        assert (found.told, found.left_out["no_gateway"]) == (1, 3)


# --- words -------------------------------------------------------------------------------------------------


def _changed(**words):
    return TEXTS | {"en": TEXTS["en"] | words}


@pytest.mark.parametrize(
    ("words", "refusal", "field"),
    [
        ({"sms": "Come in"}, PromotionLinkMissing, "sms_en"),
        ({"sms": "{link} {price}"}, UnknownPlace, "sms_en"),
        ({"sms": "{link}" + "x" * 500}, TextTooLong, "sms_en"),
        ({"sms": "{link} recruit others and earn unlimited levels"}, PromotionUnlawful, "sms_en"),
        ({"body": ""}, PromotionTextMissing, "body_en"),
    ],
)
def test_the_words_of_texts_are_looked_at_as_letters_are(words, refusal, field, plan, people, texts_of_acme, at_acme):
    with pytest.raises(refusal) as refused:
        plan(texts=_changed(**words))
    assert refused.value.field == field
    with at_acme():
        assert not Promotion.objects.exists()


def test_wechat_is_asked_about_texts_too(plan, campaign, people, texts_of_acme, at_acme):
    with at_acme():
        Campaign.objects.filter(id=campaign.id).update(is_wechat_safe=True)
    with pytest.raises(PromotionInducesSharing) as refused:
        plan("sms", TEXTS | {"zh-hans": {"sms": "分享到朋友圈即可领取红包 {link}"}})
    assert refused.value.field == "sms_zh"


def test_a_way_that_does_not_exist_is_refused(plan, people, at_acme):
    with pytest.raises(WaysUnknown):
        plan("pigeon")


def test_a_vendor_that_files_texts_needs_a_code_and_one_language_is_enough(
    plan, run, people, acme, texts_of_acme, phone_vendor, at_acme
):
    phone_vendor.needs_template = True
    with pytest.raises(TextCodeMissing) as refused:
        plan("sms")
    assert refused.value.field == "sms_template_en"
    assert "the text in English" in refused.value.sentence() and refused.value.sentence().startswith("Twilio")
    filed = TEXTS | {"zh-hans": TEXTS["zh-hans"] | {"sms_template": "SMS_1"}}
    run(plan("sms", filed))
    with at_acme():
        english, chinese = promotions.bubbles(Campaign.objects.get(), filed, people["phone"])
    assert (english.is_sent, chinese.is_sent) == (False, True)
    assert chinese.filing == f"[+447700900000]{{organisation}}：{home_address(acme.slug)}{{link}} 拒收请回复R"
    assert send_due_texts(acme.id) == 3
    assert {(parcel.template, parcel.places[0]) for parcel in phone_vendor.given} == {("SMS_1", ("organisation", "Acme"))}
    with at_acme():
        assert set(Message.objects.filter(channel="sms").values_list("language", flat=True)) == {"zh-hans"}


# --- before it goes ----------------------------------------------------------------------------------------


def test_what_it_costs_is_known_before(campaign, people, texts_of_acme, at_acme):
    with at_acme():
        SmsGateway.objects.update(most_a_day=1)
        long = _changed(sms="{organisation}: {link} " + "x" * 200)
        found = promotions.estimate(campaign, long, ways="email_or_sms")
        assert (found.audience.by_email, found.audience.by_sms) == (1, 2)
        cost = found.cost
        assert (cost.people, cost.parts, cost.paid, cost.room_today, cost.days) == (2, 2, 4, 1, 2)
        assert promotions.estimate(campaign, long, ways="email").cost is None
        assert promotions.estimate(campaign, _changed(sms="{nonsense}"), ways="sms").cost is None


def test_the_longest_name_counts(campaign, people, agree, texts_of_acme, at_acme):
    named = _changed(sms="{customer} " + "x" * 60 + " {link}")
    with at_acme():
        short = promotions.estimate(campaign, named, ways="sms").cost
        long = record_customer(name="Wolfeschlegelsteinhausenbergerdorff " * 3, phone="+447700900019")
    agree(long, "sms")
    with at_acme():
        assert promotions.estimate(campaign, named, ways="sms").cost.parts > short.parts


def test_bubbles_count_what_is_sent(campaign, people, texts_of_acme, at_acme, plan, run):
    run(plan("sms"))
    with at_acme():
        english, chinese = promotions.bubbles(campaign, TEXTS, people["phone"])
        sent = Message.objects.get(customer=people["phone"])
    assert english.body == sent.body and english.characters == len(sent.body) and english.parts == 1
    assert (chinese.room, chinese.body.endswith("拒收请回复R"), english.filing) == (70, True, "")


def test_a_test_goes_to_the_phone_that_was_typed(campaign, people, gus, texts_of_acme, phone_vendor, acme, strike, at_acme):
    with at_acme():
        code = promotions.planning.group_code(campaign, None)
        how = {"member_id": gus.id, "code": code, "customer": people["both"]}
        for phone, refusal in (("12", PhoneInvalid), ("+33612345678", TextNotPossible)):
            with pytest.raises(refusal):
                promotions.send_promotion_text_test(campaign, TEXTS, phone=phone, **how)
        assert not Message.objects.exists()
        sent = promotions.send_promotion_text_test(campaign, TEXTS, phone="07700 900099", **how)
        assert [(each.channel, each.language, each.state) for each in sent] == [
            ("sms", "en", "queued"), ("sms", "zh-hans", "queued"),
        ]  # fmt: skip
        assert not PromotionReceiver.objects.exists()
    strike(NOON)
    assert send_due_texts(acme.id) == 2
    assert {parcel.phone for parcel in phone_vendor.given} == {"+447700900099"}
