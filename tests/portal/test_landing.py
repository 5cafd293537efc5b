from pathlib import Path

from crm.operations import leads as leading
from crm.operations import record_customer
from referrals.models import Invitation, ReferralCode, Touch
from referrals.operations import end_campaign, pause_campaign
from rewards.models import Budget
from tenancy import door
from tests.portal.conftest import found_campaign
from tests.portal.test_lead_forms import QUESTIONS

STATIC = Path(__file__).parents[2] / "static" / "portal"


def touches(organisation) -> list[Touch]:
    with door.organisation(organisation.id):
        return list(Touch.objects.order_by("id"))


def test_tells_who_invites_and_what_both_get(acme, code, phone):
    page = phone().get(f"/o/{acme.slug}/r/{code}")

    text = page.content.decode()
    assert page.status_code == 200
    assert page["Content-Language"] == "en"
    assert "Ann S. invites you to Acme" in text
    assert "Ann Smith" not in text
    assert "£4 off" in text and "200 points" in text
    assert f"{code[:4]} {code[4:]}" in text
    assert "Acme may keep my details and contact me about this invitation." in text
    assert '<input type="checkbox" id="id_consent" name="consent" required>' in text
    assert '<input type="checkbox" id="id_marketing" name="marketing">' in text


def test_promises_nothing_that_the_budget_has_not(acme, code, phone):
    with door.organisation(acme.id):
        budget = Budget.objects.get()
        Budget.objects.update(exhausted_at=door.moment())
    text = phone().get(f"/o/{acme.slug}/r/{code}").content.decode()
    assert "used up at the moment" in text and 'name="consent"' in text
    assert "You get" not in text
    with door.organisation(acme.id):
        Budget.objects.filter(id=budget.id).update(policy=Budget.Policy.QUEUE)  # they will get it, later
    assert "You get" in phone().get(f"/o/{acme.slug}/r/{code}").content.decode()


def test_speaks_the_language_asked_for_then_the_cookie_the_browser_the_organisation(acme, code, phone):
    client = phone(HTTP_ACCEPT_LANGUAGE="zh-CN,zh;q=0.9")
    address = f"/o/{acme.slug}/r/{code}"

    assert client.get(address)["Content-Language"] == "zh-hans"
    assert "您的朋友送您一份见面礼" in client.get(address).content.decode()
    assert client.get(address, {"lang": "en"})["Content-Language"] == "en"
    assert client.get(address)["Content-Language"] == "en"  # the cookie remembers
    assert phone(HTTP_ACCEPT_LANGUAGE="fr").get(address)["Content-Language"] == "en"
    assert phone(HTTP_ACCEPT_LANGUAGE="fr").get(address, {"lang": "xx"})["Content-Language"] == "en"


def test_a_visit_is_counted_once_in_half_an_hour(acme, code, phone, move_clock):
    client = phone()
    for _ in range(3):
        client.get(f"/o/{acme.slug}/r/{code}?ch=wechat")
    first = touches(acme)
    move_clock(minutes=31)
    client.get(f"/o/{acme.slug}/r/{code}")
    phone().get(f"/o/{acme.slug}/r/{code}?ch=<script>")

    assert [touch.channel for touch in first] == ["wechat"]
    assert [touch.channel for touch in touches(acme)] == ["wechat", "link", "link"]


def test_a_touch_holds_no_address_and_no_cookie(acme, code, phone):
    client = phone()
    client.get(f"/o/{acme.slug}/r/{code}")

    (touch,) = touches(acme)
    assert len(touch.visitor) == 64
    kept = {field.name: str(getattr(touch, field.name)) for field in touch._meta.fields}
    assert not [name for name, value in kept.items() if value in ("127.0.0.1", client.cookies["yj_visitor"].value)]
    assert client.cookies["yj_visitor"]["httponly"]


def test_machines_that_fetch_are_not_counted(acme, code, phone):
    address = f"/o/{acme.slug}/r/{code}"
    phone().head(address)
    phone(HTTP_SEC_PURPOSE="prefetch;prerender").get(address)
    for robot in ("facebookexternalhit/1.1", "Mozilla/5.0 (compatible; Googlebot/2.1)", "WhatsApp/2.23", "curl/8", ""):
        assert phone(HTTP_USER_AGENT=robot).get(address).status_code == 200

    assert touches(acme) == []


def test_the_referrer_sees_their_own_page_uncounted(acme, code, member):
    page = member("ann@example.com").get(f"/o/{acme.slug}/r/{code}")

    assert "This is your own invitation" in page.content.decode()
    assert touches(acme) == []


def test_unknown_and_foreign_codes_look_the_same(acme, globex, code, phone):
    with door.organisation(globex.id):
        rob = record_customer(name="Rob Foreign", email="rob@example.com")
    _, theirs = found_campaign(globex, rob.id)

    unknown = phone().get(f"/o/{acme.slug}/r/ZZZZZZZZ")
    foreign = phone().get(f"/o/{acme.slug}/r/{theirs.code}")

    assert unknown.status_code == foreign.status_code == 404
    assert "Rob" not in foreign.content.decode()
    assert len(unknown.content) == len(foreign.content)
    assert touches(acme) == touches(globex) == []


def test_a_paused_campaign_asks_to_come_back_and_an_ended_one_says_goodbye(acme, campaign, code, phone, here):
    with here():
        pause_campaign(campaign.id)
    paused = phone().get(f"/o/{acme.slug}/r/{code}")
    with here():
        end_campaign(campaign.id)
    ended = phone().get(f"/o/{acme.slug}/r/{code}")

    assert (paused.status_code, ended.status_code) == (404, 410)
    assert "having a break" in paused.content.decode()
    assert "has ended" in ended.content.decode()
    assert "Ann" not in paused.content.decode() + ended.content.decode()
    assert touches(acme) == []


def test_who_comes_too_late_is_told_and_led_on(acme, ann, campaign, code, phone, here):
    with here():
        end_campaign(campaign.id)
    alone = phone().get(f"/o/{acme.slug}/r/{code}").content.decode()
    _, other = found_campaign(acme, ann.id)
    with here():
        enquiry = leading.publish_form(leading.create_form("Enquiry", QUESTIONS).id)
    late = phone().post(f"/o/{acme.slug}/r/{code}", {"name": "Bea", "contact": "bea@example.com", "consent": "on"})

    assert "button" not in alone.split("</h1>")[1]
    text = late.content.decode()
    assert late.status_code == 410 and "What you have just typed was not kept." in text
    assert f'href="/o/{acme.slug}/r/{other.code}"' in text
    assert f'href="/o/{acme.slug}/f/{enquiry.code}"' in text
    with here():
        assert not Invitation.objects.exists()


def test_a_withdrawn_code_is_gone(acme, code, phone, here):
    with here():
        ReferralCode.objects.update(is_active=False)

    assert phone().get(f"/o/{acme.slug}/r/{code}").status_code == 410


def test_guessing_codes_is_slowed_down(acme, code, phone):
    client = phone()
    answers = [client.get(f"/o/{acme.slug}/r/GUESS{number}").status_code for number in range(21)]

    assert answers == [404] * 20 + [429]
    assert client.get(f"/o/{acme.slug}/r/{code}").status_code == 429
    assert phone().get(f"/o/{acme.slug}/r/{code}").status_code == 200


def test_a_mistyped_address_gets_a_friendly_page(acme, phone):
    page = phone().get(f"/o/{acme.slug}/rr/x/y")

    assert page.status_code == 404
    assert "We cannot find this page" in page.content.decode()
    assert phone().get(f"/o/{acme.slug}/member")["Location"] == f"/o/{acme.slug}/member/"


def test_an_organisation_that_does_not_exist(acme, phone):
    assert phone().get("/o/no-such-shop/r/ABCDEFGH").status_code == 404


def test_staff_see_nothing_of_theirs_at_an_address_of_nobody(acme, gus, signed_in):
    page = signed_in(gus).get("/o/no-such-shop/privacy")

    assert page.status_code == 404
    assert "Acme" not in page.content.decode()


def test_link_previews_get_title_picture_and_no_full_name(acme, code, phone):
    text = phone(HTTP_USER_AGENT="facebookexternalhit/1.1").get(f"/o/{acme.slug}/r/{code}").content.decode()

    assert '<meta property="og:title" content="A welcome present from a friend">' in text
    assert f'<meta property="og:image" content="http://testserver/o/{acme.slug}/card/{code}.png?lang=en">' in text
    assert "Smith" not in text


def test_inside_wechat_no_amount_is_named(acme, code, phone):
    text = phone(HTTP_USER_AGENT=f"{'Mozilla/5.0'} MicroMessenger/8.0.50").get(f"/o/{acme.slug}/r/{code}").content.decode()

    visible = text.split("How it works")[0]
    assert "£" not in visible and "points" not in visible
    assert "Ann S. invites you" in visible


def test_weighs_less_than_100_kb_and_asks_nobody_else(acme, code, phone):
    text = phone().get(f"/o/{acme.slug}/r/{code}").content.decode()
    assets = sum((STATIC / name).stat().st_size for name in ("portal.css", "portal.js"))

    assert len(text.encode()) + assets < 100_000
    assert 'src="http' not in text and 'href="http' not in text


def test_nothing_is_kept_of_a_form_that_only_opened(acme, code, phone, here):
    phone().get(f"/o/{acme.slug}/r/{code}")

    with here():
        assert not Invitation.objects.exists()
