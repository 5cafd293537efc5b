"""The words of a promotion: what stands there at first, what is refused, how places are filled."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from messaging import rules as writing
from messaging.operations import check_text
from messaging.queries import wordings
from messaging.robots import MOST_BYTES
from messaging.texting import present_texting
from messaging.texts import house_text, kind_of
from messaging.wording_referrals import GROUP_POST
from referrals.errors import (
    GroupTextTooLong,
    PromotionInducesSharing,
    PromotionLinkMissing,
    PromotionPlaceUnknown,
    PromotionTextMissing,
    PromotionTextTooLong,
    PromotionUnlawful,
    TextCodeMissing,
    TextsNotSetUp,
    WaysUnknown,
)
from referrals.models import Campaign, ReferralCode, Ways
from referrals.queries import addresses
from referrals.rules.law import Setup, judge_law
from referrals.rules.promotions import GROUP_PLACES, PLACES
from referrals.rules.wechat import Finding, lint_texts
from referrals.templates import LANGUAGES
from tenancy import door
from tenancy.models import Organisation

KIND = "campaign_promotion"
_LETTER, _TEXT = ("subject", "body"), ("sms", "sms_template")
_NAMES = {Ways.EMAIL: _LETTER, Ways.SMS: _TEXT, Ways.EMAIL_OR_SMS: (*_LETTER, *_TEXT)}
_LANGUAGE_NAMES = {"zh-hans": _("Chinese"), "en": _("English")}
_MOST = {"subject": 200, "body": 4000, "group_text": 2000}
_ROOM = 120  # bytes kept for what fills the places of a group's text
Texts = Mapping[str, Mapping[str, str]]


def default_texts(kind: str = KIND) -> dict[str, dict[str, str]]:
    """Give the words to begin with, for every way: the organisation's own templates, or ours."""
    own = wordings([kind])

    def text(channel: str, language: str) -> writing.Text:
        return own.get((kind, channel, language)) or house_text(kind, channel, language)

    return {language: _named(text(writing.EMAIL, language), text(writing.SMS, language)) for language in LANGUAGES}


def _named(letter: writing.Text, text: writing.Text) -> dict[str, str]:
    return {"subject": letter.subject, "body": letter.body, "sms": text.body, "sms_template": text.vendor_template}


def needed(texts: Texts, ways: str) -> dict[str, dict[str, str]]:
    """Keep of the words what these ways need."""
    names = _NAMES[Ways(ways)]
    return {language: {name: named[name] for name in names if named.get(name)} for language, named in texts.items()}


def group_words(language: str) -> str:
    return GROUP_POST[writing.choose_language(language)]


def places_of(kind: str) -> tuple[str, ...]:
    """Name what a message of this kind can fill in."""
    return (*PLACES, *(place for place in kind_of(kind).own_places if place not in PLACES))


def check_texts(
    campaign: Campaign, texts: Texts, group_text: str = "", *, kind: str = KIND, ways: str = Ways.EMAIL,
    is_sent: bool = True,
) -> list[Finding]:  # fmt: skip
    """Refuse what cannot be sent; give what WeChat would object to where the campaign does not insist on it.

    Not `is_sent`: it is only kept for now, so the account for text messages may come later.
    """
    if ways not in Ways.values:
        raise WaysUnknown(known=", ".join(Ways.values))
    for language, named in texts.items():
        if ways != Ways.SMS:
            _refuse_letter(language, named, kind)
        if ways != Ways.EMAIL:
            _refuse_text(language, named, kind)
    if texts and set(texts) != set(LANGUAGES):
        raise PromotionTextMissing(field="body_en" if ways != Ways.SMS else "sms_en")
    if texts and ways != Ways.EMAIL and is_sent:
        _refuse_unsendable(texts)
    texts = needed(texts, ways)
    if group_text:
        _refuse_unusable("group_text", group_text, GROUP_PLACES, field="group_text")
        if len(group_text.encode()) > MOST_BYTES - _ROOM:
            raise GroupTextTooLong
    return _linted(campaign, texts, group_text)


def _refuse_letter(language: str, named: Mapping[str, str], kind: str) -> None:
    for name in ("subject", "body"):
        _refuse_unusable(name, named.get(name, ""), places_of(kind), field=f"{name}_{_short(language)}")
    _refuse_unlinked(named["body"], field=f"body_{_short(language)}")


def _refuse_text(language: str, named: Mapping[str, str], kind: str) -> None:
    field, text = f"sms_{_short(language)}", named.get("sms", "")
    check_text(kind_of(kind), body=text, field=field)
    _refuse_unlinked(text, field=field)


def _refuse_unlinked(text: str, *, field: str) -> None:
    if "link" not in writing.places_in(text):
        raise PromotionLinkMissing(field=field)


def _refuse_unsendable(texts: Texts) -> None:
    """Some vendors send only what is filed with them; of that, one language is enough."""
    texting = present_texting()
    if texting.gateway is None:
        raise TextsNotSetUp
    if texting.needs_template and not any(named.get("sms_template") for named in texts.values()):
        house = writing.choose_language(
            Organisation.objects.values_list("language", flat=True).get(id=door.organisation_id())
        )
        raise TextCodeMissing(
            vendor=texting.gateway.get_vendor_display(), language=str(_LANGUAGE_NAMES[house]),
            field=f"sms_template_{_short(house)}",
        )  # fmt: skip


def _refuse_unusable(name: str, text: str, places: tuple[str, ...], *, field: str) -> None:
    if not text.strip():
        raise PromotionTextMissing(field=field)
    if len(text) > _MOST[name]:
        raise PromotionTextTooLong(most=_MOST[name], field=field)
    if wrong := writing.unknown_places(text, places):
        place = wrong[0] if wrong[0] and wrong[0] in "{}" else f"{{{wrong[0]}}}"
        raise PromotionPlaceUnknown(place=place, known=", ".join(f"{{{known}}}" for known in places), field=field)


def _linted(campaign: Campaign, texts: Texts, group_text: str) -> list[Finding]:
    all_texts = {**readable(texts), **({"group": {"text": group_text}} if group_text else {})}
    for verdict in judge_law([], Setup(has_rules_text=True, texts=all_texts)):
        if verdict.code == "pyramid_words":
            raise PromotionUnlawful(words=verdict.facts["words"], field=_field(verdict.path.removeprefix("texts/")))
    found = lint_texts(all_texts)
    if found and campaign.is_wechat_safe:
        raise PromotionInducesSharing(words=found[0].words, field=_field(found[0].place))
    return found


def readable(texts: Texts) -> dict[str, dict[str, str]]:
    """Leave out what nobody reads: the codes of texts."""
    return {
        language: {name: text for name, text in named.items() if name != "sms_template"} for language, named in texts.items()
    }


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
    """Give the letters, as the outbox takes them."""
    return {language: writing.Text(named["subject"], named["body"]) for language, named in texts.items() if "body" in named}


def worded_texts(texts: Texts) -> dict[str, writing.Text]:
    """Give the text messages, as the outbox takes them."""
    return {
        language: writing.Text("", named["sms"], named.get("sms_template", ""))
        for language, named in texts.items()
        if "sms" in named
    }
