"""Texts of a Chinese page that nobody translated."""

import re
from html.parser import HTMLParser

# Words of the world's own: names, what people wrote, codes of machines.
_DATA = re.compile(
    r"Ann Smith|Cleo Brown|Acme|Gus|Bring a friend|Call Ann|She likes|a gift|A welcome present|A friend|Spend £|"
    r"For new customers|I buy here|Hello, I am|Welcome coupon|Espresso|When a friend|"
    r"Answer the enquiry|Lid arrived|Low score \(|Would you recommend|How likely are you|What is the main reason|"
    r"Three orders within|Bought before, nothing|Wrong item sent|Damaged on the way|Not as described|Ask about an item|"
    r"Ask whether all arrived|Prefers the evening|Thank them for|A new one is on|After an order|"
    r"Ask how it goes|Your friend knows good coffee|known for years|I told her about|She came on|Send the offer|"
    r"Pack and send|paid through file|helped at the|Ask the tax adviser|example|Yinjian|now yours to use|Excel|CSV|GB18030"
)
_ENGLISH = re.compile(r"\b[A-Za-z']{2,}(?:,? [A-Za-z']{2,}){2,}")


def english_in(html: str) -> list[str]:
    """Find three words of English in a row: a text that nobody translated, unless it is data."""
    reader = _Texts()
    reader.feed(html)
    return sorted({text for text in reader.texts if _ENGLISH.search(text) and not _DATA.search(text)})


_TOLD_BY_ATTRIBUTES = ("aria-label", "placeholder", "title", "alt", "data-confirm")


class _Texts(HTMLParser):
    """Collect what a reader of the page's language is shown: texts, and the labels, hints and titles of things."""

    def __init__(self):
        super().__init__()
        self.texts, self.path = [], []

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        if not self._is_silent():
            self.texts += [told[name] for name in _TOLD_BY_ATTRIBUTES if told.get(name)]
        if tag not in ("br", "img", "input", "link", "meta", "hr", "path", "source"):
            is_code = tag in ("script", "style", "code", "textarea", "option") or "mono" in told.get("class", "")
            self.path.append((tag, is_code or told.get("lang") == "en"))

    def handle_endtag(self, tag):
        while self.path and self.path.pop()[0] != tag:
            pass

    def handle_data(self, text):
        if text.strip() and not self._is_silent():
            self.texts.append(text.strip())

    def _is_silent(self) -> bool:
        return any(silent for _, silent in self.path)
