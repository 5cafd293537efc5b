"""The catalogue of Simplified Chinese is whole, and texts are nowhere but where they belong."""

import re
import shutil
from pathlib import Path

import polib
import pytest
from django.core.management import call_command
from django.utils import translation

from config.management.commands.makemessages import plain_msgids
from tests.conftest import ROOT

CATALOGUE = ROOT / "locale/zh_Hans/LC_MESSAGES/django.po"
ROOMS = [
    "analytics", "config", "crm", "dashboard", "foundation", "integrations", "loyalty", "messaging", "portal", "referrals",
    "rewards", "tenancy", "templates",
]  # fmt: skip
PLACE = re.compile(r"%\(\w+\)[sd]|%%|%[sd]|\{\w+\}|</?\w+[^>]*>")
HAN = re.compile(r"[\u4e00-\u9fff]")

# Where Chinese is data, not a missing msgid.
CHINESE_IS_DATA = {
    "referrals/operations/abuse/proving.py": "what a task asks for, in both languages",
    "referrals/simulation_words.py": "how a day is written",
    "referrals/rules/told_amounts.py": "how amounts are written in texts",
    "messaging/referral_notices.py": "what became of a hand-over, in both languages",
    "messaging/wording_referrals.py": "texts in both languages",
    "messaging/wording_sms.py": "texts in both languages",
    "messaging/operations/receipts.py": "words that end texts",
    "referrals/operations/profiles.py": "titles of a task and of the house's own profile, in both languages",
    "referrals/printing/designs.py": "what a printed piece says in both languages",
    "referrals/rules/sources.py": "surnames of two characters",
    "config/demo/": "what the demo's shop sells, who buys it and what is said",
    "foundation/public_holidays.py": "names of days in both languages",
    "dashboard/forms_surveys.py": "an example in both languages",
    "dashboard/views/survey_forms.py": "a first question in both languages",
    "dashboard/views/account.py": "name of the demo's shop",
    "crm/masking.py": "amounts as they stand in a text",
    "crm/migrations/0016_people.py": "from the first to the last Chinese character",
    "crm/migrations/0020_name_key.py": "from the first to the last Chinese character",
    "crm/operations/deals/naming.py": "what other systems call the ends of a deal",
    "crm/operations/deals/setup.py": "names of stages and reasons in both languages",
    "crm/queries/duplicates.py": "from the first to the last Chinese character",
    "crm/rules/custom_fields.py": "yes and no as people write them",
    "crm/rules/sentiment": "words that people judge with",
    "integrations/balances.py": "values of cells",
    "integrations/mapping.py": "column names of files",
    "integrations/vocabulary.py": "column names of files",
    "integrations/purchases.py": "name of a customer that a file knows by number",
    "integrations/rows.py": "values of cells",
    "integrations/values.py": "values of cells",
    "integrations/operations/deliver.py": "texts in both languages",
    "loyalty/operations/tiers.py": "names and benefits in both languages",
    "messaging/gift_notices.py": "texts in both languages",
    "messaging/lead_notices.py": "texts in both languages",
    "messaging/mail.py": "texts in both languages",
    "messaging/operations/reminders.py": "texts in both languages",
    "messaging/rules.py": "texts in both languages",
    "messaging/talk_notices.py": "texts in both languages",
    "messaging/texts.py": "texts in both languages",
    "messaging/wechat/fields.py": "days as WeChat reads them, and from the first to the last Chinese character",
    "messaging/wording_zh_hans.py": "the house wording",
    "referrals/operations/confirming.py": "texts in both languages",
    "referrals/ready_words.py": "rewordings in the language of the text",
    "referrals/rules/law.py": "laws by their own names, and words that they forbid",
    "referrals/rules/wechat": "words that WeChat blocks",
    "rewards/providers/files.py": "column names and values of banks' files",
    "referrals/templates.py": "texts in both languages",
    "rewards/operations/gifts/news.py": "texts in both languages",
}
# A language is called by its own name, a comment may show what it speaks of.
ALLOWED_LINES = re.compile(r"简体中文|中文|#.*|\"\"\".*")


@pytest.fixture(scope="module")
def catalogue():
    return polib.pofile(str(CATALOGUE))


@pytest.fixture(scope="module")
def extracted(tmp_path_factory):
    """What `manage.py makemessages` finds today, in a copy of the sources."""
    if not shutil.which("xgettext"):
        pytest.skip("needs GNU gettext")
    copy = tmp_path_factory.mktemp("sources")
    for room in ROOMS:
        shutil.copytree(ROOT / room, copy / room, ignore=_all_but_texts)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(copy)
        patch.setattr("django.conf.settings.LOCALE_PATHS", [copy / "locale"])
        call_command("makemessages", verbosity=0)
    return polib.pofile(str(copy / "locale/zh_Hans/LC_MESSAGES/django.po"))


def test_every_text_is_in_the_catalogue(extracted, catalogue):
    assert _keys(extracted) - _keys(catalogue) == set(), "run manage.py makemessages, then translate"
    assert len(extracted) > 1500


def test_the_catalogue_has_no_text_that_is_gone(extracted, catalogue):
    assert _keys(catalogue) - _keys(extracted) == set(), "run manage.py makemessages"


def test_texts_in_plain_strings_are_in_the_catalogue(catalogue):
    found = plain_msgids()
    assert {"There is no such record.", "The line names no customer."} <= found
    assert found - {entry.msgid for entry in catalogue} == set()


def test_contexts_are_said_where_they_are_asked_for():
    """A text whose context is a variable is found by no tool, and nobody translates it."""
    hidden = re.compile(r"\bn?pgettext(?:_lazy)?\(\s*(?![\"'\s])[^)]*")
    found = [f"{path.relative_to(ROOT)}: {match[0]}" for path in _sources() for match in hidden.finditer(path.read_text())]
    assert found == []


def _sources() -> list[Path]:
    return [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]


def test_every_text_is_translated(catalogue):
    assert [entry.msgid for entry in catalogue if not entry.translated() or entry.fuzzy or entry.obsolete] == []


def test_translations_have_the_places_of_their_texts(catalogue):
    assert [entry.msgid for entry in catalogue for text in _texts(entry) if _places(text) != _places(_fullest(entry))] == []


def test_the_compiled_catalogue_is_the_written_one(catalogue):
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    assert {_key(entry): _texts(entry) for entry in compiled} == {_key(entry): _texts(entry) for entry in catalogue}


def test_chinese_pages_use_chinese_punctuation(catalogue):
    half_width = re.compile(r"[\u4e00-\u9fff][,;:!?]|[\u4e00-\u9fff]\.(?:\s|$)|[,;!?(][\u4e00-\u9fff]")
    assert [text for entry in catalogue for text in _texts(entry) if half_width.search(text)] == []


def test_english_needs_no_catalogue():
    with translation.override("en"):
        assert translation.gettext("There is no such record.") == "There is no such record."
        assert translation.ngettext("%(n)s row", "%(n)s rows", 2) == "%(n)s rows"
    with translation.override("zh-hans"):
        assert translation.gettext("There is no such record.") == "没有该记录。"
        assert translation.ngettext("%(n)s row", "%(n)s rows", 2) == "%(n)s 行"


def test_chinese_stands_only_where_it_is_data():
    sources = [path for room in ROOMS for suffix in ("py", "html") for path in (ROOT / room).rglob(f"*.{suffix}")]
    found = {str(path.relative_to(ROOT)): _stray_chinese(path) for path in sources}
    chinese = {name: lines for name, lines in found.items() if lines}
    assert {name: lines for name, lines in chinese.items() if not name.startswith(tuple(CHINESE_IS_DATA))} == {}
    assert [place for place in CHINESE_IS_DATA if not any(name.startswith(place) for name in chinese)] == []


def _stray_chinese(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if HAN.search(ALLOWED_LINES.sub("", line))]


def _all_but_texts(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if not (Path(folder, name).is_dir() or name.endswith((".py", ".html")))]


def _key(entry) -> tuple:
    return entry.msgctxt, entry.msgid, entry.msgid_plural or ""


def _keys(entries) -> set[tuple]:
    return {_key(entry) for entry in entries}


def _texts(entry) -> list[str]:
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


def _fullest(entry) -> str:
    """The plural: a singular may do without its number."""
    return entry.msgid_plural or entry.msgid


def _places(text: str) -> list[str]:
    return sorted(set(PLACE.findall(text)))
