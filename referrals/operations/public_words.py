"""Words that the public reads at once: none that the law forbids, none that WeChat blocks while WeChat-safe mode is on."""

from collections.abc import Mapping

from referrals.errors import WordsInduceSharing, WordsUnlawful
from referrals.models import Campaign
from referrals.rules.law import forbidden_words
from referrals.rules.pages import Page, words_of
from referrals.rules.wechat import lint_texts

Texts = Mapping[str, Mapping[str, str]]
_SHOWN = (Campaign.State.RUNNING, Campaign.State.PAUSED)


def refuse_page_words(campaign: Campaign, page: Page) -> None:
    """Refuse what a page says. Blocks that are hidden in WeChat may speak of sharing, but of nothing unlawful."""
    _refuse_unlawful(words_of(page, in_wechat=False), field="blocks")
    if campaign.is_wechat_safe:
        _refuse_inducing(words_of(page, in_wechat=True), field="blocks")


def refuse_changed_texts(campaign: Campaign, before: Texts) -> None:
    """Refuse texts that were changed while people read them; before the start the checks say what is wrong."""
    if campaign.state not in _SHOWN:
        return
    changed = {
        language: {name: text for name, text in named.items() if text != before.get(language, {}).get(name)}
        for language, named in campaign.texts.items()
    }
    _refuse_unlawful(changed)
    if campaign.is_wechat_safe:
        _refuse_inducing(changed)


def _refuse_unlawful(texts: Texts, *, field: str = "") -> None:
    for place, words in forbidden_words(texts):
        raise WordsUnlawful(words=words, field=field or f"texts/{place}")


def _refuse_inducing(texts: Texts, *, field: str = "") -> None:
    for found in lint_texts(texts):
        raise WordsInduceSharing(words=found.words, field=field or f"texts/{found.place}")
