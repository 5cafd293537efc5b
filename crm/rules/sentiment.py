"""Read a short comment: is it good or bad, and what is it about? Words and negations, no model, nothing leaves the house.

How good it is on labelled samples: tests/crm/test_sentiment.py.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from crm.rules import sentiment_words as words

_WORD = re.compile(r"[a-z][a-z'’-]*")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_CLAUSE = re.compile(r"[，,。.！!？?；;、\n~…]+|(?=但|可是|不过|只是|就是|然而)|(?=\b(?:but|however|although|though)\b)")
_LONGEST_ZH = 6
_AFTER_BUT = 2  # what follows a "but" is what people mean


@dataclass(frozen=True)
class Reading:
    """`sentiment`: 1 good, 0 neither, -1 bad. `topic`: a key of sentiment_words.TOPICS, or "other"."""

    sentiment: int
    topic: str


def read_comment(text: str) -> Reading | None:
    """Judge a comment; None where nothing was written."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("’", "'").strip()
    if not plain:
        return None
    weight, total = 1, 0
    for clause in _CLAUSE.split(plain):
        if _turns(clause):
            weight = _AFTER_BUT
        total += weight * (_score_zh(clause) if _HAN.search(clause) else _score_en(clause))
    return Reading((total > 0) - (total < 0), _topic(plain))


def _turns(clause: str) -> bool:
    return clause.startswith(words.BUTS_ZH) or any(word in _buts_en() for word in _WORD.findall(clause)[:2])


def _score_zh(clause: str) -> int:
    """Take the longest words from the left; a denial just before a word turns it."""
    good, bad, neither = _lexicon_zh()
    score, place = 0, 0
    while place < len(clause):
        for length in range(min(_LONGEST_ZH, len(clause) - place), 0, -1):
            word = clause[place : place + length]
            if word in neither or word in good or word in bad:
                value = (word in good) - (word in bad) if word not in neither else 0
                score += -value if _is_denied_zh(clause[:place]) else value
                place += length
                break
        else:
            place += 1
    return score


_BETWEEN_ZH = re.compile(r"(?:很|太|那么|特别|什么|一点|一丝|半点|任何|让我|让人|再|有过|出现)+$")


def _is_denied_zh(before: str) -> bool:
    return _BETWEEN_ZH.sub("", before[-6:]).endswith(words.DENIALS_ZH)


def _score_en(clause: str) -> int:
    good, bad = _lexicon_en()
    tokens = _WORD.findall(clause)
    score = 0
    for place, word in enumerate(tokens):
        value = (word in good) - (word in bad)
        if value:
            is_denied = any(each in _denials_en() for each in tokens[max(0, place - 3) : place])
            score += -value if is_denied else value
    return score


def _topic(plain: str) -> str:
    tokens = set(_WORD.findall(plain))
    counts = {
        topic: sum(word in tokens if word.isascii() else word in plain for word in keys)
        for topic, keys in _topic_words().items()
    }
    best = max(counts, key=lambda topic: counts[topic])  # of equals the first in the table: the narrower ones stand first
    return best if counts[best] else "other"


@cache
def _lexicon_zh() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    return frozenset(words.GOOD_ZH.split()), frozenset(words.BAD_ZH.split()), frozenset(words.NEITHER_ZH.split())


@cache
def _lexicon_en() -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(words.GOOD_EN.split()), frozenset(words.BAD_EN.split())


@cache
def _denials_en() -> frozenset[str]:
    return frozenset(words.DENIALS_EN.split())


@cache
def _buts_en() -> frozenset[str]:
    return frozenset(words.BUTS_EN.split())


@cache
def _topic_words() -> dict[str, list[str]]:
    return {topic: keys.split() for topic, keys in words.TOPICS.items()}
