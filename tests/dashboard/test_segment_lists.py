"""Lists of customers and segments: many put on a fixed list at once, and a list's filters as conditions."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from crm import operations as crm
from crm.models import ListProblem, ListWork, Segment, SegmentMember
from dashboard.lists import working
from tenancy import door


@pytest.fixture
def people(acme, gus):
    with door.organisation(acme.id, actor=door.Actor("user", gus.user_id)):
        return [crm.record_customer(name=f"Person {n}", email=f"p{n}@example.com", city="Leeds") for n in range(5)]


@pytest.fixture
def browser(gus, people, as_staff):
    return as_staff(gus)


def done(acme) -> ListWork:
    with door.organisation(acme.id):
        work = ListWork.objects.latest("id")
    assert working.run(acme.id, work.id)
    with door.organisation(acme.id):
        return ListWork.objects.select_related("job").latest("id")


def listed(acme, name: str) -> int:
    with door.organisation(acme.id):
        return SegmentMember.objects.filter(segment__name=name).count()


def test_all_that_match_are_put_on_a_new_list_once(acme, browser, people):
    with door.organisation(acme.id):
        kept = crm.create_segment(name="Tasting", kind="static")
        crm.add_members(kept.id, [people[0].id])
    told = {"segment": str(kept.id), "all": "1", "query": "?q=person"}
    browser.post("/customers/work/list/", told)
    assert done(acme).counts == {"changed": 4, "unchanged": 1, "failed": 0}
    browser.post("/customers/work/list/", {"name": "Fresh", "ids": f"{people[1].id},{people[2].id}"})
    assert done(acme).counts == {"changed": 2, "unchanged": 0, "failed": 0}
    assert (listed(acme, "Tasting"), listed(acme, "Fresh")) == (5, 2)
    browser.post("/customers/work/unlist/", told)
    assert done(acme).counts == {"changed": 5, "unchanged": 0, "failed": 0}
    assert listed(acme, "Tasting") == 0


def test_a_list_is_chosen_or_named_not_both_and_not_neither(acme, browser, people, globex):
    with door.organisation(globex.id):
        theirs = crm.create_segment(name="Theirs", kind="static")
    with door.organisation(acme.id):
        kept = crm.create_segment(name="Tasting", kind="static")
        live = crm.create_segment(name="Live")
    for told in (
        {}, {"segment": str(kept.id), "name": "Fresh"}, {"name": "Tasting"}, {"segment": str(theirs.id)},
        {"segment": str(live.id)},
    ):  # fmt: skip
        assert browser.post("/customers/work/list/", {"ids": str(people[0].id), **told}).status_code == 422
    with door.organisation(acme.id):
        assert not ListWork.objects.exists()
        assert not SegmentMember.objects.exists()
        assert Segment.objects.count() == 2


def test_rows_say_that_the_list_was_deleted_meanwhile(acme, browser, people):
    with door.organisation(acme.id):
        kept = crm.create_segment(name="Tasting", kind="static")
    browser.post("/customers/work/list/", {"segment": str(kept.id), "ids": f"{people[0].id},{people[1].id}"})
    with door.organisation(acme.id):
        crm.delete_segment(kept.id)
    assert done(acme).counts == {"changed": 0, "unchanged": 0, "failed": 2}
    with door.organisation(acme.id):
        assert {each.message for each in ListProblem.objects.all()} == {"There is no such segment."}


def test_a_lists_filters_become_the_conditions_of_a_segment(acme, gus, browser):
    where = {"match": "all", "conditions": [{"fact": "city", "op": "is", "value": "Leeds"}]}
    asked = {"stage": "lead", "owner": "none", "tag": "tea", "q": "ann", "where": json.dumps(where), "sort": "name"}
    with door.organisation(acme.id):
        crm.set_tags(crm.record_customer(name="T", email="t@example.com"), ["tea"])
    answer = browser.get("/segments/of-list/", asked)
    address = urlsplit(answer["Location"])
    assert address.path == "/segments/new/"
    assert json.loads(parse_qs(address.query)["where"][0]) == {
        "match": "all",
        "conditions": [
            {"fact": "stage", "op": "one_of", "value": ["lead"]},
            {"fact": "tags", "op": "any_of", "value": ["tea"]},
            {"fact": "owner", "op": "is_empty"},
            {"fact": "city", "op": "is", "value": "Leeds"},
        ],
    }
    assert "the search for “ann”" in browser.get(answer["Location"]).content.decode()


def test_what_conditions_cannot_say_makes_no_segment(browser):
    assert browser.get("/segments/of-list/", {"q": "ann"})["Location"] == "/customers/?q=ann"
    assert browser.get("/segments/of-list/")["Location"] == "/customers/?saved=all"
