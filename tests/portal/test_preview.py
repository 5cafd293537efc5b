from referrals.models import Touch
from referrals.operations.pages import publish_page, save_page
from tenancy import door
from tests.portal.test_landing import touches

BLOCKS = [
    {"kind": "hero", "title": {"en": "Coffee is better shared", "zh-hans": "咖啡要和朋友一起喝"}},
    {"kind": "form"},
]
OTHER = [{"kind": "hero", "title": {"en": "Your friend knows good coffee"}}, {"kind": "form"}]


def test_staff_see_the_draft_in_both_languages_and_variants(acme, gus, campaign, signed_in, here):
    with here():
        save_page(campaign.id, {"variants": {"a": {"blocks": BLOCKS}, "b": {"blocks": OTHER}}, "share_b": 50})
    client, address = signed_in(gus), f"/o/{acme.slug}/preview/{campaign.id}"

    english = client.get(address, {"lang": "en"})
    assert "Coffee is better shared" in english.content.decode()
    assert "咖啡要和朋友一起喝" in client.get(address, {"lang": "zh-hans"}).content.decode()
    assert "Your friend knows good coffee" in client.get(address, {"lang": "en", "variant": "b"}).content.decode()
    assert english["Content-Security-Policy"] == "frame-ancestors 'self'" and "X-Frame-Options" not in english
    assert "This is a preview" in english.content.decode()
    assert "Coffee is better" not in client.get(address, {"lang": "en", "shown": "1"}).content.decode()
    assert touches(acme) == []


def test_a_preview_sends_nothing_and_strangers_see_none(acme, gus, mallory, campaign, phone, signed_in):
    address = f"/o/{acme.slug}/preview/{campaign.id}"

    assert phone().get(address).status_code == 404
    assert signed_in(mallory).get(address).status_code == 404
    assert signed_in(gus).post(address).status_code == 405


def test_a_campaign_without_a_page_shows_the_houses_own(acme, gus, campaign, code, phone, signed_in, here):
    assert "A welcome present from a friend" in signed_in(gus).get(f"/o/{acme.slug}/preview/{campaign.id}").content.decode()
    with here():
        save_page(campaign.id, {"variants": {"a": {"blocks": BLOCKS}}})
        publish_page(campaign.id)
    assert "Coffee is better shared" in phone().get(f"/o/{acme.slug}/r/{code}").content.decode()
    with door.organisation(acme.id):
        assert Touch.objects.count() == 1
