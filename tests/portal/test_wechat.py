"""A member follows the official account: code, scan, pushes, leaving; and what is no push of WeChat's."""

import time

import pytest

from crm.operations import record_customer
from crm.queries import has_consented, wants_reminders
from messaging.models import WechatAccount, WechatCode, WechatFollower
from messaging.operations.wechat import ask_for_code, make_codes, remove_account, save_account, unbind
from messaging.wechat import callbacks
from messaging.wechat_queries import openids, wechat_counts
from tenancy import door
from tenancy.models import AuditRecord
from tests.fake_wechat import APP_ID, SECRET, xml

WECHAT_PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8.0.54 Language/zh_CN"
SCENES = "/cgi-bin/qrcode/create"


@pytest.fixture
def pushed(acme, client, wechat, wechat_account):
    """Let WeChat push to acme: pushed(Event="subscribe", FromUserName="oAnn")."""

    def push(**facts):
        return wechat.push(client, f"/o/{acme.slug}/wechat/{wechat_account.id}", wechat_account, **facts)

    return push


@pytest.fixture
def scene(acme, ann, here, wechat, wechat_account) -> str:
    """What the QR code made for ann tells WeChat."""
    with here():
        ask_for_code(ann.id)
    assert make_codes(acme.id) == 1
    return wechat.calls(SCENES)[-1]["action_info"]["scene"]["scene_str"]


def followers(organisation) -> dict[str, tuple]:
    with door.organisation(organisation.id):
        rows = WechatFollower.objects.select_related("customer").order_by("openid")
        return {row.openid: (row.customer and row.customer.name, row.unfollowed_at is None) for row in rows}


def test_from_the_member_centre_to_the_bound_wechat(acme, ann, member, wechat, wechat_account, pushed):
    browser, page = member("ann@example.com"), f"/o/{acme.slug}/member/wechat"
    assert "Follow us on WeChat" in browser.get(f"/o/{acme.slug}/member/").content.decode()
    assert "Follow us on WeChat" in browser.get(f"/o/{acme.slug}/member/preferences").content.decode()
    assert browser.get(f"{page}/state").content == b"none" and browser.get(f"{page}/code.png").status_code == 404

    assert browser.post(page)["Location"] == page
    assert browser.get(f"{page}/state").content == b"waiting"
    make_codes(acme.id)
    html = browser.get(page).content.decode()
    assert "Scan the code with WeChat." in html and 'data-state="ready"' in html
    picture = browser.get(f"{page}/code.png")
    assert picture["Content-Type"] == "image/png" and picture["Cache-Control"].startswith("max-age=0")
    told = wechat.calls(SCENES)[0]
    assert told["expire_seconds"] == 1800
    scene = told["action_info"]["scene"]["scene_str"]
    assert str(ann.id) not in scene and "ann" not in scene.lower()[:3]

    answer = pushed(Event="subscribe", EventKey=f"qrscene_{scene}", FromUserName="oAnn")
    assert (answer.status_code, answer.content) == (200, b"success")
    assert browser.get(f"{page}/state").content == b"bound"
    assert "Your WeChat has been connected since" in browser.get(page).content.decode()
    assert "Follow us on WeChat" not in browser.get(f"/o/{acme.slug}/member/").content.decode()
    assert browser.get(f"{page}/code.png").status_code == 404

    assert browser.post(f"{page}/disconnect").status_code == 302
    assert followers(acme) == {"oAnn": (None, True)}
    assert browser.post(f"{page}/disconnect").status_code == 409


def test_in_wechat_the_code_is_pressed_long(acme, ann, member, scene):
    browser = member("ann@example.com", HTTP_USER_AGENT=WECHAT_PHONE)
    assert "Press the code long" in browser.get(f"/o/{acme.slug}/member/wechat").content.decode()


def test_what_is_kept_of_a_code_binds_nobody(acme, here, scene):
    with here():
        kept = WechatCode.objects.get()
        assert kept.scene_hash and scene not in (kept.scene_hash, kept.url)


def test_the_same_push_again_changes_nothing(acme, here, scene, pushed):
    stamp = int(time.time())
    for _again in range(3):
        pushed(Event="subscribe", EventKey=f"qrscene_{scene}", FromUserName="oAnn", at=stamp)
    assert followers(acme) == {"oAnn": ("Ann Smith", True)}
    with here():
        assert AuditRecord.objects.filter(action="wechat.bound").count() == 1
        assert WechatCode.objects.get().state == "used" and WechatCode.objects.get().url is None


def test_a_code_counts_once_and_for_half_an_hour(acme, scene, pushed, move_clock, here, ann, wechat):
    pushed(Event="SCAN", EventKey=scene, FromUserName="oAnn")
    pushed(Event="SCAN", EventKey=scene, FromUserName="oMallory")
    assert followers(acme) == {"oAnn": ("Ann Smith", True), "oMallory": (None, True)}
    with here():
        ask_for_code(ann.id)
    make_codes(acme.id)
    move_clock(minutes=30)
    pushed(Event="SCAN", EventKey=wechat.calls(SCENES)[-1]["action_info"]["scene"]["scene_str"], FromUserName="oLate")
    assert followers(acme)["oLate"] == (None, True)


def test_another_wechat_takes_the_place_of_the_first(acme, here, ann, scene, pushed, wechat):
    pushed(Event="SCAN", EventKey=scene, FromUserName="oOld")
    with here():
        ask_for_code(ann.id)
    make_codes(acme.id)
    pushed(Event="SCAN", EventKey=wechat.calls(SCENES)[-1]["action_info"]["scene"]["scene_str"], FromUserName="oNew")
    assert followers(acme) == {"oOld": (None, True), "oNew": ("Ann Smith", True)}
    with here():
        assert openids([ann.id]) == {ann.id: "oNew"}


def test_who_leaves_is_not_written_to_until_they_come_back(acme, here, ann, scene, pushed, wechat_account, member):
    now = int(time.time())
    pushed(Event="subscribe", EventKey=f"qrscene_{scene}", FromUserName="oAnn", at=now)
    pushed(Event="unsubscribe", FromUserName="oAnn", at=now + 5)
    pushed(Event="subscribe", EventKey=f"qrscene_{scene}", FromUserName="oAnn", at=now)  # came late
    assert followers(acme) == {"oAnn": ("Ann Smith", False)}
    with here():
        assert openids([ann.id]) == {} and wechat_counts(wechat_account) == {"following": 0, "bound": 0}
    assert "You do not follow our account any more" in member("ann@example.com").get(
        f"/o/{acme.slug}/member/wechat"
    ).content.decode()  # fmt: skip
    pushed(Event="subscribe", FromUserName="oAnn", at=now + 9)
    with here():
        assert openids([ann.id]) == {ann.id: "oAnn"} and wechat_counts(wechat_account) == {"following": 1, "bound": 1}


def test_plain_pushes_and_other_news_are_taken(acme, here, scene, pushed):
    assert pushed(is_plain=True, Event="subscribe", EventKey=f"qrscene_{scene}", FromUserName="oAnn").content == b"success"
    assert pushed(is_plain=True, Event="LOCATION", FromUserName="oBea").content == b"success"
    assert pushed(Event="unsubscribe", FromUserName="oNobody").content == b"success"
    assert followers(acme) == {"oAnn": ("Ann Smith", True)}
    with here():
        assert WechatAccount.objects.get().heard_at is not None


def test_the_console_greets_us(acme, client, wechat_account):
    stamp = str(int(time.time()))
    sign = callbacks.signature(wechat_account.callback_token, stamp, "n")
    address, asked = f"/o/{acme.slug}/wechat/{wechat_account.id}", {"timestamp": stamp, "nonce": "n", "echostr": "59<b>"}
    answer = client.get(address, asked | {"signature": sign})
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"59<b>", "text/plain; charset=utf-8")
    assert client.get(address, asked | {"signature": "0" * 40}).status_code == 403
    assert client.get(address).status_code == 403


def test_what_is_not_signed_changes_nothing(acme, client, scene, wechat_account, phone):
    body = xml(Event="SCAN", EventKey=scene, FromUserName="oEve", MsgType="event", CreateTime=int(time.time()))
    stranger, address = phone(), f"/o/{acme.slug}/wechat/{wechat_account.id}"
    for _try in range(60):
        assert stranger.post(address, body, content_type="text/xml").status_code == 403
    assert stranger.post(address, body, content_type="text/xml").status_code == 429
    assert client.post(address, b"x" * 70_000, content_type="text/xml").status_code == 413
    assert followers(acme) == {}


def test_two_organisations_know_nothing_of_each_other(acme, globex, here, client, scene, pushed, wechat, wechat_account):
    with door.organisation(globex.id):
        other = save_account(name="Globex", app_id=APP_ID, secret=SECRET, base_url=wechat.base_url)
        record_customer(name="Gil", email="gil@example.com")
    assert wechat.push(
        client, f"/o/{globex.slug}/wechat/{other.id}", other, Event="SCAN", EventKey=scene, FromUserName="oEve"
    ).content == b"success"  # fmt: skip
    assert followers(acme) == {} and followers(globex) == {"oEve": (None, True)}
    for wrong in (f"/o/{globex.slug}/wechat/{wechat_account.id}", f"/o/{acme.slug}/wechat/{other.id}"):
        assert wechat.push(client, wrong, wechat_account, Event="SCAN", FromUserName="oEve").status_code == 404
    forged = wechat.push(client, f"/o/{globex.slug}/wechat/{other.id}", wechat_account, Event="SCAN", FromUserName="oX")
    assert forged.status_code == 403


def test_a_removed_account_is_forgotten(acme, here, ann, scene, pushed, member):
    pushed(Event="SCAN", EventKey=scene, FromUserName="oAnn")
    with here():
        remove_account()
        gone = WechatAccount.objects.get()
        assert (gone.secret, gone.callback_token, gone.aes_key, gone.access_token) == (None,) * 4
        assert not WechatFollower.objects.exists() and not WechatCode.objects.exists()
    assert pushed(Event="SCAN", FromUserName="oAnn").status_code == 404
    assert member("ann@example.com").get(f"/o/{acme.slug}/member/wechat").status_code == 404
    assert "WeChat" not in member("ann@example.com").get(f"/o/{acme.slug}/member/preferences").content.decode()


def test_a_code_that_could_not_be_made_says_so(acme, ann, member, wechat, wechat_account):
    wechat.says[SCENES] = [{"errcode": 48001, "errmsg": "api unauthorized"}]
    browser, page = member("ann@example.com"), f"/o/{acme.slug}/member/wechat"
    browser.post(page)
    assert make_codes(acme.id) == 0
    assert "WeChat could not make a code just now" in browser.get(page).content.decode()
    browser.post(page)
    assert make_codes(acme.id) == 1 and browser.get(f"{page}/state").content == b"ready"


def test_strangers_are_led_to_the_sign_in(acme, phone, wechat_account):
    for page in ("", "/state", "/code.png"):
        assert phone().get(f"/o/{acme.slug}/member/wechat{page}").status_code == 302
    assert phone().post(f"/o/{acme.slug}/member/wechat/disconnect").status_code == 302


def test_merged_customers_take_their_wechat_along_and_back(acme, here, ann, bea, scene, pushed, member):
    from crm.operations.merging import merge_customers, undo_merge

    pushed(Event="SCAN", EventKey=scene, FromUserName="oAnn")
    with here():
        merge = merge_customers(bea.id, ann.id)
        assert openids([bea.id]) == {bea.id: "oAnn"}
        undo_merge(merge.id)
        assert openids([ann.id, bea.id]) == {ann.id: "oAnn"}
        unbind(ann.id)
        assert openids([ann.id]) == {}


def test_who_follows_chooses_what_comes_to_wechat(acme, here, ann, scene, pushed, member):
    page = f"/o/{acme.slug}/member/preferences"
    assert "marketing_wechat" not in member("ann@example.com").get(page).content.decode()
    pushed(Event="SCAN", EventKey=scene, FromUserName="oAnn")
    browser = member("ann@example.com")
    assert 'name="marketing_wechat"' in browser.get(page).content.decode()
    chosen = {
        "name": "Ann Smith",
        "language": "en",
        "marketing_wechat": "on",
        "reminders_email": "on",
        "progress_email": "on",
    }
    assert browser.post(page, chosen).status_code == 302
    with here():
        assert has_consented(ann.id, purpose="marketing", channel="wechat")
        assert not has_consented(ann.id, purpose="marketing", channel="email")
        assert not wants_reminders(ann.id, "reminders", "wechat") and wants_reminders(ann.id, "reminders", "email")
