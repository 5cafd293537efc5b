"""Messages over WeChat: once, to who follows, by e-mail where WeChat fails, and never to another organisation's follower."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from crm.operations import record_consent
from messaging import texts
from messaging.models import Message, WechatAccount, WechatFollower
from messaging.operations import notify, retry_failed, send_due
from messaging.operations.wechat import (
    ToldTooEarly,
    remove_account,
    save_template,
    send_due_over_wechat,
    settle_lost,
    take_push,
)
from messaging.rules import Amount
from messaging.tasks import send_due_messages
from messaging.wechat.callbacks import Push
from tenancy import door

SEND = "/cgi-bin/message/template/send"
FIELDS = {"thing1": "{reason_title}", "amount2": "{reward}", "time3": "{today}"}
CASH = {
    "reward": Amount("cash", "GBP", 1250),
    "reason_title": texts.REASON_TITLES["referrer"],
    "reason": texts.REASONS["referrer"],
}
POINTS = CASH | {"reward": Amount("points", "POINT", 200)}


@pytest.fixture
def follower(at_acme, ann, wechat_account):
    """Ann follows acme's account, over which settled rewards go in place of the e-mail."""
    with at_acme():
        save_template(kind="reward_settled", template_id="TPL_settled_1", fields=FIELDS, use="instead")
        return WechatFollower.objects.create(
            account=wechat_account, customer=ann, openid="oAnn", followed_at=door.moment(), bound_at=door.moment(),
            told_at=timezone.now(),
        )  # fmt: skip


@pytest.fixture
def tell(acme, at_acme, ann, follower):
    """Tell Ann of a reward: tell(key="r2", **CASH)."""

    def tell_of(key="r1", customer=ann, **facts):
        with at_acme():
            notify(kind="reward_settled", key=key, customer_id=customer.id, context=facts or CASH)

    return tell_of


def states(organisation, key="r1") -> dict[str, tuple[str, str]]:
    with door.organisation(organisation.id):
        return {m.channel: (m.state, m.reason) for m in Message.objects.filter(key=key)}


def over_wechat(organisation, key="r1") -> Message:
    with door.organisation(organisation.id):
        return Message.objects.get(key=key, channel="wechat")


def arrived(account, status="success", reference="200228332"):
    push = Push("TEMPLATESENDJOBFINISH", "oAnn", timezone.now(), message_id=reference, status=status)
    with door.organisation(account.organisation_id):
        take_push(account, push)


def test_a_reward_is_told_in_wechat_and_the_email_waits(acme, tell, wechat):
    tell()
    assert states(acme) == {"in_app": ("sent", ""), "email": ("skipped", "by_wechat"), "wechat": ("queued", "")}
    assert send_due_over_wechat(acme.id) == 1 and send_due_over_wechat(acme.id) == 0
    (body,) = wechat.calls(SEND)
    assert (body["touser"], body["template_id"]) == ("oAnn", "TPL_settled_1")
    assert body["data"] == {
        "thing1": {"value": "For introducing a f…"}, "amount2": {"value": "£12.50"},
        "time3": {"value": "2026年11月20日 12:00"},
    }  # fmt: skip
    assert body["url"].endswith(f"/o/{acme.slug}/member/")
    sent = over_wechat(acme)
    assert (sent.state, sent.vendor_reference, sent.address) == ("sent", "200228332", "")
    assert body["client_msg_id"] == sent.id.hex
    assert send_due(acme.id) == 0


def test_it_goes_besides_the_email_where_that_is_wanted(acme, at_acme, tell):
    with at_acme():
        save_template(kind="reward_settled", template_id="TPL_settled_1", fields=FIELDS, use="also")
    tell()
    assert states(acme) == {"in_app": ("sent", ""), "email": ("queued", ""), "wechat": ("queued", "")}
    with at_acme():
        save_template(kind="reward_settled", template_id="TPL_settled_1", fields=FIELDS, use="off")
    tell("r2")
    assert states(acme, "r2") == {"in_app": ("sent", ""), "email": ("queued", "")}


def test_what_does_not_fit_goes_by_email(acme, tell):
    tell(**POINTS)
    assert states(acme) == {"in_app": ("sent", ""), "email": ("queued", ""), "wechat": ("skipped", "does_not_fit")}
    assert over_wechat(acme).answer == "amount2: no_money"


def test_who_does_not_follow_gets_an_email(acme, bea, tell, at_acme):
    tell("b1", customer=bea)
    assert states(acme, "b1") == {"in_app": ("sent", ""), "email": ("queued", "")}


def test_who_left_before_it_was_sent_gets_an_email(acme, at_acme, tell, wechat):
    tell()
    with at_acme():
        WechatFollower.objects.update(unfollowed_at=door.moment())
    assert send_due_over_wechat(acme.id) == 0 and not wechat.calls(SEND)
    assert states(acme) == {"in_app": ("sent", ""), "email": ("queued", ""), "wechat": ("skipped", "not_following")}


def test_who_left_unheard_gets_an_email_and_nothing_more_over_wechat(acme, at_acme, tell, wechat):
    tell()
    wechat.says[SEND] = [{"errcode": 43004, "errmsg": "require subscribe"}]
    assert send_due_over_wechat(acme.id) == 0
    assert states(acme)["wechat"] == ("failed", "not_following") and states(acme)["email"] == ("queued", "")
    tell("r2")
    assert "wechat" not in states(acme, "r2")


def test_a_removed_account_lets_the_emails_go(acme, at_acme, tell, wechat):
    tell()
    with at_acme():
        remove_account()
    send_due_over_wechat(acme.id)
    assert states(acme) == {"in_app": ("sent", ""), "email": ("queued", ""), "wechat": ("skipped", "removed")}


def test_a_wrong_template_fails_at_once_and_a_busy_wechat_is_asked_again(acme, tell, wechat):
    tell()
    wechat.says[SEND] = [{"errcode": -1, "errmsg": "system error"}, {"errcode": 40037, "errmsg": "invalid template_id"}]
    send_due_over_wechat(acme.id)
    busy = over_wechat(acme)
    assert (busy.state, busy.reason, busy.attempts) == ("queued", "busy", 1) and busy.due_at > timezone.now()
    with door.organisation(acme.id):
        Message.objects.filter(id=busy.id).update(due_at=timezone.now())
    send_due_over_wechat(acme.id)
    failed = over_wechat(acme)
    assert (failed.state, failed.reason, failed.answer) == ("failed", "wrong_template", "40037 invalid template_id")
    assert states(acme)["email"] == ("queued", "")
    with door.organisation(acme.id):
        retry_failed(failed.id)
    assert send_due_over_wechat(acme.id) == 1


def test_receipts_say_whether_it_arrived(acme, tell, wechat_account):
    tell()
    send_due_over_wechat(acme.id)
    arrived(wechat_account)
    first = over_wechat(acme)
    assert first.delivered_at is not None and first.state == "sent"
    arrived(wechat_account, "failed:user block")
    assert over_wechat(acme).state == "sent"  # the first word counts


@pytest.mark.parametrize(
    ("status", "reason"), [("failed:user block", "user_block"), ("failed: system failed", "system_failed")]
)
def test_what_did_not_arrive_goes_by_email(acme, tell, wechat_account, status, reason):
    tell()
    send_due_over_wechat(acme.id)
    arrived(wechat_account, status)
    arrived(wechat_account, status)
    assert states(acme) == {"in_app": ("sent", ""), "email": ("queued", ""), "wechat": ("failed", reason)}


def test_a_receipt_that_is_faster_than_our_note_is_pushed_again(acme, at_acme, tell, wechat_account):
    arrived(wechat_account, reference="1")  # of another program
    tell()
    with at_acme():
        Message.objects.filter(channel="wechat").update(state="sending")
    with pytest.raises(ToldTooEarly):
        arrived(wechat_account, reference="1")


def _died(acme, minutes_ago: float):
    with door.organisation(acme.id):
        Message.objects.filter(channel="wechat").update(
            state="sending", attempts=1, due_at=timezone.now() - timedelta(minutes=minutes_ago - 5)
        )


def test_a_worker_that_died_is_made_up_for_while_wechat_knows_repetitions(acme, tell, wechat):
    tell()
    with door.organisation(acme.id):
        mark = Message.objects.get(channel="wechat").id.hex
    wechat.sent[mark] = 4711  # it went out before the worker died
    _died(acme, 6)
    assert settle_lost(acme.id) == 1 and send_due_over_wechat(acme.id) == 1
    assert over_wechat(acme).vendor_reference == "4711" and wechat.sent == {mark: 4711}


@pytest.mark.parametrize("minutes", [9.5, 60])
def test_later_nobody_repeats_it(acme, tell, wechat, minutes):
    tell()
    _died(acme, minutes)
    assert settle_lost(acme.id) == 0 and send_due_over_wechat(acme.id) == 0
    assert states(acme)["wechat"] == ("uncertain", "timeout") and not wechat.calls(SEND)


def test_a_receipt_that_names_no_message_changes_none(acme, at_acme, tell, wechat_account):
    with at_acme():
        WechatAccount.objects.update(base_url="")  # as in the demo, where nothing has a number of WeChat's
    tell()
    send_due_over_wechat(acme.id)
    arrived(wechat_account, reference="")
    assert over_wechat(acme).delivered_at is None


def test_what_waited_too_long_for_its_repetition_is_not_repeated(acme, tell, wechat):
    tell()
    _died(acme, 6)
    settle_lost(acme.id)
    with door.organisation(acme.id):
        Message.objects.filter(channel="wechat").update(due_at=timezone.now() - timedelta(minutes=8.6))
    assert send_due_over_wechat(acme.id) == 0 and states(acme)["wechat"][0] == "uncertain"


def test_reminders_can_be_switched_off_for_wechat_alone(acme, at_acme, ann, follower):
    with at_acme():
        save_template(kind="points_expiring", template_id="TPL_expiring", fields={"number1": "{points}"})
        record_consent(
            ann.id, purpose="reminders", channel="wechat", is_granted=False, text_version="1", language="en", source="staff"
        )
        notify(kind="points_expiring", key="r1", customer_id=ann.id, context=texts.examples("Acme"))
    assert states(acme) == {"in_app": ("sent", ""), "email": ("queued", ""), "wechat": ("skipped", "switched_off")}


def test_in_the_demo_nothing_leaves_the_house(acme, at_acme, tell, wechat):
    with at_acme():
        WechatAccount.objects.update(base_url="")
    tell()
    assert send_due_messages(str(acme.id)) == 1
    assert states(acme)["wechat"] == ("sent", "") and not wechat.heard


def test_two_organisations(acme, globex, tell, wechat):
    tell()
    assert send_due_over_wechat(globex.id) == 0 and not wechat.heard
    with door.organisation(globex.id):
        assert not Message.objects.exists() and not WechatFollower.objects.exists()
    assert send_due_over_wechat(acme.id) == 1


def test_a_push_over_http_tells_of_arrival(acme, client, tell, wechat, wechat_account):
    tell()
    send_due_over_wechat(acme.id)
    answer = wechat.push(
        client, f"/o/{acme.slug}/wechat/{wechat_account.id}", wechat_account, Event="TEMPLATESENDJOBFINISH",
        FromUserName="oAnn", MsgID="200228332", Status="success", at=int(time.time()),
    )  # fmt: skip
    assert answer.content == b"success" and over_wechat(acme).delivered_at is not None
