"""The words of a promotion: what stands there at first, what is refused, how places are filled."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from messaging import rules as writing
from messaging.queries import wording
from messaging.robots import MOST_BYTES
from messaging.texts import kind_of
from messaging.wording_referrals import GROUP_POST
from referrals.errors import (
    GroupTextTooLong,
    PromotionInducesSharing,
    PromotionLinkMissing,
    PromotionPlaceUnknown,
    PromotionTextMissing,
    PromotionTextTooLong,
    PromotionUnlawful,
)
from referrals.models import Campaign, ReferralCode
from referrals.queries import addresses
from referrals.rules.law import Setup, judge_law
from referrals.rules.promotions import GROUP_PLACES, PLACES
from referrals.rules.wechat import Finding, lint_texts
from referrals.templates import LANGUAGES
from tenancy import door
from tenancy.models import Organisation

KIND = "campaign_promotion"
_MOST = {"subject": 200, "body": 4000, "group_text": 2000}
_ROOM = 120  # bytes kept for what fills the places of a group's text
Texts = Mapping[str, Mapping[str, str]]


def default_texts(kind: str = KIND) -> dict[str, dict[str, str]]:
    """Give the words to begin with: the organisation's own template, or ours."""
    found = {language: wording(kind=kind, channel="email", language=language) for language in LANGUAGES}
    return {language: {"subject": each.subject, "body": each.body} for language, each in found.items()}


def group_words(language: str) -> str:
    return GROUP_POST[writing.choose_language(language)]


def places_of(kind: str) -> tuple[str, ...]:
    """Name what a message of this kind can fill in."""
    return (*PLACES, *(place for place in kind_of(kind).own_places if place not in PLACES))


def check_texts(campaign: Campaign, texts: Texts, group_text: str = "", *, kind: str = KIND) -> list[Finding]:
    """Refuse what cannot be sent; give what WeChat would object to where the campaign does not insist on it."""
    for language, named in texts.items():
        for name in ("subject", "body"):
            _refuse_unusable(name, named.get(name, ""), places_of(kind), field=f"{name}_{_short(language)}")
        if "link" not in writing.places_in(named["body"]):
            raise PromotionLinkMissing(field=f"body_{_short(language)}")
    if texts and set(texts) != set(LANGUAGES):
        raise PromotionTextMissing(field="body_en")
    if group_text:
        _refuse_unusable("group_text", group_text, GROUP_PLACES, field="group_text")
        if len(group_text.encode()) > MOST_BYTES - _ROOM:
            raise GroupTextTooLong
    return _linted(campaign, texts, group_text)


def _refuse_unusable(name: str, text: str, places: tuple[str, ...], *, field: str) -> None:
    if not text.strip():
        raise PromotionTextMissing(field=field)
    if len(text) > _MOST[name]:
        raise PromotionTextTooLong(most=_MOST[name], field=field)
    if wrong := writing.unknown_places(text, places):
        place = wrong[0] if wrong[0] and wrong[0] in "{}" else f"{{{wrong[0]}}}"
        raise PromotionPlaceUnknown(place=place, known=", ".join(f"{{{known}}}" for known in places), field=field)


def _linted(campaign: Campaign, texts: Texts, group_text: str) -> list[Finding]:
    all_texts = {**texts, **({"group": {"text": group_text}} if group_text else {})}
    for verdict in judge_law([], Setup(has_rules_text=True, texts=all_texts)):
        if verdict.code == "pyramid_words":
            raise PromotionUnlawful(words=verdict.facts["words"], field=_field(verdict.path.removeprefix("texts/")))
    found = lint_texts(all_texts)
    if found and campaign.is_wechat_safe:
        raise PromotionInducesSharing(words=found[0].words, field=_field(found[0].place))
    return found


def _field(place: str) -> str:
    language, _, name = place.partition("/")
    return "group_text" if language == "group" else f"{name}_{_short(language)}"


def _short(language: str) -> str:
    return language.partition("-")[0]


# --- filled in ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ready:
    """A text that a person posts by hand, with the link it names."""

    text: str
    code: ReferralCode


def ready_to_post(campaign: Campaign, code: ReferralCode, text: str = "", *, language: str = "") -> Ready:
    """Fill the text for groups and Moments."""
    here = Organisation.objects.get(id=door.organisation_id())
    language = language or here.language
    facts = {"organisation": here.name, "campaign": campaign.name, "link": addresses(code.code)["link"]}
    filled = writing.fill(text or group_words(language), facts, language=language, zone=ZoneInfo(here.time_zone))
    return Ready(filled, code)


def worded(texts: Texts) -> dict[str, writing.Text]:
    return {language: writing.Text(named["subject"], named["body"]) for language, named in texts.items()}
