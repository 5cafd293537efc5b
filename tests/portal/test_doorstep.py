"""The fast way in: one message, exact figures, and nothing stale."""

import re
from io import BytesIO
from pathlib import Path

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from crm.models import Customer, Interaction
from portal import doorstep
from portal.card import short
from referrals.models import Invitation, Referral
from referrals.operations import end_campaign, update_campaign
from referrals.operations.pages import add_picture, publish_page, save_page, withdraw_page
from referrals.rules.pages import is_address, read_page, variant_for
from tenancy import door
from tests.dashboard.world_landing import BLOCKS, DEFINITION
from tests.portal.conftest import PHONE
from tests.portal.test_landing import STATIC, touches

WECHAT = f"{PHONE} MicroMessenger/8.0.50"


def publish(organisation, campaign, definition) -> None:
    with door.organisation(organisation.id):
        save_page(campaign.id, definition)
        publish_page(campaign.id)


def test_a_visit_is_one_message_to_the_database(acme, code, phone):
    address = f"/o/{acme.slug}/r/{code}"
    phone().get(address)
    with CaptureQueriesContext(connection) as asked:
        page = phone().get(f"{address}?ch=wechat")

    assert len(asked) == 1 and "EXECUTE page_" in asked[0]["sql"]
    assert page.status_code == 200 and "Ann S. invites you to Acme" in page.content.decode()
    assert [touch.channel for touch in touches(acme)] == ["link", "wechat"]


def test_both_ways_show_the_same_page(acme, code, phone, monkeypatch):
    fast = phone().get(f"/o/{acme.slug}/r/{code}?ch=qr&utm_source=a%26b").content.decode()
    monkeypatch.setattr(doorstep, "answer", lambda *_: None)
    slow = phone().get(f"/o/{acme.slug}/r/{code}?ch=qr&utm_source=a%26b").content.decode()

    def plain(text):
        text = re.sub(r'name="csrfmiddlewaretoken" value="\w{64}"', "", text)
        return re.sub(r'href="\?[^"]*"', "", text)

    assert plain(fast) == plain(slow) and "\ue000" not in fast
    assert 'href="?ch=qr&amp;utm_source=a%26b&amp;lang=en"' in fast


def test_the_form_of_a_page_that_was_written_before_is_taken(acme, code, phone):
    phone().get(f"/o/{acme.slug}/r/{code}")
    client = Client(enforce_csrf_checks=True, HTTP_USER_AGENT=PHONE)
    text = client.get(f"/o/{acme.slug}/r/{code}").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text)[1]
    told = {"name": "Cleo Brown", "contact": "cleo@example.com", "consent": "on", "csrfmiddlewaretoken": token}

    assert client.post(f"/o/{acme.slug}/r/{code}", told).status_code == 302
    assert client.post(f"/o/{acme.slug}/r/{code}", told | {"csrfmiddlewaretoken": "x" * 64}).status_code == 403


def test_a_change_is_seen_by_the_next_visitor(acme, campaign, code, phone, here):
    address = f"/o/{acme.slug}/r/{code}"
    assert "A welcome present" in phone().get(address).content.decode()
    with here():
        update_campaign(campaign.id, texts={**campaign.texts, "en": {**campaign.texts["en"], "headline": "Come to us"}})
    assert "Come to us" in phone().get(address).content.decode()
    publish(acme, campaign, {"variants": {"a": {"blocks": BLOCKS}}})
    assert "Coffee is better shared" in phone().get(address).content.decode()
    with here():
        withdraw_page(campaign.id)
    assert "Come to us" in phone().get(address).content.decode()
    with here():
        end_campaign(campaign.id)
    assert phone().get(address).status_code == 410


def test_each_visitor_sees_one_variant_and_it_is_noted_all_the_way(acme, campaign, code, phone, digits_for):
    publish(acme, campaign, DEFINITION)
    clients = [phone() for _ in range(12)]
    seen = []
    for client in clients:
        text = client.get(f"/o/{acme.slug}/r/{code}").content.decode()
        assert text.count("Your friend knows good coffee") == client.get(f"/o/{acme.slug}/r/{code}").content.decode().count(
            "Your friend knows good coffee"
        )
        seen.append("b" if "Your friend knows good coffee" in text else "a")
    kept = touches(acme)
    assert [touch.variant for touch in kept] == seen and len(kept) == 12
    assert [variant_for(campaign.id, touch.visitor, 50) for touch in kept] == seen  # the statement reckons as the rule does

    client = clients[0]
    told = {"name": "Cleo Brown", "contact": "cleo@example.com", "consent": "on"}
    where = client.post(f"/o/{acme.slug}/r/{code}", told)["Location"]
    client.post(where, {"digits": digits_for("cleo@example.com")})
    with door.organisation(acme.id):
        assert Invitation.objects.get().variant == Referral.objects.get().variant == seen[0]


def test_shares_come_out_as_asked(acme, campaign):
    drawn = [variant_for(campaign.id, f"{number:064}", 20) for number in range(2000)]
    assert 340 < drawn.count("b") < 460
    assert {variant_for(campaign.id, f"{number:064}", 0) for number in range(50)} == {"a"}


def test_channel_and_campaign_tags_stay_with_the_touch(acme, code, phone):
    phone().get(f"/o/{acme.slug}/r/{code}?ch=moments&utm_source=news&utm_campaign=x%27y&other=1")

    (touch,) = touches(acme)
    assert (touch.channel, touch.source, touch.variant) == ("moments", "customer", "")
    assert touch.utm == {"utm_source": "news", "utm_campaign": "x'y"}


def test_people_are_led_on_and_machines_are_not(acme, campaign, code, phone):
    publish(acme, campaign, {"variants": {"a": {"blocks": BLOCKS}}, "elsewhere": "https://shop.example/hi?x=1"})
    person = phone()
    answer = person.get(f"/o/{acme.slug}/r/{code}?ch=wechat&utm_source=news")
    again = person.get(f"/o/{acme.slug}/r/{code}")
    robot = phone(HTTP_USER_AGENT="facebookexternalhit/1.1").get(f"/o/{acme.slug}/r/{code}")

    (touch,) = touches(acme)
    assert answer.status_code == 302
    assert answer["Location"] == f"https://shop.example/hi?x=1&ref={code}&ch=wechat&utm_source=news&click={touch.id}"
    assert again["Location"].endswith(f"click={touch.id}")
    assert robot.status_code == 200 and "og:title" in robot.content.decode()


def test_what_the_page_asks_reaches_the_customer(acme, campaign, code, phone, digits_for):
    blocks = [
        {"kind": "hero"},
        {"kind": "form", "asks": {"city": "required", "message": "optional", "nonsense": "required"}},
    ]
    publish(acme, campaign, {"variants": {"a": {"blocks": blocks}}})
    client, told = phone(), {"name": "Cleo Brown", "contact": "cleo@example.com", "consent": "on", "message": "At noon?"}
    assert client.post(f"/o/{acme.slug}/r/{code}", told).status_code == 422
    where = client.post(f"/o/{acme.slug}/r/{code}", told | {"city": "Leeds"})["Location"]
    client.post(where, {"digits": digits_for("cleo@example.com")})

    with door.organisation(acme.id):
        assert Customer.objects.get(name="Cleo Brown").city == "Leeds"
        assert Interaction.objects.get(customer__name="Cleo Brown").text == "At noon?"
        assert Invitation.objects.get().answers == {}


def test_texts_are_shown_as_they_are_written_and_amounts_not_in_wechat(acme, campaign, code, phone):
    blocks = [{"kind": "hero", "title": {"en": "<b>Hi</b>"}}, {"kind": "both"}, {"kind": "form"},
              {"kind": "text", "text": {"en": "Take £5"}, "not_in_wechat": True}]  # fmt: skip
    publish(acme, campaign, {"variants": {"a": {"blocks": blocks}}})
    usual = phone().get(f"/o/{acme.slug}/r/{code}").content.decode()
    inside = phone(HTTP_USER_AGENT=WECHAT).get(f"/o/{acme.slug}/r/{code}").content.decode()

    assert "&lt;b&gt;Hi&lt;/b&gt;" in usual and "<b>" not in usual
    assert "You get" in usual and "Take £5" in usual
    assert "You get" not in inside and "Take £5" not in inside


def test_five_hundred_scans_of_one_code_are_fine(acme, code, phone):
    client = phone(HTTP_USER_AGENT=f"{PHONE} googlebot")
    assert {client.get(f"/o/{acme.slug}/r/{code}").status_code for _ in range(500)} == {200}
    assert touches(acme) == []


def test_the_card_of_a_link_is_drawn_for_messengers(acme, code, phone, here):
    first = phone().get(f"/o/{acme.slug}/card/{code}.png?lang=en")
    second = phone(HTTP_IF_NONE_MATCH=first["ETag"]).get(f"/o/{acme.slug}/card/{code}.png?lang=en")

    assert Image.open(BytesIO(first.content)).size == (1200, 630) and len(first.content) < 100_000
    assert second.status_code == 304
    assert phone().get(f"/o/{acme.slug}/card/{code}.png?lang=zh-hans")["ETag"] != first["ETag"]
    assert phone().get(f"/o/{acme.slug}/card/ZZZZZZZZ.png").status_code == 404


def test_descriptions_are_short_enough_for_messengers():
    assert short("Ann S. invites you to Acme") == "Ann S. invites you to Acme"
    assert short("王小明邀请您加入春熙美妆，一起享受见面礼和会员权益") == "王小明邀请您加入春熙美妆，一起享受见面…"
    assert short("Emma W. invites you to Acme Coffee Roasters") == "Emma W. invites you to Acme Coffee Roa…"


def test_a_page_with_pictures_weighs_less_than_100_kb(acme, campaign, code, phone):
    noise = BytesIO()
    Image.effect_noise((1400, 1000), 120).convert("RGB").save(noise, "PNG")
    with door.organisation(acme.id):
        picture = add_picture(noise.getvalue(), "noise.png").fingerprint
    hero = {"kind": "hero", "title": {"en": "Hi"}, "picture": picture, "alt": {"en": "Noise"}}
    publish(acme, campaign, {"variants": {"a": {"blocks": [hero, *BLOCKS[1:]]}}})
    text = phone().get(f"/o/{acme.slug}/r/{code}").content.decode()
    styles = sum(Path(STATIC / name).stat().st_size for name in ("portal.css", "landing.css", "portal.js"))
    shown = re.findall(r'src="(/o/[^"]+\.webp)"', text)
    pictures = sum(len(phone().get(address).content) for address in shown)

    assert len(shown) == 1 and 'alt="Noise"' in text
    assert len(text.encode()) + styles + pictures < 100_000


def test_only_plain_https_addresses_lead_people_away():
    assert is_address("https://shop.example/a?b=1")
    for bad in (
        "http://shop.example",
        "javascript:alert(1)",
        "https://a@b.example",
        "https://",
        "//x.example",
        'https://x"y',
    ):
        assert not is_address(bad)


def test_a_page_keeps_only_what_it_knows():
    page = read_page(
        {"variants": {"a": {"blocks": [{"kind": "hero", "title": {"en": "a\u202eb", "fr": "x"}, "evil": 1}, "x"]}}}
    )
    assert page.variants["a"].blocks[0].title == {"en": "ab"} and len(page.variants["a"].blocks) == 1
    assert page.share_b == 0 and not page.is_test
    assert read_page(DEFINITION).is_test
