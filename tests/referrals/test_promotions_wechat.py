"""A promotion to followers in WeChat: one text, who agreed, four a month, once; what WeChat said stands there."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.operations import record_consent, record_customer
from messaging.errors_wechat import UnknownWechatAccount
from messaging.models import WechatFollower
from messaging.operations.wechat import take_push
from messaging.wechat.callbacks import Push
from referrals import operations as referring
from referrals.errors import PostNotFailed, PromotionEmpty, PromotionTextMissing
from referrals.models import FollowerPost, FollowerPostReceiver, Promotion
from referrals.operations.promotions import (
    Wanted,
    followers_again,
    plan_promotion,
    post_to_followers,
    run_promotion,
    would_get,
)
from tenancy import door
from tests.conftest import NOON

SEND = "/cgi-bin/message/mass/send"
TEXT = "{campaign} @ {organisation}: {link}"


@pytest.fixture
def campaign(acme, at_acme, gus):
    with at_acme():
        draft = referring.create_campaign(
            template="friend_coupon", name="Spring", starts_at=NOON - timedelta(days=1), ends_at=NOON + timedelta(days=90),
            budget_limit_minor=100_000,
        )  # fmt: skip
        return referring.start_campaign(draft.id)


@pytest.fixture
def followers(at_acme, wechat_account):
    """Three customers who follow and agreed, one who follows and did not, one who left, one who never followed."""
    people = {}
    with at_acme():
        for name, agrees, stays in (
            ("Ann", 1, 1),
            ("Bea", 1, 1),
            ("Cleo", 1, 1),
            ("Dan", 0, 1),
            ("Eve", 1, 0),
            ("Fay", 1, None),
        ):
            people[name] = record_customer(name=name, email=f"{name.lower()}@example.com")
            if stays is not None:
                WechatFollower.objects.create(
                    account=wechat_account, customer=people[name], openid=f"o{name}", followed_at=door.moment(),
                    bound_at=door.moment(), told_at=timezone.now(), unfollowed_at=None if stays else door.moment(),
                )  # fmt: skip
            if agrees:
                record_consent(
                    people[name].id, purpose="marketing", channel="wechat", is_granted=True, text_version="1",
                    language="en", source="member centre",
                )  # fmt: skip
    return people


@pytest.fixture
def told(acme, at_acme, campaign, followers, run_at):
    """Tell followers of the campaign: told(days=1) gives the promotion."""

    def tell(**later) -> Promotion:
        with at_acme(**later):
            made = plan_promotion(campaign.id, Wanted(group_text=TEXT, to_followers=True))
        run_at(made, **later)
        return made

    return tell


@pytest.fixture
def run_at(acme):
    """Let the worker come, on the organisation's own clock: at noon, so many days later."""

    def run(promotion, **later):
        acme.clock_offset = NOON + timedelta(**later, minutes=1) - timezone.now()
        with door.organisation(acme.id):
            acme.save(update_fields=["clock_offset"])
        run_promotion(acme.id, promotion.id)

    return run


def post_of(at_acme, promotion) -> FollowerPost:
    with at_acme():
        return FollowerPost.objects.get(promotion=promotion)


def test_who_follows_and_agreed_gets_one_text_with_the_groups_link(acme, at_acme, told, wechat):
    made = told()
    (body,) = wechat.calls(SEND)
    post = post_of(at_acme, made)
    assert sorted(body["touser"]) == ["oAnn", "oBea", "oCleo"]
    assert body["text"]["content"].startswith("Spring @ Acme: ") and body["text"]["content"].endswith(made.code.code)
    assert body["clientmsgid"] == post.id.hex
    assert (post.state, post.chosen, post.message_id) == ("posted", 3, "34182")
    assert post.left_out == {"no_wechat_consent": 1}
    with at_acme():
        assert Promotion.objects.get().state == "done" and FollowerPostReceiver.objects.count() == 3


def test_nobody_gets_it_twice(acme, told, run_at, wechat):
    made = told()
    run_at(made)
    post_to_followers(acme.id, made.id)
    assert len(wechat.calls(SEND)) == 1


def test_four_times_a_month_and_again_in_the_next(at_acme, campaign, told, wechat):
    for day in range(4):
        told(days=day)
    with at_acme(days=4):
        counted = would_get(campaign)
    assert (counted.chosen, counted.left_out) == (0, {"month_used_up": 3, "no_wechat_consent": 1})
    fifth = told(days=4)
    assert len(wechat.calls(SEND)) == 4
    assert (post_of(at_acme, fifth).state, post_of(at_acme, fifth).reason) == ("failed", "too_few")
    told(days=12)  # the second of December
    assert len(wechat.calls(SEND)) == 5


def test_what_wechat_refuses_counts_for_nobodys_month_and_can_be_sent_again(acme, at_acme, told, run_at, wechat):
    wechat.says[SEND] = [{"errcode": 48001, "errmsg": "api unauthorized"}]
    made = told()
    post = post_of(at_acme, made)
    assert (post.state, post.reason, post.answer) == ("failed", "not_verified", "48001 api unauthorized")
    with at_acme():
        assert not FollowerPostReceiver.objects.exists()
        followers_again(made.id)
    assert post_to_followers(acme.id, made.id) == 1
    assert post_of(at_acme, made).state == "posted"
    with at_acme(), pytest.raises(PostNotFailed):
        followers_again(made.id)


def test_one_that_a_worker_died_with_is_not_sent_by_another(acme, at_acme, campaign, followers, wechat):
    with at_acme():
        made = plan_promotion(campaign.id, Wanted(group_text=TEXT, to_followers=True))
        FollowerPost.objects.update(state="posting")
    assert post_to_followers(acme.id, made.id) == 0 and not wechat.calls(SEND)


def test_more_than_wechat_takes_at_once_go_in_parts(at_acme, told, wechat, monkeypatch):
    monkeypatch.setattr("referrals.operations.promotions.followers.MOST_AT_ONCE", 2)
    made = told()
    with at_acme():
        parts = list(FollowerPost.objects.filter(promotion=made).order_by("part").values_list("part", "state", "chosen"))
    assert parts == [(1, "posted", 2), (2, "failed", 1)]  # a last one alone is not sent to
    assert [len(body["touser"]) for body in wechat.calls(SEND)] == [2]


def test_wechat_tells_how_many_it_reached(acme, at_acme, told, wechat_account, drained):
    made = told()
    push = Push("MASSSENDJOBFINISH", "oWeChat", timezone.now(), message_id="34182", status="send success", arrived=2)
    for _again in range(2):
        with door.organisation(acme.id):
            take_push(wechat_account, push)
        drained(acme)
    assert post_of(at_acme, made).arrived == 2


def test_what_cannot_be_is_refused(at_acme, globex, campaign, acme):
    with at_acme():
        with pytest.raises(UnknownWechatAccount):
            plan_promotion(campaign.id, Wanted(group_text=TEXT, to_followers=True))
        with pytest.raises(PromotionEmpty):
            plan_promotion(campaign.id, Wanted(group_text=TEXT))
        assert not Promotion.objects.exists()


def test_a_text_is_needed(at_acme, campaign, followers):
    with at_acme(), pytest.raises(PromotionTextMissing):
        plan_promotion(campaign.id, Wanted(group_text=" ", to_followers=True))


def test_the_page_says_beforehand_who_would_get_it_and_afterwards_who_did(
    acme, at_acme, campaign, followers, gus, signed_in, run_at, wechat
):
    acme.clock_offset = NOON - timezone.now()
    with door.organisation(acme.id):
        acme.save(update_fields=["clock_offset"])
    browser, page = signed_in(gus), f"/campaigns/{campaign.id}/promotion/"
    html = browser.get(page).content.decode()
    assert "3 followers who agreed to offers in WeChat would get it now." in html
    assert "1 follow, and have not agreed to offers in WeChat" in html
    answer = browser.post(page, {"ways": "", "group_text": TEXT, "to_followers": "on"})
    with at_acme():
        made = Promotion.objects.get()
    assert answer.status_code == 302
    run_at(made)
    html = browser.get(answer.url).content.decode()
    assert "3 followers" in html and "Followers in WeChat" in html
