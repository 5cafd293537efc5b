"""WeChat is asked with a token that is fetched once, renewed once, and never by two workers at a time."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone, translation

from messaging.models import WechatAccount
from messaging.operations.wechat.tokens import asked, let_in
from messaging.wechat import answers, client, words
from messaging.wechat.answers import judged
from tests.fake_wechat import APP_ID, SECRET

TOKEN, SEND, CODE = "/cgi-bin/stable_token", "/cgi-bin/message/template/send", "/cgi-bin/qrcode/create"


def _send(base_url, token, mark="m1"):
    return client.send_template(
        base_url=base_url, token=token, openid="oAnn", template_id="T1", fields={"thing1": "积分到账"},
        link="https://example.com/m", mark=mark,
    )  # fmt: skip


def test_one_token_serves_many_calls(acme, wechat, wechat_account):
    assert asked(acme.id, wechat_account.id, _send).told["msgid"] == 200228332
    assert asked(acme.id, wechat_account.id, _send).is_taken
    assert len(wechat.calls(TOKEN)) == 1
    assert wechat.calls(TOKEN)[0] == {
        "grant_type": "client_credential", "appid": APP_ID, "secret": SECRET, "force_refresh": False,
    }  # fmt: skip
    assert wechat.calls(SEND)[0] == {
        "touser": "oAnn", "template_id": "T1", "client_msg_id": "m1", "url": "https://example.com/m",
        "data": {"thing1": {"value": "积分到账"}},
    }  # fmt: skip


def test_the_token_is_sealed_and_fetched_again_when_it_ends(acme, at_acme, wechat, wechat_account):
    asked(acme.id, wechat_account.id, _send)
    with at_acme():
        kept = WechatAccount.objects.get()
        assert kept.access_token == "token-1"
        assert timedelta(minutes=114) < kept.token_ends_at - timezone.now() < timedelta(minutes=116)
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT access_token, secret, aes_key FROM messaging_wechataccount WHERE id = %s", [str(kept.id)])
            assert not any(b"token-1" in bytes(value) or SECRET.encode() in bytes(value) for value in cursor.fetchone())
        WechatAccount.objects.update(token_ends_at=timezone.now())
    asked(acme.id, wechat_account.id, _send)
    assert len(wechat.calls(TOKEN)) == 2


def test_a_token_that_wechat_ended_is_renewed_once(acme, wechat, wechat_account):
    asked(acme.id, wechat_account.id, _send)
    wechat.alive = "token-of-somebody-else"
    assert asked(acme.id, wechat_account.id, _send).is_taken
    assert [body["force_refresh"] for body in wechat.calls(TOKEN)] == [False, False]


def test_a_token_that_wechat_keeps_giving_and_refusing_is_forced_anew(acme, wechat, wechat_account):
    wechat.says[SEND] = [{"errcode": 42001, "errmsg": "access_token expired"}]
    assert asked(acme.id, wechat_account.id, _send).is_taken
    assert [body["force_refresh"] for body in wechat.calls(TOKEN)] == [False, False, True]
    wechat.says[SEND] = [{"errcode": 40001, "errmsg": "invalid credential"}] * 2
    refused = asked(acme.id, wechat_account.id, _send)
    assert (refused.is_taken, refused.error, refused.is_passing) == (False, "stale_token", True)
    assert not wechat.says[SEND]


def test_ten_workers_fetch_one_token(acme, wechat, wechat_account):
    def work(number):
        try:
            return asked(acme.id, wechat_account.id, lambda base_url, token: _send(base_url, token, f"m{number}")).is_taken
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        assert all(pool.map(work, range(10)))
    assert len(wechat.calls(TOKEN)) == 1 and len(wechat.sent) == 10


def test_the_same_mark_is_sent_once(acme, wechat, wechat_account):
    first, again = (asked(acme.id, wechat_account.id, _send).told["msgid"] for _ in range(2))
    assert first == again and len(wechat.sent) == 1


def test_many_are_sent_one_text(acme, wechat, wechat_account):
    def send(base_url, token):
        return client.send_to_many(base_url=base_url, token=token, openids=["oAnn", "oBea"], text="开业啦", mark="p1")

    first, again = asked(acme.id, wechat_account.id, send), asked(acme.id, wechat_account.id, send)
    assert first.is_taken and again.is_taken and again.error == "already_sent"
    assert first.told["msg_id"] == again.told["msg_id"]
    assert wechat.calls("/cgi-bin/message/mass/send")[0] == {
        "touser": ["oAnn", "oBea"], "msgtype": "text", "text": {"content": "开业啦"}, "clientmsgid": "p1",
    }  # fmt: skip


def test_a_refused_account_is_told_why(acme, at_acme, wechat, wechat_account):
    wechat.says[TOKEN] = [{"errcode": 40164, "errmsg": "invalid ip 203.0.113.9, not in whitelist"}]
    answer = let_in(acme.id, wechat_account.id)
    assert (answer.error, answer.said) == ("ip_refused", "40164 invalid ip 203.0.113.9, not in whitelist")
    with at_acme():
        WechatAccount.objects.update(is_active=False)
    assert let_in(acme.id, wechat_account.id).error == asked(acme.id, wechat_account.id, _send).error == "removed"


def test_wechat_is_called_nowhere_else():
    told = {"app_id": APP_ID, "secret": SECRET}
    for stranger in ("https://example.com", "http://10.0.0.1", "https://api.weixin.qq.com.example.com"):
        assert client.fetch_token(base_url=stranger, **told).error == "address_refused"
    assert client.fetch_token(base_url="http://127.0.0.1:9", **told).error == "no_connection"


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (-1, "busy"), (40013, "wrong_app_id"), (40125, "wrong_secret"), (40164, "ip_refused"), (43004, "not_following"),
        (40037, "wrong_template"), (47003, "wrong_fields"), (45009, "quota"), (50002, "punished"), (48001, "not_verified"),
        (99999, "refused"),
    ],
)  # fmt: skip
def test_what_wechat_answers_has_a_cause_and_a_remedy(code, cause):
    answer = judged(200, json.dumps({"errcode": code, "errmsg": "words"}).encode())
    assert (answer.is_taken, answer.error, answer.said) == (False, cause, f"{code} words")
    with translation.override("en"):
        assert words.why_not(cause).endswith(".")


def test_every_cause_has_its_words():
    causes = {*answers._CAUSES.values(), *answers._PASSING, "no_answer", "address_refused", "removed", "refused"}
    assert causes <= set(words.WHY)
    assert judged(200, b'{"errcode": 40001}').error == "wrong_secret"
    assert judged(200, b'{"errcode": 40001}', has_token=True).error == "stale_token"
    assert [judged(status, b"oops").error for status in (200, 429, 502)] == ["no_answer", "too_fast", "busy"]
    assert not judged(500, b'{"errcode": 0}').is_taken and not judged(200, b"[]").is_taken
