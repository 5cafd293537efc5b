"""The side bar: each page stands in it once, and what lies below a page is there."""

from collections import Counter

from dashboard.navigation import SECTIONS, SETTINGS
from dashboard.urls import urlpatterns

ENTRIES = [entry for _label, entries in SECTIONS for entry in entries] + SETTINGS


def test_a_page_stands_in_the_side_bar_once():
    pages = Counter(page for entry in ENTRIES for page in (entry.page, *entry.also))
    assert [page for page, many in pages.items() if many > 1] == []


def test_what_lies_below_a_page_is_there():
    names = {each.name for each in urlpatterns}
    assert {page for entry in ENTRIES for page in (entry.page, *entry.also)} <= names
