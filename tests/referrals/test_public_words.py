"""What the public reads at once is looked at before it is shown: texts of a running campaign, and its page."""

import pytest

from referrals import operations as referrals
from referrals.errors import WordsInduceSharing, WordsUnlawful
from referrals.models import Campaign, LandingPage
from referrals.operations.pages import publish_page, restore_page, save_page
from referrals.queries import campaigns
from referrals.queries.readiness import readiness

INDUCING = "转发朋友圈集满 38 个赞领红包"
UNLAWFUL = "发展下线，躺赚佣金"


@pytest.fixture
def safe(campaign, at_acme):
    with at_acme():
        return referrals.set_wechat_safe(campaign.id, True)


def a_page(*blocks) -> dict:
    return {"variants": {"a": {"blocks": [{"kind": "hero", "title": {"zh-hans": "来坐坐"}}, *blocks, {"kind": "form"}]}}}


def text(words: str, **more) -> dict:
    return {"kind": "text", "text": {"zh-hans": words}, **more}


def test_a_running_campaign_takes_no_inducing_text(safe, at_acme):
    before = safe.texts
    with at_acme(), pytest.raises(WordsInduceSharing, match="集满") as refusal:
        referrals.update_campaign(safe.id, texts={"zh-hans": {"share": INDUCING}})
    assert refusal.value.field == "texts/zh-hans/share"
    with at_acme():
        assert Campaign.objects.get(id=safe.id).texts == before


def test_what_was_there_before_hinders_no_other_change(campaign, at_acme):
    with at_acme():
        referrals.update_campaign(campaign.id, texts={"zh-hans": {"share": INDUCING}})
        referrals.set_wechat_safe(campaign.id, True)
        changed = referrals.update_campaign(campaign.id, texts={"en": {"share": "I like it here."}})
        assert changed.texts["en"]["share"] == "I like it here."


def test_a_draft_may_say_what_it_likes_until_it_starts(make_campaign, at_acme):
    draft = make_campaign(is_running=False, is_wechat_safe=True)
    with at_acme():
        referrals.update_campaign(draft.id, texts={"zh-hans": {"share": INDUCING}})


@pytest.mark.parametrize("is_safe", [True, False])
def test_nothing_unlawful_is_ever_put_before_the_public(campaign, at_acme, is_safe):
    with at_acme():
        referrals.set_wechat_safe(campaign.id, is_safe)
    with at_acme(), pytest.raises(WordsUnlawful):
        referrals.update_campaign(campaign.id, texts={"zh-hans": {"offer": UNLAWFUL}})
    with at_acme():
        save_page(campaign.id, a_page(text(UNLAWFUL, not_in_wechat=True)))
    with at_acme(), pytest.raises(WordsUnlawful):
        publish_page(campaign.id)


@pytest.mark.parametrize("part", [text(INDUCING), {"kind": "quote", "text": {"en": "x"}, "author": {"zh-hans": INDUCING}}])
def test_a_page_that_induces_sharing_is_not_published(safe, at_acme, part):
    with at_acme():
        save_page(safe.id, a_page(part))
    with at_acme(), pytest.raises(WordsInduceSharing):
        publish_page(safe.id)
    with at_acme():
        assert LandingPage.objects.get().version == 0


def test_the_card_of_a_link_is_read_too(safe, at_acme):
    page = a_page()
    page["variants"]["a"]["card_title"] = {"zh-hans": INDUCING}
    with at_acme():
        save_page(safe.id, page)
    with at_acme(), pytest.raises(WordsInduceSharing):
        publish_page(safe.id)


def test_a_block_hidden_in_wechat_may_speak_of_sharing(safe, at_acme):
    with at_acme():
        save_page(safe.id, a_page(text(INDUCING, not_in_wechat=True)))
        assert publish_page(safe.id).version == 1


def test_a_page_from_before_safe_mode_does_not_come_back_and_stops_a_start(make_campaign, at_acme):
    draft = make_campaign(is_running=False)
    with at_acme():
        save_page(draft.id, a_page(text(INDUCING)))
        publish_page(draft.id)
        referrals.set_wechat_safe(draft.id, True)
        [checked] = [each for each in readiness(campaigns().get(id=draft.id)) if each.key == "wechat"]
        assert (checked.level, {each.step for each in checked.findings}) == ("stop", {"page"})
    with at_acme(), pytest.raises(WordsInduceSharing):
        restore_page(draft.id, 1)
