"""The page of the official account, its test, the kinds that go over it, and the same by the API."""

import json

import pytest

from messaging.models import WechatAccount, WechatTemplate
from messaging.operations.wechat import run_tests
from messaging.tasks import ask_wechat
from tenancy import door
from tests.fake_wechat import APP_ID, SECRET

ACCOUNT = {"name": "Acme", "app_id": APP_ID, "secret": SECRET}
FIELDS = "{{thing1.DATA}} = {reason_title}\n\namount2={reward}\ntime3 = {today}"
TEMPLATE = {"template_id": "ngqIpbwh8bUfcSsECmogfXcV14J0", "fields_text": FIELDS, "use": "instead"}


def _account(organisation):
    with door.organisation(organisation.id):
        return WechatAccount.objects.filter(is_active=True).first()


def test_an_account_is_entered_and_its_console_told(acme, gus, signed_in, globex, mallory):
    browser = signed_in(gus)
    assert "No account yet" in browser.get("/wechat/").content.decode()
    assert browser.post("/wechat/", ACCOUNT).status_code == 302
    kept = _account(acme)
    answer = browser.get("/wechat/")
    html = answer.content.decode()
    assert f"/o/{acme.slug}/wechat/{kept.id}" in html and kept.callback_token in html and kept.aes_key in html
    assert SECRET not in html and answer["Cache-Control"] == "no-store"
    assert "WeChat has not reached us yet" in html
    assert "No account yet" in signed_in(mallory).get("/wechat/").content.decode()


def test_who_may_not_set_it_up_is_not_told_its_keys(acme, staff_of, signed_in, gus):
    signed_in(gus).post("/wechat/", ACCOUNT)
    html = signed_in(staff_of(acme, "marketer")).get("/wechat/").content.decode()
    kept = _account(acme)
    assert "Official account" not in html or kept.name in html
    assert kept.callback_token not in html and kept.aes_key not in html


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"app_id": "gh_1234"}, "An app ID begins with wx"),
        ({"secret": ""}, "An app secret has 32 letters and digits."),
        ({"secret": "short"}, "An app secret has 32 letters and digits."),
        ({"name": " "}, "This field is required."),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(acme, gus, signed_in, wrong, words):
    answer = signed_in(gus).post("/wechat/", ACCOUNT | wrong)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert _account(acme) is None


def test_the_secret_stays_or_is_replaced_and_the_app_id_stays(acme, gus, signed_in):
    browser = signed_in(gus)
    browser.post("/wechat/", ACCOUNT)
    browser.post("/wechat/", ACCOUNT | {"name": "Acme VIP", "secret": ""})
    with door.organisation(acme.id):
        WechatAccount.objects.update(access_token="t")
    kept = _account(acme)
    assert (kept.name, kept.secret, kept.access_token) == ("Acme VIP", SECRET, "t")
    browser.post("/wechat/", ACCOUNT | {"secret": SECRET[::-1]})
    kept = _account(acme)
    assert (kept.secret, kept.access_token) == (SECRET[::-1], None)
    answer = browser.post("/wechat/", ACCOUNT | {"app_id": "wx0000000000000000"})
    assert answer.status_code == 422 and "Remove it first" in answer.content.decode()


def test_a_test_really_asks_wechat_and_tells_what_it_answered(acme, gus, signed_in, wechat, wechat_account):
    browser = signed_in(gus)
    browser.post("/wechat/test/")
    assert 'hx-trigger="every 2s"' in browser.get("/wechat/tested/").content.decode()
    assert ask_wechat(str(acme.id)) == 1 and run_tests(acme.id) == 0
    assert "WeChat lets us in" in browser.get("/wechat/").content.decode()
    assert "every 2s" not in browser.get("/wechat/tested/").content.decode()
    browser.post("/wechat/test/", follow=True)
    assert _account(acme).test_state == "opened"  # a moment ago is too soon

    with door.organisation(acme.id):
        WechatAccount.objects.update(test_state="waiting")
    wechat.says["/cgi-bin/stable_token"] = [{"errcode": 40164, "errmsg": "invalid ip 203.0.113.9, not in whitelist"}]
    run_tests(acme.id)
    html = browser.get("/wechat/").content.decode()
    assert "add it to the IP white list" in html and "40164 invalid ip 203.0.113.9, not in whitelist" in html


def test_a_kind_is_set_up_shown_and_forgotten(acme, gus, signed_in):
    browser = signed_in(gus)
    browser.post("/wechat/", ACCOUNT)
    page = "/wechat/templates/reward_settled/"
    assert browser.post(page, TEMPLATE).status_code == 302
    with door.organisation(acme.id):
        kept = WechatTemplate.objects.get()
        assert (kept.kind, kept.use, kept.template_id) == ("reward_settled", "instead", TEMPLATE["template_id"])
        assert kept.fields == {"thing1": "{reason_title}", "amount2": "{reward}", "time3": "{today}"}
    html = browser.get(page).content.decode()
    assert "成功引荐好友的奖励" in html and "It needs an amount of money" in html  # the example is of points
    assert "In place of the e-mail" in browser.get("/wechat/").content.decode()
    browser.post(f"{page}forget/")
    with door.organisation(acme.id):
        assert not WechatTemplate.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ("thing1 {reason_title}", "There is no equals sign in “thing1 {reason_title}”."),
        ("first = {reason_title}", "“first” is no field of a WeChat template."),
        ("thing1 = {link}", "thing1 cannot fill in link. This message knows: organisation, name"),
        ("phrase1 = {reason_title}", "phrase1 does not fit: It is too long."),
        ("time1 = {name}", "time1 does not fit: It needs a date or a time."),
        ("\n".join(f"thing{n} = {{name}}" for n in range(13)), "at least one, at most 12"),
    ],
)
def test_fields_that_wechat_would_refuse_are_refused_here(acme, gus, signed_in, fields, words):
    browser = signed_in(gus)
    browser.post("/wechat/", ACCOUNT)
    answer = browser.post("/wechat/templates/reward_settled/", TEMPLATE | {"fields_text": fields})
    assert answer.status_code == 422 and words in answer.content.decode().replace("&quot;", '"')
    with door.organisation(acme.id):
        assert not WechatTemplate.objects.exists()


@pytest.mark.parametrize("kind", ["campaign_promotion", "offer_waiting", "member_login", "lead_assigned", "nothing"])
def test_offers_codes_and_staff_notices_do_not_go_over_wechat(gus, signed_in, kind):
    browser = signed_in(gus)
    browser.post("/wechat/", ACCOUNT)
    assert browser.get(f"/wechat/templates/{kind}/").status_code == 404
    assert f"/wechat/templates/{kind}/" not in browser.get("/wechat/").content.decode()


def test_the_same_by_the_api(acme, client, api_key, wechat):
    keys = api_key()

    def call(method, path, body=None):
        told = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        answer = getattr(client, method)(f"/api/v1/{path}", **told, **keys)
        return answer.status_code, answer.json() if answer.content else None

    assert call("get", "wechat-account")[0] == 404
    status, told = call("put", "wechat-account", ACCOUNT | {"base_url": wechat.base_url})
    assert status == 200 and told["app_id"] == APP_ID and SECRET not in json.dumps(told)
    assert (
        call("put", "wechat-account", ACCOUNT | {"base_url": "https://example.com"})[1]["code"] == "wechat_address_invalid"
    )
    assert call("post", "wechat-account/test", {})[1]["test_state"] == "waiting"
    run_tests(acme.id)
    assert call("get", "wechat-account")[1]["test_state"] == "opened"
    made = {"template_id": "TPL_0123456789", "fields": {"thing1": "{gift}", "character_string2": "{code}"}}
    status, told = call("put", "wechat-templates/gift_ready", made)
    assert status == 200 and told["use"] == "also" and told["fields"] == made["fields"]
    assert call("put", "wechat-templates/campaign_promotion", made)[1]["code"] == "wechat_kind_unfit"
    assert [row["kind"] for row in call("get", "wechat-templates")[1]["data"]] == ["gift_ready"]
    assert call("delete", "wechat-templates/gift_ready")[0] == 204 and call("delete", "wechat-account")[0] == 204
    assert call("delete", "wechat-account")[0] == 404 and call("get", "wechat-templates")[1]["data"] == []
