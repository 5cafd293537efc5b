"""What WeChat blocks: texts that induce sharing, and campaigns built so that sharing pays. Plain functions."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from referrals.rules.wechat_words import (
    BOUGHT_FIRST,
    BY_WEIGHT,
    CHINESE,
    CHINESE_BUY,
    ENGLISH,
    ENGLISH_BUY,
    LIKENESSES,
    PICTURES,
)

CODES = tuple(CHINESE)
# A reward that comes before anybody has bought is a reward for sharing, whatever the page says.
SHARE_EVENTS = ("share", "touch", "click", "clicked", "submitted")
HELP_EVENTS = ("help", "like", "vote")
JOINING_EVENTS = ("registered", "submitted", "confirmed")

_SENTENCE_END = "。！？!?；;\n\r"
_CLAUSE_END = "，,、：:"
_LETTERS_APART = re.compile(r"(?<![a-z])(?:[a-z@4$3][ .\-_*·]{1,2}){3,}[a-z@4$3](?![a-z])")


@dataclass(frozen=True)
class Finding:
    """`place` is the language and the text ("zh-hans/offer"), or a path in the terms; `words` as they stand there."""

    code: str
    place: str
    words: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Giving:
    """One thing that a campaign gives, as far as this check goes. `event` makes it due; `shares` are asked for."""

    to: str
    event: str
    place: str = "terms"
    shares: int = 0


# --- texts -------------------------------------------------------------------------------------------


def lint_texts(texts: Mapping[str, Mapping[str, str]]) -> list[Finding]:
    """Find what induces sharing in texts by language and name."""
    return [
        finding
        for language, named in texts.items()
        for name, text in named.items()
        for finding in lint_text(text, place=f"{language}/{name}")
    ]


def lint_text(text: str, *, place: str = "text") -> list[Finding]:
    """Find what induces sharing in one text, in the order in which it stands there."""
    found = [
        *_found(text, _chinese(text), CHINESE, CHINESE_BUY, place),
        *_found(text, _english(text), ENGLISH, ENGLISH_BUY, place),
    ]
    return _without_overlaps(found)


def _found(
    text: str, plain: list[tuple[str, int]], rules: Mapping[str, tuple[str, ...]], buying: str, place: str
) -> Iterator[Finding]:
    written = "".join(letter for letter, _ in plain)
    for code, patterns in rules.items():
        for pattern in patterns:
            for match in _compiled(pattern).finditer(written):
                if code in BOUGHT_FIRST and _was_bought_before(written, match.start(), buying):
                    continue
                start, end = plain[match.start()][1], plain[_whole(written, match.end()) - 1][1] + 1
                yield Finding(code, place, text[start:end], start, end)


def _whole(written: str, end: int) -> int:
    """Do not end within a figure, or between it and its unit."""
    while end < len(written) and written[end - 1].isdigit() and (written[end].isdigit() or written[end] in "元块折%人位个"):
        end += 1
    return end


def _was_bought_before(written: str, start: int, buying: str) -> bool:
    """Say whether the sentence speaks of a purchase before it comes to inviting."""
    begun = max(written.rfind(sign, 0, start) for sign in "。.!?")
    return bool(_compiled(buying).search(written, begun + 1, start))


@cache
def _compiled(pattern: str) -> re.Pattern:
    return re.compile(pattern)


def _without_overlaps(found: Iterable[Finding]) -> list[Finding]:
    """Keep, of findings over the same words, the weightiest; of equally weighty ones the longest."""
    kept: list[Finding] = []
    for finding in sorted(found, key=lambda each: (BY_WEIGHT.index(each.code), each.start - each.end)):
        if all(finding.end <= other.start or finding.start >= other.end for other in kept):
            kept.append(finding)
    return sorted(kept, key=lambda each: each.start)


# --- plain texts, whose letters know where they came from ---------------------------------------------


def _letters(text: str) -> Iterator[tuple[str, int]]:
    """Give half-width, lower-case, simplified letters, without what cannot be seen."""
    for place, sign in enumerate(text):
        for letter in PICTURES.get(sign) or unicodedata.normalize("NFKC", sign).lower().translate(LIKENESSES):
            if unicodedata.category(letter) not in ("Cf", "Mn", "Me", "Cc") or letter in "\n\r\t":
                yield letter, place


def _chinese(text: str) -> list[tuple[str, int]]:
    """Leave out spaces and decoration, which are set between characters to hide words."""
    plain = []
    for letter, place in _letters(text):
        if letter in _SENTENCE_END:
            plain.append(("。", place))
        elif letter in _CLAUSE_END:
            plain.append(("，", place))
        elif letter.isalnum() or letter in "¥":
            plain.append((letter, place))
    return plain


def _english(text: str) -> list[tuple[str, int]]:
    """Keep single spaces; put letters together that were set apart."""
    plain: list[tuple[str, int]] = []
    for letter, place in _letters(text):
        letter = " " if letter.isspace() and letter not in "\n\r" else {"。": ".", "！": "!", "？": "?"}.get(letter, letter)
        letter = "." if letter in "\n\r;；" else letter
        if not (letter == " " and plain and plain[-1][0] == " "):
            plain.append((letter, place))
    written = "".join(letter for letter, _ in plain)
    apart = {
        place for match in _LETTERS_APART.finditer(written) for place in range(*match.span()) if not written[place].isalnum()
    }
    return [each for place, each in enumerate(plain) if place not in apart]


# --- how a campaign is built --------------------------------------------------------------------------


def lint_structure(givings: Iterable[Giving]) -> list[Finding]:
    """Find rewards that are given for sharing, for helping, or for joining when that takes shares."""
    return [Finding(code, each.place, each.event) for each in givings if (code := _structure(each))]


def _structure(giving: Giving) -> str:
    if giving.event in HELP_EVENTS:
        return "help_structure"
    if giving.event in JOINING_EVENTS and giving.shares:
        return "joining_needs_shares"
    if giving.event in SHARE_EVENTS and giving.to == "referrer":
        return "share_structure"
    return ""
