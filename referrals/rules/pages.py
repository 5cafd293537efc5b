"""A campaign's landing page as data: blocks, variants, and who sees which."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from referrals.errors.pages import (
    AddressNotAllowed,
    AltMissing,
    BlockEmpty,
    BlockTwice,
    FormBlockMissing,
    PageTooLong,
    UnknownBlock,
    VariantsAlike,
)

Texts = Mapping[str, str]  # {"en": …, "zh-hans": …}
LANGUAGES = ("zh-hans", "en")
VARIANTS = ("a", "b")
# What a block needs to be worth showing: one of these has to be said, in one language at least.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "hero": (), "inviter": (), "both": (), "countdown": (), "form": (), "terms": (),
    "steps": ("lines",), "text": ("title", "text"), "picture": ("picture",), "quote": ("text",), "video": ("url",),
    "questions": ("lines",),
}  # fmt: skip
ONCE = ("hero", "form", "countdown", "both", "terms", "inviter")
MOST_BLOCKS = 30
PLAIN_ASKS = ("city", "message")
OWN = "field:"  # fills in a customer's own field: field:<key>
ASKED = ("optional", "required")
_TEXTS = ("title", "text", "lines", "alt", "author")
_READ = ("title", "text", "lines", "author")
_LONGEST = {"title": 120, "text": 2000, "lines": 3000, "alt": 200, "author": 80}
_UNSEEN = re.compile("[\u0000-\u0008\u000b-\u001f\u007f\u200b\u202a-\u202e\u2066-\u2069\ue000-\uf8ff\ufeff]")


@dataclass(frozen=True)
class Block:
    """A part of a page. Texts are plain: what looks like HTML is shown as it is written."""

    kind: str
    title: Texts = field(default_factory=dict)
    text: Texts = field(default_factory=dict)
    lines: Texts = field(default_factory=dict)  # steps: one a line; questions: the answer follows, blank lines part them
    alt: Texts = field(default_factory=dict)  # of the picture
    author: Texts = field(default_factory=dict)
    picture: str = ""  # fingerprint of a LandingPicture
    url: str = ""
    asks: Mapping[str, str] = field(default_factory=dict)  # form: what else it asks → optional, required
    not_in_wechat: bool = False  # names a reward, say: WeChat blocks pages that lure people into sharing

    def says(self, name: str) -> bool:
        value = getattr(self, name)
        return bool(value if isinstance(value, str) else said(value))


@dataclass(frozen=True)
class Variant:
    blocks: tuple[Block, ...] = ()
    card_title: Texts = field(default_factory=dict)  # of the card that a messenger shows for the link
    card_text: Texts = field(default_factory=dict)

    @property
    def form(self) -> Block:
        return next((block for block in self.blocks if block.kind == "form"), Block("form"))


@dataclass(frozen=True)
class Page:
    """All of a page: variant a, perhaps b for a share of the visitors, and perhaps an address of the organisation's own."""

    variants: Mapping[str, Variant]
    share_b: int = 0  # of 100 visitors
    elsewhere: str = ""  # people are led there, once the touch is kept

    @property
    def is_test(self) -> bool:
        return "b" in self.variants and self.share_b > 0

    def variant(self, name: str) -> Variant:
        return self.variants.get(name) or self.variants["a"]

    def pictures(self) -> set[str]:
        return {block.picture for each in self.variants.values() for block in each.blocks if block.picture}


def read_page(stored: Mapping[str, Any]) -> Page:
    """Read a page as it is kept; what is unknown to it is left out."""
    told = _mapping(stored.get("variants"))
    variants = {name: _variant(_mapping(told[name])) for name in VARIANTS if told.get(name)}
    variants.setdefault("a", Variant())
    told_share = stored.get("share_b")
    share = told_share if "b" in variants and isinstance(told_share, int) else 0
    return Page(variants, min(max(share, 0), 99), str(stored.get("elsewhere") or "").strip()[:300])


def page_json(page: Page) -> dict[str, Any]:
    variants = {name: _lean(asdict(variant)) for name, variant in page.variants.items()}
    for name, variant in page.variants.items():
        variants[name]["blocks"] = [_lean(asdict(block)) for block in variant.blocks]
    return {"variants": variants, "share_b": page.share_b, "elsewhere": page.elsewhere}


def check_page(page: Page) -> None:
    """Refuse a page that would not do what it is for."""
    for name, variant in page.variants.items():
        _check_variant(name, variant)
    if page.is_test and page.variants["a"] == page.variants["b"]:
        raise VariantsAlike
    if page.elsewhere and not is_address(page.elsewhere):
        raise AddressNotAllowed(field="elsewhere", address=page.elsewhere)


def _check_variant(name: str, variant: Variant) -> None:
    kinds = [block.kind for block in variant.blocks]
    if len(kinds) > MOST_BLOCKS:
        raise PageTooLong(most=MOST_BLOCKS)
    for kind in kinds:
        if kind not in NEEDS:
            raise UnknownBlock(kind=kind)
        if kind in ONCE and kinds.count(kind) > 1:
            raise BlockTwice(kind=kind, variant=name.upper())
    if "form" not in kinds:
        raise FormBlockMissing(variant=name.upper())
    for number, block in enumerate(variant.blocks, 1):
        _check_block(number, block, name.upper())


def _check_block(number: int, block: Block, variant: str) -> None:
    needed = NEEDS[block.kind]
    if needed and not any(block.says(name) for name in needed):
        raise BlockEmpty(kind=block.kind, number=number, variant=variant)
    if block.picture and not said(block.alt):
        raise AltMissing(number=number, variant=variant)
    if block.url and not is_address(block.url):
        raise AddressNotAllowed(address=block.url)


def is_address(text: str) -> bool:
    """Say whether it is a plain https address; no script, no credentials in it."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    is_plain = "@" not in parts.netloc and not re.search(r"[\s<>\"]", text)
    return parts.scheme == "https" and bool(parts.hostname) and is_plain


def variant_for(campaign_id: UUID, visitor: str, share_b: int) -> str:
    """Choose a visitor's variant: the same one every time. `visitor` is a keyed hash, so nobody can choose for themselves.

    The statement that keeps a visit (referrals/operations/visits.py) reckons the same.
    """
    first, second = sha256(f"{campaign_id}{visitor}".encode()).digest()[:2]
    return "b" if (first * 256 + second) * 100 // 65536 < share_b else "a"


def said(texts: Texts) -> str:
    """Give any language in which something is said."""
    return next((text for text in texts.values() if text), "")


def in_language(texts: Texts, language: str) -> str:
    return texts.get(language) or said(texts)


def words_of(page: Page, *, in_wechat: bool) -> dict[str, dict[str, str]]:
    """Give what people read on a page and on its card, by language and place; `in_wechat`: without what is hidden there."""
    told: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for name, variant in page.variants.items():
        blocks = [block for block in variant.blocks if not (in_wechat and block.not_in_wechat)]
        said_there = {
            f"{name}/{number}/{part}": getattr(block, part)
            for number, block in enumerate(blocks)
            for part in _READ
        } | {f"{name}/card_title": variant.card_title, f"{name}/card_text": variant.card_text}  # fmt: skip
        for place, texts in said_there.items():
            for language, text in texts.items():
                told[language][place] = text
    return told


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def questions_of(text: str) -> list[tuple[str, str]]:
    """Part questions from answers: the first line asks, what follows up to an empty line answers."""
    parts = [lines_of(part) for part in re.split(r"\n\s*\n", text.replace("\r", ""))]
    return [(part[0], "\n".join(part[1:])) for part in parts if part]


def _variant(stored: Mapping[str, Any]) -> Variant:
    blocks = tuple(_block(each) for each in _list(stored.get("blocks")) if isinstance(each, Mapping) and each.get("kind"))
    return Variant(blocks, _texts(stored.get("card_title"), 120), _texts(stored.get("card_text"), 200))


def _block(stored: Mapping[str, Any]) -> Block:
    texts = {name: _texts(stored.get(name), _LONGEST[name]) for name in _TEXTS}
    asks = _mapping(stored.get("asks"))
    return Block(
        str(stored["kind"])[:20], picture=str(stored.get("picture") or "")[:64],
        url=str(stored.get("url") or "").strip()[:300],
        asks={str(name)[:60]: how for name, how in asks.items() if how in ASKED and _may_ask(str(name))},
        not_in_wechat=stored.get("not_in_wechat") is True, **texts,
    )  # fmt: skip


def _may_ask(name: str) -> bool:
    return name in PLAIN_ASKS or name.startswith(OWN)


def _texts(told: Any, longest: int) -> dict[str, str]:
    told = _mapping(told)
    plain = {name: _UNSEEN.sub("", str(told.get(name) or "")).strip()[:longest] for name in LANGUAGES}
    return {name: text for name, text in plain.items() if text}


def _mapping(told: Any) -> Mapping[str, Any]:
    return told if isinstance(told, Mapping) else {}


def _list(told: Any) -> Sequence[Any]:
    return told if isinstance(told, list | tuple) else []


def _lean(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value}
