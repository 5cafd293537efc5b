"""The page on which customers are told of a campaign: plan, look, try, stop, and whose organisation it is."""

from datetime import timedelta

import pytest

from crm.models import Segment
from crm.operations import record_consent, record_customer
from messaging.models import GroupRobot, Message
from messaging.operations import add_robot, run_robot_tests
from referrals import operations as referring
from referrals.models import Promotion, PromotionPost
from referrals.operations import promotions as telling
from tenancy import door

ROBOT = "https://oapi.dingtalk.com/robot/send?access_token=t"


@pytest.fixture
def running(acme, gus):
    """A campaign that runs in the real present, and Ann's friend Fan, who agreed to offers."""
    with door.organisation(acme.id, actor=door.Actor("user", gus.user_id)):
        now = door.moment()
        campaign = referring.create_campaign(
            template="friend_coupon", name="Bring a friend", starts_at=now - timedelta(days=1),
            ends_at=now + timedelta(days=90), budget_limit_minor=100_000,
        )  # fmt: skip
        fan = record_customer(name="Fan One", email="fan@example.com", language="en")
        record_consent(
            fan.id, purpose="marketing", channel="email", is_granted=True, text_version="1", language="en", source="staff"
        )
        record_customer(name="Mute", phone="+447700900077")
        return referring.start_campaign(campaign.id)


def _filled(**more):
    texts = {"subject_en": "{campaign}", "body_en": "Hi {customer}: {link}", "subject_zh": "{campaign}",
             "body_zh": "{customer}：{link}"}  # fmt: skip
    return texts | {"ways": "email", "group_text": "{campaign} {link}"} | more


def test_the_page_says_who_is_told_and_who_is_not(running, gus, signed_in):
    html = signed_in(gus).get(f"/campaigns/{running.id}/promotion/").content.decode()
    assert "<strong>1</strong> customer would be told now." in html
    assert "<strong>1</strong> have no e-mail address" in html and "As Fan One would read it:" in html


def test_sending_plans_one_and_shows_it(running, gus, signed_in, acme):
    answer = signed_in(gus).post(f"/campaigns/{running.id}/promotion/", _filled(), follow=True)
    with door.organisation(acme.id):
        made = Promotion.objects.get()
    assert answer.redirect_chain == [(f"/campaigns/{running.id}/promotion/{made.id}/", 302)]
    assert made.texts["zh-hans"]["body"] == "{customer}：{link}"


def test_a_refusal_stands_at_its_field_and_plans_nothing(running, gus, signed_in, acme):
    answer = signed_in(gus).post(f"/campaigns/{running.id}/promotion/", _filled(body_en="no place for it"))
    assert answer.status_code == 422 and "The text needs {link}" in answer.content.decode()
    with door.organisation(acme.id):
        assert not Promotion.objects.exists()


def test_the_preview_follows_what_is_written_and_warns(running, gus, signed_in):
    told = _filled(body_en="Dear {customer}, share to your Moments to get a gift: {link}", subject_en="New words")
    html = signed_in(gus).post(f"/campaigns/{running.id}/promotion/preview/", told).content.decode()
    assert "Dear Fan One, share" in html and "WeChat blocks pages" in html


def test_a_test_goes_to_whoever_asks_for_it(running, gus, signed_in, acme):
    answer = signed_in(gus).post(f"/campaigns/{running.id}/promotion/test/", _filled(), HTTP_HX_REQUEST="true")
    assert answer.status_code == 204 and gus.user.email in answer["HX-Trigger"]
    with door.organisation(acme.id):
        mails = Message.objects.filter(kind="campaign_promotion")
        assert {mail.member_id for mail in mails} == {gus.id}
        assert {mail.body[:8] for mail in mails} == {"Hi Fan O", "Fan One："}
        assert mails.count() == 2 and not Promotion.objects.exists()


def test_a_text_to_post_by_hand_carries_a_link_and_a_qr_code(running, gus, signed_in):
    html = signed_in(gus).post(f"/campaigns/{running.id}/promotion/share/", _filled()).content.decode()
    assert "Bring a friend http" in html and ".svg" in html and "{link}" not in html


def test_one_that_waits_is_stopped_by_a_button(running, gus, signed_in, acme):
    with door.organisation(acme.id):
        wanted = telling.Wanted(texts=telling.default_texts(), send_at=door.moment() + timedelta(days=2))
        made = telling.plan_promotion(running.id, wanted)
    client, here = signed_in(gus), f"/campaigns/{running.id}/promotion/{made.id}/"
    assert "Stop this now?" in client.get(here).content.decode()
    client.post(f"{here}stop/")
    with door.organisation(acme.id):
        assert Promotion.objects.get().state == "stopped"
    client.post(f"{here}resume/")
    with door.organisation(acme.id):
        assert Promotion.objects.get().state == "waiting"


def test_another_organisation_finds_nothing(running, mallory, signed_in, acme):
    with door.organisation(acme.id):
        made = telling.plan_promotion(running.id, telling.Wanted(texts=telling.default_texts()))
    client = signed_in(mallory)
    for address in ("", "audience/", f"{made.id}/"):
        assert client.get(f"/campaigns/{running.id}/promotion/{address}").status_code == 404
    assert client.post(f"/campaigns/{running.id}/promotion/{made.id}/stop/").status_code == 404
    with door.organisation(acme.id):
        assert Promotion.objects.get().state == "waiting"


def test_a_robot_is_added_never_shown_and_forgotten(gus, signed_in, acme):
    client = signed_in(gus)
    client.post("/group-robots/", {"name": "Chat", "kind": "dingtalk", "url": ROBOT, "secret": "s3"})
    html = client.get("/group-robots/").content.decode()
    assert "Chat" in html and "access_token" not in html
    wrong = client.post("/group-robots/", {"name": "X", "kind": "wecom", "url": "https://evil.example/hook"})
    assert wrong.status_code == 422
    with door.organisation(acme.id):
        robot = GroupRobot.objects.get()
    client.post(f"/group-robots/{robot.id}/remove/")
    with door.organisation(acme.id):
        left = GroupRobot.objects.get()
        assert (left.is_active, left.url, left.secret) == (False, None, None)


def test_a_robot_is_tested_from_its_page_and_says_what_was_wrong(gus, signed_in, acme, vendor, client, api_key):
    vendor.answer = {"errcode": 93000, "errmsg": "invalid webhook url"}
    with door.organisation(acme.id):
        robot = add_robot(name="Chat", kind="wecom", url=f"http://127.0.0.1:{vendor.server_port}/")
    page = signed_in(gus)
    page.post(f"/group-robots/{robot.id}/test/")
    assert 'hx-trigger="every 2s"' in page.get("/group-robots/").content.decode() and not vendor.heard
    run_robot_tests(acme.id)
    html = page.get(f"/group-robots/{robot.id}/tested/").content.decode()
    assert "the robot was taken out of its group" in html and "93000 invalid webhook url" in html
    assert "hx-trigger" not in html
    shown = client.get("/api/v1/group-robots", **api_key()).json()["data"][0]
    assert (shown["test_state"], shown["test_reason"]) == ("failed", "wrong_key")
    assert client.post(f"/api/v1/group-robots/{robot.id}/test", **api_key()).json()["code"] == "robot_test_under_way"


def test_a_failed_post_is_made_again_from_its_page(running, gus, signed_in, acme, vendor):
    with door.organisation(acme.id):
        robot = add_robot(name="Chat", kind="wecom", url=f"http://127.0.0.1:{vendor.server_port}/")
        made = telling.plan_promotion(running.id, telling.Wanted(robot_ids=[robot.id], group_text="{link}"))
        Promotion.objects.update(state="done")
        PromotionPost.objects.update(state="failed", reason="too_fast", answer="45009 api freq out of limit")
    page, here = signed_in(gus), f"/campaigns/{running.id}/promotion/{made.id}/"
    html = page.get(here).content.decode()
    assert "Wait a few minutes" in html and "45009 api freq out of limit" in html and "Post again" in html
    page.post(f"{here}posts/{robot.id}/again/")
    assert "Post again" not in page.get(here).content.decode()
    telling.post_waiting(acme.id, made.id)
    with door.organisation(acme.id):
        assert PromotionPost.objects.get().state == "posted" and len(vendor.heard) == 1


def test_over_the_api(running, api_key, client, acme):
    key, here = api_key(), f"/api/v1/campaigns/{running.id}"
    assert client.get(f"{here}/audience", **key).json() == {
        "target": 2, "chosen": 1, "by_email": 1, "by_sms": 0, "left_out": {"no_address": 1},
    }  # fmt: skip
    words = {"subject": "S", "body": "{link}"}
    body = {"texts": {"en": words, "zh-hans": words}}
    sent = [
        client.post(f"{here}/promotions", body, content_type="application/json", HTTP_IDEMPOTENCY_KEY="k1", **key)
        for _ in range(2)
    ]
    assert [each.status_code for each in sent] == [201, 201] and sent[0].json()["id"] == sent[1].json()["id"]
    one = f"{here}/promotions/{sent[0].json()['id']}"
    assert client.post(f"{one}/stop", **key).json()["state"] == "stopped"
    assert client.get(one, **key).json()["sentence"] == "Nobody was told yet."
    assert client.get(f"{here}/audience?segment_id=nonsense", **key).status_code == 422
    with door.organisation(acme.id):
        assert Promotion.objects.count() == 1 and not Segment.objects.exists()
