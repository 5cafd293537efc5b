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


def test_only_the_section_in_use_stands_open(acme, gus, as_staff):
    page = as_staff(gus).get("/campaigns/").content.decode()
    sections = page[page.index('<nav class="side-nav"') : page.index("</nav>")].split("<details")[1:]
    assert ["Campaigns" in each for each in sections if " open>" in each] == [True]
    assert len(sections) >= 5
