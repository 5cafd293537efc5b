"""The editor of landing pages works with plain posts: every button is one."""

from io import BytesIO

import pytest
from PIL import Image

from referrals.models import LandingPage, LandingPicture, Touch
from referrals.operations import create_campaign, record_touch
from referrals.operations.pages import publish_page, save_page
from referrals.queries.variants import wilson
from tenancy import door
from tests.dashboard.world_landing import BLOCKS, DEFINITION


@pytest.fixture
def campaign(acme, gus):
    with door.organisation(acme.id):
        return create_campaign(template="friend_coupon", name="Friends", starts_at=door.moment(), budget_limit_minor=100_000)


def address(campaign) -> str:
    return f"/campaigns/{campaign.id}/page/"


def posted(*blocks, **more) -> dict:
    """A post of the editor: posted(("text", {"title_en": "…"}), add="steps")."""
    told = {"order": [str(place) for place in range(len(blocks))], **more}
    for place, (kind, fields) in enumerate(blocks):
        told[f"b{place}-kind"] = kind
        told |= {f"b{place}-{name}": value for name, value in fields.items()}
    return told


def draft(campaign, variant="a") -> list[str]:
    with door.organisation(campaign.organisation_id):
        return [block["kind"] for block in LandingPage.objects.get().draft["variants"][variant]["blocks"]]


def test_a_first_page_is_there_to_begin_with(gus, campaign, signed_in):
    text = signed_in(gus).get(address(campaign)).content.decode()

    assert "Friends see the standard page until you publish this one." in text
    assert 'value="hero"' in text and "Leave your name below, and where we reach you." in text
    assert f"/preview/{campaign.id}?variant=a" in text


def test_blocks_are_added_moved_and_removed_without_scripts(gus, campaign, signed_in):
    client, blocks = signed_in(gus), [("hero", {"title_en": "Hello"}), ("form", {})]

    answer = client.post(address(campaign), posted(*blocks, add="questions"))
    assert answer["Location"] == f"{address(campaign)}?variant=a#block-2"
    assert draft(campaign) == ["hero", "form", "questions"]
    client.post(address(campaign), posted(*blocks, ("questions", {}), move="2:up"))
    assert draft(campaign) == ["hero", "questions", "form"]
    client.post(address(campaign), posted(("hero", {}), ("questions", {}), ("form", {}), remove="1"))
    assert draft(campaign) == ["hero", "form"]


def test_the_order_on_the_page_is_the_order_kept(gus, campaign, signed_in):
    told = posted(("hero", {}), ("text", {"title_en": "About"}), ("form", {})) | {"order": ["2", "0", "1"]}
    answer = signed_in(gus).post(address(campaign), told | {"autosave": "1"})

    assert answer.json() == {"saved": True}
    assert draft(campaign) == ["form", "hero", "text"]


def test_publishing_says_what_is_missing_and_publishes_nothing(gus, campaign, signed_in):
    client = signed_in(gus)
    unsaid = client.post(address(campaign), posted(("text", {}), ("form", {}), publish="1"))
    formless = client.post(address(campaign), posted(("hero", {"title_en": "Hello"}), publish="1"))

    assert (unsaid.status_code, formless.status_code) == (422, 422)
    assert "Block 1 of variant A says nothing yet." in unsaid.content.decode()
    assert "Variant A has no form" in formless.content.decode()
    with door.organisation(campaign.organisation_id):
        assert not LandingPage.objects.exists()


def test_a_picture_is_made_small_and_wants_words(gus, campaign, signed_in):
    client, picture = signed_in(gus), BytesIO()
    Image.effect_noise((1600, 1200), 90).convert("RGB").save(picture, "JPEG")
    picture.seek(0)
    picture.name = "shop.jpg"
    client.post(address(campaign), posted(("picture", {"upload": picture}), ("form", {})))
    with door.organisation(campaign.organisation_id):
        kept = LandingPicture.objects.get()
        assert len(kept.content) <= 45 * 1024 and kept.width <= 960 and bytes(kept.content)[8:12] == b"WEBP"
    wordless = client.post(address(campaign), posted(("picture", {"picture": kept.fingerprint}), ("form", {}), publish="1"))

    assert "Say in words what the picture of block 1 of variant A shows" in wordless.content.decode()


def test_b_begins_as_a_copy_and_cannot_be_the_same_when_published(gus, campaign, signed_in):
    client = signed_in(gus)
    answer = client.post(address(campaign), posted(("hero", {"title_en": "Hello"}), ("form", {}), begin_b="1"))
    same = client.post(
        f"{address(campaign)}?variant=b", posted(("hero", {"title_en": "Hello"}), ("form", {}), share_b="50", publish="1")
    )

    assert answer["Location"].endswith("?variant=b") and draft(campaign, "b") == ["hero", "form"]
    assert "Variants A and B are the same" in same.content.decode()


def test_an_earlier_version_is_shown_again(gus, campaign, signed_in):
    client = signed_in(gus)
    with door.organisation(campaign.organisation_id):
        save_page(campaign.id, {"variants": {"a": {"blocks": BLOCKS}}})
        publish_page(campaign.id)
        save_page(campaign.id, DEFINITION)
        publish_page(campaign.id)
    client.post(f"{address(campaign)}restore/1/")
    with door.organisation(campaign.organisation_id):
        page = LandingPage.objects.get()
        assert (page.version, page.share_b, page.tested_since) == (3, 0, None)
    client.post(f"{address(campaign)}withdraw/")
    with door.organisation(campaign.organisation_id):
        assert LandingPage.objects.get().version == 0


def test_the_campaigns_page_counts_each_variant_and_says_when_it_is_too_early(
    acme, gus, furnished, signed_in, api_key, client
):
    with door.organisation(acme.id):
        from referrals.models import ReferralCode

        code = ReferralCode.objects.filter(campaign_id=furnished["campaign_id"]).first().code
        for number in range(3):
            record_touch(code, visitor=f"{number:064}", variant="ab"[number % 2])
        assert Touch.objects.filter(variant="a").count() == 2
    text = signed_in(gus).get(f"/campaigns/{furnished['campaign_id']}/").content.decode()
    told = client.get(f"/api/v1/campaigns/{furnished['campaign_id']}/page/variants", **api_key("campaigns:read")).json()

    assert "Not enough data yet" in text
    assert [(each["variant"], each["visitors"]) for each in told["figures"]] == [("a", 2), ("b", 1)]
    assert told["is_enough"] is False


def test_wilsons_interval():
    rate = wilson(10, 100)
    assert (round(rate.low, 4), round(rate.high, 4)) == (0.0552, 0.1744)  # Newcombe 1998, method 3, by hand
    assert wilson(0, 10).low == 0.0 and 0.27 < wilson(0, 10).high < 0.28
    assert wilson(0, 0).share is None
