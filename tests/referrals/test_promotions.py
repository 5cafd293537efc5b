"""Customers are told of a campaign: who, once, with their own link, and never against their will."""

from datetime import UTC, datetime, timedelta

import pytest

from crm.models import Customer
from crm.operations import record_consent, record_customer
from crm.operations.segments import create_segment
from messaging.models import GroupRobot, Message
from messaging.operations import add_robot
from messaging.robots import parcel
from referrals import operations as referrals
from referrals.errors import (
    CampaignNotOpen,
    NobodyToTell,
    PostNotFailed,
    PromotionEmpty,
    PromotionInducesSharing,
    PromotionLinkMissing,
    PromotionOver,
    PromotionPlaceUnknown,
    PromotionTextMissing,
    PromotionUnlawful,
    UnknownPromotion,
)
from referrals.models import Campaign, Promotion, PromotionPost, PromotionReceiver, ReferralCode
from referrals.operations import promotions
from referrals.operations.asking import answer_ask, ask_now
from referrals.operations.promotions import Wanted, sending
from referrals.queries.promotions import Outcome, WayOutcome, audience, outcomes, target_of
from tenancy import door
from tenancy.models import Job
from tests.conftest import NOON

TEXTS = {
    "en": {"subject": "{campaign} for you", "body": "Hello {customer}, your link: {link}"},
    "zh-hans": {"subject": "{campaign}", "body": "{customer}，您的链接：{link}"},
}


@pytest.fixture
def agree(at_acme):
    """Let a customer say yes (or no) to offers by e-mail."""

    def say(customer, is_granted=True, **days):
        with at_acme(**days):
            record_consent(
                customer.id,
                purpose="marketing",
                channel="email",
                is_granted=is_granted,
                text_version="1",
                language="en",
                source="staff",
            )

    return say


@pytest.fixture
def crowd(at_acme, agree):
    """Three customers who agreed to offers: crowd[0] to crowd[2]."""
    with at_acme():
        people = [record_customer(name=f"Fan {n}", email=f"fan{n}@example.com", language="en") for n in range(3)]
    for each in people:
        agree(each)
    return people


@pytest.fixture
def plan(campaign, at_acme):
    def make(texts=TEXTS, *, days=0, **wanted):
        with at_acme(days=days):
            return promotions.plan_promotion(campaign.id, Wanted(texts=texts, **wanted))

    return make


@pytest.fixture
def run(acme, monkeypatch):
    """Work at a promotion at a moment: the worker opens the doors, so the clock is set for all of them."""

    def work(promotion, moment=NOON):
        real = door.organisation
        monkeypatch.setattr(sending.door, "organisation", lambda id, **kw: real(id, **{"moment": moment, **kw}))
        try:
            return promotions.run_promotion(acme.id, promotion.id)
        finally:
            monkeypatch.setattr(sending.door, "organisation", real)

    return work


def _mails(at_acme):
    with at_acme():
        return list(Message.objects.filter(kind="campaign_promotion").order_by("id"))


def test_everybody_who_may_is_told_once_with_their_own_link(plan, run, crowd, ann, at_acme, campaign):
    promotion = plan()
    assert run(promotion) == 3
    assert run(promotion) == 0
    mails = _mails(at_acme)
    assert sorted(mail.address for mail in mails) == ["fan0@example.com", "fan1@example.com", "fan2@example.com"]
    with at_acme():
        codes = {row.referrer_id: row.code for row in ReferralCode.objects.filter(campaign=campaign)}
        assert set(codes) == {each.id for each in crowd}
        assert all(f"/r/{codes[mail.customer_id]}" in mail.body and mail.body.startswith("Hello Fan") for mail in mails)
        promotion.refresh_from_db()
        assert (promotion.state, promotion.left_out) == ("done", {"no_consent": 1})
        assert Job.objects.get(id=promotion.job_id).result == {"told": 3}


def test_another_organisation_is_not_told_and_sees_nothing(plan, run, crowd, globex, at_acme):
    promotion = plan()
    with door.organisation(globex.id, moment=NOON):
        record_customer(name="Glob", email="glob@example.com")
        assert not Promotion.objects.exists()
        with pytest.raises(UnknownPromotion):
            promotions.stop_promotion(promotion.id)
    assert promotions.run_promotion(globex.id, promotion.id) == 0
    run(promotion)
    with door.organisation(globex.id):
        assert not Message.objects.exists()


def test_a_crash_in_the_middle_tells_nobody_twice_and_leaves_nobody_out(plan, run, crowd, at_acme, monkeypatch):
    promotion = plan()
    monkeypatch.setattr(sending, "BATCH", 1)
    real, calls = sending.note, []

    def crash(*args):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the worker died")
        return real(*args)

    monkeypatch.setattr(sending, "note", crash)
    with pytest.raises(RuntimeError):
        run(promotion)
    assert len(_mails(at_acme)) == 1
    assert run(promotion) == 2
    mails = _mails(at_acme)
    assert len(mails) == len({mail.customer_id for mail in mails}) == 3
    with at_acme():
        assert Promotion.objects.get().state == "done"


def test_who_takes_consent_back_between_planning_and_sending_is_left_out(plan, run, crowd, agree, at_acme):
    promotion = plan(send_at=NOON + timedelta(hours=2))
    agree(crowd[1], False, hours=1)
    assert run(promotion, NOON + timedelta(hours=1)) == 0
    assert run(promotion, NOON + timedelta(hours=2)) == 2
    assert crowd[1].id not in {mail.customer_id for mail in _mails(at_acme)}


def test_everybody_is_looked_at_again_when_their_turn_comes(plan, run, crowd, agree, campaign, at_acme, monkeypatch):
    promotion = plan()
    monkeypatch.setattr(sending, "_next_batch", lambda *_: sending._Batch())
    run(promotion)
    monkeypatch.undo()
    agree(crowd[2], False)
    with at_acme():
        code = referrals.code_for(campaign.id, crowd[1].id)
        ReferralCode.objects.filter(id=code.id).update(is_active=False)
    assert run(promotion) == 1
    with at_acme():
        rows = PromotionReceiver.objects.exclude(state="told").values_list("customer_id", "state", "reason")
        assert set(rows) == {(crowd[1].id, "left_out", "withdrawn"), (crowd[2].id, "left_out", "no_consent")}
        assert outcomes([promotion])[promotion.id].left_out == {"no_consent": 1, "withdrawn": 1}
    assert [mail.customer_id for mail in _mails(at_acme)] == [crowd[0].id]


def test_the_night_is_quiet(plan, run, crowd, at_acme):
    night = NOON + timedelta(hours=10)
    promotion = plan(send_at=night)
    assert run(promotion, night) == 0
    with at_acme(hours=10):
        assert promotions.due_promotions() == []
    assert not _mails(at_acme)
    with at_acme(hours=21):
        assert promotions.due_promotions() == [promotion.id]
    assert run(promotion, NOON + timedelta(hours=21)) == 3


def test_one_that_waits_is_stopped_and_may_go_on(plan, run, crowd, at_acme):
    promotion = plan(send_at=NOON + timedelta(hours=1))
    with at_acme():
        promotions.stop_promotion(promotion.id)
        with pytest.raises(PromotionOver):
            promotions.stop_promotion(promotion.id)
        assert Job.objects.get(id=promotion.job_id).state == "cancelled"
    assert run(promotion, NOON + timedelta(hours=2)) == 0
    assert not _mails(at_acme)
    with at_acme(hours=2):
        promotions.resume_promotion(promotion.id)
    assert run(promotion, NOON + timedelta(hours=2)) == 3


def test_stopped_in_the_middle_the_rest_is_told_when_it_goes_on(plan, run, crowd, at_acme, monkeypatch):
    promotion = plan()
    monkeypatch.setattr(sending, "BATCH", 1)
    real = sending._next_batch

    def stop_after(*args):
        batch = real(*args)
        with at_acme():
            if Promotion.objects.get().state == "sending":
                promotions.stop_promotion(promotion.id)
        return batch

    monkeypatch.setattr(sending, "_next_batch", stop_after)
    assert run(promotion) == 1
    monkeypatch.setattr(sending, "_next_batch", real)
    assert run(promotion) == 0
    with at_acme():
        promotions.resume_promotion(promotion.id)
    assert run(promotion) == 2
    assert len(_mails(at_acme)) == 3


def test_nobody_is_told_of_a_campaign_that_was_paused_meanwhile(plan, run, crowd, campaign, at_acme):
    promotion = plan(send_at=NOON + timedelta(hours=1))
    with at_acme():
        referrals.pause_campaign(campaign.id)
    assert run(promotion, NOON + timedelta(hours=1)) == 0
    with at_acme():
        found = Promotion.objects.get()
        assert (found.state, found.stopped_for) == ("stopped", "campaign")


def test_everyone_left_out_has_a_reason(campaign, crowd, ann, at_acme, plan, run, agree):
    with at_acme():
        record_customer(name="No Mail", phone="+447700900055")
        refused = ask_now(crowd[0].id, key="k")
        answer_ask(refused.id, answer="refused", reason="privacy")
        assert audience(campaign).left_out == {"no_address": 1, "no_consent": 1, "said_no": 1}
        assert (audience(campaign).chosen, audience(campaign).target) == (2, 5)
    run(plan())
    with at_acme(days=10):
        assert audience(campaign).left_out["told_lately"] == 2
    with at_acme(days=31):
        assert audience(campaign).chosen == 2


def test_target_and_segment_narrow_as_they_do_for_one(make_campaign, crowd, at_acme):
    with at_acme():
        Customer.objects.filter(id=crowd[0].id).update(stage="loyal")
        segment = create_segment(
            name="Loyal", conditions={"match": "all", "conditions": [{"fact": "stage", "op": "one_of", "value": ["loyal"]}]}
        )
    for target in ({}, {"stages": ["loyal"]}, {"tags": ["none"]}, {"tiers": ["none"]}):
        campaign = make_campaign(target=target)
        with at_acme():
            found = set(target_of(campaign).values_list("id", flat=True))
            assert found == {each.id for each in Customer.objects.all() if referrals.is_in_target(campaign, each)}, target
    open_to_all = make_campaign()
    with at_acme():
        assert list(target_of(open_to_all, segment)) == [crowd[0]]


def test_the_words_are_looked_at(plan, campaign, crowd, at_acme):
    def changed(**words):
        return TEXTS | {"en": TEXTS["en"] | words}

    for texts, refusal in (
        ({}, PromotionEmpty),
        (changed(body="Hello"), PromotionLinkMissing),
        (changed(body="{link} {price}"), PromotionPlaceUnknown),
        (changed(subject=" "), PromotionTextMissing),
        ({"en": TEXTS["en"]}, PromotionTextMissing),
        (changed(body="{link} recruit others and earn unlimited levels"), PromotionUnlawful),
    ):
        with pytest.raises(refusal):
            plan(texts)
    with at_acme():
        Campaign.objects.filter(id=campaign.id).update(is_wechat_safe=True)
    with pytest.raises(PromotionInducesSharing):
        plan(TEXTS | {"zh-hans": {"subject": "好友", "body": "分享到朋友圈即可领取红包 {link}"}})
    with at_acme():
        assert not Promotion.objects.exists() and not Job.objects.filter(kind="promotion").exists()


def test_a_campaign_that_is_not_open_is_not_told(make_campaign, crowd, ann, at_acme):
    draft = make_campaign(is_running=False)
    with at_acme():
        with pytest.raises(CampaignNotOpen):
            promotions.plan_promotion(draft.id, Wanted(texts=TEXTS))
        assert not Promotion.objects.exists()


def test_with_nobody_left_nothing_is_planned(plan, ann, at_acme):
    with pytest.raises(NobodyToTell):
        plan()


def test_what_came_of_it_is_counted(plan, run, crowd, campaign, refer, buy, at_acme):
    promotion = plan()
    run(promotion)
    with at_acme():
        code = referrals.code_for(campaign.id, crowd[0].id)
        referrals.record_touch(code.code, visitor="v")
    friend = refer(code, days=1)
    buy("P1", 5000, friend.referee_id, days=2)
    with at_acme(days=3):
        found = outcomes([promotion])[promotion.id]
    by_email = WayOutcome(told=3, opened=1, friends=1, buyers=1)
    assert found == Outcome(chosen=3, told=3, opened=1, friends=1, buyers=1, ways={"email": by_email})


def test_a_colleague_sees_it_first_in_their_own_mailbox(campaign, ann, gus, at_acme):
    with at_acme():
        code = promotions.planning.group_code(campaign, None)
        sent = promotions.send_promotion_test(campaign, TEXTS, member_id=gus.id, code=code, customer=ann)
        assert [(each.member_id, each.language) for each in sent] == [(gus.id, "en"), (gus.id, "zh-hans")]
        assert sent[0].body.startswith("Hello Ann Smith") and not PromotionReceiver.objects.exists()
        shown = promotions.shown_to(campaign, ann, TEXTS)
        assert shown.body.startswith("Hello Ann Smith") and shown.body.endswith("/r/········")


# --- groups ------------------------------------------------------------------------------------------------


def test_groups_are_posted_to_once_with_the_organisations_link(plan, run, vendor, at_acme, campaign):
    url = f"http://127.0.0.1:{vendor.server_port}/send?key=1"
    with at_acme():
        robot = add_robot(name="Regulars", kind="wecom", url=url)
    promotion = plan({}, robot_ids=[robot.id], group_text="{campaign}: {link}")
    assert run(promotion) == 0
    run(promotion)
    assert len(vendor.heard) == 1
    path, body = vendor.heard[0]
    with at_acme():
        code = Promotion.objects.get().code
        assert (path, body["msgtype"]) == ("/send?key=1", "text")
        assert body["text"]["content"].startswith("Bring a friend: http") and body["text"]["content"].endswith(code.code)
        assert (Promotion.objects.get().state, PromotionPost.objects.get().state) == ("done", "posted")


def test_a_group_that_refuses_is_named_and_not_tried_again(plan, run, vendor, at_acme):
    vendor.answer = {"errcode": 93000, "errmsg": "invalid webhook url"}
    with at_acme():
        robot = add_robot(name="Regulars", kind="wecom", url=f"http://127.0.0.1:{vendor.server_port}/")
    promotion = plan({}, robot_ids=[robot.id], group_text="{link}")
    run(promotion)
    run(promotion)
    with at_acme():
        post = PromotionPost.objects.get()
        assert (post.state, post.reason, len(vendor.heard)) == ("failed", "wrong_key", 1)
        assert post.answer == "93000 invalid webhook url"


def test_a_post_that_failed_is_made_again_on_demand_and_once(plan, run, vendor, acme, at_acme):
    vendor.answer = {"errcode": 45009, "errmsg": "api freq out of limit"}
    with at_acme():
        robot = add_robot(name="Regulars", kind="wecom", url=f"http://127.0.0.1:{vendor.server_port}/")
    promotion = plan({}, robot_ids=[robot.id], group_text="{link}")
    run(promotion)
    vendor.answer = {"errcode": 0}
    with at_acme():
        promotions.post_again(promotion.id, robot.id)
        with pytest.raises(PostNotFailed):
            promotions.post_again(promotion.id, robot.id)
        assert promotions.promotions_to_post_again() == [promotion.id]
    with at_acme(hours=10):  # at night
        assert promotions.promotions_to_post_again() == []
    assert promotions.post_waiting(acme.id, promotion.id) == 1
    assert promotions.post_waiting(acme.id, promotion.id) == 0
    with at_acme():
        post = PromotionPost.objects.get()
        assert (post.state, post.reason, post.answer, len(vendor.heard)) == ("posted", "", "", 2)
        with pytest.raises(PostNotFailed):
            promotions.post_again(promotion.id, robot.id)


def test_nothing_is_posted_again_for_a_campaign_that_is_over(plan, run, vendor, campaign, acme, at_acme):
    vendor.answer = {"errcode": 1}
    with at_acme():
        robot = add_robot(name="Regulars", kind="wecom", url=f"http://127.0.0.1:{vendor.server_port}/")
    promotion = plan({}, robot_ids=[robot.id], group_text="{link}")
    run(promotion)
    with at_acme():
        promotions.post_again(promotion.id, robot.id)
        referrals.pause_campaign(campaign.id)
    assert promotions.post_waiting(acme.id, promotion.id) == 0
    with at_acme():
        assert PromotionPost.objects.values_list("state", "reason").get() == ("failed", "campaign_over")
        with pytest.raises(CampaignNotOpen):
            promotions.post_again(promotion.id, robot.id)
    assert len(vendor.heard) == 1


def test_a_robots_address_is_sealed(at_acme, acme):
    from django.db import connection

    with at_acme():
        robot = add_robot(name="G", kind="feishu", url="https://open.feishu.cn/open-apis/bot/v2/hook/abc", secret="s3cret")
        with connection.cursor() as cursor:
            cursor.execute("SELECT url, secret FROM messaging_grouprobot WHERE id = %s", [robot.id])
            raw = b"".join(bytes(each) for each in cursor.fetchone())
        assert b"abc" not in raw and b"s3cret" not in raw
        assert GroupRobot.objects.get().secret == "s3cret"


def test_posts_are_signed_as_their_vendors_want():
    """Vectors computed with openssl dgst -sha256 -hmac, by the vendors' descriptions."""
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    url = "https://oapi.dingtalk.com/robot/send?access_token=T"
    address, _body = parcel("dingtalk", url, secret="S", text="x", now=now)
    signed = "&timestamp=1795176000000&sign=sY9sPt5Jb8I8faklpwVziRNIxunccS26PukxANvp69E%3D"
    assert address == url + signed
    _address, body = parcel("feishu", "u", secret="S", text="x", now=now)
    assert body == {
        "timestamp": "1795176000", "sign": "dYTPeka8MwEsMsZXCbmtepwsf5fYJNTsaYGhSJUHHxk=", "msg_type": "text",
        "content": {"text": "x"},
    }  # fmt: skip
