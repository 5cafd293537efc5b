"""Read a short comment: is it good or bad, and what is it about? Weighed words, no model, nothing leaves the house.

Words chosen by hand go first (sentiment_words.py), what they leave is weighed by what people wrote in labelled reviews
(sentiment_data/). Why so: docs/adr/0018-reading-comments.md. How good it is: tests/crm/test_sentiment.py.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from crm.rules import sentiment_words as words

_WORD = re.compile(r"[a-z][a-z'-]*")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_NOT_HAN = re.compile(r"[^\u4e00-\u9fff]+")
_CLAUSE = re.compile(
    r"[，,。.！!？?；;、\n~…]+|(?=但|可是|不过|只是|就是|然而|唯一)|(?=\b(?:but|however|although|though|shame)\b)"
)
_LONGEST_ZH = 6
_LONGEST_PIECE_ZH, _LONGEST_PIECE_EN = 4, 3
_AFTER_BUT = 1.2  # what follows a "but" is what people mean
_BY_HAND = 2.0  # what a word that was chosen by hand weighs; the learned ones weigh -2.5 to 2.5
_TURN = 1.0  # what a "but" itself says against what stands before it
_MILD = 0.6  # of a word by hand: "all right", "a little"
_STRONG = 1.3
_STRONG_ZH = re.compile("太|极|超|死|非常|特别|十分")
_DENIED = -0.74  # what a denial leaves of a word that only the corpus knows
_OPEN = 0.8  # a sum closer to nought says neither
_MIXED = 0.55  # where the lesser side has this share of the greater, people mean both


@dataclass(frozen=True)
class Reading:
    """`sentiment`: 1 good, 0 neither, -1 bad. `topic`: a key of sentiment_words.TOPICS, or "other".

    `why`: the pieces of the comment that weighed most for what was found.
    """

    sentiment: int
    topic: str
    why: tuple[str, ...] = field(default=(), compare=False)


def read_comment(text: str) -> Reading | None:
    """Judge a comment; None where nothing was written."""
    plain = _plain(text)
    if not plain:
        return None
    found = [] if _says_nothing().fullmatch(_CLAUSE.sub("", plain)) else list(_weigh(plain))
    sentiment = _verdict(found)
    return Reading(sentiment, _topic(plain), _why(found, sentiment))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower().replace("’", "'").strip()


def _weigh(plain: str) -> Iterator[tuple[str, float]]:
    """Give each piece its weight; "but" speaks against what stands before it, and lends weight to what follows."""
    weight, total = 1.0, 0.0
    for clause in filter(None, _CLAUSE.split(plain)):
        if _turns(clause):
            weight = _AFTER_BUT
            if abs(total) > _TURN:
                yield clause[:2], -_TURN if total > 0 else _TURN
        if _asks().match(clause.strip()):
            continue
        weigh = _weigh_zh if _HAN.search(clause) else _weigh_en
        for piece, value in weigh(clause):
            total += value
            yield piece, weight * value


def _verdict(found: list[tuple[str, float]]) -> int:
    total = sum(value for _, value in found)
    good, bad = (sum(max(0, sign * value) for _, value in found) for sign in (1, -1))
    if abs(total) < _OPEN or min(good, bad) > _MIXED * max(good, bad):
        return 0
    return 1 if total > 0 else -1


def _why(found: list[tuple[str, float]], sentiment: int) -> tuple[str, ...]:
    heaviest = sorted(found, key=lambda each: -each[1] * sentiment)
    return tuple(dict.fromkeys(piece for piece, weight in heaviest if weight * sentiment > 0))[:3]


def _turns(clause: str) -> bool:
    return clause.startswith(words.BUTS_ZH) or any(word in _set("BUTS_EN") for word in _WORD.findall(clause)[:2])


# Chinese


def _weigh_zh(clause: str) -> Iterator[tuple[str, float]]:
    """Take the longest words from the left; a denial just before a word turns it. Then weigh what is left between."""
    values = _values_zh()
    left, start, place = [], 0, 0
    while place < len(clause):
        for length in range(min(_LONGEST_ZH, len(clause) - place), 0, -1):
            word = clause[place : place + length]
            if word in values:
                before = _denial_zh(clause[start:place])
                strength = _STRONG if _STRONG_ZH.search(clause[max(0, place - 2) : place + length]) else 1
                yield before + word, _BY_HAND * strength * (-values[word] if before else values[word])
                left.append(clause[start : place - len(before)])
                place += length
                start = place
                break
        else:
            place += 1
    rest = "，".join([*left, clause[start:]])
    for pattern, value in _patterns_zh():
        yield from ((each[0], value * _BY_HAND) for each in pattern.finditer(clause))
    learned = _learned("zh")
    pieces = pieces_zh(rest)
    yield from ((piece, learned[piece]) for piece in sorted(pieces) if piece in learned)


@cache
def _patterns_zh() -> list[tuple[re.Pattern[str], float]]:
    lists = ((words.PATTERNS_GOOD_ZH, _MILD), (words.PATTERNS_BAD_ZH, -_MILD))
    return [(re.compile(_joined(text)), value) for text, value in lists]


@cache
def _values_zh() -> dict[str, float]:
    lists = (
        ("MILD_ZH", _MILD), ("MILD_BAD_ZH", -_MILD), ("GOOD_ZH", 1), ("BAD_ZH", -1), ("NEITHER_ZH", 0)
    )  # fmt: skip
    return {word: value for name, value in lists for word in _set(name)}


def pieces_zh(text: str) -> set[str]:
    """Cut a text to the pieces of one to four characters that stand in it."""
    runs = _NOT_HAN.split(text)
    return {
        run[place : place + length]
        for run in runs
        for length in range(1, _LONGEST_PIECE_ZH + 1)
        for place in range(len(run) - length + 1)
    }


_BETWEEN_ZH = re.compile(r"(?:很|太|那么|特别|什么|一点|一丝|半点|任何|让我|让人|再|有过|出现)+$")


def _denial_zh(before: str) -> str:
    """Tell the denial, and what stands after it, with which the text ends."""
    near = before[-6:]
    bare = _BETWEEN_ZH.sub("", near)
    denials = [denial for denial in words.DENIALS_ZH if bare.endswith(denial)]
    return near[len(bare) - len(max(denials, key=len)) :] if denials else ""


# English


def _weigh_en(clause: str) -> Iterator[tuple[str, float]]:
    learned = _learned("en")
    good, bad = _set("GOOD_EN"), _set("BAD_EN")
    for pattern, value in _phrases_en():
        for phrase in pattern.finditer(clause):
            yield phrase[0], value * _BY_HAND
        clause = pattern.sub(" | ", clause)
    for run in clause.split("|"):
        for piece in sorted(pieces_en(run)):
            word = piece.removeprefix("~")
            if word in good or word in bad:
                value = _BY_HAND * ((word in good) - (word in bad))
                yield piece, -value if word != piece else value
            elif piece in learned:
                yield piece, learned[piece]
            elif word != piece and word in learned:
                yield piece, _DENIED * learned[word]


def pieces_en(text: str) -> set[str]:
    """Cut a text to runs of one to three words; a word after a denial is marked with ~."""
    tokens = _WORD.findall(text.lower())
    denials = [place for place, word in enumerate(tokens) if word in _set("DENIALS_EN")]
    pieces = {
        " ".join(tokens[place : place + length])
        for length in range(2, _LONGEST_PIECE_EN + 1)
        for place in range(len(tokens) - length + 1)
    }
    for place, word in enumerate(tokens):
        pieces.add(f"~{word}" if any(place - 4 < each < place for each in denials) else word)
    return pieces


@cache
def _phrases_en() -> list[tuple[re.Pattern[str], int]]:
    lists = (
        (words.PHRASES_NEITHER_EN, 0), (words.PHRASES_GOOD_EN, 1), (words.PHRASES_BAD_EN, -1),
        (words.PATTERNS_GOOD_EN, _MILD), (words.PATTERNS_BAD_EN, -_MILD),
    )  # fmt: skip
    return [(re.compile(rf"\b(?:{_joined(text)})\b"), value) for text, value in lists]


# Both


def _joined(text: str) -> str:
    """Put a pattern that is written over several lines into one."""
    return text.replace("\n", "")


@cache
def _says_nothing() -> re.Pattern[str]:
    return re.compile(words.NEITHER_WHOLE_ZH)


@cache
def _asks() -> re.Pattern[str]:
    return re.compile(f"{words.ASKS_ZH}|{words.ASKS_EN}")


def _topic(plain: str) -> str:
    tokens = set(_WORD.findall(plain))
    counts = {
        topic: sum(word in tokens if word.isascii() else word in plain for word in keys)
        for topic, keys in _topic_words().items()
    }
    best = max(counts, key=lambda topic: counts[topic])  # of equals the first in the table: the narrower ones stand first
    return best if counts[best] else "other"


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(getattr(words, name).split())


@cache
def _topic_words() -> dict[str, list[str]]:
    return {topic: keys.split() for topic, keys in words.TOPICS.items()}


@cache
def _learned(language: str) -> dict[str, float]:
    """Read a file of pieces and hundredths once; both take about 10 ms."""
    lines = (Path(__file__).parent / f"sentiment_data/{language}.tsv").read_text("utf-8").splitlines()
    return {piece: int(weight) / 100 for piece, weight in (line.split("\t") for line in lines)}
